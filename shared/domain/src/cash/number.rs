//! The forms under which an invoice number is recognised.
use chrono::{Datelike, NaiveDate};

/// Bare digits shorter than this, leading zeros included, are no evidence.
pub const SIGNIFICANT_MIN: usize = 4;

/// An invoice or credit memo number with the numbers that its digits alone may be read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentNumber {
    text: String,
    bare: [u64; BARE_FORMS],
}

const BARE_FORMS: usize = 4;

impl DocumentNumber {
    /// `issued_on` tells which leading digits are the year of the series.
    pub fn new(text: impl Into<String>, issued_on: NaiveDate) -> Self {
        let text = text.into();
        let bare = bare_forms(&text, issued_on);
        Self { text, bare }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether digits without a prefix (and without leading zeros) are this number.
    pub fn is_bare(&self, digits: u64) -> bool {
        digits != 0 && self.bare.contains(&digits)
    }

    /// What its digits alone may be read as; 0 where there are fewer forms.
    pub const fn bare(&self) -> &[u64; BARE_FORMS] {
        &self.bare
    }
}

/// Letters and digits only, upper case: "re2025/01031" is "RE202501031".
pub fn normal_form(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// As [`normal_form`], with the leading zeros of each run of digits gone: "RE2025/01031" is "RE20251031".
pub fn zero_free_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    let mut in_zeros = true;
    for c in text.chars() {
        match c {
            '0' if in_zeros => {}
            c if c.is_ascii_digit() => {
                in_zeros = false;
                form.push(c);
            }
            c => {
                in_zeros = true;
                form.extend(Some(c).filter(|c| c.is_alphanumeric()).into_iter().flat_map(char::to_uppercase));
            }
        }
    }
    form
}

/// All digits; those after the last divider; and either without the year that starts the series.
fn bare_forms(text: &str, issued_on: NaiveDate) -> [u64; BARE_FORMS] {
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    let last = text.rsplit(|c: char| !c.is_ascii_digit()).find(|run| !run.is_empty()).unwrap_or("");
    let year = issued_on.year().to_string();
    let short = year.get(2..).unwrap_or("");
    let without_year = |digits: &str| {
        let rest = digits.strip_prefix(year.as_str()).or_else(|| digits.strip_prefix(short));
        rest.filter(|rest| rest.len() >= SIGNIFICANT_MIN).and_then(|rest| rest.parse().ok()).unwrap_or(0)
    };
    let value = |digits: &str| -> u64 {
        if digits.len() < SIGNIFICANT_MIN { 0 } else { digits.parse().unwrap_or(0) }
    };
    let mut forms = [value(&all), value(last), without_year(&all), 0];
    let [.., spare] = &mut forms;
    if all.len() >= SIGNIFICANT_MIN {
        *spare = zero_free_form(text)
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .unwrap_or(0);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> DocumentNumber {
        DocumentNumber::new(text, NaiveDate::from_ymd_opt(2025, 3, 1).unwrap())
    }

    #[test]
    fn digits_alone_are_read_as_the_number_with_and_without_its_year() {
        let re = number("RE2025/01031");
        assert!([202_501_031, 1_031, 20_251_031].iter().all(|digits| re.is_bare(*digits)));
        let f = number("F2520031");
        assert!(f.is_bare(2_520_031) && f.is_bare(20_031) && !f.is_bare(31));
        assert!(number("FA-25-010197").is_bare(10_197));
        assert!(!number("A-7").is_bare(7), "too few digits are no evidence");
        assert!(!number("B-X").is_bare(0));
    }

    #[test]
    fn zeros_at_the_start_of_a_run_do_not_count() {
        assert_eq!(zero_free_form("RE2025/00001031"), zero_free_form("re 2025 1031"));
        assert_eq!(zero_free_form("inv-10100"), "INV10100");
        assert_eq!(normal_form("re2025/01031"), "RE202501031");
    }

    proptest! {
        #[test]
        fn any_text_has_forms(text in "\\PC{0,30}") {
            let _ = number(&text);
            prop_assert!(zero_free_form(&text).len() <= normal_form(&text).len());
        }
    }
}
