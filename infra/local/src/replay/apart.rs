//! The live table without its cursors and its kill switch: an archive that is played again begins where it began then,
//! and does not move how far the live bundle has read.
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
        // A cursor moves by itself, never with another record.
        if writes.iter().all(|write| is_of_the_running(write.key())) {
            self.apart.commit(writes)
        } else {
            self.table.commit(writes)
        }
    }
}
