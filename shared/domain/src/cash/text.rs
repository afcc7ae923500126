//! A remittance text cut into runs of letters and runs of digits, each with its place and what divides it from the
//! one before. Banks break lines inside numbers, so a line break divides no more than a space does.
use super::lexicon::{Word, meaning};
use super::names::fold_char;
use std::ops::Range;

/// Texts are read up to here: longer ones are no remittance.
pub const SEGMENTS_MAX: usize = 600;

/// What stands before a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Nothing: letters and digits touch.
    Touching,
    /// Spaces, a line break, or the tag of a continued field.
    Space,
    /// One mark and no space: "-" in "INV-10".
    Mark(char),
    /// A mark with spaces, or several marks.
    Apart(char),
}

/// What a run of digits is, where it is no number of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    Date,
    Amount,
    /// "700449,78": an amount, unless what is before the comma is a number of ours.
    WeakAmount,
    /// Part of an identifier that came in a field of its own.
    Identifier,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub span: Range<usize>,
    pub is_digits: bool,
    /// Folded letters, or digits.
    pub text: String,
    pub gap: Gap,
    pub mask: Option<Mask>,
    /// For digits: what the word before says they are.
    pub label: Option<Word>,
    /// For letters: what the word means.
    pub meaning: Option<Word>,
}

impl Segment {
    pub fn is_free(&self) -> bool {
        self.mask.is_none()
    }
}

/// Cuts a text. `identifiers` came in fields of their own; where the text repeats them they are masked.
pub fn segments(text: &str, identifiers: &[&str]) -> Vec<Segment> {
    let mut out = cut(text);
    join_initials(&mut out);
    for segment in out.iter_mut().filter(|segment| !segment.is_digits) {
        segment.meaning = meaning(&segment.text);
    }
    for identifier in identifiers.iter().filter(|identifier| identifier.len() >= 4) {
        for (at, found) in text.match_indices(*identifier) {
            let inside = at..at + found.len();
            let hit = |s: &&mut Segment| {
                inside.contains(&s.span.start) || inside.contains(&s.span.end.saturating_sub(1))
            };
            out.iter_mut().filter(hit).for_each(|segment| segment.mask = Some(Mask::Identifier));
        }
    }
    label(&mut out);
    out
}

fn cut(text: &str) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    let mut gap = Gap::Touching;
    let mut chars = text.char_indices().peekable();
    let mut continues = false;
    while let Some((at, c)) = chars.next() {
        let is_digit = c.is_ascii_digit();
        if !is_digit && !c.is_alphabetic() {
            if c == '?' && is_field_tag(text.get(at + 1..at + 3)) {
                chars.next();
                chars.next();
                gap = wider(gap, ' ');
            } else {
                gap = wider(gap, c);
            }
            continues = false;
            continue;
        }
        match out.last_mut().filter(|last| continues && last.is_digits == is_digit) {
            Some(last) => {
                last.span.end = at + c.len_utf8();
                fold_char(c, &mut last.text);
            }
            None => {
                if out.len() >= SEGMENTS_MAX {
                    break;
                }
                let mut folded = String::with_capacity(8);
                fold_char(c, &mut folded);
                out.push(Segment {
                    span: at..at + c.len_utf8(),
                    is_digits: is_digit,
                    text: folded,
                    gap,
                    mask: None,
                    label: None,
                    meaning: None,
                });
            }
        }
        gap = Gap::Touching;
        continues = true;
    }
    out
}

/// "?21" and the like: SWIFT's tags of continued lines.
fn is_field_tag(after: Option<&str>) -> bool {
    after.is_some_and(|tag| matches!(tag.as_bytes(), [b'2' | b'3' | b'6', b'0'..=b'9']))
}

const fn wider(gap: Gap, c: char) -> Gap {
    let is_space = matches!(c, ' ' | '\n' | '\r' | '\t' | '\u{a0}');
    match (gap, is_space) {
        (Gap::Touching | Gap::Space, true) => Gap::Space,
        (Gap::Touching, false) => Gap::Mark(c),
        (Gap::Space, false) => Gap::Apart(c),
        (Gap::Mark('/') | Gap::Apart('/'), false) if c == '/' => Gap::Space,
        (Gap::Mark(mark) | Gap::Apart(mark), _) => Gap::Apart(mark),
    }
}

/// "P.O.", "o/b/o" and "i.A." become one word each.
fn join_initials(segments: &mut Vec<Segment>) {
    let mut out: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments.drain(..) {
        let is_initial = !segment.is_digits && segment.text.chars().count() == 1;
        let joins = is_initial && matches!(segment.gap, Gap::Mark('.' | '/'));
        match out.last_mut().filter(|last| joins && !last.is_digits && last.text.len() <= 3) {
            Some(last) => {
                last.span.end = segment.span.end;
                last.text.push_str(&segment.text);
            }
            None => out.push(segment),
        }
    }
    *segments = out;
}

/// Gives digits the meaning of the nearest word before them, over "no." and the like, but not over other digits.
fn label(segments: &mut [Segment]) {
    let mut current: Option<Word> = None;
    for segment in segments {
        if segment.is_digits {
            segment.label = current.take();
        } else {
            match segment.meaning {
                Some(Word::Numbering) => {}
                _ if segment.text.len() == 1 && segment.gap != Gap::Touching => {}
                meaning => current = meaning,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        let shown = segments(text, &[]).iter().map(|s| format!("{}{:?}", s.text, s.gap)).collect::<Vec<_>>();
        shown.join(" ")
    }

    #[test]
    fn letters_and_digits_divide_and_gaps_are_kept() {
        assert_eq!(shown("Inv-10 x"), "INVTouching 10Mark('-') XSpace");
        assert_eq!(shown("?20AB 038?2113"), "ABSpace 038Space 13Space");
        assert_eq!(shown("A1 , B2"), "ATouching 1Touching BApart(',') 2Touching");
        assert_eq!(shown("P.O. 12"), "POTouching 12Apart('.')");
    }

    #[test]
    fn digits_know_the_word_before_them() {
        let labels = |text: &str| -> Vec<Option<Word>> {
            segments(text, &[]).iter().filter(|s| s.is_digits).map(|s| s.label).collect()
        };
        assert_eq!(labels("Rechn.-Nr. 12 Tel 34 56"), [Some(Word::Invoice), Some(Word::Other), None]);
        assert_eq!(labels("our P.O. no 12"), [Some(Word::Order)]);
        assert_eq!(labels("N. pedido 12"), [Some(Word::Order)]);
    }

    #[test]
    fn identifiers_of_other_fields_are_masked() {
        let found = segments("EREF+RUN-327-59 SVWZ+04306", &["RUN-327-59"]);
        let free: Vec<&str> =
            found.iter().filter(|s| s.is_digits && s.is_free()).map(|s| s.text.as_str()).collect();
        assert_eq!(free, ["04306"]);
    }

    proptest! {
        #[test]
        fn spans_lie_in_the_text_in_order(text in "\\PC{0,80}") {
            let mut end = 0;
            for segment in segments(&text, &["abcd"]) {
                prop_assert!(segment.span.start >= end && text.get(segment.span.clone()).is_some());
                end = segment.span.end;
            }
        }
    }
}
