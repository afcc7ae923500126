//! A contact asks for no more automatic mail: effective at once, for every customer that has the same address. Two
//! customers may share an accountant, or be one that was merged in the ledger since the letter.
use super::{Attempt, settle};
use crate::App;
use crate::archive::archive;
use crate::store::change::Change;
use crate::store::keys;
use crate::store::reads::{load, load_many, look_up};
use crate::store::table::Key;
use crate::worker::Failure;
use domain::customer::{AddressStatus, Customer};
use domain::ids::{ContactId, CustomerId};
use domain::timeline::{Cause, Event};
use serde::{Deserialize, Serialize};

/// An opt-out as it is archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedOptOut {
    /// Always "opt_out".
    pub action: String,
    pub contact: ContactId,
    pub customer: CustomerId,
}

impl ArchivedOptOut {
    /// Reads an archived input of the portal; `None` where it is something else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(bytes).ok().filter(|input| input.action == "opt_out")
    }
}

/// What became of an opt-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOut {
    /// No automatic mail goes there any more; `true` where that was so before.
    Stopped { was_already: bool },
    /// There is no such contact any more.
    NoSuchContact,
}

/// Opts a contact out, and the same address wherever else it is. A second time changes nothing; a complaint, which
/// weighs more, stays one.
///
/// # Errors
/// The archive's or the table's.
pub async fn opt_out(app: &App, customer: &CustomerId, contact: &ContactId) -> Result<OptOut, Failure> {
    let ended = one(app, customer, contact).await?;
    for (other, contact) in with_same_address(app, customer, contact).await? {
        one(app, &other, &contact).await?;
    }
    Ok(ended)
}

/// The contacts of other customers with the address of this one.
async fn with_same_address(
    app: &App,
    customer: &CustomerId,
    contact: &ContactId,
) -> Result<Vec<(CustomerId, ContactId)>, Failure> {
    let (table, entity) = (app.table.as_ref(), &app.settings.entity);
    let stored = load::<Customer>(table, &keys::customer(entity, customer)).await?;
    let contacts = stored.map(|stored| stored.state.contacts).unwrap_or_default();
    let Some(hash) = contacts.into_iter().find(|known| known.id == *contact).map(|known| known.email_hash)
    else {
        return Ok(Vec::new());
    };
    let others = look_up(table, keys::address(entity, &hash)).await?.into_iter().map(CustomerId);
    let wanted: Vec<Key> =
        others.filter(|other| other != customer).map(|other| keys::customer(entity, &other)).collect();
    let mut found = Vec::new();
    for other in load_many::<Customer>(table, &wanted).await? {
        let same = other.state.contacts.iter().find(|known| known.email_hash == hash);
        found.extend(same.map(|same| (other.state.id.clone(), same.id.clone())));
    }
    Ok(found)
}

async fn one(app: &App, customer: &CustomerId, contact: &ContactId) -> Result<OptOut, Failure> {
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
        let input = ArchivedOptOut {
            action: "opt_out".to_owned(),
            contact: contact.clone(),
            customer: customer.clone(),
        };
        let input = serde_json::to_vec(&input).map_err(|error| Failure::poison(error.to_string()))?;
        let archived = archive(app, "portal", &input).await?;
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
