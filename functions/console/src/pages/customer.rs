//! One customer.
use super::figures::{amount, day, lateness, money};
use super::forms::form;
use super::layout::{self, NoticeQuery, customer_path, invoice_path};
use super::timeline::timeline;
use crate::guard::Person;
use crate::stop::Stop;
use app::App;
use app::letter::{Letter, LetterState};
use app::views::customer::{CustomerView, PauseLine, Totals, customer};
use axum::extract::{Extension, Path, Query, State};
use domain::customer::{AddressStatus, PauseReason};
use domain::dunning::Hold;
use domain::ids::CustomerId;
use domain::money::MoneyError;
use maud::{Markup, html};
use std::sync::Arc;

pub async fn page(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
    Query(notice): NoticeQuery,
) -> Result<Markup, Stop> {
    let view = customer(&app, &CustomerId(id)).await?.ok_or(Stop::NotFound)?;
    let body = body(&app, &person, &view).map_err(|error| Stop::Broken(error.to_string()))?;
    Ok(layout::page(&person, "/customers", &view.name, &notice, &body))
}

fn body(app: &App, person: &Person, view: &CustomerView) -> Result<Markup, MoneyError> {
    let mut sums = Vec::new();
    for (code, totals) in &view.totals {
        sums.push(total(code, totals)?);
    }
    Ok(html! {
        div.title {
            h1 { (view.name) }
            p.muted {
                (view.id)
                @if !view.is_active { " · inactive in the ledger: no automatic mail" }
                @if view.letter_in_hand.is_some() { " · a letter is on its way" }
            }
        }
        @for sum in &sums { (sum) }
        @for pause in &view.pauses { (pause_card(person, view, pause)) }
        (at_provider(view))
        (open(view))
        div.columns { (contacts(view)) (money_waiting(view)) }
        (letters(&view.letters))
        (timeline(app, &view.timeline, None))
    })
}

fn total(code: &str, totals: &Totals) -> Result<Markup, MoneyError> {
    let net = totals.net()?;
    Ok(html! {
        dl.figures {
            div { dt { "Open, " (code) } dd { (amount(totals.open)) } }
            div { dt { "Overdue" } dd { (amount(totals.overdue)) } }
            div { dt { "Unapplied cash" } dd { (amount(totals.unapplied)) } }
            div { dt { "Credits" } dd { (amount(totals.credits)) } }
            div { dt { "Net of both" } dd { (amount(net)) } }
        }
    })
}

const fn reason(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::ReplyToRead => "a reply waits to be read",
        PauseReason::SaysPaid => "the customer says it has paid",
        PauseReason::SoftPromise => "the customer promised without a date",
        PauseReason::Legal => "a legal matter: a person handles it",
        PauseReason::SecurityAlert => "word of new bank details: possible fraud, call a known number",
        PauseReason::Erased => "the person was erased, and no address can be opened",
    }
}

fn pause_card(person: &Person, view: &CustomerView, line: &PauseLine) -> Markup {
    let pause = &line.pause;
    html! {
        @if line.is_standing {
            section.card.pause {
                p {
                    strong { "Letters are paused" } ": " (reason(pause.reason)) ", since " (pause.since)
                    @match pause.until {
                        Some(until) => { ", until " (until) "." }
                        None => { ", until you end it." }
                    }
                }
                (form(person, &format!("{}/end-pause", customer_path(&view.id)), html! {
                    button name="pause" value=(serde_json::to_string(pause).unwrap_or_default()) { "End pause" }
                }))
            }
        }
    }
}

/// Money that the payment provider has: it settles nothing yet, and explains why nobody is chased.
fn at_provider(view: &CustomerView) -> Markup {
    html! {
        @if !view.debits.is_empty() || !view.funds.is_empty() {
            section.card.pause {
                @for debit in &view.debits {
                    p {
                        strong { "Debit in flight" } ": " (money(debit.amount)) " (" (debit.payment)
                        "). Letters wait for it, until " (debit.until) " at most."
                    }
                }
                @for funds in &view.funds {
                    p {
                        strong { "Held at the payment provider" } ": " (money(funds.amount)) " (" (funds.holder)
                        "). It counts like unapplied cash."
                    }
                }
            }
        }
    }
}

fn open(view: &CustomerView) -> Markup {
    html! {
        section {
            h2 { "Open invoices" }
            @if view.open.is_empty() { p.empty { "Nothing is open." } } @else {
                div.scroll { table {
                    thead { tr {
                        th scope="col" { "Number" } th scope="col" { "Issued" } th scope="col" { "Due" }
                        th scope="col" { "Age" } th.num scope="col" { "Original" } th.num scope="col" { "Open" }
                        th.num scope="col" { "Level sent" } th scope="col" { "Hold" }
                    } }
                    tbody { @for line in &view.open { tr {
                        td { a href=(invoice_path(&line.invoice)) { (line.number) } }
                        td { (day(Some(line.issued_on))) }
                        td { (day(line.due_on)) }
                        td { (lateness(line.days_past_due)) }
                        td.num { (money(line.original)) }
                        td.num { (money(line.open)) }
                        td.num { (line.level_sent) }
                        td { @if let Some(hold) = &line.hold { span.hold { (hold) } } }
                    } } }
                } }
            }
        }
    }
}

fn contacts(view: &CustomerView) -> Markup {
    html! {
        section {
            h2 { "Contacts" }
            @if view.contacts.is_empty() {
                p.empty { "No address is known. Enter one in the ledger: until then nobody is written to." }
            } @else {
                table { tbody { @for contact in &view.contacts { tr {
                    td { (contact.email) }
                    td { (status(&contact.status)) }
                } } } }
            }
        }
    }
}

fn status(status: &AddressStatus) -> Markup {
    html! {
        @match status {
            AddressStatus::Usable => { "usable" }
            AddressStatus::OptedOut { on } => { span.hold { (Hold::OptedOut) } " on " (on) }
            AddressStatus::Bounced { on } => { span.hold { "bounced" } " on " (on) }
            AddressStatus::Complained { on } => { span.hold { "marked as spam" } " on " (on) }
            AddressStatus::Held { until } => { span.hold { "held" } " until " (until) }
        }
    }
}

fn money_waiting(view: &CustomerView) -> Markup {
    html! {
        section {
            h2 { "Unapplied cash and credits" }
            @if view.cash.is_empty() && view.credits.is_empty() { p.empty { "None." } } @else {
                table { tbody {
                    @for line in &view.cash { tr {
                        td { "Payment " (line.payment) } td { (day(Some(line.received_on))) }
                        td.num { (money(line.unapplied)) }
                    } }
                    @for line in &view.credits { tr {
                        td { "Credit " (line.number) } td { (day(Some(line.issued_on))) }
                        td.num { (money(line.remaining)) }
                    } }
                } }
            }
        }
    }
}

fn letters(letters: &[Letter]) -> Markup {
    html! {
        section {
            h2 { "Letters" }
            @if letters.is_empty() { p.empty { "None was planned yet." } } @else {
                div.scroll { table {
                    thead { tr {
                        th scope="col" { "Planned" } th.num scope="col" { "Level" } th.num scope="col" { "Invoices" }
                        th.num scope="col" { "Asked for" } th scope="col" { "Policy" } th scope="col" { "State" }
                    } }
                    tbody { @for letter in letters { tr {
                        td { (day(Some(letter.planned_on))) } td.num { (letter.level) }
                        td.num { (letter.items.len()) } td.num { (money(letter.total)) }
                        td { (letter.policy) } td { (state(&letter.state)) }
                    } } }
                } }
            }
        }
    }
}

fn state(state: &LetterState) -> Markup {
    html! {
        @match state {
            LetterState::Planned => { "planned" }
            LetterState::Claimed => { "being handed over" }
            LetterState::Sent { .. } => { "sent" }
            LetterState::Delivered { .. } => { "delivered" }
            LetterState::Bounced { .. } => { span.hold { "bounced" } }
            LetterState::Complained { .. } => { span.hold { "marked as spam" } }
            LetterState::Unknown { why } => { span.hold { "unknown" } " " (why) }
            LetterState::Cancelled { why } => { "cancelled: " (why) }
        }
    }
}
