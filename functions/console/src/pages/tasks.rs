//! The other tasks, each with the actions that fit it.
use super::figures::{instant, money};
use super::forms::{button, form};
use super::layout::{self, NoticeQuery, customer_path, invoice_path, segment};
use crate::guard::Person;
use crate::stop::Stop;
use app::App;
use app::flows::erp::answers::Question;
use app::letter::Letter;
use app::views::tasks::{About, ReversalView, TaskList, TaskView, Undecided, tasks};
use axum::extract::{Extension, Query, State};
use domain::invoice::RefundChoice;
use domain::payment::ReversalState;
use domain::task::TaskKind;
use maud::{Markup, html};
use std::sync::Arc;

pub async fn page(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Query(notice): NoticeQuery,
) -> Result<Markup, Stop> {
    let list = tasks(&app, |kind| kind != TaskKind::PaymentReview).await?;
    Ok(layout::page(&person, "/tasks", "Tasks", &notice, &body(&app, &person, &list)))
}

fn body(app: &App, person: &Person, list: &TaskList) -> Markup {
    html! {
        div.title {
            h1 { "Tasks" }
            p.muted { (list.count) " open, oldest first. Payments to match are under " a href="/review" { "Review" } "." }
        }
        @if list.tasks.is_empty() {
            p.empty { "No task waits for you. Refunds, card disputes, mail to read and input that could not be read come here." }
        }
        @for view in &list.tasks { (task(app, person, view)) }
        @if list.count > list.tasks.len() {
            p.muted { (list.count - list.tasks.len()) " more follow when these are done." }
        }
    }
}

fn task(app: &App, person: &Person, view: &TaskView) -> Markup {
    let task = &view.task;
    html! {
        article.card {
            header {
                h2 { (task.kind.title()) }
                @if let Some(id) = &task.customer {
                    a href=(customer_path(id)) { (view.customer_name.as_deref().unwrap_or(id.as_str())) }
                }
                span.muted { "since " (instant(task.opened_at, app)) }
            }
            p.why { (task.why) }
            @if let Some(detail) = &view.detail { p.verbatim { (detail) } }
            @match &view.about {
                About::Reversal(reversal) => { (reversal_part(person, view, reversal)) }
                About::Letter(letter) => { (letter_part(person, view, letter)) }
                About::Posting(question) => { (posting_part(person, view, question)) }
                About::Nothing => { (done(person, view)) }
            }
        }
    }
}

/// What to do about a kind before it is done.
const fn advice(kind: TaskKind) -> (&'static str, &'static str) {
    match kind {
        TaskKind::PaymentReview => ("Look at the candidates.", "Done"),
        TaskKind::RefundToDecide => ("Nothing is left to decide.", "Done"),
        TaskKind::BankReturn => ("Take the payment off its invoices, if it was applied.", "Done"),
        TaskKind::CardDispute => ("Answer the dispute at the payment provider.", "Done"),
        TaskKind::MailReview => {
            ("Read it and answer it yourself. The pause on the customer's page ends the wait.", "Read")
        }
        TaskKind::Quarantine => (
            "The input is archived and changed nothing. Ask its sender for one that reads, or enter it by hand.",
            "Done",
        ),
        TaskKind::LetterUnknown => ("Look it up at the mail service.", "Done"),
        TaskKind::AddressBounced => {
            ("Correct the address in the ledger. Nobody is written to there until then.", "Done")
        }
        TaskKind::Complaint => {
            ("Nobody is written to at this address any more. Reach the customer in another way.", "Done")
        }
        TaskKind::LostAction => ("Do it again where it is still right, then mark this as done.", "Done"),
        TaskKind::Reconnect => ("Authorise the connection again, then mark this as done.", "Reconnected"),
        TaskKind::LedgerMismatch => ("Correct it in the ledger; the next pull takes it over.", "Done"),
        TaskKind::FundsAtProvider => (
            "Apply it to an invoice at the payment provider, or find out whose it is. This closes by itself then.",
            "Seen",
        ),
        TaskKind::StuckWork => {
            ("An operator mends the cause, then runs \"dunlin redrive\", which closes this.", "Done")
        }
    }
}

fn done(person: &Person, view: &TaskView) -> Markup {
    let (advice, label) = advice(view.task.kind);
    html! {
        p { (advice) }
        (button(person, &format!("/tasks/{}/done", segment(view.task.id.as_str())), ("done", "yes"), label))
    }
}

fn letter_part(person: &Person, view: &TaskView, letter: &Letter) -> Markup {
    let action = format!("/tasks/{}/letter", segment(view.task.id.as_str()));
    html! {
        p {
            "Level " (letter.level) ", " (money(letter.total)) ", planned on " (letter.planned_on)
            ". It is never sent again by itself. Look it up at the mail service or ask the customer."
        }
        div.buttons {
            (button(person, &action, ("outcome", "arrived"), "It arrived"))
            (button(person, &action, ("outcome", "did_not"), "It did not arrive"))
        }
    }
}

/// What the ledger should have and has not: post it, or say which of the ledger's payments it is.
fn posting_part(person: &Person, view: &TaskView, question: &Question) -> Markup {
    let task = segment(view.task.id.as_str());
    html! {
        p {
            "Posted here, it is entered in the ledger once. If people have entered it already, take theirs: its money is "
            "then counted once. One that is not shown here appears after the next pull, if customer and amount are the "
            "same, it settles nothing else, and the days are not more than 45 apart."
        }
        div.buttons {
            @if question.may_post.is_some() {
                (button(person, &format!("/tasks/{task}/post"), ("post", "yes"), "Post it"))
            }
            @for (ours, theirs) in &question.pairs {
                (form(person, &format!("/tasks/{task}/same"), html! {
                    input type="hidden" name="ours" value=(ours);
                    button name="theirs" value=(theirs) { "Payment " (theirs) " is the same money as " (ours) }
                }))
            }
            (button(person, &format!("/tasks/{task}/done"), ("done", "yes"), "Leave it as it is"))
        }
    }
}

fn reversal_part(person: &Person, view: &TaskView, reversal: &ReversalView) -> Markup {
    let is_open_dispute =
        view.task.kind == TaskKind::CardDispute && reversal.state == ReversalState::Standing;
    let is_waiting = reversal.undecided.iter().any(|part| part.waiting_for.is_none());
    html! {
        p.muted { (money(reversal.amount)) " of payment " (reversal.payment) ", " (reversal.external_id) }
        @if is_open_dispute {
            p {
                "The card network has not decided. Answer at the payment provider; the invoices stay on hold, and this "
                "task closes by itself when the dispute is won. When it is lost, you decide here."
            }
        } @else if is_waiting {
            table { tbody { @for part in &reversal.undecided {
                tr {
                    td { a href=(invoice_path(&part.invoice)) { (part.number) } }
                    td.num { (money(part.amount)) }
                    td { (choices(person, part, &reversal.external_id)) }
                }
            } } }
        } @else { (done(person, view)) }
    }
}

/// The three ways to decide one part; also on the invoice's page.
pub fn choices(person: &Person, part: &Undecided, reversal: &str) -> Markup {
    let action = format!("{}/refund", invoice_path(&part.invoice));
    let choices = [
        ("credit", "Credit it", "A credit memo settles this part"),
        ("reopen", "Owed again", "The customer is chased for it again"),
        ("void", "Void it", "The ledger will void the invoice"),
    ];
    html! {
        @match part.waiting_for {
            Some(RefundChoice::Credit) => { span.muted { "waits for a credit memo in the ledger" } }
            Some(RefundChoice::Void) => { span.muted { "waits for the ledger to void it" } }
            Some(RefundChoice::Reopen) => { span.muted { "reopened" } }
            None => {
                (form(person, &action, html! {
                    input type="hidden" name="reversal" value=(reversal);
                    @for (choice, label, title) in choices {
                        button name="choice" value=(choice) title=(title) { (label) }
                    }
                }))
            }
        }
    }
}
