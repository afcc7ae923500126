//! Dates and amounts in a remittance text: masked, so that their digits are not taken for numbers; amounts are kept.
use super::lexicon::Word;
use super::text::{Gap, Mask, Segment};
use crate::money::{Currency, exponent};
use std::ops::Range;

/// An amount as the text states it, in minor units; [`mask`] reads hundredths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    pub minor: i64,
    /// Index of the first segment.
    pub at: usize,
    pub span: Range<usize>,
}

/// Hundredths as minor units of a currency; `None` where the currency has fewer decimals than the amount.
pub fn to_minor(hundredths: i64, currency: Currency) -> Option<i64> {
    match exponent(currency) {
        0 if hundredths % 100 == 0 => hundredths.checked_div(100),
        2 => Some(hundredths),
        3 => hundredths.checked_mul(10),
        _ => None,
    }
}

/// Masks dates, then amounts, and returns the amounts in the order of the text.
pub fn mask(segments: &mut [Segment]) -> Vec<Stated> {
    mask_dates(segments);
    let mut found = Vec::new();
    let mut at = 0;
    while at < segments.len() {
        match read_amount(segments, at) {
            Some((minor, count, weak)) => {
                let part = segments.get_mut(at..at + count).unwrap_or_default();
                let start = part.first().map_or(0, |s| s.span.start);
                let end = part.last().map_or(0, |s| s.span.end);
                part.iter_mut()
                    .for_each(|s| s.mask = Some(if weak { Mask::WeakAmount } else { Mask::Amount }));
                found.push(Stated { minor, at, span: start..end });
                at += count;
            }
            None => at += 1,
        }
    }
    found
}

/// Reads "1,234.50", "1.234,50", "1234.50", "1'234.50" and, beside a currency, "1234": the minor units, how many
/// segments they take, and whether it might as well be a list of two numbers.
fn read_amount(segments: &[Segment], at: usize) -> Option<(i64, usize, bool)> {
    let rest = segments.get(at..)?;
    let (first, more) = rest.split_first()?;
    if !first.is_digits || !first.is_free() || is_inside_number(segments, at) {
        return None;
    }
    let mut whole = first.text.clone();
    let mut count = 1;
    let mut group: Option<char> = None;
    let mut cents: Option<&str> = None;
    for next in more.iter().take_while(|next| next.is_digits && next.is_free()) {
        let mark = match next.gap {
            Gap::Mark(mark @ ('.' | ',' | '\'' | '’')) => mark,
            Gap::Space if has_cents_behind(rest, count) => ' ',
            _ => break,
        };
        if next.text.len() == 3
            && cents.is_none()
            && group.is_none_or(|group| group == mark)
            && whole.len() <= 12
            && (count > 1 || first.text.len() <= 3)
        {
            group = Some(mark);
            whole.push_str(&next.text);
        } else if next.text.len() == 2 && cents.is_none() && group != Some(mark) && matches!(mark, '.' | ',')
        {
            cents = Some(&next.text);
        } else {
            return None;
        }
        count += 1;
        if cents.is_some() {
            break;
        }
    }
    let continues = rest.get(count).is_some_and(|next| {
        next.is_digits && matches!(next.gap, Gap::Mark('.' | ',' | '/' | '-'))
            || !next.is_digits && next.gap == Gap::Touching && currency_like(&next.text).is_none()
    });
    let is_round =
        cents.is_none() && (!has_currency(segments, at, count) || first.label == Some(Word::Invoice));
    if continues || is_round || first.text.len() > 12 {
        return None;
    }
    let minor =
        whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.unwrap_or("0").parse().ok()?)?;
    let weak = group.is_none()
        && first.text.len() >= 5
        && rest.get(1).is_some_and(|next| next.gap == Gap::Mark(','));
    Some((minor, count, weak))
}

/// "3 987,60": from here on there are groups of three and then two decimals.
fn has_cents_behind(rest: &[Segment], from: usize) -> bool {
    let groups = rest
        .iter()
        .skip(from)
        .take_while(|s| s.is_digits && s.gap == Gap::Space && s.text.len() == 3)
        .count();
    let cents = rest.get(from + groups);
    groups > 0
        && cents.is_some_and(|s| s.is_digits && s.text.len() == 2 && matches!(s.gap, Gap::Mark('.' | ',')))
}

/// Digits that hang on letters or other digits before them are no amount: "INV10,25".
fn is_inside_number(segments: &[Segment], at: usize) -> bool {
    let Some(this) = segments.get(at) else { return true };
    let before = at.checked_sub(1).and_then(|before| segments.get(before));
    match (this.gap, before) {
        (Gap::Touching, Some(before)) => !before.is_digits && currency_like(&before.text).is_none(),
        (Gap::Mark('/' | '-' | '.' | ','), Some(before)) if before.is_digits => before.is_free(),
        (Gap::Mark('/' | '-'), Some(before)) => currency_like(&before.text).is_none(),
        _ => false,
    }
}

fn has_currency(segments: &[Segment], at: usize, count: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| segments.get(before));
    let this = segments.get(at);
    let sign =
        this.is_some_and(|this| matches!(this.gap, Gap::Mark('$' | '€' | '£') | Gap::Apart('$' | '€' | '£')));
    let close = |s: &Segment| currency_like(&s.text).is_some();
    let before =
        this.is_some_and(|this| matches!(this.gap, Gap::Touching | Gap::Space)) && before.is_some_and(close);
    let beside = |s: &Segment| matches!(s.gap, Gap::Touching | Gap::Space);
    let after = segments.get(at + count).is_some_and(|after| beside(after) && close(after));
    let after = after && !segments.get(at + count + 1).is_some_and(|next| next.is_digits && beside(next));
    sign || before || after
}

fn currency_like(text: &str) -> Option<()> {
    matches!(text, "EUR" | "USD" | "GBP" | "CHF" | "CAD" | "AUD" | "SEK" | "NOK" | "DKK" | "PLN" | "EURO")
        .then_some(())
}

fn mask_dates(segments: &mut [Segment]) {
    for at in 0..segments.len() {
        let count = date_length(segments, at);
        for segment in segments.get_mut(at..at + count).unwrap_or_default().iter_mut().filter(|s| s.is_digits)
        {
            segment.mask.get_or_insert(Mask::Date);
        }
    }
}

/// How many segments from `at` are a date; 0 if none is.
fn date_length(segments: &[Segment], at: usize) -> usize {
    let free = |s: &&Segment| s.is_free();
    let get = |offset: usize| segments.get(at + offset).filter(free);
    let Some(first) = get(0) else { return 0 };
    let chained = |s: &Segment| matches!(s.gap, Gap::Mark('.' | '/' | '-'));
    let before_digits =
        at.checked_sub(1).and_then(|before| segments.get(before)).is_some_and(|s| s.is_digits);
    if first.is_digits && before_digits && chained(first) {
        return 0;
    }
    let ends = |offset: usize| segments.get(at + offset).is_none_or(|s| !(s.is_digits && chained(s)));
    if let (Some(second), Some(third)) = (get(1), get(2)) {
        let same = second.gap == third.gap && chained(second) && second.is_digits && third.is_digits;
        if first.is_digits && same && ends(3) && is_date(&first.text, &second.text, &third.text) {
            return 3;
        }
        let spelled = !second.is_digits && is_month(&second.text) && third.is_digits && first.is_digits;
        if spelled && is_day(&first.text) && matches!(third.text.len(), 2 | 4) {
            return 3;
        }
    }
    if let Some(second) = get(1).filter(|second| second.is_digits) {
        let month_of = |month: &str, year: &str| is_number_up_to(month, 12) && is_year(year);
        if first.is_digits
            && chained(second)
            && ends(2)
            && !matches!(first.gap, Gap::Touching if at > 0)
            && month_of(&first.text, &second.text)
        {
            return 2;
        }
        if !first.is_digits && is_month(&first.text) && (is_day(&second.text) || is_year(&second.text)) {
            return 2;
        }
    }
    let is_stamp = first.is_digits && first.text.len() == 6 && matches!(first.gap, Gap::Mark('*'));
    usize::from(is_stamp)
}

fn is_date(a: &str, b: &str, c: &str) -> bool {
    let year_first =
        is_year(a) && b.len() == 2 && c.len() == 2 && is_number_up_to(b, 12) && is_number_up_to(c, 31);
    let day_month = is_day(a) && is_day(b) && (is_number_up_to(a, 12) || is_number_up_to(b, 12));
    year_first || (day_month && (is_year(c) || (c.len() == 2 && b.len() == 2)))
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && (text.starts_with("20") || text.starts_with("19"))
}

fn is_day(text: &str) -> bool {
    is_number_up_to(text, 31)
}

fn is_number_up_to(text: &str, max: u32) -> bool {
    text.len() <= 2 && text.parse::<u32>().is_ok_and(|value| (1..=max).contains(&value))
}

fn is_month(text: &str) -> bool {
    const STARTS: [&str; 26] = [
        "JAN", "FEB", "FEV", "FEBR", "MAR", "MRZ", "MAE", "APR", "AVR", "ABR", "MAI", "MAY", "MEI", "MAG",
        "JUN", "GIU", "JUL", "LUG", "AUG", "AOU", "AGO", "SEP", "SET", "OCT", "OKT", "OTT",
    ];
    const LATE: [&str; 6] = ["NOV", "DEC", "DEZ", "DIC", "ENE", "GEN"];
    let Some(start) = text.get(..3) else { return false };
    text.len() <= 9 && (STARTS.contains(&start) || LATE.contains(&start))
}

#[cfg(test)]
mod tests {
    use super::super::text::segments;
    use super::*;
    use proptest::prelude::*;

    fn amounts(text: &str) -> Vec<i64> {
        mask(&mut segments(text, &[])).iter().map(|stated| stated.minor).collect()
    }

    fn free(text: &str) -> Vec<String> {
        let mut found = segments(text, &[]);
        mask(&mut found);
        found.into_iter().filter(|s| s.is_digits && s.is_free()).map(|s| s.text).collect()
    }

    #[test]
    fn reads_amounts_of_both_spellings() {
        assert_eq!(
            amounts("1,234.50 and 1.234,50 and $77 and EUR 600 and 1'000.00 CHF and 3 987,60"),
            [123_450, 123_450, 7_700, 60_000, 100_000, 398_760]
        );
        assert_eq!(amounts("INV-11382 USD 6,934.55; 700369 USD 10.00"), [693_455, 1_000]);
        assert_eq!(amounts("8 items, 12/34, 1.2.3, INV10.25"), Vec::<i64>::new());
    }

    #[test]
    fn what_is_no_date_or_amount_stays_free() {
        assert_eq!(free("2025-01324 of 2025-03-07, 12.05.2025, 7 Mar 2025, 09/2025"), ["2025", "01324"]);
        assert_eq!(free("RE2025/04117,394,532"), ["2025", "04117", "394", "532"]);
        assert_eq!(free("010808/20/21/36"), ["010808", "20", "21", "36"]);
        assert_eq!(free("4578974162/12532/1025"), ["4578974162", "12532", "1025"]);
    }

    proptest! {
        #[test]
        fn any_text_masks(text in "[0-9., /A-Z'-]{0,60}") {
            let _ = amounts(&text);
        }
    }
}
