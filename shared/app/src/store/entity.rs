//! Items as they are stored: a versioned envelope around a noun of the domain.
use super::keys;
use super::table::{Key, Record};
use crate::versions::{self, Raise};
use crate::worker::Failure;
use chrono::{DateTime, Utc};
use domain::credit::CreditMemo;
use domain::customer::Customer;
use domain::ids::{CustomerId, EntityId};
use domain::invoice::Invoice;
use domain::payment::Payment;
use domain::refusal::Refusal;
use domain::task::{CollectionsTask, TaskState};
use domain::timeline::ChainHead;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::letter::Letter;
pub use domain::timeline::FollowUp;

/// The schema version of items written now; older ones are brought up when read.
pub const ITEM_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    pub v: u32,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<ChainHead>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<FollowUp>,
    /// Since when something has been pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_since: Option<DateTime<Utc>>,
    pub state: T,
}

/// An item as read: change `state` and `pending`, then give it to a [`super::change::Change`].
#[derive(Debug, Clone)]
pub struct Stored<T> {
    pub state: T,
    pub pending: Vec<FollowUp>,
    pub ver: u64,
    pub(super) head: Option<ChainHead>,
    pub(super) pending_since: Option<DateTime<Utc>>,
}

impl<T> Stored<T> {
    /// The same item with another state.
    #[must_use]
    pub fn with_state(self, state: T) -> Self {
        Self { state, ..self }
    }

    pub fn is_pending(&self, follow_up: FollowUp) -> bool {
        self.pending.contains(&follow_up)
    }

    pub fn done(&mut self, follow_up: FollowUp) {
        self.pending.retain(|pending| *pending != follow_up);
    }

    pub fn follow_up(&mut self, follow_up: FollowUp) {
        if !self.is_pending(follow_up) {
            self.pending.push(follow_up);
        }
    }

    pub fn head(&self) -> Option<&ChainHead> {
        self.head.as_ref()
    }
}

/// A noun that is stored as a versioned item with a timeline.
pub trait Entity: Serialize + DeserializeOwned + Send + Sync {
    const KIND: &'static str;

    fn entity(&self) -> &EntityId;
    fn key(&self) -> Key;
    fn customer(&self) -> Option<&CustomerId>;
    /// The row in the customer index, if it is to be found there.
    fn customer_row(&self) -> Option<Key>;
    /// The row in the due index with its summary, if it is to be found there; `pending` is what is to follow.
    fn due_row(&self, _pending: &[FollowUp]) -> Option<(Key, String)> {
        None
    }

    /// # Errors
    /// A rule of the noun that does not hold.
    fn check(&self) -> Result<(), Refusal>;
}

/// What brings older items up: none is older yet. With the first, [`ITEM_VERSION`] is 2.
pub const ITEM_RAISES: &[Raise] = &[];

/// Reads an item of this version or an older one, checking what must hold of it.
///
/// # Errors
/// A retry for a newer version, which a deploy under way will understand.
/// [`Failure::Poison`] for a record that does not decode or breaks a rule: nothing may act on it.
pub fn read<T: Entity>(record: Record) -> Result<Stored<T>, Failure> {
    let what = format!("stored {} {}", T::KIND, record.key);
    let envelope: Envelope<T> = versions::read(&what, &record.body, ITEM_RAISES)?;
    let broken = |why: String| Failure::poison(format!("{what}: {why}"));
    envelope.state.check().map_err(|refusal| broken(refusal.to_string()))?;
    Ok(Stored {
        state: envelope.state,
        pending: envelope.pending,
        ver: record.ver,
        head: envelope.head,
        pending_since: envelope.pending_since,
    })
}

/// What the due index tells about an invoice that is open, or whose promise is not valued yet, without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSummary {
    pub customer: CustomerId,
    pub open: domain::money::Money,
    pub due_on: Option<chrono::NaiveDate>,
    /// The last day of an active promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_until: Option<chrono::NaiveDate>,
    /// What it promises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<domain::money::Money>,
}

/// What the due index tells about unapplied cash, or about a credit with something left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnappliedSummary {
    /// `None` while the payer is not identified.
    pub customer: Option<CustomerId>,
    pub amount: domain::money::Money,
}

impl Entity for Invoice {
    const KIND: &'static str = "invoice";

    fn entity(&self) -> &EntityId {
        &self.entity
    }

    fn key(&self) -> Key {
        keys::invoice(&self.entity, &self.id)
    }

    fn customer(&self) -> Option<&CustomerId> {
        Some(&self.customer)
    }

    fn customer_row(&self) -> Option<Key> {
        let is_open = self.open().is_ok_and(|open| open.is_positive());
        let group = if is_open { "OPEN" } else { "DONE" };
        Some(keys::customer_row(&self.entity, &self.customer, group, self.due_on, self.id.as_str()))
    }

    fn due_row(&self, _: &[FollowUp]) -> Option<(Key, String)> {
        // A promise stays until it is valued, also when the invoice is paid meanwhile.
        let open = self.open().ok().filter(|open| open.is_positive() || self.promise.is_some())?;
        let promise_until = self.promise.as_ref().map(domain::promise::ActivePromise::holds_until);
        let look_on = match (self.due_on, promise_until) {
            (Some(due_on), Some(until)) => Some(due_on.min(until)),
            (due_on, until) => due_on.or(until),
        };
        let promised = self.promise.as_ref().map(|promise| promise.amount);
        let customer = self.customer.clone();
        let summary = OpenSummary { customer, open, due_on: self.due_on, promise_until, promised };
        let summary = serde_json::to_string(&summary).ok()?;
        Some((keys::due_row(&self.entity, look_on, &self.customer, &self.id), summary))
    }

    fn check(&self) -> Result<(), Refusal> {
        Invoice::check(self)
    }
}

impl Entity for Payment {
    const KIND: &'static str = "payment";

    fn entity(&self) -> &EntityId {
        &self.entity
    }

    fn key(&self) -> Key {
        keys::payment(&self.entity, &self.id)
    }

    fn customer(&self) -> Option<&CustomerId> {
        self.customer.as_ref()
    }

    fn customer_row(&self) -> Option<Key> {
        let is_unapplied = self.unapplied().is_ok_and(|unapplied| unapplied.is_positive());
        let group = if is_unapplied { "CASH" } else { "PAID" };
        let customer = self.customer.as_ref()?;
        Some(keys::customer_row(&self.entity, customer, group, Some(self.received_on), self.id.as_str()))
    }

    fn due_row(&self, pending: &[FollowUp]) -> Option<(Key, String)> {
        let sk = format!("{}#{}", self.received_on, self.id);
        let amount = self.unapplied().ok()?;
        if amount.is_positive() {
            let summary = UnappliedSummary { customer: self.customer.clone(), amount };
            let row = Key::new(keys::cash_partition(&self.entity), sk);
            return Some((row, serde_json::to_string(&summary).ok()?));
        }
        // While its posting is asked for, the pending index has it, and no write is spent on this one.
        let is_unposted = !self.is_posted() && !pending.contains(&FollowUp::WriteBack);
        is_unposted.then(|| (Key::new(keys::unposted_partition(&self.entity), sk), "{}".to_owned()))
    }

    fn check(&self) -> Result<(), Refusal> {
        Payment::check(self)
    }
}

impl Entity for CreditMemo {
    const KIND: &'static str = "credit_memo";

    fn entity(&self) -> &EntityId {
        &self.entity
    }

    fn key(&self) -> Key {
        keys::credit_memo(&self.entity, &self.id)
    }

    fn customer(&self) -> Option<&CustomerId> {
        Some(&self.customer)
    }

    fn customer_row(&self) -> Option<Key> {
        let has_some = self.remaining().is_ok_and(|left| left.is_positive());
        let group = if has_some { "CRED" } else { "USED" };
        Some(keys::customer_row(&self.entity, &self.customer, group, Some(self.issued_on), self.id.as_str()))
    }

    fn due_row(&self, _: &[FollowUp]) -> Option<(Key, String)> {
        let amount = self.remaining().ok().filter(|left| left.is_positive())?;
        let summary = UnappliedSummary { customer: Some(self.customer.clone()), amount };
        let row = Key::new(keys::credit_partition(&self.entity), format!("{}#{}", self.issued_on, self.id));
        Some((row, serde_json::to_string(&summary).ok()?))
    }

    fn check(&self) -> Result<(), Refusal> {
        CreditMemo::check(self)
    }
}

impl Entity for Customer {
    const KIND: &'static str = "customer";

    fn entity(&self) -> &EntityId {
        &self.entity
    }

    fn key(&self) -> Key {
        keys::customer(&self.entity, &self.id)
    }

    fn customer(&self) -> Option<&CustomerId> {
        Some(&self.id)
    }

    fn customer_row(&self) -> Option<Key> {
        None
    }

    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Entity for Letter {
    const KIND: &'static str = "letter";

    fn entity(&self) -> &EntityId {
        &self.entity
    }

    fn key(&self) -> Key {
        keys::letter(&self.entity, &self.id)
    }

    fn customer(&self) -> Option<&CustomerId> {
        Some(&self.customer)
    }

    fn customer_row(&self) -> Option<Key> {
        Some(keys::customer_row(
            &self.entity,
            &self.customer,
            "LETTER",
            Some(self.planned_on),
            self.id.as_str(),
        ))
    }

    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Entity for CollectionsTask {
    const KIND: &'static str = "task";

    fn entity(&self) -> &EntityId {
        &self.entity
    }

    fn key(&self) -> Key {
        keys::task(&self.entity, &self.id)
    }

    fn customer(&self) -> Option<&CustomerId> {
        self.customer.as_ref()
    }

    fn customer_row(&self) -> Option<Key> {
        None
    }

    fn due_row(&self, _: &[FollowUp]) -> Option<(Key, String)> {
        if self.state != TaskState::Open {
            return None;
        }
        let row = Key::new(
            keys::tasks_partition(&self.entity),
            format!("{}#{}", self.opened_at.to_rfc3339(), self.id),
        );
        Some((row, serde_json::to_string(&self.kind).ok()?))
    }

    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }
}
