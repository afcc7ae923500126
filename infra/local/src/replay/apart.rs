//! The live table without its cursors, tokens and kill switch: an archive that is played again begins where it began
//! then, and touches nothing of how the live bundle runs.
use app::ports::Answer;
use app::store::keys::is_of_the_running;
use app::store::memory::MemoryTable;
use app::store::table::{
    CommitError, Committed, Index, IndexRow, Key, Page, Query, Record, Table, TableError, TableName, Write,
};
use std::sync::Arc;

pub(super) struct Apart<T> {
    table: Arc<T>,
    apart: MemoryTable,
}

impl<T: Table> Apart<T> {
    pub(super) fn new(table: Arc<T>) -> Self {
        Self { table, apart: MemoryTable::new() }
    }
}

impl<T: Table> Table for Apart<T> {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        if is_of_the_running(key) { self.apart.get(table, key) } else { self.table.get(table, key) }
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
        // Each of these is committed by itself, never with another record.
        if writes.iter().all(|write| is_of_the_running(write.key())) {
            self.apart.commit(writes)
        } else {
            self.table.commit(writes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::store::keys;
    use app::store::table::Condition;
    use domain::ids::EntityId;

    #[tokio::test]
    async fn what_runs_a_bundle_stays_apart_and_its_record_does_not() {
        let inner = Arc::new(MemoryTable::new());
        let apart = Apart::new(inner.clone());
        let entity = EntityId::new("main");
        let running = [
            keys::token(&entity, "qbo"),
            keys::cursor(&entity, "qbo", "Invoice"),
            keys::stop(&entity),
            keys::ticked(&entity),
        ];
        for (key, is_inside) in
            running.map(|key| (key, false)).into_iter().chain([(keys::policy_current(&entity), true)])
        {
            let record = Record::new(key.clone(), 1, "{}");
            let table = TableName::Connections;
            let write = Write::Put { table, record: record.clone(), condition: Condition::Absent };
            apart.commit(vec![write]).await.unwrap();
            assert_eq!(apart.get(table, &key).await, Ok(Some(record.clone())));
            assert_eq!(inner.get(table, &key).await.unwrap().is_some(), is_inside, "{key}");
        }
    }
}
