//! Dates in customers' words, as byte spans with a civil date. The phrases and their meaning follow the date table
//! of our mail label definitions; anything that only sounds like a day ("next week") is marked vague.
mod calendar;
mod grammar;
mod phrases;
mod resolve;
pub mod words;

use super::fold::Folded;
use super::pattern::Pattern;
use super::signal::{Context, Span};
use chrono::{Datelike, NaiveDate};

/// Which way an incomplete date points: a promise looks ahead, a payment already made looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ahead,
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// A named day.
    Exact,
    /// A period, or words that people read in two ways.
    Vague,
}

/// One date found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateMention {
    pub span: Span,
    pub on: NaiveDate,
    pub precision: Precision,
    pub rule: &'static str,
}

/// All dates of `text`, in order, without overlaps: the longer phrase wins.
pub fn dates(text: &Folded, context: &Context, direction: Direction) -> Vec<DateMention> {
    let mut found = grammar::matches(text, context, direction);
    found.sort_by_key(|m| (std::cmp::Reverse(m.span.end - m.span.start), m.span.start));
    let mut kept: Vec<DateMention> = Vec::new();
    for mention in found {
        if !kept.iter().any(|other| other.span.overlaps(mention.span)) {
            kept.push(mention);
        }
    }
    kept.sort_by_key(|m| m.span.start);
    let joined = join_neighbours(text, kept);
    joined.into_iter().filter(|m| grammar::is_usable(m.on, context.written_on)).collect()
}

static OR: Pattern =
    Pattern::new(r"^ ?(?:or|oder|ou|o|of|/|or latest|at the latest|spätestens)(?: on| am| le| el| op)? ?$");
static APPOSITION: Pattern =
    Pattern::new(r"^ ?(?:,|\(|-)? ?(?:the |den |dem |le |el |de |dia |i\.e\. |d\.h\. )*\(?$");

/// "Friday, 20 March" is one date; "Monday or Tuesday" is the later one.
fn join_neighbours(text: &Folded, mentions: Vec<DateMention>) -> Vec<DateMention> {
    let mut out: Vec<DateMention> = Vec::new();
    for mention in mentions {
        let Some(last) = out.last_mut() else {
            out.push(mention);
            continue;
        };
        let gap = text.of(Span::new(last.span.end, mention.span.start));
        let span = Span::new(last.span.start, mention.span.end);
        if OR.is_match(gap) {
            *last = DateMention { span, on: last.on.max(mention.on), ..*last };
        } else if last.rule.starts_with("date.weekday")
            && mention.rule.starts_with("date.day")
            && APPOSITION.is_match(gap)
        {
            let agrees = last.on.weekday() == mention.on.weekday();
            let precision = if agrees { mention.precision } else { Precision::Vague };
            *last = DateMention { span, precision, ..mention };
        } else {
            out.push(mention);
        }
    }
    out
}

#[cfg(test)]
mod tests;
