//! The ledger's table as DynamoDB has it: conditional transactions that may be refused or lost, indexes that lag
//! behind, a stream of changes. Every commit is checked as it happens.
use crate::check::commit::{Told, Watch};
use crate::engine::Engine;
use app::ports::Answer;
use app::store::memory::MemoryTable;
use app::store::table::{
    CommitError, Committed, Index, IndexRow, Key, Page, Query, Record, Table, TableError, TableName, Write,
};
use app::stream::StreamChange;
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;

pub struct SimTable {
    engine: Engine,
    pub truth: MemoryTable,
    lagging: Mutex<Lagging>,
    state: Mutex<State>,
}

#[derive(Default)]
struct Lagging {
    table: MemoryTable,
    /// Commits that the indexes do not show yet, with the instant from which they do.
    behind: VecDeque<(i64, Vec<Write>)>,
}

#[derive(Default)]
struct State {
    keys: BTreeSet<Key>,
    changes: VecDeque<StreamChange>,
    watch: Watch,
    /// Records of the ledger written so far.
    writes: u64,
}

fn now<T>(answer: Answer<'_, T>) -> T {
    answer.now_or_never().expect("a table in memory answers at once")
}

impl SimTable {
    pub fn new(engine: Engine, zone: chrono_tz::Tz) -> Self {
        let state = State { watch: Watch { zone: Some(zone), ..Watch::default() }, ..State::default() };
        Self { engine, truth: MemoryTable::new(), lagging: Mutex::default(), state: Mutex::new(state) }
    }

    /// The next changes of the stream, left where they are.
    pub fn changes(&self, most: usize) -> Vec<StreamChange> {
        self.state.lock().unwrap().changes.iter().take(most).cloned().collect()
    }

    /// The stream moves on.
    pub fn forget_changes(&self, count: usize) {
        let mut state = self.state.lock().unwrap();
        let count = count.min(state.changes.len());
        state.changes.drain(..count);
    }

    /// What each cause has led to so far.
    pub fn told(&self) -> BTreeMap<String, Vec<Told>> {
        self.state.lock().unwrap().watch.told.clone()
    }

    pub fn writes(&self) -> u64 {
        self.state.lock().unwrap().writes
    }

    /// The keys of all ledger records, in order.
    pub fn keys(&self) -> Vec<Key> {
        self.state.lock().unwrap().keys.iter().cloned().collect()
    }

    pub fn record(&self, key: &Key) -> Option<Record> {
        now(self.truth.get(TableName::Ledger, key)).unwrap()
    }

    fn is_out(&self) -> bool {
        let mut core = self.engine.lock();
        let is_out = core.is_out();
        if is_out {
            core.counts.fired("call in an outage");
        }
        is_out
    }

    async fn read<T>(&self, verb: &'static str, effect: impl FnOnce() -> T) -> Result<T, TableError> {
        let answer = self.engine.read(verb, || (!self.is_out()).then(effect)).await;
        answer.flatten().ok_or_else(|| TableError("simulated".into()))
    }

    fn index(&self, index: Index, query: Query) -> Result<Page<IndexRow>, TableError> {
        let at = self.engine.lock().now;
        let mut lagging = self.lagging.lock().unwrap();
        while lagging.behind.front().is_some_and(|(from, _)| *from <= at) {
            let (_, writes) = lagging.behind.pop_front().unwrap();
            now(lagging.table.commit(writes)).expect("what happened once happens again");
        }
        if !lagging.behind.is_empty() {
            self.engine.lock().counts.fired("stale index read");
        }
        now(lagging.table.query_index(index, query))
    }

    fn commit_now(&self, writes: Vec<Write>) -> Result<Committed, CommitError> {
        let is_ledger = writes.iter().any(|write| write.table() == TableName::Ledger);
        let puts = writes.iter().filter_map(|write| match write {
            Write::Put { table: TableName::Ledger, record, .. } => Some(record.clone()),
            _ => None,
        });
        let puts: Vec<Record> = puts.collect();
        let olds: Vec<Option<Record>> = puts.iter().map(|record| self.record(&record.key)).collect();
        let shown: Vec<Write> = writes
            .iter()
            .filter(|write| write.table() == TableName::Ledger && !matches!(write, Write::Check { .. }))
            .cloned()
            .collect();
        let committed = now(self.truth.commit(writes))?;
        if !is_ledger {
            return Ok(committed);
        }
        let mut state = self.state.lock().unwrap();
        let state = &mut *state;
        for (record, old) in puts.iter().zip(&olds) {
            state.writes += 1;
            state.keys.insert(record.key.clone());
            state.changes.push_back(StreamChange {
                sequence_number: state.writes.to_string(),
                key: record.key.clone(),
                old_body: old.as_ref().map(|old| old.body.clone()),
                new_body: Some(record.body.clone()),
            });
        }
        let mut core = self.engine.lock();
        let lag = core.plan.index_lag;
        let lag = if lag > 0 { core.rng.between(0, lag) } else { 0 };
        let mut lagging = self.lagging.lock().unwrap();
        let last = lagging.behind.back().map_or(0, |(from, _)| *from);
        let from = last.max(core.now + lag);
        lagging.behind.push_back((from, shown));
        core.note(3, || format!("    commit {}", state.watch.describe(&puts)));
        let read = |key: &Key| self.record(key);
        if let Err((invariant, what)) = state.watch.commit(&puts, &olds, &read, core.instant()) {
            core.violate(invariant, what);
        }
        let cost = state.watch.cost(&puts, committed.half_units);
        if let Some((event, is_dear)) = cost {
            let dearest = core.counts.dearest.entry(event.clone()).or_default();
            *dearest = (*dearest).max(committed.half_units);
            if let Some(budget) = is_dear {
                core.violate("I11", format!("{event} cost {} half units of {budget}", committed.half_units));
            }
        }
        Ok(committed)
    }
}

impl Table for SimTable {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        Box::pin(async move { self.read("get", || now(self.truth.get(table, key))).await? })
    }

    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>> {
        Box::pin(async move { self.read("get many", || now(self.truth.get_many(table, keys))).await? })
    }

    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>> {
        Box::pin(async move { self.read("query", || now(self.truth.query(table, query))).await? })
    }

    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>> {
        Box::pin(async move { self.read("query index", || self.index(index, query)).await? })
    }

    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>> {
        Box::pin(async move {
            let effect = || if self.is_out() { None } else { Some(self.commit_now(writes)) };
            let answer = self.engine.write("commit", effect).await;
            answer.flatten().unwrap_or_else(|| Err(CommitError::Unavailable("simulated".into())))
        })
    }
}
