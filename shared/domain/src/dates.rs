//! Civil dates and the creditor's zone. Due dates have no zone; "today" is the civil date in the entity's zone.
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

/// Civil days past the due date; due today is 0 and therefore current.
pub fn days_past_due(due_on: NaiveDate, today: NaiveDate) -> i64 {
    today.signed_duration_since(due_on).num_days()
}

/// The civil date of an instant in a zone.
pub fn civil_date(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The hour of an instant in a zone as "YYYY-MM-DDTHH", the step key of the hourly tick. A repeated hour at the
/// end of daylight saving gives the same key twice, so the tick runs once for it.
pub fn civil_hour(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H").to_string()
}

pub fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// `days` later; saturates at the calendar's end.
pub fn plus_days(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// Whole weekdays (Monday to Friday) from `from` (exclusive) to `to` (inclusive); 0 when `to` is not later.
pub fn weekdays_between(from: NaiveDate, to: NaiveDate) -> u32 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        day = plus_days(day, 1);
        if !is_weekend(day) {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn due_today_is_current() {
        assert_eq!(days_past_due(on(2026, 3, 2), on(2026, 3, 2)), 0);
        assert_eq!(days_past_due(on(2026, 3, 2), on(2026, 3, 3)), 1);
    }

    #[test]
    fn a_friday_to_monday_is_one_weekday() {
        assert_eq!(weekdays_between(on(2026, 3, 6), on(2026, 3, 9)), 1);
        assert_eq!(weekdays_between(on(2026, 3, 9), on(2026, 3, 9)), 0);
    }

    #[test]
    fn today_is_the_creditors() {
        let at = "2026-03-02T23:30:00Z".parse().unwrap();
        assert_eq!(civil_date(at, chrono_tz::Europe::Berlin), on(2026, 3, 3));
        assert_eq!(civil_date(at, chrono_tz::America::New_York), on(2026, 3, 2));
    }
}
