//! How the groups of a phrase become a day.
use super::Direction;
use super::calendar::{in_month, in_week, month_end, plus_working_days, weekday_after, weekday_before};
use super::words::{COUNTS, MONTHS, ORDINALS, SHORT_WEEKDAYS, WEEKDAYS, lookup};
use crate::dates::plus_days;
use crate::inbox::pattern::{Groups, Pattern};
use crate::inbox::signal::Context;
use chrono::{Datelike, Months, NaiveDate, Weekday};

/// What a phrase is resolved against, and what stands around it in the folded text.
pub(super) struct Reading<'t> {
    pub(super) context: &'t Context,
    pub(super) direction: Direction,
    pub(super) words: &'t str,
    pub(super) before: &'t str,
    pub(super) after: &'t str,
}

impl Reading<'_> {
    pub(super) fn today(&self) -> NaiveDate {
        self.context.written_on
    }

    /// A French "quinzaine" is fifteen days, the English fortnight fourteen.
    pub(super) fn is_quinzaine(&self) -> bool {
        self.words.contains("quinz")
    }
}

fn number(groups: &Groups<'_>, name: &str) -> Option<u32> {
    groups.name(name)?.trim().parse().ok()
}

fn count(groups: &Groups<'_>) -> Option<u32> {
    let word = groups.name("n")?;
    word.parse().ok().or_else(|| lookup(COUNTS, word)).filter(|n| (1..=400).contains(n))
}

fn year(groups: &Groups<'_>) -> Option<i32> {
    let digits = groups.name("y")?;
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

pub(super) fn absolute(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let day = number(groups, "d")?;
    let month = match groups.name("month") {
        Some(name) => lookup(MONTHS, name)?,
        None => number(groups, "m")?,
    };
    match year(groups) {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => nearest(day, month, reading),
    }
}

/// Day and month in the locale's order; the other order when that is no date.
fn ordered(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let (a, b) = (number(groups, "a")?, number(groups, "b")?);
    let is_dotted = groups.name("sep").is_some_and(|sep| sep == ".");
    let is_month_first = reading.context.locale.is_month_first() && !is_dotted;
    let date = |day: u32, month: u32| match year(groups) {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => nearest(day, month, reading),
    };
    if is_month_first { date(b, a).or_else(|| date(a, b)) } else { date(a, b).or_else(|| date(b, a)) }
}

/// Neighbours that make the digits part of a longer number, an amount or a share.
fn is_in_number(reading: &Reading<'_>) -> bool {
    let mut rest = reading.after.chars();
    let goes_on = match rest.next() {
        Some('0'..='9' | '$' | '%') => true,
        Some('/' | '.' | ',' | '-') => rest.next().is_some_and(|c| c.is_ascii_digit()),
        Some(' ') => rest.next().is_some_and(|c| matches!(c, '$' | '%')),
        _ => false,
    };
    goes_on || reading.before.ends_with(['/', '.', '-', ',', '$', '#', '+'])
}

pub(super) fn numeric(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if is_in_number(reading) { None } else { ordered(groups, reading) }
}

/// "1/2" may be a half and "24/7" is no day, so small fractions need a preposition.
pub(super) fn slash(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let (a, b) = (number(groups, "a")?, number(groups, "b")?);
    let is_fraction = matches!((a, b), (1, 2..=5) | (2, 3) | (3, 4) | (24, 7));
    if is_in_number(reading) || (is_fraction && groups.name("prep").is_none()) {
        return None;
    }
    ordered(groups, reading)
}

/// "15.04." is a date where people write dates so; in English "1.5." is a number at a sentence's end.
pub(super) fn dotted(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let is_english = reading.context.locale.language == "en";
    if (is_english && groups.name("prep").is_none()) || is_in_number(reading) {
        return None;
    }
    ordered(groups, reading)
}

/// What follows an ordinal that counts something else than days: "the 2nd reminder", "le 3 articles".
static COUNTS_THINGS: Pattern = Pattern::new(concat!(
    r"^ ?(?:reminder|notice|invoice|letter|e-?mail|time|floor|copy|delivery|payment|instal|half|quarter|line|item|chaser|",
    r"request|attempt|order|batch|phase|stage|party|avenue|street|st\b|year|visit|mahnung|erinnerung|rate|lieferung|",
    r"relance|rappel|articles?|factures?|palettes?|colis|recordatorio|aviso|pagos|facturas|herinnering|aanmaning|termijn|%|\$|",
    r"days?|tage|jours|dias|dagen|weeks?|wochen|uur|heures|h\b|uhr|am\b|pm\b|o'clock)"
));

/// "the 15th" of this month when it is not before today, else of the next; "the 2nd reminder" is no day.
pub(super) fn ordinal(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if COUNTS_THINGS.is_match(reading.after) || is_in_number(reading) {
        return None;
    }
    day_of_month(number(groups, "d")?, groups, reading)
}

pub(super) fn ordinal_word(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let word = groups.name("word")?;
    let is_plain = groups.name("next").is_none() && groups.name("this").is_none();
    // "the first" alone is mostly something else.
    let ends = reading.after.is_empty() || reading.after.starts_with(['.', ',', '!', '\n', ')']);
    if is_plain && !ends {
        return None;
    }
    day_of_month(lookup(ORDINALS, word)?, groups, reading)
}

fn day_of_month(day: u32, groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let today = reading.today();
    if groups.name("next").is_some() {
        return in_month(today, 1, day);
    }
    if groups.name("this").is_some() && reading.direction == Direction::Ahead {
        return in_month(today, 0, day);
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

fn named_weekday(groups: &Groups<'_>) -> Option<Weekday> {
    ["w", "v", "x", "z"].iter().find_map(|name| lookup(WEEKDAYS, groups.name(name)?))
}

pub(super) fn weekday(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let weekday = named_weekday(groups)?;
    let is_this = groups.name("this").is_some();
    let is_past = (groups.name("lead").is_some() && !is_this)
        || groups.name("tail").is_some_and(|tail| matches!(tail.trim(), "dernier" | "pasado" | "passe"));
    match reading.direction {
        Direction::Back => weekday_before(reading.today(), weekday),
        Direction::Ahead if is_past => None,
        Direction::Ahead if is_this && reading.today().weekday() == weekday => Some(reading.today()),
        Direction::Ahead => Some(weekday_after(reading.today(), weekday)),
    }
}

pub(super) fn short_weekday(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let weekday = lookup(SHORT_WEEKDAYS, groups.name("w")?)?;
    match reading.direction {
        Direction::Back => weekday_before(reading.today(), weekday),
        Direction::Ahead => Some(weekday_after(reading.today(), weekday)),
    }
}

pub(super) fn next_week(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    Some(in_week(reading.today(), 1, named_weekday(groups)?))
}

pub(super) fn weekday_week(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    Some(plus_days(weekday_after(reading.today(), named_weekday(groups)?), 7))
}

/// "guten Morgen" and "esta mañana" are no days, nor is a German "am Morgen".
pub(super) fn tomorrow(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let is_greeting = groups.name("lead").is_some() || reading.after.starts_with(" zusammen");
    if is_greeting { None } else { Some(plus_days(reading.today(), 1)) }
}

static COUNTED_FROM: Pattern = Pattern::new(
    r"^ ?(?:of|after|from|following|since|nach|ab|apres|de|à compter|à réception|à partir|d'|despues|desde|a partir|na|vanaf)\b",
);
static PAST_COUNT: Pattern = Pattern::new(
    r"^ ?(?:ago|late|overdue|before|earlier|prior|her|überfällig|verspätet|de retard|atras|geleden|te laat)\b",
);
static PASSED_BEFORE: Pattern = Pattern::new(
    r"\b(?:vor|il y a|depuis|hace|seit|sinds|for|last|past|nearly|over)(?: mehr als| plus de)? $",
);

/// "within 30 days of delivery" counts from a day we do not know, "3 days ago" from behind, and "30 days" are terms.
fn is_ahead(groups: &Groups<'_>, reading: &Reading<'_>) -> bool {
    let is_counted = groups.name("prep").is_some() || groups.name("tail").is_some();
    let from_here = groups.name("tail").is_some() || !COUNTED_FROM.is_match(reading.after);
    is_counted && from_here && !PAST_COUNT.is_match(reading.after) && !PASSED_BEFORE.is_match(reading.before)
}

pub(super) fn in_days(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if !is_ahead(groups, reading) {
        return None;
    }
    let days = count(groups)?;
    let is_working = groups.name("work").is_some() || groups.name("w1").is_some();
    Some(if is_working { plus_working_days(reading.today(), days) } else { plus_days(reading.today(), days) })
}

pub(super) fn in_hours(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    Some(plus_days(reading.today(), count(groups)?.div_ceil(24)))
}

pub(super) fn in_weeks(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if is_ahead(groups, reading) { Some(plus_days(reading.today(), 7 * count(groups)?)) } else { None }
}

/// The first day of the named month that is not over yet, or that began last.
pub(super) fn named_month(month: u32, reading: &Reading<'_>) -> Option<NaiveDate> {
    let today = reading.today();
    let first = |year: i32| NaiveDate::from_ymd_opt(year, month, 1);
    match reading.direction {
        Direction::Ahead => first(today.year())
            .filter(|on| month_end(*on, 0).is_some_and(|end| end >= today))
            .or_else(|| first(today.year() + 1)),
        Direction::Back => first(today.year()).filter(|on| *on <= today).or_else(|| first(today.year() - 1)),
    }
}

pub(super) fn named_month_end(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let month = lookup(MONTHS, groups.name("month")?)?;
    match year(groups) {
        Some(year) => month_end(NaiveDate::from_ymd_opt(year, month, 1)?, 0),
        None => month_end(named_month(month, reading)?, 0),
    }
}

/// A day within a named, the next, or this month; where that day of this month is over, the next month's.
pub(super) fn part_of_month(groups: &Groups<'_>, reading: &Reading<'_>, day: u32) -> Option<NaiveDate> {
    let today = reading.today();
    match groups.name("month") {
        Some(name) => {
            let on = named_month(lookup(MONTHS, name)?, reading)?.with_day(day)?;
            if on < today { on.checked_add_months(Months::new(12)) } else { Some(on) }
        }
        None if groups.name("next").is_some() => in_month(today, 1, day),
        None => in_month(today, 0, day).filter(|on| *on >= today).or_else(|| in_month(today, 1, day)),
    }
}

pub(super) fn quarter(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let quarter = ["n", "m", "o", "p", "s"].iter().find_map(|name| number(groups, name))?;
    month_end(named_month(quarter * 3, reading)?, 0)
}

pub(super) fn calendar_week(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let week = number(groups, "n")?;
    let today = reading.today();
    let friday = |year: i32| NaiveDate::from_isoywd_opt(year, week, Weekday::Fri);
    friday(today.year()).filter(|on| *on >= today).or_else(|| friday(today.year() + 1))
}

/// The Friday of the week in which a day lies.
pub(super) fn week_of(groups: &Groups<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let day = if groups.name("month").is_some() || groups.name("m").is_some() {
        absolute(groups, reading)?
    } else {
        day_of_month(number(groups, "d")?, groups, reading)?
    };
    Some(in_week(day, 0, Weekday::Fri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_compile() {
        for pattern in [&COUNTS_THINGS, &COUNTED_FROM, &PAST_COUNT, &PASSED_BEFORE] {
            assert!(pattern.compiles(), "{pattern:?}");
        }
    }
}
