//! Answering a query from the books.
use crate::sim::books::BooksError;
use crate::sim::quickbooks::query::{Condition, Query, invalid};
use crate::sim::quickbooks::refusal::Refusal;
use crate::sim::quickbooks::store::{COMPANY_ZONE, Kind, to_millionths};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

/// How a property's values are written and compared.
#[derive(Clone, Copy)]
enum Values {
    Id,
    Instant,
    Flag,
    Text,
    Amount,
}

/// The `QueryResponse` object; empty where nothing matched.
pub(super) fn select(db: &Connection, realm: &str, query: &Query) -> Result<Value, Refusal> {
    let mut wanted = " FROM qbo_document WHERE realm = ? AND kind = ?".to_owned();
    let mut values = vec![Sql::Text(realm.to_owned()), Sql::Text(query.kind.name().to_owned())];
    for condition in &query.conditions {
        filter(query.kind, condition, &mut wanted, &mut values)?;
    }
    let is_hidden = |kind| kind == Kind::Customer;
    if is_hidden(query.kind) && !query.conditions.iter().any(|condition| condition.field == "Active") {
        wanted.push_str(" AND active = 1");
    }
    if query.is_count {
        let sql = format!("SELECT COUNT(*){wanted}");
        let count: i64 =
            db.query_row(&sql, params_from_iter(values), |row| row.get(0)).map_err(BooksError::from)?;
        return Ok(json!({"totalCount": count}));
    }
    let mut order = Vec::new();
    for (field, is_descending) in &query.order {
        let (column, _) = column(query.kind, field)?;
        order.push(format!("{column}{}", if *is_descending { " DESC" } else { "" }));
    }
    order.push("id".to_owned());
    let sql = format!("SELECT body{wanted} ORDER BY {} LIMIT ? OFFSET ?", order.join(", "));
    values.extend([Sql::Integer(query.results), Sql::Integer(query.start - 1)]);
    let found = rows(db, &sql, values)?;
    if found.is_empty() {
        return Ok(json!({}));
    }
    let mut answer = Map::new();
    answer.insert("startPosition".to_owned(), json!(query.start));
    answer.insert("maxResults".to_owned(), json!(found.len()));
    answer.insert(query.kind.name().to_owned(), Value::Array(found));
    Ok(Value::Object(answer))
}

pub(super) fn rows(db: &Connection, sql: &str, values: Vec<Sql>) -> Result<Vec<Value>, BooksError> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(found)
}

fn filter(kind: Kind, condition: &Condition, sql: &mut String, values: &mut Vec<Sql>) -> Result<(), Refusal> {
    let (column, spelling) = column(kind, &condition.field)?;
    let marks = vec!["?"; condition.values.len()].join(", ");
    let marks = if condition.operator == "IN" { format!("({marks})") } else { marks };
    sql.push_str(&format!(" AND {column} {} {marks}", condition.operator));
    for text in &condition.values {
        values.push(read(spelling, text).ok_or_else(|| {
            invalid(format!("{text:?} is not a value of {}.{}", kind.name(), condition.field))
        })?);
    }
    Ok(())
}

/// The properties that may be filtered and ordered by.
fn column(kind: Kind, field: &str) -> Result<(&'static str, Values), Refusal> {
    use Kind::{CreditMemo, Customer, Invoice, Payment};
    Ok(match (kind, field) {
        (_, "Id") => ("id", Values::Id),
        (_, "MetaData.LastUpdatedTime") => ("updated_at", Values::Instant),
        (_, "MetaData.CreateTime") => ("created_at", Values::Instant),
        (Customer, "Active") => ("active", Values::Flag),
        (Customer, "DisplayName") | (Payment, "PaymentRefNum") | (Invoice | CreditMemo, "DocNumber") => {
            ("reference", Values::Text)
        }
        (Invoice | CreditMemo | Payment, "TxnDate") => ("json_extract(body, '$.TxnDate')", Values::Text),
        (Invoice | CreditMemo | Payment, "CustomerRef") => ("customer", Values::Id),
        (Invoice | CreditMemo | Payment, "TotalAmt") => ("total_e6", Values::Amount),
        (Invoice, "DueDate") => ("json_extract(body, '$.DueDate')", Values::Text),
        (Invoice, "Balance") => ("open_e6", Values::Amount),
        _ => return Err(invalid(format!("Property {field} not found for Entity {}", kind.name()))),
    })
}

fn read(spelling: Values, text: &str) -> Option<Sql> {
    Some(match spelling {
        Values::Id => Sql::Integer(text.parse().ok()?),
        Values::Flag => Sql::Integer(i64::from(text.parse::<bool>().ok()?)),
        Values::Amount => Sql::Integer(to_millionths(text)?),
        Values::Instant => Sql::Integer(instant(text)?),
        Values::Text => Sql::Text(text.to_owned()),
    })
}

/// An instant as a parameter gives it, in epoch seconds.
///
/// # Errors
/// What is no instant.
pub(super) fn since(text: &str) -> Result<i64, Refusal> {
    instant(text).ok_or_else(|| invalid(format!("{text:?} is not a time")))
}

/// Epoch seconds; a time without an offset, or a bare date, is the company's.
fn instant(text: &str) -> Option<i64> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp());
    }
    let midnight = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().or_else(midnight)?;
    Some(COMPANY_ZONE.from_local_datetime(&local).earliest()?.timestamp())
}
