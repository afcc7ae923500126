//! Wants a paper from us, or asks something else that a person must answer.
use super::Reader;
use super::rules::{Rule, first, rule, rule_unless, signal};
use crate::inbox::clauses::Clause;
use crate::inbox::signal::{Certainty, Signal, SignalKind};

/// A corrected paper is a dispute, and what is attached is not wanted.
const NOT_A_COPY: &str = r"\b(?:correct(?:ed|ion)|revised|amended|updated invoice|new invoice|credit (?:note|memo)|split|separate invoices?|with (?:the|our|a) (?:correct |valid )?(?:po|purchase order)|gutschrift|korrigiert\w*|berichtigt\w*|neue rechnung|avoir|rectifi\w+|corrige\w*|rectificativa|corregid[oa]|creditnota|gecorrigeerde?|aangepaste?|attached (?:is|are|please)|please find|find attached|find enclosed|anbei|im anhang|beigefügt|ci-joint\w*|en piece jointe|(?:le |os |les )?adjunto|adjuntamos|adjunt[ao]s?|bijgevoegd|in de bijlage|bijgaand|plus de|pas besoin|no more|no need|nicht mehr nötig|kein\w* (?:weiter\w* )?kopien?|geen|acknowledge receipt|confirm receipt|proof of payment|zahlungsbeleg|justificante de pago)\b";

static DOCUMENT: [Rule; 9] = [
    rule(
        "document.which_account",
        r"\b(?:what|which|auf welches|welches|quel|sur quel|que|a que|en que|welk|naar welk|op welk)\b.{0,15}\b(?:bank(?:ing)?|account|konto|compte|cuenta|rekening\w*|iban)\b.{0,50}\b(?:pay|wire|send|transfer|remit|use|überweisen|zahlen|virer|payer|regler|transferir|pagar|ingresar|overmaken|betalen|storten)\b|\bwhere (?:do|should|can|shall) (?:we|i) (?:send|wire|pay|transfer|remit)\b",
    ),
    rule_unless(
        "document.ask",
        r"\b(?:%ask%)\b.{0,80}\b(?:%document%)\b|\b(?:%document%)\b.{0,60}\b(?:please|pls|kindly|needed|required|bitte|svp|s'il vous plait|por favor|graag|a\.?u\.?b|benötig\w+|senden|schicken|zusenden|sturen|toesturen)\b",
        NOT_A_COPY,
    ),
    rule_unless(
        "document.send",
        r"\b(?:%ask%)\b.{0,40}\b(?:send|resend|re-?send|forward|e-?mail|share|provide|supply|reissue|schick\w*|send\w*|zuschick\w*|zusend\w*|übersend\w*|mail\w*|envoy\w*|renvoy\w*|transmet\w*|adress\w*|faire (?:parvenir|suivre)|envi\w*|reenvi\w*|remit\w*|mand\w*|facilit\w*|stur\w*|toestur\w*|opstur\w*|doorstur\w*|mail\w*|zenden)\b.{0,50}\b(?:%invoice%)\b|\b(?:%ask%)\b.{0,40}\b(?:%invoice%)\b.{0,40}\b(?:again|over|across|re-?sent|resend|send|schick\w*|send\w*|zuschick\w*|zusend\w*|zukommen|erneut|nochmals?|noch einmal|nouveau|renvoy\w*|de nuevo|otra vez|reenvi\w*|nogmaals|opnieuw|toestur\w*|stur\w*|mailen)\b",
        NOT_A_COPY,
    ),
    rule_unless(
        "document.missing_invoice",
        r"\b(?:can't|cannot|can not|unable to|don't|do not|haven't|have not|hasn't|has not|never|didn't|did not|not)(?: \w+){0,3} (?:find|have|locate|got|get|gotten|received?|see|seen|trace|traced|showing)\b.{0,40}\b(?:invoices?|bill|copy|statement|original|on file|this one|record of (?:this|the|that) invoice)\b|\bno (?:record|sign|trace|copy) of (?:this|the|that|these|your|any)? ?(?:invoices?|bill|one)\b|\b(?:invoices?|bill)\b.{0,30}\b(?:never|not|hasn't|has not|didn't|wasn't) (?:\w+ )?(?:received?|arrived?|reached?|come|came|get to|got to|on file|in our system|registered)\b|\b(?:lost|mislaid|misplaced|deleted) (?:the|this|that|our|your|it|my)\b.{0,20}\b(?:invoice|bill|copy|e-?mail|attachment)?",
        NOT_A_COPY,
    ),
    rule_unless(
        "document.missing_invoice.de",
        r"\b(?:rechnung(?:en)?|beleg)\b.{0,50}\b(?:nicht|nie|niemals|noch nicht|keine?)\b.{0,25}\b(?:erhalten|bekommen|gefunden|finden|vor|vorliegen|vorliegend|angekommen|eingegangen|auffindbar|zugegangen)|\b(?:liegt|liegen) (?:uns|mir|hier)\b.{0,20}\b(?:nicht|keine)\b|\b(?:finde|finden|haben|habe)\b.{0,30}\b(?:rechnung|sie|diese)\b.{0,20}\bnicht(?: mehr)?\b|\bkeine (?:solche )?rechnung\b.{0,20}\b(?:erhalten|bekommen|vor|gefunden)",
        NOT_A_COPY,
    ),
    rule_unless(
        "document.missing_invoice.fr",
        r"\b(?:pas|jamais|aucune)\b.{0,25}\b(?:recu|recue|trouv\w+|retrouv\w+|eu|en notre possession)\b.{0,30}\b(?:facture|releve|copie)?|\b(?:facture|releve)\b.{0,40}\b(?:introuvable|egare\w*|perdue?|jamais (?:ete )?(?:recue|parvenue)|pas (?:ete )?(?:recue|parvenue|trouvee))",
        r"\b(?:marchandises?|livraison|commande|palettes?|colis|paiement|virement|materiel|produits?|articles?|pieces)\b|\b(?:avoir|rectifi\w+|corrige\w*)\b",
    ),
    rule_unless(
        "document.missing_invoice.es",
        r"\b(?:no|nunca)\b.{0,20}\b(?:tenemos|tengo|encuentr\w+|encontramos|recib\w+|hemos recibido|he recibido|nos consta|localiz\w+|nos ha llegado|aparece)\b.{0,40}\b(?:facturas?|registrad[oa]|copia|extracto)\b|\b(?:facturas?)\b.{0,30}\b(?:no|nunca)\b.{0,20}\b(?:recib\w+|lleg\w+|encontr\w+|encuentr\w+|consta|tenemos|aparece)",
        r"\b(?:mercanc\w+|pedido|material|palets?|entrega|abono|rectificativa|pago|transferencia)\b",
    ),
    rule_unless(
        "document.missing_invoice.nl",
        r"\bfactuur\b.{0,40}\b(?:niet|nooit|nog niet)\b.{0,25}\b(?:ontvangen|gekregen|vinden|gevonden|terugvinden|binnengekomen|aangekomen|in ons systeem)|\b(?:geen|niet|nooit)\b.{0,30}\bfactu(?:ur|ren)\b.{0,25}\b(?:ontvangen|gekregen|gevonden|vinden|binnen)",
        r"\b(?:goederen|levering|creditnota|pallets?)\b",
    ),
    rule(
        "document.supplier_setup",
        r"\b(?:set (?:you|your company) up|onboard\w*|vendor registration|supplier registration|new (?:vendor|supplier) (?:form|set-?up))\b|\bals (?:lieferant|kreditor) anlegen|\b(?:fiche|formulaire) fournisseur|\b(?:alta|ficha) de proveedor|\bleveranciersformulier",
    ),
];

static QUESTION: [Rule; 2] = [
    rule("question.mark", r"\?[^a-z0-9]*$"),
    rule(
        "question.ask",
        r"\b(?:please|kindly|pls|can you|could you|would you) (?:\w+ )?(?:clarify|confirm|advise|explain|let (?:me|us) know|tell (?:me|us)|check|call|ring|look into|contact me)\b|\blet (?:me|us) know\b|\b(?:wondering|like to know|need to know|want to know|not sure (?:which|what|who|whether|if)|question about|query (?:about|on|regarding))\b|\bwho (?:should|do|can) i\b|\b(?:bitte|könnten sie|können sie)\b.{0,40}\b(?:bestätigen|mitteilen|erklären|erläutern|melden|prüfen|rückruf|sagen|auskunft)|\b(?:rufen sie|um rückruf)|\b(?:merci de|veuillez|pourriez-vous|pouvez-vous)\b.{0,30}\b(?:confirmer|preciser|indiquer|expliquer|rappeler|dire|verifier)|\b(?:por favor|podrian?|ruego|rogamos)\b.{0,30}\b(?:confirm\w+|aclar\w+|indi\w+|explic\w+|llam\w+|dig\w+|decir\w*)|\b(?:graag|kunt u|kun je|gelieve)\b.{0,40}\b(?:bevestigen|aangeven|uitleggen|toelichten|laten weten|bellen|contact)|\bich (?:hätte|habe) (?:noch )?eine frage|\bj'ai une question|\btengo una (?:pregunta|duda)|\bik heb een vraag",
    ),
];

pub(super) fn document(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let (rule, span) = first(reader, clause, &DOCUMENT)?;
    Some(signal(SignalKind::DocumentRequest, span, rule, Certainty::Clear))
}

pub(super) fn question(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let (rule, span) = first(reader, clause, &QUESTION)?;
    Some(signal(SignalKind::Question, span, rule, Certainty::Clear))
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static crate::inbox::pattern::Pattern> {
    DOCUMENT.iter().chain(&QUESTION).flat_map(Rule::patterns).collect()
}
