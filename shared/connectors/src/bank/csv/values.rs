//! Dates and amounts of a CSV file. Which way they are written is decided for the whole file, from what can be read
//! in one way only, and never guessed.
use super::super::file_error::{FileError, Reason, fault};
use super::super::text::given;
use super::mapping::{CsvMapping, DateOrder, Decimal, Places};
use super::rows::Row;
use chrono::NaiveDate;
use domain::money::{Currency, Money};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    order: DateOrder,
    decimal: Decimal,
}

impl Format {
    /// As declared, else as the file shows.
    ///
    /// # Errors
    /// Nothing declared, and all values of the file can be read in two ways.
    pub fn of(mapping: &CsvMapping, places: &Places, rows: &[Row]) -> Result<Self, FileError> {
        let cells = |places: &[Option<usize>]| -> Vec<String> {
            let places: Vec<usize> = places.iter().copied().flatten().collect();
            let cell = |row: &Row, place: usize| row.cells.get(place).and_then(|cell| given(cell));
            rows.iter().flat_map(|row| places.iter().filter_map(move |place| cell(row, *place))).collect()
        };
        let dates = cells(&[Some(places.booked_on), places.valued_on]);
        let order = mapping.date_order.or_else(|| order(&dates));
        let order = order.ok_or_else(|| fault("date_order", Reason::Ambiguous))?;
        let amounts = cells(&[places.amount, places.credit, places.debit, places.balance]);
        let decimal = mapping.decimal.or_else(|| decimal(&amounts));
        let decimal = decimal.ok_or_else(|| fault("decimal", Reason::Ambiguous))?;
        Ok(Self { order, decimal })
    }

    pub fn date(&self, text: &str) -> Result<NaiveDate, Reason> {
        let bad = || Reason::NotADate(text.to_owned());
        let [first, second, third] = parts(text).ok_or_else(bad)?;
        let (year, month, day) = match self.order {
            DateOrder::Ymd => (first, second, third),
            DateOrder::Dmy => (third, second, first),
            DateOrder::Mdy => (third, first, second),
        };
        let is_short = year < 100;
        let year = i32::try_from(if is_short { year + 2000 } else { year }).map_err(|_| bad())?;
        NaiveDate::from_ymd_opt(year, month, day).ok_or_else(bad)
    }

    /// With a sign before or behind, in parentheses, or with `CR` or `DR`; grouped by the other separator, by blanks
    /// or by apostrophes.
    pub fn amount(&self, text: &str, ccy: Currency) -> Result<Money, Reason> {
        let bad = || Reason::Unreadable(text.to_owned(), "a decimal amount");
        let (is_negative, digits) = sign(text.trim());
        let (separator, group) = match self.decimal {
            Decimal::Comma => (',', '.'),
            Decimal::Point => ('.', ','),
        };
        let (whole, decimals) = digits.split_once(separator).unwrap_or((digits, ""));
        if !is_grouped(whole, group) || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
        if whole.is_empty() && decimals.is_empty() {
            return Err(bad());
        }
        let decimals = if decimals.is_empty() { "0" } else { decimals };
        let unsigned = Money::parse(&format!("0{whole}.{decimals}"), ccy)?;
        Ok(if is_negative { Money::new(-unsigned.minor(), ccy) } else { unsigned })
    }
}

/// The three numbers of a date, whatever stands between them and after a blank or a `T`.
fn parts(text: &str) -> Option<[u32; 3]> {
    let day = text.trim().split([' ', 'T']).next()?;
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = |from: usize, to: usize| day.get(from..to)?.parse().ok();
        return Some([number(0, 4)?, number(4, 6)?, number(6, 8)?]);
    }
    let mut parts = day.split(['-', '.', '/']);
    let mut number = || {
        let digits = parts.next().filter(|text| (1..=4).contains(&text.len()))?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let numbers = [number()?, number()?, number()?];
    parts.next().is_none().then_some(numbers)
}

fn order(dates: &[String]) -> Option<DateOrder> {
    dates.iter().find_map(|text| match parts(text)? {
        [first, ..] if first > 31 => Some(DateOrder::Ymd),
        [first, ..] if first > 12 => Some(DateOrder::Dmy),
        [_, second, _] if second > 12 => Some(DateOrder::Mdy),
        _ => None,
    })
}

/// From a value with both separators, or with one that no group can have made. Without any separator both readings
/// are the same.
fn decimal(amounts: &[String]) -> Option<Decimal> {
    let mut is_open = false;
    for text in amounts {
        let (_, digits) = sign(text.trim());
        let Some(at) = digits.rfind([',', '.']) else { continue };
        let (before, behind) = (digits.get(..at)?, digits.get(at + 1..)?);
        let mark = if digits.get(at..=at)? == "," { Decimal::Comma } else { Decimal::Point };
        let other = if mark == Decimal::Comma { Decimal::Point } else { Decimal::Comma };
        let has_same_before = before.contains(if mark == Decimal::Comma { ',' } else { '.' });
        let has_other_before = before.contains(if mark == Decimal::Comma { '.' } else { ',' });
        let head = before.bytes().take_while(u8::is_ascii_digit).count();
        match (has_other_before, has_same_before, behind.len()) {
            (true, ..) => return Some(mark),
            (_, true, _) => return Some(other),
            // "12345,678" has no groups, and "0,500" begins with none
            (.., 3) if (1..=3).contains(&head) && !before.starts_with('0') => is_open = true,
            _ => return Some(mark),
        }
    }
    (!is_open).then_some(Decimal::Point)
}

/// Whether the amount is negative, and its digits with what separates them.
fn sign(text: &str) -> (bool, &str) {
    let inside = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    if let Some(inside) = inside {
        return (true, inside.trim());
    }
    for (mark, is_negative) in [("DR", true), ("CR", false), ("-", true), ("+", false), ("\u{2212}", true)] {
        if let Some(rest) = text.strip_suffix(mark).or_else(|| text.strip_prefix(mark)) {
            return (is_negative, rest.trim());
        }
    }
    (false, text)
}

/// Digits, or digits in groups of three behind the first.
fn is_grouped(whole: &str, group: char) -> bool {
    let is_separator = |c: char| c == group || matches!(c, ' ' | '\'' | '\u{a0}' | '\u{202f}' | '\u{2019}');
    let mut groups = whole.split(is_separator);
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let is_first_short = rest.is_empty() || (1..=3).contains(&first.len());
    is_digits(first) && is_first_short && rest.iter().all(|text| text.len() == 3 && is_digits(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Format = Format { order: DateOrder::Dmy, decimal: Decimal::Comma };
    const POINT: Format = Format { order: DateOrder::Mdy, decimal: Decimal::Point };

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn amounts_in_all_their_spellings() {
        for (text, minor) in [
            ("-1.234,56", -123_456),
            ("1 234,5", 123_450),
            ("1'234,50", 123_450),
            ("12,00-", -1_200),
            ("(7,00)", -700),
            ("7,00 DR", -700),
            ("7,00CR", 700),
            (",5", 50),
            ("1234", 123_400),
        ] {
            assert_eq!(COMMA.amount(text, Currency::EUR), Ok(Money::new(minor, Currency::EUR)), "{text}");
        }
        assert_eq!(POINT.amount("1,234.56", Currency::USD), Ok(Money::new(123_456, Currency::USD)));
        for text in ["12..34", "1,23,456.00", "1.5.5", "", "-", "12a", "--1", "1234,567.00", "0.001"] {
            assert!(POINT.amount(text, Currency::USD).is_err(), "{text}");
        }
    }

    #[test]
    fn the_file_decides_how_amounts_are_written_or_nobody_does() {
        assert_eq!(decimal(&texts(&["1,234", "12,5"])), Some(Decimal::Comma));
        assert_eq!(decimal(&texts(&["1,234.50"])), Some(Decimal::Point));
        assert_eq!(decimal(&texts(&["1.234.567"])), Some(Decimal::Comma));
        assert_eq!(decimal(&texts(&["0.500"])), Some(Decimal::Point));
        assert_eq!(decimal(&texts(&["12345,678"])), Some(Decimal::Comma));
        assert_eq!(decimal(&texts(&["1,234", "12"])), None);
        assert_eq!(decimal(&texts(&["12", "-7"])), Some(Decimal::Point));
    }

    #[test]
    fn the_file_decides_how_dates_are_written_or_nobody_does() {
        assert_eq!(order(&texts(&["02.03.2026", "13.03.2026"])), Some(DateOrder::Dmy));
        assert_eq!(order(&texts(&["03/13/2026"])), Some(DateOrder::Mdy));
        assert_eq!(order(&texts(&["2026-03-02"])), Some(DateOrder::Ymd));
        assert_eq!(order(&texts(&["20260302"])), Some(DateOrder::Ymd));
        assert_eq!(order(&texts(&["02/03/2026"])), None);
        assert_eq!(COMMA.date("2.3.26"), Ok(NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()));
        assert_eq!(POINT.date("03/02/2026 14:00"), Ok(NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()));
        assert!(
            COMMA.date("31.04.2026").is_err() && COMMA.date("2.3").is_err() && COMMA.date("1.2.3.4").is_err()
        );
    }
}
