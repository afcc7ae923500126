//! What the engine decides about one payment, and on what evidence.
use crate::ids::{CustomerId, InvoiceId, PaymentId};
use crate::money::Money;
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Cash, and credit that is netted, on an invoice.
    Payment,
    /// An early-payment discount that was earned.
    Discount,
    /// A rounding difference or a bank's charge, within the policy's tolerance.
    FeeWriteoff,
    /// A credit memo that is used up by this much.
    CreditMemo,
}

/// A part of the decision on one document. `amount` is in the document's currency and positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub document: InvoiceId,
    pub amount: Money,
    pub kind: LineKind,
}

/// Why a decision holds: what was read, by which rule, and why nothing else explains the payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub rule: &'static str,
    /// Byte ranges of the remittance text that the rule rests on.
    pub spans: Vec<Range<usize>>,
    pub why: String,
    /// Parts in a million: the precision that the rule's class has shown.
    pub confidence_ppm: u32,
}

/// A way to explain the payment, best first; no line means "leave it on the customer's account".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub customer: Option<CustomerId>,
    pub lines: Vec<Line>,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Exactly one explanation. In one currency, `amount = payments - credit memos + unapplied`; where the invoices
    /// are in another currency, `unapplied` is zero in the payment's.
    Apply { customer: CustomerId, lines: Vec<Line>, unapplied: Money, evidence: Evidence },
    /// A person decides.
    Review { why: String, proposals: Vec<Proposal> },
    /// No customer's payment, or one that is already here.
    Ignore { why: String, duplicate_of: Option<PaymentId> },
    /// `amount` of an earlier payment went back: unapplied first, then what it settles.
    Reverse { of: PaymentId, amount: Money, evidence: Evidence },
}

/// A verdict with what was recognised on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    /// The documents that the payment names, settled by it or not: a later refund may name them again.
    pub named: Vec<InvoiceId>,
    /// The customer that certainly paid; a parent, where it pays for a subsidiary. What is learned is about the payer.
    pub payer: Option<CustomerId>,
}

impl Verdict {
    /// The rule that decided; "review" or "ignore" where none did.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Apply { evidence, .. } | Self::Reverse { evidence, .. } => evidence.rule,
            Self::Review { .. } => "review",
            Self::Ignore { .. } => "ignore",
        }
    }
}
