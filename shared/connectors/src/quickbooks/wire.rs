//! QuickBooks records as they arrive, cut to the fields that are read. Every field can be absent; what must be there
//! is decided in `map`. Amounts keep their text.
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Number;

/// A kind of record that can be queried.
pub trait Record: DeserializeOwned {
    /// As in `SELECT * FROM Invoice`, and the key in replies.
    const ENTITY: &'static str;
    /// What a query must ask for to see all records, where that is not the default.
    const VISIBLE: Option<&'static str> = None;
}

impl Record for Customer {
    const ENTITY: &'static str = "Customer";
    /// Inactive customers are left out otherwise.
    const VISIBLE: Option<&'static str> = Some("Active IN (true,false)");
}

impl Record for Invoice {
    const ENTITY: &'static str = "Invoice";
}

impl Record for CreditMemo {
    const ENTITY: &'static str = "CreditMemo";
}

impl Record for Payment {
    const ENTITY: &'static str = "Payment";
}

/// `{"value": "27", "name": …}`
#[derive(Debug, Clone, Deserialize)]
pub struct Ref {
    pub value: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetaData {
    pub last_updated_time: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Email {
    pub address: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Customer {
    pub id: Option<String>,
    pub sync_token: Option<String>,
    pub meta_data: Option<MetaData>,
    pub display_name: Option<String>,
    pub company_name: Option<String>,
    pub primary_email_addr: Option<Email>,
    pub currency_ref: Option<Ref>,
    pub parent_ref: Option<Ref>,
    pub bill_with_parent: Option<bool>,
    pub active: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Invoice {
    pub id: Option<String>,
    pub sync_token: Option<String>,
    pub meta_data: Option<MetaData>,
    pub doc_number: Option<String>,
    pub txn_date: Option<String>,
    pub due_date: Option<String>,
    pub customer_ref: Option<Ref>,
    pub currency_ref: Option<Ref>,
    pub bill_email: Option<Email>,
    pub total_amt: Option<Number>,
    pub balance: Option<Number>,
    pub private_note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreditMemo {
    pub id: Option<String>,
    pub sync_token: Option<String>,
    pub meta_data: Option<MetaData>,
    pub doc_number: Option<String>,
    pub txn_date: Option<String>,
    pub customer_ref: Option<Ref>,
    pub currency_ref: Option<Ref>,
    pub total_amt: Option<Number>,
    pub remaining_credit: Option<Number>,
    pub balance: Option<Number>,
    pub private_note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Payment {
    pub id: Option<String>,
    pub sync_token: Option<String>,
    pub meta_data: Option<MetaData>,
    pub txn_date: Option<String>,
    pub customer_ref: Option<Ref>,
    pub currency_ref: Option<Ref>,
    pub total_amt: Option<Number>,
    pub unapplied_amt: Option<Number>,
    pub payment_ref_num: Option<String>,
    pub private_note: Option<String>,
    #[serde(default)]
    pub line: Vec<PaymentLine>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PaymentLine {
    pub amount: Option<Number>,
    #[serde(default)]
    pub linked_txn: Vec<LinkedTxn>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LinkedTxn {
    pub txn_id: Option<String>,
    pub txn_type: Option<String>,
}
