//! The small parts that formats of lines share: a cursor over one line, dates of two-digit years, signed decimals.
use super::file_error::Reason;
use chrono::{Datelike, NaiveDate};
use domain::money::{Currency, Money, MoneyError};

/// What is left of a line while its fields are taken off its front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'a>(pub &'a str);

impl<'a> Rest<'a> {
    /// Takes `count` characters; `None` where there are fewer, and nothing is taken then.
    pub fn take(&mut self, count: usize) -> Option<&'a str> {
        let end = self.0.char_indices().map(|(at, _)| at).chain([self.0.len()]).nth(count)?;
        let (taken, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes all characters that pass from the front; may be empty.
    pub fn take_while(&mut self, passes: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !passes(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        taken
    }

    /// Takes `count` digits, or nothing.
    pub fn digits(&mut self, count: usize) -> Option<&'a str> {
        let mut ahead = *self;
        let taken = ahead.take(count).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        *self = ahead;
        Some(taken)
    }
}

/// `yymmdd`; years from 70 on are of the last century.
pub(super) fn short_date(text: &str) -> Result<NaiveDate, Reason> {
    let bad = || Reason::NotADate(text.to_owned());
    let mut rest = Rest(text);
    let mut two = || rest.digits(2).and_then(|digits| digits.parse::<u32>().ok()).ok_or_else(bad);
    let (year, month, day) = (two()?, two()?, two()?);
    let century = if year >= 70 { 1900 } else { 2000 };
    let year = i32::try_from(century + year).map_err(|_| bad())?;
    if !rest.0.is_empty() {
        return Err(bad());
    }
    civil(year, month, day).ok_or_else(bad)
}

/// A day of the calendar. Banks that count interest in months of thirty days book on 29 and 30 February: that is the
/// last day of the month.
pub(super) fn civil(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let last_of_february = || {
        let is_end = month == 2 && (day == 29 || day == 30);
        if is_end { NaiveDate::from_ymd_opt(year, 3, 1)?.pred_opt() } else { None }
    };
    NaiveDate::from_ymd_opt(year, month, day).or_else(last_of_february)
}

/// The day `mmdd` in the year that puts it nearest to another day.
pub(super) fn nearest(day: NaiveDate, text: &str) -> Result<NaiveDate, Reason> {
    let bad = || Reason::NotADate(text.to_owned());
    let mut rest = Rest(text);
    let mut two = || rest.digits(2).and_then(|digits| digits.parse::<u32>().ok()).ok_or_else(bad);
    let (month, number) = (two()?, two()?);
    let years = [day.year() - 1, day.year(), day.year() + 1];
    let days = years.into_iter().filter_map(|year| civil(year, month, number));
    days.min_by_key(|other| (*other - day).num_days().abs()).ok_or_else(bad)
}

/// Digits with at most one decimal comma ("107,", "0,42"), as MT940 has them.
pub(super) fn comma_amount(text: &str, ccy: Currency) -> Result<Money, Reason> {
    let is_formed = text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == ',')
        && text.matches(',').count() <= 1;
    if !is_formed {
        return Err(Reason::NotAnAmount(text.to_owned()));
    }
    exact(&text.replace(',', "."), text, ccy)
}

/// A plain decimal with an optional sign in front ("-6.60", "+000012").
pub(super) fn signed_amount(text: &str, ccy: Currency) -> Result<Money, Reason> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_formed = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.chars().any(|c| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !is_formed {
        return Err(Reason::Unreadable(text.to_owned(), "a decimal amount"));
    }
    let unsigned = exact(&format!("0{digits}"), text, ccy)?;
    let is_negative = text.starts_with('-');
    Ok(if is_negative { Money::new(-unsigned.minor(), ccy) } else { unsigned })
}

/// `shown` is the text as the file has it.
fn exact(decimal: &str, shown: &str, ccy: Currency) -> Result<Money, Reason> {
    match Money::parse(decimal.trim_end_matches('.'), ccy) {
        Err(MoneyError::NotDecimal { .. }) => Err(Reason::NotAnAmount(shown.to_owned())),
        other => other.map_err(Reason::from),
    }
}

/// Digits that count the currency's minor unit, as BAI2 and ACH have them: no decimal point.
pub(super) fn minor_amount(text: &str, ccy: Currency) -> Result<Money, Reason> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_formed = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let minor = text.parse::<i64>().ok().filter(|_| is_formed);
    minor
        .map(|minor| Money::new(minor, ccy))
        .ok_or_else(|| Reason::Unreadable(text.to_owned(), "a whole number of minor units"))
}

/// A text without what stands for nothing.
pub(super) fn given(text: &str) -> Option<String> {
    let text = text.trim();
    let is_empty = matches!(text, "" | "NONREF" | "NOTPROVIDED" | "NOT PROVIDED" | "EREF" | "KREF" | "MREF");
    (!is_empty).then(|| text.to_owned())
}

/// Words with one space between them.
pub(super) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_two_digit_year_and_the_thirtieth_of_february() {
        assert_eq!(short_date("260302"), Ok(on(2026, 3, 2)));
        assert_eq!(short_date("990302"), Ok(on(1999, 3, 2)));
        assert_eq!(short_date("160230"), Ok(on(2016, 2, 29)));
        assert_eq!(short_date("150229"), Ok(on(2015, 2, 28)));
        for bad in ["", "26030", "2603021", "261302", "260431", "26a302"] {
            assert_eq!(short_date(bad), Err(Reason::NotADate(bad.into())));
        }
    }

    #[test]
    fn a_day_without_a_year_is_the_nearest() {
        assert_eq!(nearest(on(2026, 1, 2), "1231"), Ok(on(2025, 12, 31)));
        assert_eq!(nearest(on(2025, 12, 31), "0102"), Ok(on(2026, 1, 2)));
        assert_eq!(nearest(on(2025, 3, 1), "0230"), Ok(on(2025, 2, 28)));
        assert!(nearest(on(2025, 3, 1), "1301").is_err());
    }

    #[test]
    fn amounts_are_exact_or_refused() {
        let eur = |minor| Ok(Money::new(minor, Currency::EUR));
        assert_eq!(comma_amount("107,", Currency::EUR), eur(10_700));
        assert_eq!(comma_amount("000000001,62", Currency::EUR), eur(162));
        assert_eq!(signed_amount("-6.60", Currency::EUR), eur(-660));
        assert_eq!(signed_amount("+.5", Currency::EUR), eur(50));
        assert_eq!(signed_amount("120.", Currency::EUR), eur(12_000));
        assert_eq!(minor_amount("+000446", Currency::EUR), eur(446));
        assert_eq!(minor_amount("1500", Currency::JPY), Ok(Money::new(1500, Currency::JPY)));
        assert!(comma_amount("1,505", Currency::EUR).is_err() && comma_amount(",5", Currency::EUR).is_err());
        for bad in ["", "-", "$120", "1.2.3", "1,2", "12a", "--5", "."] {
            assert!(signed_amount(bad, Currency::EUR).is_err(), "{bad}");
        }
        assert!(minor_amount("12.5", Currency::EUR).is_err() && minor_amount("+-5", Currency::EUR).is_err());
        assert!(minor_amount("99999999999999999999", Currency::EUR).is_err());
    }
}
