//! Reading records in pages, oldest change first.
use super::map::RowError;
use super::wire::Record;
use super::{QuickBooksApi, fault};
use crate::call::{Call, Response};
use crate::fault::Fault;
use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde_json::Value;

/// Rows per page; QuickBooks' maximum.
pub const PAGE_ROWS: u32 = 1000;

/// A page of a query. A row that cannot be read is an error of its own.
#[derive(Debug, Clone)]
pub struct QueryPage<T> {
    pub rows: Vec<Result<T, RowError>>,
    /// When QuickBooks answered, by its own clock: the next cursor, less an overlap.
    pub vendor_time: DateTime<FixedOffset>,
    /// Position of the first row, counted from 1.
    pub start: u32,
    pub is_last: bool,
}

impl<T> QueryPage<T> {
    /// Where the next page starts; `None` after the last.
    pub fn next_start(&self) -> Option<u32> {
        (!self.is_last).then(|| self.start.saturating_add(PAGE_ROWS))
    }

    /// Carries every readable row over, say to facts.
    pub fn and_then<U>(self, read: impl Fn(&T) -> Result<U, RowError>) -> QueryPage<U> {
        let Self { rows, vendor_time, start, is_last } = self;
        let rows = rows.into_iter().map(|row| row.and_then(|row| read(&row))).collect();
        QueryPage { rows, vendor_time, start, is_last }
    }
}

/// The page of records changed at or after `changed_since` (all, if `None`) that starts at the 1-based `start`.
///
/// Positions shift while records change. A record that changes moves to the end and is seen there, but one that
/// slides over a page's edge can be missed: start the next pull well before this one's `vendor_time`.
///
/// # Errors
/// A [`Fault`] when the base URL or the token does not make a request.
pub fn page<T: Record>(
    api: &QuickBooksApi,
    access_token: &str,
    changed_since: Option<DateTime<FixedOffset>>,
    start: u32,
) -> Result<Call<QueryPage<T>>, Fault> {
    let since = changed_since.map(|since| since.to_rfc3339_opts(SecondsFormat::Secs, false));
    let since = since.map(|since| format!("MetaData.LastUpdatedTime >= {}", quoted(&since)));
    let conditions: Vec<String> = T::VISIBLE.map(str::to_owned).into_iter().chain(since).collect();
    let filter =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let statement = format!(
        "SELECT * FROM {}{filter} ORDERBY MetaData.LastUpdatedTime STARTPOSITION {start} MAXRESULTS {PAGE_ROWS}",
        T::ENTITY
    );
    statement_call(api, access_token, &statement)
}

/// A call that asks one statement.
pub(super) fn statement_call<T: Record>(
    api: &QuickBooksApi,
    access_token: &str,
    statement: &str,
) -> Result<Call<QueryPage<T>>, Fault> {
    let request = api.get(access_token, "query", &[("query", statement)])?;
    Ok(Call { request, is_write: false, read: read_page::<T> })
}

/// A string literal of QuickBooks' query language.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

fn read_page<T: Record>(response: &Response) -> Result<QueryPage<T>, Fault> {
    let body = fault::json(response)?;
    let unreadable = |why: &str| fault::unreadable(response, format!("query of {}: {why}", T::ENTITY));
    let answer = body.get("QueryResponse").ok_or_else(|| unreadable("no QueryResponse"))?;
    let time =
        body.get("time").and_then(Value::as_str).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let rows = match answer.get(T::ENTITY) {
        Some(Value::Array(rows)) => rows.iter().map(read_row::<T>).collect(),
        // No rows: the key is left out.
        None => Vec::new(),
        Some(_) => return Err(unreadable("the rows are not a list")),
    };
    let is_last = rows.len() < usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let start =
        answer.get("startPosition").and_then(Value::as_u64).and_then(|start| u32::try_from(start).ok());
    // Only a full page needs its position, to ask for the next.
    let start =
        start.or(is_last.then_some(1)).ok_or_else(|| unreadable("a full page without startPosition"))?;
    Ok(QueryPage { rows, vendor_time: time.ok_or_else(|| unreadable("no time"))?, start, is_last })
}

fn read_row<T: Record>(row: &Value) -> Result<T, RowError> {
    serde_json::from_value(row.clone()).map_err(|error| RowError {
        entity: T::ENTITY,
        id: row.get("Id").and_then(Value::as_str).map(str::to_owned),
        why: error.to_string(),
    })
}
