//! Change data capture: what changed since an instant, and what is gone.
use crate::sim::books::BooksError;
use crate::sim::quickbooks::query::invalid;
use crate::sim::quickbooks::refusal::Refusal;
use crate::sim::quickbooks::select;
use crate::sim::quickbooks::store::{Kind, stamp};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

/// Records in one answer, changed and deleted ones together.
const MOST_RECORDS: usize = 1000;
const LOOK_BACK: TimeDelta = TimeDelta::days(30);

/// What a caller asks for.
pub(super) struct Wanted {
    kinds: Vec<Kind>,
    /// Epoch seconds.
    since: i64,
}

impl Wanted {
    /// # Errors
    /// An unknown entity, an instant that does not read, or one more than thirty days back.
    pub(super) fn read(entities: &str, since: &str, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let unknown = |name: &str| invalid(format!("there is no entity {name}"));
        let kinds = entities.split(',').map(|name| Kind::from_name(name.trim()).ok_or_else(|| unknown(name)));
        let wanted = Self { kinds: kinds.collect::<Result<_, _>>()?, since: select::since(since)? };
        if wanted.since < (now - LOOK_BACK).timestamp() {
            return Err(invalid("changedSince lies more than 30 days back".to_owned()));
        }
        Ok(wanted)
    }
}

/// One object a kind, empty where nothing of it changed.
pub(super) fn changes(db: &Connection, realm: &str, wanted: &Wanted) -> Result<Vec<Value>, Refusal> {
    let mut lists = Vec::new();
    let mut left = MOST_RECORDS;
    for kind in &wanted.kinds {
        let sql = "SELECT body FROM qbo_document WHERE realm = ? AND kind = ? AND updated_at >= ? ORDER BY updated_at, id";
        let values =
            vec![Sql::Text(realm.to_owned()), Sql::Text(kind.name().to_owned()), Sql::Integer(wanted.since)];
        let mut found = deleted(db, realm, *kind, wanted.since)?;
        found.extend(select::rows(db, sql, values)?);
        found.truncate(left);
        left -= found.len();
        let mut list = Map::new();
        if !found.is_empty() {
            list.insert("maxResults".to_owned(), json!(found.len()));
            list.insert(kind.name().to_owned(), Value::Array(found));
        }
        lists.push(Value::Object(list));
    }
    Ok(lists)
}

fn deleted(db: &Connection, realm: &str, kind: Kind, since: i64) -> Result<Vec<Value>, BooksError> {
    let sql = "SELECT id, deleted_at FROM qbo_deleted WHERE realm = ?1 AND kind = ?2 AND deleted_at >= ?3";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query(params![realm, kind.name(), since])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, at): (i64, i64) = (row.get(0)?, row.get(1)?);
        let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
        found.push(json!({
            "domain": "QBO", "status": "Deleted", "Id": id.to_string(),
            "MetaData": {"LastUpdatedTime": stamp(at)},
        }));
    }
    Ok(found)
}
