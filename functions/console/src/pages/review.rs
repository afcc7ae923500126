//! The queue of payments that no rule explains alone.
use super::figures::{day, money};
use super::forms::{button, form};
use super::layout::{self, NoticeQuery, customer_path, invoice_path, segment};
use crate::guard::Person;
use crate::stop::Stop;
use app::App;
use app::views::review::{CandidateView, ReviewItem, ReviewQueue, review};
use axum::extract::{Extension, Query, State};
use maud::{Markup, html};
use std::sync::Arc;

pub async fn page(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Query(notice): NoticeQuery,
) -> Result<Markup, Stop> {
    let queue = review(&app).await?;
    Ok(layout::page(&person, "/review", "Review", &notice, &body(&person, &queue)))
}

fn body(person: &Person, queue: &ReviewQueue) -> Markup {
    html! {
        div.title {
            h1 { "Payments to review" }
            p.muted { (queue.count) " waiting, oldest first. Nothing is applied until you accept it." }
        }
        @if queue.payments.is_empty() {
            p.empty {
                "No payment waits for you. Payments come here when no rule explains them alone: "
                "no reference, an amount that fits several invoices, or evidence that contradicts itself."
            }
        }
        @for item in &queue.payments { (payment(person, item)) }
        @if queue.count > queue.payments.len() {
            p.muted { (queue.count - queue.payments.len()) " more follow when these are done." }
        }
    }
}

fn payment(person: &Person, item: &ReviewItem) -> Markup {
    html! {
        article.card {
            header {
                h2 { (money(item.unapplied)) }
                @if item.unapplied != item.payment.received {
                    span.muted { "left of " (money(item.payment.received)) }
                }
                span { "received " (day(Some(item.payment.received_on))) }
                span.muted { (item.payment.external_ref) }
            }
            p.why { strong { "Why it waits: " } (item.task.why) }
            dl.facts {
                div { dt { "Payer" } dd { (item.payer.as_deref().unwrap_or("not named")) } }
                div { dt { "Customer" } dd {
                    @match &item.payment.customer {
                        Some(id) => { a href=(customer_path(id)) { (item.customer_name.as_deref().unwrap_or(id.as_str())) } }
                        None => { span.muted { "not identified" } }
                    }
                } }
                @if !item.payment.remittance.structured.is_empty() {
                    div { dt { "References" } dd { (item.payment.remittance.structured.join(", ")) } }
                }
                div.wide { dt { "Remittance" } dd.verbatim { (item.remittance.as_deref().unwrap_or("none")) } }
            }
            (candidates(person, item))
            div.leave {
                (button(person, &format!("/tasks/{}/done", segment(item.task.id.as_str())), ("leave", "yes"), "Leave unapplied"))
                span.muted { "It stays on account; the customer is not chased for that much." }
            }
        }
    }
}

fn candidates(person: &Person, item: &ReviewItem) -> Markup {
    html! {
        @if item.candidates.is_empty() {
            p.muted { "No open invoice suggests itself. Apply it in the ledger once you know what it pays." }
        } @else {
            div.scroll { table.candidates {
                thead { tr {
                    th scope="col" { "Candidate" } th scope="col" { "Customer" } th scope="col" { "Due" }
                    th.num scope="col" { "Open" } th.num scope="col" { "To apply" } th scope="col" {}
                } }
                tbody { @for candidate in &item.candidates { (candidate_rows(person, item, candidate)) } }
            } }
        }
    }
}

fn candidate_rows(person: &Person, item: &ReviewItem, candidate: &CandidateView) -> Markup {
    let action = format!("/review/{}/accept", segment(item.task.id.as_str()));
    html! {
        @for (at, line) in candidate.lines.iter().enumerate() {
            tr {
                td { a href=(invoice_path(&line.invoice)) { (line.number) } }
                td { a href=(customer_path(&candidate.customer)) {
                    (candidate.customer_name.as_deref().unwrap_or(candidate.customer.as_str()))
                } }
                td { (day(line.due_on)) }
                td.num { (money(line.open)) }
                td.num { (money(line.amount)) }
                td {
                    @if at == 0 {
                        @match &candidate.misfit {
                            Some(why) => { span.muted { (why) } }
                            None => {
                                (form(person, &action, html! {
                                    button.primary name="candidate" value=(candidate.at) title=(candidate.rule) { "Accept" }
                                }))
                            }
                        }
                    }
                }
            }
        }
    }
}
