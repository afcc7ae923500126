//! The lines of the files, as they are written. Unknown fields are left alone; what is read is read exactly.
use domain::cash::incoming::{Direction, Rail};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use std::collections::BTreeMap;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PolicyFile {
    pub rounding_tolerance: Option<String>,
    pub fee_tolerance_rails: Option<Vec<RailName>>,
    pub fee_tolerance_max: Option<BTreeMap<String, String>>,
    pub fee_tolerance_percent: Option<Number>,
    pub discount_grace_days: Option<u32>,
    pub fx_tolerance_percent: Option<Number>,
    pub own_accounts: Vec<String>,
    pub payment_processors: Vec<String>,
    pub lockboxes: Vec<String>,
    pub stripe_payout_names: Vec<String>,
    pub fifo_guessing_allowed: bool,
    pub fx_to_base: BTreeMap<String, BTreeMap<String, Number>>,
}

#[derive(Debug, Deserialize)]
pub struct CustomerLine {
    pub customer_id: String,
    pub name: String,
    pub parent_id: Option<String>,
    pub email_domain: Option<String>,
    pub customer_number: Option<String>,
    #[serde(default)]
    pub bank_accounts: Vec<String>,
    pub stripe_customer_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentType {
    Invoice,
    CreditMemo,
}

#[derive(Debug, Deserialize)]
pub struct InvoiceLine {
    pub invoice_id: String,
    #[serde(rename = "type")]
    pub kind: DocumentType,
    pub number: String,
    pub customer_id: String,
    pub issue_date: String,
    pub created_at: String,
    pub due_date: String,
    pub currency: String,
    pub amount: String,
    pub discount_percent: Option<String>,
    pub discount_days: Option<u32>,
    pub po_number: Option<String>,
    pub payment_reference: Option<String>,
    pub stripe_invoice_id: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RailName {
    Ach,
    Wire,
    Check,
    Sepa,
    Card,
    StripeBankTransfer,
    #[serde(other)]
    Other,
}

impl From<RailName> for Rail {
    fn from(name: RailName) -> Self {
        match name {
            RailName::Ach => Self::Ach,
            RailName::Wire => Self::Wire,
            RailName::Check => Self::Check,
            RailName::Sepa => Self::Sepa,
            RailName::Card => Self::Card,
            RailName::StripeBankTransfer => Self::StripeBankTransfer,
            RailName::Other => Self::Other,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectionName {
    Credit,
    Debit,
}

impl From<DirectionName> for Direction {
    fn from(name: DirectionName) -> Self {
        match name {
            DirectionName::Credit => Self::Credit,
            DirectionName::Debit => Self::Debit,
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct PaymentLine {
    pub id: String,
    pub provider_id: String,
    pub source: String,
    pub rail: RailName,
    pub direction: DirectionName,
    pub amount: String,
    pub currency: String,
    pub value_date: String,
    pub received_at: String,
    pub instructed_amount: Option<String>,
    pub instructed_currency: Option<String>,
    pub payer_name: Option<String>,
    pub payer_account: Option<String>,
    pub payer_email: Option<String>,
    #[serde(default)]
    pub remittance: Option<String>,
    pub structured_reference: Option<String>,
    pub end_to_end_id: Option<String>,
    pub check_number: Option<String>,
    pub stripe_customer: Option<String>,
    pub stripe_invoice: Option<String>,
    #[serde(default)]
    pub stripe_metadata: Option<BTreeMap<String, Value>>,
    pub related_provider_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindName {
    Payment,
    Discount,
    FeeWriteoff,
    CreditMemo,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AllocationLine {
    pub invoice_id: String,
    pub amount: String,
    #[serde(default = "KindName::payment")]
    pub kind: KindName,
}

impl KindName {
    const fn payment() -> Self {
        Self::Payment
    }
}

#[derive(Debug, Deserialize)]
pub struct ResolutionLine {
    pub payment_id: String,
    pub resolved_at: String,
    #[serde(default)]
    pub always: bool,
    pub customer_id: Option<String>,
    #[serde(default)]
    pub allocations: Vec<AllocationLine>,
    pub unapplied: Option<String>,
}

/// One line of the answer.
#[derive(Debug, Serialize)]
pub struct PredictionLine {
    pub payment_id: String,
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    pub allocations: Vec<AllocationLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unapplied: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverse_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverse_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Number>,
    pub rule: &'static str,
    pub reason: String,
    /// What in the remittance text the decision rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<String>,
}
