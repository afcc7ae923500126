//! What the signals of a mail say together: one dispute with one reason, no delay beside a promise, no question where a
//! person reads the mail anyway.
use super::{Reader, dispute, promise};
use crate::inbox::clauses::Clause;
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Certainty, Signal, SignalKind, Span};

pub(super) fn settle(reader: &Reader<'_>, clauses: &[Clause], signals: &mut Vec<Signal>) {
    dispute::settle(signals);
    keep_one_promise_of_a_plan(signals);
    drop_delays(reader, clauses, signals);
    drop_covered_questions(reader, clauses, signals);
    drop_arrivals(reader, signals);
    drop_stop_chasing(reader, signals);
    if signals.iter().any(|s| s.kind == SignalKind::BankDetailChange) {
        signals.retain(|s| !matches!(s.kind, SignalKind::SoftPromise { .. }));
    }
    promise::correct_day(reader, signals);
    promise::take_day_from_beside(reader, clauses, signals);
    promise::attach_only_amount(reader, signals);
    drop_repeats(signals);
    doubt_promises(signals);
}

/// A delay that names its invoice is about that one only.
static NUMBER: Pattern = Pattern::new(r"\b[a-z]{1,4}-?(?:20\d\d-)?\d{3,}\b|\b\d{6,}\b");

const fn is_promise(kind: &SignalKind) -> bool {
    matches!(kind, SignalKind::PromiseToPay { .. } | SignalKind::SoftPromise { .. })
}

/// "Can we pay in two parts? The first on Friday." proposes a day and promises none.
fn keep_one_promise_of_a_plan(signals: &mut Vec<Signal>) {
    if signals.iter().any(|s| s.kind == SignalKind::PaymentPlan) {
        let is_proposed = |s: &Signal| {
            matches!(
                s.rule,
                "promise.only_a_day" | "promise.day_and_money" | "promise.we_pay" | "promise.word"
            )
        };
        signals.retain(|s| !is_promise(&s.kind) || !is_proposed(s));
    }
}

/// What blocks a payment is the reason of whatever else is said, unless it stands alone or for another invoice.
fn drop_delays(reader: &Reader<'_>, clauses: &[Clause], signals: &mut Vec<Signal>) {
    let explains = signals.iter().any(|s| {
        is_promise(&s.kind)
            || matches!(
                s.kind,
                SignalKind::Dispute { .. }
                    | SignalKind::PaymentPlan
                    | SignalKind::DocumentRequest
                    | SignalKind::AlreadyPaid { .. }
                    | SignalKind::Legal
                    | SignalKind::BankDetailChange
            )
    });
    if explains {
        let promised: Vec<Span> = signals.iter().filter(|s| is_promise(&s.kind)).map(|s| s.span).collect();
        let names_invoice = |s: &Signal| {
            let clause = clauses.iter().find(|clause| clause.span.contains(s.span));
            let is_apart =
                clause.is_some_and(|clause| !promised.iter().any(|span| clause.whole.contains(*span)));
            is_apart && NUMBER.is_match(around(reader, clauses, s))
        };
        let is_firm = |s: &Signal| !matches!(s.rule, "delay.conditional" | "delay.hedged");
        signals.retain(|s| s.kind != SignalKind::PaymentDelay || (is_firm(s) && names_invoice(s)));
    }
}

fn around<'r>(reader: &'r Reader<'_>, clauses: &[Clause], signal: &Signal) -> &'r str {
    let clause = clauses.iter().find(|clause| clause.span.contains(signal.span));
    clause.map_or("", |clause| reader.words(clause))
}

/// "Is that all right?" asks for nothing beyond the promise before it.
static CHECKS_BACK: Pattern = Pattern::new(
    r"\b(?:ok|okay|all ?right|alright|acceptable|fine|work for you|that work|suit you|enough|agree\w*|good enough|stop by|come by|recht|in ordnung|einverstanden|passt|genügt|convient|va bien|d'accord|suffit|parece bien|vale|de acuerdo|le va bien|goed|akkoord|schikt)\b",
);

/// These reach a person anyway, who then reads the question too.
fn drop_covered_questions(reader: &Reader<'_>, clauses: &[Clause], signals: &mut Vec<Signal>) {
    let is_covered =
        |s: &Signal| !is_promise(&s.kind) && !matches!(s.kind, SignalKind::Question | SignalKind::Thanks);
    let has_promise = signals.iter().any(|s| is_promise(&s.kind));
    if signals.iter().any(is_covered) {
        signals.retain(|s| s.kind != SignalKind::Question);
    } else if has_promise {
        let is_own =
            |s: &Signal| s.rule == "question.mark" && !CHECKS_BACK.is_match(around(reader, clauses, s));
        signals.retain(|s| s.kind != SignalKind::Question || is_own(s));
    }
}

/// "We have paid, please stop chasing" wants this reminder to end, not all mail.
fn drop_stop_chasing(reader: &Reader<'_>, signals: &mut Vec<Signal>) {
    static CHASING: Pattern = Pattern::new(r"\b(?:chas\w+|nudg\w+)$");
    let is_settled =
        signals.iter().any(|s| is_promise(&s.kind) || matches!(s.kind, SignalKind::AlreadyPaid { .. }));
    if is_settled {
        signals.retain(|s| s.kind != SignalKind::OptOut || !CHASING.is_match(reader.folded.of(s.span)));
    }
}

/// "Payment has been issued and will clear on the 14th" tells when a payment made arrives.
fn drop_arrivals(reader: &Reader<'_>, signals: &mut Vec<Signal>) {
    let paid = signals.iter().find(|s| matches!(s.kind, SignalKind::AlreadyPaid { .. })).map(|s| s.span);
    let Some(paid) = paid else { return };
    signals.retain(|s| {
        !is_promise(&s.kind) || s.span.start < paid.start || !ARRIVES.is_match(reader.folded.of(s.span))
    });
}

static ARRIVES: Pattern = Pattern::new(concat!(
    r"\b(?:clear|arrive|land|reach|hit|show up|appear|be with you|be in your|be there|see it|get it|have it|receive it|should (?:have|see)|ankommen|eintreffen|gutgeschrieben|bei ihnen|auf ihrem|eingehen|",
    r"arriver|arrivera|recevrez|aurez|parvenir|credite|recibir\w*|llegar\w*|tendr\w*|vera\w*|aankomen|binnen zijn|ontvangt|op uw rekening|bijgeschreven)\b"
));

/// The same kind once, but for promises, which may be several.
fn drop_repeats(signals: &mut Vec<Signal>) {
    let mut seen: Vec<SignalKind> = Vec::new();
    signals.retain(|signal| {
        let is_new = !seen.contains(&signal.kind);
        seen.push(signal.kind.clone());
        is_new || matches!(signal.kind, SignalKind::PromiseToPay { .. })
    });
}

/// Signals that pull in opposite directions make the promise unsure: a contested, insolvent or already paid debt
/// is not simply going to be paid.
fn doubt_promises(signals: &mut [Signal]) {
    let is_doubted = signals.iter().any(|signal| {
        matches!(
            signal.kind,
            SignalKind::Dispute { .. }
                | SignalKind::Legal
                | SignalKind::BankDetailChange
                | SignalKind::PaymentPlan
        )
    });
    for signal in signals.iter_mut().filter(|s| matches!(s.kind, SignalKind::PromiseToPay { .. })) {
        if is_doubted {
            signal.certainty = Certainty::Unsure;
        }
    }
}
