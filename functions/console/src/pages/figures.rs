//! Amounts, days and ids as people read them.
use domain::dates::civil_date;
use domain::money::{Money, grouped};
use maud::{Markup, html};

pub use chrono::NaiveDate;

/// An amount without its currency, for columns of one currency.
pub fn amount(money: Money) -> Markup {
    html! { span.num { (grouped(money)) } }
}

/// An amount with its currency.
pub fn money(money: Money) -> Markup {
    html! { span.num { (money.currency().code()) "\u{a0}" (grouped(money)) } }
}

pub fn day(on: Option<NaiveDate>) -> Markup {
    match on {
        Some(on) => html! { time { (on) } },
        None => html! { span.muted { "undated" } },
    }
}

/// "12 days overdue", "due today", "due in 3 days".
pub fn lateness(days_past_due: Option<i64>) -> Markup {
    match days_past_due {
        None => html! { span.muted { "no due date" } },
        Some(0) => html! { "due today" },
        Some(days) if days > 0 => {
            html! { span.late { (days) (plural(days, " day overdue", " days overdue")) } }
        }
        Some(days) => html! { "due in " (-days) (plural(-days, " day", " days")) },
    }
}

pub fn plural(count: i64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// A part of a whole in tenths of a percent, as an SVG length; 0 where the whole is 0.
pub fn share(part: Money, whole: Money) -> i64 {
    let per_mille = i128::from(part.minor()) * 1_000;
    let whole = i128::from(whole.minor());
    per_mille.checked_div(whole).and_then(|share| i64::try_from(share).ok()).unwrap_or(0).clamp(0, 1_000)
}

/// Tenths of a percent as a length.
pub fn percent(tenths: i64) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// An instant in the creditor's zone.
pub fn instant(at: chrono::DateTime<chrono::Utc>, app: &app::App) -> String {
    let zone = app.settings.zone;
    format!("{} {}", civil_date(at, zone), at.with_timezone(&zone).format("%H:%M"))
}
