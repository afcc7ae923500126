//! Change data capture: the one place where QuickBooks tells of records that were deleted.
use super::map::RowError;
use super::wire::{MetaData, Record};
use super::{QuickBooksApi, fault};
use crate::call::{Call, Response};
use crate::fault::Fault;
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

/// QuickBooks looks back no further than this.
pub const LOOK_BACK_MAX: TimeDelta = TimeDelta::days(30);
/// Records in one answer at most, changed ones included; there is no next page.
const RECORDS_MAX: usize = 1_000;

/// A record that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    pub external_id: String,
    pub deleted_at: DateTime<Utc>,
}

/// What was deleted of one kind of record.
#[derive(Debug, Clone)]
pub struct Deletions {
    pub rows: Vec<Result<Deletion, RowError>>,
    /// When QuickBooks answered, by its own clock.
    pub vendor_time: DateTime<FixedOffset>,
    /// False where more may have changed than the answer holds: a deletion may be missing.
    pub is_whole: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Changed {
    id: Option<String>,
    meta_data: Option<MetaData>,
    #[serde(rename = "status")]
    status: Option<String>,
}

/// The records of a kind that were deleted since `changed_since`, at most [`LOOK_BACK_MAX`] ago. What changed without
/// being deleted comes with the answer and is left out: queries bring it.
///
/// # Errors
/// A [`Fault`] when the base URL or the token does not make a request.
pub fn deletions<T: Record>(
    api: &QuickBooksApi,
    access_token: &str,
    changed_since: DateTime<FixedOffset>,
) -> Result<Call<Deletions>, Fault> {
    let since = changed_since.to_rfc3339_opts(SecondsFormat::Secs, false);
    let request = api.get(access_token, "cdc", &[("entities", T::ENTITY), ("changedSince", &since)])?;
    Ok(Call { request, is_write: false, read: read_deletions::<T> })
}

fn read_deletions<T: Record>(response: &Response) -> Result<Deletions, Fault> {
    let body = fault::json(response)?;
    let unreadable = |why: &str| fault::unreadable(response, format!("changes of {}: {why}", T::ENTITY));
    let time = body.get("time").and_then(Value::as_str);
    let time = time.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let vendor_time = time.ok_or_else(|| unreadable("no time"))?;
    let answers = body.get("CDCResponse").and_then(Value::as_array);
    let answers = answers.ok_or_else(|| unreadable("no CDCResponse"))?;
    let mut rows = Vec::new();
    let mut count = 0_usize;
    for list in answers.iter().filter_map(|answer| answer.get("QueryResponse")?.as_array()).flatten() {
        match list.get(T::ENTITY) {
            Some(Value::Array(changed)) => {
                count = count.saturating_add(changed.len());
                rows.extend(changed.iter().filter_map(|row| read_row::<T>(row, vendor_time)));
            }
            // Nothing of it changed: the key is left out.
            None => {}
            Some(_) => return Err(unreadable("the rows are not a list")),
        }
    }
    Ok(Deletions { rows, vendor_time, is_whole: count < RECORDS_MAX })
}

/// `None` for a record that is still there.
fn read_row<T: Record>(
    row: &Value,
    vendor_time: DateTime<FixedOffset>,
) -> Option<Result<Deletion, RowError>> {
    let id = row.get("Id").and_then(Value::as_str).map(str::to_owned);
    let error = |why: String| RowError { entity: T::ENTITY, id: id.clone(), why };
    let changed: Changed = match serde_json::from_value(row.clone()) {
        Ok(changed) => changed,
        Err(why) => return Some(Err(error(why.to_string()))),
    };
    if changed.status.as_deref() != Some("Deleted") {
        return None;
    }
    let at = changed.meta_data.and_then(|meta| meta.last_updated_time);
    let deleted_at = match at.as_deref().map(DateTime::parse_from_rfc3339) {
        None => vendor_time.to_utc(),
        Some(Ok(at)) => at.to_utc(),
        Some(Err(_)) => return Some(Err(error("MetaData.LastUpdatedTime is not a time".to_owned()))),
    };
    let external_id = changed.id.ok_or_else(|| error("Id is missing".to_owned()));
    Some(external_id.map(|external_id| Deletion { external_id, deleted_at }))
}
