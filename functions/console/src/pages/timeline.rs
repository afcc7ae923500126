//! The timeline as people read it: what happened, why, and what the record of it is.
use super::figures::{instant, money, plural};
use super::layout::invoice_path;
use app::App;
use app::store::reads::ChainedEntry;
use app::views::timeline::Timeline;
use domain::ids::InvoiceId;
use domain::money::Money;
use domain::payment::{Allocation, ReversalKind};
use domain::promise::PromiseOutcome;
use domain::timeline::Event;
use maud::{Markup, html};

/// All entries, newest first. `only` leaves out what an entry says about other invoices.
pub fn timeline(app: &App, timeline: &Timeline, only: Option<&InvoiceId>) -> Markup {
    html! {
        section.timeline {
            h2 { "Timeline" }
            @if let Some(why) = &timeline.broken {
                p.alarm role="alert" { "The record does not hold: " (why) ". Entries below may be incomplete." }
            }
            @if timeline.entries.is_empty() && timeline.broken.is_none() { p.empty { "Nothing has happened yet." } }
            ol {
                @for chained in &timeline.entries { (entry(app, timeline, chained, only)) }
            }
            @if timeline.is_cut { p.muted { "Older entries are in the ledger and not shown here." } }
        }
    }
}

fn entry(app: &App, timeline: &Timeline, chained: &ChainedEntry, only: Option<&InvoiceId>) -> Markup {
    let entry = &chained.entry;
    html! {
        li class=(tone(&entry.event)) {
            time { (instant(entry.at, app)) }
            div {
                p.what { (told(timeline, &entry.event, only)) }
                dl.evidence {
                    div { dt { "Cause" } dd { (entry.cause.event) } }
                    @if !entry.rules.is_empty() { div { dt { "Rules" } dd { (entry.rules.join(", ")) } } }
                    @if let Some(policy) = &entry.policy { div { dt { "Policy" } dd { (policy) } } }
                    @if let Some(archived) = &entry.cause.archived { div { dt { "Archived" } dd { (archived) } } }
                    div { dt { "Hash" } dd { (chained.hash.chars().take(12).collect::<String>()) } }
                }
            }
        }
    }
}

/// How an entry is marked: mail, money, a hold, or trouble.
const fn tone(event: &Event) -> &'static str {
    match event {
        Event::LetterPlanned { .. }
        | Event::LetterClaimed { .. }
        | Event::LetterSent { .. }
        | Event::LetterDelivered { .. } => "mail",
        Event::DunningHeld { .. }
        | Event::LetterCancelled { .. }
        | Event::CustomerPaused { .. }
        | Event::DisputeOpened { .. }
        | Event::PromiseMade { .. }
        | Event::ContactOptedOut { .. }
        | Event::DebitStarted { .. }
        | Event::ContactHeld { .. } => "held",
        Event::PaymentReceived { .. }
        | Event::CashApplied { .. }
        | Event::CreditApplied { .. }
        | Event::PostingAnswered { .. }
        | Event::WrittenBack { .. } => "cash",
        Event::LetterUnknown { .. }
        | Event::LetterBounced { .. }
        | Event::LetterComplained { .. }
        | Event::PaymentReversed { .. }
        | Event::CardDisputeLost { .. }
        | Event::FollowUpMissed { .. }
        | Event::InputQuarantined { .. } => "trouble",
        _ => "other",
    }
}

fn link(timeline: &Timeline, invoice: &InvoiceId) -> Markup {
    html! { a href=(invoice_path(invoice)) { (timeline.number(invoice)) } }
}

fn links(timeline: &Timeline, invoices: &[InvoiceId]) -> Markup {
    html! { @for (at, invoice) in invoices.iter().enumerate() { @if at > 0 { ", " } (link(timeline, invoice)) } }
}

fn lines(timeline: &Timeline, lines: &[Allocation]) -> Markup {
    html! { @for (at, line) in lines.iter().enumerate() {
        @if at > 0 { ", " } (money(line.amount)) " on " (link(timeline, &line.invoice))
    } }
}

fn reversed(kind: ReversalKind, amount: Money, external_id: &str) -> Markup {
    let what = match kind {
        ReversalKind::Refund => "Refunded",
        ReversalKind::CardDispute => "Disputed by the card holder",
    };
    html! { (what) ": " (money(amount)) " (" (external_id) ")" }
}

fn told(timeline: &Timeline, event: &Event, only: Option<&InvoiceId>) -> Markup {
    match event {
        Event::LetterPlanned { .. }
        | Event::DunningHeld { .. }
        | Event::LetterCancelled { .. }
        | Event::LetterClaimed { .. }
        | Event::LetterSent { .. }
        | Event::LetterReleased { .. }
        | Event::LetterUnknown { .. }
        | Event::LetterDelivered { .. }
        | Event::LetterBounced { .. }
        | Event::LetterComplained { .. } => told_of_mail(timeline, event, only),
        Event::PromiseMade { .. }
        | Event::PromiseValued { .. }
        | Event::DisputeOpened { .. }
        | Event::DisputeClosed { .. }
        | Event::CustomerPaused { .. }
        | Event::PauseEnded { .. }
        | Event::ContactOptedOut { .. }
        | Event::ContactHeld { .. }
        | Event::CustomerErased { .. }
        | Event::MailFiled { .. } => told_of_people(timeline, event),
        _ => told_of_money(timeline, event),
    }
}

fn told_of_mail(timeline: &Timeline, event: &Event, only: Option<&InvoiceId>) -> Markup {
    html! {
        @match event {
            Event::LetterPlanned { level, invoices, total, .. } => {
                strong { "Letter planned" } ", level " (level) ": asks for " (money(*total)) " on " (links(timeline, invoices))
            }
            Event::DunningHeld { holds } => {
                strong { "Not sent" } ": "
                @for (at, held) in holds.iter().filter(|held| only.is_none_or(|id| *id == held.invoice)).enumerate() {
                    @if at > 0 { ", " }
                    @if only.is_none() { (link(timeline, &held.invoice)) " " }
                    span.hold { (held.hold) }
                }
            }
            Event::LetterCancelled { why, .. } => { strong { "Not sent" } ": cancelled before sending, " (why) }
            Event::LetterClaimed { .. } => { "Handing the letter over" }
            Event::LetterSent { .. } => { strong { "Letter sent" } }
            Event::LetterReleased { why, .. } => { strong { "Letter not sent" } ": " (why) }
            Event::LetterUnknown { why, .. } => { strong { "Outcome unknown" } ": " (why) ". It is not sent again by itself." }
            Event::LetterDelivered { .. } => { "Letter delivered" }
            Event::LetterBounced { is_permanent, .. } => {
                strong { "Letter bounced" } (if *is_permanent { ", for good" } else { ", for now" })
            }
            Event::LetterComplained { .. } => { strong { "Marked as spam" } ": no more automatic mail to this address" }
            _ => {}
        }
    }
}

fn told_of_people(timeline: &Timeline, event: &Event) -> Markup {
    html! {
        @match event {
            Event::PromiseMade { invoices, amount, on, .. } => {
                strong { "Promise" } " of " (money(*amount)) " by " (on) " on " (links(timeline, invoices))
            }
            Event::PromiseValued { invoice, outcome, .. } => {
                "Promise on " (link(timeline, invoice)) " " (outcome_word(*outcome))
            }
            Event::DisputeOpened { invoices, reason } => {
                strong { "Dispute" } " on " (links(timeline, invoices)) ": " (reason)
            }
            Event::DisputeClosed { invoice, how } => { "Dispute on " (link(timeline, invoice)) " closed: " (how) }
            Event::CustomerPaused { why } => { strong { "Letters paused" } ": " (why) }
            Event::PauseEnded { why } => { "Pause ended: " (why) }
            Event::ContactOptedOut { .. } => { strong { "Opted out" } " of automatic mail" }
            Event::ContactHeld { until, .. } => { "Address held until " (until) }
            Event::MailFiled { what } => { "Mail filed: " (what) }
            Event::CustomerErased { by, why, inputs_erased, inputs_kept } => {
                strong { "Erased" } " by " (by) ": " (why) ". " (inputs_erased) " archived inputs destroyed, "
                (inputs_kept) " with other people in them kept"
            }
            _ => {}
        }
    }
}

const fn outcome_word(outcome: PromiseOutcome) -> &'static str {
    match outcome {
        PromiseOutcome::Kept => "kept",
        PromiseOutcome::PartiallyKept => "kept in part",
        PromiseOutcome::Broken => "broken",
    }
}

fn told_of_money(timeline: &Timeline, event: &Event) -> Markup {
    html! {
        @match event {
            Event::LedgerRecordsPulled { kind, count } => {
                "Pulled from the ledger: " (count) " " (kind) (plural(i64::from(*count), "", "s"))
            }
            Event::PaymentReceived { payment, amount } => { strong { "Payment received" } ": " (money(*amount)) " (" (payment) ")" }
            Event::PaymentEnriched { payment } => { "The bank told more about the payment (" (payment) ")" }
            Event::CashApplied { lines: applied, evidence, .. } => {
                strong { "Applied" } ": " (lines(timeline, applied)) ". " (evidence)
            }
            Event::DebitStarted { payment, amount, until } => {
                strong { "Debit in flight" } ": " (money(*amount)) " (" (payment) "), letters wait until " (until) " at most"
            }
            Event::DebitEnded { payment, has_succeeded } => {
                "Debit " (if *has_succeeded { "succeeded" } else { "did not succeed" }) " (" (payment) ")"
            }
            Event::FundsAtProvider { holder, amounts } => {
                strong { "Held at the payment provider" } ": "
                @if amounts.is_empty() { "nothing any more" }
                @for (at, amount) in amounts.iter().enumerate() { @if at > 0 { ", " } (money(*amount)) }
                " (" (holder) ")"
            }
            Event::CashUnapplied { lines: taken, why, .. } => { strong { "Taken back" } ": " (lines(timeline, taken)) ". " (why) }
            Event::PaymentLeftForReview { why, .. } => { "Left for review: " (why) }
            Event::PaymentReversed { kind, external_id, amount, .. } => { (reversed(*kind, *amount, external_id)) }
            Event::ReversalUndone { external_id, amount, .. } => { (money(*amount)) " is ours again (" (external_id) ")" }
            Event::CardDisputeLost { external_id, amount, .. } => {
                "Card dispute lost: " (money(*amount)) " (" (external_id) ")"
            }
            Event::RefundDecided { invoice, choice } => {
                "Refund on " (link(timeline, invoice)) " decided: " (format!("{choice:?}").to_lowercase())
            }
            Event::CreditApplied { credit_memo, invoice, amount } => {
                "Credit " (credit_memo) " used: " (money(*amount)) " on " (link(timeline, invoice))
            }
            Event::WrittenBack { external_id, .. } if external_id.is_empty() => { "Nothing of it is to be posted" }
            Event::WrittenBack { external_id, .. } => { "Posted to the ledger (" (external_id) ")" }
            Event::PostingWithheld { .. } => { strong { "Not posted" } ": applied in a dry run" }
            Event::PostingAnswered { how, .. } => { "Posting decided by " (how) }
            Event::InputQuarantined { source, why } => { strong { "Input put aside" } ", " (source) ": " (why) }
            Event::TaskOpened { task } => { "Task opened (" (task) ")" }
            Event::TaskDone { how, .. } => { "Task done: " (how) }
            Event::FollowUpMissed { why, .. } => { strong { "Asked for again" } ": " (why) }
            _ => {}
        }
    }
}
