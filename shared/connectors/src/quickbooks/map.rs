//! From QuickBooks records to facts. A field that is missing or unreadable fails its own row, by name.
use super::facts::{ErpCreditMemo, ErpCustomer, ErpInvoice, ErpPayment, ErpPaymentLine};
use super::wire::{CreditMemo, Customer, Email, Invoice, MetaData, Payment, PaymentLine, Record, Ref};
use chrono::{DateTime, NaiveDate, Utc};
use domain::money::{Currency, Money, currency};
use serde_json::Number;

/// Why one record could not be read; the others of its page are not affected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{entity} {}: {why}", id.as_deref().unwrap_or("without Id"))]
pub struct RowError {
    pub entity: &'static str,
    pub id: Option<String>,
    pub why: String,
}

/// Names the record in every error.
struct Row {
    entity: &'static str,
    id: Option<String>,
}

impl Row {
    fn of<T: Record>(id: &Option<String>) -> Self {
        Self { entity: T::ENTITY, id: id.clone() }
    }

    fn error(&self, why: impl Into<String>) -> RowError {
        RowError { entity: self.entity, id: self.id.clone(), why: why.into() }
    }

    fn text(&self, field: &str, value: &Option<String>) -> Result<String, RowError> {
        filled(value).ok_or_else(|| self.error(format!("{field} is missing")))
    }

    fn reference(&self, field: &str, value: &Option<Ref>) -> Result<String, RowError> {
        self.text(field, &value.as_ref().and_then(|reference| reference.value.clone()))
    }

    fn date(&self, field: &str, text: &str) -> Result<NaiveDate, RowError> {
        text.parse().map_err(|_| self.error(format!("{field} {text:?} is not a date")))
    }

    fn updated_at(&self, meta: &Option<MetaData>) -> Result<DateTime<Utc>, RowError> {
        let field = "MetaData.LastUpdatedTime";
        let text = self.text(field, &meta.as_ref().and_then(|meta| meta.last_updated_time.clone()))?;
        let instant = DateTime::parse_from_rfc3339(&text);
        Ok(instant.map_err(|_| self.error(format!("{field} {text:?} is not a time")))?.to_utc())
    }

    /// Companies with one currency leave the currency out.
    fn currency(&self, value: &Option<Ref>, home: Currency) -> Result<Currency, RowError> {
        match value.as_ref().and_then(|reference| reference.value.as_deref()) {
            Some(code) => currency(code).map_err(|error| self.error(format!("CurrencyRef: {error}"))),
            None => Ok(home),
        }
    }

    fn money(&self, field: &str, value: Option<&Number>, ccy: Currency) -> Result<Money, RowError> {
        let number = value.ok_or_else(|| self.error(format!("{field} is missing")))?;
        Money::parse(&number.to_string(), ccy).map_err(|error| self.error(format!("{field}: {error}")))
    }
}

/// # Errors
/// [`RowError`] naming the first field that is missing or unreadable; so for every function here.
pub fn customer(wire: &Customer) -> Result<ErpCustomer, RowError> {
    let row = Row::of::<Customer>(&wire.id);
    let code = wire.currency_ref.as_ref().and_then(|reference| reference.value.as_deref());
    let is_billed_to_parent = wire.bill_with_parent == Some(true);
    Ok(ErpCustomer {
        external_id: row.text("Id", &wire.id)?,
        sync_token: row.text("SyncToken", &wire.sync_token)?,
        display_name: row.text("DisplayName", &wire.display_name)?,
        company_name: filled(&wire.company_name),
        email: address(&wire.primary_email_addr),
        currency: code
            .map(currency)
            .transpose()
            .map_err(|error| row.error(format!("CurrencyRef: {error}")))?,
        billed_to_external_id: is_billed_to_parent
            .then(|| row.reference("ParentRef", &wire.parent_ref))
            .transpose()?,
        is_active: wire.active != Some(false),
        updated_at: row.updated_at(&wire.meta_data)?,
    })
}

/// `home` is the company's currency, meant where an invoice names none.
pub fn invoice(wire: &Invoice, home: Currency) -> Result<ErpInvoice, RowError> {
    let row = Row::of::<Invoice>(&wire.id);
    let ccy = row.currency(&wire.currency_ref, home)?;
    let total = row.money("TotalAmt", wire.total_amt.as_ref(), ccy)?;
    Ok(ErpInvoice {
        external_id: row.text("Id", &wire.id)?,
        sync_token: row.text("SyncToken", &wire.sync_token)?,
        number: filled(&wire.doc_number),
        customer_external_id: row.reference("CustomerRef", &wire.customer_ref)?,
        issued_on: row.date("TxnDate", &row.text("TxnDate", &wire.txn_date)?)?,
        due_on: filled(&wire.due_date).map(|text| row.date("DueDate", &text)).transpose()?,
        total,
        balance: row.money("Balance", wire.balance.as_ref(), ccy)?,
        is_voided: is_voided(total, &wire.private_note),
        updated_at: row.updated_at(&wire.meta_data)?,
        bill_email: address(&wire.bill_email),
    })
}

pub fn credit_memo(wire: &CreditMemo, home: Currency) -> Result<ErpCreditMemo, RowError> {
    let row = Row::of::<CreditMemo>(&wire.id);
    let ccy = row.currency(&wire.currency_ref, home)?;
    let total = row.money("TotalAmt", wire.total_amt.as_ref(), ccy)?;
    let remaining = wire.remaining_credit.as_ref().or(wire.balance.as_ref());
    Ok(ErpCreditMemo {
        external_id: row.text("Id", &wire.id)?,
        sync_token: row.text("SyncToken", &wire.sync_token)?,
        number: filled(&wire.doc_number),
        customer_external_id: row.reference("CustomerRef", &wire.customer_ref)?,
        issued_on: row.date("TxnDate", &row.text("TxnDate", &wire.txn_date)?)?,
        total,
        remaining: row.money("RemainingCredit", remaining, ccy)?,
        is_voided: is_voided(total, &wire.private_note),
        updated_at: row.updated_at(&wire.meta_data)?,
    })
}

pub fn payment(wire: &Payment, home: Currency) -> Result<ErpPayment, RowError> {
    let row = Row::of::<Payment>(&wire.id);
    let ccy = row.currency(&wire.currency_ref, home)?;
    let total = row.money("TotalAmt", wire.total_amt.as_ref(), ccy)?;
    let lines = wire.line.iter().enumerate().map(|(at, line)| payment_line(&row, at, line, ccy));
    Ok(ErpPayment {
        external_id: row.text("Id", &wire.id)?,
        sync_token: row.text("SyncToken", &wire.sync_token)?,
        customer_external_id: row.reference("CustomerRef", &wire.customer_ref)?,
        total,
        unapplied: row.money("UnappliedAmt", wire.unapplied_amt.as_ref(), ccy)?,
        received_on: row.date("TxnDate", &row.text("TxnDate", &wire.txn_date)?)?,
        payment_ref_num: filled(&wire.payment_ref_num),
        private_note: filled(&wire.private_note),
        lines: lines.collect::<Result<_, _>>()?,
        is_voided: is_voided(total, &wire.private_note),
        is_cash: !total.is_zero(),
        updated_at: row.updated_at(&wire.meta_data)?,
    })
}

fn payment_line(row: &Row, at: usize, wire: &PaymentLine, ccy: Currency) -> Result<ErpPaymentLine, RowError> {
    let field = |name: &str| format!("Line {}, {name}", at + 1);
    let mut line = ErpPaymentLine {
        amount: row.money(&field("Amount"), wire.amount.as_ref(), ccy)?,
        invoice_external_ids: Vec::new(),
        credit_memo_external_ids: Vec::new(),
        others: Vec::new(),
    };
    for link in &wire.linked_txn {
        let id = row.text(&field("TxnId"), &link.txn_id)?;
        match row.text(&field("TxnType"), &link.txn_type)?.as_str() {
            "Invoice" => line.invoice_external_ids.push(id),
            "CreditMemo" => line.credit_memo_external_ids.push(id),
            other => line.others.push(format!("{other} {id}")),
        }
    }
    Ok(line)
}

/// QuickBooks keeps no status: a voided record has lost its amount and says so in its note.
fn is_voided(total: Money, private_note: &Option<String>) -> bool {
    let note = private_note.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    total.is_zero() && note.starts_with("voided")
}

fn address(email: &Option<Email>) -> Option<String> {
    filled(&email.as_ref()?.address)
}

fn filled(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
