//! Commitments to pay: a verb of paying in the future, a day, and nothing in the clause that takes it back.
use super::Reader;
use crate::inbox::amounts::Amount;
use crate::inbox::clauses::Clause;
use crate::inbox::dates::{DateMention, Precision};
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Certainty, Signal, SignalKind};

static COMMITMENT: [(&str, Pattern); 5] = [
    (
        "promise.en",
        Pattern::new(concat!(
            r"\b(?:will|'ll|shall|going to|gonna) (?:\w+ ){0,3}(?:pay|paid|settle|settled|transfer|transferred|wire|wired|remit|remitted|send|sent|clear|cleared|release|released|process|processed|made|done|push|go out|be with you|have funds|do the transfer|issue|issued|credited|mail|drop)\b|",
            r"\bwill (?:get|have) (?:this|it|that|the \w+) (?:paid|settled|sent|cleared|out)|'ll get (?:this|it|that) (?:paid|settled|sent|cleared|out)|",
            r"\b(?:payment|it|this|they|neft|transfer|wire|check|cheque|balance|funds|money|rest)\b.{0,30}\b(?:is|are) (?:scheduled|booked|set up|lined up|due to go)|",
            r"\b(?:scheduled|booked in|booked|loaded|set up|queued)\b.{0,30}\b(?:for|via)\b|\b(?:goes|going|should go) out\b|",
            r"\bexpect (?:it|payment|the (?:wire|transfer|payment|money|funds)|funds)\b|^\W*(?:we're |we are |i'm |i am )?paying\b|\b(?:we're|we are|i'm|i am) paying\b|: paying\b|",
            r"\b(?:in|on) (?:the|our|this|%weekday%'s|next)(?: \w+)? (?:payment run|pay run|check run|batch|run)\b|\bin %weekday%'s batch|\bpayment (?:will|on|by|goes|follows)\b|\bwe pay\b|\bthe balance by\b"
        )),
    ),
    (
        "promise.de",
        Pattern::new(
            r"\b(?:überweise[n]?|zahlen|zahle|begleichen|begleiche)\b|\b(?:wird|werden|werde)\b.{0,60}\b(?:überwiesen|bezahlt|beglichen|zahlen|überweisen|angewiesen|begleichen)\b|\bzahlung (?:kommt|erfolgt|folgt|geht|ist (?:für|eingeplant|terminiert))|\büberweisung (?:kommt|erfolgt|geht|ist)",
        ),
    ),
    (
        "promise.fr",
        Pattern::new(
            r"\b(?:paierons|paierai|réglerons|réglerai|effectuerons|virerons|payons|réglons)\b|\b(?:allons|vais) (?:payer|régler|effectuer|virer)|\b(?:sera|seront) (?:payée?s?|réglée?s?|virée?s?|effectuée?s?)|\b(?:virement|paiement|règlement)\b.{0,30}\b(?:programmé|prévu|partira|sera|part)\b",
        ),
    ),
    (
        "promise.es",
        Pattern::new(
            r"\b(?:pagaremos|pagaré|abonaremos|transferiremos|haremos (?:el pago|la transferencia)|realizaremos)\b|\b(?:vamos|voy) a (?:pagar|abonar|transferir|hacer)|\b(?:se pagará|será (?:pagad|abonad)\w)|\b(?:pago|transferencia)\b.{0,30}\b(?:programad|previst|saldrá|sale)\w?",
        ),
    ),
    (
        "promise.nl",
        Pattern::new(
            r"\b(?:betalen|betaal|maken .{0,30}over|maak .{0,30}over)\b|\b(?:wordt|worden|zal|zullen)\b.{0,60}\b(?:betaald|overgemaakt|voldaan|betalen|overmaken)\b|\bbetaling (?:volgt|gaat|staat|komt)",
        ),
    ),
];
/// A verb of the future; the rest of the table also fits a report ("went in our run on 29 May").
static FUTURE: Pattern = Pattern::new(concat!(
    r"\b(?:will|shall|going to|gonna|goes|going|should go|scheduled|booked|loaded|set up|queued|expect|paying|tomorrow)\b|'ll\b|",
    r"\b(?:wird|werden|werde|kommt|erfolgt|geht|überweise|zahle|zahlen)\b|\b(?:sera|seront|allons|vais|partira|programmé|prévu)\b|\w+(?:erons|erai)\b|",
    r"\b(?:vamos a|voy a|saldrá|será|programad\w|previst\w)\b|\w+(?:aremos|aré|eremos)\b|\b(?:wordt|worden|zal|zullen|volgt|staat klaar)\b"
));
static NEGATED_COMMITMENT: Pattern = Pattern::new(concat!(
    r"\b(?:not|never|cannot|can't|won't|wont|unable|nothing|refuse|no (?:payment|pre-\w+|money|invoices?))\b|n't\b|",
    r"\b(?:nicht|kein\w*|erst|pas|jamais|aucun\w*|nunca|niet|geen)\b|",
    r"\bno (?:pagar|abonar|transferir|har|realizar|vamos|voy|podemos|puedo|se |ser|hay)"
));
/// "subject to" and "when the grant arrives" explain a stated day; the rest of the conditions take it back.
static REAL_CONDITION: Pattern = Pattern::new(concat!(
    r"\b(?:if|unless|once|as soon as|provided|assuming|until|depending|pending|in case|when (?:you|your)|after you|",
    r"wenn|falls|sobald|sofern|solange|vorausgesetzt|si\s+\w+|s'il|dès que|lorsque|une fois|à condition|",
    r"cuando|en cuanto|siempre que|una vez|als|zodra|indien|mits)\b|\bwhen (?:the|our|we|they|he|she)\b"
));
static EXPLAINED_DAY: Pattern = Pattern::new(r"\bwhen (?:the|our|we|they|he|she)\b");
/// Somebody else's words, an unreal mood, or another thing that is sent: a person reads it.
static DOUBT: Pattern = Pattern::new(concat!(
    r"\b(?:you (?:said|say|told|claim\w*)|says?|said|told|let (?:you|me|us) know|doubt\w*|not sure|whether|some(?:one|body) else|",
    r"(?:was|were) (?:scheduled|going to|supposed to|booked)|would|wrong|due|(?:sent|send|go|going) back|returned|bounced|frozen|",
    r"on hold|w[üu]rde\w*|wäre\w*|hätte\w*|ob|sagt\w*|dit|disent|aurai\w*|dice[n]?|dijo|habría\w*|zei|zegt|zou\w*)\b"
));
/// "Send", "release" and "make" promise money only when money is what they move.
static PAYING: Pattern = Pattern::new(concat!(
    r"\b(?:pay\w*|paid|settle\w*|transfer\w*|wire\w*|remit\w*|ach|bacs|neft|rtgs|sepa|check|cheque|money|funds|balance|invoices?|",
    r"run|batch|amount|bank|deposit|überw\w*|zahl\w*|bezahl\w*|begl\w*|virement|pai\w*|règl\w*|régl\w*|vir\w+|",
    r"pag\w*|abon\w*|transf\w*|betaal\w*|betal\w*|over(?:gemaakt|maken)|voldaan|factuur|factura|facture|rechnung)\b|[$€£₹]"
));
static CORRECTION: Pattern = Pattern::new(
    r"\b(?:i meant|i mean|correction|scratch that|make that|rather than|instead of|ich meinte|pardon,|ik bedoelde|quería decir)\b",
);
/// The whole mail is little more than the day.
static ONLY_A_DAY: Pattern = Pattern::new(r"^\W*(?:on |by |the |am |bis |zum |le |el |op |uiterlijk )*\W*$");

/// Reads one clause; a clause about the past or a question promises nothing.
pub(super) fn read(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let words = clause.span.of(reader.text);
    let days: Vec<&DateMention> = reader
        .ahead
        .iter()
        .filter(|m| clause.span.contains(m.span) && m.on >= reader.context.written_on)
        .collect();
    let Some(rule) = COMMITMENT.iter().find(|(_, pattern)| pattern.is_match(words)).map(|(name, _)| *name)
    else {
        return only_a_day(reader, clause);
    };
    let is_report = clause.is_past && !FUTURE.is_match(words);
    if clause.is_question || is_report || NEGATED_COMMITMENT.is_match(words) {
        return None;
    }
    let day = days.iter().min_by_key(|m| m.on);
    let is_conditional = REAL_CONDITION.is_match(words) && !(day.is_some() && EXPLAINED_DAY.is_match(words));
    if is_conditional || clause.is_hedged {
        let kind = SignalKind::PaymentDelay;
        return Some(Signal { kind, span: clause.span, rule: "delay.hedged", certainty: Certainty::Unsure });
    }
    let (kind, is_sure) = match day {
        Some(day) => {
            let is_sure = day.precision == Precision::Exact
                && days.len() == 1
                && !clause.is_conditional
                && PAYING.is_match(words)
                && !DOUBT.is_match(words)
                && !CORRECTION.is_match(reader.text);
            (SignalKind::PromiseToPay { on: day.on, amount: amount(reader, clause) }, is_sure)
        }
        None => (SignalKind::SoftPromise, true),
    };
    let certainty = if is_sure { Certainty::Clear } else { Certainty::Unsure };
    Some(Signal { kind, span: clause.span, rule, certainty })
}

/// The one amount stated in the clause; two amounts are for a person.
fn amount(reader: &Reader<'_>, clause: &Clause) -> Option<Amount> {
    let mut inside = reader.amounts.iter().filter(|m| clause.span.contains(m.span));
    let first = inside.next()?;
    inside.next().is_none().then_some(first.amount)
}

/// "The 15th." answers our question of when; without a verb a person confirms it.
fn only_a_day(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let day = reader.ahead.iter().find(|m| clause.span.contains(m.span))?;
    let before = reader.text.get(..day.span.start)?;
    let after = reader.text.get(day.span.end..)?;
    if clause.is_question || !ONLY_A_DAY.is_match(before) || !ONLY_A_DAY.is_match(after) {
        return None;
    }
    let kind = SignalKind::PromiseToPay { on: day.on, amount: None };
    Some(Signal { kind, span: clause.span, rule: "promise.only_a_day", certainty: Certainty::Unsure })
}

/// A single promise without an amount takes the only amount of the mail ("You should see one deposit of …").
pub(super) fn attach_only_amount(reader: &Reader<'_>, signals: &mut [Signal]) {
    let [only] = reader.amounts.as_slice() else { return };
    let is_contested =
        signals.iter().any(|s| matches!(s.kind, SignalKind::Dispute { .. } | SignalKind::AlreadyPaid { .. }));
    let mut open = signals.iter_mut().filter_map(|signal| match &mut signal.kind {
        SignalKind::PromiseToPay { amount, .. } => Some(amount),
        _ => None,
    });
    if let (Some(first), None, false) = (open.next(), open.next(), is_contested) {
        first.get_or_insert(only.amount);
    }
}

/// Whether words commit to paying later; keeps "paid" in "will be paid" out of the past.
pub(super) fn is_ahead(words: &str) -> bool {
    FUTURE.is_match(words) && COMMITMENT.iter().any(|(_, pattern)| pattern.is_match(words))
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    let mut out: Vec<&Pattern> = COMMITMENT.iter().map(|(_, pattern)| pattern).collect();
    out.extend([
        &FUTURE,
        &NEGATED_COMMITMENT,
        &REAL_CONDITION,
        &EXPLAINED_DAY,
        &DOUBT,
        &PAYING,
        &CORRECTION,
        &ONLY_A_DAY,
    ]);
    out
}
