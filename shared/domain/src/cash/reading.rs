//! What a remittance text says, before anything is looked up.
use super::amounts::{Stated, mask, to_minor};
use super::incoming::PaymentFacts;
use super::lexicon::Word;
use super::text::{Gap, Segment, segments};
use std::ops::Range;

#[derive(Debug, Clone)]
pub struct Reading {
    pub segments: Vec<Segment>,
    pub amounts: Vec<Stated>,
    /// "2 of 3": this is an instalment.
    pub is_instalment: bool,
    /// "and 3 others": how many; `Some(None)` where the list goes on without a count.
    pub others: Option<Option<usize>>,
}

impl Reading {
    pub fn of(payment: &PaymentFacts) -> Self {
        let known = [payment.end_to_end_id.as_deref(), payment.check_number.as_deref()];
        let known: Vec<&str> = known.into_iter().flatten().collect();
        let mut segments = segments(&payment.text, &known);
        let currency = payment.amount.currency();
        let scaled =
            |stated: Stated| to_minor(stated.minor, currency).map(|minor| Stated { minor, ..stated });
        let amounts = mask(&mut segments).into_iter().filter_map(scaled).collect();
        let is_instalment = has_instalment(&segments);
        let others = others(&segments, &payment.text);
        Self { segments, amounts, is_instalment, others }
    }

    pub fn says(&self, word: Word) -> bool {
        self.segments.iter().any(|segment| segment.meaning == Some(word))
    }

    pub fn says_part(&self) -> bool {
        self.is_instalment || self.says(Word::Part)
    }

    /// Whether less was paid for a reason that the text gives.
    pub fn says_deduction(&self) -> bool {
        let other = [Word::Discount, Word::Credit, Word::Fee].into_iter().any(|word| self.says(word));
        (self.says(Word::Less) && !other) || self.says(Word::Claim)
    }

    /// Whether the text states this amount, in minor units.
    pub fn states(&self, minor: i64) -> bool {
        self.amounts.iter().any(|stated| stated.minor == minor)
    }

    /// The bytes of the segments from `first` to `last`.
    pub fn span(&self, first: usize, last: usize) -> Range<usize> {
        let start = self.segments.get(first).map_or(0, |segment| segment.span.start);
        start..self.segments.get(last).map_or(start, |segment| segment.span.end)
    }
}

/// "2/3", "2 of 3", "2 von 3", with a word before.
fn has_instalment(segments: &[Segment]) -> bool {
    let small = |s: &Segment| s.is_digits && s.text.len() <= 2 && s.is_free();
    let value = |s: &Segment| s.text.parse::<u32>().unwrap_or(0);
    let counts = |k: &Segment, n: &Segment| {
        small(k) && small(n) && value(k) >= 1 && value(k) <= value(n) && (2..=60).contains(&value(n))
    };
    let of = |s: &Segment| matches!(s.text.as_str(), "OF" | "VON" | "VAN" | "DE" | "SUR" | "DI" | "DU");
    segments.windows(4).any(|four| match four {
        [word, k, of_word, n] if !word.is_digits && !of_word.is_digits && of(of_word) => counts(k, n),
        [word, k, n, next] if !word.is_digits && n.gap == Gap::Mark('/') => {
            counts(k, n)
                && matches!(k.gap, Gap::Space)
                && !(next.is_digits && matches!(next.gap, Gap::Mark(_)))
        }
        _ => false,
    }) || matches!(segments, [.., word, k, n] if !word.is_digits && n.gap == Gap::Mark('/') && k.gap == Gap::Space && counts(k, n))
}

fn others(segments: &[Segment], text: &str) -> Option<Option<usize>> {
    for (at, segment) in segments.iter().enumerate().filter(|(_, s)| s.meaning == Some(Word::Others)) {
        let beside = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten();
        let beside = beside.filter_map(|at| segments.get(at)).filter(|s| s.is_digits && s.text.len() <= 2);
        let count = beside.filter_map(|s| s.text.parse().ok()).next();
        let listed = segments.iter().any(|s| s.is_digits && s.text.len() >= 3);
        if listed && (count.is_some() || segment.text.len() > 2) {
            return Some(count);
        }
    }
    let end = text.trim_end();
    let goes_on = end.ends_with([',', '+', '&', '/', ';']) || end.ends_with("...") || end.ends_with('…');
    goes_on.then_some(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reading {
        let segments = segments(text, &[]);
        Reading {
            is_instalment: has_instalment(&segments),
            others: others(&segments, text),
            segments,
            amounts: vec![],
        }
    }

    #[test]
    fn instalments_are_counted() {
        for text in ["Rate 2/3 RE2025/01031", "pmt 1 of 4 INV-10001", "INV-10001 termijn 2/4", "plazo 1 de 4"]
        {
            assert!(read(text).is_instalment, "{text}");
        }
        for text in ["INV-10001/2/3", "RE2025/01031", "INV 10023/24", "12/05/2026"] {
            assert!(!read(text).is_instalment, "{text}");
        }
    }

    #[test]
    fn lists_may_go_on() {
        assert_eq!(read("INV-10001 + 2 more").others, Some(Some(2)));
        assert_eq!(read("RE2025/01031 und 1 weitere").others, Some(Some(1)));
        assert_eq!(read("INV-10001, INV-10002, etc").others, Some(None));
        assert_eq!(read("INV-10001, INV-10002, ").others, Some(None));
        assert_eq!(read("INV-10001, INV-10002").others, None);
    }
}
