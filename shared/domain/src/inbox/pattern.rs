//! A regular expression of our own tables over folded text (see [`super::fold`]), compiled on first use. The engine is
//! linear in the text, so hostile mail cannot make it backtrack; over ASCII it needs no Unicode tables.
use super::dates::words as calendar;
use super::fold::folded_rule;
use super::words;
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::sync::OnceLock;

/// A pattern in a static table. `%pay%` and its like stand for the classes of words of all five languages in
/// [`super::words`]; `%month%`, `%weekday%` and `%count%` for those of the calendar.
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

/// What a pattern found: byte offsets into the text that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
}

/// A match with its named groups.
#[derive(Debug)]
pub struct Groups<'t>(Captures<'t>);

impl<'t> Groups<'t> {
    pub fn whole(&self) -> Found {
        self.0.get(0).map_or(Found { start: 0, end: 0 }, |m| Found { start: m.start(), end: m.end() })
    }

    pub fn at(&self, name: &str) -> Option<Found> {
        self.0.name(name).map(|m| Found { start: m.start(), end: m.end() })
    }

    pub fn name(&self, name: &str) -> Option<&'t str> {
        std::str::from_utf8(self.0.name(name)?.as_bytes()).ok()
    }
}

impl Pattern {
    pub const fn new(source: &'static str) -> Self {
        Self { source, compiled: OnceLock::new() }
    }

    /// A pattern that does not compile matches nothing; the tables' tests make sure that there is none.
    fn regex(&self) -> Option<&Regex> {
        let compile = || RegexBuilder::new(&expanded(self.source)).unicode(false).build().ok();
        self.compiled.get_or_init(compile).as_ref()
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    pub fn find(&self, text: &str) -> Option<Found> {
        self.regex()?.find(text.as_bytes()).map(|m| Found { start: m.start(), end: m.end() })
    }

    pub fn find_iter<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Found> + 't {
        let found = self.regex().into_iter().flat_map(|regex| regex.find_iter(text.as_bytes()));
        found.map(|m| Found { start: m.start(), end: m.end() })
    }

    pub fn groups_iter<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Groups<'t>> + 't {
        self.regex().into_iter().flat_map(|regex| regex.captures_iter(text.as_bytes())).map(Groups)
    }

    #[cfg(test)]
    pub(super) fn compiles(&self) -> bool {
        self.regex().is_some()
    }
}

/// Puts the classes in, which may themselves name classes.
fn expanded(source: &str) -> String {
    let mut out = source.to_owned();
    for _ in 0..3 {
        for (name, class) in words::CLASSES {
            let mark = format!("%{name}%");
            if out.contains(&mark) {
                out = out.replace(&mark, &format!("(?:{class})"));
            }
        }
    }
    let out = out
        .replace("%month%", &calendar::alternation(calendar::MONTHS))
        .replace("%weekday%", &calendar::alternation(calendar::WEEKDAYS))
        .replace("%count%", &format!(r"(?:\d{{1,3}}|{})", calendar::alternation(calendar::COUNTS)));
    folded_rule(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_compiles() {
        for (name, class) in words::CLASSES {
            assert!(RegexBuilder::new(&expanded(class)).unicode(false).build().is_ok(), "{name}");
            assert!(!expanded(class).contains('%'), "{name} names a class that is not there");
        }
    }
}
