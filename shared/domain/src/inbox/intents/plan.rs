//! Asks for time or instalments, or says that payment will be late.
use super::Reader;
use super::rules::{Rule, first, rule, rule_unless, signal};
use crate::inbox::clauses::Clause;
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Certainty, Signal, SignalKind};

/// Words that name the arrangement itself: they are asked for, however the sentence is put.
static ARRANGEMENTS: [Rule; 7] = [
    rule_unless(
        "plan.instalments",
        r"\b(?:install?ments?|payment (?:plan|arrangement|schedule)|arrangement to pay|(?:split|spread|stagger|divid|break)\w*\b.{0,50}\b(?:over|into|across|in|up)\b.{0,25}\b(?:months?|payments?|parts|weeks|instal\w*|halves|chunks|pieces|tranches)|pay(?:ing)? (?:it |this |you )?(?:off|down)\b.{0,30}\b(?:over|in|by|monthly|weekly|gradually|bit by bit)|part[- ]?payments?|\d+ (?:a|per|each|every) (?:month|week)\b|monthly (?:payments?|amounts?|basis)|weekly (?:payments?|amounts?))\b",
        r"\b(?:first|second|third|last|final|next|this month's|\d(?:st|nd|rd|th)) (?:install?ment|part[- ]?payment)\b.{0,40}\b(?:will|goes|going|paid|sent|was|went|is scheduled)|\b(?:agreed|existing|current|our|the) (?:payment plan|instal\w+ plan)\b.{0,30}\b(?:will|as|we|remains)",
    ),
    rule_unless(
        "plan.settlement",
        r"\b(?:full and final|settlement (?:offer|figure|amount|discount)|(?:accept|take|consider|agree to|settle for|offer)\b.{0,40}\b(?:less|reduced|settlement|lump sum|one[- ]off|instead|(?:\d+ ?%|percent)|\$ ?\d)|(?:early[- ]payment|prompt[- ]payment|settlement) discount|discount\b.{0,40}\b(?:if|for) (?:we|i)\b|cents on the dollar|(?:waive|forgive|forget|write off|drop) (?:the )?(?:some|part|half|rest|remainder|balance|interest)|meet (?:me|us) (?:halfway|in the middle)|goodwill (?:reduction|discount))\b",
        r"\b(?:not (?:accept|agree)|don't accept|refus\w*|discount (?:missing|not applied|we agreed))\b",
    ),
    rule_unless(
        "plan.more_time",
        r"\b(?:more time|extra time|(?:a|an|another|any|some|short|little|brief|further|payment|the) (?:\w+ )?(?:extension|deferral|grace period)|extend (?:the |our |this |your )?(?:due date|deadline|terms|payment|time)|(?:extension|grace|leeway|deferral|breathing space)\b.{0,20}\b(?:until|till|of|to|on|for|please)|(?:defer|postpone|push back|delay) (?:the |this |our |your )?(?:payment|due date|invoice|deadline)|give (?:us|me) (?:until|till|to|another|a few|some|more|an extra|a bit|a little|\w+ (?:weeks|days))|(?:have|got|allow(?: us| me)?|let (?:us|me) have|grant us|need) (?:until|till) )",
        r"\b(?:need (?:more time|until|till) (?:to|for) (?:check|review|investigat|look|approv)\w*|do not|don't extend|already (?:extended|delayed))\b",
    ),
    rule_unless(
        "plan.de",
        r"\b(?:raten\w*|monatsraten?|in raten|teilzahlung\w*|teilbetr\w+|stundung\w*|stunden sie|zahlungsaufschub|aufschub|zahlungsplan|zahlungsvereinbarung|fristverlängerung|zahlungsfrist (?:verlängern|um)|(?:frist|ziel|zahlungsziel)\b.{0,20}\bverläng\w*|verlängerung|mehr zeit|etwas zeit|zeit (?:bis|geben|lassen)|vergleichs\w*|einmalzahlung|in (?:zwei|drei|vier|mehreren|\d) (?:teilen|beträgen|schritten|monatlichen|raten|tranchen)|längeres zahlungsziel|zahlungserleichterung|nachlass bei sofortiger)\b",
        r"\b(?:erste|zweite|letzte|nächste) rate\b.{0,40}\b(?:überw|kommt|zahl|wird|geht|wurde|ist)|\bratenvereinbarung wie\b|\bleistungsstunden|\bstunden (?:waren|wurden|haben)",
    ),
    rule_unless(
        "plan.fr",
        r"\b(?:echelonn\w+|echeancier|en (?:deux|trois|quatre|cinq|plusieurs|\d+) (?:fois|mensualites|versements|echeances|paiements)|mensualites?|par mensualites|facilites? de paiement|delais? (?:supplementaires?|de paiement|de grace|plus long)|(?:un|quelque|petit) delai|report(?:er)? (?:l'echeance|de paiement|d'echeance|le paiement|le reglement|de)|paiement unique|solde de tout compte|remise\b.{0,30}\bsolde|etal(?:er|ement|ons)|plan de (?:paiement|reglement|remboursement)|accord amiable|arrangement|laiss\w+\b.{0,20}\bjusqu\w*|accord\w+\b.{0,20}\b(?:delai|jusqu\w*)|patienter)\b",
        r"\b(?:nos delais? de paiement (?:sont|est)|conditions|delai de paiement (?:est|convenu)|sans delai|malgre|première echeance (?:sera|partira))\b",
    ),
    rule_unless(
        "plan.es",
        r"\b(?:plazos|a plazos|en (?:dos|tres|cuatro|varios|\d+) (?:plazos|pagos|veces|partes|cuotas|mensualidades)|fraccion\w+|aplaz\w+|cuotas|mensualidades|plan de pagos?|calendario de pagos|prorroga\w*|pagos parciales|mas tiempo|mas plazo|una quita|un (?:unico )?pago unico|pago unico|dar por (?:saldada|cancelada)|facilidades de pago|ampli\w+ (?:el )?(?:plazo|vencimiento)|dar(?:nos|me)? (?:hasta|unos dias|tiempo|margen)|esperar hasta)\b",
        r"\b(?:primer|segundo|ultimo) (?:plazo|pago)\b.{0,30}\b(?:sera|saldra|se hara)|\bplazo de pago (?:es|acordado|son)",
    ),
    rule_unless(
        "plan.nl",
        r"\b(?:betalingsregeling|afbetalingsregeling|in termijnen|(?:twee|drie|vier|meerdere|\d+) termijnen|termijnbetaling\w*|gespreid\w*|spreiden|uitstel|afbetal\w+|in (?:twee|drie|vier|\d) (?:keer|delen|betalingen|stappen)|een regeling|regeling treffen|extra tijd|meer tijd|wat tijd|schikking|eenmalige betaling|kwijtschelding|betalingsplan|(?:later|langer) (?:te )?betalen|per maand (?:te )?(?:betalen|aflossen))\b",
        r"\b(?:eerste|tweede|laatste) termijn\b.{0,40}\b(?:wordt|gaat|maken|is)|\bbetaaltermijn\b",
    ),
];

/// A question whether we may pay, with words of lateness or parts in it.
static MAY_WE: Pattern = Pattern::new(concat!(
    r"\b(?:(?:can|could|may|might|shall) (?:we|i)\b|would (?:it be|that work|\w+ \w+ install?ments work|\w+ work for you|you be|that be|you (?:mind|accept|consider|allow|let))|is (?:it|there|that)\b.{0,25}\b(?:ok|okay|alright|all right|possible|possibly|fine|acceptable|any (?:way|chance|flexibility))|(?:ok|okay|alright|all right|possible|mind|fine|acceptable|agreeable) (?:if|to|for us)|any (?:chance|way|flexibility|possibility)|let (?:us|me)|allow (?:us|me)|happy (?:to (?:wait|accept)|with that|if we)|how about|what if we|if you(?:'ll| will| would| can| could)? (?:agree|accept|allow)|would like to (?:ask|request|propose|offer)|(?:we|i) (?:propose|offer|suggest|request)|",
    r"(?:können|könnten|dürfen|dürften|kann|könnte) (?:wir|ich|man)|wäre (?:es|das|eine?)|ist es\b.{0,15}\bmöglich|ginge|geht (?:es|das)|besteht die möglichkeit|wären sie (?:damit )?einverstanden|einverstanden,? wenn|bitten? (?:wir |ich |sie )?(?:um|höflich)|schlagen\b.{0,15}\bvor|mein vorschlag|vorschlag|möchten (?:wir )?(?:um|fragen)|",
    r"(?:pouvons|pourrions|puis|pourrais|peut|pourrait)[- ](?:nous|je|on)|est-ce (?:que|possible|qu)|est-il possible|serait-il|seriez-vous|accepteriez|acceptez-vous|la possibilite|y a-t-il moyen|envisageable|possible de|nous (?:vous )?(?:proposons|demandons|souhait\w+|sollicitons)|je (?:vous )?propose|",
    r"(?:podemos|podriamos|puedo|podria|se puede|se podria|seria posible|es posible|habria|hay (?:alguna )?(?:posibilidad|opcion|manera|forma)|aceptar\w*|les importa|os importa|les parece|os parece|aceptarian?|proponemos|propongo|solicitamos|nos gustaria|queremos pedir)|",
    r"(?:kunnen|mogen|kan|mag|zouden|zou) (?:we|wij|ik)|is het (?:mogelijk|goed|oke|akkoord)|zou het (?:kunnen|mogelijk)|bent u akkoord|gaat u akkoord|is er een mogelijkheid|voorstel|stellen voor|willen (?:we |wij )?(?:vragen|voorstellen)|verzoeken)\b"
));
static LATER: Pattern = Pattern::new(concat!(
    r"\b(?:later|instead|until|till|half|part|rest|partial\w*|delay\w*|wait|hold|next|end of|mid|third|quarter|balance|over|extra|longer|when|after|then|early|in \d|bit|couple|few|\d+ (?:a|per)|monthly|weekly|discount|less|%weekday%|%month%|",
    r"später|hälfte|teil|erst|bis|nächst\w+|ende|anfang|mitte|rest|länger|warten|raten|monatlich|",
    r"plus tard|moitie|partie|jusqu\w*|prochain\w*|fin|debut|reste|attendre|mois|semaine|",
    r"mas tarde|mas adelante|mitad|parte|hasta|proxim\w+|que viene|finales|final|principios|resto|esperar|mes|semana|",
    r"helft|deel|tot|volgende|eind\w*|begin|rest|wachten|maand|week)\b|\d(?:st|nd|rd|th)\b|\b\d{1,2}[./]\d{1,2}"
));
static PAY_OR_WAIT: Pattern = Pattern::new(
    r"\b(?:%pay_inf%|%paid%|%payment%|pay\w*|settl\w+|send\w*|bezahl\w*|zahl\w*|überw\w*|pai\w+|regl\w+|pag\w+|abon\w+|betaal\w*|betal\w*|install?ments?|termijn\w*|net \d+|extra|extension|weeks?|wochen|semaines?|semanas?|weken|verlängerung|plazo|push\w*|mov(?:e|ing)|shift\w*|verschieb\w*|decal\w*|retras\w*|verschui\w*|wait|hold|do|have until|have till|regel\w*|warten|zeit|attendre|delai|esperar|wachten|time)\b",
);

static DELAY: [Rule; 9] = [
    rule_unless(
        "delay.cannot",
        r"\b(?:can't|cant|cannot|can not|couldn't|unable to|won't be able to|not be able to|not able to|not (?:currently |presently )?in a position to|isn't possible|not possible|impossible|no way to|struggl\w*|difficult\w*|haven't (?:got|been able)|not going to be able)\b.{0,60}\b(?:pay\w*|settle|settling|commit|do it|do this|do that|clear|transfer|send|make|meet|manage|funds|release|go out|process|friday|monday|tuesday|wednesday|thursday|month|week|today|tomorrow)\b|\b(?:nothing|no payments?|no money|none) (?:can|will|is going to|is|goes|gets?)(?: going)? (?:go|be|leave|released|paid|out|processed|approved|moving)\b",
        r"\b(?:find|locate|see|open|read|download|log ?in|access|until you|until we (?:get|receive|have) (?:a|the|your)|accept|agree)\b",
    ),
    rule(
        "delay.money",
        r"\b(?:cash[- ]?flow|liquidity|short of (?:cash|funds|money)|(?:no|not enough|insufficient|low on|lack of) (?:funds|money|cash)|(?:funds|money|cash|things|finances) (?:are|is) (?:very |really |a bit |extremely )?(?:low|tight|short|slow|frozen)|strapped|skint|in the red|financial (?:difficult\w*|problems?|hardship|trouble)|overdraft|(?:bad|slow|rough|tough|brutal|terrible|quiet) (?:month|quarter|season|year|time|patch)|liquiditäts\w*|liquidität|zahlungsschwierigkeit\w*|finanzielle\w* (?:engpass|schwierigkeit\w*|lage|situation)|engpass|kein geld|knapp bei kasse|tresorerie|difficultes? (?:financieres?|de paiement)|manque de (?:fonds|liquidites)|liquidez|tesoreria|dificultades|falta de (?:liquidez|fondos)|no (?:tenemos|hay) (?:fondos|dinero|liquidez|saldo)|liquiditeit\w*|krap bij kas|geen geld|onvoldoende (?:saldo|middelen)|financiele problemen|cashflow)\b",
    ),
    rule_unless(
        "delay.approval",
        r"\b(?:awaiting|waiting (?:for|on)|wait for|pending|still (?:with|needs|need|waiting|in|under|going)|sits? with|sitting (?:with|on|in)|(?:is|it's|are|been) (?:currently |now |still )?(?:with|in|on|under|going through|stuck|being|held|queued) (?:the |our |my |a |for )?(?:\w+ ){0,4}(?:approv\w*|review\w*|sign(?:ed|ature|[- ]?off)?|desk|manager|director|boss|controller|budget ?\w*|board|committee|cfo|ceo|owner|audit\w*|processing|system|workflow|queue|holder|department|team|finance|accounts|partner|site|project)|(?:has|have|needs?|yet) to (?:\w+ )?(?:countersign|sign|approve|authori[sz]e|release|review|okay)|needs? (?:to be |his |her |their |a |the |two |second )*(?:approv\w*|sign\w*|authori[sz]\w*|countersign\w*|review\w*)|(?:hasn't|has not|haven't|have not|didn't) (?:\w+ ){0,2}(?:sign\w*|approv\w*|authori\w*|releas\w*|countersign\w*|okayed)|not (?:yet )?(?:been )?(?:approved|authori[sz]ed|signed(?: off)?|released|cleared|matched|processed)|(?:for|subject to|requires?|require|once|until|after|before) (?:\w+ ){0,3}(?:approval|approv\w+|sign[- ]?off|signature|authori[sz]\w+|signs?|signed|review)|approval (?:process|pending|is)|held up|hold up|stuck (?:in|with|at)|in the approval|in process(?:ing)?|under review|being (?:reviewed|approved|processed|checked|looked at))\b",
        r"\b(?:has been (?:approved|signed)|all signed off|is approved|now approved|you|your (?:reply|response|credit|invoice copy)|delivery|goods|credit|copy|corrected)\b",
    ),
    rule(
        "delay.when_paid",
        r"\b(?:when|once|after|until|as soon as|if|waiting (?:for|on)|awaiting)\b.{0,50}\b(?:pays? (?:us|me|up)|paid us|get (?:paid|our money|the money)|(?:are|is|been) paid|funds (?:arrive|come|clear|are released)|money comes? in|customer|client|grant|funding|insurance|loan|draw|tax refund|main contractor|gc\b|owner pays)|\bpay[- ]when[- ]paid\b|\b(?:sobald|wenn|nachdem|bis|erst)\b.{0,50}\b(?:kunde\w*|auftraggeber|fördermittel|geld|zahlungseingang|bank|kredit|versicherung|bezahlt hat|eingegangen)|\b(?:quand|lorsque|des que|une fois|tant que)\b.{0,50}\b(?:client\w*|serons payes|serai paye|on sera paye|subvention|banque|fonds|rentree|encaiss\w*)|\b(?:cuando|en cuanto|hasta que|una vez)\b.{0,50}\b(?:cobr\w+|clientes?|paguen|pague|subvencion|banco|ingres\w+|fondos)|\b(?:als|zodra|wanneer|tot|totdat)\b.{0,50}\b(?:klant\w*|opdrachtgever|betaald (?:hebben|heeft|krijgen)|subsidie|bank|geld|zelf betaald)",
    ),
    rule_unless(
        "delay.approval.other",
        r"\b(?:wart\w*|fehlt|liegt|liegen|steht|stehen|noch (?:in|beim|bei|nicht)|muss\b.{0,40}\bnoch|müssen\b.{0,40}\bnoch|muss noch|müssen noch|hängt)\b.{0,60}\b(?:freigabe\w*|genehmigung\w*|freigegeben|genehmigt|unterschrift\w*|geschäftsleitung|geschäftsführ\w*|prüfung|vorgesetzt\w*|abteilung\w*|chef\w*|buchhaltung|klärung|bearbeitung|rechnungsprüfung|gegengezeichnet|unterschrieben|freigeben|genehmigen|unterschreiben)|\b(?:freigabe|genehmigung|unterschrift)\b.{0,50}\b(?:fehlt|steht|noch|aus|offen|ausstehend)|\b(?:in|zur) (?:prüfung|freigabe|genehmigung|bearbeitung|klärung)\b|\b(?:attend\w*|attente|en cours|doit|doivent|reste|manque|pas encore|circuit|soumise?)\b.{0,60}\b(?:validation|valide\w*|signature|signe\w*|approbation|approuve\w*|accord|direction|visa|verification|traitement|responsable|bon à payer|comite)|\b(?:pendientes?|espera\w*|falta\w*|esta en|necesita|aun no|todavia no|en proceso|en tramite)\b.{0,60}\b(?:aprob\w*|validac\w*|validar|firm\w*|autoriz\w*|direccion|gerencia|visto bueno|revision|conformidad|responsable|tramit\w*|autorizar|aprobar|firmar|jefe)|\b(?:wacht\w*|ligt|liggen|moet\w* nog|nog niet|in afwachting|nog (?:bij|ter|in))\b.{0,60}\b(?:goedkeuring|goedgekeurd|akkoord|handtekening|getekend|directie|fiattering|gefiatteerd|controle|leidinggevende|budgethouder|manager|afdeling|behandeling|tekenen|vrijgeven|goedkeuren|accorderen|fiatteren)",
        r"\b(?:gutschrift|lieferung|ware|kopie|avoir|livraison|copie|abono|entrega|copia|creditnota|levering|wurde freigegeben|est valide\w*|goedgekeurd en|aprobada y)\b",
    ),
    rule_unless(
        "delay.late",
        r"\b(?:(?:payment|it|this|that|invoice|we|everything|run|transfer|cheque) (?:\w+ ){0,3}(?:be|is|are|been|running|going to be) (?:a (?:bit|little|few \w+) )?(?:late|delayed|behind|postponed|slow|pushed back|on hold)|(?:no|don't have|haven't got|can't give|unable to give|not got|not have|without)(?: you)?(?: \w+){0,2} (?:date|eta|timeline|timescale|idea when|idea)|(?:don't|do not|not) (?:know|sure) (?:yet )?when|(?:can't|cannot|couldn't) (?:\w+ )?(?:tell|say|give)\b.{0,20}\bwhen|no telling when|nothing(?:'s| is| can| will)?\b.{0,25}\b(?:until|till)|(?:hold(?:ing)?(?: off)?|wait|sit tight)\b.{0,20}\b(?:until|till|for|a bit)|(?:need|give|allow) (?:us |me )?(?:a (?:few|couple|bit|little)|more|some|another|\w+) (?:more )?(?:days?|weeks?|time)|bear with|not (?:be )?(?:before|until|till)|(?:later|slower|longer) than (?:planned|expected|usual|hoped)|postponed?|pushed (?:back|out)|payment (?:freeze|stop|hold)|frozen|short[- ]staffed|backlog|behind (?:with|on)|will get back to you|get back to you (?:on|when|once|with)|let you know (?:when|once|as soon|if|what))\b",
        r"\b(?:goods|delivery|dispute|credit|no later|apolog\w+ for the delay|sorry for the (?:delay|late)|bear with us\.? thanks)\b",
    ),
    rule(
        "delay.cannot.de",
        r"\b(?:können|kann|könnten|sind|bin|ist|war\w*|wird|werden)\b.{0,60}\b(?:nicht|keine|leider|derzeit|momentan|noch)\b.{0,40}\b(?:zahlen|bezahlen|überweisen|begleichen|zahlung\w*|leisten|in der lage|möglich|zusagen|freigeben)\b|\bnicht in der lage\b|\b(?:zahlung\w*|überweisung|auszahlung\w*)\b.{0,50}\b(?:verzöger\w*|verspät\w*|verschieb\w*|später|gestoppt|nicht möglich|ausgesetzt|dauert)|\bverzöger\w*\b.{0,40}\b(?:zahlung|überweisung|um)|\b(?:klappt|geht|schaff\w+|wird)\b.{0,30}\b(?:nicht|nichts)\b|\b(?:warten|gedulden) sie\b.{0,30}\b(?:bis|noch)|\b(?:noch )?kein(?:en)? (?:termin|datum)\b|\bweiß (?:ich )?(?:noch )?nicht,? wann|\b(?:noch )?(?:etwas|ein wenig|ein paar tage|einige tage) geduld|\bspäter als|\bmelde\w*\b.{0,30}\b(?:sobald|wenn|wann|mich)",
    ),
    rule(
        "delay.cannot.romance",
        r"\b(?:ne|n')\b.{0,15}\b(?:pouvons|peux|peut|pourrons|sommes|suis|serons|avons)\b.{0,20}\b(?:pas|plus|point)\b.{0,50}\b(?:payer|regler|virer|honorer|paiement|reglement|mesure|date|moyens|tresorerie|engager)\b|\bpas (?:de|encore de) (?:date|visibilite)|\b(?:paiement|reglement|virement)\b.{0,40}\b(?:retard\w*|decal\w*|report\w*|bloque\w*|suspendu|repousse\w*|differe\w*)|\b(?:retard|decalage)\b.{0,30}\b(?:paiement|reglement|tresorerie)|\b(?:attendez|patient\w+|attendre)\b.{0,30}\b(?:jusqu\w*|lundi|mardi|mercredi|jeudi|vendredi|encore)|\bun peu de (?:patience|retard)|\breviens? vers vous|\breviendr\w+ vers vous|\b(?:no|ahora no|aun no|todavia no)\b.{0,25}\b(?:podemos|puedo|podremos|es posible|estamos en condiciones|vamos a poder|tenemos)\b.{0,50}\b(?:pag\w*|abon\w*|transfer\w*|hacer|afront\w*|fecha|atender|liquid\w*)|\bsin fecha\b|\b(?:pago|transferencia)\b.{0,40}\b(?:retras\w*|demor\w*|aplazad\w*|bloquead\w*|parad\w*|suspendid\w*)|\b(?:retraso|demora)\b.{0,30}\b(?:pago|tesoreria)|\besper(?:e|en|ad|a)\b.{0,20}\b(?:hasta|al|a que|unos)\b|\bun poco de paciencia|\bunos dias mas|\b(?:te|le|les|os) (?:aviso|avisare|avisaremos|informare\w*|dire\w*)\b",
    ),
    rule(
        "delay.cannot.nl",
        r"\b(?:kunnen|kan|konden|lukt|gaat)\b.{0,50}\b(?:niet|nog niet|geen)\b.{0,40}\b(?:betalen|overmaken|voldoen|betaling|datum|toezeggen|lukken|voldaan|betaald)?|\bniet in staat\b|\b(?:betaling|overboeking)\b.{0,50}\b(?:vertrag\w*|later|uitgesteld|opgehouden|geblokkeerd|stil|niet mogelijk)|\bvertraging\b|\bgeen datum\b|\bnog geen (?:datum|zicht)|\bweet (?:nog )?niet wanneer|\bwacht\b.{0,20}\b(?:tot|nog)\b|\b(?:nog )?even geduld|\bpaar dagen (?:extra|meer)|\bkom (?:er|hier)op terug|\blaat (?:het )?(?:u |je )?weten (?:wanneer|zodra|als)",
    ),
];

/// Asked, not told: "half today and half on the 19th" is a promise.
pub(super) fn plan(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let words = reader.words(clause);
    let kind = SignalKind::PaymentPlan;
    let asked = MAY_WE.find(words).filter(|_| LATER.is_match(words) && PAY_OR_WAIT.is_match(words));
    let is_request = clause.is_question || !words.contains("can you") && STATED_REQUEST.is_match(words);
    if let Some(found) = asked.filter(|_| is_request) {
        return Some(signal(kind, reader.span(clause, found), "plan.may_we", Certainty::Clear));
    }
    let (rule, span) = first(reader, clause, &ARRANGEMENTS)?;
    Some(signal(kind, span, rule, Certainty::Clear))
}

/// Asked for without a question mark.
static STATED_REQUEST: Pattern = Pattern::new(concat!(
    r"\b(?:would like to (?:ask|request|propose|offer)|(?:we|i) (?:propose|offer|suggest|request)|if you(?:'ll| will| would| can| could)? (?:agree|accept|allow)|let (?:us|me)|allow (?:us|me)|",
    r"^[^a-z]*(?:can|could|may|would|is it|any chance|kunnen|mogen|können|könnten|dürfen|pouvons|pourrions|puis|podemos|podriamos|puedo|seria)|bitten? (?:wir |ich |sie )?(?:um|höflich)|schlagen\b.{0,15}\bvor|(?:mein |unser )?vorschlag|nous (?:vous )?(?:proposons|demandons|souhait\w+|sollicitons)|je (?:vous )?propose|",
    r"proponemos|propongo|solicitamos|nos gustaria|queremos pedir|voorstel|stellen voor|verzoeken)\b"
));

pub(super) fn delay(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let (rule, span) = first(reader, clause, &DELAY)?;
    Some(signal(SignalKind::PaymentDelay, span, rule, Certainty::Clear))
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    let rules = ARRANGEMENTS.iter().chain(&DELAY).flat_map(Rule::patterns);
    rules.chain([&MAY_WE, &LATER, &PAY_OR_WAIT, &STATED_REQUEST]).collect()
}
