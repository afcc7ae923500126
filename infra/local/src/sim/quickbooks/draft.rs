//! A payment as it is asked for: checked on its own, before any invoice is looked at.
use crate::sim::quickbooks::refusal::Refusal;
use crate::sim::quickbooks::store::{COMPANY_ZONE, Kind, currency_of, find, reference, reference_id};
use chrono::{DateTime, NaiveDate, Utc};
use domain::money::{Currency, Money};
use rusqlite::Connection;
use serde_json::{Value, json};

/// What a payment may carry besides its amounts and lines; read back as sent.
const HEADER: [&str; 9] = [
    "TxnDate",
    "PaymentRefNum",
    "PaymentMethodRef",
    "DepositToAccountRef",
    "ARAccountRef",
    "ExchangeRate",
    "ProcessPayment",
    "PrivateNote",
    "CustomField",
];
/// What a payment carries that its writer cannot choose.
const GIVEN: [&str; 11] = [
    "Id",
    "SyncToken",
    "sparse",
    "domain",
    "MetaData",
    "CustomerRef",
    "CurrencyRef",
    "TotalAmt",
    "UnappliedAmt",
    "Line",
    "LinkedTxn",
];
const LINE: [&str; 5] = ["Id", "LineNum", "Description", "Amount", "LinkedTxn"];
/// The longest `PaymentRefNum`.
const REFERENCE_LENGTH: usize = 21;

/// A payment that may be applied.
pub(super) struct Draft {
    pub customer_id: i64,
    pub header: Vec<(&'static str, Value)>,
    pub total: Money,
    pub unapplied: Money,
    pub lines: Vec<Line>,
}

/// One amount on one invoice, or one credit memo's part in it.
pub(super) struct Line {
    pub amount: Money,
    pub kind: Kind,
    pub id: i64,
}

impl Draft {
    /// # Errors
    /// A field is unknown (2010), absent (2020), too long (2050), names nothing (2500, 610) or the sums do not
    /// work out (6000).
    pub(super) fn read(
        db: &Connection,
        realm: &str,
        request: &Value,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        known_fields(request, &[HEADER.as_slice(), GIVEN.as_slice()].concat())?;
        let customer = customer(db, realm, request)?;
        let ccy = currency_of(&customer)?;
        if reference(request, "CurrencyRef").is_some_and(|code| code != ccy.code()) {
            return Err(Refusal::business(format!("the customer's currency is {}", ccy.code())));
        }
        let total = money(request, "TotalAmt", ccy)?;
        if total.is_negative() {
            return Err(Refusal::business("TotalAmt must not be negative"));
        }
        let mut lines = Vec::new();
        for line in request.get("Line").and_then(Value::as_array).into_iter().flatten() {
            known_fields(line, &LINE)?;
            lines.push(Line::read(line, ccy)?);
        }
        let unapplied = unapplied(total, &lines)?;
        let header = header(request, &customer, now)?;
        let customer_id = reference_id(request, "CustomerRef").unwrap_or_default();
        Ok(Self { customer_id, header, total, unapplied, lines })
    }
}

impl Line {
    pub(super) fn read(line: &Value, ccy: Currency) -> Result<Self, Refusal> {
        let amount = money(line, "Amount", ccy)?;
        if !amount.is_positive() {
            return Err(Refusal::business("the Amount of a line must be above zero"));
        }
        let linked = line.get("LinkedTxn").and_then(Value::as_array).map(Vec::as_slice);
        let Some([linked]) = linked else {
            return Err(Refusal::missing("Line.LinkedTxn, with exactly one transaction"));
        };
        let kind = linked.get("TxnType").and_then(Value::as_str).and_then(Kind::from_name);
        let Some(kind @ (Kind::Invoice | Kind::CreditMemo)) = kind else {
            return Err(Refusal::invalid("2500", "Invalid Reference Id", "Line.LinkedTxn.TxnType"));
        };
        let id = linked.get("TxnId").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let id =
            id.ok_or_else(|| Refusal::invalid("2500", "Invalid Reference Id", "Line.LinkedTxn.TxnId"))?;
        Ok(Self { amount, kind, id })
    }
}

/// Invoice lines use the payment up, credit memo lines add to it.
fn unapplied(total: Money, lines: &[Line]) -> Result<Money, Refusal> {
    let left = lines.iter().try_fold(total, |left, line| match line.kind {
        Kind::CreditMemo => left.plus(line.amount),
        _ => left.minus(line.amount),
    });
    let left = left.map_err(Refusal::business)?;
    if left.is_negative() {
        return Err(Refusal::business("the lines apply more than the payment and its credits have"));
    }
    Ok(left)
}

fn customer(db: &Connection, realm: &str, request: &Value) -> Result<Value, Refusal> {
    let name = reference(request, "CustomerRef").ok_or_else(|| Refusal::missing("CustomerRef"))?;
    let unknown = || Refusal::invalid("2500", "Invalid Reference Id", format!("CustomerRef {name}"));
    let id = name.parse().map_err(|_| unknown())?;
    let customer = find(db, realm, Kind::Customer, id)?.ok_or_else(unknown)?;
    if customer.get("Active").and_then(Value::as_bool) == Some(false) {
        return Err(Refusal::not_found(format!("Customer {name}")));
    }
    Ok(customer)
}

fn header(
    request: &Value,
    customer: &Value,
    now: DateTime<Utc>,
) -> Result<Vec<(&'static str, Value)>, Refusal> {
    let mut header: Vec<_> =
        HEADER.iter().filter_map(|field| Some((*field, request.get(*field)?.clone()))).collect();
    let text = |field| request.get(field).and_then(Value::as_str);
    if text("PaymentRefNum").is_some_and(|reference| reference.chars().count() > REFERENCE_LENGTH) {
        let detail = format!("PaymentRefNum: at most {REFERENCE_LENGTH} characters");
        return Err(Refusal::invalid(
            "2050",
            "String length is either shorter or longer than supported",
            detail,
        ));
    }
    match text("TxnDate") {
        None => {
            let today = now.with_timezone(&COMPANY_ZONE).date_naive();
            header.push(("TxnDate", json!(today.to_string())));
        }
        Some(date) if date.parse::<NaiveDate>().is_err() => {
            return Err(Refusal::invalid("2010", "Request has invalid or unsupported property", "TxnDate"));
        }
        Some(_) => {}
    }
    let name = customer.get("DisplayName").cloned().unwrap_or_default();
    header.push(("CustomerRef", json!({"value": customer.get("Id"), "name": name})));
    header.push(("CurrencyRef", customer.get("CurrencyRef").cloned().unwrap_or_default()));
    if request.get("ProcessPayment").is_none() {
        header.push(("ProcessPayment", json!(false)));
    }
    Ok(header)
}

fn money(body: &Value, field: &str, ccy: Currency) -> Result<Money, Refusal> {
    let number = body.get(field).ok_or_else(|| Refusal::missing(field))?;
    let unreadable = |why: String| {
        Refusal::invalid("2010", "Request has invalid or unsupported property", format!("{field}: {why}"))
    };
    let number = number.as_number().ok_or_else(|| unreadable("not a number".to_owned()))?;
    Money::parse(&number.to_string(), ccy).map_err(|error| unreadable(error.to_string()))
}

fn known_fields(body: &Value, known: &[&str]) -> Result<(), Refusal> {
    let fields = body.as_object().ok_or_else(|| Refusal::missing("an object"))?;
    match fields.keys().find(|field| !known.contains(&field.as_str())) {
        None => Ok(()),
        Some(field) => {
            let detail =
                format!("Property Name:Unrecognized field \"{field}\" specified is unsupported or invalid");
            Err(Refusal::invalid("2010", "Request has invalid or unsupported property", detail))
        }
    }
}
