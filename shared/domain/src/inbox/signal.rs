//! The closed set of things a mail can say, each with the words that say it.
use super::amounts::Amount;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Byte offsets into the fresh text, always on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The words themselves; empty when the span does not belong to `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub const fn shifted(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}

/// How the customer writes dates and money, from the customer record ("en-US"), never guessed from the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locale {
    pub language: String,
    pub region: String,
}

impl Locale {
    /// Reads a BCP 47 tag; a missing region is empty.
    pub fn parse(tag: &str) -> Self {
        let (language, region) = tag.split_once(['-', '_']).unwrap_or((tag, ""));
        Self { language: language.to_ascii_lowercase(), region: region.to_ascii_uppercase() }
    }

    /// "04/06" is 6 April only in the United States.
    pub fn is_month_first(&self) -> bool {
        self.language == "en" && self.region == "US"
    }
}

/// What the words are read against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub locale: Locale,
    /// The mail's date on the sender's own calendar.
    pub written_on: NaiveDate,
}

/// Whether a program may act on a signal, or a person has to read the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Clear,
    Unsure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeReason {
    WrongAmount,
    NotReceived,
    Quality,
    Duplicate,
    MissingPo,
    NotOrdered,
    CreditPending,
    Terms,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignalKind {
    /// An unconditional commitment to pay on a day not before the mail's.
    PromiseToPay {
        on: NaiveDate,
        amount: Option<Amount>,
    },
    /// A commitment without a day ("next payment run").
    SoftPromise {
        amount: Option<Amount>,
    },
    /// Late, blocked, hedged or waiting for somebody else, with no commitment and no contest.
    PaymentDelay,
    /// Asks for instalments, more time or a settlement.
    PaymentPlan,
    Dispute {
        reason: DisputeReason,
    },
    OptOut,
    AlreadyPaid {
        on: Option<NaiveDate>,
    },
    BankDetailChange,
    Legal,
    DocumentRequest,
    WrongContact,
    Question,
    Thanks,
    /// The mail was made by a machine; see [`super::automatic`].
    AutoReply,
}

impl SignalKind {
    /// The name of the intent; several kinds share one. `None` for what is no intent of a sender.
    pub const fn intent(&self) -> Option<&'static str> {
        Some(match self {
            Self::PromiseToPay { .. } | Self::SoftPromise { .. } => "promise_to_pay",
            Self::PaymentDelay => "payment_delay",
            Self::PaymentPlan => "payment_plan",
            Self::Dispute { .. } => "dispute",
            Self::OptOut => "opt_out",
            Self::AlreadyPaid { .. } => "already_paid",
            Self::BankDetailChange => "bank_change",
            Self::Legal => "legal",
            Self::DocumentRequest => "request_document",
            Self::WrongContact => "wrong_contact",
            Self::Question => "question",
            Self::Thanks => "thanks",
            Self::AutoReply => return None,
        })
    }
}

/// One typed reading of one place in the fresh text. `rule` names the table row that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signal {
    #[serde(flatten)]
    pub kind: SignalKind,
    pub span: Span,
    pub rule: &'static str,
    pub certainty: Certainty,
}
