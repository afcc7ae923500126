//! What a decision about a payment rests on, loaded before and given as plain values.
use crate::ids::{CustomerId, InvoiceId};
use crate::money::Money;
use chrono::NaiveDate;

/// An open invoice as cash application sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    pub invoice: InvoiceId,
    pub customer: CustomerId,
    pub number: String,
    pub open: Money,
    pub due_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchFacts {
    /// What is left to apply.
    pub unapplied: Money,
    /// References that came as data.
    pub structured: Vec<String>,
    /// Remittance text and anything else a person wrote about the payment.
    pub text: String,
    /// Who certainly paid; usually none or one, several where an address belongs to several customers.
    pub payers: Vec<CustomerId>,
    /// Invoices, open or not, whose number equals a token of the references or the text.
    pub named: Vec<OpenItem>,
    /// The open items of the certain payers.
    pub open_items: Vec<OpenItem>,
}
