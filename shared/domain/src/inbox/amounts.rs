//! Amounts in customers' words: a currency sign, code or name on either side, or a number that is grouped as money is.
use super::fold::Folded;
use super::pattern::{Groups, Pattern};
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
    /// A currency is written with it. Without one, the currency is the one of the customer's country.
    pub is_signed: bool,
}

static AMOUNT: Pattern = Pattern::new(concat!(
    r"(?:(?P<before>(?:us|a|au|c|ca)?\$|\brs\.?|\b(?:usd|eur|gbp|aud|inr|chf|cad|nzd|euros?)\b) ?)?",
    r"(?P<number>\b\d{1,3}(?:[.,']\d{2,3}| \d{3}\b)+(?:[.,]\d{1,2})?\b|\b\d+(?:[.,]\d{1,2})?)(?P<kilo> ?k\b| thousand\b| grand\b)?",
    r"(?:/-|[.,]-{1,2})?(?: ?(?P<lakh>lakhs?|lacs?|crores?)\b)?(?: ?(?P<after>\$|(?:usd|eur|gbp|aud|inr|chf|cad|nzd|euros?|dollars?|pounds?|quid|rupees|rs|bucks)\b))?"
));
/// Bare digits that are written as money: grouped, with cents, or in thousands.
static LIKE_MONEY: Pattern = Pattern::new(
    r"^(?:\d{1,3}(?:[.,']\d{3}| \d{3})+(?:[.,]\d{2})?|\d{1,3}(?:,\d{2})+,\d{3}(?:\.\d{2})?|\d{3,}[.,]\d{2})$",
);

/// All amounts of `original`, whose folding is `text`.
pub fn amounts(original: &str, text: &Folded, locale: &Locale) -> Vec<AmountMention> {
    AMOUNT.groups_iter(text.as_str()).filter_map(|groups| mention(original, text, locale, &groups)).collect()
}

fn mention(original: &str, text: &Folded, locale: &Locale, groups: &Groups<'_>) -> Option<AmountMention> {
    let number = groups.name("number")?;
    let is_scaled = groups.name("kilo").is_some() || groups.name("lakh").is_some();
    let sign = ["before", "after"].iter().find_map(|name| groups.at(name));
    let sign = sign.map(|at| text.span(at.start, at.end).of(original));
    if sign.is_none() && !is_scaled && !LIKE_MONEY.is_match(number) {
        return None;
    }
    let mut value = decimal(number)?;
    if groups.name("kilo").is_some() {
        value = value.checked_mul(Decimal::ONE_THOUSAND)?;
    }
    if let Some(word) = groups.name("lakh") {
        value = value.checked_mul(Decimal::from(if word.starts_with('c') { 10_000_000 } else { 100_000 }))?;
    }
    let currency = match sign {
        Some(sign) => currency(sign, locale),
        None if groups.name("lakh").is_some() => Some(Currency::INR),
        None => currency_of(locale),
    };
    let whole = groups.whole();
    let found = text.as_str().get(whole.start..whole.end)?;
    let lead = found.len() - found.trim_start().len();
    let span = text.span(whole.start + lead, whole.start + found.trim_end().len());
    Some(AmountMention { span, amount: Amount { value, currency }, is_signed: sign.is_some() })
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
    let sign = sign.to_lowercase();
    match sign.trim_end_matches(['.', 's']) {
        "$" | "dollar" | "buck" => match locale.region.as_str() {
            "US" => Some(Currency::USD),
            "AU" => Some(Currency::AUD),
            "CA" => Some(Currency::CAD),
            _ => None,
        },
        "us$" => Some(Currency::USD),
        "a$" | "au$" => Some(Currency::AUD),
        "c$" | "ca$" => Some(Currency::CAD),
        "€" | "euro" => Some(Currency::EUR),
        "£" | "pound" | "quid" => Some(Currency::GBP),
        "₹" | "r" | "rupee" => Some(Currency::INR),
        code => money::currency(code).ok(),
    }
}

/// The currency that people of a country leave unsaid.
fn currency_of(locale: &Locale) -> Option<Currency> {
    match locale.region.as_str() {
        "US" => Some(Currency::USD),
        "AU" => Some(Currency::AUD),
        "CA" => Some(Currency::CAD),
        "GB" => Some(Currency::GBP),
        "IN" => Some(Currency::INR),
        "CH" => Some(Currency::CHF),
        "DE" | "AT" | "FR" | "ES" | "NL" | "BE" | "IE" | "LU" => Some(Currency::EUR),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str, locale: &str) -> (String, Option<&'static str>) {
        let found = amounts(text, &Folded::new(text), &Locale::parse(locale));
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
        assert_eq!(one("we send 5k Friday", "en-GB"), ("5000".to_owned(), Some("GBP")));
        assert_eq!(one("2.5 lakhs this week", "en-IN"), ("250000.0".to_owned(), Some("INR")));
        assert_eq!(one("abonamos 1.200,50 el lunes", "es-ES"), ("1200.50".to_owned(), Some("EUR")));
        assert_eq!(one("£ 2,340.00 in total", "en-US"), ("2340.00".to_owned(), Some("GBP")));
    }

    #[test]
    fn a_bare_number_is_no_amount_and_a_foreign_dollar_no_currency() {
        let text = "invoice 7204881 on 15.04.2026, ref 8114";
        assert!(amounts(text, &Folded::new(text), &Locale::parse("en-US")).is_empty());
        assert_eq!(one("$40", "en-GB").1, None);
    }

    #[test]
    fn table_compiles() {
        assert!(AMOUNT.compiles() && LIKE_MONEY.compiles());
    }

    proptest! {
        #[test]
        fn spans_are_verbatim(text in "[0-9., $€£Rsk/\u{a0}é-]{0,40}") {
            for mention in amounts(&text, &Folded::new(&text), &Locale::parse("fr-FR")) {
                prop_assert!(!mention.span.of(&text).is_empty());
            }
        }
    }
}
