//! Money: integer minor units with an ISO 4217 currency; the exponent comes from the table, never from a float.
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use iso_currency::Currency;

/// An exact amount. `minor` counts the currency's minor unit (cents for EUR, yen for JPY, fils for KWD).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    ccy: Currency,
}

/// Why an amount could not be read or combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("unknown currency {0:?}")]
    UnknownCurrency(String),
    #[error("{text:?} is not a decimal amount")]
    NotDecimal { text: String },
    #[error("{text} has more decimals than {ccy} allows ({exponent})")]
    TooPrecise { text: String, ccy: &'static str, exponent: u32 },
    #[error("amount out of range")]
    OutOfRange,
    #[error("currencies differ: {left} and {right}")]
    CurrencyMismatch { left: &'static str, right: &'static str },
}

/// Reads a three-letter ISO 4217 code, in either case.
pub fn currency(code: &str) -> Result<Currency, MoneyError> {
    Currency::from_code(&code.trim().to_ascii_uppercase())
        .ok_or_else(|| MoneyError::UnknownCurrency(code.to_owned()))
}

/// Decimal places of the currency's minor unit by ISO 4217; 0 where the table has none (precious metals).
pub fn exponent(ccy: Currency) -> u32 {
    ccy.exponent().map_or(0, u32::from)
}

impl Money {
    pub const fn new(minor: i64, ccy: Currency) -> Self {
        Self { minor, ccy }
    }

    pub const fn zero(ccy: Currency) -> Self {
        Self { minor: 0, ccy }
    }

    pub const fn minor(self) -> i64 {
        self.minor
    }

    pub const fn currency(self) -> Currency {
        self.ccy
    }

    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Reads a plain decimal ("1234.5", dot, no grouping) without rounding.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`] when non-zero decimals exceed the currency's exponent.
    pub fn parse(text: &str, ccy: Currency) -> Result<Self, MoneyError> {
        let value = text
            .trim()
            .parse::<Decimal>()
            .or_else(|_| Decimal::from_scientific(text.trim()))
            .map_err(|_| MoneyError::NotDecimal { text: text.to_owned() })?;
        Self::from_decimal(value, ccy)
    }

    /// Converts an exact decimal; see [`Money::parse`].
    pub fn from_decimal(value: Decimal, ccy: Currency) -> Result<Self, MoneyError> {
        let exponent = exponent(ccy);
        let value = value.normalize();
        if value.scale() > exponent {
            return Err(MoneyError::TooPrecise { text: value.to_string(), ccy: ccy.code(), exponent });
        }
        let mut scaled = value;
        scaled.rescale(exponent);
        let minor = i64::try_from(scaled.mantissa()).map_err(|_| MoneyError::OutOfRange)?;
        if scaled.scale() != exponent {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self { minor, ccy })
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, exponent(self.ccy))
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.ccy == other.ccy {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.ccy.code(), right: other.ccy.code() })
    }

    /// # Errors
    /// Currencies that differ, or a sum out of range.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::OutOfRange)?;
        Ok(Self { minor, ccy: self.ccy })
    }

    /// # Errors
    /// Currencies that differ, or a difference out of range.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::OutOfRange)?;
        Ok(Self { minor, ccy: self.ccy })
    }

    /// The smaller of two amounts of one currency.
    ///
    /// # Errors
    /// Currencies that differ.
    pub fn at_most(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        Ok(Self { minor: self.minor.min(other.minor), ccy: self.ccy })
    }

    /// Never below zero.
    pub fn floored(self) -> Self {
        Self { minor: self.minor.max(0), ccy: self.ccy }
    }

    /// Sums amounts of one currency.
    ///
    /// # Errors
    /// Currencies that differ, or a sum out of range.
    pub fn sum(ccy: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(ccy), Self::plus)
    }
}

impl fmt::Display for Money {
    /// "USD 1234.50": code, then the decimal with all its places.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.ccy.code(), self.to_decimal())
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Groups thousands for people: "1,234.50".
pub fn grouped(money: Money) -> String {
    let text = money.to_decimal().to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    match fraction {
        Some(fraction) => format!("{sign}{out}.{fraction}"),
        None => format!("{sign}{out}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exponents_follow_iso_4217() {
        let of = |code: &str| exponent(currency(code).unwrap());
        assert_eq!((of("JPY"), of("EUR"), of("KWD"), of("BHD")), (0, 2, 3, 3));
    }

    #[test]
    fn reads_exactly_or_refuses() {
        let read = |text: &str, code: &str| Money::parse(text, currency(code).unwrap());
        assert_eq!(read("0.1", "USD").unwrap().minor(), 10);
        assert_eq!(read("1200.50000", "EUR").unwrap().minor(), 120_050);
        assert_eq!(read("5.124", "KWD").unwrap().minor(), 5_124);
        assert_eq!(read("1e3", "JPY").unwrap().minor(), 1_000);
        assert!(matches!(read("0.105", "USD"), Err(MoneyError::TooPrecise { .. })));
        assert!(matches!(read("12,50", "EUR"), Err(MoneyError::NotDecimal { .. })));
        assert!(matches!(read("99999999999999999999", "EUR"), Err(MoneyError::OutOfRange)));
        assert!(currency("ZZZ").is_err());
    }

    #[test]
    fn currencies_never_mix() {
        let usd = Money::new(1, Currency::USD);
        let eur = Money::new(1, Currency::EUR);
        assert!(usd.plus(eur).is_err() && usd.minus(eur).is_err() && usd.at_most(eur).is_err());
    }

    #[test]
    fn groups_for_people() {
        assert_eq!(grouped(Money::new(123_456_750, Currency::USD)), "1,234,567.50");
        assert_eq!(grouped(Money::new(-1_000, Currency::JPY)), "-1,000");
    }

    proptest! {
        #[test]
        fn decimal_and_back_is_the_same(minor in any::<i64>(), code in prop::sample::select(vec!["JPY", "USD", "KWD"])) {
            let money = Money::new(minor, currency(code).unwrap());
            prop_assert_eq!(Money::parse(&money.to_decimal().to_string(), money.currency()).unwrap(), money);
        }
    }
}
