//! Amounts in customers' words: a currency sign or code on either side, or a grouped number with decimals.
use super::pattern::Pattern;
use super::signal::{Locale, Span};
use crate::money::{self, Currency};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A stated amount, in major units. The currency is missing where the sign alone does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub value: Decimal,
    pub currency: Option<Currency>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountMention {
    pub span: Span,
    pub amount: Amount,
}

static AMOUNT: Pattern = Pattern::new(concat!(
    r"(?P<before>[$€£₹]|\bRs\.?|\b(?:USD|EUR|GBP|AUD|INR|CHF|CAD)\b)? ?",
    r"(?P<number>\b\d{1,3}(?:[.,']\d{2,3}|[ \x{202f}]\d{3})+(?:[.,]\d{1,2})?\b|\b\d+(?:[.,]\d{1,2})?)(?P<kilo>k\b)?",
    r"(?:/-)? ?(?P<after>[$€£₹]|(?:USD|EUR|GBP|AUD|INR|CHF|CAD|euros?|dollars?|pounds?|rupees|lakhs?)\b)?"
));

/// All amounts of `text` that carry a currency sign, code or name. A bare number is never an amount.
pub fn amounts(text: &str, locale: &Locale) -> Vec<AmountMention> {
    let mut out = Vec::new();
    for captures in AMOUNT.captures_iter(text) {
        let sign = captures.name("before").or_else(|| captures.name("after"));
        let (Some(whole), Some(number), Some(sign)) = (captures.get(0), captures.name("number"), sign) else {
            continue;
        };
        let Some(mut value) = decimal(number.as_str()) else { continue };
        if captures.name("kilo").is_some() {
            value *= Decimal::ONE_THOUSAND;
        }
        if sign.as_str().to_lowercase().starts_with("lakh") {
            value *= Decimal::from(100_000);
        }
        let text = whole.as_str();
        let lead = text.len() - text.trim_start().len();
        let span = Span::new(whole.start() + lead, whole.start() + lead + text.trim().len());
        out.push(AmountMention { span, amount: Amount { value, currency: currency(sign.as_str(), locale) } });
    }
    out
}

/// The last separator followed by one or two digits is the decimal one; every other separator groups.
fn decimal(number: &str) -> Option<Decimal> {
    let last = number.rfind(['.', ',']);
    let (whole, fraction) = match last {
        Some(at) if number.len() - at - 1 <= 2 => (number.get(..at)?, number.get(at + 1..)?),
        _ => (number, ""),
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let fraction = digits(fraction);
    let plain = if fraction.is_empty() { digits(whole) } else { format!("{}.{fraction}", digits(whole)) };
    plain.parse().ok()
}

fn currency(sign: &str, locale: &Locale) -> Option<Currency> {
    match sign.to_lowercase().trim_end_matches(['.', 's']) {
        "$" | "dollar" => match locale.region.as_str() {
            "US" => Some(Currency::USD),
            "AU" => Some(Currency::AUD),
            "CA" => Some(Currency::CAD),
            _ => None,
        },
        "€" | "euro" => Some(Currency::EUR),
        "£" | "pound" => Some(Currency::GBP),
        "₹" | "r" | "rupee" | "lakh" => Some(Currency::INR),
        code => money::currency(code).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str, locale: &str) -> (String, Option<&'static str>) {
        let found = amounts(text, &Locale::parse(locale));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        let amount = found.first().unwrap().amount;
        (amount.value.to_string(), amount.currency.map(|c| c.code()))
    }

    #[test]
    fn reads_each_countrys_way() {
        assert_eq!(one("we send $2,500.75 on Monday", "en-US"), ("2500.75".to_owned(), Some("USD")));
        assert_eq!(one("paying $800 tomorrow", "en-AU"), ("800".to_owned(), Some("AUD")));
        assert_eq!(one("wir zahlen 2.310,40 € am Freitag", "de-DE"), ("2310.40".to_owned(), Some("EUR")));
        assert_eq!(one("virement de 3 120,50 € demain", "fr-FR"), ("3120.50".to_owned(), Some("EUR")));
        assert_eq!(one("Rs. 3,75,000/- by Monday", "en-IN"), ("375000".to_owned(), Some("INR")));
        assert_eq!(one("GBP 90 is coming", "en-GB"), ("90".to_owned(), Some("GBP")));
        assert_eq!(one("about $7k", "en-US"), ("7000".to_owned(), Some("USD")));
        assert_eq!(one("€ 1.200", "nl-NL"), ("1200".to_owned(), Some("EUR")));
    }

    #[test]
    fn a_bare_number_is_no_amount_and_a_foreign_dollar_no_currency() {
        assert!(amounts("invoice 7204881 on 15.04.2026, ref 8114", &Locale::parse("en-US")).is_empty());
        assert_eq!(one("$40", "en-GB").1, None);
    }

    #[test]
    fn table_compiles() {
        assert!(AMOUNT.compiles());
    }

    proptest! {
        #[test]
        fn spans_are_verbatim(text in "[0-9., $€£Rsk/\u{a0}é-]{0,40}") {
            for mention in amounts(&text, &Locale::parse("fr-FR")) {
                prop_assert!(!mention.span.of(&text).is_empty());
            }
        }
    }
}
