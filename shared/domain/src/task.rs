//! Work for a person: what the machine would not decide, with what it knows.
use crate::ids::{CustomerId, EntityId, TaskId};
use crate::payment::Allocation;
use crate::sealed::Sealed;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// A payment that no rule explains alone.
    PaymentReview,
    /// A refund reopened an invoice: credit, reopen or void.
    RefundToDecide,
    /// The bank took money back, or gave some back, and what for is not certain.
    BankReturn,
    /// A card dispute: gather evidence, or decide after it was lost.
    CardDispute,
    /// A mail that needs reading.
    MailReview,
    /// A file or notice that could not be read; it is archived.
    Quarantine,
    /// A letter whose hand-off is unclear: it is never sent again by itself.
    LetterUnknown,
    /// An address bounced.
    AddressBounced,
    /// The owner of an address called a letter spam: nobody is written to there any more.
    Complaint,
    /// A connection must be authorised again.
    Reconnect,
    /// The ledger and we disagree, or it refused what we posted.
    LedgerMismatch,
    /// Money lies at the payment provider, in a balance or on its way, and settles nothing by itself.
    FundsAtProvider,
    /// A message that no try could work off, or a record that its work cannot read.
    StuckWork,
    /// What a person did in the hour that a restored backup does not have.
    LostAction,
}

impl TaskKind {
    pub const fn title(self) -> &'static str {
        match self {
            Self::PaymentReview => "Payment to review",
            Self::RefundToDecide => "Refund to decide",
            Self::BankReturn => "Bank return",
            Self::CardDispute => "Card dispute",
            Self::MailReview => "Mail to read",
            Self::Quarantine => "Input that could not be read",
            Self::LetterUnknown => "Letter with unknown outcome",
            Self::AddressBounced => "Address bounced",
            Self::Complaint => "Letter marked as spam",
            Self::Reconnect => "Connection to authorise again",
            Self::LedgerMismatch => "Ledger mismatch",
            Self::FundsAtProvider => "Money at the payment provider",
            Self::StuckWork => "Work that got stuck",
            Self::LostAction => "Action lost with a restore",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum TaskState {
    Open,
    Done { at: DateTime<Utc>, by: String, how: String },
}

/// A way to explain a payment, offered for acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub customer: CustomerId,
    pub allocations: Vec<Allocation>,
    pub rule: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionsTask {
    pub entity: EntityId,
    pub id: TaskId,
    pub kind: TaskKind,
    /// The store key of what it is about, where there is one.
    pub subject: Option<String>,
    pub customer: Option<CustomerId>,
    /// Without personal text.
    pub why: String,
    /// Personal text, sealed under `sealed_for`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Sealed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_for: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    pub opened_at: DateTime<Utc>,
    pub state: TaskState,
}
