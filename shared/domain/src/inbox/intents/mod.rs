//! Reads typed signals out of the fresh text, clause by clause. Precision first: a turn of phrase that could mean
//! the opposite makes a signal unsure, and an unsure signal goes to a person.
mod commitments;
mod contact;
mod dispute;
mod document;
mod grievances;
mod legal;
mod opt_out;
mod paid;
mod plan;
mod promise;
mod rules;
mod settle;

use super::amounts::{AmountMention, amounts};
use super::clauses::{Clause, clauses};
use super::dates::{DateMention, Direction, dates};
use super::fold::Folded;
use super::pattern::{Found, Pattern};
use super::signal::{Certainty, Context, Signal, SignalKind, Span};
use rules::signal;

/// The text with everything found in it once.
struct Reader<'t> {
    folded: &'t Folded,
    context: &'t Context,
    ahead: Vec<DateMention>,
    back: Vec<DateMention>,
    amounts: Vec<AmountMention>,
}

impl Reader<'_> {
    /// The folded words of a clause.
    fn words(&self, clause: &Clause) -> &str {
        self.folded.of(clause.span)
    }

    /// What was found in the words of a clause, as a span of the text.
    fn span(&self, clause: &Clause, found: Found) -> Span {
        let at = self.folded.range(clause.span).start;
        self.folded.span(at + found.start, at + found.end)
    }
}

/// Nobody writes this much about a payment; what is longer is read in part and goes to a person.
const MAX_BYTES: usize = 16 * 1024;

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
    let folded = Folded::new(fresh);
    if let Some(word) = opt_out::WORD.find(folded.as_str()) {
        let span = folded.span(word.start, word.end);
        return vec![signal(SignalKind::OptOut, span, "opt_out.word", Certainty::Clear)];
    }
    let ahead = dates(&folded, context, Direction::Ahead);
    let back = dates(&folded, context, Direction::Back);
    let mut amounts = amounts(fresh, &folded, &context.locale);
    amounts.retain(|m| !ahead.iter().any(|day| day.span.overlaps(m.span)));
    let reader = Reader { folded: &folded, context, ahead, back, amounts };
    let mut out = Vec::new();
    let clauses = clauses(fresh, &folded);
    for clause in &clauses {
        read_clause(&reader, clause, &mut out);
    }
    settle::settle(&reader, &clauses, &mut out);
    if out.is_empty()
        && let Some(thanks) = THANKS.find(folded.as_str())
    {
        let span = folded.span(thanks.start, thanks.end);
        out.push(signal(SignalKind::Thanks, span, "thanks", Certainty::Clear));
    }
    out
}

static THANKS: Pattern = Pattern::new(concat!(
    r"\b(?:thanks|thank you|thx|ta|much appreciated|appreciate[ds]?|cheers|brilliant|perfect|great|lovely|excellent|wonderful|noted with thanks|agreed|sounds good|all good|understood|will do|",
    r"danke\w*|vielen dank|besten dank|super|alles klar|einverstanden|perfekt|in ordnung|merci|parfait|c'est note|entendu|tres bien|d'accord|gracias|perfecto|de acuerdo|entendido|estupendo|genial|bedankt|dank u|dank je|dankjewel|hartelijk dank|prima|akkoord|top|duidelijk)\b"
));

fn read_clause(reader: &Reader<'_>, clause: &Clause, out: &mut Vec<Signal>) {
    let before = out.len();
    out.extend(legal::read(reader, clause));
    out.extend(opt_out::read(reader, clause));
    if let Some(changed) = contact::bank_change(reader, clause) {
        out.push(changed);
        return;
    }
    let document = document::document(reader, clause);
    let marks = out.len();
    let is_opt_out = out.iter().skip(before).any(|signal| signal.kind == SignalKind::OptOut);
    let plan = plan::plan(reader, clause);
    let is_proposal = clause.is_question && plan.is_some();
    if document.is_none() && !is_opt_out && !is_proposal {
        dispute::disputes(reader, clause, out);
    }
    let is_contested = out.len() > marks;
    let is_document = document.is_some();
    out.extend(document);
    out.extend(contact::wrong_contact(reader, clause).filter(|_| !is_document && !is_contested));
    if plan.is_some() {
        out.extend(plan);
    } else if let Some(paid) = already_paid(reader, clause) {
        out.push(paid);
    } else if !is_contested && !is_document {
        commitment_or_delay(reader, clause, out);
    }
    if out.len() == before {
        out.extend(document::question(reader, clause));
    }
}

fn already_paid(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    if promise::is_ahead(reader.words(clause)) {
        return None;
    }
    paid::read(reader, clause)
}

fn commitment_or_delay(reader: &Reader<'_>, clause: &Clause, out: &mut Vec<Signal>) {
    let promise = promise::read(reader, clause);
    let is_promise = promise.as_ref().is_some_and(|signal| signal.kind != SignalKind::PaymentDelay);
    // "It is with the director and goes out on Friday": a stated day outweighs what it waits for.
    if is_promise {
        out.extend(promise);
    } else if let Some(delay) = plan::delay(reader, clause).filter(|_| !clause.is_asked) {
        out.push(delay);
    } else {
        out.extend(promise);
    }
}

#[cfg(test)]
mod tests;
