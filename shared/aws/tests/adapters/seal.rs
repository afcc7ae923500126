use app::doubles::clock::{FixedClock, SeededEntropy};
use app::ports::{Answer, CommitError, Seal, Table, TableError};
use app::sealing::SealingKey;
use app::store::memory::MemoryTable;
use app::store::table::{Committed, Index, IndexRow, Key, Page, Query, Record, TableName, Write};
use aws::seal::{CACHE_SECONDS_MAX, TableSeal};
use chrono::{DateTime, TimeDelta};
use std::sync::Arc;

/// A read lets others go first, so that two instances race.
#[derive(Default)]
struct RacingTable(MemoryTable);

impl Table for RacingTable {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        Box::pin(async move {
            let read = self.0.get(table, key).await;
            tokio::task::yield_now().await;
            read
        })
    }

    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>> {
        self.0.get_many(table, keys)
    }

    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>> {
        self.0.query(table, query)
    }

    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>> {
        self.0.query_index(index, query)
    }

    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>> {
        self.0.commit(writes)
    }
}

struct World {
    table: Arc<RacingTable>,
    clock: Arc<FixedClock>,
}

impl World {
    fn new() -> Self {
        let clock = FixedClock::at(DateTime::from_timestamp(1_790_000_000, 0).unwrap());
        Self { table: Arc::default(), clock: Arc::new(clock) }
    }

    fn instance(&self, seed: u64) -> TableSeal {
        let entropy = Arc::new(SeededEntropy::new(seed));
        TableSeal::new(self.table.clone(), SealingKey::new([9; 32]), entropy, self.clock.clone())
    }

    async fn stored(&self) -> String {
        let record = self.table.get(TableName::Connections, &Key::new("KEY#c-1", "KEY")).await;
        record.unwrap().unwrap().body
    }
}

#[tokio::test]
async fn text_sealed_by_one_instance_opens_in_another_for_its_subject_alone() {
    let world = World::new();
    let sealed = world.instance(1).seal("c-1", "Jo Müller").await.unwrap();
    let other = world.instance(2);
    assert_eq!(other.open("c-1", &sealed).await, Ok(Some("Jo Müller".into())));
    other.seal("c-2", "someone").await.unwrap();
    assert!(other.open("c-2", &sealed).await.is_err());
    assert!(other.open("c-3", &sealed).await.unwrap_err().why.contains("c-3: it has no key"));
}

#[tokio::test]
async fn two_instances_that_meet_a_new_subject_agree_on_one_key() {
    let world = World::new();
    let (one, two) = (world.instance(1), world.instance(2));
    let (first, second) = tokio::join!(one.seal("c-1", "first"), two.seal("c-1", "second"));
    assert_eq!(two.open("c-1", &first.unwrap()).await, Ok(Some("first".into())));
    assert_eq!(one.open("c-1", &second.unwrap()).await, Ok(Some("second".into())));
}

#[tokio::test]
async fn a_destroyed_key_opens_nothing_and_never_comes_back() {
    let world = World::new();
    let (one, two) = (world.instance(1), world.instance(2));
    let sealed = one.seal("c-1", "Jo").await.unwrap();
    two.open("c-1", &sealed).await.unwrap();
    assert!(world.stored().await.contains("wrapped\":\""));

    one.destroy("c-1").await.unwrap();
    assert_eq!(world.stored().await, r#"{"v":1,"wrapped":null}"#);
    assert_eq!(one.open("c-1", &sealed).await, Ok(None));
    let later = one.seal("c-1", "a late mail").await.unwrap();
    assert_eq!(one.open("c-1", &later).await, Ok(None));
    one.destroy("c-1").await.unwrap();

    world.clock.advance(TimeDelta::seconds(CACHE_SECONDS_MAX));
    assert_eq!(two.open("c-1", &sealed).await, Ok(None));
}

#[tokio::test]
async fn a_subject_erased_before_its_first_text_stays_erased() {
    let world = World::new();
    world.instance(1).destroy("c-1").await.unwrap();
    let seal = world.instance(2);
    let sealed = seal.seal("c-1", "Jo").await.unwrap();
    assert_eq!(seal.open("c-1", &sealed).await, Ok(None));
}
