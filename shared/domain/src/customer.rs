//! Customers and their contacts: who owes, who may be written to, and when they last were.
use crate::ids::{ContactId, CustomerId, EntityId, ExternalRef, LetterId};
use crate::in_flight::{DebitInFlight, FundsHeld};
use crate::invoice::ExternalVersion;
use crate::sealed::{LookupHash, Sealed};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Whether an address may be written to by automation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressStatus {
    Usable,
    /// Its owner asked for no more automatic mail.
    OptedOut {
        on: NaiveDate,
    },
    /// A permanent bounce.
    Bounced {
        on: NaiveDate,
    },
    /// Marked as spam by its owner.
    Complained {
        on: NaiveDate,
    },
    /// Held for a while, by an unverified request, until a person has looked.
    Held {
        until: NaiveDate,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    pub email: Sealed,
    /// Finds the contact by address without the plain text.
    pub email_hash: LookupHash,
    pub status: AddressStatus,
}

/// Why all automatic mail to a customer is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub reason: PauseReason,
    pub since: NaiveDate,
    /// The last day of the pause; `None` until a person ends it.
    pub until: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// A reply waits for a person.
    ReplyToRead,
    /// The customer says it has paid: look before chasing.
    SaysPaid,
    /// A soft promise ("next week") delays the next step once.
    SoftPromise,
    /// A lawyer, insolvency, a threat: no automatic mail.
    Legal,
    /// Word of new bank details: possible fraud.
    SecurityAlert,
    /// The person was erased: there is no key to open an address with.
    Erased,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub entity: EntityId,
    pub id: CustomerId,
    pub external_ref: ExternalRef,
    pub external_version: ExternalVersion,
    pub name: Sealed,
    pub is_active: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// Bank debits under way; while one may succeed, nobody is chased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub debits_in_flight: Vec<DebitInFlight>,
    /// Money in balances at the payment provider; it counts like unapplied cash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub funds_held: Vec<FundsHeld>,
    /// Days of the latest automatic letters, oldest first, for the contact window.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacted_on: Vec<NaiveDate>,
    /// The letter that is planned or on its way; no second one is planned beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_in_hand: Option<LetterId>,
    /// A digest of the last dunning decision: the same decision is not recorded twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_decision: Option<String>,
}

/// How many letters the contact window looks back on.
pub const CONTACTS_KEPT: usize = 20;

impl Customer {
    /// The address that automatic mail goes to: the first usable one.
    pub fn address(&self, today: NaiveDate) -> Option<&Contact> {
        self.contacts.iter().find(|contact| match contact.status {
            AddressStatus::Usable => true,
            AddressStatus::Held { until } => until < today,
            AddressStatus::OptedOut { .. }
            | AddressStatus::Bounced { .. }
            | AddressStatus::Complained { .. } => false,
        })
    }

    pub fn pause(&self, today: NaiveDate) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.until.is_none_or(|until| today <= until))
    }

    /// Adds a pause unless one of the same reason and end stands. Those that have ended by then are let go.
    #[must_use]
    pub fn paused(mut self, pause: Pause) -> Self {
        self.pauses.retain(|known| known.until.is_none_or(|until| pause.since <= until));
        if !self.pauses.iter().any(|known| known.reason == pause.reason && known.until == pause.until) {
            self.pauses.push(pause);
        }
        self
    }

    #[must_use]
    pub fn with_status(mut self, email_hash: &LookupHash, status: &AddressStatus) -> Self {
        for contact in self.contacts.iter_mut().filter(|contact| contact.email_hash == *email_hash) {
            contact.status = status.clone();
        }
        self
    }

    #[must_use]
    pub fn contacted(mut self, on: NaiveDate) -> Self {
        self.contacted_on.push(on);
        let surplus = self.contacted_on.len().saturating_sub(CONTACTS_KEPT);
        self.contacted_on.drain(..surplus);
        self
    }
}
