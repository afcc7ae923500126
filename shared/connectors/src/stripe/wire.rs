//! Stripe's objects as they arrive, cut to the fields that are read. Amounts are in Stripe's units, times in Unix
//! seconds; what an object means is decided in `map`.
use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// An API object, told apart by its `object` field.
pub trait Object: DeserializeOwned {
    const KIND: &'static str;
}

macro_rules! objects {
    ($($name:ty = $kind:literal),+ $(,)?) => {$(
        impl Object for $name {
            const KIND: &'static str = $kind;
        }
    )+};
}

objects! {
    PaymentIntent = "payment_intent",
    Charge = "charge",
    Refund = "refund",
    Dispute = "dispute",
    InvoicePayment = "invoice_payment",
    Customer = "customer",
    Invoice = "invoice",
    Session = "checkout.session",
    Event = "event",
}

impl<T: Object> Object for List<T> {
    const KIND: &'static str = "list";
}

/// A field that holds an id, or the whole object where it was expanded.
#[derive(Debug, Clone)]
pub struct Link<T> {
    pub id: String,
    pub object: Option<Box<T>>,
}

/// A [`Link`] of which only the id is read.
pub type Ref = Link<IgnoredAny>;

impl<'de, T: DeserializeOwned> Deserialize<'de> for Link<T> {
    // By hand: serde's untagged enums do not work with numbers that keep their text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if let Value::String(id) = value {
            return Ok(Self { id, object: None });
        }
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        let id = id.ok_or_else(|| D::Error::custom("expected an id or an object with an id"))?;
        let object = serde_json::from_value(value).map_err(D::Error::custom)?;
        Ok(Self { id, object: Some(Box::new(object)) })
    }
}

/// A page of a list, newest first. `has_more`: ask again after the last id.
#[derive(Debug, Clone, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub struct List<T> {
    pub data: Vec<T>,
    pub has_more: bool,
}

pub type Metadata = BTreeMap<String, String>;

#[derive(Debug, Clone, Deserialize)]
pub struct PaymentIntent {
    pub id: String,
    pub amount: i64,
    pub amount_received: Option<i64>,
    pub currency: String,
    pub status: String,
    pub created: i64,
    pub livemode: Option<bool>,
    pub customer: Option<Ref>,
    pub description: Option<String>,
    pub receipt_email: Option<String>,
    pub latest_charge: Option<Link<Charge>>,
    pub metadata: Option<Metadata>,
    /// What it waits for, in a shape for each kind; older versions have an empty text for nothing.
    pub next_action: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Charge {
    pub id: String,
    pub amount: i64,
    pub amount_captured: Option<i64>,
    pub captured: Option<bool>,
    pub currency: String,
    pub status: String,
    pub created: i64,
    pub livemode: Option<bool>,
    pub customer: Option<Ref>,
    pub payment_intent: Option<Ref>,
    pub description: Option<String>,
    pub receipt_email: Option<String>,
    pub billing_details: Option<BillingDetails>,
    pub metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct BillingDetails {
    pub name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub status: Option<String>,
    pub created: i64,
    pub charge: Option<Ref>,
    pub payment_intent: Option<Ref>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub status: String,
    pub reason: Option<String>,
    pub created: i64,
    pub charge: Option<Ref>,
    pub payment_intent: Option<Ref>,
    pub evidence_details: Option<EvidenceDetails>,
    /// What was taken from our balance for it, and given back.
    #[serde(default)]
    pub balance_transactions: Vec<BalanceTransaction>,
}

/// A movement on our own balance, in the currency that it settles in.
#[derive(Debug, Clone, Deserialize)]
pub struct BalanceTransaction {
    pub amount: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct EvidenceDetails {
    pub due_by: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct InvoicePayment {
    pub id: String,
    /// Null until paid.
    pub amount_paid: Option<i64>,
    pub currency: String,
    pub status: String,
    pub invoice: Link<Invoice>,
    pub payment: PaidBy,
}

/// What an invoice payment was paid by.
#[derive(Debug, Clone, Deserialize)]
pub struct PaidBy {
    pub payment_intent: Option<Ref>,
    pub charge: Option<Ref>,
}

/// `deleted` is set, and all else absent, on a deleted customer.
#[derive(Debug, Clone, Deserialize)]
pub struct Customer {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[serde(default)]
    pub deleted: bool,
    /// Below zero: a credit for the next invoice; above: a debt. In `currency`.
    pub balance: Option<i64>,
    pub currency: Option<String>,
    /// Only where it was asked for.
    pub cash_balance: Option<CashBalance>,
}

/// Bank transfers that no payment has taken yet, by currency.
#[derive(Debug, Clone, Deserialize)]
pub struct CashBalance {
    pub available: Option<BTreeMap<String, i64>>,
}

/// An invoice of Stripe's, by which a payment may tell what it is for.
#[derive(Debug, Clone, Deserialize)]
pub struct Invoice {
    pub id: String,
    pub number: Option<String>,
    pub metadata: Option<Metadata>,
}

/// What a payment link or a checkout page makes; its metadata is not copied to the payment intent.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    pub id: String,
    pub payment_intent: Option<Ref>,
    pub client_reference_id: Option<String>,
    pub metadata: Option<Metadata>,
}

/// An event as the list of events has it, to be read by [`super::notice::Notice::of`].
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Event(pub Value);
