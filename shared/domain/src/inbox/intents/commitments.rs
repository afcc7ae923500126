//! The turns of phrase that commit to paying, by language: the debtor will pay, the money will move, it is planned, the
//! creditor will have it, or may take it.
use super::rules::{Rule, rule, rule_unless};

/// Verbs and nouns that say money moves; a day beside one of them is a day of payment.
pub(super) const ABOUT_PAYING: &str = r"\b(?:%payment%|%run%|%paid_en%|pay\w*|sett?l\w*|remit\w*|clear(?:ed|ing)?|sort(?:ed)?|zahl\w*|bezahl\w*|überw\w*|begl\w*|anweis\w*|pai\w+|regl\w+|vir(?:er|ons|e|ement\w*)|vers(?:er|ons|e|ement\w*)|pag\w+|abon\w+|transf\w+|ingres\w+|liquid\w+|betal\w*|betaal\w*|over(?:gemaakt|maken|boek\w*)|voldoen|voldaan|hoofdsom|hauptbetrag|hälfte|moitie|mitad|helft|resto?|reste|restant|principal|[a-z]{1,4}-?(?:20\d\d-)?\d{3,}|72\d{5}|balance|remainder|rest|half|full amount|batch|run|rechnung\w*|factur\w*|facture|invoice|bill|amount|it|this|%money%)\b|\$";

pub(super) static COMMITMENTS: [Rule; 17] = [
    rule(
        "promise.will_pay",
        r"\b(?:will|'ll|shall|going to|gonna|to be|plan(?:s|ning|ned)? (?:to|on)|intend(?:s|ing)? to|commit(?:ted|ting|s)? to|promis\w+ (?:to|you)|undertake to|arranging to|due to|set to|aren't going to)\b(?: \S+){0,5}? (?:%pay_en%|paying)\b|\b(?:will|'ll|shall)\b(?: \S+){0,4}? (?:do (?:it|this|that|so|the rest|another|both|\$ ?\d)|see to it|make (?:it|good|sure (?:it|this|you))|take care of|handle (?:it|this|the)|get (?:on|to) (?:it|this)|catch up|bring .{1,30} up to date|%run%)\b|\bproceed\w* (?:with|to) (?:the )?(?:payment|pay)",
    ),
    rule(
        "promise.will_be_paid",
        r"\b(?:will|'ll|shall|should|is going to|are going to|is due to|are due to|is set to|due to|to)\b(?: \w+){0,3} (?:go (?:out|off|through|over|across|in|on|to you)|be(?: \w+){0,3} (?:%paid_en%|made|sent|actioned|with you|in your|in the|in our|in \w+day's|on the|there|included|done|out|through|mailed|posted|couriered|initiated|disbursed|taken|collected|sorted|part of|picked up|covered|wired|off|dropped|handed|arranged|completed|remitted|all settled)|leave|land|hit|reach|arrive|clear|follow|drop|show up|come (?:out|through|over)|be in|happen|get (?:paid|sent|processed|released|to you|out|done)|appear|have (?:cleared|landed|been paid|gone))\b",
    ),
    rule_unless(
        "promise.planned",
        r"\b(?:scheduled|booked(?: in)?|loaded|queued|lined up|slated|set up|set for|set to|pencilled in|diari[sz]ed|earmarked|batched|keyed in|down for|included in|approved for|cleared for|released for|programmed|planned|due to go|ready (?:to go|for)|teed up|put (?:it|this|that|them|you|the \w+) (?:down|through|on|in|forward)|added (?:it |this |that |them )?to)\b",
        r"\b(?:meeting|call|review|audit|visit|delivery|maintenance|inspection|set up as|set you up|hearing)\b",
    ),
    rule(
        "promise.run",
        r"\b(?:in|on|part of|with|make|made|hit|for|next|into|by|via|during|catch|upcoming|our|the)\b(?: \S+){0,4} (?:%run%|batch|run)\b",
    ),
    rule_unless(
        "promise.paying",
        r"\b(?:we|i|we're|i'm|are|am|is|be|accounts|finance|they're|currently|now)\b(?: \w+){0,2} (?:paying|sending|wiring|transferring|remitting|settling|clearing|mailing|releasing|making (?:the |a |this |that |full |our )?(?:\w+ )?(?:payment|transfer)|processing (?:the |this |your |it)|cutting|issuing|posting|dropping (?:off )?(?:a|the)|doing (?:the|a|this|it)|popping|arranging|getting (?:this|it|that|the)|putting (?:this|it|that|the|a))\b|^[^a-z]*(?:[a-z]{1,5}-?[\d-]+[ :,-]*)?(?:also |and |just |then )?(?:paying|sending|wiring|transferring|remitting|settling)\b|[:-] ?(?:paying|sending)\b",
        r"\b(?:stop|mind|before|not|never|without|after|by) (?:paying|sending|processing)\b|\bpaying attention|\bsending (?:this|you|me|us|over)? ?(?:e-?mail|message|reminders?|the invoice|copy|documents?|form)",
    ),
    rule_unless(
        "promise.you_will_have",
        r"\byou(?:'ll| will| shall| should| can| may| are going to)? (?:\w+ ){0,2}?(?:have|see|receive|get|expect|look (?:out )?for|be paid|find|be getting|be receiving)\b.{0,50}\b(?:it|payment|paid|funds|money|transfer|wire|deposit|cheque|check|remittance|balance|rest|cash|this|that|amount|then|remainder|%payment%)\b|\byou(?:'ll| will) (?:have|get|receive|see|be paid)\b|\b(?:expect|look (?:out )?for|watch for|anticipate) (?:it|payment|the (?:wire|transfer|payment|money|funds|cheque|check|balance)|funds|our|a|your (?:money|payment|funds|check|cheque))\b",
        r"\b(?:did|do|have|if|when|once|unless) you\b|\byou (?:should )?(?:already )?(?:have|had|got|received) (?:already|last)|\byou(?:'ll| will) (?:have|need|see) (?:to|that|from|seen)\b|\bdon't expect|\bget back to you\b",
    ),
    rule(
        "promise.money_moves",
        r"\b(?:%payment%|balance|rest|remainder|it|this|that|invoice|amount|everything|half|original|others?|first|second)\b(?: \w+){0,3} (?:goes|leaves|follows|clears|lands|comes|runs|drops|going out|is coming|coming|falls into)\b|\bgets? (?:paid|sent|released|processed|settled|cleared|wired)\b",
    ),
    rule_unless(
        "promise.take_it",
        r"\b(?:charge|debit|run|collect|draw|pull|bill|put (?:it|this|that|the balance) on)\b.{0,60}\b(?:card|account|visa|amex|mastercard|direct debit|dd|autopay)\b|\b(?:take|collect|draw) (?:the |this |that |a |it |your |full )*(?:payment|money|amount|it|balance|funds)\b|\b(?:belasten|abbuchen|buchen|ziehen|einziehen)\b.{0,40}\b(?:sie|karte|konto|betrag|ab|ein)\b|\bbuchen sie\b|\b(?:debitez|prelevez|preleve\w*|debite\w*)\b|\b(?:cargu\w+|cobr(?:ad|en|e)(?:lo|nos)?|carg(?:ad|uen))\b.{0,40}\b(?:tarjeta|cuenta|en|el|la|importe)|\b(?:incasseer|incasseren|afschrijven|schrijf)\b.{0,40}\b(?:maar|het|bedrag|rekening|kaart|af)\b",
        r"\b(?:do you|can i|can we|could i|could we|accept|fee|wrong\w*|twice|double|charged|overcharg\w*|what)\b",
    ),
    rule(
        "promise.word",
        r"\b(?:i promise|we promise|you have my word|my word on|i guarantee|we guarantee|i commit|we commit|count on it|versprochen|ich verspreche|je vous promets|promis\b|le prometo|se lo prometo|beloofd\b|dat beloof ik|sin falta|sans faute)\b",
    ),
    rule_unless(
        "promise.we_pay",
        r"\b(?:we|i|they|accounts|finance)(?: (?:always|only|usually|normally|can|could|do|also|then|now|just))? (?:pay|settle|remit|transfer|wire|send (?:it|the|you|a)|clear (?:it|this|the)|process|make (?:the|a) payment|cut (?:checks?|cheques?|the)|sort (?:it|this)|run (?:checks?|payments?|cheques?))\b|\bpayments?(?: date)?(?: is| for \S+)?:? (?:on|by|for|date|this|next|tomorrow|today|latest)\b|\b(?:pay|payment|value) date\b",
        r"\b(?:do we|can we|could we|should we|how (?:do|can|should)|where (?:do|can)|who do)\b",
    ),
    rule(
        "promise.de.will",
        r"\b(?:wird|werden|werde|würden|soll|sollen|sollte|sollten|dürfte)\b.{0,90}\b(?:%paid_de%|%pay_de%|bezahlt|rausgehen|eingehen|ankommen|da sein|bei ihnen|auf ihrem konto|gutgeschrieben|abgebucht|erfolgen|erledigt|erledigen|freigegeben|gezahlt|überwiesen|raus|folgen|veranlasst|ausgeführt|getätigt|geleistet|angestoßen|vorgenommen|eingereicht|ausgelöst|gehen|schicken|tätigen|leisten)\b",
    ),
    rule(
        "promise.money_with_you",
        r"\b(?:money|funds|payment|cash|it|geld|zahlung|betrag|summe|argent|paiement|virement|somme|montant|dinero|pago|importe|transferencia|geld|betaling|bedrag)\b.{0,50}\b(?:with you|in your (?:account|bank)|on your (?:account|desk)|bei ihnen|auf (?:ihrem|dem) konto|chez vous|sur votre compte|en (?:su|vuestra|tu) cuenta|en cuenta|bij u|op (?:uw|de) rekening)\b|\b(?:haben|erhalten|bekommen) sie\b.{0,40}\b(?:geld|betrag|zahlung|überweisung|summe)\b|\b(?:heeft|ontvangt|krijgt) u\b.{0,40}\b(?:geld|bedrag|betaling|het)\b",
    ),
    rule_unless(
        "promise.de.present",
        r"\b(?:überweise|überweisen|zahle|zahlen|bezahle|bezahlen|begleiche|begleichen|gleichen?\b.{0,30}\baus|weise|weisen\b.{0,40}\ban|leisten?|veranlassen?|veranlasse|tätigen?|lösen?|löse|stoßen?|bringe?n?|schicke|schicken) (?:\w+ )?(?:wir|ich|es|das|den|die|diese|ihnen|sofort|umgehend|morgen|heute|am|bis|zum|kommende|nächste|ihre|%weekday%)\b|\b(?:wir|ich) (?:\w+ ){0,2}?(?:überweise[n]?|zahlen?|bezahlen?|begleichen?|weisen?|veranlassen?|leisten?|tätigen?)\b|\b(?:zahlung|überweisung|geld|betrag|rest\w*|anweisung|scheck|rechnung|ausgleich|zahlungseingang)\b.{0,40}\b(?:kommt|erfolgt|folgt|geht|ist (?:für|eingeplant|terminiert|vorgesehen|angesetzt|vorgemerkt|freigegeben|im|in)|steht|eingeplant|vorgesehen|terminiert|vorgemerkt|angewiesen (?:zum|für|am)|läuft)\b|\b(?:folgt|folgen|geht|gehen|kommt|läuft)\b.{0,20}\b(?:raus|anfang|mitte|ende|am|zum|bis|morgen|heute|nächste|kommende|mit)\b|\bsie (?:erhalten|bekommen|haben)\b.{0,40}\b(?:geld|zahlung|betrag|überweisung|scheck|es|ihn)\b|\b(?:eingeplant|vorgesehen|terminiert|angesetzt|vorgemerkt|eingestellt)\b.{0,20}\b(?:für|zum|am|im|in)?|\bkümmer\w*\b.{0,30}\b(?:zahlung|überweisung|rechnung|darum|ausgleich)|\b(?:zur|zu einer) zahlung\b|\b(?:im|mit dem|beim|in den|für den) (?:nächsten |kommenden )?(?:%run%)",
        r"\b(?:termin|besprechung|lieferung|audit|können wir|könnten wir|mahngebühr|zahlen wir\b.{0,40}\bnicht)\b",
    ),
    rule_unless(
        "promise.fr",
        r"\b(?:\w*(?:pai?er|regler|virer|verser|solder|effectuer|proceder|acquitter|mandater|enverr|adresser|fer|debloquer|emettr)(?:ons|ai|ont|a))\b|\b(?:vais|allons|va|vont|pensons|comptons|nous engageons à|m'engage à)\b.{0,20}\b(?:%pay_fr%|vous (?:payer|regler|virer|envoyer)|faire (?:le|un) (?:virement|necessaire|paiement|reglement))\b|\b(?:sera|seront|va etre|vont etre|va|vont|devrait|devraient|doit|est à)\b(?: \w+){0,3} (?:%paid_fr%|transmise?s?|faite?s?|effectuee?s?|emise?s?|envoyee?s?|executee?s?|postee?s?|lancee?s?|validee?s?|debitee?s?|mis en paiement|en paiement|credite|partir|arriver|etre|parvenir|vous parvenir|intervenir)\b|\b(?:virement|paiement|reglement|cheque|solde|somme|montant|facture)\b.{0,50}\b(?:programme\w*|prevue?s?|planifie\w*|partira|part|sera|interviendra|suivra|suit|arrivera|passera|passe (?:en|dans)|aura lieu|mis en paiement|inscrite?s?|integre\w*)\b|\b(?:suiv|part|arriv|pass|viend|interviend|quitte)r(?:a|ont)\b|\b(?:m'en|nous en|s'en) (?:occupe|charge|occupons|chargeons)|\bvous (?:recevrez|aurez|serez|allez recevoir)\b|\b(?:nous|je|on) (?:vous |le |la |les )*(?:payons|paie|paye|regl(?:ons|e|ez)|vir(?:ons|e)|vers(?:ons|e)|effectu(?:ons|e)|envoy?i?(?:ons|e)|fais|faisons|procedons|procede|sold(?:ons|e))\b|\b(?:dans|lors d\w+|à|au) (?:la |le |notre |nos )?(?:prochaine? )?(?:%run%)",
        r"\b(?:ne|n')\b.{0,6}\b(?:paierons|reglerons|pouvons)\b.{0,10}\b(?:pas|que)\b|\bavez-vous|\bmise en demeure|\b(?:vous|nous) (?:envoie|envoyons|adress\w+|fais|faisons) (?:un|ce|une|la|le|copie|suivre) (?:mail|message|relance|copie|facture|releve)",
    ),
    rule_unless(
        "promise.es",
        r"\b(?:pagar|abonar|transferir|ingresar|liquidar|saldar|realizar|efectuar|enviar|proceder|cancelar|ordenar|emitir|tramitar)(?:emos|e|a|an)\b|\b(?:haremos|hare|hara|haran|daremos|dare)\b.{0,30}\b(?:pago|transferencia|abono|ingreso|orden|cheque|el resto)\b|\b(?:vamos a|voy a|va a|van a|nos comprometemos a|me comprometo a|prevemos|tenemos previsto|pensamos)\b.{0,15}\b(?:%pay_es%|pag\w+|abon\w+|transferir\w*|hacer\w*|salir|ser)\b|\b(?:se|sera|seran|deberia|debe|queda|quedan|esta|estan)\b(?: \w+){0,3} (?:efectuad[oa]s?|realizad[oa]s?|emitid[oa]s?|enviad[oa]s?|hech[oa]s?|pagad[oa]s?|abonad[oa]s?|transferid[oa]s?|pagara\w*|abonara\w*|hara|realizara|efectuara|transferira|liquidara|programad[oa]s?|previst[oa]s?|incluid[oa]s?|pagad[oa]s? (?:el|para|antes)|abonad[oa]s? (?:el|antes)|salir|estar|pagarse)\b|\b(?:pago|transferencia|factura|importe|resto|cheque|abono|ingreso)\b.{0,40}\b(?:programad[oa]|previst[oa]|saldra|sale|sera|se (?:hara|realizara|efectuara|pagara|emitira|abonara)|llegara|ira|va|entra|incluid[oa])\b|\b(?:saldr|llegar|ir|entrar|seguir|recibir|tendr|ver)(?:an?|eis|as)\b|\b(?:os|le|les|te) llega\w?\b|\b(?:me encargo|nos encargamos|me ocupo|nos ocupamos)\b.{0,30}\b(?:pago|transferencia|factura|de ello)|\b(?:pagamos|abonamos|transferimos|pago|hago|hacemos|ingreso|ingresamos|procedemos|realizamos|enviamos)\b.{0,30}\b(?:el|los|la|hoy|mañana|pasado|este|esta|proxim\w+|transferencia|pago|antes|a finales|a principios|al|sin falta)\b|\b(?:en|con) (?:la |el |nuestr[oa] )?(?:proxim[oa] )?(?:%run%)",
        r"\b(?:no (?:vamos|voy|podemos|puedo|se)|nos (?:podria|puede)|pasad[oa] (?:lunes|martes|miercoles|jueves|viernes|semana))\b",
    ),
    rule_unless(
        "promise.nl",
        r"\b(?:betalen|betaal|voldoen|voldoe|boeken|boek|maken|maak|schrijven|regelen|regel|storten|stort)\b(?: (?:wij|we|ik|het|de|deze|dit|u|jullie|dan|je|hem|alles|\w+)){0,5}? ?\b(?:over|morgen|vandaag|volgende|%weekday%|uiterlijk|op|voor|eind|begin|deze|komende|in|per|direct|zo|spoedig|binnen|het|de|dit|alles)?\b|\b(?:wordt|worden|zal|zullen|ga|gaan|gaat|moet|zou moeten|kan)\b.{0,80}\b(?:betaald|overgemaakt|voldaan|overgeboekt|betalen|overmaken|voldoen|overboeken|uitbetaald|afgeschreven|overgeschreven|ingepland|meegenomen|klaargezet|verstuurd|uitgevoerd|verricht|gedaan|weg|uit|mee|de deur uit|binnen zijn|bij u|op uw rekening)\b|\b(?:betaling|overboeking|factuur|bedrag|geld|restant|rest|rekening)\b.{0,50}\b(?:volgt|volgen|vertrekt|gaan|gaat|staat|komt|is (?:ingepland|gepland|klaargezet)|ingepland|gepland|klaar|mee in)\b|\bstaat\b.{0,40}\bklaar\b|\bloopt\b.{0,10}\bmee\b|\bga(?:an)?\b.{0,30}\bover tot betaling|\b(?:zorg|zorgen)\b.{0,30}\b(?:betaling|overboeking|betaald|overgemaakt)|\b(?:betaald|overgemaakt|voldaan) (?:wordt|worden|zal)\b|\bu (?:ontvangt|krijgt|heeft)\b.{0,40}\b(?:geld|betaling|bedrag|het)\b|\b(?:in|met|bij) (?:de |onze )?(?:volgende |eerstvolgende )?(?:%run%)",
        r"\b(?:kunnen (?:we|wij)|kunt u|wilt u|niet (?:betalen|betaald|overmaken)|in gebreke)\b",
    ),
    rule(
        "promise.instruction",
        r"\b(?:come (?:by|and|to|pick)|stop by|swing by|collect|pick up|hand (?:you|over)|drop (?:by|off|it|in))\b.{0,80}\b(?:check|cheque|cash|payment|it|money)\b",
    ),
];
