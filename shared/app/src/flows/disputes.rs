//! A person closes the dispute on an invoice, after which it may be chased again.
use super::{Attempt, settle};
use crate::App;
use crate::store::change::Change;
use crate::store::keys;
use crate::store::reads::must_load;
use crate::worker::Failure;
use domain::ids::{DisputeId, InvoiceId};
use domain::invoice::Invoice;
use domain::timeline::{Cause, Event};

/// Closes one dispute; a different or no dispute on the invoice changes nothing.
///
/// # Errors
/// An invoice that does not exist; the table's.
pub async fn close(
    app: &App,
    cause: &Cause,
    invoice: &InvoiceId,
    dispute: &DisputeId,
    how: &str,
) -> Result<(), Failure> {
    let key = keys::invoice(&app.settings.entity, invoice);
    settle(|| async {
        let mut stored = must_load::<Invoice>(app.table.as_ref(), &key).await?;
        if stored.state.dispute.as_ref().is_none_or(|standing| standing.id != *dispute) {
            return Ok(Attempt::Done(()));
        }
        stored.state.dispute = None;
        let event = Event::DisputeClosed { invoice: invoice.clone(), how: how.to_owned() };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        Attempt::of(change.update(stored).commit(app.table.as_ref()).await, ())
    })
    .await
}
