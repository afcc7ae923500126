//! Neighbouring segments read as one number.
use super::lexicon::Word;
use super::text::{Gap, Mask, Segment};
use std::ops::RangeInclusive;

#[derive(Debug, Clone)]
pub struct Window {
    pub at: RangeInclusive<usize>,
    /// Letters and digits in upper case.
    pub normal: String,
    /// As `normal`, with the leading zeros of each run of digits gone.
    pub zero_free: String,
    /// Digits only.
    pub is_bare: bool,
    pub has_space: bool,
    /// What the word before the first digits says.
    pub label: Option<Word>,
    /// Some of it is a date or an amount.
    pub is_masked: bool,
    /// Some of it is an amount, or part of an identifier that came in a field of its own.
    pub is_spoken_for: bool,
}

/// Longer numbers do not exist.
const LENGTH_MAX: usize = 35;

/// The windows of up to `count` segments that start at `at` and have digits, shortest first.
pub fn windows_from(segments: &[Segment], at: usize, count: usize) -> Vec<Window> {
    let mut out = Vec::new();
    let mut window = Window {
        at: at..=at,
        normal: String::new(),
        zero_free: String::new(),
        is_bare: true,
        has_space: false,
        label: None,
        is_masked: false,
        is_spoken_for: false,
    };
    let mut has_digits = false;
    for (offset, segment) in segments.iter().skip(at).take(count).enumerate() {
        let joins = offset == 0
            || matches!(
                segment.gap,
                Gap::Touching | Gap::Space | Gap::Mark('-' | '/' | '.' | '_' | '*' | '\'')
            );
        // over a space a number goes on with digits only
        let ends_word = offset > 0 && segment.gap == Gap::Space && !segment.is_digits;
        if !joins || ends_word || window.normal.len() + segment.text.len() > LENGTH_MAX {
            break;
        }
        if let Some(mask) = segment.mask {
            let stands_alone = mask == Mask::WeakAmount && offset == 0;
            let is_lettered_date = mask == Mask::Date && !window.is_bare;
            window.is_masked |= !stands_alone && !is_lettered_date;
            window.is_spoken_for |= matches!(mask, Mask::Amount | Mask::Identifier);
        }
        window.has_space |= offset > 0 && segment.gap == Gap::Space;
        window.normal.push_str(&segment.text);
        if segment.is_digits {
            if !has_digits {
                window.label = segment.label;
            }
            has_digits = true;
            window.zero_free.push_str(segment.text.trim_start_matches('0'));
        } else {
            window.is_bare = false;
            window.zero_free.push_str(&segment.text);
        }
        window.at = at..=at + offset;
        if has_digits && (segment.is_digits || segment.gap == Gap::Touching) {
            out.push(window.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::text::segments;
    use super::*;

    #[test]
    fn a_window_reads_over_dividers_but_not_over_commas() {
        let found = segments("INV-10 071, 24", &[]);
        let forms: Vec<String> = windows_from(&found, 0, 6).into_iter().map(|w| w.zero_free).collect();
        assert_eq!(forms, ["INV10", "INV1071"]);
    }
}
