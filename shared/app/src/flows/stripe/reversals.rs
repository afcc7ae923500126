//! What goes back: refunds and card disputes as Stripe has them now. Where the cash went counts before what a status is
//! called.
use super::payments::ensure_received;
use super::{Stop, ask};
use crate::App;
use crate::flows::reversals::{Followed, ReversalFact, Standing, follow};
use crate::worker::Failure;
use connectors::stripe::facts::{CardDisputeFact, DisputeFunds, DisputeOutcome, RefundFact, RefundStatus};
use connectors::stripe::map;
use domain::payment::ReversalKind;
use domain::timeline::Cause;

pub(super) async fn refund(app: &App, cause: &Cause, id: &str) -> Result<(), Stop> {
    let fact = map::refund(&ask(app, |api| api.refund(id)).await?)?;
    follow_refund(app, cause, &fact).await
}

pub(super) async fn dispute(app: &App, cause: &Cause, id: &str) -> Result<(), Stop> {
    let fact = map::card_dispute(&ask(app, |api| api.dispute(id)).await?)?;
    follow_dispute(app, cause, &fact).await
}

/// Every refund of a payment: of its payment intent, or of a charge that was made without one.
pub(super) async fn all_refunds(
    app: &App,
    cause: &Cause,
    intent: Option<&str>,
    charge: &str,
) -> Result<(), Stop> {
    let mut after: Option<String> = None;
    loop {
        let page = ask(app, |api| match intent {
            Some(intent) => api.refunds_of(intent, after.as_deref()),
            None => api.refunds_of_charge(charge, after.as_deref()),
        });
        let page = page.await?;
        for refund in &page.data {
            follow_refund(app, cause, &map::refund(refund)?).await?;
        }
        after = page.data.last().map(|refund| refund.id.clone()).filter(|_| page.has_more);
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn follow_refund(app: &App, cause: &Cause, fact: &RefundFact) -> Result<(), Stop> {
    let ended = follow_reversal(app, cause, &told_by_refund(fact), false).await?;
    if ended == Followed::Contradicts {
        let again = map::refund(&ask(app, |api| api.refund(&fact.id)).await?)?;
        let _ = follow_reversal(app, cause, &told_by_refund(&again), true).await?;
    }
    Ok(())
}

fn told_by_refund(fact: &RefundFact) -> Told<'_> {
    let standing = match fact.status {
        RefundStatus::Pending | RefundStatus::Succeeded | RefundStatus::RequiresAction => Standing::Standing,
        RefundStatus::Failed | RefundStatus::Canceled => Standing::Undone,
    };
    let kind = ReversalKind::Refund;
    let reversal = ReversalFact { kind, external_id: fact.id.clone(), amount: fact.money, standing };
    Told { payment_intent: fact.payment_intent.as_deref(), charge: fact.charge.as_deref(), reversal }
}

async fn follow_dispute(app: &App, cause: &Cause, fact: &CardDisputeFact) -> Result<(), Stop> {
    let Some(told) = told_by_dispute(fact) else { return Ok(()) };
    if follow_reversal(app, cause, &told, false).await? == Followed::Contradicts {
        let again = map::card_dispute(&ask(app, |api| api.dispute(&fact.id)).await?)?;
        if let Some(told) = told_by_dispute(&again) {
            let _ = follow_reversal(app, cause, &told, true).await?;
        }
    }
    Ok(())
}

/// `None` for what is only a question so far, or one that was answered: no money moved.
fn told_by_dispute(fact: &CardDisputeFact) -> Option<Told<'_>> {
    let standing = match (fact.funds, fact.outcome) {
        (DisputeFunds::Reinstated, _) => Standing::Undone,
        (DisputeFunds::Withdrawn | DisputeFunds::Untold, DisputeOutcome::Lost) => Standing::Lost,
        // Also one that was won: it is ours again when it is given back, which is told too.
        (DisputeFunds::Withdrawn, _) | (DisputeFunds::Untold, DisputeOutcome::Open) => Standing::Standing,
        (DisputeFunds::Untold, DisputeOutcome::Won | DisputeOutcome::Prevented) => Standing::Undone,
        (DisputeFunds::Untold, DisputeOutcome::Inquiry | DisputeOutcome::InquiryClosed) => return None,
    };
    let kind = ReversalKind::CardDispute;
    let reversal = ReversalFact { kind, external_id: fact.id.clone(), amount: fact.money, standing };
    Some(Told { payment_intent: fact.payment_intent.as_deref(), charge: fact.charge.as_deref(), reversal })
}

/// A reversal as Stripe tells it, with what it is about.
struct Told<'a> {
    payment_intent: Option<&'a str>,
    charge: Option<&'a str>,
    reversal: ReversalFact,
}

/// A reversal may be heard of before its payment: the payment is then taken in first.
async fn follow_reversal(
    app: &App,
    cause: &Cause,
    told: &Told<'_>,
    is_confirmed: bool,
) -> Result<Followed, Stop> {
    let Some(payment) = ensure_received(app, cause, told.payment_intent, told.charge).await? else {
        let id = &told.reversal.external_id;
        return Err(Stop::Later(Failure::retry(format!("{id} before its payment succeeded"))));
    };
    match follow(app, cause, &payment, &told.reversal, is_confirmed).await {
        // More goes back than is left, say: a person has to look.
        Err(Failure::Poison(why)) => Err(Stop::Unreadable(why)),
        ended => Ok(ended?),
    }
}
