//! Promises: valued by what came since they were made.
use super::{Attempt, settle};
use crate::App;
use crate::store::change::Change;
use crate::store::reads::load;
use crate::store::table::Key;
use crate::worker::Failure;
use domain::invoice::Invoice;
use domain::refusal::Refusal;
use domain::timeline::{Cause, Event};

/// Values the promise on an invoice if it is due, or nothing is left to pay: kept, partially kept or broken. Broken and
/// partly kept promises raise the invoice's promise level, and dunning goes on with its next step.
///
/// # Errors
/// The table's.
pub async fn value_if_due(app: &App, cause: &Cause, key: &Key) -> Result<(), Failure> {
    settle(|| async {
        let Some(mut invoice) = load::<Invoice>(app.table.as_ref(), key).await? else {
            return Ok(Attempt::Done(()));
        };
        let poison = |refusal: Refusal| Failure::poison(refusal.to_string());
        let Some(promise) = invoice.state.promise.clone() else { return Ok(Attempt::Done(())) };
        let (valued, outcome) = invoice.state.promise_valued(app.today()).map_err(poison)?;
        let Some(outcome) = outcome else { return Ok(Attempt::Done(())) };
        invoice.state = valued;
        let event = Event::PromiseValued { promise: promise.id, invoice: invoice.state.id.clone(), outcome };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        Attempt::of(change.update(invoice).commit(app.table.as_ref()).await, ())
    })
    .await
}
