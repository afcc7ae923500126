//! Typed reads: an item by key, a customer's open items, look-ups, an item's timeline.
use super::entity::{Entity, Stored, read};
use super::table::{Index, Key, Query, Range, Record, Table, TableError, TableName};
use crate::versions::{self, Raise};
use crate::worker::Failure;
use domain::timeline::{Cause, ChainHead, TimelineEntry, entry_hash};

/// The most rows that one typed read follows through its pages; more is a failure, never a silent cut.
const ROWS_MAX: usize = 200_000;

/// # Errors
/// The table's, or a record that does not read.
pub async fn load<T: Entity>(table: &dyn Table, key: &Key) -> Result<Option<Stored<T>>, Failure> {
    table.get(TableName::Ledger, key).await?.map(read).transpose()
}

/// Like [`load`], where the item must be there.
///
/// # Errors
/// Also when there is none: the message names something that does not exist.
pub async fn must_load<T: Entity>(table: &dyn Table, key: &Key) -> Result<Stored<T>, Failure> {
    load(table, key).await?.ok_or_else(|| Failure::poison(format!("no {} {key}", T::KIND)))
}

/// Items by their keys, in the order of the keys; absent ones are left out.
///
/// # Errors
/// See [`load`].
pub async fn load_many<T: Entity>(table: &dyn Table, keys: &[Key]) -> Result<Vec<Stored<T>>, Failure> {
    let mut records = table.get_many(TableName::Ledger, keys).await?;
    records.sort_by_key(|record| keys.iter().position(|key| *key == record.key));
    records.into_iter().map(read).collect()
}

/// The keys of a customer's items of one group ("OPEN", "CASH", "CRED", …), by date.
///
/// # Errors
/// The table's.
pub async fn customer_group(table: &dyn Table, view: &str, group: &str) -> Result<Vec<Key>, Failure> {
    let rows = all_index_rows(table, Index::Customer, Query::prefix(view, format!("{group}#"))).await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// Follows an index query to its end.
///
/// # Errors
/// The table's, or more than 200,000 rows.
pub async fn all_index_rows(
    table: &dyn Table,
    index: Index,
    mut query: Query,
) -> Result<Vec<super::table::IndexRow>, Failure> {
    let mut rows = Vec::new();
    loop {
        let page = table.query_index(index, query.clone()).await?;
        rows.extend(page.rows);
        if rows.len() > ROWS_MAX {
            return Err(Failure::poison(format!("more than {ROWS_MAX} rows in {}", query.pk)));
        }
        let Some(next) = page.next else { return Ok(rows) };
        query.after = Some(next);
    }
}

/// Follows a query of a partition to its end.
///
/// # Errors
/// The table's, or more than 200,000 records.
pub async fn all_records(
    table: &dyn Table,
    name: TableName,
    mut query: Query,
) -> Result<Vec<Record>, Failure> {
    let mut records = Vec::new();
    loop {
        let page = table.query(name, query.clone()).await?;
        records.extend(page.rows);
        if records.len() > ROWS_MAX {
            return Err(Failure::poison(format!("more than {ROWS_MAX} records in {}", query.pk)));
        }
        let Some(next) = page.next else { return Ok(records) };
        query.after = Some(next);
    }
}

/// The sort keys of a look-up partition: what a number or an address leads to.
///
/// # Errors
/// The table's.
pub async fn look_up(table: &dyn Table, pk: String) -> Result<Vec<String>, Failure> {
    let query = Query { pk, range: Range::All, newest_first: false, limit: 100, after: None };
    Ok(all_records(table, TableName::Ledger, query).await?.into_iter().map(|record| record.key.sk).collect())
}

/// An entry with where it stands.
#[derive(Debug, Clone)]
pub struct ChainedEntry {
    pub entry: TimelineEntry,
    pub hash: String,
}

/// What brings older entries up: none is older yet. With the first, [`domain::timeline::ENTRY_VERSION`] is 2.
pub const ENTRY_RAISES: &[Raise] = &[];

/// Reads a timeline entry of this version or an older one.
///
/// # Errors
/// Poison for what does not decode; a retry for a newer version, which a deploy under way will understand.
pub fn read_entry(key: &Key, body: &str) -> Result<TimelineEntry, Failure> {
    versions::read(&format!("timeline entry {key}"), body, ENTRY_RAISES)
}

/// Walks an item's chain from its head back to its start, newest first, checking every hash on the way.
///
/// # Errors
/// A link that is missing or whose hash does not agree: the record was tampered with or lost.
pub async fn chain(
    table: &dyn Table,
    item_pk: &str,
    head: Option<&ChainHead>,
    limit: usize,
) -> Result<Vec<ChainedEntry>, Failure> {
    let mut entries = Vec::new();
    let mut next = head.cloned();
    while let Some(link) = next.take().filter(|_| entries.len() < limit) {
        let key = Key::new(&link.pk, &link.sk);
        let record = table.get(TableName::Ledger, &key).await?;
        let record =
            record.ok_or_else(|| Failure::poison(format!("timeline of {item_pk}: {key} is missing")))?;
        if entry_hash(&record.body) != link.hash {
            return Err(Failure::poison(format!("timeline of {item_pk}: the hash of {key} does not agree")));
        }
        let entry = read_entry(&key, &record.body)?;
        next = entry
            .touched
            .iter()
            .find(|touched| touched.pk == item_pk)
            .and_then(|touched| touched.former.clone());
        entries.push(ChainedEntry { entry, hash: link.hash });
    }
    Ok(entries)
}

/// Whether the newest entry of an item has this cause: a commit whose answer was lost did happen.
///
/// # Errors
/// The table's, or an entry that does not read.
pub async fn is_last_change_by(
    table: &dyn Table,
    head: Option<&ChainHead>,
    cause: &Cause,
) -> Result<bool, Failure> {
    let Some(head) = head else { return Ok(false) };
    let key = Key::new(&head.pk, &head.sk);
    let Some(record) = table.get(TableName::Ledger, &key).await? else { return Ok(false) };
    let entry = read_entry(&key, &record.body)?;
    Ok(entry.cause.event == cause.event)
}

impl From<&TableError> for Failure {
    fn from(error: &TableError) -> Self {
        Self::retry(error.to_string())
    }
}
