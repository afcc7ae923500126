//! A [`Table`] in memory with DynamoDB's manners: conditions, pages, sparse indexes and write units.
use super::limits::{self, PAGE_BYTES_MAX};
use super::table::{
    CommitError, Committed, Condition, Index, IndexRow, Key, Listing, Page, Query, Range, Record, Table,
    TableError, TableName, Write,
};
use crate::ports::Answer;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

const INDEXES: [Index; 3] = [Index::Customer, Index::Due, Index::Pending];

/// Index views are always up to date; iteration is in key order, so runs repeat exactly.
#[derive(Debug, Default)]
pub struct MemoryTable {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<TableName, BTreeMap<Key, Record>>,
    /// By place in the index, then by the record's own key; the value is the projected summary.
    rows: BTreeMap<Index, BTreeMap<(Key, Key), Option<String>>>,
    half_units: u64,
}

impl MemoryTable {
    pub fn new() -> Self {
        Self::default()
    }

    /// What all commits so far have cost, in half write units (see [`Committed`]).
    pub fn half_units(&self) -> u64 {
        self.lock().half_units
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing can fail between the first and the last change of a commit: a poisoned state is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn get(&self, table: TableName, key: &Key) -> Option<&Record> {
        self.records.get(&table)?.get(key)
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<Committed, CommitError> {
        limits::check(&writes)?;
        for (at, write) in writes.iter().enumerate() {
            let stored = self.get(write.table(), write.key());
            let holds = match write.condition() {
                Condition::Absent => stored.is_none(),
                Condition::Version(read) => stored.is_some_and(|record| record.ver == read),
            };
            if !holds {
                return Err(CommitError::Conflict { at, key: write.key().to_string() });
            }
        }
        let units: u64 = writes.into_iter().map(|write| self.apply(write)).sum();
        self.half_units += 2 * units;
        Ok(Committed { half_units: 2 * units })
    }

    /// Applies one write and answers its write units: two per started KB of the larger of the old and the
    /// new record, as in every transaction, and what its index rows cost.
    fn apply(&mut self, write: Write) -> u64 {
        let table = write.table();
        let records = self.records.entry(table).or_default();
        let (old, new) = match write {
            Write::Put { record, .. } => (records.insert(record.key.clone(), record.clone()), Some(record)),
            Write::Delete { key, .. } => (records.remove(&key), None),
            Write::Check { key, .. } => {
                return 2 * records
                    .get(&key)
                    .map_or(1, |stored| limits::write_units(limits::item_bytes(stored)));
            }
        };
        let larger = [&old, &new].into_iter().flatten().map(limits::item_bytes).max().unwrap_or(0);
        let mut units = 2 * limits::write_units(larger);
        if table == TableName::Ledger {
            for index in INDEXES {
                units += self.project(index, old.as_ref(), new.as_ref());
            }
        }
        units
    }

    /// Brings one index up to date and answers the write units: a row that appears, vanishes or changes
    /// costs its size, a row that moves costs both, one that stays the same nothing.
    fn project(&mut self, index: Index, old: Option<&Record>, new: Option<&Record>) -> u64 {
        let (old, new) = (old.and_then(|r| row(index, r)), new.and_then(|r| row(index, r)));
        if old == new {
            return 0;
        }
        let units =
            |row: &Row| limits::write_units(limits::row_bytes(index, &row.0.1, &row.0.0, row.1.as_deref()));
        let (before, after) = (old.as_ref().map_or(0, units), new.as_ref().map_or(0, units));
        let is_in_place = old.as_ref().zip(new.as_ref()).is_some_and(|(old, new)| old.0 == new.0);
        let rows = self.rows.entry(index).or_default();
        if let Some((place, _)) = old {
            rows.remove(&place);
        }
        if let Some((place, summary)) = new {
            rows.insert(place, summary);
        }
        if is_in_place { before.max(after) } else { before + after }
    }
}

/// Place in the index with the record's own key, and what is projected.
type Row = ((Key, Key), Option<String>);

fn row(index: Index, record: &Record) -> Option<Row> {
    let (place, summary) = match index {
        Index::Customer => (record.customer.as_ref(), None),
        Index::Due => (record.due.as_ref(), record.summary.clone()),
        Index::Pending => (record.pending.as_ref(), None),
    };
    Some(((place?.clone(), record.key.clone()), summary))
}

/// Where something stands in a table or an index.
trait Position: Ord + Clone {
    /// The first position at or after this key.
    fn floor(key: Key) -> Self;
    fn key(&self) -> &Key;
    fn token(&self) -> String;
    fn parse(token: &str) -> Option<Self>;
}

impl Position for Key {
    fn floor(key: Key) -> Self {
        key
    }
    fn key(&self) -> &Key {
        self
    }
    fn token(&self) -> String {
        serde_json::json!([self.pk, self.sk]).to_string()
    }
    fn parse(token: &str) -> Option<Self> {
        let (pk, sk): (String, String) = serde_json::from_str(token).ok()?;
        Some(Key { pk, sk })
    }
}

impl Position for (Key, Key) {
    fn floor(key: Key) -> Self {
        (key, Key::new("", ""))
    }
    fn key(&self) -> &Key {
        &self.0
    }
    fn token(&self) -> String {
        serde_json::json!([self.0.token(), self.1.token()]).to_string()
    }
    fn parse(token: &str) -> Option<Self> {
        let (place, record): (String, String) = serde_json::from_str(token).ok()?;
        Some((Key::parse(&place)?, Key::parse(&record)?))
    }
}

fn page<P: Position, V, T>(
    held: Option<&BTreeMap<P, V>>,
    query: &Query,
    bytes: impl Fn(&P, &V) -> usize,
    told: impl Fn(&P, &V) -> T,
) -> Result<Page<T>, TableError> {
    let mut page = Page { rows: Vec::new(), next: None };
    let Some(held) = held else { return Ok(page) };
    let start = match &query.range {
        Range::Prefix(prefix) => prefix.as_str(),
        Range::All | Range::UpTo(_) => "",
    };
    let mut from = Bound::Included(P::floor(Key::new(&query.pk, start)));
    // The next possible partition: all of this one lies before it.
    let mut to = Bound::Excluded(P::floor(Key::new(format!("{}\0", query.pk), "")));
    let is_inside = |position: &P| match &query.range {
        Range::All => true,
        Range::Prefix(prefix) => position.key().sk.starts_with(prefix.as_str()),
        Range::UpTo(last) => position.key().sk <= *last,
    };
    if let Some(token) = &query.after {
        let after = P::parse(token).filter(|after| after.key().pk == query.pk && is_inside(after));
        let after = after.ok_or_else(|| TableError(format!("page token {token} is not of {query:?}")))?;
        if query.newest_first { to = Bound::Excluded(after) } else { from = Bound::Excluded(after) }
    }
    let limit = usize::try_from(query.limit.max(1)).unwrap_or(usize::MAX);
    let mut taken = 0;
    let mut take = |(position, value): (&P, &V)| {
        page.rows.push(told(position, value));
        taken += bytes(position, value);
        // Like DynamoDB, a full page has a successor, which may turn out to be empty.
        let is_full = page.rows.len() >= limit || taken >= PAGE_BYTES_MAX;
        page.next = is_full.then(|| position.token());
        !is_full
    };
    let inside = held.range((from, to)).filter(|(position, _)| is_inside(position));
    if query.newest_first {
        inside.rev().all(&mut take)
    } else {
        inside.into_iter().all(&mut take)
    };
    Ok(page)
}

impl Table for MemoryTable {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        Box::pin(async move { Ok(self.lock().get(table, key).cloned()) })
    }

    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>> {
        Box::pin(async move {
            let state = self.lock();
            let keys: BTreeSet<&Key> = keys.iter().collect();
            Ok(keys.into_iter().filter_map(|key| state.get(table, key).cloned()).collect())
        })
    }

    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>> {
        Box::pin(async move {
            let bytes = |_: &Key, record: &Record| limits::item_bytes(record);
            page(self.lock().records.get(&table), &query, bytes, |_, record| record.clone())
        })
    }

    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>> {
        Box::pin(async move {
            let bytes = |(place, key): &(Key, Key), summary: &Option<String>| {
                limits::row_bytes(index, key, place, summary.as_deref())
            };
            page(self.lock().rows.get(&index), &query, bytes, |(place, key), summary| IndexRow {
                key: key.clone(),
                index_sk: place.sk.clone(),
                summary: summary.clone(),
            })
        })
    }

    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>> {
        Box::pin(async move { self.lock().commit(writes) })
    }
}

impl Listing for MemoryTable {
    fn list<'a>(
        &'a self,
        table: TableName,
        after: Option<String>,
    ) -> Answer<'a, Result<Page<Record>, TableError>> {
        Box::pin(async move {
            let from = match &after {
                None => Bound::Unbounded,
                Some(token) => {
                    let key = <Key as Position>::parse(token);
                    Bound::Excluded(key.ok_or_else(|| TableError(format!("no page token: {token}")))?)
                }
            };
            let state = self.lock();
            let mut page = Page { rows: Vec::new(), next: None };
            let mut taken = 0;
            let held = state.records.get(&table).into_iter();
            for (key, record) in held.flat_map(|held| held.range((from.clone(), Bound::Unbounded))) {
                page.rows.push(record.clone());
                taken += limits::item_bytes(record);
                if taken >= PAGE_BYTES_MAX {
                    page.next = Some(key.token());
                    break;
                }
            }
            Ok(page)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;

    #[tokio::test]
    async fn keeps_the_contract() {
        assert_eq!(contract::suite(&MemoryTable::new(), "memory").await, Ok(()));
        assert_eq!(contract::listing(&MemoryTable::new(), "memory").await, Ok(()));
    }

    #[tokio::test]
    async fn random_sequences_repeat_exactly_and_use_every_verb() {
        let table = MemoryTable::new();
        let tally = contract::compare(&table, "m", 0..100, 20).await.unwrap();
        assert_eq!(tally.half_units, table.half_units());
        let contract::Tally { commits, conflicts, refusals, records, rows, .. } = tally;
        assert!([commits, conflicts, refusals, records, rows].iter().all(|count| *count > 20), "{tally}");
    }

    #[tokio::test]
    async fn a_page_token_of_another_range_is_an_error() {
        let table = MemoryTable::new();
        for sk in ["a1", "b1", "b2"] {
            let record = Record::new(Key::new("p", sk), 1, "{}");
            let put = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
            table.commit(vec![put]).await.unwrap();
        }
        let first = table.query(TableName::Ledger, Query { limit: 1, ..Query::all("p") }).await.unwrap();
        for newest_first in [false, true] {
            let other = Query { after: first.next.clone(), newest_first, ..Query::prefix("p", "b") };
            assert!(table.query(TableName::Ledger, other).await.is_err());
        }
    }
}
