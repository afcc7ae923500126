//! Digits alone may be anything: which mentions by digits nothing supports.
use super::lexicon::Word;
use super::mentions::{How, Mention};
use super::text::{Gap, Segment};

/// Marks digits that no word calls an invoice and no list joins to a firm mention. `mentions` are in the order of the
/// text.
pub fn mark_loose(mentions: &mut [Mention<'_>], segments: &[Segment]) {
    let mut firm_ends: Vec<usize> = Vec::new();
    for mention in mentions {
        if let Some(at) = &mention.at {
            mention.is_loose = mention.how == How::Bare && is_unsupported(*at.start(), segments, &firm_ends);
            if !mention.is_loose {
                firm_ends.push(*at.end());
            }
        }
    }
}

fn is_unsupported(start: usize, segments: &[Segment], firm_ends: &[usize]) -> bool {
    let Some(first) = segments.get(start) else { return true };
    let joins = |mark: char| matches!(mark, ',' | '&' | '+' | ';' | '/' | '-');
    let is_joined = matches!(first.gap, Gap::Mark(mark) | Gap::Apart(mark) if joins(mark));
    let firm = |back: usize| start.checked_sub(back).is_some_and(|at| firm_ends.contains(&at));
    let is_word = |back: usize| {
        let segment = start.checked_sub(back).and_then(|at| segments.get(at));
        segment.is_some_and(|s| !s.is_digits && s.text.len() <= WORD_MAX)
    };
    first.label != Some(Word::Invoice) && !(is_joined && firm(1)) && !(is_word(1) && firm(2))
}

/// Words between the numbers of a list, or the ends of a range, are short: "through".
const WORD_MAX: usize = 7;
