//! What can be wrong with an invoice or with what it is for, by reason. Each rule joins a thing and what befell it.
use super::rules::{Rule, rule_unless};
use crate::inbox::signal::DisputeReason;

/// Not the goods: our papers, which are asked for, and payments, which are made.
const PAPERS: &str = r"\b(?:receiv\w*|got|get|have|find|see|erhalten|bekommen|recu|trouv\w*|recib\w*|ontvangen|gekregen)\b.{0,18}\b(?:invoice|bill|statement|copy|copies|e-?mail|letter|reminder|reply|response|answer|approval|remittance|bank details|rechnung\w*|mahnung|erinnerung|antwort|factures?|relance|copie|reponse|facturas?|correo|copia|respuesta|factuur|facturen|herinnering|kopie|antwoord)\b|\b(?:invoice|bill|statement|copy|e-?mail|rechnung|facture|factura|factuur)\b.{0,25}\b(?:never|not|nie|nicht|jamais|pas|nunca|no|niet|nooit)\b.{0,20}\b(?:received|arrived|came|reached|erhalten|angekommen|recue?|recibid[oa]|llegado|ontvangen)\b|\b(?:payments?|funds|money|zahlung|paiement|virement|pago|betaling) (?:\w+ )?(?:hasn't|has not|have not|not|never|nicht|pas|no|niet)\b|\bnot (?:been )?approved\b";

/// What else may not have come.
const NOT_A_DELIVERY: &str = r"\b(?:invoices?|bills?|statements?|cop(?:y|ies)|e-?mails?|letters?|reminders?|repl(?:y|ies)|respon\w+|answers?|approval|sign[- ]?off|remittance|details|payments?|funds|money|credits?|refund|confirmation|po|purchase order|instructions?|authori[sz]ation|anything|it|this|these|that|them|one|notification|notice|news|word|call|information|documents?|paperwork|form|rechnung\w*|beleg\w*|mahnung\w*|erinnerung\w*|antwort|gutschrift|geld|zahlung\w*|freigabe|unterlagen|kopie|nachricht|mail|bestätigung|sie|es|factures?|relances?|copie|reponse|avoir|paiement|virement|validation|documents?|courriel|releve|mail|confirmation|facturas?|correos?|copia|respuesta|abono|pago|transferencia|aprobacion|documentacion|recordatorio|extracto|confirmacion|factuur|facturen|herinnering\w*|kopie|antwoord|creditnota|betaling|goedkeuring|bericht|mail|overzicht|geld|deze|hem)\b";

const NOT_GOODS: &str = r"\b(?:sorry|apolog\w+)\b.{0,30}\b(?:e-?mail|system|phone|server|laptop)\b|\b(?:our|my) (?:e-?mail|system|server|laptop|computer|phone|bank|accounting|erp|software|printer|internet|office|building|website|customer)\b|\b(?:unsere?|mein) (?:system|server|bank|software|kunde)\w*|\b(?:notre|mon) (?:systeme|serveur|banque|logiciel|client)|\b(?:nuestr[oa]|mi) (?:sistema|servidor|banco|cliente)|\bons (?:systeem|bank)|\bà defaut\b|\bmangels\b";

/// Reason and rule; of several that hold, the one that is stated first counts.
pub(super) static REASONS: [(DisputeReason, Rule); 25] = [
    (
        DisputeReason::Duplicate,
        rule_unless(
            "dispute.duplicate",
            r"\b(?:(?:billed|invoiced|charged|sent|received|got|booked|bill\w*|invoic\w*|charg\w*)\b.{0,30}\b(?:twice|double|two times|again)|(?:twice|double) (?:for|billed|charged|invoiced)|double[- ](?:billed|charged|invoiced|billing|charge|invoicing)|duplicat(?:e|ed|ion)|(?:keyed|entered|raised|booked|listed|posted|put|shows?|appears?|counted)\b.{0,40}\btwice|repeats?\b.{0,30}(?:\d{3,}|line)|two (?:invoices|bills)\b.{0,30}\bsame|same (?:invoice|bill|job|work|order|delivery|goods|period|month|items?|service|thing|hours)\b.{0,30}\b(?:twice|again|as|on|already|before|two|both)|(?:already|previously) (?:been )?(?:billed|invoiced|charged|included|covered)|identical|both (?:for|cover) the same|(?:seem|appear)s? to be the same)\b|\bdoppelt\w*|\b(?:zweimal|zweifach|zwei mal)\b|\b(?:bereits|schon)\b.{0,25}\b(?:berechnet|abgerechnet|in rechnung|fakturiert)|\b(?:dieselbe|dasselbe|derselbe|gleiche|selbe)[nrs]? (?:rechnung|leistung|lieferung|auftrag|bestellung|ware|arbeit|zeitraum|monat)|\bdeux fois\b|\ben double\b|\bdoublon|\bdouble (?:factur|emploi)\w*|\bdeja (?:ete )?factur\w+|\bmeme (?:facture|prestation|commande|livraison|intervention|periode|chantier)|\b(?:dos veces|por duplicado|duplicad[oa]s?|repetid[oa]s?)\b|\bdoble (?:factur|cobr|carg)\w*|\bya (?:se )?(?:nos )?(?:lo |la |los |las )?(?:ha |han |fue |habia sido |habian )?factur\w+|\bmism[oa]s? (?:factura|entrega|obra|pedido|trabajo|servicio|periodo|albaran)|\bdubbel\w*|\b(?:twee ?keer|tweemaal|twee ?maal)\b|\b(?:al|reeds) (?:eerder )?(?:gefactureerd|in rekening)|\bdezelfde (?:factuur|levering|werk\w*|order|opdracht|periode)|\bzelfde (?:factuur|levering|werk|order)",
            r"\b(?:duplicate copy|copy|paid (?:it |this |that |them )?(?:twice|double)|double[- ]check\w*|doppelt (?:bezahlt|überwiesen|geprüft)|payee? deux fois|(?:regle|paye)\w* deux fois|pagad[oa] dos veces|(?:hemos|he) pagado dos veces|twee ?keer betaald|dubbel (?:betaald|checken)|twice a (?:month|week)|zweimal (?:im|pro)|twice (?:this|last) (?:week|month)|asked twice|emailed twice|called twice|told you twice|same day|the same (?:day|date|bank|account)|thank\w* again|en (?:deux|trois|quatre|plusieurs) fois|en (?:dos|tres) veces|in (?:twee|drie) keer|please send|resend|invoice again)\b",
        ),
    ),
    (
        DisputeReason::MissingPo,
        rule_unless(
            "dispute.missing_po",
            r"\b(?:not|no|n't|without|missing|lacks?|lacking|wrong|invalid|incorrect|expired|exhausted|closed|used up|insufficient|needs?|requires?|require\w*|must|quot(?:e|es|ed|ing)|show\w*|includ\w*|add\w*|state\w*|exceed\w*|valid|resubmit\w*|reject\w*)\b.{0,50}\b(?:p\.?o\.?s?|p/o|purchase[- ]orders?|po[- ]?(?:number|no|ref\w*)|order (?:number|reference|no))\b|\b(?:p\.?o\.?|purchase[- ]orders?|po[- ]?(?:number|no|ref\w*)|order (?:number|reference))\b.{0,50}\b(?:not|no|n't|missing|wrong|invalid|incorrect|expired|exhausted|closed|used up|insufficient|required|needed|blank|absent|doesn't exist|mandatory|overspent|short)\b",
            r"\b(?:no (?:record|trace) of|po (?:is|was|has been) (?:approved|raised|created)|po box|without .{0,20}no delivery|as per po|matched to the po)\b",
        ),
    ),
    (
        DisputeReason::MissingPo,
        rule_unless(
            "dispute.missing_po.other",
            r"\b(?:fehl\w*|ohne|falsch\w*|benötig\w*|brauch\w*|angeben|angabe|ungültig\w*|nicht|keine?|abgelaufen|ausgeschöpft|ergänz\w*)\b.{0,50}\b(?:bestell-?(?:nummer|nr|referenz|bezug)|bestellnummern?|auftragsnummer|po-?nummer|kostenstelle)\b|\b(?:bestell-?(?:nummer|nr|referenz|bezug)|auftragsnummer|po-?nummer|kostenstelle)\b.{0,50}\b(?:fehl\w*|falsch\w*|nicht|keine|ungültig\w*|benötigt|erforderlich|angeben|ausgeschöpft|abgelaufen|stimmt nicht)|\b(?:sans|manqu\w*|absen\w+|erron\w+|incorrect\w*|obligatoire\w*|mention\w*|invalide|pas|ne|indiqu\w*|rappel\w*|epuise\w*|expire\w*)\b.{0,50}\b(?:(?:numero|n[o°]?|reference|ref) (?:de |du )?(?:bon de )?commande|bon de commande|numero d'engagement|code service)\b|\b(?:(?:numero|reference) (?:de |du )?(?:bon de )?commande|bon de commande)\b.{0,40}\b(?:manqu\w*|absent\w*|erron\w+|incorrect\w*|obligatoire|pas|n'est|invalide|n'apparait|ne figure)|\b(?:falta\w*|sin|err[oó]ne\w+|incorrect\w+|no|necesit\w+|indiqu\w+|incluy\w+|caducad[oa]|agotad[oa]|obligatori[oa])\b.{0,50}\b(?:(?:numero|nº|no|referencia|orden) de (?:pedido|compra)|orden de compra|numero de pedido)\b|\b(?:numero de pedido|orden de compra|referencia de pedido)\b.{0,40}\b(?:falta|no|incorrect\w+|erroneo|obligatorio|caducad[oa]|agotad[oa])|\b(?:ontbre\w*|zonder|verkeerd\w*|onjuist\w*|geen|niet|vermeld\w*|nodig|vereist|verlopen|ongeldig\w*)\b.{0,50}\b(?:inkoop(?:order)?(?:nummer)?|bestelnummer|ordernummer|po-?nummer|referentienummer|kostenplaats)\b|\b(?:inkoop(?:order)?(?:nummer)?|bestelnummer|ordernummer|po-?nummer)\b.{0,40}\b(?:ontbre\w*|niet|geen|verkeerd|onjuist|verplicht|nodig|ongeldig)",
            r"\b(?:jamais|nie|nunca|nooit) (?:passe|bestellt|pedido|besteld)\b",
        ),
    ),
    (
        DisputeReason::CreditPending,
        rule_unless(
            "dispute.credit_pending",
            r"\b(?:wait\w*|await\w*|owe[sd]?|still|until|till|once|as soon as|promis\w+|pending|outstanding|where|chas\w*|agreed|due|expect\w*|missing|when|after|said|told|yet|haven't|has not|hasn't|not|never|without|minus|less|return\w*|asked)\b.{0,60}\b(?:credit(?:s| notes?| memos?)?|refund)\b|\b(?:credit (?:notes?|memos?)|credits?|refund)\b.{0,60}\b(?:arriv\w*|received|issued|outstanding|pending|promised|agreed|due|never|not|missing|owed|comes? through|turn\w* up|applied|processed|waiting|still|yet|return\w*)\b",
            r"\b(?:credit (?:card|limit|control|application|terms|check|hold|insurance|team|department|transfer|account|period|reference)|credited to (?:your|you)|credit balance)\b",
        ),
    ),
    (
        DisputeReason::CreditPending,
        rule_unless(
            "dispute.credit_pending.other",
            r"\bgutschrift\w*\b.{0,60}\b(?:wart\w*|aus(?:steh\w*)?|fehlt|zugesagt|versprochen|noch|sobald|erst|offen|retour\w*|rück\w*|nicht|erhalten|da ist|vorliegt|eingeht)|\b(?:wart\w*|sobald|erst|noch|fehlt|zugesagt\w*|versproch\w*|nach|offene?|ausstehende?|ohne|retour\w*|rücksend\w*)\b.{0,60}\bgutschrift\w*|\b(?:attend\w*|attente|promis\w*|toujours|pas|des|retour\w*|manqu\w*|emi\w*|reception|sans|apres|une fois)\b.{0,40}\b(?:un|l'|d'|d'un|votre|cet|notre|de l'|note d'|note de) ?(?:avoir|credit)\b|\b(?:l'|votre |un |cet )avoir\b.{0,40}\b(?:promis|attendu|pas|recu|emis|toujours|manqu\w*|etabli|convenu)|\b(?:esper\w*|pendientes?|prometi\w*|todavia|aun|cuando|hasta|falta\w*|devol\w*|en cuanto|sin|tras|no)\b.{0,50}\b(?:el abono|un abono|nota de (?:credito|abono)|abono (?:de|por|correspondiente)|la rectificativa)|\b(?:nota de (?:credito|abono)|el abono)\b.{0,50}\b(?:pendiente|prometid\w+|todavia|no|falta|acordad\w+|llegue|recib\w+)|\b(?:wacht\w*|nog|zodra|pas|beloofd\w*|toegezegd\w*|na|tot|retour\w*|openstaande|zonder)\b.{0,50}\b(?:credit(?:nota|factuur|ering)?|tegoed\w*)\b|\b(?:creditnota|creditfactuur|tegoed)\b.{0,50}\b(?:nog|niet|beloofd|toegezegd|ontvangen|wacht\w*|uit|binnen|is er)",
            r"\b(?:avoir (?:vos|le rib|une copie|payee?|recue?|regle\w*|oubli\w*)|hacer el abono|realizar el abono|efectuar el abono|creditcard)\b",
        ),
    ),
    (
        DisputeReason::NotOrdered,
        rule_unless(
            "dispute.not_ordered",
            r"\b(?:never|didn't|did not|haven't|have not|no record of(?: us| anyone| having)?|nobody|no one|no-one|none of us|don't remember|not)(?: \w+){0,4} (?:order(?:ed|ing)?|request(?:ed|ing)?|authori[sz](?:e|ed|ing)|sign(?:ed|ing)?(?: up| for| off| it)?|plac(?:e|ed|ing)|purchas(?:e|ed|ing)|commission(?:ed)?|buy|bought|ask(?:ed)? for|subscrib\w*|book(?:ed)?|renew\w*|want(?:ed)?|agree(?:d)? to (?:this|any|that|it|buy|the (?:service|work|extra|order)))\b|\bcancel(?:l?ed|lation)\b(?: \w+){0,6} (?:subscription|order|service|contract|account|membership|licen[cs]e|agreement|job|booking|in|on|before|back|last|months?|weeks?|it|this)\b|\b(?:subscription|order|service|contract|account|membership|job|booking|agreement)\b.{0,30}\b(?:was|were|has been|had been|been) cancel?led\b|\b(?:not|isn't|aren't|wasn't) (?:ours|our (?:invoice|order|job|account|bill|purchase|site)|for us|one of ours|placed by us)\b|\b(?:somebody|someone) else's\b|\b(?:don't|do not) (?:know|recogni[sz]e) (?:this|these|your company|what this)\b|\bshould(?:n't| not| never) have (?:been )?(?:billed|charged|raised|issued|invoiced|sent|renewed)\b|\b(?:terminated|ended|stopped|gave notice (?:on|to)|pulled the plug on|walked away from)\b.{0,30}\b(?:contract|service|subscription|agreement|order|project)\b|\bunsolicited\b|\bwithout (?:our )?(?:order|authori[sz]ation|approval)\b",
            r"\b(?:hours|overtime|rate|price|increase|surcharge|mileage|uplift|price list|fee|interest|discount|amount|signed? (?:the )?(?:cheque|check|payment)s?|sign(?:ed)? (?:it )?off (?:on )?(?:the )?payment|authori[sz]ed (?:the )?payment|approv\w+ (?:yet|for payment)|cheque|check|not yet|cancel(?:led)? (?:cheque|check)|email|reminders?|statement|copy|cancel(?:led)? (?:the|our|my) (?:payment|cheque|check|direct debit))\b",
        ),
    ),
    (
        DisputeReason::NotOrdered,
        rule_unless(
            "dispute.not_ordered.other",
            r"\b(?:nicht|nie|niemals|niemand|keine?n?|keinerlei|nichts)\b.{0,40}\b(?:bestellt\w*|beauftrag\w*|in auftrag|geordert|gebucht|unterschrieben|auftrag (?:erteilt|gegeben)|bestellung (?:aufgegeben|getätigt|vor|bekannt|gefunden)|angefordert|abgeschlossen|auftrag (?:vor|bekannt))|\b(?:bestellung|auftrag|abo\w*|vertrag|leistung)\b.{0,40}\b(?:storniert|gekündigt|widerrufen|abbestellt|nicht (?:bekannt|von uns))|\b(?:storniert|gekündigt|abbestellt)\b.{0,30}|\bnicht (?:von uns|unsere (?:rechnung|bestellung))\b|\b(?:pas|jamais|rien|aucune?|personne|ni)\b.{0,30}\b(?:commande\w*|demande\w*|signe\w*|souscri\w*|valide\w* (?:ce|cette|de)|passe (?:de |cette )?commande|sollicite\w*)|\b(?:commande|contrat|abonnement|prestation|service)\b.{0,40}\b(?:annulee?|resilie\w*)|\b(?:annule|resilie)\w*\b.{0,30}\b(?:commande|contrat|abonnement|prestation|en|le|depuis)|\b(?:no|nunca|nadie|ningun)\b.{0,30}\b(?:pedid[oa]|solicitad[oa]|encargad[oa]|contratad[oa]|pedimos|solicitamos|encargamos|contratamos|pedi|solicite|firmad[oa]|autorizad[oa])\b|\b(?:cancel|anul)(?:amos|ado|ada|e|o|aron)\b.{0,40}\b(?:pedido|servicio|contrato|suscripcion|en|el|hace)|\b(?:pedido|servicio|contrato|suscripcion)\b.{0,30}\b(?:cancelad[oa]|anulad[oa])|\bdi(?:mos)? de baja\b|\b(?:niet|nooit|niets|geen|niemand)\b.{0,30}\b(?:besteld|bestelling (?:geplaatst|gedaan|bekend)|opdracht (?:gegeven|voor)|aangevraagd|afgenomen|getekend|akkoord gegeven|ondertekend)\b|\b(?:bestelling|contract|abonnement|opdracht|dienst)\b.{0,40}\b(?:geannuleerd|opgezegd)|\b(?:geannuleerd|opgezegd)\b",
            r"\b(?:numero|reference|bon|n[o°]) de (?:bon de )?commande|\bnumero de pedido|\borden de compra|\bbestelnummer|\bheures\b|\bstunden\b|\bhoras\b|\buren\b|\blivree?s?\b|\bgeliefert\b|\bentregad|\bgeleverd|\breleve\b|\bcopie\b|\bde son cote\b|\bdeuda\b|\bdette\b|\bcreditnota",
        ),
    ),
    (
        DisputeReason::NotReceived,
        rule_unless(
            "dispute.not_received",
            r"\b(?:%goods%)\b.{0,60}\b(?:%not%)\b.{0,25}\b(?:%deliver%)\b|\b(?:%not%)\b.{0,40}\b(?:%deliver%|have|had|got)\b.{0,50}\b(?:%goods%)\b|\b(?:%goods%)\b.{0,40}\b(?:%deliver%)\b.{0,20}\b(?:nicht|pas|niet|nunca)\b|\bnever (?:turned up|arrived|came|showed up|delivered|got here|completed|finished|started)\b|\b(?:still|yet) (?:to (?:arrive|be (?:delivered|completed|finished|installed))|waiting (?:for|on) (?:the|our|a|your|\d+|two|three|half)\b.{0,30}\b(?:%goods%))\b",
            PAPERS,
        ),
    ),
    (
        DisputeReason::NotReceived,
        rule_unless(
            "dispute.nothing_came",
            r"\b(?:%not%|n't)(?: \w+){0,3} (?:been )?(?:received|delivered|shipped|arrived|supplied|installed|turned up|geliefert|erhalten|bekommen|eingetroffen|zugestellt|montiert|livree?s?|recue?s?|arrivee?s?|installee?s?|entregad[oa]s?|recibid[oa]s?|llegad[oa]s?|instalad[oa]s?|geleverd|ontvangen|bezorgd|aangekomen|gekregen|geplaatst|opgeleverd)\b",
            NOT_A_DELIVERY,
        ),
    ),
    (
        DisputeReason::NotReceived,
        rule_unless(
            "dispute.only_part_came",
            r"\bonly (?:\w+ ){0,5}(?:delivered|received|arrived|came|turned up|shipped|here)\b|\bnur (?:\w+ ){1,5}(?:geliefert|erhalten|angekommen|eingetroffen|bekommen)\b|\b(?:n'|ne )\w+.{0,20}\b(?:livre|recu|depose|eu)\w* qu|\bsolo (?:\w+ ){0,4}(?:entreg|recib|lleg)\w*|\b(?:slechts|maar|alleen) (?:\w+ ){0,4}(?:geleverd|ontvangen|aangekomen|bezorgd)\b",
            PAPERS,
        ),
    ),
    (
        DisputeReason::NotReceived,
        rule_unless(
            "dispute.short_delivery",
            r"\b(?:short(?:ed| by|-shipped|-delivered| delivery| shipment| delivered| shipped|fall|age)|under-?delivered|part[- ]delivered|partial(?:ly)? deliver\w*|incomplete (?:delivery|order|shipment|work)|(?:\w+ )?missing from (?:the |our )?(?:delivery|order|shipment|pallet|box)|(?:delivery|order|shipment) (?:was|is|arrived|came) (?:short|incomplete))\b|\bonly (?:\w+ ){0,3}(?:of (?:the )?\w+ )?(?:\w+ )?(?:arrived|delivered|received|turned up|came|got|completed|shipped)\b|\bonly (?:got|received|had|delivered|have) \w+\b|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+|some|half|part|several)(?: of (?:the )?\w+)?(?: \w+){0,4} (?:missing|short|never (?:arrived|turned|came)|not delivered|didn't arrive)\b|\bmissing (?:\d+|one|two|three|four|five|six|items?|units?|boxes|pallets?|cartons?|pieces|parts?|goods)\b|\b(?:job|work|project|installation)\b.{0,20}\b(?:isn't|is not|not|hasn't been|never|half)\b.{0,12}\b(?:finished|complete\w*|done|started)\b|\bfehl(?:en|t|ten|te|mengen?)\b.{0,40}(?:%goods%)\b|(?:%goods%)\b.{0,40}\b(?:fehl(?:en|t|ten|te)|unvollständig\w*)\b|\b(?:teil|minder)lieferung|\bunvollständig\w* (?:geliefert|lieferung|erbracht)|\bnur \w+(?: \w+)? (?:statt|von|geliefert|erhalten|angekommen)|\bmanqu\w+\b.{0,40}\b(?:%goods%)\b|\b(?:%goods%)\b.{0,40}\b(?:manqu\w+|incomplet\w*)\b|\blivraison (?:partielle|incomplete)|\bn'(?:avons|ai|a|en a|en ai|en avons)\b(?: \w+)? (?:recu|livre|depose|eu|compte) que\b|\b(?:manquantes?|manquants?)\b|\b(?:reglement|paiement|payment|zahlung|pago|betaling)\b.{0,30}\b(?:attendra|attend|will wait|must wait|waits|wartet|muss warten|esperara|espera|wacht)\b.{0,40}\b(?:livraison|delivery|lieferung|entrega|levering|complement|rest|goods|ware)|\bseulement\b.{0,30}\b(?:recue?s?|livree?s?)\b|\bfalta(?:n|ban|ron)?\b.{0,40}\b(?:%goods%)\b|\b(?:%goods%)\b.{0,40}\b(?:falta(?:n|ban)?|incomplet\w*)\b|\bsolo (?:han llegado|hemos recibido|llegaron|recibimos|nos (?:han )?(?:lleg|entreg)\w+|se entreg\w+)|\bentrega parcial\b|\bontbre(?:ek|kt|ken|kende)\b.{0,40}\b(?:%goods%)\b|\b(?:%goods%)\b.{0,40}\b(?:ontbre\w+|incompleet|onvolledig)\b|\bslechts \w+|\bmaar \w+ van de\b|\bte weinig geleverd",
            r"\b(?:invoices?|copy|copies|statement|po|purchase order|rechnung\w*|facture\w*|factura\w*|factuur|paiement|releve|justificatif|bon de commande|numero de (?:commande|pedido)|short[- ]staffed|bestellnummer|bestelnummer|signature|unterschrift|freigabe|firma|handtekening|approval|validation|rabatt|remise|descuento|korting|discount|only received (?:the|your|this|it) (?:invoice|email|reminder)|only (?:got|received|have) (?:this|your|it|the) )\b",
        ),
    ),
    (
        DisputeReason::Quality,
        rule_unless(
            "dispute.quality",
            r"\b(?:damag(?:e|ed|es)|broken|broke|defect\w*|fault(?:s|y)?|crack(?:ed|s|ing)?|leak\w*|scratch\w*|dent(?:ed|s)|rust(?:y|ed|ing)|corroded|mould\w*|mold\w*|rotten|spoil(?:ed|t)|contaminat\w*|out of spec|substandard|sub-?standard|poor (?:quality|workmanship|service|job|finish|standard)|bad (?:quality|batch|workmanship)|(?:wrong|incorrect) (?:grade|colou?r|size|model|items?|spec\w*|parts?|materials?|products?|type|thickness|gauge|dimensions|version)|not (?:up to (?:standard|scratch|spec|par)|as described|fit for|working|usable|acceptable|to spec\w*|as specified|been fixed|fixed)|(?:doesn't|does not|don't|do not|didn't|won't|wouldn't) (?:work|fit|meet|function|turn on|start|hold|match the (?:spec\w*|sample|drawing))|stopped working|(?:fail(?:ed|s|ing|ure)?|failed) (?:\w+ )?(?:inspection|qc|test\w*|after|within|again|on)|unusable|needs? (?:re-?doing|redone|rework\w*)|snag\w*|peel\w*|outage|downtime|(?:was|were|went|been|is) (?:down|offline)|warped|torn|water ?damage|shoddy|unsatisf\w+|not (?:satisfied|happy) with|out of (?:date|tolerance)|past (?:its|their) (?:best|expiry)|keeps? (?:breaking|failing|crashing|jamming)|malfunction\w*|seized|burnt out|burned out|packed up|gave (?:out|up)|snapped|collapsed|(?:fell|came|falling|coming) apart|overheat\w*|blister\w*|wobbl\w*|chipped|stain\w*|bent|crooked|misaligned|twisted|unusable|off-?colou?r|mis-?shap\w+)\b",
            NOT_GOODS,
        ),
    ),
    (
        DisputeReason::Quality,
        rule_unless(
            "dispute.quality.other",
            r"\b(?:beschädig\w+|mängel\w*|mangelhaft\w*|ein mangel|defekt\w*|kaputt\w*|fehlerhaft\w* (?:ware|teil\w*|lieferung|ausgeführt|montage|arbeit\w*)|undicht\w*|zerbrochen\w*|gebrochen\w*|verkratzt\w*|zerkratzt\w*|kratzer|schadhaft\w*|unbrauchbar\w*|verdorben\w*|schimmel\w*|rost\w*|schlechte\w* qualität|minderwertig\w*|qualitätsmangel|falsche\w* (?:ware|artikel|farbe|größe|teile?|modell|ausführung|maß\w*|material)|(?:entspricht|entsprechen)\b.{0,30}\bnicht|funktionier\w+\b.{0,15}\bnicht|läuft nicht|nachgebessert|nachbesserung|ausgefallen|ausfall|nicht (?:fachgerecht|ordnungsgemäß|abgenommen|brauchbar|funktionsfähig)|risse?|verzogen\w*|verbogen\w*|schief\w*|krumm\w*|verfärbt\w*|undichte?\w*|wackel\w+|klemm\w+|nicht (?:ein|zu)(?:hängen|bauen|gebrauchen)|lassen sich nicht)\b|\b(?:endommag\w+|abime\w*|defectueu\w+|casse\w*|non[- ]conformes?|pas conformes?|malfacons?|defauts?|vice cache|panne|ne (?:fonctionne|marche|correspond|tient)\w* (?:pas|plus)|inutilisables?|raye\w*|fuit|fuites?|(?:mauvaise|pietre) qualite|mauvais (?:etat|modele|coloris|article|produit|materiel)|mauvaise (?:taille|couleur|reference|piece)|fissur\w+|rouill\w+|perime\w*|mal (?:pose|installe|realise|execute)\w*|reserves (?:non )?levees|coupures? de service|tordue?s?|deformee?s?|decoloree?s?|gondolee?s?|bancale?s?)\b|\b(?:dañad[oa]s?|defectuos[oa]s?|defectos?|rot[oa]s?|averiad[oa]s?|averia|golpead[oa]s?|mal estado|mala calidad|no (?:funciona|cumple|sirve|enciende)\w*|deteriorad[oa]s?|desperfectos?|estropead[oa]s?|oxidad[oa]s?|fugas?|inservibles?|caducad[oa]s? (?:el producto)?|(?:talla|color|modelo|material|pieza|producto)s? (?:equivocad[oa]|incorrect[oa]|erroneo)|mal (?:hech[oa]|instalad[oa]|acabad[oa])|caida del servicio|corte del servicio|grietas?|torcid[oa]s?|deformad[oa]s?|doblad[oa]s?|descolorid[oa]s?|manchad[oa]s?)\b|\b(?:beschadig\w+|kapot\w*|gebrek\w*|gebroken|defecte?n?|ondeugdelijk\w*|slechte kwaliteit|(?:werkt|werken|functioneert)\b.{0,15}\bniet|(?:voldoet|voldoen)\b.{0,25}\bniet|verkeerde (?:maat|kleur|artikel\w*|product\w*|model|onderdelen|type|materiaal)|lekt?|lekkage|lekken|krassen|storing\w*|niet (?:goed|naar behoren) (?:uitgevoerd|geïnstalleerd|gemonteerd|werkend)|onbruikbaar|roest\w*|schimmel|barst\w*|scheur\w*|krom\w*|scheef|verbogen|vervormd|verkleurd|wiebel\w*|vlekken)\b",
            NOT_GOODS,
        ),
    ),
    (
        DisputeReason::Terms,
        rule_unless(
            "dispute.terms",
            r"\b(?:not|isn't|wasn't|aren't|not even|never)(?: \w+){0,2} (?:due|overdue|late|payable) (?:yet|until|till|before|for another|on|at)?|\bnot (?:yet )?(?:over)?due\b|\b(?:isn't|is not|aren't|only|only falls?|becomes?|falls) due\b|\b(?:wrong|incorrect|correct the|change the|amend the|fix the) (?:due date|payment terms|terms|days)\b|\bdue date (?:is|was|on|should|shows?)\b.{0,25}\b(?:wrong|incorrect|not|should|too early)|\b(?:agreed|our|contract\w*|negotiated|standard|payment|credit|the) (?:\w+ )?terms\b.{0,50}\b(?:are|is|of|were|state|say|not|instead|should)\b.{0,20}\b\d+|\b(?:we are|we're|we have|we've|you (?:agreed|gave us|have us))(?: \w+){0,4} (?:net|on|to)? ?(?:\d+|sixty|ninety|thirty|forty.five)[- ]days?\b|\b(?:too early|premature\w*|ahead of (?:the )?(?:due date|terms))\b",
            r"\b(?:will be paid|will pay|we pay|paying|pay(?:ment)? (?:on|by|will)|from today|over ?due to|due to|funds then|was due|is now due|past due)\b",
        ),
    ),
    (
        DisputeReason::Terms,
        rule_unless(
            "dispute.terms.other",
            r"\b(?:noch )?nicht (?:zur zahlung )?(?:fällig|überfällig|in verzug)|\b(?:fällig|fälligkeit\w*)\b.{0,30}\b(?:erst|falsch|nicht|statt|laut)|\b(?:vereinbart\w*|zahlungsziel|zahlungsbedingung\w*|zahlungsfrist)\b.{0,50}\b(?:tage\w*|falsch|nicht|statt|vereinbart|lautet|beträgt|sind|ist)\b|\b(?:pas|n'est|pas encore|non)\b.{0,15}\b(?:echue?s?|exigibles?|due?s? avant|arrivee?s? à echeance)|\b(?:echeance|delai de (?:paiement|reglement)|conditions de (?:paiement|reglement))\b.{0,50}\b(?:erron\w+|convenu\w*|pas|est|sont|jours|au lieu|fausse|incorrecte?)\b|\b(?:no|aun no|todavia no|aun|todavia)\b.{0,20}\b(?:venc\w+|exigible|ha vencido)|\b(?:vencimiento|condiciones de pago|plazo de pago|forma de pago)\b.{0,50}\b(?:acordad\w+|pactad\w+|son|es|no|dias|incorrect\w+|erroneo)\b|\b(?:nog )?niet (?:vervallen|verschuldigd|opeisbaar|verlopen|te laat)|\b(?:betaal(?:termijn|voorwaarden|conditie\w*)|betalingstermijn|betalingsvoorwaarden|vervaldatum)\b.{0,50}\b(?:is|zijn|van|dagen|afgesproken|onjuist|niet|klopt)\b",
            r"\b(?:wir zahlen am|zahlung erfolgt am|sera payee|sera reglee|pagaremos|wordt betaald|ratenzahlung|verlänger\w+|prolong\w+|aplazar|uitstel|delai supplementaire|um ein .{0,20}zahlungsziel|längeres)\b",
        ),
    ),
    (
        DisputeReason::Other,
        rule_unless(
            "dispute.fees_and_entity",
            r"\b(?:late[- ](?:payment )?(?:fees?|charges?)|late payment interest|interest(?: charges?)?|penalt(?:y|ies)|admin(?:istration)? (?:fee|charge)|reminder fee|collection (?:fee|charge)|finance charges?)\b.{0,60}\b(?:remov\w*|waive\w*|disput\w*|not (?:pay\w*|accept\w*|agree\w*)|never|won't|don't|refus\w*|contest\w*|reverse\w*|unfair|without|shouldn't|off|cancel\w*|credit\w*)|\b(?:remov\w*|waive\w*|disput\w*|not (?:pay\w*|accept\w*|agree\w*)|won't pay\w*|don't (?:accept|agree|owe)|refus\w*|contest\w*|reverse\w*|take off|object)\b.{0,50}\b(?:late[- ](?:payment )?(?:fees?|charges?)|interest|penalt(?:y|ies)|admin(?:istration)? (?:fee|charge)|reminder fee|finance charges?)\b|\b(?:wrong|incorrect|different|old|former|not our|isn't our|invalid|missing|should be|addressed to the wrong|made out to|in the name of|billed to)\b.{0,40}\b(?:legal entity|entity|company name|vat (?:number|id|reg\w*)|tax (?:id|number)|gstin|gst number|abn|billing (?:name|entity|address)|legal name|limited company|subsidiary)\b|\b(?:legal entity|company name|vat (?:number|id)|tax (?:id|number)|gstin|abn|billing (?:name|entity|address))\b.{0,40}\b(?:wrong|incorrect|not|missing|invalid|should be|old|differ\w*)|\b(?:my|our) clients?\b.{0,20}\b(?:den(?:y|ies)|disput\w+|contest\w*)",
            r"\b(?:interest(?:ed|ing)|no interest in|in the interest)\b",
        ),
    ),
    (
        DisputeReason::Other,
        rule_unless(
            "dispute.fees_and_entity.other",
            r"\b(?:mahngebühr\w*|verzugszins\w*|mahnkosten|mahnspesen|verzugspauschale)\b.{0,60}\b(?:nicht|streich\w*|entfern\w*|erlass\w*|widersprech\w*|zurück|storn\w*|unberechtigt|akzeptier\w*|weisen|keine)|\b(?:nicht|widersprech\w*|akzeptier\w*|streich\w*|storn\w*|weisen)\b.{0,50}\b(?:mahngebühr\w*|verzugszins\w*|mahnkosten|verzugspauschale)|\b(?:falsch\w*|nicht (?:korrekt|richtig)|alte\w*|fehlt|fehlende|ungültig\w*|lautet auf)\b.{0,40}\b(?:gesellschaft|firmierung|rechnungsanschrift|rechnungsempfänger|ust-?id\w*|umsatzsteuer-?id\w*|steuernummer|firmenname\w*|anschrift)|\b(?:firmierung|rechnungsanschrift|rechnungsempfänger|ust-?id\w*|umsatzsteuer-?id\w*|firmenname)\b.{0,40}\b(?:falsch\w*|nicht|fehlt|stimmt|veraltet)|\b(?:penalites?(?: de retard)?|interets de retard|indemnite forfaitaire|frais de (?:relance|recouvrement))\b.{0,60}\b(?:pas|refus\w*|contest\w*|annul\w*|retir\w*|supprim\w*|injustifi\w*|accept\w*)|\b(?:contest\w*|refus\w*|annul\w*|retir\w*|supprim\w*|n'accept\w+ pas)\b.{0,50}\b(?:penalites?|interets de retard|frais de (?:relance|recouvrement))|\b(?:mauvais\w*|erron\w*|incorrect\w*|fausse?|pas la bonne|ancienne)\b.{0,40}\b(?:societe|entite|raison sociale|siret|siren|n[o°]? ?(?:de )?tva|numero de tva|adresse de facturation|destinataire de la facture)|\b(?:raison sociale|siret|numero de tva|adresse de facturation)\b.{0,40}\b(?:erron\w*|incorrect\w*|pas|fausse?|manque\w*)|\b(?:recargos?(?: por demora)?|intereses de demora|gastos de (?:reclamacion|gestion))\b.{0,60}\b(?:no|retir\w*|anul\w*|elimin\w*|rechaz\w*|quit\w*)|\b(?:no acept\w*|rechaz\w*|anul\w*|quit\w*|elimin\w*)\b.{0,50}\b(?:recargos?|intereses de demora|gastos de (?:reclamacion|gestion))|\b(?:razon social|cif|nif|datos fiscales|direccion fiscal|entidad)\b.{0,40}\b(?:incorrect\w*|erroneo\w*|equivocad\w*|mal|no (?:es|son|coincide))|\b(?:incorrect\w*|erroneo\w*|equivocad\w*)\b.{0,30}\b(?:razon social|cif|nif|datos fiscales|sociedad|empresa)|\b(?:incassokosten|aanmaningskosten|wettelijke rente|rente|administratiekosten)\b.{0,60}\b(?:niet|kwijtsch\w*|verwijder\w*|onterecht|betwist\w*|bezwaar|akkoord)|\b(?:betwist\w*|niet akkoord|bezwaar|accepteren)\b.{0,50}\b(?:incassokosten|aanmaningskosten|rente|administratiekosten)|\b(?:verkeerde?|onjuiste?|foutieve|oude)\b.{0,40}\b(?:entiteit|bv|vennootschap|btw-?nummer|tenaamstelling|bedrijfsnaam|kvk\w*|factuuradres|naam)|\b(?:btw-?nummer|tenaamstelling|factuuradres|bedrijfsnaam)\b.{0,40}\b(?:onjuist|verkeerd|niet|ontbreekt|klopt)",
            r"\b(?:falsche adresse geschickt|falscher ansprechpartner)\b",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.wrong_amount",
            r"\b(?:over-?(?:charg|bill|invoic|stat)\w*|(?:were|was|been|had) quoted|quoted (?:us|me|price|at)|price (?:increase|hike|rise)|(?:never|not|didn't|did not) (?:\w+ )?(?:approv|agree|authori[sz])\w*\b.{0,30}\b(?:price|rate|hours|overtime|increase|surcharge|mileage|uplift|charge|fee|amount|extra)|had the \w+.{0,30} not the|(?:should|supposed to|meant to) (?:be|have been|read|come to)\b.{0,15}\d|\d.{0,25}\b(?:instead of|rather than|not)\b \W{0,2}\d[\d.,]*|(?:billed|charged|invoiced)(?: us)?(?: for| at)? (?:\w+ ){0,3}\W?\d.{0,50}\b(?:but|instead|rather|only|not|should|agreed|quoted|contract)|(?:off|less|minus|deduct\w*|knock\w*) .{0,30}\b(?:discount|rebate|hours|freight|charge))\b",
            PAPERS,
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.two_numbers",
            r"\border\w*\b.{0,30}\b\d+\b.{0,60}\b(?:bill|charg|invoic|deliver)\w*(?: us)? \d|\b(?:charg|bill|invoic)ed (?:us )?(?:for|at) .{1,50}\b(?:but|when|whereas)\b.{3,60}|\b(?:invoice\w*|bill\w*|charg\w*|shows?|says?|states?|lists?|has|rechn\w*|berechn\w*|steh\w*|factur\w*|compt\w*|indiqu\w*|cobr\w*|aparec\w*|pone|reken\w*|staa\w*)\b.{0,40}\b\d[\d.,]*\b.{0,50}\b(?:but|only|whereas|while|we|aber|vereinbart|bestellt|obwohl|dabei|mais|alors|or|nous|pero|y|cuando|solo|maar|terwijl|wij|we|en)\b.{0,60}\b\d[\d.,]*\b",
            r"\b(?:paid|pay\w*|bezahlt|zahl\w*|überw\w*|paye\w*|pai\w*|regl\w*|pagad\w*|pag\w*|betaal\w*|betal\w*|overgemaakt|days|terms|dias|jours|tage|dagen|copy|copies)\b",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.amount_mismatch",
            r"\b(?:prices?|pricing|rates?|amounts?|totals?|quantit(?:y|ies)|qty|count|hours|tax|vat|gst|igst|cgst|sgst|hst|discounts?|rebates?|freight|shipping|carriage|delivery charge|surcharge|fuel|fees?|charges?|unit price|figures?|balance|quotes?|quotation|estimate|math|sum|line \d+|lines?|invoice|bill|contract|mileage|day rate|markup)\b.{0,70}\b(?:wrong|incorrect|too (?:high|much)|inflated|off|not (?:what|match\w*|agree\w*|as|reflect\w*|includ\w*|been (?:applied|taken|deducted|given|credited|included)|applied|taken|deducted|correspond\w*|showing|right|correct|in line|the (?:agreed|same|price|one))|(?:doesn't|does not|don't|do not|didn't|did not|isn't|aren't|hasn't|wasn't) (?:match|agree|tally|add up|reflect|include|tie|correspond|look right|show|take|allow|account|been applied|been taken|applied|taken|right|correct|line up)|instead of|rather than|should (?:be|have|read)|supposed to|higher than|more than|above (?:the|our|what)|double the|differ\w*|discrepanc\w*|mismatch\w*|quoted|missing|forgot\w*|left off|omitted|charged as|not the)\b",
            r"\b(?:wrong (?:person|address|department|contact|email|inbox)|invoice (?:isn't|is not|wasn't) (?:due|for (?:me|us))|missing (?:invoice|copy)|not (?:due|yet|received|found|been (?:paid|approved|received))|paid|late|higher than usual|more than (?:happy|one|a)|more than \w+ (?:days|weeks|months|times)|don't have|doesn't have|turn off|sign(?:ed)? off|pay(?:ing)? off|paid off|off the list|email|portal|approval|bank (?:details|account))\b",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.mismatch_amount",
            r"\b(?:wrong|incorrect|inflated|higher|excessive|mis-?calculated|different|missing|forgot\w*|omitted|not (?:applied|given|deducted|included|taken)|without (?:the|our))\b.{0,30}\b(?:prices?|pricing|rates?|amounts?|totals?|quantit(?:y|ies)|qty|hours|tax|vat|gst|discounts?|rebates?|freight|shipping|surcharge|unit price|figures?|balance|calculation)\b|\b(?:payment|remittance|cheque|check|\W?\d[\d.,]+)\b.{0,60}\b(?:not|isn't|hasn't|doesn't|missing)\b.{0,40}\b(?:balance|statement|applied|allocated|showing|reflected|credited)\b|\b(?:statement|balance)\b.{0,40}\b(?:doesn't|does not|not) (?:show|reflect|include|take|allow)\b|\bno way that's right\b|\bwe (?:had|have|only (?:had|used|ordered|bought|agreed|need)) (?:the |a |an )?\w+.{0,40}\bnot (?:the |a |an )?\w+",
            r"\b(?:invoice (?:copy|number)|higher than usual|late|wrong (?:address|person)|different (?:account|bank|company|address)|missing (?:invoice|copy))\b",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.wrong_amount.de",
            r"(?:preis\w*|stückpreis\w*|betrag|beträge|menge\w*|anzahl|stunden\w*|mehrwertsteuer|mwst|umsatzsteuer|ust|rabatt\w*|skonto|nachlass|fracht\w*|versandkosten|summe|angebot\w*|kosten|steuersatz|position(?:en)?|saldo|rechnung|zuschlag|abrechnung|stundensatz|kostenvoranschlag)\b.{0,80}\b(?:falsch\w*|fehler\w*|nicht (?:korrekt|richtig|berücksichtigt|abgezogen|stimm\w*|überein\w*|vereinbart|angegeben|wie|dem|der|den|enthalten|gewährt|ausgewiesen|nachvollziehbar|abgesprochen|gutgeschrieben)|stimm\w*\b.{0,25}\b(?:nicht|überein)|zu (?:hoch|viel)|statt|anstatt|anstelle|abweich\w*|weicht|weichen|vereinbart\w*|angeboten|abgesprochen|höher|fehlt|fehlend\w*|vergessen|doppelt so)\b|\b(?:falsch\w*|fehlerhaft\w*|überhöht\w*|zu hoh\w*|abweichend\w*|vergessen\w*|fehlend\w*)\b.{0,30}\b(?:preis\w*|betrag|menge|mehrwertsteuer|mwst|rabatt|skonto|steuersatz|stunden\w*|stückzahl|summe|berechn\w*|abrechnung)\b|\b(?:zu viel|zuviel) (?:berechnet|abgerechnet|fakturiert)|\bberechnet\b.{0,50}\b(?:statt|vereinbart|obwohl|aber nur|jedoch nur)|\bstimmt\b.{0,30}\bnicht mit\b|\b(?:vereinbart|angeboten|bestellt) (?:waren|war|wurden|wurde)\b.{0,40}\d",
            r"\b(?:zahlungsziel|fällig|rechnung (?:nicht|nie) (?:erhalten|bekommen|gefunden)|rechnung.{0,30}(?:liegt|finde|finden|fehlt)|geliefert|falsche adresse|bezahlt|überwiesen|bestellnummer|rechnungsanschrift|ust-?id\w*|bankverbindung)\b",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.wrong_amount.fr",
            r"\b(?:prix|tarifs?|montants?|quantites?|heures|tva|remises?|escompte|ristourne|rabais|frais|port|transport|total|devis|taux|solde|facture|facturation)\b.{0,80}\b(?:erron\w+|incorrect\w*|fau(?:x|sse)|pas (?:bon|exact|correct|conforme|le bon|la bonne|celui|celle|ete|appliqu\w+|deduit\w*|pris\w*|tenu\w*|prevue?s?|convenue?s?)|ne correspond\w*|au lieu|trop|surfactur\w+|erreur|superieure?s?|plus eleve\w*|convenue?s?|prevue?s? au|oubli\w*|ecart|differ\w+|manqu\w*|alors que|n'apparait)\b|\b(?:erreur|ecart|difference|mauvais\w*|erron\w+|trop)\b.{0,40}\b(?:prix|tarif|montant|quantite|tva|facturation|facture|calcul|taux|heures)\b|\b(?:surfactur|trop[- ]?(?:facture|percu))\w*|\b(?:vous (?:nous )?(?:avez )?factur\w+)\b.{0,60}\b(?:au lieu|alors|mais|or|seulement)|\b(?:remise|escompte|ristourne)\b.{0,40}\b(?:non|pas|oubli\w*|manqu\w*)",
            r"\b(?:pas (?:encore )?(?:recu|trouve|echue)|n'(?:ai|avons) (?:pas|jamais) recu|retrouv\w+|paiement|regler|echeance|delai|siret|rib|copie|bon de commande)\b",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.wrong_amount.es",
            r"\b(?:precios?|importes?|cantidad(?:es)?|horas|iva|descuentos?|rappel|portes|transporte|total|presupuesto|tarifas?|recargo|tipo|factura|saldo|unidades)\b.{0,80}\b(?:err[oó]ne\w*|incorrect\w*|equivocad\w*|mal|no (?:coincid\w*|correspond\w*|cuadra\w*|es (?:correct\w*|el|la)|son|se (?:ha|han) (?:aplicado|descontado|tenido)|aplica\w*|incluye\w*|refleja\w*|figura|aparece el descuento)|en (?:vez|lugar) de|de mas|error|superior|mas alt[oa]|acordad\w*|pactad\w*|aceptad\w*|falta|diferen\w*|y no)\b|\b(?:err[oó]ne\w*|error|equivocad\w*|incorrect\w*|diferencia)\b.{0,40}\b(?:precio|importe|cantidad|iva|descuento|tarifa|facturacion|factura|calculo)\b|\b(?:nos (?:han|habeis) (?:facturado|cobrado))\b.{0,60}\b(?:de mas|en lugar|en vez|cuando|pero|y no|solo)",
            r"\b(?:vencimiento|vence|copia|no (?:tenemos|encontramos|hemos recibido)|cif|nif|razon social|numero de pedido|pagad[oa]|transferencia)\b",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule_unless(
            "dispute.wrong_amount.nl",
            r"\b(?:prij(?:s|zen)|bedrag(?:en)?|aantal(?:len)?|hoeveelheid|uren|btw|korting|vracht\w*|verzendkosten|transportkosten|totaal\w*|offerte|tarief|tarieven|factuur|saldo|toeslag)\b.{0,80}\b(?:klop(?:t|pen)\b.{0,20}\bniet|onjuist\w*|verkeerd\w*|fout\w*|te (?:hoog|veel)|in plaats van|niet (?:verwerkt|toegepast|overeen\w*|conform|afgesproken|juist|correct|meegenomen|verrekend|de)|komt\b.{0,20}\bniet|afgesproken|afwijk\w*|wijkt|hoger dan|vergeten|ontbre\w*|terwijl|verschil)\b|\b(?:onjuiste?|verkeerde?|foutieve|te hoge?|afwijkende?)\b.{0,30}\b(?:prijs|bedrag|aantal|btw|korting|tarief|uren|berekend|hoeveelheid)\b|\bte veel (?:in rekening|gefactureerd|berekend)|\b(?:gefactureerd|in rekening gebracht|berekend)\b.{0,50}\b(?:terwijl|in plaats|maar|afgesproken)",
            r"\b(?:factuur (?:niet|nooit) (?:ontvangen|gekregen|gevonden)|niet ontvangen|vervaldatum|betaaltermijn|btw-?nummer|tenaamstelling|bestelnummer|betaald|kopie)\b",
        ),
    ),
];
