//! What the engine may look up, always by an exact key: nothing is scanned, so the same engine runs over a book in
//! memory and over rows of an index.
use super::keys::{CustomerKey, DocumentKey, PaymentKey};
use super::names::Name;
use super::number::DocumentNumber;
use crate::ids::{CustomerId, InvoiceId, PaymentId};
use crate::money::Money;
use chrono::NaiveDate;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    Invoice,
    CreditMemo,
}

/// `basis_points` off an invoice that is paid within `days` of its issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discount {
    pub basis_points: u32,
    pub days: u32,
}

/// An invoice or credit memo, with what is open on it now. Both amounts are positive for either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The invoice's id; for a credit memo, its own.
    pub id: InvoiceId,
    pub kind: DocumentKind,
    pub number: DocumentNumber,
    pub customer: CustomerId,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub amount: Money,
    pub open: Money,
    pub discount: Option<Discount>,
    pub purchase_order: Option<String>,
    /// RF, OGM or QRR, as printed on the invoice.
    pub payment_reference: Option<String>,
    pub stripe_id: Option<String>,
}

impl Document {
    pub fn is_open(&self) -> bool {
        self.open.is_positive()
    }

    pub fn is_open_invoice(&self) -> bool {
        self.kind == DocumentKind::Invoice && self.is_open()
    }

    /// Nothing has been paid on it yet.
    pub fn is_untouched(&self) -> bool {
        self.open == self.amount
    }
}

/// A customer as the engine knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub id: CustomerId,
    pub name: Name,
    pub parent: Option<CustomerId>,
    /// The customers whose parent it is.
    pub subsidiaries: Vec<CustomerId>,
}

/// A payment that was decided before, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPayment {
    pub id: PaymentId,
    pub provider_id: String,
    pub source: String,
    pub amount: Money,
    pub value_on: NaiveDate,
    pub end_to_end_id: Option<String>,
    pub check_number: Option<String>,
    pub payer_name: Option<String>,
    pub payer_account: Option<String>,
    pub customer: Option<CustomerId>,
    /// What it still settles: reversed parts are gone.
    pub settles: Vec<(InvoiceId, Money)>,
    /// The documents that its text names, settled by it or not.
    pub named: Vec<InvoiceId>,
    /// What is left of it on the customer's account.
    pub unapplied: Money,
    /// What went back of it.
    pub reversed: Money,
}

/// Look-ups by exact key. A book that has not loaded a key notes it and answers with nothing; the caller then loads
/// what was missed and decides again, until nothing is missed.
pub trait Book {
    /// Documents, open or settled, that have the key.
    fn documents(&self, key: &DocumentKey) -> Vec<&Document>;
    /// The open invoices and credit memos of a customer.
    fn open_items(&self, customer: &CustomerId) -> Vec<&Document>;
    fn customers(&self, key: &CustomerKey) -> Vec<&Party>;
    fn party(&self, customer: &CustomerId) -> Option<&Party>;
    fn payments(&self, key: &PaymentKey) -> Vec<&PastPayment>;
}
