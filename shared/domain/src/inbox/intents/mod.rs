//! Reads typed signals out of the fresh text, clause by clause. Precision first: a turn of phrase that could mean
//! the opposite makes a signal unsure, and an unsure signal goes to a person.
mod lexicon;
mod promise;

use super::amounts::{AmountMention, amounts};
use super::clauses::{Clause, clauses};
use super::dates::{DateMention, Direction, dates};
use super::signal::{Certainty, Context, Signal, SignalKind, Span};
use lexicon::Rule;

/// The text with everything found in it once.
struct Reader<'t> {
    text: &'t str,
    context: &'t Context,
    ahead: Vec<DateMention>,
    back: Vec<DateMention>,
    amounts: Vec<AmountMention>,
}

/// Nobody writes this much about a payment; what is longer is read in part and goes to a person.
const MAX_BYTES: usize = 32 * 1024;

/// All signals of a fresh text, in the order of the text. An empty text says nothing; a text too long to be read
/// whole gives unsure signals only.
pub fn read(fresh: &str, context: &Context) -> Vec<Signal> {
    let end = fresh.floor_char_boundary(MAX_BYTES);
    let mut out = read_whole(fresh.get(..end).unwrap_or_default(), context);
    if end < fresh.len() {
        out.iter_mut().for_each(|signal| signal.certainty = Certainty::Unsure);
    }
    out
}

fn read_whole(fresh: &str, context: &Context) -> Vec<Signal> {
    let reader = Reader {
        text: fresh,
        context,
        ahead: dates(fresh, context, Direction::Ahead),
        back: dates(fresh, context, Direction::Back),
        amounts: amounts(fresh, &context.locale),
    };
    if let Some(word) = lexicon::OPT_OUT_WORD.find(fresh) {
        let span = Span::new(word.start(), word.end());
        return vec![signal(SignalKind::OptOut, span, "opt_out.word", Certainty::Clear)];
    }
    let mut out = Vec::new();
    for clause in clauses(fresh) {
        read_clause(&reader, &clause, &mut out);
    }
    promise::attach_only_amount(&reader, &mut out);
    settle_conflicts(&mut out);
    drop_covered_questions(&mut out);
    if out.is_empty()
        && let Some(thanks) = lexicon::THANKS.find(fresh)
    {
        let span = Span::new(thanks.start(), thanks.end());
        out.push(signal(SignalKind::Thanks, span, "thanks", Certainty::Clear));
    }
    out
}

const fn signal(kind: SignalKind, span: Span, rule: &'static str, certainty: Certainty) -> Signal {
    Signal { kind, span, rule, certainty }
}

const fn sure_unless(doubt: bool) -> Certainty {
    if doubt { Certainty::Unsure } else { Certainty::Clear }
}

fn first_match(rules: &'static [Rule], words: &str, at: usize) -> Option<(&'static str, Span)> {
    rules.iter().find_map(|rule| {
        let found = rule.pattern.find(words)?;
        Some((rule.name, Span::new(found.start(), found.end()).shifted(at)))
    })
}

fn read_clause(reader: &Reader<'_>, clause: &Clause, out: &mut Vec<Signal>) {
    let words = clause.span.of(reader.text);
    let at = clause.span.start;
    let before = out.len();
    let find = |rules: &'static [Rule]| first_match(rules, words, at);
    if let Some((rule, span)) = find(&lexicon::LEGAL).filter(|_| !lexicon::NOT_LEGAL.is_match(words)) {
        out.push(signal(SignalKind::Legal, span, rule, sure_unless(clause.is_question)));
    }
    if let Some((rule, span)) = find(&lexicon::OPT_OUT) {
        let doubt = clause.is_question || lexicon::NOT_OPT_OUT.is_match(words);
        out.push(signal(SignalKind::OptOut, span, rule, sure_unless(doubt)));
    }
    if let Some((rule, span)) = find(&lexicon::BANK_CHANGE) {
        out.push(signal(SignalKind::BankDetailChange, span, rule, Certainty::Clear));
        return;
    }
    let is_contested = dispute(clause, words, out);
    let is_document = document(clause, words, out);
    if let Some((rule, span)) = find(&lexicon::WRONG_CONTACT) {
        out.push(signal(SignalKind::WrongContact, span, rule, sure_unless(clause.is_question)));
    }
    if let Some((rule, span)) = plan(clause, words) {
        out.push(signal(SignalKind::PaymentPlan, span, rule, Certainty::Clear));
    } else if let Some(paid) = already_paid(reader, clause, words) {
        out.push(paid);
    } else if !is_contested && !is_document {
        commitment_or_delay(reader, clause, words, out);
    }
    if out.len() == before
        && let Some(asked) = lexicon::ASKS.find(words)
    {
        let span = Span::new(asked.start(), asked.end()).shifted(at);
        out.push(signal(SignalKind::Question, span, "question", Certainty::Clear));
    }
}

fn dispute(clause: &Clause, words: &str, out: &mut Vec<Signal>) -> bool {
    if lexicon::NOT_DISPUTE.is_match(words) {
        return false;
    }
    let found = lexicon::DISPUTE
        .iter()
        .find_map(|(reason, rule)| Some((*reason, rule.name, rule.pattern.find(words)?)));
    let Some((reason, rule, found)) = found else { return false };
    let span = Span::new(found.start(), found.end()).shifted(clause.span.start);
    out.push(signal(SignalKind::Dispute { reason }, span, rule, sure_unless(clause.is_question)));
    true
}

fn document(clause: &Clause, words: &str, out: &mut Vec<Signal>) -> bool {
    let Some((rule, span)) = first_match(&lexicon::DOCUMENT, words, clause.span.start) else { return false };
    out.push(signal(SignalKind::DocumentRequest, span, rule, Certainty::Clear));
    true
}

/// Asked, not told: "half today and half on the 19th" is a promise.
fn plan(clause: &Clause, words: &str) -> Option<(&'static str, Span)> {
    let found = first_match(&lexicon::PLAN, words, clause.span.start)?;
    (found.0 == "plan.instalments" || clause.is_question).then_some(found)
}

fn already_paid(reader: &Reader<'_>, clause: &Clause, words: &str) -> Option<Signal> {
    let (rule, span) = first_match(&lexicon::PAID, words, clause.span.start)?;
    if clause.is_negated || clause.is_conditional || promise::is_ahead(words) {
        return None;
    }
    let mut days = reader.back.iter().filter(|m| clause.span.contains(m.span));
    let on = days.next().map(|m| m.on).filter(|on| *on <= reader.context.written_on);
    Some(signal(
        SignalKind::AlreadyPaid { on },
        span,
        rule,
        sure_unless(clause.is_question || clause.is_hedged),
    ))
}

fn commitment_or_delay(reader: &Reader<'_>, clause: &Clause, words: &str, out: &mut Vec<Signal>) {
    if let Some((rule, span)) = first_match(&lexicon::DELAY, words, clause.span.start) {
        out.push(signal(SignalKind::PaymentDelay, span, rule, sure_unless(clause.is_question)));
    } else if let Some(promise) = promise::read(reader, clause) {
        out.push(promise);
    }
}

/// These reach a person anyway, who then reads the question too.
fn drop_covered_questions(signals: &mut Vec<Signal>) {
    let reaches_person = signals.iter().any(|signal| {
        matches!(
            signal.kind,
            SignalKind::Dispute { .. }
                | SignalKind::Legal
                | SignalKind::BankDetailChange
                | SignalKind::PaymentPlan
                | SignalKind::DocumentRequest
        )
    });
    if reaches_person {
        signals.retain(|signal| signal.kind != SignalKind::Question);
    }
}

/// Signals that pull in opposite directions make the promise unsure: a contested, insolvent or already paid debt
/// is not simply going to be paid.
fn settle_conflicts(signals: &mut [Signal]) {
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

#[cfg(test)]
mod tests;
