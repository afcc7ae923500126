//! A person ends a pause of a customer's automatic mail.
use super::{Attempt, settle};
use crate::App;
use crate::store::change::Change;
use crate::store::keys;
use crate::store::reads::must_load;
use crate::worker::Failure;
use domain::customer::{Customer, Pause, PauseReason};
use domain::ids::CustomerId;
use domain::timeline::{Cause, Event};

/// Ends one pause; others that stand beside it go on. A pause that is gone already changes nothing.
///
/// # Errors
/// A customer that does not exist, or who was erased; the table's.
pub async fn end(
    app: &App,
    cause: &Cause,
    customer: &CustomerId,
    pause: &Pause,
    by: &str,
) -> Result<(), Failure> {
    if pause.reason == PauseReason::Erased {
        return Err(Failure::poison("what was erased cannot be written to again"));
    }
    let key = keys::customer(&app.settings.entity, customer);
    settle(|| async {
        let mut stored = must_load::<Customer>(app.table.as_ref(), &key).await?;
        let before = stored.state.pauses.len();
        stored.state.pauses.retain(|standing| standing != pause);
        if stored.state.pauses.len() == before {
            return Ok(Attempt::Done(()));
        }
        let event = Event::PauseEnded { why: format!("{:?} ended by {by}", pause.reason) };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        Attempt::of(change.update(stored).commit(app.table.as_ref()).await, ())
    })
    .await
}
