//! Documents as QuickBooks stores them: the wire object, beside the columns that queries filter on.
use crate::sim::books::{Books, BooksError};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::America::Los_Angeles;
use chrono_tz::Tz;
use domain::money::{Currency, Money, currency};
use rusqlite::{Connection, OptionalExtension, params};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// The simulated companies' zone: dates on documents and offsets of instants.
pub(crate) const COMPANY_ZONE: Tz = Los_Angeles;

/// The documents that the simulator knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Customer,
    Invoice,
    CreditMemo,
    Payment,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::Invoice => "Invoice",
            Self::CreditMemo => "CreditMemo",
            Self::Payment => "Payment",
        }
    }

    /// By the name in statements and bodies ("CreditMemo") or in paths ("creditmemo").
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Customer, Self::Invoice, Self::CreditMemo, Self::Payment];
        all.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The field that people know a document by.
    const fn reference_field(self) -> &'static str {
        match self {
            Self::Customer => "DisplayName",
            Self::Invoice | Self::CreditMemo => "DocNumber",
            Self::Payment => "PaymentRefNum",
        }
    }
}

/// Makes a company; one that is there already stays as it is.
///
/// # Errors
/// The books cannot be written.
pub fn add_company(books: &Books, realm: &str) -> Result<(), BooksError> {
    books.write(|db| {
        db.execute("INSERT OR IGNORE INTO qbo_company (realm) VALUES (?1)", [realm])?;
        Ok(())
    })
}

/// Changes a document the way a person at the screen does: `patch`'s fields replace the stored ones, the lock
/// token and the time of change move on. A new `Balance` of an invoice is taken as given.
///
/// # Errors
/// There is no such document, or the patch makes it unreadable.
pub fn edit(
    books: &Books,
    realm: &str,
    (kind, id): (Kind, i64),
    patch: &Value,
    now: DateTime<Utc>,
) -> Result<Value, BooksError> {
    books.write(|db| {
        let gone = || BooksError::Refused(format!("company {realm} has no {} {id}", kind.name()));
        let mut body = find(db, realm, kind, id)?.ok_or_else(gone)?;
        for (field, value) in patch.as_object().into_iter().flatten() {
            set(&mut body, field, value.clone());
        }
        touch(&mut body, now);
        put(db, realm, kind, &body)?;
        if let Some(customer) = reference_id(&body, "CustomerRef") {
            refresh_balance(db, realm, customer, now)?;
        }
        Ok(body)
    })
}

pub(crate) fn find(db: &Connection, realm: &str, kind: Kind, id: i64) -> Result<Option<Value>, BooksError> {
    let text: Option<String> = db
        .prepare_cached("SELECT body FROM qbo_document WHERE realm = ?1 AND kind = ?2 AND id = ?3")?
        .query_row(params![realm, kind.name(), id], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Stores a document; its columns are read from the body and from nowhere else.
pub(crate) fn put(db: &Connection, realm: &str, kind: Kind, body: &Value) -> Result<(), BooksError> {
    let (total, open) = match kind {
        Kind::Customer => (0, 0),
        Kind::Invoice => (millionths(body, "TotalAmt")?, millionths(body, "Balance")?),
        Kind::CreditMemo => (millionths(body, "TotalAmt")?, -millionths(body, "Balance")?),
        Kind::Payment => (millionths(body, "TotalAmt")?, -millionths(body, "UnappliedAmt")?),
    };
    db.prepare_cached(
        "INSERT INTO qbo_document
           (realm, kind, id, created_at, updated_at, active, customer, reference, total_e6, open_e6, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (realm, kind, id) DO UPDATE SET updated_at = excluded.updated_at, active = excluded.active,
           customer = excluded.customer, reference = excluded.reference, total_e6 = excluded.total_e6,
           open_e6 = excluded.open_e6, body = excluded.body
         WHERE body <> excluded.body",
    )?
    .execute(params![
        realm,
        kind.name(),
        id(body).ok_or_else(|| unreadable(body, "Id"))?,
        instant(body, "CreateTime")?,
        instant(body, "LastUpdatedTime")?,
        body.get("Active").and_then(Value::as_bool).unwrap_or(true),
        reference_id(body, "CustomerRef"),
        body.get(kind.reference_field()).and_then(Value::as_str),
        total,
        open,
        body.to_string(),
    ])?;
    Ok(())
}

/// Deletes a document: of what it was only change data capture tells that it is gone.
pub(crate) fn delete(
    db: &Connection,
    realm: &str,
    (kind, id): (Kind, i64),
    now: DateTime<Utc>,
) -> Result<(), BooksError> {
    db.execute(
        "DELETE FROM qbo_document WHERE realm = ?1 AND kind = ?2 AND id = ?3",
        params![realm, kind.name(), id],
    )?;
    db.execute(
        "INSERT INTO qbo_deleted VALUES (?1, ?2, ?3, ?4)",
        params![realm, kind.name(), id, now.timestamp()],
    )?;
    Ok(())
}

/// The next free id: transactions share one sequence, customers have their own, and none is given twice.
pub(crate) fn next_id(db: &Connection, realm: &str, kind: Kind) -> Result<i64, BooksError> {
    let sql = match kind {
        Kind::Customer => {
            "SELECT COALESCE(MAX(id), 0) + 1 FROM qbo_document WHERE realm = ?1 AND kind = 'Customer'"
        }
        _ => {
            "SELECT COALESCE(MAX(id), 0) + 1 FROM
               (SELECT realm, kind, id FROM qbo_document UNION ALL SELECT realm, kind, id FROM qbo_deleted)
             WHERE realm = ?1 AND kind <> 'Customer'"
        }
    };
    Ok(db.query_row(sql, [realm], |row| row.get(0))?)
}

/// A customer's balance: open invoices less credit memos left and payments not applied.
pub(crate) fn refresh_balance(
    db: &Connection,
    realm: &str,
    customer: i64,
    now: DateTime<Utc>,
) -> Result<(), BooksError> {
    let Some(mut body) = find(db, realm, Kind::Customer, customer)? else {
        return Ok(());
    };
    let sum: i64 = db
        .prepare_cached(
            "SELECT COALESCE(SUM(open_e6), 0) FROM qbo_document WHERE realm = ?1 AND customer = ?2",
        )?
        .query_row(params![realm, customer], |row| row.get(0))?;
    let balance = Money::from_decimal(Decimal::new(sum, 6), currency_of(&body)?)?;
    if amount(&body, "Balance")? == balance {
        return Ok(());
    }
    set(&mut body, "Balance", number(balance)?);
    set(&mut body, "BalanceWithJobs", number(balance)?);
    touch(&mut body, now);
    put(db, realm, Kind::Customer, &body)
}

pub(crate) fn id(body: &Value) -> Option<i64> {
    body.get("Id").and_then(Value::as_str).and_then(|id| id.parse().ok())
}

/// The `value` of a `…Ref` object.
pub(crate) fn reference<'a>(body: &'a Value, field: &str) -> Option<&'a str> {
    body.get(field)?.get("value")?.as_str()
}

pub(crate) fn reference_id(body: &Value, field: &str) -> Option<i64> {
    reference(body, field).and_then(|id| id.parse().ok())
}

pub(crate) fn currency_of(body: &Value) -> Result<Currency, BooksError> {
    let code = reference(body, "CurrencyRef").ok_or_else(|| unreadable(body, "CurrencyRef"))?;
    Ok(currency(code)?)
}

/// An amount of a stored document, in the document's currency.
pub(crate) fn amount(body: &Value, field: &'static str) -> Result<Money, BooksError> {
    let text = body.get(field).and_then(Value::as_number).ok_or_else(|| unreadable(body, field))?.to_string();
    Ok(Money::parse(&text, currency_of(body)?)?)
}

/// An amount as a JSON number with all its decimals.
pub(crate) fn number(money: Money) -> Result<Value, BooksError> {
    Ok(serde_json::from_str(&money.to_decimal().to_string())?)
}

pub(crate) fn set(body: &mut Value, field: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

pub(crate) fn sync_token(body: &Value) -> i64 {
    body.get("SyncToken").and_then(Value::as_str).and_then(|token| token.parse().ok()).unwrap_or(0)
}

/// Moves the lock token and the time of change on.
pub(crate) fn touch(body: &mut Value, now: DateTime<Utc>) {
    let token = sync_token(body) + 1;
    set(body, "SyncToken", json!(token.to_string()));
    if let Some(times) = body.get_mut("MetaData") {
        set(times, "LastUpdatedTime", json!(stamp(now)));
    }
}

/// The fields every new document has.
pub(crate) fn head(id: i64, now: DateTime<Utc>) -> Value {
    json!({
        "domain": "QBO", "sparse": false, "Id": id.to_string(), "SyncToken": "0",
        "MetaData": {"CreateTime": stamp(now), "LastUpdatedTime": stamp(now)},
    })
}

/// An instant as documents carry it: whole seconds, the company's offset.
pub(crate) fn stamp(now: DateTime<Utc>) -> String {
    now.with_timezone(&COMPANY_ZONE).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// An instant as responses carry it.
pub(crate) fn stamp_millis(now: DateTime<Utc>) -> String {
    now.with_timezone(&COMPANY_ZONE).to_rfc3339_opts(SecondsFormat::Millis, false)
}

fn instant(body: &Value, field: &'static str) -> Result<i64, BooksError> {
    let text = body.get("MetaData").and_then(|times| times.get(field)).and_then(Value::as_str);
    let read = text.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    Ok(read.ok_or_else(|| unreadable(body, field))?.timestamp())
}

/// An amount with six decimals as an integer: exact for every currency, and comparable by SQL.
fn millionths(body: &Value, field: &'static str) -> Result<i64, BooksError> {
    let text = body.get(field).and_then(Value::as_number).ok_or_else(|| unreadable(body, field))?.to_string();
    to_millionths(&text).ok_or_else(|| unreadable(body, field))
}

pub(super) fn to_millionths(text: &str) -> Option<i64> {
    let mut value = text.parse::<Decimal>().ok()?;
    value.rescale(6);
    i64::try_from(value.mantissa()).ok().filter(|_| value.scale() == 6)
}

fn unreadable(body: &Value, field: &'static str) -> BooksError {
    let document = format!("document {}", body.get("Id").and_then(Value::as_str).unwrap_or("without Id"));
    BooksError::Field { document, field }
}
