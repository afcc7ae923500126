//! The ledger's table in memory, watched: it tells the relay of every change, as DynamoDB's stream does, and remembers
//! which keys there are.
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
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[derive(Default)]
pub struct WatchedTable {
    inner: MemoryTable,
    seen: Mutex<Seen>,
    is_shaky: AtomicBool,
    shaken: AtomicUsize,
    /// Commits until one is refused.
    refused_after: Mutex<Option<usize>>,
}

enum Weather {
    Fair,
    Refused,
    AnswerLost,
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

    /// While shaky, of three commits to the ledger the first does not happen, and the second happens but its answer is
    /// lost.
    pub fn shake(&self, is_shaky: bool) {
        self.is_shaky.store(is_shaky, Ordering::Relaxed);
    }

    /// After so many commits to the ledger, one does not happen.
    pub fn refuse_after(&self, commits: usize) {
        *self.refused_after.lock().unwrap() = Some(commits);
    }

    fn is_refused(&self) -> bool {
        let mut left = self.refused_after.lock().unwrap();
        let is_refused = *left == Some(0);
        *left = left.and_then(|left| left.checked_sub(1));
        is_refused
    }

    fn weather(&self, writes: &[Write]) -> Weather {
        let is_ledger = writes.iter().any(|write| write.table() == TableName::Ledger);
        if is_ledger && self.is_refused() {
            return Weather::Refused;
        }
        if !is_ledger || !self.is_shaky.load(Ordering::Relaxed) {
            return Weather::Fair;
        }
        match self.shaken.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => Weather::Refused,
            1 => Weather::AnswerLost,
            _ => Weather::Fair,
        }
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
            let weather = self.weather(&writes);
            if matches!(weather, Weather::Refused) {
                return Err(CommitError::Unavailable("shaken before".into()));
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
            match weather {
                Weather::AnswerLost => Err(CommitError::Unavailable("shaken after".into())),
                Weather::Fair | Weather::Refused => Ok(committed),
            }
        })
    }
}
