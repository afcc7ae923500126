//! What a person decides about a refund or a lost card dispute: credit, reopen or void.
use super::tasks::{finished, open_about};
use super::{Attempt, settle};
use crate::App;
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{customer_group, is_last_change_by, load_many, must_load};
use crate::worker::Failure;
use domain::credit::CreditMemo;
use domain::ids::{InvoiceId, PaymentId};
use domain::invoice::{Invoice, RefundChoice, RefundToDecide, Settlement};
use domain::money::Money;
use domain::payment::{Allocation, Payment, Posting};
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// The decision of a person about one reversal on one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundDecision {
    pub invoice: InvoiceId,
    /// The vendor's id of the refund or card dispute.
    pub reversal: String,
    pub choice: RefundChoice,
    pub by: String,
}

/// Carries out the decision. *Credit* settles at once with a credit memo that is large enough, and otherwise waits
/// for one; *void* waits for the ledger; *reopen* lets the invoice be chased again and takes the allocation off
/// the ledger's payment.
///
/// # Errors
/// Poison when there is nothing to decide any more; the table's.
pub async fn decide(app: &App, cause: &Cause, decision: &RefundDecision) -> Result<(), Failure> {
    let key = keys::invoice(&app.settings.entity, &decision.invoice);
    settle(|| async {
        let mut invoice = must_load::<Invoice>(app.table.as_ref(), &key).await?;
        let is_waiting = invoice
            .state
            .refunds_to_decide
            .iter()
            .any(|refund| refund.refund == decision.reversal && refund.choice == Some(decision.choice));
        if is_waiting || is_last_change_by(app.table.as_ref(), invoice.head(), cause).await? {
            return Ok(Attempt::Done(()));
        }
        let Some((payment, amount)) = undecided(&invoice.state, &decision.reversal) else {
            let id = &decision.reversal;
            return Err(Failure::poison(format!("{id} on {} is decided already", invoice.state.number)));
        };
        let event = Event::RefundDecided { invoice: decision.invoice.clone(), choice: decision.choice };
        let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        let payment =
            must_load::<Payment>(app.table.as_ref(), &keys::payment(&app.settings.entity, &payment)).await?;
        let about = format!("{}|{}", payment.state.key().pk, decision.reversal);
        let is_more = has_more_to_decide(app, &payment.state, decision).await?;
        let credit = match decision.choice {
            RefundChoice::Credit => credit_memo(app, &invoice.state, amount).await?,
            RefundChoice::Reopen | RefundChoice::Void => None,
        };
        match (decision.choice, credit) {
            (RefundChoice::Reopen, _) => {
                release(&mut invoice.state, &decision.reversal);
                change = change.update(invoice).update(with_posting_due(payment));
            }
            (RefundChoice::Credit, Some(mut memo)) => {
                release(&mut invoice.state, &decision.reversal);
                let allocation = Allocation { invoice: decision.invoice.clone(), amount };
                let by = Settlement::Credit(memo.state.id.clone());
                let poison = |refusal: domain::refusal::Refusal| Failure::poison(refusal.to_string());
                invoice.state = invoice.state.settle(by, amount).map_err(poison)?;
                memo.state = memo.state.allocate(allocation).map_err(poison)?;
                change = change.update(invoice).update(memo).update(with_posting_due(payment));
            }
            (choice, _) => {
                release(&mut invoice.state, &decision.reversal);
                invoice.state.refunds_to_decide.push(RefundToDecide {
                    payment: payment.state.id.clone(),
                    refund: decision.reversal.clone(),
                    amount,
                    choice: Some(choice),
                });
                change = change.update(invoice);
            }
        }
        for kind in [TaskKind::RefundToDecide, TaskKind::CardDispute] {
            if is_more {
                break;
            }
            if let Some(task) = open_about(app, kind, &about).await? {
                change = change.update(finished(task, app, &decision.by, &format!("{:?}", decision.choice)));
            }
        }
        Attempt::of(change.commit(app.table.as_ref()).await, ())
    })
    .await
}

/// Whether the reversal left something to decide on another invoice too: its task then stays open.
async fn has_more_to_decide(
    app: &App,
    payment: &Payment,
    decision: &RefundDecision,
) -> Result<bool, Failure> {
    let taken = payment.reversal(&decision.reversal).map(|reversal| reversal.taken_from.as_slice());
    let others = taken.unwrap_or_default().iter().filter(|part| part.invoice != decision.invoice);
    let keys: Vec<_> = others.map(|part| keys::invoice(&app.settings.entity, &part.invoice)).collect();
    let others: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &keys).await?;
    Ok(others.iter().any(|invoice| {
        let refunds = &invoice.state.refunds_to_decide;
        refunds.iter().any(|refund| refund.refund == decision.reversal && refund.choice.is_none())
            || invoice.state.contested.iter().any(|contested| contested.dispute == decision.reversal)
    }))
}

fn undecided(invoice: &Invoice, reversal: &str) -> Option<(PaymentId, Money)> {
    let refund = invoice.refunds_to_decide.iter().find(|refund| refund.refund == reversal);
    let contested = invoice.contested.iter().find(|contested| contested.dispute == reversal);
    refund
        .map(|refund| (refund.payment.clone(), refund.amount))
        .or_else(|| contested.map(|contested| (contested.payment.clone(), contested.amount)))
}

fn release(invoice: &mut Invoice, reversal: &str) {
    invoice.refunds_to_decide.retain(|refund| refund.refund != reversal);
    invoice.contested.retain(|contested| contested.dispute != reversal);
}

fn with_posting_due(mut payment: Stored<Payment>) -> Stored<Payment> {
    if matches!(payment.state.posting, Posting::Posted { .. }) {
        payment.follow_up(FollowUp::WriteBack);
    }
    payment
}

/// The customer's oldest credit memo with at least this much left.
async fn credit_memo(
    app: &App,
    invoice: &Invoice,
    amount: Money,
) -> Result<Option<Stored<CreditMemo>>, Failure> {
    let view = keys::customer_view(&invoice.entity, &invoice.customer);
    let keys = customer_group(app.table.as_ref(), &view, "CRED").await?;
    let memos: Vec<Stored<CreditMemo>> = load_many(app.table.as_ref(), &keys).await?;
    Ok(memos.into_iter().find(|memo| {
        memo.state
            .remaining()
            .is_ok_and(|left| left.currency() == amount.currency() && left.minor() >= amount.minor())
    }))
}
