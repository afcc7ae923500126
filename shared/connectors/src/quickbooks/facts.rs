//! What QuickBooks records come to, in the trade's words. Ids are QuickBooks' own; instants are UTC.
use chrono::{DateTime, NaiveDate, Utc};
use domain::money::{Currency, Money};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpCustomer {
    pub external_id: String,
    pub sync_token: String,
    pub display_name: String,
    pub company_name: Option<String>,
    pub email: Option<String>,
    pub currency: Option<Currency>,
    /// The parent that this customer's invoices are billed to, where they are.
    pub billed_to_external_id: Option<String>,
    pub is_active: bool,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpInvoice {
    pub external_id: String,
    pub sync_token: String,
    /// Unique only where the company's settings make it so.
    pub number: Option<String>,
    pub customer_external_id: String,
    pub issued_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub total: Money,
    pub balance: Money,
    /// The amounts of a voided invoice are zero; what it was over is lost at QuickBooks.
    pub is_voided: bool,
    pub updated_at: DateTime<Utc>,
    pub bill_email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpCreditMemo {
    pub external_id: String,
    pub sync_token: String,
    pub number: Option<String>,
    pub customer_external_id: String,
    pub issued_on: NaiveDate,
    pub total: Money,
    /// What is not yet used.
    pub remaining: Money,
    pub is_voided: bool,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpPayment {
    pub external_id: String,
    pub sync_token: String,
    pub customer_external_id: String,
    pub total: Money,
    pub unapplied: Money,
    pub received_on: NaiveDate,
    pub payment_ref_num: Option<String>,
    pub private_note: Option<String>,
    pub lines: Vec<ErpPaymentLine>,
    pub is_voided: bool,
    /// False for the zero-total payments by which QuickBooks links credits to invoices, and for voided ones.
    pub is_cash: bool,
    pub updated_at: DateTime<Utc>,
}

/// An amount of a payment and what it is linked to; the kind of the linked record gives the effect, not the sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpPaymentLine {
    pub amount: Money,
    pub invoice_external_ids: Vec<String>,
    pub credit_memo_external_ids: Vec<String>,
    /// Links to anything else, as "JournalEntry 12".
    pub others: Vec<String>,
}
