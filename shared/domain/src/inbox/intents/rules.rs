//! A named rule of a table: what it looks for in the folded words of a clause, and what voids it.
use super::Reader;
use crate::inbox::clauses::Clause;
use crate::inbox::pattern::{Found, Pattern};
use crate::inbox::signal::{Certainty, Signal, SignalKind, Span};

/// The name is kept with the signal, so that a person can see why.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pattern: Pattern,
    unless: Option<Pattern>,
}

pub(super) const fn rule(name: &'static str, pattern: &'static str) -> Rule {
    Rule { name, pattern: Pattern::new(pattern), unless: None }
}

pub(super) const fn rule_unless(name: &'static str, pattern: &'static str, unless: &'static str) -> Rule {
    Rule { name, pattern: Pattern::new(pattern), unless: Some(Pattern::new(unless)) }
}

impl Rule {
    pub(super) fn find(&self, words: &str) -> Option<Found> {
        let is_void =
            |found: &Found| self.unless.as_ref().is_some_and(|unless| is_near(unless, words, *found));
        self.pattern.find_iter(words).find(|found| !is_void(found))
    }

    #[cfg(test)]
    pub(super) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        [Some(&self.pattern), self.unless.as_ref()].into_iter().flatten()
    }
}

/// How far from what was found, in bytes, a word still turns it around.
const NEAR: usize = 30;

fn is_near(unless: &Pattern, words: &str, found: Found) -> bool {
    unless.find_iter(words).any(|other| {
        other.start <= found.end.saturating_add(NEAR) && found.start <= other.end.saturating_add(NEAR)
    })
}

/// The first rule of a table that holds for a clause, with the words that it found.
pub(super) fn first(
    reader: &Reader<'_>,
    clause: &Clause,
    rules: &'static [Rule],
) -> Option<(&'static str, Span)> {
    let words = reader.words(clause);
    rules.iter().find_map(|rule| Some((rule.name, reader.span(clause, rule.find(words)?))))
}

pub(super) const fn signal(kind: SignalKind, span: Span, rule: &'static str, certainty: Certainty) -> Signal {
    Signal { kind, span, rule, certainty }
}

pub(super) const fn sure_unless(doubt: bool) -> Certainty {
    if doubt { Certainty::Unsure } else { Certainty::Clear }
}
