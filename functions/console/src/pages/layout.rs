//! The frame of every page, and addresses within the console.
use super::forms::form;
use crate::guard::Person;
use crate::stop::Stop;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use domain::ids::{CustomerId, InvoiceId};
use http::header;
use maud::{DOCTYPE, Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

/// What stands in a path segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

pub fn invoice_path(id: &InvoiceId) -> String {
    format!("/invoices/{}", segment(id.as_str()))
}

pub fn customer_path(id: &CustomerId) -> String {
    format!("/customers/{}", segment(id.as_str()))
}

/// What was just done, by a word in the address: never text from it.
#[derive(Debug, Default, Deserialize)]
pub struct Notice {
    notice: Option<String>,
}

impl Notice {
    fn text(&self) -> Option<&'static str> {
        Some(match self.notice.as_deref()? {
            "accepted" => "Applied. The posting to the ledger follows by itself.",
            "left" => "Left unapplied. It stays on account and can be applied in the ledger.",
            "done" => "Marked as done.",
            "decided" => "Decided.",
            "letter" => "The letter's outcome is recorded.",
            "posting" => "Recorded. The write-back follows by itself.",
            "pause" => "The pause is ended. The next decision follows the policy.",
            "undone" => "The application is undone. Its money waits in review.",
            "dispute" => "The dispute is closed. The next decision follows the policy.",
            _ => return None,
        })
    }
}

pub type NoticeQuery = Query<Notice>;

const SECTIONS: [(&str, &str); 3] = [("/", "Ageing"), ("/review", "Review"), ("/tasks", "Tasks")];

/// A page of a signed-in person. `section` is the path of the navigation entry it belongs to.
pub fn page(person: &Person, section: &str, title: &str, notice: &Notice, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Dunlin" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.masthead {
                    a.brand href="/" { "Dunlin" }
                    nav aria-label="Sections" {
                        @for (path, name) in SECTIONS {
                            a href=(path) aria-current=[(path == section).then_some("page")] { (name) }
                        }
                    }
                    form.find action="/find" method="get" role="search" {
                        input type="search" name="q" placeholder="Invoice number" aria-label="Invoice number" required;
                        button { "Find" }
                    }
                    div.person {
                        span.who { (person.who()) }
                        (form(person, "/sign-out", html! { button.quiet { "Sign out" } }))
                    }
                }
                main id="main" {
                    @if let Some(text) = notice.text() { p.notice role="status" { (text) } }
                    (body)
                }
            }
        }
    }
}

/// A page without navigation.
pub fn plain(title: &str, text: &str) -> Markup {
    plain_with(title, html! { p { (text) } p { a href="/" { "To the console" } } })
}

pub fn plain_with(title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Dunlin" }
                link rel="stylesheet" href="/style.css";
            }
            body.plain { main { p.brand { "Dunlin" } h1 { (title) } (body) } }
        }
    }
}

pub async fn not_found() -> Stop {
    Stop::NotFound
}

pub async fn stylesheet() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, include_str!("style.css")).into_response()
}
