//! Erasure of a person, by an operator: mails and payloads about this person alone are destroyed in the archive, then
//! the keys of all sealed text. Balances, allocations and the chain of entries stay as they are; a file with many
//! people in it stays as long as the books must be kept, and is told.
use super::{Attempt, settle};
use crate::App;
use crate::archive::Tombstone;
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
use std::collections::BTreeSet;

/// Sources whose inputs are about one person each. All others are about many: bank files, pages of the ledger.
const OF_ONE_PERSON: [&str; 6] = ["mail", "ses-inbound", "ses-event", "stripe", "stripe-reply", "portal"];
/// Entries that one item's chain is followed back.
const ENTRIES_MAX: usize = 100_000;

/// What an erasure did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Archived inputs that are now tombstones.
    pub inputs: Vec<String>,
    /// Archived inputs that name the person among others, and stay.
    pub kept: Vec<String>,
    /// Subjects whose key was destroyed.
    pub subjects: Vec<String>,
}

/// What belongs to a customer.
struct Belongings {
    customer: Stored<Customer>,
    /// Under whose keys its text is sealed.
    subjects: Vec<String>,
    /// What its inputs are recognised by: addresses and vendors' ids.
    marks: Vec<String>,
    /// Archived inputs that its entries name.
    named: BTreeSet<String>,
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
    let kept = owned.named.iter().filter(|key| !is_of_one_person(key)).cloned().collect();
    let inputs = find_inputs(app, shelf, &owned).await?;
    let erased = Erased {
        inputs: inputs.iter().map(|(key, _)| key.clone()).collect(),
        kept,
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

fn is_of_one_person(key: &str) -> bool {
    key.split('/').next().is_some_and(|source| OF_ONE_PERSON.contains(&source))
}

async fn belongings(app: &App, id: &CustomerId) -> Result<Belongings, Failure> {
    let (table, entity) = (app.table.as_ref(), &app.settings.entity);
    let customer = must_load::<Customer>(table, &keys::customer(entity, id)).await?;
    let subject = customer.state.key().pk;
    let mut owned =
        Belongings { subjects: vec![subject.clone()], marks: Vec::new(), named: BTreeSet::new(), customer };
    for contact in owned.customer.state.contacts.clone() {
        owned.marks.extend(app.seal.open(&subject, &contact.email).await?);
    }
    let head = owned.customer.head().cloned();
    owned.add_chain(app, &subject, head.as_ref()).await?;
    let view = keys::customer_view(entity, id);
    for group in ["CASH", "PAID"] {
        for payment in load_many::<Payment>(table, &customer_group(table, &view, group).await?).await? {
            let pk = payment.state.key().pk;
            owned.marks.push(payment.state.external_ref.id.clone());
            owned.marks.extend(payment.state.reversals.iter().map(|reversal| reversal.external_id.clone()));
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
        owned.marks.push(send_ref(&letter.state.id));
        if let LetterState::Sent { message_ref }
        | LetterState::Delivered { message_ref }
        | LetterState::Bounced { message_ref }
        | LetterState::Complained { message_ref } = &letter.state.state
        {
            owned.marks.push(message_ref.clone());
        }
        owned.add_chain(app, &letter.state.key().pk, letter.head()).await?;
    }
    // Too short to tell anybody apart.
    owned.marks.retain(|mark| mark.len() >= 5);
    Ok(owned)
}

impl Belongings {
    /// Adds what the entries of an item name, those that are about another customer left out.
    async fn add_chain(
        &mut self,
        app: &App,
        pk: &str,
        head: Option<&domain::timeline::ChainHead>,
    ) -> Result<(), Failure> {
        let id = self.customer.state.id.clone();
        for chained in chain(app.table.as_ref(), pk, head, ENTRIES_MAX).await? {
            if chained.entry.customer.as_ref().is_none_or(|customer| *customer == id) {
                self.named.extend(chained.entry.cause.archived);
            }
        }
        Ok(())
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        self.marks.iter().any(|mark| text.contains(&mark.to_lowercase()))
    }
}

/// The inputs about this person alone: those that entries name, and those that hold one of its marks (a duplicate
/// left no entry). Tombstones that the entries name are among them, so that a run that was cut off is finished.
async fn find_inputs(
    app: &App,
    shelf: &dyn Shelf,
    owned: &Belongings,
) -> Result<Vec<(String, Tombstone)>, Failure> {
    let bucket = &app.settings.archive_bucket;
    let mut found = Vec::new();
    for source in OF_ONE_PERSON {
        for key in shelf.list(bucket, &format!("{source}/")).await? {
            let Some(bytes) = app.blobs.get(bucket, &key).await? else { continue };
            if !owned.named.contains(&key) && !owned.is_in(&bytes) {
                continue;
            }
            let tombstone = Tombstone::read(&bytes).unwrap_or_else(|| Tombstone::of(&bytes));
            found.push((key, tombstone));
        }
    }
    Ok(found)
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
