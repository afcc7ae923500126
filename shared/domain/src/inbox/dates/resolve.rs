//! How the captures of a phrase become a day.
use super::Direction;
use super::calendar::{in_month, in_week, month_end, plus_working_days, weekday_after, weekday_before};
use super::words::{COUNTS, MONTHS, WEEKDAYS, lookup};
use crate::dates::plus_days;
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::Context;
use chrono::{Datelike, Months, NaiveDate, Weekday};
use regex::Captures;

/// What a phrase is resolved against, and what follows it in the text.
pub(super) struct Reading<'t> {
    pub(super) context: &'t Context,
    pub(super) direction: Direction,
    pub(super) after: &'t str,
}

impl Reading<'_> {
    pub(super) fn today(&self) -> NaiveDate {
        self.context.written_on
    }
}

fn number(captures: &Captures<'_>, name: &str) -> Option<u32> {
    captures.name(name)?.as_str().trim().parse().ok()
}

pub(super) fn count(captures: &Captures<'_>) -> Option<u32> {
    let word = captures.name("n")?.as_str();
    word.parse().ok().or_else(|| lookup(COUNTS, word)).filter(|n| *n > 0)
}

fn year(captures: &Captures<'_>) -> Option<i32> {
    let digits = captures.name("y")?.as_str();
    let value: i32 = digits.parse().ok()?;
    Some(if digits.len() == 2 { 2000 + value } else { value })
}

/// A day and month without a year: the next such day, or the last one when looking back.
fn nearest(day: u32, month: u32, reading: &Reading<'_>) -> Option<NaiveDate> {
    let today = reading.today();
    let this = NaiveDate::from_ymd_opt(today.year(), month, day);
    match reading.direction {
        Direction::Ahead => {
            this.filter(|on| *on >= today).or_else(|| NaiveDate::from_ymd_opt(today.year() + 1, month, day))
        }
        Direction::Back => {
            this.filter(|on| *on <= today).or_else(|| NaiveDate::from_ymd_opt(today.year() - 1, month, day))
        }
    }
}

pub(super) fn absolute(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let day = number(captures, "d")?;
    let month = match captures.name("month") {
        Some(name) => lookup(MONTHS, name.as_str())?,
        None => number(captures, "m")?,
    };
    match year(captures) {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => nearest(day, month, reading),
    }
}

/// Day and month in the locale's order; the other order when that is no date.
fn ordered(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let (a, b) = (number(captures, "a")?, number(captures, "b")?);
    let is_dotted = captures.name("sep").is_some_and(|sep| sep.as_str() == ".");
    let is_month_first = reading.context.locale.is_month_first() && !is_dotted;
    let date = |day: u32, month: u32| match year(captures) {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => nearest(day, month, reading),
    };
    if is_month_first { date(b, a).or_else(|| date(a, b)) } else { date(a, b).or_else(|| date(b, a)) }
}

fn continues_as_number(after: &str) -> bool {
    let mut rest = after.chars();
    match rest.next() {
        Some(c) if c.is_ascii_digit() => true,
        Some('/' | '.' | ',' | '-' | '%') => rest.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

pub(super) fn numeric(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if continues_as_number(reading.after) { None } else { ordered(captures, reading) }
}

/// "1/2" may be a half and "24/7" is no day, so small fractions need a preposition.
pub(super) fn slash(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let (a, b) = (number(captures, "a")?, number(captures, "b")?);
    let is_fraction = matches!((a, b), (1, 2..=5) | (2, 3) | (3, 4) | (24, 7));
    if continues_as_number(reading.after) || (is_fraction && captures.name("prep").is_none()) {
        return None;
    }
    ordered(captures, reading)
}

/// "15.04." is a date where people write dates so; in English "1.5." is a number at a sentence's end.
pub(super) fn dotted(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if reading.context.locale.language == "en" || continues_as_number(reading.after) {
        return None;
    }
    ordered(captures, reading)
}

static ORDINAL_GOES_ON: Pattern = Pattern::new(concat!(
    r"^\s*(?:$|[,.;:!?)\n-]|(?:and|or|when|as|at|by|via|for|with|latest|through|so|then|but|please|instead|because|if|",
    r"und|oder|per|spätestens|et|ou|par|au plus tard|y|o|por|en|van|per|uiterlijk|überwiesen|bezahlt|zahlen|gezahlt|overgemaakt)\b)"
));

/// "the 15th" of this month when it is not before today, else of the next; "the 2nd reminder" is no day.
pub(super) fn ordinal(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let day = number(captures, "d")?;
    let today = reading.today();
    if captures.name("next").is_some() {
        return in_month(today, 1, day);
    }
    if !ORDINAL_GOES_ON.is_match(reading.after) {
        return None;
    }
    match reading.direction {
        Direction::Ahead => {
            in_month(today, 0, day).filter(|on| *on >= today).or_else(|| in_month(today, 1, day))
        }
        Direction::Back => in_month(today, 0, day)
            .filter(|on| *on <= today)
            .or_else(|| today.with_day(1)?.checked_sub_months(Months::new(1))?.with_day(day)),
    }
}

fn named_weekday(captures: &Captures<'_>) -> Option<Weekday> {
    lookup(WEEKDAYS, captures.name("w")?.as_str())
}

pub(super) fn weekday(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let weekday = named_weekday(captures)?;
    let lead = captures.name("lead").map(|m| m.as_str().to_lowercase());
    let tail = captures.name("tail").map(|m| m.as_str().trim().to_lowercase());
    let is_past = lead.as_deref().is_some_and(|lead| lead != "this")
        || tail.as_deref().is_some_and(|tail| matches!(tail, "dernier" | "pasado"));
    match reading.direction {
        Direction::Back => weekday_before(reading.today(), weekday),
        Direction::Ahead if is_past => None,
        Direction::Ahead if lead.is_some() && reading.today().weekday() == weekday => Some(reading.today()),
        Direction::Ahead => Some(weekday_after(reading.today(), weekday)),
    }
}

pub(super) fn next_week(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    Some(in_week(reading.today(), 1, named_weekday(captures)?))
}

pub(super) fn weekday_week(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    Some(plus_days(weekday_after(reading.today(), named_weekday(captures)?), 7))
}

/// "guten Morgen" and "esta mañana" are no days.
pub(super) fn tomorrow(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if captures.name("lead").is_some() { None } else { Some(plus_days(reading.today(), 1)) }
}

static COUNTED_FROM: Pattern =
    Pattern::new(r"^\s*(?:of|after|from|following|nach|ab|après|de|à compter|después|desde|na|vanaf)\b");

/// "within 30 days of delivery" counts from a day we do not know.
pub(super) fn is_counted_from_elsewhere(after: &str) -> bool {
    COUNTED_FROM.is_match(after) && !FROM_TODAY.is_match(after)
}

static FROM_TODAY: Pattern = Pattern::new(r"^\s*from (?:today|now)");

pub(super) fn in_days(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if is_counted_from_elsewhere(reading.after) {
        return None;
    }
    let days = count(captures)?;
    let is_working = captures.name("work").is_some();
    Some(if is_working { plus_working_days(reading.today(), days) } else { plus_days(reading.today(), days) })
}

pub(super) fn in_working_days(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if is_counted_from_elsewhere(reading.after) {
        return None;
    }
    Some(plus_working_days(reading.today(), count(captures)?))
}

pub(super) fn named_month_end(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let month = lookup(MONTHS, captures.name("month")?.as_str())?;
    let end = |year: i32| month_end(NaiveDate::from_ymd_opt(year, month, 1)?, 0);
    let today = reading.today();
    match reading.direction {
        Direction::Ahead => end(today.year()).filter(|on| *on >= today).or_else(|| end(today.year() + 1)),
        Direction::Back => end(today.year()).filter(|on| *on <= today).or_else(|| end(today.year() - 1)),
    }
}

pub(super) fn calendar_week(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let week = number(captures, "n")?;
    let today = reading.today();
    let friday = |year: i32| NaiveDate::from_isoywd_opt(year, week, Weekday::Fri);
    friday(today.year()).filter(|on| *on >= today).or_else(|| friday(today.year() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_compile() {
        for pattern in [&ORDINAL_GOES_ON, &COUNTED_FROM, &FROM_TODAY] {
            assert!(pattern.compiles(), "{pattern:?}");
        }
    }
}
