//! What every [`Table`] must do, as cases that any table can be put through: the in-memory one, an embedded
//! DynamoDB, a real one. A case answers what went wrong; it never panics.
mod commits;
mod compare;
mod indexes;
mod listing;
mod reads;
mod sequence;

pub use compare::{Tally, compare};
pub use listing::listing;

use super::table::{
    CommitError, Committed, Condition, Index, IndexRow, Key, Query, Record, Table, TableName, Write,
};
use std::fmt::Debug;

/// Runs every case, under partition keys that begin with `prefix` (a new one for each run on a lasting table).
pub async fn suite(table: &dyn Table, prefix: &str) -> Result<(), String> {
    macro_rules! run {
        ($($group:ident :: $case:ident),* $(,)?) => {
            $(
                let case = stringify!($case);
                let ran = $group::$case(table, &format!("{prefix}#{case}")).await;
                ran.map_err(|why| format!("{case}: {why}"))?;
            )*
        };
    }
    run!(
        commits::conditions_decide,
        commits::all_or_nothing,
        commits::conflict_names_the_first_failing_write,
        commits::check_guards_and_changes_nothing,
        commits::delete_needs_its_version,
        commits::repeated_commit_is_decided_by_its_conditions,
        commits::hundred_actions_and_no_more,
        commits::one_action_a_record,
        commits::empty_commit_is_done,
        commits::bounds_are_refused,
        commits::write_units,
        reads::every_field_comes_back,
        reads::tables_are_apart,
        reads::get_many_leaves_absent_ones_out,
        reads::ranges_and_orders,
        reads::pages_follow_on,
        reads::text_of_any_kind,
        reads::large_bodies_make_several_pages,
        indexes::membership_follows_the_keys,
        indexes::summary_is_in_due_alone,
        indexes::only_the_ledger_is_indexed,
        indexes::pages_follow_on_in_an_index,
    );
    Ok(())
}

fn equal<T: PartialEq + Debug>(what: &str, got: T, want: T) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(format!("{what}: got {got:?}, want {want:?}")) }
}

fn put(table: TableName, record: Record, condition: Condition) -> Write {
    Write::Put { table, record, condition }
}

/// Puts a first version into the ledger.
fn create(record: Record) -> Write {
    put(TableName::Ledger, record, Condition::Absent)
}

async fn commit(table: &dyn Table, writes: Vec<Write>) -> Result<Committed, String> {
    table.commit(writes).await.map_err(|error| error.to_string())
}

async fn conflict(table: &dyn Table, writes: Vec<Write>, at: usize) -> Result<(), String> {
    let key = writes.get(at).map(|write| write.key().to_string()).unwrap_or_default();
    equal("commit", table.commit(writes).await, Err(CommitError::Conflict { at, key }))
}

async fn refused(table: &dyn Table, what: &str, writes: Vec<Write>) -> Result<(), String> {
    match table.commit(writes).await {
        Err(CommitError::Refused(_)) => Ok(()),
        other => Err(format!("{what}: got {other:?}, want a refusal")),
    }
}

async fn stored(table: &dyn Table, name: TableName, key: &Key) -> Result<Option<Record>, String> {
    table.get(name, key).await.map_err(|error| error.to_string())
}

/// The most pages that are followed: a table whose pages never end is at fault.
const PAGES_MAX: usize = 2_000;

async fn all_records(table: &dyn Table, name: TableName, mut query: Query) -> Result<Vec<Record>, String> {
    let mut rows = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = table.query(name, query.clone()).await.map_err(|error| error.to_string())?;
        if page.rows.len() > usize::try_from(query.limit).unwrap_or(usize::MAX) {
            return Err(format!("a page of {} rows under {query:?}", page.rows.len()));
        }
        rows.extend(page.rows);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(rows);
        }
    }
    Err(format!("more than {PAGES_MAX} pages for {query:?}"))
}

async fn all_rows(table: &dyn Table, index: Index, mut query: Query) -> Result<Vec<IndexRow>, String> {
    let mut rows = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = table.query_index(index, query.clone()).await.map_err(|error| error.to_string())?;
        if page.rows.len() > usize::try_from(query.limit).unwrap_or(usize::MAX) {
            return Err(format!("a page of {} rows under {query:?}", page.rows.len()));
        }
        rows.extend(page.rows);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(rows);
        }
    }
    Err(format!("more than {PAGES_MAX} pages for {query:?}"))
}
