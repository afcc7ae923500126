//! Two tables compared by what they answer to the same random sequences.
use super::super::memory::MemoryTable;
use super::super::table::{CommitError, Table};
use super::sequence::{Op, random_sequence};
use super::{all_records, all_rows};
use std::fmt;
use std::ops::Range;

/// What the sequences did, so that a comparison of nothing shows as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub sequences: u64,
    pub operations: u64,
    pub commits: u64,
    pub conflicts: u64,
    pub refusals: u64,
    /// What the table told of the commits' costs; 0 where it tells none.
    pub half_units: u64,
    /// Records and rows of indexes that reads gave.
    pub records: u64,
    pub rows: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequences, operations, commits, conflicts, refusals, half_units, records, rows } = self;
        write!(
            f,
            "{sequences} sequences, {operations} operations: {commits} commits for {half_units} half units, \
             {conflicts} conflicts, {refusals} refusals, {records} records and {rows} index rows read"
        )
    }
}

/// An index may lag; so often its answer is asked for again before it is held to be wrong.
const ASKED_MAX: u32 = 300;

/// Runs the sequences of these seeds, each of `len` operations and a last look at everything, on this table and on one
/// in memory. Partition keys begin with `prefix`: a new one for each run on a lasting table.
///
/// # Errors
/// The first operation that the two answer differently, with its seed, place and both answers. Costs count, where the
/// table tells any.
pub async fn compare(
    table: &dyn Table,
    prefix: &str,
    seeds: Range<u64>,
    len: usize,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    for seed in seeds {
        let model = MemoryTable::new();
        let ops = random_sequence(&format!("{prefix}{seed}-"), seed, len);
        tally.sequences += 1;
        for (step, op) in ops.into_iter().enumerate() {
            let want = answer(&model, &op).await;
            let mut got = answer(table, &op).await;
            let asked_max = if matches!(op, Op::QueryIndex(..)) { ASKED_MAX } else { 1 };
            for _ in 1..asked_max {
                if got.is_as(&want) {
                    break;
                }
                got = answer(table, &op).await;
            }
            if !got.is_as(&want) {
                return Err(format!("seed {seed}, step {step}: {op:?}\n got {got:?}\nwant {want:?}"));
            }
            tally.operations += 1;
            got.count(&mut tally);
        }
    }
    Ok(tally)
}

/// What a table answered, in a form that two tables can share.
#[derive(Debug, PartialEq, Eq)]
enum Answered {
    Committed {
        half_units: u64,
    },
    Conflict(String),
    Refused,
    /// Records in their order, or in the order of their keys where none is promised.
    Records {
        shown: String,
        count: u64,
    },
    /// Rows of an index by their place in it, and whether they came in order.
    Rows {
        shown: String,
        count: u64,
        is_ordered: bool,
    },
    Failed(String),
}

impl Answered {
    /// Equal, but for a cost that the store does not tell.
    fn is_as(&self, want: &Self) -> bool {
        let untold = Self::Committed { half_units: 0 };
        self == want || (*self == untold && matches!(want, Self::Committed { .. }))
    }

    fn count(&self, tally: &mut Tally) {
        match self {
            Self::Committed { half_units } => {
                tally.commits += 1;
                tally.half_units += half_units;
            }
            Self::Conflict(_) => tally.conflicts += 1,
            Self::Refused => tally.refusals += 1,
            Self::Records { count, .. } => tally.records += count,
            Self::Rows { count, .. } => tally.rows += count,
            Self::Failed(_) => {}
        }
    }
}

fn count<T>(found: &[T]) -> u64 {
    u64::try_from(found.len()).unwrap_or(u64::MAX)
}

async fn answer(table: &dyn Table, op: &Op) -> Answered {
    let shown = match op {
        Op::Commit(writes) => {
            return match table.commit(writes.clone()).await {
                Ok(done) => Answered::Committed { half_units: done.half_units },
                Err(CommitError::Refused(_)) => Answered::Refused,
                Err(error @ CommitError::Conflict { .. }) => Answered::Conflict(error.to_string()),
                Err(error) => Answered::Failed(error.to_string()),
            };
        }
        Op::Get(name, key) => table
            .get(*name, key)
            .await
            .map(|found| (format!("{found:?}"), u64::from(found.is_some())))
            .map_err(|error| error.to_string()),
        Op::GetMany(name, keys) => table
            .get_many(*name, keys)
            .await
            .map(|mut found| {
                found.sort_by(|a, b| a.key.cmp(&b.key));
                (format!("{found:?}"), count(&found))
            })
            .map_err(|error| error.to_string()),
        Op::Query(name, query) => {
            all_records(table, *name, query.clone()).await.map(|found| (format!("{found:?}"), count(&found)))
        }
        Op::QueryIndex(index, query) => {
            let mut rows = match all_rows(table, *index, query.clone()).await {
                Ok(rows) => rows,
                Err(why) => return Answered::Failed(why),
            };
            let is_ordered = rows.is_sorted_by(|a, b| match query.newest_first {
                true => a.index_sk >= b.index_sk,
                false => a.index_sk <= b.index_sk,
            });
            // Rows in one place of an index come in any order.
            rows.sort_by(|a, b| (&a.index_sk, &a.key).cmp(&(&b.index_sk, &b.key)));
            return Answered::Rows { shown: format!("{rows:?}"), count: count(&rows), is_ordered };
        }
    };
    match shown {
        Ok((shown, count)) => Answered::Records { shown, count },
        Err(why) => Answered::Failed(why),
    }
}
