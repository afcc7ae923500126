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
    /// What was asked for.
    pub asked: Money,
    /// What came of it by bank transfer and waits for the rest; zero once it succeeded.
    pub part_funded: Money,
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

/// What a dispute did to our balance at Stripe, where it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeFunds {
    /// Movements do not tell: the status has to do.
    Untold,
    /// It was taken, and nothing given back.
    Withdrawn,
    /// All that was taken was given back.
    Reinstated,
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
    pub funds: DisputeFunds,
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

/// Where money lies at Stripe that is no payment yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BalanceKind {
    /// Bank transfers that no payment has taken.
    Cash,
    /// A credit for the customer's next invoice of Stripe's.
    Credit,
    /// A transfer that came short of a payment, which waits for the rest.
    PartOfPayment,
}

/// Who a Stripe customer is; nothing but the id once deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePayer {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub is_deleted: bool,
}
