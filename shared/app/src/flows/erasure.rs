//! Erasure of a person, by an operator: mails and payloads about this person alone are destroyed in the archive, then
//! the keys of all sealed text. Balances, allocations and the chain of entries stay as they are; a file with many
//! people in it, and a mail of somebody else, stay as long as the books must be kept, and are told.
mod inputs;

use super::{Attempt, settle};
use crate::App;
use crate::archive::{ARRIVALS, Arrival, Tombstone};
use crate::flows::letters::send_ref;
use crate::letter::{Letter, LetterState};
use crate::ports::Shelf;
use crate::store::change::Change;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{chain, customer_group, load_many, must_load};
use crate::worker::Failure;
use bytes::Bytes;
use domain::customer::{Customer, Pause, PauseReason};
use domain::ids::CustomerId;
use domain::invoice::Invoice;
use domain::payment::Payment;
use domain::timeline::{Cause, Event};
use inputs::{Marks, OF_ONE_PERSON, Whose};
use std::collections::BTreeSet;

/// Entries that one item's chain is followed back.
const ENTRIES_MAX: usize = 100_000;

/// What an erasure did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Archived inputs that are now tombstones.
    pub inputs: Vec<String>,
    /// Archived inputs that name the person and are not about this person alone: they stay.
    pub kept: Vec<String>,
    /// Subjects whose key was destroyed.
    pub subjects: Vec<String>,
}

/// What belongs to a customer.
struct Belongings {
    customer: Stored<Customer>,
    /// Under whose keys its text is sealed.
    subjects: Vec<String>,
    /// What its inputs are recognised by.
    marks: Marks,
    /// Archived inputs that entries about this customer name.
    named: BTreeSet<String>,
    /// Archived inputs that other entries of its items name.
    touched: BTreeSet<String>,
}

/// Erases a customer. A second run finishes one that was cut off, and changes nothing after one that was not.
///
/// # Errors
/// A customer that does not exist; the table's, the archive's or the seal's.
pub async fn erase(
    app: &App,
    shelf: &dyn Shelf,
    id: &CustomerId,
    by: &str,
    why: &str,
) -> Result<Erased, Failure> {
    let owned = belongings(app, id).await?;
    let (inputs, kept) = find_inputs(app, shelf, &owned).await?;
    let erased = Erased {
        inputs: inputs.iter().map(|(key, _)| key.clone()).collect(),
        kept: kept.into_iter().collect(),
        subjects: owned.subjects,
    };
    // The record first: what is destroyed can no longer say why. The keys last: until then a second run finds it all.
    record(app, &owned.customer.state, &erased, by, why).await?;
    for (key, tombstone) in inputs {
        let json = serde_json::to_vec(&tombstone).map_err(|error| Failure::poison(error.to_string()))?;
        shelf.erase(&app.settings.archive_bucket, &key, Bytes::from(json)).await?;
    }
    for subject in &erased.subjects {
        app.seal.destroy(subject).await?;
    }
    Ok(erased)
}

fn source(key: &str) -> &str {
    key.split('/').next().unwrap_or_default()
}

async fn belongings(app: &App, id: &CustomerId) -> Result<Belongings, Failure> {
    let (table, entity) = (app.table.as_ref(), &app.settings.entity);
    let customer = must_load::<Customer>(table, &keys::customer(entity, id)).await?;
    let subject = customer.state.key().pk;
    let (subjects, marks) = (vec![subject.clone()], Marks::default());
    let mut owned =
        Belongings { subjects, marks, named: BTreeSet::new(), touched: BTreeSet::new(), customer };
    for contact in owned.customer.state.contacts.clone() {
        if let Some(address) = app.seal.open(&subject, &contact.email).await? {
            owned.marks.add_address(app, id, &address).await?;
        }
    }
    if let Some(name) = app.seal.open(&subject, &owned.customer.state.name).await? {
        owned.marks.add_name(&name);
    }
    let head = owned.customer.head().cloned();
    owned.add_chain(app, &subject, head.as_ref()).await?;
    let view = keys::customer_view(entity, id);
    for group in ["CASH", "PAID"] {
        for payment in load_many::<Payment>(table, &customer_group(table, &view, group).await?).await? {
            let pk = payment.state.key().pk;
            owned.marks.add_payment(&payment.state);
            if let Some(sealed) = &payment.state.remittance.payer_name
                && let Some(name) = app.seal.open(&pk, sealed).await?
            {
                owned.marks.add_name(&name);
            }
            owned.add_chain(app, &pk, payment.head()).await?;
            owned.subjects.push(pk);
        }
    }
    for group in ["OPEN", "DONE"] {
        for invoice in load_many::<Invoice>(table, &customer_group(table, &view, group).await?).await? {
            owned.add_chain(app, &invoice.state.key().pk, invoice.head()).await?;
        }
    }
    for letter in load_many::<Letter>(table, &customer_group(table, &view, "LETTER").await?).await? {
        owned.marks.add_letter(&send_ref(&letter.state.id));
        if let LetterState::Sent { message_ref }
        | LetterState::Delivered { message_ref }
        | LetterState::Bounced { message_ref }
        | LetterState::Complained { message_ref } = &letter.state.state
        {
            owned.marks.add_letter(message_ref);
        }
        owned.add_chain(app, &letter.state.key().pk, letter.head()).await?;
    }
    Ok(owned)
}

impl Belongings {
    /// Adds what the entries of an item name.
    async fn add_chain(
        &mut self,
        app: &App,
        pk: &str,
        head: Option<&domain::timeline::ChainHead>,
    ) -> Result<(), Failure> {
        for chained in chain(app.table.as_ref(), pk, head, ENTRIES_MAX).await? {
            let is_own = chained.entry.customer.as_ref() == Some(&self.customer.state.id);
            let list = if is_own { &mut self.named } else { &mut self.touched };
            // A row of a page is named with what is wrong with it, behind the page's key.
            let key = |key: String| key.split('#').next().unwrap_or_default().to_owned();
            list.extend(chained.entry.cause.archived.map(key));
        }
        Ok(())
    }
}

/// The inputs about this person alone, with their tombstones, and those that name the person and stay. Of one person are
/// those that its entries name, and those whose own format says so (a duplicate left no entry). Tombstones that the
/// entries name are among them, so that a run that was cut off is finished.
async fn find_inputs(
    app: &App,
    shelf: &dyn Shelf,
    owned: &Belongings,
) -> Result<(Vec<(String, Tombstone)>, BTreeSet<String>), Failure> {
    let mut all = shelf.list(&app.settings.archive_bucket, "").await?;
    let arrivals: Vec<String> = all.iter().filter(|key| is_arrival_of_a_mail(key)).cloned().collect();
    // Letters are sealed under the customer's key, and arrivals only say when something came.
    all.retain(|key| !key.starts_with(ARRIVALS) && source(key) != "letter");
    let (mails, others): (Vec<String>, Vec<String>) = all.into_iter().partition(|key| source(key) == "mail");
    let mut kept: BTreeSet<String> = owned.named.union(&owned.touched).cloned().collect();
    let mut found = sort(app, owned, mails, &BTreeSet::new(), &mut kept).await?;
    // What tells of a mail is recognised by where that was found.
    let places = places(app, &arrivals, &found).await?;
    found.extend(sort(app, owned, others, &places, &mut kept).await?);
    Ok((found, kept))
}

/// Gives those of this person alone; to `kept` come those that name the person too, and from it go the former.
async fn sort(
    app: &App,
    owned: &Belongings,
    keys: Vec<String>,
    places: &BTreeSet<String>,
    kept: &mut BTreeSet<String>,
) -> Result<Vec<(String, Tombstone)>, Failure> {
    let id = &owned.customer.state.id;
    let mut found = Vec::new();
    for key in keys {
        let Some(bytes) = app.blobs.get(&app.settings.archive_bucket, &key).await? else { continue };
        let tombstone = Tombstone::read(&bytes);
        let whose = if owned.named.contains(&key) && OF_ONE_PERSON.contains(&source(&key)) {
            Whose::ThisPerson
        } else if tombstone.is_some() {
            Whose::Nobody
        } else {
            owned.marks.whose(app, id, (source(&key), &bytes), places).await?
        };
        match whose {
            Whose::ThisPerson => {
                kept.remove(&key);
                found.push((key, tombstone.unwrap_or_else(|| Tombstone::of(&bytes))));
            }
            Whose::Others => {
                kept.insert(key);
            }
            Whose::Nobody => {}
        }
    }
    Ok(found)
}

fn is_arrival_of_a_mail(key: &str) -> bool {
    key.starts_with(ARRIVALS) && key.contains("-mail-")
}

/// Where mails were found, as `bucket/key`.
async fn places(
    app: &App,
    arrivals: &[String],
    mails: &[(String, Tombstone)],
) -> Result<BTreeSet<String>, Failure> {
    let mut places = BTreeSet::new();
    if mails.is_empty() {
        return Ok(places);
    }
    for key in arrivals {
        let Some(json) = app.blobs.get(&app.settings.archive_bucket, key).await? else { continue };
        let arrival = Arrival::read(key, &String::from_utf8_lossy(&json))?;
        if mails.iter().any(|(mail, _)| *mail == arrival.key) {
            places.extend(arrival.found);
        }
    }
    Ok(places)
}

/// Stops all letters for good and puts the erasure on the customer's timeline, once.
async fn record(app: &App, customer: &Customer, erased: &Erased, by: &str, why: &str) -> Result<(), Failure> {
    let key = customer.key();
    let count = |list: &[String]| u32::try_from(list.len()).unwrap_or(u32::MAX);
    settle(|| async {
        let mut stored = must_load::<Customer>(app.table.as_ref(), &key).await?;
        if stored.state.pauses.iter().any(|pause| pause.reason == PauseReason::Erased) {
            return Ok(Attempt::Done(()));
        }
        let pause = Pause { reason: PauseReason::Erased, since: app.today(), until: None };
        // First in the list, so that it is the one that holds tell.
        stored.state.pauses.insert(0, pause);
        stored.state.last_decision = None;
        let event = Event::CustomerErased {
            by: by.to_owned(),
            why: why.to_owned(),
            inputs_erased: count(&erased.inputs),
            inputs_kept: count(&erased.kept),
        };
        let cause = Cause::new(format!("erasure:{}", customer.id));
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause, event);
        Attempt::of(change.update(stored).commit(app.table.as_ref()).await, ())
    })
    .await
}

#[cfg(test)]
#[path = "erasure_tests.rs"]
mod tests;
