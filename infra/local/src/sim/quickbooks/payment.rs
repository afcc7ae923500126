//! Writing payments: what is refused, and how invoices, credit memos and the customer's balance follow.
use crate::sim::quickbooks::draft::{Draft, Line};
use crate::sim::quickbooks::refusal::Refusal;
use crate::sim::quickbooks::store::{
    self, Kind, amount, currency_of, find, head, id, next_id, number, put, reference, reference_id,
    refresh_balance, set, sync_token, touch,
};
use chrono::{DateTime, Utc};
use domain::money::Money;
use rusqlite::Connection;
use serde_json::{Value, json};

/// Records a payment and applies its lines.
///
/// # Errors
/// The customer, an amount, a line or the currency is not acceptable; nothing was written then.
pub(crate) fn create(
    db: &Connection,
    realm: &str,
    request: &Value,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let draft = Draft::read(db, realm, request, now)?;
    let id = next_id(db, realm, Kind::Payment)?;
    put_down(db, realm, &draft, head(id, now), now)
}

/// Replaces a payment. `sparse` keeps the header fields that the request leaves out; lines in a request always
/// replace the stored ones.
///
/// # Errors
/// As [`create`]; besides, the payment is unknown (610) or was changed since the caller read it (5010).
pub(crate) fn update(
    db: &Connection,
    realm: &str,
    request: &Value,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let stored = current(db, realm, request)?;
    let is_sparse = request.get("sparse").and_then(Value::as_bool).unwrap_or(false);
    let wanted = if is_sparse { merged(&stored, request) } else { request.clone() };
    unapply(db, realm, &stored, now)?;
    let draft = Draft::read(db, realm, &wanted, now)?;
    if reference_id(&stored, "CustomerRef") != Some(draft.customer_id) {
        return Err(Refusal::business("the customer of a payment cannot be changed"));
    }
    let mut body = head(id(&stored).unwrap_or_default(), now);
    for field in ["SyncToken", "MetaData"] {
        set(&mut body, field, stored.get(field).cloned().unwrap_or_default());
    }
    touch(&mut body, now);
    put_down(db, realm, &draft, body, now)
}

/// Voids a payment: it stays, with amounts of zero, and what it paid is open again.
///
/// # Errors
/// The payment is unknown (610) or was changed since the caller read it (5010).
pub(crate) fn void(
    db: &Connection,
    realm: &str,
    request: &Value,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let mut body = current(db, realm, request)?;
    unapply(db, realm, &body, now)?;
    let nothing = number(Money::zero(currency_of(&body)?))?;
    set(&mut body, "TotalAmt", nothing.clone());
    set(&mut body, "UnappliedAmt", nothing);
    set(&mut body, "PrivateNote", json!("Voided"));
    set(&mut body, "Line", json!([]));
    touch(&mut body, now);
    put(db, realm, Kind::Payment, &body)?;
    if let Some(customer) = reference_id(&body, "CustomerRef") {
        refresh_balance(db, realm, customer, now)?;
    }
    Ok(body)
}

/// Deletes a payment: what it paid is open again.
///
/// # Errors
/// The payment is unknown (610) or was changed since the caller read it (5010).
pub(crate) fn delete(
    db: &Connection,
    realm: &str,
    request: &Value,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let stored = current(db, realm, request)?;
    let payment = id(&stored).unwrap_or_default();
    unapply(db, realm, &stored, now)?;
    store::delete(db, realm, (Kind::Payment, payment), now)?;
    if let Some(customer) = reference_id(&stored, "CustomerRef") {
        refresh_balance(db, realm, customer, now)?;
    }
    Ok(json!({"domain": "QBO", "status": "Deleted", "Id": payment.to_string()}))
}

/// The stored payment that a request is about, if the request has seen its latest state.
fn current(db: &Connection, realm: &str, request: &Value) -> Result<Value, Refusal> {
    let id = id(request).ok_or_else(|| Refusal::missing("Id"))?;
    let stored =
        find(db, realm, Kind::Payment, id)?.ok_or_else(|| Refusal::not_found(format!("Payment {id}")))?;
    let token =
        request.get("SyncToken").and_then(Value::as_str).ok_or_else(|| Refusal::missing("SyncToken"))?;
    if token != sync_token(&stored).to_string() {
        return Err(Refusal::stale(format!("Payment {id}")));
    }
    Ok(stored)
}

/// The stored payment as if it were sent, with the request's fields on top.
fn merged(stored: &Value, request: &Value) -> Value {
    let mut wanted = stored.clone();
    for line in wanted.get_mut("Line").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(fields) = line.as_object_mut() {
            fields.remove("LineEx");
        }
    }
    for (field, value) in request.as_object().into_iter().flatten() {
        set(&mut wanted, field, value.clone());
    }
    wanted
}

fn put_down(
    db: &Connection,
    realm: &str,
    draft: &Draft,
    mut body: Value,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let payment = id(&body).unwrap_or_default();
    let mut lines = Vec::new();
    for line in &draft.lines {
        lines.push(apply(db, realm, payment, draft, line, now)?);
    }
    for (field, value) in &draft.header {
        set(&mut body, field, value.clone());
    }
    set(&mut body, "TotalAmt", number(draft.total)?);
    set(&mut body, "UnappliedAmt", number(draft.unapplied)?);
    set(&mut body, "Line", Value::Array(lines));
    put(db, realm, Kind::Payment, &body)?;
    refresh_balance(db, realm, draft.customer_id, now)?;
    Ok(body)
}

/// Applies one line to its invoice or credit memo and gives the line as it reads back.
fn apply(
    db: &Connection,
    realm: &str,
    payment: i64,
    draft: &Draft,
    line: &Line,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let what = format!("{} {}", line.kind.name(), line.id);
    let mut target = find(db, realm, line.kind, line.id)?.ok_or_else(|| Refusal::not_found(&what))?;
    if !is_of_customer(db, realm, &target, draft.customer_id)? {
        return Err(Refusal::business(format!("{what} is not of customer {}", draft.customer_id)));
    }
    if currency_of(&target)? != draft.total.currency() {
        return Err(Refusal::business(format!("{what} is in another currency than the payment")));
    }
    let open = amount(&target, "Balance")?;
    let left = open.minus(line.amount).map_err(Refusal::business)?;
    if left.is_negative() {
        return Err(Refusal::business(format!(
            "{} is more than what is open on {what} ({open})",
            line.amount
        )));
    }
    set_open(&mut target, left)?;
    link(&mut target, payment);
    touch(&mut target, now);
    put(db, realm, line.kind, &target)?;
    let doc_number = target.get("DocNumber").and_then(Value::as_str).unwrap_or_default();
    Ok(json!({
        "Amount": number(line.amount)?,
        "LinkedTxn": [{"TxnId": line.id.to_string(), "TxnType": line.kind.name()}],
        "LineEx": {"any": [
            named("txnId", &line.id.to_string()),
            named("txnOpenBalance", &open.to_decimal().to_string()),
            named("txnReferenceNumber", doc_number),
        ]},
    }))
}

/// Takes every line of a payment off again.
fn unapply(db: &Connection, realm: &str, payment: &Value, now: DateTime<Utc>) -> Result<(), Refusal> {
    let ccy = currency_of(payment)?;
    let payment_id = id(payment).unwrap_or_default();
    for line in payment.get("Line").and_then(Value::as_array).into_iter().flatten() {
        let Line { amount: applied, kind, id } = Line::read(line, ccy)?;
        let Some(mut target) = find(db, realm, kind, id)? else { continue };
        let open = amount(&target, "Balance")?.plus(applied).map_err(Refusal::business)?;
        set_open(&mut target, open)?;
        if let Some(links) = target.get_mut("LinkedTxn").and_then(Value::as_array_mut) {
            let payment_id = json!(payment_id.to_string());
            links.retain(|link| link.get("TxnId") != Some(&payment_id));
        }
        touch(&mut target, now);
        put(db, realm, kind, &target)?;
    }
    Ok(())
}

/// The customer's own document, or one of its sub-customers'.
fn is_of_customer(db: &Connection, realm: &str, target: &Value, customer: i64) -> Result<bool, Refusal> {
    let Some(owner) = reference_id(target, "CustomerRef") else { return Ok(false) };
    if owner == customer {
        return Ok(true);
    }
    let parent = find(db, realm, Kind::Customer, owner)?;
    Ok(parent.as_ref().and_then(|owner| reference(owner, "ParentRef")) == Some(&customer.to_string()))
}

fn set_open(target: &mut Value, open: Money) -> Result<(), Refusal> {
    set(target, "Balance", number(open)?);
    if target.get("RemainingCredit").is_some() {
        set(target, "RemainingCredit", number(open)?);
    }
    Ok(())
}

fn link(target: &mut Value, payment: i64) {
    let link = json!({"TxnId": payment.to_string(), "TxnType": "Payment"});
    let mut links = target.get("LinkedTxn").and_then(Value::as_array).cloned().unwrap_or_default();
    if !links.contains(&link) {
        links.push(link);
    }
    set(target, "LinkedTxn", Value::Array(links));
}

/// One of the name and value triples that a line reads back with.
fn named(name: &str, value: &str) -> Value {
    json!({
        "name": "{http://schema.intuit.com/finance/v3}NameValue",
        "declaredType": "com.intuit.schema.finance.v3.NameValue",
        "scope": "javax.xml.bind.JAXBElement$GlobalScope",
        "value": {"Name": name, "Value": value},
        "nil": false, "globalScope": true, "typeSubstituted": false,
    })
}
