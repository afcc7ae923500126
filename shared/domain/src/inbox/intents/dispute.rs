//! Contests the invoice or part of it, or withholds until we mend something. A contest is a thing gone wrong (with its
//! reason), a demand to mend it, or the refusal itself; which of them says why is chosen over the whole mail.
use super::Reader;
use super::grievances::REASONS;
use super::rules::{Rule, rule, rule_unless, signal, sure_unless};
use crate::inbox::clauses::{Clause, without_neutral};
use crate::inbox::pattern::{Found, Pattern};
use crate::inbox::signal::{Certainty, DisputeReason, Signal, SignalKind};

/// Said to be over or ruled out.
static RULED_OUT: Pattern = Pattern::new(concat!(
    r"\b(?:no|not|without|aren't|isn't|never) (?:in |a |an |any |further |longer )*(?:disput\w*|objections?|complaints?|quer(?:y|ies)|contest\w*|issues? (?:with|on|about)|problems? with (?:the|this|your) (?:invoice|amount|goods|order))|",
    r"\b(?:nothing wrong|all (?:correct|good|fine|in order|resolved)|happy with (?:the|everything|it)|withdr\w+ (?:the|our|my) (?:dispute|complaint|query)|dispute (?:is|has been|was) (?:resolved|closed|settled|withdrawn|over))|",
    r"\b(?:keine?|ohne) (?:einw\w+|beanstandung\w*|reklamation\w*|mängel)|\b(?:reklamation|beanstandung)\b.{0,25}\b(?:erledigt|geklärt|zurückgezogen)|",
    r"\b(?:pas|aucune?|sans) (?:de |d')?(?:contestation|litige|objection|reserve|reclamation)|\blitige (?:est )?(?:clos|resolu|regle)|",
    r"\b(?:sin|ninguna?|no hay|no tenemos) (?:disputa|objecion\w*|reclamacion\w*|queja\w*|incidencia\w*|inconveniente)|\b(?:geen|zonder) (?:bezwaar|klacht\w*|opmerkingen|geschil)"
));

/// Asks or waits for us to mend the invoice or what it is for.
static DEMANDS: [Rule; 5] = [
    rule_unless(
        "dispute.demand.en",
        r"\b(?:please|kindly|pls|can you|could you|would you|will you|you need to|you must|you'll need to|need you to|need (?:a|an|the|this|it)|want (?:a|an|the|this|it)|require\w*|until|till|once|as soon as|when|after|unless|if|before|waiting (?:for|on)|awaiting|expect\w*|issue|send(?: us| me)?|ask\w*(?: \w+){0,3} (?:to|for)|should|must|has to|have to|needs? to(?: be)?)\b.{0,60}\b(?:correct(?:ed|ing|ion)? (?:it|this|the|that|your|and|invoice|version|bill|copy|one|to)|corrected|correction|corrections|is (?:fixed|resolved|sorted)|fix(?:ed)? (?:it|this|the)|amend\w*|revis(?:e|ed|ion)|re-?issue\w*|adjust\w*|cancel(?:led)? (?:it|this|the|that|one|your|invoice)|void|credit (?:it|this|the|us|me|note|memo|back|for)|credited|re-?bill\w*|re-?invoice\w*|rework|make (?:it|this) right|put (?:it|this) right|take .{1,40} off|(?:come|comes|taken|knocked) off|remov(?:e|ed) (?:the|this|these|those|it)|waive\w*|replac(?:e|ed|ement)\w*|collect(?:ed)? (?:the|it|them)|pick(?:ed)? (?:it|them) up|swap\w*|refund\w*|repair\w*|redeliver\w*|deliver (?:the|it|them)|resolv\w+ (?:this|the|our|it)|write (?:it|this) off)\b|\b(?:until|till|once|when|after|unless|before|as soon as) (?:you(?:'ve| have)?|someone|somebody|the (?:job|work|repairs?|delivery|order|project|snag\w*|rest|missing \w+|remaining \w+|other \w+))\b.{0,30}\b(?:finish\w*|complet\w*|done|fix\w*|repair\w*|deliver\w*|arriv\w*|come\w*|look\w*|collect\w*|here)\b",
        r"\b(?:once (?:this|it|the payment) is (?:complet|process)\w*|complet\w+ (?:the |a |our |your )?(?:form|payment|approval)|refund of the credit balance|used for refunds|be informed|replacement (?:card|cheque|check)|before (?:we|i) can set|stop payment|when (?:is|are) (?:the )?)\b",
    ),
    rule(
        "dispute.demand.de",
        r"\b(?:bitte|können sie|könnten sie|müssen|muss|sobald|erst|wenn|bis|warten|erwarte\w*|fordern?|verlangen|benötigen?|brauchen|ersuchen|bitten)\b.{0,70}(?:korrigier\w*|korrektur\w*|berichtig\w*|storn\w*|angepasst|anzupassen|anpassung|gutschreib\w*|gutgeschrieben|gutschrift|ersatz\w*|ersetz\w*|umtausch\w*|abhol\w*|nachliefer\w*|nachbesser\w*|neue rechnung|richtige rechnung|geänderte rechnung|vollständige\w* lieferung|behoben|reparier\w*|herausgenommen|zurückgenommen|zurücknehm\w*|erlassen|verzicht\w*)",
    ),
    rule_unless(
        "dispute.demand.fr",
        r"\b(?:merci de|merci d'|veuillez|pouvez-vous|pourriez-vous|des que|tant que|lorsqu\w*|quand|une fois|apres|avant|jusqu'à ce|il faut|attend\w*|attente|besoin|demand\w+|exige\w*|doit|devez|nous faire)\b.{0,70}\b(?:rectifi\w+|corrig\w+|correction|annul\w+|modifi\w+|remplac\w+|refai\w+|avoir|rembours\w+|repar\w+|repris\w*|reprendre|complet\w+|livr\w+ (?:le|la|les)|echang\w+|deduire|deduction|retirer|revoir|etablir une nouvelle)\b",
        r"\b(?:avoir (?:vos|votre|le rib|une copie|un releve)|pouvoir avoir)\b",
    ),
    rule(
        "dispute.demand.es",
        r"\b(?:por favor|ruego|rogamos|podrian?|podeis|solicit\w+|necesit\w+|hasta que|cuando|en cuanto|una vez|tienen que|deben|deberia\w*|espera\w*|exig\w+|esperando|pendientes? de)\b.{0,70}\b(?:rectifi\w+|correg\w+|corrij\w+|correccion|anul\w+|modifi\w+|repon\w+|reposicion|sustitu\w+|cambi\w+ (?:la|el|las|los) (?:factura|pieza|material|producto)\w*|abon(?:en|o|ar|ado|e)\b|devuel\w+|devolucion|reembols\w+|repar\w+|recoj\w+|recog\w+|complet\w+|entreguen|entrega|descuent\w+|quit\w+|nueva factura)|\b(?:emit|envi|mand)\w*\b.{0,30}\b(?:rectificativa|factura corregida|nueva factura|correcta)",
    ),
    rule(
        "dispute.demand.nl",
        r"\b(?:graag|kunt u|kun je|gelieve|zodra|totdat|tot|pas|als|moet\w*|dient|verwacht\w*|wacht\w*|verzoek\w*|willen|wil)\b.{0,70}\b(?:corrig\w+|correctie|gecorrigeerd\w*|aanpass\w+|aangepast\w*|herzien\w*|annuler\w+|crediter\w+|gecrediteerd\w*|creditnota|creditfactuur|vervang\w+|omruil\w+|ophal\w+|nalever\w+|herstel\w*|reparer\w+|terugbetal\w+|nieuwe factuur|juiste factuur|compleet|volledige? lever\w+|verwijder\w+)",
    ),
];

/// The contest itself, whatever its reason.
static CONTESTS: [Rule; 6] = [
    rule_unless(
        "dispute.contest.en",
        r"\b(?:disput(?:e|es|ed|ing)|contest(?:s|ed|ing)?|object(?:s|ed|ing)? to|challeng(?:e|ing)|disagree\w*|reject(?:s|ed|ing)?|quer(?:y|ied|ying) (?:the|this|your|on)|den(?:y|ies|ied) (?:this|the|any|owing|liability))\b|\b(?:do not|don't|cannot|can't|won't|will not|unable to|not|never) (?:\w+ )?(?:accept|agree|recogni[sz]e|acknowledge)\b.{0,25}\b(?:this|the|your|that|with|to|charge|invoice|amount|liab\w+)|\bnot (?:right|correct|accurate|acceptable|what (?:we|i|was))\b|\b(?:isn't|is not|aren't) (?:right|correct)\b|\b(?:looks|seems|is|are) (?:wrong|incorrect|off|odd|a mistake|an error)\b|\bneeds? (?:to be )?(?:crediting|credited|correcting|corrected|reversing|reversed|removing|removed|voiding|amending|adjusting)\b|\bno way\b",
        r"\b(?:is (?:this|that|it) (?:right|correct|genuine)|is correct\b|if (?:that|this)'?s? (?:is )?(?:not )?(?:right|correct|ok)|not (?:the )?right person|the right|reject\w* payment|card (?:was )?reject\w*|terms? (?:is|are) correct)\b",
    ),
    rule_unless(
        "dispute.refusal.en",
        r"\b(?:won't|wont|will not|not going to|refuse to|refusing to|are not|aren't|am not|i'm not|we're not|not be) (?:be )?(?:pay(?:ing)?|releas(?:e|ing)|settl(?:e|ing)|process(?:ed|ing)?)\b.{0,30}\b(?:it|this|that|for|until|the|a cent|a penny|anything|your|those|these|any|invoices?)\b|\b(?:withh(?:old\w*|eld)|holding (?:back|payment|off payment|the payment|it|this|on to|\w+-?\d+)|on hold (?:until|till|pending|because)|retaining|not (?:a )?(?:penny|cent|dime))\b|\b(?:don't|do not|doesn't) owe\b|\bnot (?:liable|payable|owed)\b",
        r"\b(?:able|before (?:the )?\d|until (?:next|the \d|\w+day|after|our|my|then|month|i get|we get paid|i'm back|i am back)|bank|somebody rings|until .{0,20}(?:confirm\w*|approv\w*|sign\w*|audit\w*))\b",
    ),
    rule(
        "dispute.contest.de",
        r"\b(?:widersprech\w*|widerspruch|beanstand\w*|reklam\w*|bestreiten?|bestritten|weisen\b.{0,40}\bzurück|zurückgewiesen|anfechten|einbehalten|behalten\b.{0,30}\bein|nicht einverstanden|erkennen\b.{0,40}\bnicht an|nicht an(?:erkannt|erkennen)|akzeptier\w+\b.{0,30}\bnicht|nicht akzeptier\w*|zahlen\b.{0,30}\b(?:rechnung|diese|das|betrag|dafür)\b.{0,15}\bnicht|werden (?:wir |ich )?(?:die|diese|das|den)\b.{0,40}\bnicht (?:be)?zahlen|stimmt (?:so )?nicht|ist (?:so )?nicht (?:korrekt|richtig)|kann so nicht stimmen|unberechtigt\w*|zu unrecht)\b",
    ),
    rule_unless(
        "dispute.contest.fr",
        r"\b(?:contest(?:e|ons|er|ee?s?|ation)|litige|reclamation|desaccord|refus(?:e|ons|er)|rejet(?:ons|te|ee?s?|er)|pas d'accord|ne (?:paierons|reglerons|paierai|reglerai) pas|n'accept(?:ons|e) pas|ne (?:reconnaissons|reconnais) pas|bloqu(?:ons|e|ee?s?)|suspendons|injustifiee?s?|indue?s?|n'est pas (?:correcte?|normale?|justifiee?|due?|exacte?))\b",
        r"\b(?:ne contest\w+ pas)\b",
    ),
    rule_unless(
        "dispute.contest.es",
        r"\b(?:disput(?:o|amos|ar|ada)|impugn\w+|disconform\w+|desacuerdo|no (?:estamos|estoy) (?:\w+ )?(?:de acuerdo|conformes?)|rechaz(?:o|amos|ar|ada|ado)|no (?:acept|reconoc)\w+|no (?:vamos a|voy a|pensamos) pagar\w*|no (?:pagaremos|abonaremos|pagare)\b.{0,30}\b(?:factura|hasta|est[ae]|eso|nada)|reten(?:emos|go)|no es (?:correct[oa]|nuestr[oa]|asi)|improcedente|indebid[oa]|reclamacion|no debemos)\b",
        r"\b(?:hasta que (?:cobremos|nos paguen))\b",
    ),
    rule(
        "dispute.contest.nl",
        r"\b(?:betwist\w*|bezwaar|niet (?:mee )?eens|niet akkoord|weiger\w*|protest\w*|reclamatie|reclameren|klacht|accepteren\b.{0,30}\bniet|niet accepteren|erkennen\b.{0,30}\bniet|betalen\b.{0,30}\b(?:factuur|deze|dit|hem|bedrag)\b.{0,15}\bniet|houden\b.{0,40}\b(?:in|aan|achter)\b|opschort\w*|schorten|klopt (?:zo )?niet|is (?:zo )?niet (?:juist|correct)|onterecht\w*|ten onrechte)\b",
    ),
];

static NOT: Pattern = Pattern::new(r"\b(?:%not%)\b|n't\b");
static ASKS_NEUTRALLY: Pattern = Pattern::new(concat!(
    r"^[^a-z]*(?:(?:hi|hello|dear|hallo|guten tag|bonjour|hola|buenos dias|beste|dag)\b[^,.!?]{0,30}[,.!] ?)?(?:is|are|was|were|do|does|did|has|which|what|who|where|when|",
    r"ist|sind|war|gehört|bezieht|enthält|gilt|welche\w*|was|wer|wo|wann|zu welche\w*|für welche\w*|est-ce|quel\w*|à quel\w*|pour quel\w*|de quel\w*|qui|ou|quand|es|son|esta|corresponde|incluye|que|cual\w*|a que|a cual|de que|para que|quien|donde|cuando|",
    r"is|zijn|hoort|geldt|welke?|wat|wie|waar|wanneer|voor welk\w*|bij welk\w*|op welk\w*)\b"
));

/// All contests of a clause: what went wrong, what is demanded, and the refusal, at most one of each.
pub(super) fn disputes(reader: &Reader<'_>, clause: &Clause, out: &mut Vec<Signal>) {
    let words = without_neutral(reader.words(clause));
    if RULED_OUT.is_match(&words) {
        return;
    }
    // "Does the balance include March?" asks; "why does it not?" and "can you correct it?" contest.
    if clause.is_asked && ASKS_NEUTRALLY.is_match(&words) && !NOT.is_match(&words) {
        return;
    }
    let doubt = sure_unless(clause.is_question);
    let wrong = REASONS.iter().filter_map(|(reason, rule)| Some((rule.find(&words)?, *reason, rule.name)));
    if let Some((found, reason, rule)) = wrong.min_by_key(|(found, _, _)| found.start) {
        out.push(signal(SignalKind::Dispute { reason }, reader.span(clause, found), rule, doubt));
        return;
    }
    if let Some(found) = across_contrast(reader, clause) {
        out.push(found);
        return;
    }
    for (rules, reason) in [(&CONTESTS[..], DisputeReason::Other), (&DEMANDS[..], DisputeReason::WrongAmount)]
    {
        let found = rules.iter().find_map(|rule| Some((rule.find(&words)?, rule.name)));
        if let Some((found, rule)) = found {
            out.push(signal(SignalKind::Dispute { reason }, reader.span(clause, found), rule, doubt));
            return;
        }
    }
}

/// "You charged fourteen hours but the timesheet says nine": the thing and what befell it stand on both sides of "but".
fn across_contrast(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    if clause.whole == clause.sentence {
        return None;
    }
    let whole = without_neutral(reader.folded.of(clause.whole));
    let at = reader.folded.range(clause.whole).start;
    let own = reader.folded.range(clause.span);
    let found = REASONS.iter().filter_map(|(reason, rule)| Some((rule.find(&whole)?, *reason, rule.name)));
    let crosses = |found: &Found| own.contains(&(at + found.start)) && at + found.end > own.end;
    let (found, reason, rule) =
        found.filter(|(found, _, _)| crosses(found)).min_by_key(|(found, _, _)| found.start)?;
    let span = reader.folded.span(at + found.start, at + found.end);
    Some(signal(SignalKind::Dispute { reason }, span, rule, sure_unless(clause.is_question)))
}

fn is_general(signal: &Signal) -> bool {
    signal.rule.starts_with("dispute.contest")
        || signal.rule.starts_with("dispute.refusal")
        || signal.rule.starts_with("dispute.demand")
}

/// One dispute a mail, with the first stated reason; a bare contest or demand takes the reason that stands elsewhere.
pub(super) fn settle(signals: &mut Vec<Signal>) {
    let reason_of = |signal: &Signal| match signal.kind {
        SignalKind::Dispute { reason } => Some(reason),
        _ => None,
    };
    let stated = signals.iter().filter(|s| !is_general(s)).find_map(reason_of);
    let demanded = signals.iter().filter(|s| s.rule.starts_with("dispute.demand")).find_map(reason_of);
    let Some(reason) = stated.or(demanded).or_else(|| signals.iter().find_map(reason_of)) else { return };
    let certainty =
        signals.iter().filter(|s| reason_of(s).is_some()).any(|s| s.certainty == Certainty::Clear);
    let mut is_first = true;
    signals.retain_mut(|signal| {
        if reason_of(signal).is_none() {
            return true;
        }
        signal.kind = SignalKind::Dispute { reason };
        signal.certainty = sure_unless(!certainty);
        std::mem::take(&mut is_first)
    });
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    let rules = DEMANDS.iter().chain(&CONTESTS).chain(REASONS.iter().map(|(_, rule)| rule));
    rules.flat_map(Rule::patterns).chain([&RULED_OUT, &NOT, &ASKS_NEUTRALLY]).collect()
}
