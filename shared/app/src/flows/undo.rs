//! A person takes an application back: the invoice is open again, the money is for a person to place, and the ledger's
//! payment is brought in line.
use super::cash::suggestions;
use super::tasks::{about_customer, new_task, opened};
use super::{Attempt, settle};
use crate::App;
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp};
use crate::store::keys;
use crate::store::reads::{is_last_change_by, must_load};
use crate::worker::Failure;
use domain::ids::{InvoiceId, PaymentId};
use domain::invoice::{Invoice, Settlement};
use domain::payment::{Payment, Posting};
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// Takes everything that a payment settles on an invoice back. A promise that it had kept stands again; letters, their
/// levels and all other holds stay as they are. The money waits in review, and no rule puts it anywhere by itself.
///
/// # Errors
/// Poison for a payment that settles nothing there (any more), or that people keep in the ledger; the table's.
pub async fn application(
    app: &App,
    cause: &Cause,
    payment: &PaymentId,
    invoice: &InvoiceId,
    by: &str,
) -> Result<(), Failure> {
    let poison = |refusal: Refusal| Failure::poison(refusal.to_string());
    let entity = app.settings.entity.clone();
    settle(|| async {
        let table = app.table.as_ref();
        let mut paid = must_load::<Payment>(table, &keys::payment(&entity, payment)).await?;
        let mut settled = must_load::<Invoice>(table, &keys::invoice(&entity, invoice)).await?;
        let number = settled.state.number.clone();
        let Some(line) = paid.state.allocations.iter().find(|line| line.invoice == *invoice).cloned() else {
            if is_last_change_by(table, paid.head(), cause).await? {
                return Ok(Attempt::Done(()));
            }
            return Err(Failure::poison(format!("payment {payment} settles nothing on {number} any more")));
        };
        if paid.state.posting == Posting::ByPeople {
            let why = "is kept in the ledger by people: change it there, and the next pull brings it";
            return Err(Failure::poison(format!("payment {payment} {why}")));
        }
        let settlement = Settlement::Payment(payment.clone());
        let state = settled.state.clone().unsettle(&settlement, line.amount).map_err(poison)?;
        settled.state = state.promise_reopened().map_err(poison)?;
        paid.state = paid.state.deallocate(invoice, line.amount).map_err(poison)?;
        if matches!(paid.state.posting, Posting::Posted { .. }) {
            paid.follow_up(FollowUp::WriteBack);
        }
        // A rule that was asked for meanwhile would only apply it again.
        paid.done(FollowUp::ApplyCash);
        let task = new_task(
            app,
            TaskKind::PaymentReview,
            &paid.state.key().pk,
            format!("taken off {number} by {by}"),
        );
        let mut task = about_customer(task, paid.state.customer.as_ref());
        task.candidates = suggestions(app, &paid.state).await?;
        task.candidates.retain(|candidate| candidate.allocations.iter().all(|part| part.invoice != *invoice));
        let why = format!("undone by {by}");
        let event = Event::CashUnapplied { payment: payment.clone(), lines: vec![line], why };
        let change = Change::new(entity.clone(), app.clock.now(), cause.clone(), event);
        let change = change.by_rule("undone-by-a-person").update(paid).update(settled);
        Attempt::of(opened(app, change, task).await?.commit(table).await, ())
    })
    .await
}
