//! A case-insensitive regular expression of our own tables, compiled on first use. The engine is linear in the
//! text, so hostile mail cannot make it backtrack.
use super::dates::words;
use regex::{Captures, Match, Regex};
use std::sync::OnceLock;

/// A pattern in a static table. `%month%`, `%weekday%` and `%count%` stand for the words of all five languages.
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub const fn new(source: &'static str) -> Self {
        Self { source, compiled: OnceLock::new() }
    }

    /// A pattern that does not compile matches nothing; the tables' tests make sure that there is none.
    fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let source = self
                .source
                .replace("%month%", &words::alternation(words::MONTHS))
                .replace("%weekday%", &words::alternation(words::WEEKDAYS))
                .replace("%count%", &format!(r"(?:\d{{1,3}}|{})", words::alternation(words::COUNTS)));
            // Mail is wrapped anywhere, so a space in a table row is any white space.
            Regex::new(&format!("(?is){}", source.replace(' ', r"\s"))).ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex()?.find(text)
    }

    pub fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.regex().into_iter().flat_map(move |regex| regex.captures_iter(text))
    }

    #[cfg(test)]
    pub(super) fn compiles(&self) -> bool {
        self.regex().is_some()
    }
}
