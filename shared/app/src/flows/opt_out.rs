//! A contact asks for no more automatic mail: effective at once, for every address record that is the same address.
use super::{Attempt, settle};
use crate::App;
use crate::archive::archive;
use crate::store::change::Change;
use crate::store::keys;
use crate::store::reads::load;
use crate::worker::Failure;
use domain::customer::{AddressStatus, Customer};
use domain::ids::{ContactId, CustomerId};
use domain::timeline::{Cause, Event};

/// What became of an opt-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOut {
    /// No automatic mail goes there any more; `true` where that was so before.
    Stopped { was_already: bool },
    /// There is no such contact any more.
    NoSuchContact,
}

/// Opts a contact out. A second time changes nothing; a complaint, which weighs more, stays one.
///
/// # Errors
/// The archive's or the table's.
pub async fn opt_out(app: &App, customer: &CustomerId, contact: &ContactId) -> Result<OptOut, Failure> {
    let key = keys::customer(&app.settings.entity, customer);
    settle(|| async {
        let Some(mut stored) = load::<Customer>(app.table.as_ref(), &key).await? else {
            return Ok(Attempt::Done(OptOut::NoSuchContact));
        };
        let Some(known) = stored.state.contacts.iter().find(|known| known.id == *contact).cloned() else {
            return Ok(Attempt::Done(OptOut::NoSuchContact));
        };
        if matches!(known.status, AddressStatus::OptedOut { .. } | AddressStatus::Complained { .. }) {
            return Ok(Attempt::Done(OptOut::Stopped { was_already: true }));
        }
        let input = serde_json::json!({"action": "opt_out", "customer": customer, "contact": contact});
        let archived = archive(app, "portal", input.to_string().as_bytes()).await?;
        let cause = Cause::archived_at(format!("opt-out:{customer}:{contact}"), archived);
        let status = AddressStatus::OptedOut { on: app.today() };
        stored.state = stored.state.with_status(&known.email_hash, &status);
        let event = Event::ContactOptedOut { contact: contact.clone() };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause, event);
        let committed = change.update(stored).commit(app.table.as_ref()).await;
        Attempt::of(committed, OptOut::Stopped { was_already: false })
    })
    .await
}
