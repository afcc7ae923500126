//! What Stripe's objects come to, in the trade's words: exact money, civil dates, closed sets of states.
use chrono::{DateTime, NaiveDate, Utc};
use domain::money::Money;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStatus {
    Succeeded,
    /// Under way, for days with bank debits. It can still fail.
    Processing,
    /// Waiting for the customer or for us; holds what for ("payment_method", "action", "capture").
    Requires(String),
    Failed,
    Canceled,
}

/// A payment as Stripe has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedPayment {
    /// Absent for a charge that was made without one.
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    /// What was received, fees not deducted; zero until it succeeded.
    pub money: Money,
    /// When it was charged, as a civil date in the creditor's zone.
    pub received_on: NaiveDate,
    pub stripe_customer: Option<String>,
    /// What the metadata says about invoices, in the order of the configured keys, each once.
    pub invoice_refs: Vec<String>,
    pub description: Option<String>,
    pub payer_name: Option<String>,
    pub payer_email: Option<String>,
    pub status: PaymentStatus,
    pub livemode: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    Pending,
    Succeeded,
    /// Can follow `Succeeded`: the money is ours again.
    Failed,
    Canceled,
    RequiresAction,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFact {
    pub id: String,
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    pub money: Money,
    pub status: RefundStatus,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeOutcome {
    /// The amount is withdrawn and the case undecided; also any status not known here.
    Open,
    /// A bank asks; nothing is withdrawn yet.
    Inquiry,
    InquiryClosed,
    /// Settled before it became a chargeback.
    Prevented,
    Won,
    Lost,
}

/// A card dispute (chargeback): a payment reversal, not a customer's dispute of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardDisputeFact {
    pub id: String,
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    pub money: Money,
    /// Stripe's own word.
    pub status: String,
    pub outcome: DisputeOutcome,
    pub reason: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Evidence is accepted until then.
    pub evidence_due_at: Option<DateTime<Utc>>,
}

/// One allocation of a Stripe payment to a Stripe invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePaymentFact {
    pub id: String,
    pub stripe_invoice: String,
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    /// Zero unless paid.
    pub money: Money,
    pub is_paid: bool,
}

/// Who a Stripe customer is; nothing but the id once deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePayer {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub is_deleted: bool,
}
