//! Refunds and card disputes: what was applied is taken back, and the invoice reopens under a hold that no tick
//! passes; a failed refund or a dispute that was won undoes exactly that.
use super::tasks::{about_customer, finished, new_task, open_about, opened};
use super::{Attempt, settle, tasks};
use crate::App;
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{load_many, must_load};
use crate::worker::Failure;
use domain::ids::PaymentId;
use domain::invoice::{Contested, Invoice, RefundToDecide, Settlement};
use domain::money::Money;
use domain::mutant;
use domain::payment::{Allocation, Payment, Posting, ReversalKind, ReversalState};
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// How the vendor now describes a refund or a card dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Money is going back or gone (refund), or withheld (dispute).
    Standing,
    /// The refund failed or was cancelled; the dispute was won or withdrawn.
    Undone,
    /// The dispute was lost.
    Lost,
}

/// A refund or card dispute as the vendor states it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReversalFact {
    pub kind: ReversalKind,
    pub external_id: String,
    pub amount: Money,
    pub standing: Standing,
}

/// How a fact met what we hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Followed {
    Done,
    /// It says that a reversal stands which was undone: an old reading, or news. Read again, and if it still says so,
    /// follow it as confirmed.
    Contradicts,
}

/// How long a reversal waits for the cash application of its payment.
const APPLIED_AFTER_SECONDS: u32 = 5;

/// Brings the payment in line with the fact, whichever came before: recording, undoing or closing it.
///
/// # Errors
/// The table's; a payment that does not exist; a refusal when more goes back than came; a retry while the payment
/// waits for its cash application.
pub async fn follow(
    app: &App,
    cause: &Cause,
    payment: &PaymentId,
    fact: &ReversalFact,
    is_confirmed: bool,
) -> Result<Followed, Failure> {
    let key = keys::payment(&app.settings.entity, payment);
    settle(|| async {
        let stored = must_load::<Payment>(app.table.as_ref(), &key).await?;
        let known = stored.state.reversal(&fact.external_id).map(|reversal| reversal.state);
        if known.is_none() && fact.standing != Standing::Undone && stored.is_pending(FollowUp::ApplyCash) {
            // Taken from the invoices that the payment is for, whichever notice came first: else they would be
            // chased for money that came and went back, with nobody asked.
            let why = format!("{} before {payment} was applied", fact.external_id);
            if mutant!("early-reversal-dropped") {
                return Ok(Attempt::Done(Followed::Done));
            }
            return Err(Failure::Retry { why, after_seconds: Some(APPLIED_AFTER_SECONDS) });
        }
        if mutant!("failed-refund-forgotten") && fact.standing == Standing::Undone {
            return Ok(Attempt::Done(Followed::Done));
        }
        let is_lost = fact.standing == Standing::Lost;
        let attempt = match (known, fact.standing) {
            (Some(ReversalState::Undone), Standing::Standing | Standing::Lost) if !is_confirmed => {
                return Ok(Attempt::Done(Followed::Contradicts));
            }
            (None | Some(ReversalState::Undone), Standing::Standing | Standing::Lost) => {
                record(app, cause, stored, fact, is_lost).await
            }
            (Some(ReversalState::Standing | ReversalState::Final), Standing::Undone) => {
                undo(app, cause, stored, fact).await
            }
            (Some(ReversalState::Standing), Standing::Lost) => lose(app, cause, stored, fact).await,
            // Known as it is, or undone before we heard of it: nothing to do.
            _ => Ok(Attempt::Done(())),
        };
        Ok(attempt?.map(|()| Followed::Done))
    })
    .await
}

fn poison(refusal: Refusal) -> Failure {
    Failure::poison(refusal.to_string())
}

fn change(app: &App, cause: &Cause, event: Event) -> Change {
    Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event)
}

async fn invoices_of(app: &App, allocations: &[Allocation]) -> Result<Vec<Stored<Invoice>>, Failure> {
    let keys: Vec<_> = allocations.iter().map(|a| keys::invoice(&app.settings.entity, &a.invoice)).collect();
    load_many(app.table.as_ref(), &keys).await
}

async fn record(
    app: &App,
    cause: &Cause,
    mut payment: Stored<Payment>,
    fact: &ReversalFact,
    is_final: bool,
) -> Result<Attempt<()>, Failure> {
    let id = payment.state.id.clone();
    payment.state = match payment.state.clone().reverse(fact.kind, &fact.external_id, fact.amount) {
        Ok(state) => state,
        // More goes back than is left, a dispute of what was refunded say: nothing moves, and a person looks.
        Err(refusal) => {
            let why = format!("the vendor's figure does not fit: {}", refusal.why);
            let task = new_task(app, task_kind(fact.kind), &task_about(&payment.state, fact), why);
            let task = about_customer(task, payment.state.customer.as_ref());
            return tasks::open(app, cause, task).await.map(Attempt::Done);
        }
    };
    if is_final {
        set_state(&mut payment.state, &fact.external_id, ReversalState::Final);
    }
    let mut taken =
        payment.state.reversal(&fact.external_id).map(|r| r.taken_from.clone()).unwrap_or_default();
    if mutant!("refund-reopens-nothing") {
        taken.clear();
    }
    if taken.is_empty() && matches!(payment.state.posting, Posting::Posted { .. }) {
        // Nobody has anything to decide: the ledger must not go on to show cash that went back.
        payment.follow_up(FollowUp::WriteBack);
    }
    let by = Settlement::Payment(id.clone());
    let mut invoices = invoices_of(app, &taken).await?;
    for invoice in &mut invoices {
        let invoice_id = invoice.state.id.clone();
        for part in taken.iter().filter(|part| part.invoice == invoice_id) {
            let mut state = invoice.state.clone().unsettle(&by, part.amount).map_err(poison)?;
            match fact.kind {
                ReversalKind::Refund => state.refunds_to_decide.push(RefundToDecide {
                    payment: id.clone(),
                    refund: fact.external_id.clone(),
                    amount: part.amount,
                    choice: None,
                }),
                ReversalKind::CardDispute => state.contested.push(Contested {
                    payment: id.clone(),
                    dispute: fact.external_id.clone(),
                    amount: part.amount,
                }),
            }
            invoice.state = state.promise_reopened().map_err(poison)?;
        }
    }
    let why = match fact.kind {
        ReversalKind::Refund => format!("{} of {id} was refunded", fact.amount),
        ReversalKind::CardDispute => format!("{} of {id} is disputed by the card holder", fact.amount),
    };
    let task = about_customer(
        new_task(app, task_kind(fact.kind), &task_about(&payment.state, fact), why),
        payment.state.customer.as_ref(),
    );
    let event = Event::PaymentReversed {
        payment: id,
        kind: fact.kind,
        external_id: fact.external_id.clone(),
        amount: fact.amount,
    };
    let mut change = change(app, cause, event).update(payment);
    for invoice in invoices {
        change = change.update(invoice);
    }
    // A refund of money that settled nothing leaves nothing to decide.
    if fact.kind == ReversalKind::CardDispute || !taken.is_empty() {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

fn task_kind(kind: ReversalKind) -> TaskKind {
    match kind {
        ReversalKind::Refund => TaskKind::RefundToDecide,
        ReversalKind::CardDispute => TaskKind::CardDispute,
    }
}

/// What the task of a reversal is about: the payment and the vendor's id.
pub fn task_about(payment: &Payment, fact: &ReversalFact) -> String {
    format!("{}|{}", payment.key().pk, fact.external_id)
}

fn set_state(payment: &mut Payment, external_id: &str, state: ReversalState) {
    for reversal in payment.reversals.iter_mut().filter(|reversal| reversal.external_id == external_id) {
        reversal.state = state;
    }
}

/// The money is ours again: settle what was taken, as far as the invoices are still open.
async fn undo(
    app: &App,
    cause: &Cause,
    mut payment: Stored<Payment>,
    fact: &ReversalFact,
) -> Result<Attempt<()>, Failure> {
    let (state, taken) = payment.state.clone().undo_reversal(&fact.external_id).map_err(poison)?;
    payment.state = state;
    let by = Settlement::Payment(payment.state.id.clone());
    let mut invoices = invoices_of(app, &taken).await?;
    let mut is_whole = true;
    for invoice in &mut invoices {
        let mut state = invoice.state.clone();
        state.refunds_to_decide.retain(|refund| refund.refund != fact.external_id);
        state.contested.retain(|contested| contested.dispute != fact.external_id);
        let invoice_id = state.id.clone();
        for part in taken.iter().filter(|part| part.invoice == invoice_id) {
            let again =
                part.amount.at_most(state.payable().map_err(poison)?).map_err(|e| poison(e.into()))?;
            is_whole &= again == part.amount;
            if again.is_positive() {
                state = state.settle(by.clone(), again).map_err(poison)?;
                payment.state = payment.state.allocate(part.invoice.clone(), again).map_err(poison)?;
            }
        }
        invoice.state = state;
    }
    if !is_whole {
        // Something else settled the invoice meanwhile: what is left is unapplied cash to look at.
        payment.follow_up(FollowUp::ApplyCash);
    }
    let is_posted = matches!(payment.state.posting, Posting::Posted { .. });
    if is_posted || (payment.state.posting == Posting::NotPosted && !payment.state.allocations.is_empty()) {
        payment.follow_up(FollowUp::WriteBack);
    }
    let task = open_about(app, task_kind(fact.kind), &task_about(&payment.state, fact)).await?;
    let event = Event::ReversalUndone {
        payment: payment.state.id.clone(),
        external_id: fact.external_id.clone(),
        amount: fact.amount,
    };
    let mut change = change(app, cause, event).update(payment);
    for invoice in invoices {
        change = change.update(invoice);
    }
    if let Some(task) = task {
        change = change.update(finished(task, app, "dunlin", "the money is ours again"));
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// A lost dispute stays contested until a person decides; the task stays open for that.
async fn lose(
    app: &App,
    cause: &Cause,
    mut payment: Stored<Payment>,
    fact: &ReversalFact,
) -> Result<Attempt<()>, Failure> {
    set_state(&mut payment.state, &fact.external_id, ReversalState::Final);
    let event = Event::CardDisputeLost {
        payment: payment.state.id.clone(),
        external_id: fact.external_id.clone(),
        amount: fact.amount,
    };
    Attempt::of(change(app, cause, event).update(payment).commit(app.table.as_ref()).await, ())
}

#[cfg(test)]
#[path = "reversals_tests.rs"]
mod tests;
