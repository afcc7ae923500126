//! A dunning letter on its way: planned, claimed, handed over, delivered; at most once per contact key.
use chrono::NaiveDate;
use domain::dunning::decide::PlannedItem;
use domain::ids::{ContactId, CustomerId, EntityId, LetterId};
use domain::letters::Tone;
use domain::money::Money;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum LetterState {
    Planned,
    /// Claimed on the invoices and the customer; the hand-off may be under way. Never sent from here again.
    Claimed,
    Sent {
        message_ref: String,
    },
    Delivered {
        message_ref: String,
    },
    Bounced {
        message_ref: String,
    },
    Complained {
        message_ref: String,
    },
    /// The hand-off is unclear: a delivery event or a person resolves it.
    Unknown {
        why: String,
    },
    /// Decided again before sending, and no longer right.
    Cancelled {
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterItem {
    pub invoice: domain::ids::InvoiceId,
    /// The level this invoice reaches by the letter.
    pub level: u8,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub entity: EntityId,
    pub id: LetterId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub level: u8,
    pub tone: Tone,
    pub items: Vec<LetterItem>,
    pub total: Money,
    pub unassigned: Money,
    pub planned_on: NaiveDate,
    pub policy: String,
    pub state: LetterState,
}

impl Letter {
    pub fn invoices(&self) -> Vec<domain::ids::InvoiceId> {
        self.items.iter().map(|item| item.invoice.clone()).collect()
    }
}

impl From<&PlannedItem> for LetterItem {
    fn from(item: &PlannedItem) -> Self {
        Self { invoice: item.invoice.clone(), level: item.level, amount: item.amount }
    }
}
