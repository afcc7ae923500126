//! Watches commits: how many items changed, what the timeline said, what it cost.
use app::ports::Answer;
use app::store::table::{
    CommitError, Committed, Index, IndexRow, Key, Page, Query, Record, Table, TableError, TableName, Write,
};
use std::sync::{Mutex, PoisonError};

/// What was committed since it was last asked.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Records put or deleted, timeline entries included.
    pub items: u64,
    /// The timeline entries' JSON.
    pub entries: Vec<String>,
    pub half_units: u64,
}

/// A table that tells what is written through it.
pub struct WatchedTable<T> {
    table: T,
    seen: Mutex<Seen>,
}

impl<T: Table> WatchedTable<T> {
    pub fn new(table: T) -> Self {
        Self { table, seen: Mutex::new(Seen::default()) }
    }

    /// What was committed since the last call.
    pub fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Table> Table for WatchedTable<T> {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        self.table.get(table, key)
    }

    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>> {
        self.table.get_many(table, keys)
    }

    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>> {
        self.table.query(table, query)
    }

    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>> {
        self.table.query_index(index, query)
    }

    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>> {
        Box::pin(async move {
            let mut items = 0;
            let mut entries = Vec::new();
            for write in &writes {
                match write {
                    Write::Put { record, .. } => {
                        items += 1;
                        if record.key.sk.starts_with(app::store::keys::ENTRY_PREFIX) {
                            entries.push(record.body.clone());
                        }
                    }
                    Write::Delete { .. } => items += 1,
                    Write::Check { .. } => {}
                }
            }
            let committed = self.table.commit(writes).await?;
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.items += items;
            seen.entries.extend(entries);
            seen.half_units += committed.half_units;
            Ok(committed)
        })
    }
}
