//! The timeline: one entry a commit, naming its cause, the facts it rests on and the former chain heads of every
//! item it touches. Entries are hash-chained per item; personal text is inside only as ciphertext, so erasing a
//! key leaves every hash valid.
use crate::ids::{
    ContactId, CreditMemoId, CustomerId, EntityId, EventId, InvoiceId, LetterId, PaymentId, PromiseId, TaskId,
};
use crate::invoice::RefundChoice;
use crate::money::Money;
use crate::payment::{Allocation, ReversalKind};
use crate::promise::PromiseOutcome;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The schema version of entries written now.
pub const ENTRY_VERSION: u32 = 1;

/// What set a change off: the outside event by its natural key, and where its raw input is archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub event: EventId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<String>,
}

impl Cause {
    pub fn new(event: impl Into<String>) -> Self {
        Self { event: EventId::new(event), archived: None }
    }

    pub fn archived_at(event: impl Into<String>, key: impl Into<String>) -> Self {
        Self { event: EventId::new(event), archived: Some(key.into()) }
    }
}

/// The newest entry of an item's chain: its hash and the store key where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    pub hash: String,
    pub pk: String,
    pub sk: String,
}

/// An item that an entry changed: its new version, what was its head before, and what is to follow from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    pub pk: String,
    pub ver: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<ChainHead>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<FollowUp>,
}

/// Work that a commit leaves to another function. It stands on the item until that function's commit removes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUp {
    ApplyCash,
    WriteBack,
    /// A write-back that may create the posting anew where people have voided or deleted it: a person asked for that.
    PostAgain,
    SendLetter,
}

impl FollowUp {
    pub const ALL: [Self; 4] = [Self::ApplyCash, Self::WriteBack, Self::PostAgain, Self::SendLetter];

    /// How long it may stand before something must be wrong: money is applied and letters go on their day; a posting
    /// waits over a weekend for somebody to connect the ledger again.
    pub const fn age_max(self) -> TimeDelta {
        match self {
            Self::ApplyCash | Self::SendLetter => TimeDelta::hours(26),
            Self::WriteBack | Self::PostAgain => TimeDelta::hours(74),
        }
    }

    /// Whether an entry of this kind may be the one that did it. Only that takes it off its item.
    pub const fn is_done_by(self, event: &Event) -> bool {
        match self {
            Self::ApplyCash => {
                matches!(
                    event,
                    // Taken off an invoice by a person: a rule would only apply it again.
                    Event::CashApplied { .. }
                        | Event::PaymentLeftForReview { .. }
                        | Event::CashUnapplied { .. }
                )
            }
            Self::WriteBack | Self::PostAgain => matches!(
                event,
                Event::WrittenBack { .. } | Event::TaskOpened { .. } | Event::PostingWithheld { .. }
            ),
            Self::SendLetter => matches!(
                event,
                Event::LetterCancelled { .. }
                    | Event::LetterSent { .. }
                    | Event::LetterReleased { .. }
                    | Event::LetterUnknown { .. }
                    | Event::LetterDelivered { .. }
                    | Event::LetterBounced { .. }
                    | Event::LetterComplained { .. }
            ),
        }
    }
}

/// What happened, in the past tense, with the figures that mattered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Event {
    /// Records came from, or changed in, the ledger; one commit may hold up to 25.
    LedgerRecordsPulled {
        kind: String,
        count: u32,
    },
    PaymentReceived {
        payment: PaymentId,
        amount: Money,
    },
    /// The bank told more about it than when it was booked.
    PaymentEnriched {
        payment: PaymentId,
    },
    CashApplied {
        payment: PaymentId,
        lines: Vec<Allocation>,
        evidence: String,
    },
    CashUnapplied {
        payment: PaymentId,
        lines: Vec<Allocation>,
        why: String,
    },
    PaymentLeftForReview {
        payment: PaymentId,
        why: String,
    },
    PaymentReversed {
        payment: PaymentId,
        kind: ReversalKind,
        external_id: String,
        amount: Money,
    },
    ReversalUndone {
        payment: PaymentId,
        external_id: String,
        amount: Money,
    },
    CardDisputeLost {
        payment: PaymentId,
        external_id: String,
        amount: Money,
    },
    RefundDecided {
        invoice: InvoiceId,
        choice: RefundChoice,
    },
    CreditApplied {
        credit_memo: CreditMemoId,
        invoice: InvoiceId,
        amount: Money,
    },
    WrittenBack {
        payment: PaymentId,
        external_id: String,
    },
    /// A dry run posts nothing, and going live posts nothing of it unasked.
    PostingWithheld {
        payment: PaymentId,
    },
    /// A person said what is to become of a payment that the ledger should have.
    PostingAnswered {
        payment: PaymentId,
        how: String,
    },
    /// A bank debit of a customer is under way; `until` it holds all letters, at most.
    DebitStarted {
        payment: PaymentId,
        amount: Money,
        until: NaiveDate,
    },
    DebitEnded {
        payment: PaymentId,
        has_succeeded: bool,
    },
    /// What lies in a customer's balances at the payment provider changed to this; nothing, if empty.
    FundsAtProvider {
        holder: String,
        amounts: Vec<Money>,
    },
    PromiseMade {
        promise: PromiseId,
        invoices: Vec<InvoiceId>,
        amount: Money,
        on: NaiveDate,
    },
    PromiseValued {
        promise: PromiseId,
        invoice: InvoiceId,
        outcome: PromiseOutcome,
    },
    DisputeOpened {
        invoices: Vec<InvoiceId>,
        reason: String,
    },
    DisputeClosed {
        invoice: InvoiceId,
        how: String,
    },
    CustomerPaused {
        why: String,
    },
    PauseEnded {
        why: String,
    },
    ContactOptedOut {
        contact: ContactId,
    },
    ContactHeld {
        contact: ContactId,
        until: NaiveDate,
    },
    LetterPlanned {
        letter: LetterId,
        level: u8,
        invoices: Vec<InvoiceId>,
        total: Money,
    },
    /// Not now, because: every item that is overdue and not chased, with its hold.
    DunningHeld {
        holds: Vec<HeldItem>,
    },
    LetterCancelled {
        letter: LetterId,
        why: String,
    },
    LetterClaimed {
        letter: LetterId,
    },
    LetterSent {
        letter: LetterId,
        message_ref: String,
    },
    LetterReleased {
        letter: LetterId,
        why: String,
    },
    LetterUnknown {
        letter: LetterId,
        why: String,
    },
    LetterDelivered {
        letter: LetterId,
    },
    LetterBounced {
        letter: LetterId,
        contact: ContactId,
        is_permanent: bool,
    },
    LetterComplained {
        letter: LetterId,
        contact: ContactId,
    },
    MailFiled {
        what: String,
    },
    InputQuarantined {
        source: String,
        why: String,
    },
    TaskOpened {
        task: TaskId,
    },
    TaskDone {
        task: TaskId,
        how: String,
    },
    /// Work that should have been waiting and was not is asked for again.
    FollowUpMissed {
        follow_up: FollowUp,
        why: String,
    },
    /// A person's mails and payloads and the key of their sealed text were destroyed.
    CustomerErased {
        by: String,
        why: String,
        /// Archived inputs that were about this person alone.
        inputs_erased: u32,
        /// Archived inputs with many people, which stay as long as the books must.
        inputs_kept: u32,
    },
}

/// An overdue item that was not chased, and the named hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldItem {
    pub invoice: InvoiceId,
    pub hold: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub v: u32,
    pub at: DateTime<Utc>,
    pub entity: EntityId,
    pub cause: Cause,
    pub event: Event,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The policy version that a decision followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The rules that fired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    pub touched: Vec<Touched>,
}

/// SHA-256 in hex of an entry's stored JSON. The hash is over the stored bytes, so a reader of any age agrees.
pub fn entry_hash(stored: &str) -> String {
    hex::encode(Sha256::digest(stored.as_bytes()))
}
