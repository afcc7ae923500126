//! One invoice.
use super::figures::{day, lateness, money};
use super::forms::{button, form};
use super::layout::{self, NoticeQuery, customer_path, invoice_path};
use super::tasks::choices;
use super::timeline::timeline;
use crate::guard::Person;
use crate::stop::Stop;
use app::App;
use app::views::invoice::{InvoiceView, Standing, invoice};
use app::views::tasks::Undecided;
use axum::extract::{Extension, Path, Query, State};
use domain::ids::InvoiceId;
use domain::invoice::{Invoice, Settlement};
use maud::{Markup, html};
use std::sync::Arc;

pub async fn page(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
    Query(notice): NoticeQuery,
) -> Result<Markup, Stop> {
    let view = invoice(&app, &InvoiceId(id)).await?.ok_or(Stop::NotFound)?;
    let title = format!("Invoice {}", view.invoice.number);
    Ok(layout::page(&person, "/invoices", &title, &notice, &body(&app, &person, &view)))
}

fn body(app: &App, person: &Person, view: &InvoiceView) -> Markup {
    let invoice = &view.invoice;
    html! {
        div.title {
            h1 { "Invoice " (invoice.number) }
            p {
                a href=(customer_path(&invoice.customer)) {
                    (view.customer_name.as_deref().unwrap_or(invoice.customer.as_str()))
                }
                " · issued " (day(Some(invoice.issued_on))) " · due " (day(invoice.due_on))
                " · " span.muted { (invoice.external_ref) }
            }
        }
        (standing(view))
        div.columns {
            (figures(view))
            (settlements(person, view))
        }
        (promise_and_dispute(person, invoice))
        (reversals(person, invoice))
        (timeline(app, &view.timeline, Some(&invoice.id)))
    }
}

fn standing(view: &InvoiceView) -> Markup {
    let late = lateness(view.days_past_due);
    html! {
        p.standing {
            @match &view.standing {
                Standing::Settled => { strong { (if view.invoice.is_voided { "Voided" } else { "Settled" }) } }
                Standing::NotOverdue => { strong { "Not overdue" } ", " (late) }
                Standing::Undated => { strong { "Undated" } ": it is never chased. Enter a due date in the ledger." }
                Standing::Due { level } => { strong { "To be chased" } ", " (late) ": a letter of level " (level) " is next." }
                Standing::Held(holds) => {
                    strong { "On hold" } ", " (late) ": "
                    @for (at, hold) in holds.iter().enumerate() { @if at > 0 { ", " } span.hold { (hold) } }
                }
                Standing::Later => { strong { "Waiting" } ", " (late) ": letters are decided on weekdays, within the policy's hours." }
                Standing::NoPolicy => { strong { "Nobody is chased" } ": no dunning policy is stored yet." }
            }
        }
    }
}

fn figures(view: &InvoiceView) -> Markup {
    let invoice = &view.invoice;
    let rows = [
        ("Original", invoice.original),
        ("Applied", invoice.applied),
        ("Credited", invoice.credited),
        ("Discounted", invoice.discounted),
        ("Written off", invoice.written_off),
    ];
    html! {
        section {
            h2 { "Figures" }
            table.sums { tbody {
                @for (name, amount) in rows { tr { th scope="row" { (name) } td.num { (money(amount)) } } }
                tr.total { th scope="row" { "Open" } td.num { (money(view.open)) } }
                tr { th scope="row" { "May be chased" } td.num { (money(view.chaseable)) } }
                tr { th scope="row" { "Open in the ledger" } td.num { (money(invoice.ledger_balance)) } }
            } }
        }
    }
}

fn settlements(person: &Person, view: &InvoiceView) -> Markup {
    let invoice = &view.invoice;
    let undo = format!("{}/undo", invoice_path(&invoice.id));
    html! {
        section {
            h2 { "Settled by" }
            @if invoice.settled.is_empty() { p.empty { "Nothing yet." } } @else {
                table.sums { tbody { @for settled in &invoice.settled { tr {
                    th scope="row" {
                        @match &settled.by {
                            Settlement::Payment(id) => { "Payment " (id) }
                            Settlement::Credit(id) => { "Credit " (id) }
                        }
                    }
                    td.num { (money(settled.amount)) }
                    td {
                        @match &settled.by {
                            Settlement::Payment(id) if view.undoable.contains(id) => {
                                (button(person, &undo, ("payment", id.as_str()), "Undo"))
                            }
                            _ => {}
                        }
                    }
                } } } }
            }
            h2 { "Letters" }
            @if invoice.letters.is_empty() { p.empty { "None named this invoice." } } @else {
                ul { @for sent in &invoice.letters { li { "Level " (sent.level) " on " (day(Some(sent.on))) } } }
            }
        }
    }
}

fn promise_and_dispute(person: &Person, invoice: &Invoice) -> Markup {
    html! {
        @if let Some(promise) = &invoice.promise {
            section.card {
                h2 { "Promise" }
                p {
                    (money(promise.amount)) " by " (promise.on) ", made on " (promise.made_on)
                    ". It holds until " (promise.holds_until()) " and is then valued by what came."
                }
            }
        }
        @if let Some(dispute) = &invoice.dispute {
            section.card {
                h2 { "Dispute" }
                p {
                    (dispute.reason) ", since " (dispute.opened_on)
                    @match dispute.until {
                        Some(until) => { ". Unconfirmed: it holds until " (until) "." }
                        None => { ". It holds until you close it." }
                    }
                }
                (form(person, &format!("{}/close-dispute", invoice_path(&invoice.id)), html! {
                    input type="hidden" name="dispute" value=(dispute.id);
                    button name="how" value="resolved" { "Close: resolved" }
                    button name="how" value="rejected" { "Close: rejected" }
                }))
            }
        }
    }
}

fn reversals(person: &Person, invoice: &Invoice) -> Markup {
    let line = |amount, waiting_for| Undecided {
        invoice: invoice.id.clone(),
        number: invoice.number.clone(),
        amount,
        waiting_for,
    };
    html! {
        @for refund in &invoice.refunds_to_decide {
            section.card {
                h2 { "Refund to decide" }
                p { (money(refund.amount)) " of payment " (refund.payment) " went back (" (refund.refund) ")." }
                (choices(person, &line(refund.amount, refund.choice), &refund.refund))
            }
        }
        @for contested in &invoice.contested {
            section.card {
                h2 { "Card dispute" }
                p {
                    (money(contested.amount)) " of payment " (contested.payment) " is contested (" (contested.dispute)
                    "). You decide under " a href="/tasks" { "Tasks" } " if it is lost."
                }
            }
        }
    }
}
