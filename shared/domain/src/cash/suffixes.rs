//! "10023, 24, 25" and "10023/24": only the last digits of the numbers that follow are written.
use super::lexicon::Word;
use super::number::normal_form;
use super::text::{Gap, Mask, Segment};

/// The segments after a number that may be last digits of others of its series, with the numbers they would make.
pub fn after(segments: &[Segment], at: usize, number: &str) -> Vec<(usize, String)> {
    let base = normal_form(number);
    let run = base.len() - base.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let mut out = Vec::new();
    let mut divided = false;
    for (index, segment) in segments.iter().enumerate().skip(at + 1) {
        if !segment.is_digits {
            let joins = matches!(segment.text.as_str(), "AND" | "UND" | "ET" | "Y" | "EN" | "E" | "U");
            if !joins || segment.gap != Gap::Space {
                break;
            }
            divided = true;
            continue;
        }
        let is_listed = matches!(
            segment.gap,
            Gap::Mark(',' | '/' | '&' | '+' | ';') | Gap::Apart(',' | '/' | '&' | '+' | ';')
        );
        let counts_others = segments.get(index + 1).is_some_and(|next| next.meaning == Some(Word::Others));
        let is_number = matches!(segment.mask, None | Some(Mask::WeakAmount));
        let fits =
            is_number && segment.text.len() < run && (segment.text.len() >= 2 || segment.gap != Gap::Space);
        if !(is_listed || divided) || counts_others || !fits {
            break;
        }
        divided = false;
        let kept = base.len().saturating_sub(segment.text.len());
        if let Some(start) = base.get(..kept) {
            out.push((index, format!("{start}{}", segment.text)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::text::segments;
    use super::*;

    fn numbers(text: &str, at: usize, number: &str) -> Vec<String> {
        after(&segments(text, &[]), at, number).into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn the_last_digits_are_replaced() {
        assert_eq!(numbers("RE2025/04117,394,532", 2, "RE2025/04117"), ["RE202504394", "RE202504532"]);
        assert_eq!(numbers("INV-10753 + 82", 1, "INV-10753"), ["INV10782"]);
        assert_eq!(numbers("10023, 24 und 25", 0, "INV-10023"), ["INV10024", "INV10025"]);
    }

    #[test]
    fn counts_and_whole_numbers_are_no_suffixes() {
        assert_eq!(numbers("INV-10753 + 2 more", 1, "INV-10753"), Vec::<String>::new());
        assert_eq!(numbers("INV-10753, 10754", 1, "INV-10753"), Vec::<String>::new());
        assert_eq!(numbers("INV-10753 82", 1, "INV-10753"), Vec::<String>::new());
    }
}
