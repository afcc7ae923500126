//! The ledger's table in memory, watched: it tells the relay of every change, as DynamoDB's stream does, and remembers
//! which keys there are.
use crate::effects::Failing;
use app::audit::{AuditReport, verify};
use app::ports::Answer;
use app::store::keys;
use app::store::memory::MemoryTable;
use app::store::table::{
    CommitError, Committed, Index, IndexRow, Key, Page, Query, Record, Table, TableError, TableName, Write,
};
use app::stream::StreamChange;
use chrono::{DateTime, Utc};
use domain::timeline::TimelineEntry;
use std::collections::BTreeSet;
use std::mem;
use std::sync::Mutex;

#[derive(Default)]
pub struct WatchedTable {
    inner: MemoryTable,
    seen: Mutex<Seen>,
    /// Commits until one fails, and how.
    fails_after: Mutex<Option<(usize, Failing)>>,
}

#[derive(Default)]
struct Seen {
    keys: BTreeSet<Key>,
    changes: Vec<StreamChange>,
    entries: Vec<TimelineEntry>,
    /// Records of the ledger written so far.
    writes: usize,
}

impl WatchedTable {
    /// What the stream has not told yet.
    pub fn take_changes(&self) -> Vec<StreamChange> {
        mem::take(&mut self.seen.lock().unwrap().changes)
    }

    /// The keys of all items.
    pub fn items(&self) -> Vec<Key> {
        self.seen.lock().unwrap().keys.iter().filter(|key| key.sk == keys::STATE).cloned().collect()
    }

    /// Every timeline entry so far, oldest first.
    pub fn entries(&self) -> Vec<TimelineEntry> {
        self.seen.lock().unwrap().entries.clone()
    }

    /// Audits everything; see [`app::audit`].
    pub async fn audit(&self, now: DateTime<Utc>) -> AuditReport {
        verify(&self.inner, Some(now), &[]).await.unwrap()
    }

    /// Write units so far, index writes included, in halves.
    pub fn half_units(&self) -> u64 {
        self.inner.half_units()
    }

    pub fn writes(&self) -> usize {
        self.seen.lock().unwrap().writes
    }

    /// After so many commits to the ledger, one fails.
    pub fn fail_after(&self, commits: usize, how: Failing) {
        *self.fails_after.lock().unwrap() = Some((commits, how));
    }

    fn failing(&self, writes: &[Write]) -> Option<Failing> {
        if writes.iter().all(|write| write.table() != TableName::Ledger) {
            return None;
        }
        let mut left = self.fails_after.lock().unwrap();
        let (commits, how) = left.take()?;
        *left = commits.checked_sub(1).map(|commits| (commits, how));
        (commits == 0).then_some(how)
    }
}

impl Table for WatchedTable {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        self.inner.get(table, key)
    }

    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>> {
        self.inner.get_many(table, keys)
    }

    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>> {
        self.inner.query(table, query)
    }

    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>> {
        self.inner.query_index(index, query)
    }

    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>> {
        Box::pin(async move {
            let failing = self.failing(&writes);
            if failing == Some(Failing::Before) {
                return Err(CommitError::Unavailable("the world ended".into()));
            }
            let mut changes = Vec::new();
            for write in &writes {
                let Write::Put { table: TableName::Ledger, record, .. } = write else { continue };
                let old = self.inner.get(TableName::Ledger, &record.key).await.unwrap();
                changes.push((record.key.clone(), old.map(|old| old.body), record.body.clone()));
            }
            let committed = self.inner.commit(writes).await?;
            let mut seen = self.seen.lock().unwrap();
            for (key, old_body, new_body) in changes {
                seen.writes += 1;
                if key.sk.starts_with(keys::ENTRY_PREFIX) {
                    seen.entries.push(serde_json::from_str(&new_body).unwrap());
                }
                seen.keys.insert(key.clone());
                let sequence_number = seen.writes.to_string();
                seen.changes.push(StreamChange { sequence_number, key, old_body, new_body: Some(new_body) });
            }
            match failing {
                Some(_) => Err(CommitError::Unavailable("the world ended".into())),
                None => Ok(committed),
            }
        })
    }
}
