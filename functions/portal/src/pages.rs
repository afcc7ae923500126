//! The portal's pages.
use app::App;
use app::views::account::AccountView;
use axum::response::{IntoResponse, Response};
use domain::money::{Money, grouped};
use http::header;
use maud::{DOCTYPE, Markup, html};

fn page(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/style.css";
            }
            body { main { (body) } }
        }
    }
}

fn money(money: Money) -> Markup {
    html! { (money.currency().code()) "\u{a0}" (grouped(money)) }
}

/// What is open, and money that no invoice has taken yet.
pub fn account(app: &App, account: &AccountView) -> Markup {
    let body = html! {
        p.from { "Account with " (app.settings.entity_name) }
        h1 { (account.name) }
        p.muted { "As of " (app.today()) ". A payment made in the last days may not show yet." }
        @if account.open.is_empty() { p.calm { "Nothing is open. Thank you." } } @else {
            div.scroll { table {
                thead { tr {
                    th scope="col" { "Invoice" } th scope="col" { "Issued" } th scope="col" { "Due" }
                    th.num scope="col" { "Amount" } th.num scope="col" { "Open" }
                } }
                tbody { @for line in &account.open { tr {
                    td { (line.number) }
                    td { (line.issued_on) }
                    td {
                        @match line.due_on { Some(on) => { (on) } None => { "—" } }
                        @if line.days_past_due.is_some_and(|days| days >= 1) { " " span.late { "overdue" } }
                    }
                    td.num { (money(line.original)) }
                    td.num { (money(line.open)) }
                } } }
            } }
        }
        dl.totals { @for totals in account.totals.values() {
            @if totals.open.is_positive() { div.sum { dt { "Open in all" } dd { (money(totals.open)) } } }
            @if totals.overdue.is_positive() { div { dt { "of that overdue" } dd { (money(totals.overdue)) } } }
            @if totals.unapplied.is_positive() {
                div { dt { "Received, not assigned yet" } dd { (money(totals.unapplied)) } }
            }
            @if totals.credits.is_positive() { div { dt { "Credit" } dd { (money(totals.credits)) } } }
        } }
        p.muted { "Does something look wrong? Reply to the letter that brought you here." }
    };
    page("Your account", &body)
}

/// The question, with the one button that acts.
pub fn ask(app: &App) -> Markup {
    let body = html! {
        p.from { (app.settings.entity_name) }
        h1 { "Stop automatic reminders?" }
        p {
            "No more automatic reminders will be sent to your address. What is open stays open, and people may still "
            "write to you."
        }
        form method="post" { button { "Stop reminders to me" } }
    };
    page("Stop reminders", &body)
}

pub fn stopped(app: &App) -> Markup {
    let body = html! {
        p.from { (app.settings.entity_name) }
        h1 { "Reminders are stopped" }
        p { "No more automatic reminders go to your address. To have them again, write to us." }
    };
    page("Reminders are stopped", &body)
}

/// Tells nothing about what may be behind a link.
pub fn no_such_link() -> Markup {
    let body = html! {
        h1 { "This link does not work" }
        p { "It may have expired or been cut off. Use the link in the latest letter, or reply to it." }
    };
    page("Not found", &body)
}

pub fn later() -> Markup {
    let body = html! { h1 { "Not available right now" } p { "Please try again in a few minutes." } };
    page("Not available", &body)
}

pub async fn stylesheet() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, include_str!("style.css")).into_response()
}
