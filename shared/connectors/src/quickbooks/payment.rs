//! Payments written back, and looked up before anything unclear is written again.
use super::query::{QueryPage, quoted, statement_call};
use super::{QuickBooksApi, encoded, fault, wire};
use crate::call::{Call, Response};
use crate::fault::Fault;
use bytes::Bytes;
use chrono::NaiveDate;
use domain::money::Money;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// QuickBooks' longest `PaymentRefNum`.
pub const REFERENCE_CHARS_MAX: usize = 21;
/// QuickBooks' longest `requestid`.
pub const REQUEST_ID_CHARS_MAX: usize = 50;

/// A payment as it shall be at QuickBooks. What the lines leave of `total` stays unapplied there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentDraft {
    pub customer_external_id: String,
    pub total: Money,
    pub received_on: NaiveDate,
    /// `PaymentRefNum`, at most [`REFERENCE_CHARS_MAX`]: ours, and what [`lookup`] finds the payment by.
    pub reference: String,
    pub private_note: String,
    pub lines: Vec<DraftLine>,
    /// `None`: Undeposited Funds.
    pub deposit_account_external_id: Option<String>,
}

/// An amount applied to one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    pub invoice_external_id: String,
    pub amount: Money,
}

/// A payment as QuickBooks has it after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub external_id: String,
    /// The optimistic lock that the next update has to give.
    pub sync_token: String,
}

#[derive(Serialize)]
struct RefBody<'a> {
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LineBody<'a> {
    amount: Number,
    linked_txn: [LinkBody<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LinkBody<'a> {
    txn_id: &'a str,
    txn_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CreateBody<'a> {
    customer_ref: RefBody<'a>,
    currency_ref: RefBody<'a>,
    total_amt: Number,
    txn_date: String,
    payment_ref_num: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposit_to_account_ref: Option<RefBody<'a>>,
    private_note: &'a str,
    line: Vec<LineBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateBody<'a> {
    id: &'a str,
    sync_token: &'a str,
    #[serde(rename = "sparse")]
    is_sparse: bool,
    customer_ref: RefBody<'a>,
    total_amt: Number,
    line: Vec<LineBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VoidBody<'a> {
    id: &'a str,
    sync_token: &'a str,
    #[serde(rename = "sparse")]
    is_sparse: bool,
}

/// Creates the payment. The same `request_id` gives the first answer again, so derive it from the write and send
/// the same draft with it: the request is the same to the byte.
///
/// # Errors
/// A [`Fault`] before anything is sent: a reference or request id too long or empty, an amount that is not positive,
/// another currency, or lines above the total.
pub fn create(
    api: &QuickBooksApi,
    access_token: &str,
    draft: &PaymentDraft,
    request_id: &str,
) -> Result<Call<Written>, Fault> {
    check_length("PaymentRefNum", &draft.reference, REFERENCE_CHARS_MAX)?;
    check_amounts(draft.total, &draft.lines)?;
    let body = CreateBody {
        customer_ref: RefBody { value: &draft.customer_external_id },
        currency_ref: RefBody { value: draft.total.currency().code() },
        total_amt: number(draft.total)?,
        txn_date: draft.received_on.to_string(),
        payment_ref_num: &draft.reference,
        deposit_to_account_ref: draft.deposit_account_external_id.as_deref().map(|value| RefBody { value }),
        private_note: &draft.private_note,
        line: lines(&draft.lines)?,
    };
    write(api, access_token, &[], &body, request_id)
}

/// Replaces the payment's lines by those of `draft`, which keeps the payment's customer and total. Whatever is not
/// among the lines is no longer applied.
///
/// # Errors
/// As for [`create`]. The reader gives `Conflict` when `written` is not the latest version.
pub fn replace_lines(
    api: &QuickBooksApi,
    access_token: &str,
    written: &Written,
    draft: &PaymentDraft,
    request_id: &str,
) -> Result<Call<Written>, Fault> {
    check_amounts(draft.total, &draft.lines)?;
    let body = UpdateBody {
        id: &written.external_id,
        sync_token: &written.sync_token,
        is_sparse: true,
        customer_ref: RefBody { value: &draft.customer_external_id },
        total_amt: number(draft.total)?,
        line: lines(&draft.lines)?,
    };
    write(api, access_token, &[("operation", "update")], &body, request_id)
}

/// Voids the payment: its amount becomes zero and its invoices open again.
///
/// # Errors
/// As for [`replace_lines`].
pub fn void(
    api: &QuickBooksApi,
    access_token: &str,
    written: &Written,
    request_id: &str,
) -> Result<Call<Written>, Fault> {
    let body = VoidBody { id: &written.external_id, sync_token: &written.sync_token, is_sparse: true };
    write(api, access_token, &[("operation", "update"), ("include", "void")], &body, request_id)
}

/// The payments that carry our reference: none, if the write did not happen.
///
/// # Errors
/// A [`Fault`] when the request cannot be built.
pub fn lookup(
    api: &QuickBooksApi,
    access_token: &str,
    reference: &str,
) -> Result<Call<QueryPage<wire::Payment>>, Fault> {
    check_length("PaymentRefNum", reference, REFERENCE_CHARS_MAX)?;
    let statement = format!("SELECT * FROM Payment WHERE PaymentRefNum = {}", quoted(reference));
    statement_call(api, access_token, &statement)
}

/// One payment by QuickBooks' id, for its present lines and version.
///
/// # Errors
/// A [`Fault`] when the request cannot be built.
pub fn get(api: &QuickBooksApi, access_token: &str, external_id: &str) -> Result<Call<wire::Payment>, Fault> {
    let request = api.get(access_token, &format!("payment/{}", encoded(external_id)), &[])?;
    Ok(Call { request, is_write: false, read: read_payment })
}

fn write(
    api: &QuickBooksApi,
    access_token: &str,
    operation: &[(&str, &str)],
    body: &impl Serialize,
    request_id: &str,
) -> Result<Call<Written>, Fault> {
    check_length("requestid", request_id, REQUEST_ID_CHARS_MAX)?;
    let json = serde_json::to_vec(body).map_err(|error| Fault::before_send(format!("payment: {error}")))?;
    let parameters = [operation, &[("requestid", request_id)]].concat();
    let request = api.post(access_token, "payment", &parameters, Bytes::from(json))?;
    Ok(Call { request, is_write: true, read: read_written })
}

fn lines(lines: &[DraftLine]) -> Result<Vec<LineBody<'_>>, Fault> {
    lines.iter().map(line).collect()
}

fn line(line: &DraftLine) -> Result<LineBody<'_>, Fault> {
    let linked_txn = [LinkBody { txn_id: &line.invoice_external_id, txn_type: "Invoice" }];
    Ok(LineBody { amount: number(line.amount)?, linked_txn })
}

/// The amount as a JSON number with all its decimals, "100.00".
fn number(money: Money) -> Result<Number, Fault> {
    let text = money.to_decimal().to_string();
    text.parse().map_err(|error| Fault::before_send(format!("amount {text}: {error}")))
}

fn check_length(field: &str, text: &str, chars_max: usize) -> Result<(), Fault> {
    match text.chars().count() {
        0 => Err(Fault::before_send(format!("{field} is empty"))),
        chars if chars > chars_max => Err(Fault::before_send(format!(
            "{field} {text:?} has {chars} characters, {chars_max} are allowed"
        ))),
        _ => Ok(()),
    }
}

fn check_amounts(total: Money, lines: &[DraftLine]) -> Result<(), Fault> {
    if !total.is_positive() {
        return Err(Fault::before_send(format!("payment of {total}: not a positive amount")));
    }
    if let Some(line) = lines.iter().find(|line| !line.amount.is_positive()) {
        let (amount, invoice) = (line.amount, &line.invoice_external_id);
        return Err(Fault::before_send(format!("{amount} to invoice {invoice}: not a positive amount")));
    }
    let applied = Money::sum(total.currency(), lines.iter().map(|line| line.amount));
    match applied.and_then(|applied| total.minus(applied)) {
        Ok(rest) if rest.is_negative() => Err(Fault::before_send(format!(
            "payment of {total}: the lines exceed it by {}",
            -rest.to_decimal()
        ))),
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::before_send(format!("payment of {total}: {error}"))),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versioned {
    id: String,
    sync_token: String,
}

fn read_written(response: &Response) -> Result<Written, Fault> {
    let Versioned { id, sync_token } = read_as(response)?;
    Ok(Written { external_id: id, sync_token })
}

fn read_payment(response: &Response) -> Result<wire::Payment, Fault> {
    read_as(response)
}

fn read_as<T: serde::de::DeserializeOwned>(response: &Response) -> Result<T, Fault> {
    let body = fault::json(response)?;
    let payment = body.get("Payment").cloned().unwrap_or(Value::Null);
    serde_json::from_value(payment).map_err(|error| fault::unreadable(response, format!("payment: {error}")))
}
