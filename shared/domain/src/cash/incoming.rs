//! What a bank or payment provider says about one movement of money, before anybody has interpreted it.
use crate::money::Money;
use chrono::NaiveDate;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Money came in.
    Credit,
    /// Money went out: a refund, a return, a card dispute, or something that is no customer's.
    Debit,
}

/// How the money moved. Only some rails let a bank take its charge out of the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rail {
    Ach,
    Wire,
    Check,
    Sepa,
    Card,
    StripeBankTransfer,
    Other,
}

/// One movement. Text fields are as received; empty text is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFacts {
    /// The provider's id: the same on a redelivery.
    pub provider_id: String,
    /// Where the notice came from ("bank:camt.053"). A second channel may report the same movement.
    pub source: String,
    pub rail: Rail,
    pub direction: Direction,
    /// Card and Stripe: gross. Bank: what arrived.
    pub amount: Money,
    pub value_on: NaiveDate,
    /// What the payer ordered, before conversion and charges.
    pub instructed: Option<Money>,
    pub payer_name: Option<String>,
    /// IBAN, or routing and account number: whatever the provider identifies an account by.
    pub payer_account: Option<String>,
    pub payer_email: Option<String>,
    /// Free remittance text.
    pub text: String,
    /// A reference from a field of its own: RF, OGM or QRR.
    pub structured_reference: Option<String>,
    pub end_to_end_id: Option<String>,
    pub check_number: Option<String>,
    pub stripe_customer: Option<String>,
    pub stripe_invoice: Option<String>,
    /// Values of the provider's metadata; each may be an invoice's id or number.
    pub metadata: Vec<String>,
    /// On refunds, returns and disputes: the provider's id of the original.
    pub related_id: Option<String>,
}
