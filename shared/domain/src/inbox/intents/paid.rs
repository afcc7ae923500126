//! Says that payment was made or is on its way. Grammar: a finished form of paying, not denied, not ahead, not wished.
use super::Reader;
use super::rules::{Rule, first, rule, rule_unless, signal, sure_unless};
use crate::inbox::clauses::{Clause, without_neutral};
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Signal, SignalKind};

static RULES: [Rule; 11] = [
    rule_unless(
        "paid.en",
        r"\b(?:already|just|have|has|had|was|were|been|'ve|we|i|they|is|are|it's|that's|got|all|accounts|finance|he|she|husband|wife|you)\b(?: (?:now|it|this|already|all|just|also|both|been|was|were|since|long|you|the \w+|that|\w+ly|invoices?)){0,3} (?:paid|settled|remitted|wired|squared|cleared|transferred|bacs'd)\b|^[^a-z]*(?:(?:hi|hello|hey|morning|yes|oh|ok|okay|sorry|actually|all|just|already|payment|invoice|it|this|that|been|and|the \w+)[ ,!.]+){0,4}(?:paid|settled|wired|transferred|remitted)\b|\b(?:paid|settled|wired|transferred|remitted|(?:was|been|got|is|all) (?:already )?(?:sorted|dealt with|taken care of|done|actioned|handled))\b.{0,40}\b(?:yesterday|last|ago|already|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|this morning|in full|by (?:wire|card|cheque|check|bank transfer|direct debit|phone|bacs|ach)|online|earlier)\b",
        r"\b(?:will|shall|'ll|should|can|could|would|must|to|be|being|get|gets|getting|if|once|unless|until|till|before|when|after|as soon as|waiting|have (?:it|this|that|them|you)|has to|want\w*|need\w*|in order)(?: \w+){0,3} (?:paid|settled|remitted|wired|squared|cleared|transferred)\b|\b(?:paid|settled) (?:up )?(?:to date|on time|by you|us|me)\b|\bget\b.{0,20}\bpaid|\b(?:transferred|moved) to (?:the|a|our|another)\b.{0,20}\b(?:depot|office|team|department|branch|role|site)|\bcleared\b.{0,25}\b(?:match|audit|approval|review|customs|check)|\bdispute\b.{0,15}\bsettled",
    ),
    rule_unless(
        "paid.sent",
        r"\b(?:%payment%|[a-z]{1,4}-?\d{3,}|it|this|that|the (?:money|full amount|balance)|they)\b(?: (?:for|of|to|on|in|\W?[\d.,]+|\w+)){0,6}? (?:was|were|has|have|had|went|left|already|got)\b(?: (?:been|already|just|now|all|also|successfully)){0,3}(?: (?:made|sent|issued|processed|released|posted|mailed|initiated|submitted|completed|executed|out|through|off|over|gone|left|cleared|taken|debited|transmitted|remitted|paid|credited|delivered|dropped|put through|in our run))|\b(?:sent|mailed|posted|made|transferred|wired|issued|processed|released|submitted|dropped (?:off)?|initiated|couriered|overnighted|put through|popped|completed|remitted|did|done)\b(?: (?:you|off|out|over|the|a|an|this|it|that|our|your|full|to|in|of|for|via|all|both|by|and|bank|online|\w+day)){0,5} (?:check|cheque|payment|transfer|wire|money|funds|balance|amount|ach|bacs|bank transfer|remittance|\$ ?\d)|\bwent (?:in|out|through|to you|off|over) ?(?:our run|on|with|last|this|yesterday|to you|in|via|by)|\b(?:sent|went out|posted|mailed|left|gone) (?:off |out )?(?:this morning|yesterday|today|earlier|last \w+|on \w+day)",
        r"\b(?:will|shall|'ll|should|can|could|would|must|be|being|if|once|unless|until|till|when|as soon as|going to|to be)(?: \w+){0,3} (?:made|sent|issued|processed|released|posted|mailed|submitted|completed|out|through|transferred|wired|done|paid)\b|\b(?:sent|e-?mailed) (?:you |us |me |over |the |a |an |your )*(?:e-?mail|message|reminder|invoice|query|note|letter|copy|ticket|statement|reminders)|\b(?:goods|delivery|order|pallets?|parcel)\b|\bpayment (?:was|has been) (?:due|approved|scheduled|rejected|returned|declined|held|delayed|stopped|blocked)|\bdone\b.{0,15}\b(?:by|on) \w+day",
    ),
    rule_unless(
        "paid.moved",
        r"^[^a-z]*(?:%payment%) (?:already |just )?(?:sent|made|issued|mailed|posted|completed|done|initiated)\b|\b(?:%payment%|[a-z]{1,4}-?\d{3,})\b.{0,40}\b(?:went|left|landed|hit your|was (?:sent|made|issued|posted|mailed|released)|has (?:gone|left|cleared|been (?:sent|made|issued|released|processed)))\b|\b(?:went|gone|put|dropped|popped|goes) (?:in|into|to) the (?:mail|post)\b.{0,20}\b(?:this|yesterday|last|on|today)",
        r"\b(?:will|shall|'ll|should|not|n't|never|if|once|when|until|before|due|approved|scheduled|rejected|returned|declined|missing|wrong)\b",
    ),
    rule(
        "paid.you_should_have",
        r"\byou should (?:already |by now |now )*(?:have|see|find) (?:it|this|that|them|the|received|had|got)\b.{0,20}\b(?:already|by now|on your|in your)\b|\b(?:sollte|müsste)\w*\b.{0,40}\b(?:bereits|schon|längst)\b.{0,40}\b(?:haben|sein|eingegangen|gutgeschrieben)|\bdevr\w+\b.{0,20}\bdeja\b.{0,30}\b(?:recu|avoir|apparaitre)|\bya (?:deberia\w*|lo tendr\w+|debe\w*)\b|\b(?:zou|moet|moeten)\b.{0,40}\b(?:al|dus al|inmiddels)\b.{0,20}\b(?:binnen|ontvangen|hebben|bij)",
    ),
    rule(
        "paid.under_way",
        r"\b(?:%payment%|it|this|that|money)\b.{0,40}\b(?:(?:is|are|'s|should be|all|now) (?:already )?(?:on (?:its|the|their) way|in the (?:post|mail)|en route|in transit|with the bank|winging)|cleared (?:our|the|my) (?:bank|account)|(?:has |have |had )?(?:left|come out of|gone from|been taken from|been debited from) (?:our|the|my) (?:\w+ )?(?:account|bank))\b|\bcheque?s?(?:'s| is| are)? in the (?:post|mail)\b|\bcheck(?:'s| is)? in the (?:post|mail)\b|\b(?:our|the|my) (?:bank|account|statement|records|system|ledger)(?: \w+)? (?:shows?|says?|confirms?|has|have)\b.{0,50}\b(?:paid|payment|cleared|went|debited|left|settled|sent)\b|\b(?:check(?:ed)?|records?)\b.{0,30}\b(?:was|were|as) (?:paid|settled|cashed)\b|\b(?:cheque|check)\b.{0,40}\b(?:was )?cashed\b",
    ),
    rule_unless(
        "paid.remittance",
        r"\b(?:remittance(?: advice| particulars| details| slip| copy)?|payment (?:notice|notification)|aviso de pago|relacion de pagos|zahlungsmitteilung|bordereau de (?:paiement|virement)|avis de reglement|betalingsspecificatie|betaalspecificatie|betalingskennisgeving|proof of payment|payment (?:confirmation|advice|receipt|proof)|swift copy|transaction (?:id|reference|receipt)|utr\b|zahlungsavis|überweisungsbeleg|zahlungsbeleg|zahlungsbestätigung|avis de (?:virement|paiement)|preuve de (?:virement|paiement)|justificatif de (?:virement|paiement)|justificante de (?:pago|la transferencia|transferencia)|comprobante de (?:pago|la transferencia)|betaalbewijs|betalingsbewijs|betaaladvies|betalingsspecificatie)\b",
        r"\b(?:send (?:me|us|you)|will (?:send|follow|be)|need|require|please (?:send|provide|forward)|remittance (?:address|to)|remit-to|bank|sent to you once|could you|can you|senden sie|envoyez|envien)\b.{0,40}\b(?:remittance|proof|receipt)|\bremittance (?:will|to follow|address)",
    ),
    rule_unless(
        "paid.de",
        r"\b(?:ist|sind|wurde|wurden|haben|habe|hat|hatte|hatten|bereits|schon|längst|worden)\b.{0,90}\b(?:%paid_de%)\b|\b(?:ist|sind|wurde|wurden|haben|habe|hat|bereits|schon|worden)\b.{0,60}\b(?:zahlung|überweisung|geld|betrag|scheck|zahlungsanweisung)\b.{0,60}\b(?:angestoßen|veranlasst|ausgeführt|getätigt|geleistet|losgeschickt|abgeschickt|abgegangen|erfolgt|unterwegs|erledigt|rausgegangen|raus|vorgenommen)\b|\b(?:zahlung|überweisung|geld|betrag|scheck)\b.{0,40}\b(?:ist|sind|wurde|wurden|haben|hat|habe)\b.{0,40}\b(?:angestoßen|veranlasst|ausgeführt|getätigt|geleistet|losgeschickt|abgeschickt|abgegangen|erfolgt|unterwegs|erledigt|rausgegangen|raus|vorgenommen|abgebucht|eingegangen)\b|^[^a-z]*(?:hallo|guten tag|moin)?[^a-z]*(?:(?:bereits|schon|längst|gestern|heute|soeben|wurde|ist|am [\d.]+)[ ,]+){0,3}(?:bezahlt|überwiesen|beglichen|angewiesen|erledigt)\b|\b(?:%paid_de%)\b.{0,30}\b(?:gestern|vorgestern|letzte\w*|vergangene\w*|vor \w+ tagen|bereits|schon)\b|\b(?:scheck|geld|überweisung|zahlung)\b.{0,25}\b(?:ist|sind) (?:\w+ )?(?:raus|unterwegs|auf dem weg|in der post)\b",
        r"\b(?:wird|werden|werde|soll|sollen|sollte|muss|müssen|kann|können|sobald|wenn|falls|bevor|bis|zu|damit|dann)\b(?: \w+){0,6} (?:%paid_de%|überweisen|bezahlen|erledigt)\b|\b(?:nicht|noch nicht|nie|kein\w*)\b(?: \w+){0,4} (?:%paid_de%|eingegangen|erfolgt)\b|\b(?:ist|sind)\b.{0,60}\b(?:eingeplant|vorgesehen|geplant|terminiert|angesetzt|fällig|vorgemerkt)\b",
    ),
    rule_unless(
        "paid.fr",
        r"\b(?:a|ont|avons|avez|ai|j'ai|est|sont|ete|deja|bien|fut|vient d'etre)\b(?: \w+){0,4}? (?:%paid_fr%|encaissee?)\b|\b(?:virement|paiement|reglement|cheque)\b.{0,50}\b(?:(?:a|ont) (?:deja |bien )?(?:ete )?(?:fait|effectue|emis|passe|execute|envoye|poste|debite|transmis)|est (?:deja |bien )?(?:parti|fait|passe|effectue|emis)|parti|en route|au courrier)\b|\b(?:avons|ai|a|ont)\b(?: \w+){0,2} (?:fait|effectue|emis|passe|execute|envoye|poste|transmis|lance|ordonne)\b.{0,25}\b(?:virement|paiement|reglement|cheque)\b|\b(?:payee?s?|reglee?s?|viree?s?|soldee?s?)\b.{0,30}\b(?:hier|derniere?|deja|il y a|le \d+|par (?:virement|cheque|carte|prelevement))\b|^[^a-z]*(?:bonjour)?[^a-z]*(?:deja |c'est |facture )?(?:payee?|reglee?)\b",
        r"\b(?:sera|seront|serait|va|vont|allons|devra|doit|doivent|pour|si|des que|quand|lorsqu\w*|avant d'|sera)\b(?: \w+){0,4} (?:%paid_fr%)\b|\b(?:pas|jamais|non|toujours pas|pas encore)\b(?: \w+){0,3} (?:%paid_fr%|recu)\b|\b(?:est|sont) (?:prevue?s?|programmee?s?|planifiee?s?)\b|\b(?:marchandises?|commandes?|livraison|colis|avoir)\b.{0,40}\b(?:envoyee?s?|partie?s?|faite?s?|effectuee?s?)|\b(?:envoye|adresse|poste|fait)\w*\b.{0,30}\b(?:mail|courriel|message|demande|facture|relance|reclamation|commande)",
    ),
    rule_unless(
        "paid.es",
        r"\b(?:ya|esta|estan|fue|fueron|hemos|he|ha|han|quedo|quedaron|consta|figura|sido|se ha|se han)\b(?: \w+){0,4}? (?:%paid_es%)\b|\b(?:ya|esta|fue|hemos|he|ha|han|se ha|quedo)\b(?: \w+){0,4} (?:efectuad[oa]|realizad[oa]|hech[oa]|emitid[oa]|enviad[oa]|ordenad[oa]|cargad[oa]|dad[oa])\b.{0,30}\b(?:pago|transferencia|abono|ingreso|cheque)\b|\b(?:pago|transferencia|abono|ingreso|cheque)\b.{0,40}\b(?:ya|esta|fue|ha sido|se ha|quedo|salio|se (?:realizo|hizo|efectuo|envio|emitio))\b|\b(?:pagamos|pague|pago|abonamos|abone|transferimos|transferi|hicimos|hice|realizamos|realice|efectuamos|ingresamos|ingrese|liquidamos|enviamos|se (?:pago|abono|hizo|realizo|transfirio|efectuo|envio|emitio)|salio)\b.{0,60}\b(?:ya|ayer|anteayer|pasad[oa]|hace|el dia|esta mañana|transferencia|pago|cheque|factura|por (?:transferencia|banco|tarjeta)|\d{1,2} de)\b|\b(?:ya|ayer|anteayer|el pasado|la semana pasada|hace)\b.{0,50}\b(?:pagamos|pague|pago|abonamos|transferimos|hicimos|hice|realizamos|se (?:pago|abono|hizo|realizo)|pagad[oa])\b|^[^a-z]*(?:hola)?[^a-z]*(?:ya )?(?:pagad[oa]|abonad[oa]|transferid[oa])\b|\b(?:transferencia|pago|cheque)\b.{0,30}\b(?:esta|va) (?:de |en )?camino\b|\bya (?:esta|pagu|pagam|abon)\w*",
        r"\b(?:sera|seran|va a|van a|vamos a|para|si|cuando|en cuanto|hasta|debe|tiene que|una vez)\b(?: \w+){0,4} (?:%paid_es%)\b|\b(?:no|nunca|aun no|todavia no|sin)\b(?: \w+){0,3} (?:%paid_es%|pagamos)\b|\b(?:programad[oa]|previst[oa])\b|\b(?:pagamos|abonamos|pago|transferimos)\b.{0,12}\b(?:el|los) (?:%weekday%|proximo|\d{1,2})\b|\b(?:mercanc\w+|pedido|palets|entrega|reclamacion)\b|\b(?:enviad[oa]|hech[oa]|realizad[oa])\b.{0,25}\b(?:correo|mensaje|pedido|reclamacion)",
    ),
    rule_unless(
        "paid.nl",
        r"\b(?:is|zijn|hebben|heb|heeft|werd|werden|was|al|reeds|inmiddels|zojuist|net|gisteren|vorige week)\b.{0,70}\b(?:betaald|overgemaakt|voldaan|overgeboekt|overgeschreven|afgeschreven|verricht|vereffend|afgerekend|de deur uit|op de bus)\b|\b(?:heb|hebben|heeft|is|zijn)\b.{0,30}\b(?:betaling|overboeking|bedrag)\b.{0,40}\b(?:gedaan|uitgevoerd|verricht|verstuurd)\b|\b(?:betaling|overboeking|opdracht|bedrag|geld)\b.{0,60}\b(?:is|zijn|werd|heb|hebben)\b.{0,40}\b(?:uitgevoerd|verwerkt|verstuurd|verricht|gedaan|onderweg|vertrokken)\b|^[^a-z]*(?:hallo|beste)?[^a-z]*(?:al |reeds |zojuist |gisteren |vorige week )?(?:betaald|overgemaakt|voldaan)\b|\b(?:betaald|overgemaakt|voldaan)\b.{0,30}\b(?:gisteren|vorige|afgelopen|al|reeds|geleden)\b",
        r"\b(?:daarmee|dan|wordt|worden|zal|zullen|moet|moeten|kan|kunnen|zodra|als|indien|gaat|gaan|te)\b(?: \S+){0,6} (?:betaald|overgemaakt|voldaan|overgeboekt|betalen)\b|\b(?:betaald|overgemaakt|voldaan) (?:wordt|worden|zal)\b|\b(?:niet|nog niet|nooit|geen)\b(?: \w+){0,4} (?:betaald|overgemaakt|voldaan|ontvangen)\b|\b(?:staat|is|zijn)\b.{0,40}\b(?:ingepland|gepland|klaargezet)\b",
    ),
    rule_unless(
        "paid.you_have_it",
        r"\byou(?:'ve| have| should have| should)? (?:\w+ ){0,2}(?:already )?(?:have|had|got|received|been paid)\b.{0,30}\b(?:payment|money|funds|cheque|check|it)\b.{0,30}\b(?:already|last|yesterday|ago|by now)\b|\b(?:part of|covered (?:by|in)|included in|with) (?:the|our|my) (?:payment|transfer|wire|cheque|check) (?:of|from|on|we|dated|last|sent)\b",
        r"\b(?:will|shall|'ll|next|tomorrow)\b",
    ),
];

/// Denied shortly before it is said: "has not been paid".
static DENIED: Pattern = Pattern::new(
    r"\b(?:%not%|n't)(?: \w+){0,4} (?:paid|settled|remitted|wired|cleared|transferred|made|sent|issued|processed|released|gone|done|cashed)\b|\bunpaid\b|\byet to\b",
);

pub(super) fn read(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    if clause.is_asked {
        return None;
    }
    let (rule, span) = first(reader, clause, &RULES)?;
    if DENIED.is_match(&without_neutral(reader.words(clause))) {
        return None;
    }
    let is_within = |m: &&crate::inbox::dates::DateMention| clause.span.contains(m.span);
    let on = reader.back.iter().find(is_within).map(|m| m.on).filter(|on| *on <= reader.context.written_on);
    Some(signal(SignalKind::AlreadyPaid { on }, span, rule, sure_unless(clause.is_question)))
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    RULES.iter().flat_map(Rule::patterns).chain([&DENIED]).collect()
}
