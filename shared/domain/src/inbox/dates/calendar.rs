//! Civil-calendar steps behind the phrases: "next Friday", "end of next month", "within five working days".
use crate::dates::{is_weekend, plus_days};
use chrono::{Datelike, Months, NaiveDate, Weekday};

/// The first `weekday` strictly after `day`: on a Friday, "Friday" is a week later.
pub fn weekday_after(day: NaiveDate, weekday: Weekday) -> NaiveDate {
    let ahead = (7 + weekday.num_days_from_monday() - day.weekday().num_days_from_monday()) % 7;
    plus_days(day, if ahead == 0 { 7 } else { ahead })
}

/// The last `weekday` strictly before `day`.
pub fn weekday_before(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    let back = (7 + day.weekday().num_days_from_monday() - weekday.num_days_from_monday()) % 7;
    day.checked_sub_days(chrono::Days::new(u64::from(if back == 0 { 7 } else { back })))
}

/// `weekday` of the Monday-to-Sunday week that is `weeks` after `day`'s.
pub fn in_week(day: NaiveDate, weeks: u32, weekday: Weekday) -> NaiveDate {
    let monday = day.week(Weekday::Mon).checked_first_day().unwrap_or(day);
    plus_days(monday, weeks * 7 + weekday.num_days_from_monday())
}

/// The last calendar day of the month that is `months` after `day`'s; never moved off a weekend.
pub fn month_end(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(months + 1))?.pred_opt()
}

/// A day of the month that is `months` after `day`'s.
pub fn in_month(day: NaiveDate, months: u32, number: u32) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(months))?.with_day(number)
}

/// The last Monday-to-Friday day of the month.
pub fn last_working_day(day: NaiveDate) -> Option<NaiveDate> {
    let mut last = month_end(day, 0)?;
    while is_weekend(last) {
        last = last.pred_opt()?;
    }
    Some(last)
}

/// `count` Monday-to-Friday days later; holidays are not known here.
pub fn plus_working_days(day: NaiveDate, count: u32) -> NaiveDate {
    let mut day = day;
    let mut left = count;
    while left > 0 {
        day = plus_days(day, 1);
        if !is_weekend(day) {
            left -= 1;
        }
    }
    day
}

/// The first last-day-of-quarter not before `day`.
pub fn quarter_end(day: NaiveDate) -> Option<NaiveDate> {
    month_end(day, (3 - day.month() % 3) % 3)
}
