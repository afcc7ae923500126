//! Random sequences of operations, to compare two tables by what they answer.
use super::super::table::{
    CommitError, Condition, Index, Key, Query, Range, Record, Table, TableName, Write,
};
use super::{all_records, all_rows};
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    Commit(Vec<Write>),
    Get(TableName, Key),
    GetMany(TableName, Vec<Key>),
    Query(TableName, Query),
    QueryIndex(Index, Query),
}

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator whose every seed is a good one.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn is_one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

/// `len` operations on a few keys, so that they meet; most commits carry the conditions that then hold.
pub fn random_sequence(seed: u64, len: usize) -> Vec<Op> {
    let mut draft = Draft { rng: SplitMix64(seed), versions: BTreeMap::new() };
    (0..len).map(|_| draft.op()).collect()
}

struct Draft {
    rng: SplitMix64,
    /// What the commits so far should have left behind.
    versions: BTreeMap<(TableName, Key), u64>,
}

impl Draft {
    fn op(&mut self) -> Op {
        match self.rng.below(10) {
            0 => Op::Get(self.table(), self.key()),
            1 => {
                let table = self.table();
                Op::GetMany(table, (0..self.rng.below(5)).map(|_| self.key()).collect())
            }
            2 => Op::Query(self.table(), self.query()),
            3 => Op::QueryIndex(self.index(), self.query()),
            _ => Op::Commit(self.commit()),
        }
    }

    fn commit(&mut self) -> Vec<Write> {
        let writes: Vec<Write> = (0..=self.rng.below(4)).map(|_| self.write()).collect();
        let mut after = self.versions.clone();
        for (at, write) in writes.iter().enumerate() {
            let place = (write.table(), write.key().clone());
            let is_repeated = writes.iter().take(at).any(|w| (w.table(), w.key()) == (place.0, &place.1));
            let holds = match write.condition() {
                Condition::Absent => !self.versions.contains_key(&place),
                Condition::Version(read) => self.versions.get(&place) == Some(&read),
            };
            if !holds || is_repeated {
                return writes;
            }
            match write {
                Write::Put { record, .. } => drop(after.insert(place, record.ver)),
                Write::Delete { .. } => drop(after.remove(&place)),
                Write::Check { .. } => {}
            }
        }
        self.versions = after;
        writes
    }

    fn write(&mut self) -> Write {
        let (table, key) = (self.table(), self.key());
        let stored = self.versions.get(&(table, key.clone())).copied();
        let condition = match stored {
            Some(ver) if !self.rng.is_one_in(12) => Condition::Version(ver),
            None if !self.rng.is_one_in(12) => Condition::Absent,
            Some(_) => Condition::Absent,
            None => Condition::Version(1),
        };
        match self.rng.below(8) {
            0 => Write::Check { table, key, condition },
            1 | 2 if stored.is_some() => Write::Delete { table, key, condition },
            _ => Write::Put { table, record: self.record(key, condition), condition },
        }
    }

    fn record(&mut self, key: Key, condition: Condition) -> Record {
        let ver = match condition {
            Condition::Absent => 1,
            Condition::Version(read) => read + 1,
        };
        let body = match self.rng.below(6) {
            0 => "é🦆".repeat(usize::try_from(self.rng.below(600)).unwrap_or(0)),
            1 => String::new(),
            _ => format!("{{\"n\":{}}}", self.rng.below(1_000)),
        };
        Record {
            customer: self.place(),
            due: self.place(),
            summary: (!self.rng.is_one_in(3)).then(|| format!("s{}", self.rng.below(3))),
            pending: self.place(),
            expires_at: self.rng.is_one_in(4).then(|| 1_795_000_000 + i64::from(self.rng.is_one_in(2))),
            ..Record::new(key, ver, body)
        }
    }

    fn table(&mut self) -> TableName {
        match self.rng.below(5) {
            0 => TableName::Idempotency,
            1 => TableName::Connections,
            _ => TableName::Ledger,
        }
    }

    fn index(&mut self) -> Index {
        match self.rng.below(3) {
            0 => Index::Customer,
            1 => Index::Due,
            _ => Index::Pending,
        }
    }

    fn key(&mut self) -> Key {
        Key::new(
            self.partition(),
            format!("{}{}", if self.rng.is_one_in(2) { "a" } else { "é#" }, self.rng.below(3)),
        )
    }

    fn place(&mut self) -> Option<Key> {
        (!self.rng.is_one_in(3)).then(|| Key::new(self.partition(), format!("{}", self.rng.below(3))))
    }

    fn partition(&mut self) -> String {
        format!("p{}", self.rng.below(PARTITIONS))
    }

    fn query(&mut self) -> Query {
        let range = match self.rng.below(4) {
            0 => Range::Prefix("a".into()),
            1 => Range::UpTo(format!("a{}", self.rng.below(3))),
            2 => Range::UpTo(format!("{}", self.rng.below(3))),
            _ => Range::All,
        };
        let limit = u32::try_from(1 + self.rng.below(4)).unwrap_or(1);
        Query { range, limit, newest_first: self.rng.is_one_in(2), ..Query::all(self.partition()) }
    }
}

const PARTITIONS: u64 = 2;

/// Runs the operations under partitions that begin with `prefix` and tells every answer, costs included, then
/// all that is stored and indexed. Two tables that keep the contract tell the same for the same prefix.
/// Indexes must be up to date at once.
pub async fn run_sequence(table: &dyn Table, prefix: &str, ops: &[Op]) -> String {
    let mut told = String::new();
    for (step, op) in ops.iter().enumerate() {
        let answer = answer(table, under(prefix, op.clone())).await;
        // Writing to a String cannot fail.
        let _ = writeln!(told, "{step} {answer}");
    }
    for n in 0..PARTITIONS {
        let all = Query::all(format!("p{n}"));
        let tables = [TableName::Ledger, TableName::Idempotency, TableName::Connections];
        let indexes = [Index::Customer, Index::Due, Index::Pending];
        let ends = tables.map(|name| Op::Query(name, all.clone())).into_iter();
        for op in ends.chain(indexes.map(|index| Op::QueryIndex(index, all.clone()))) {
            let _ = writeln!(told, "end {op:?} {}", answer(table, under(prefix, op.clone())).await);
        }
    }
    told
}

async fn answer(table: &dyn Table, op: Op) -> String {
    match op {
        Op::Commit(writes) => match table.commit(writes).await {
            Ok(done) => format!("committed for {}", done.half_units),
            Err(CommitError::Refused(_)) => "refused".into(),
            Err(error) => error.to_string(),
        },
        Op::Get(name, key) => format!("{:?}", table.get(name, &key).await),
        Op::GetMany(name, keys) => {
            let found = table.get_many(name, &keys).await;
            let sorted = found.map(|mut records| {
                records.sort_by(|a, b| a.key.cmp(&b.key));
                records
            });
            format!("{sorted:?}")
        }
        Op::Query(name, query) => format!("{:?}", all_records(table, name, query).await),
        Op::QueryIndex(index, query) => {
            let is_descending = query.newest_first;
            match all_rows(table, index, query).await {
                Err(error) => error,
                Ok(mut rows) => {
                    let is_ordered = rows.is_sorted_by(|a, b| match is_descending {
                        true => a.index_sk >= b.index_sk,
                        false => a.index_sk <= b.index_sk,
                    });
                    // Rows in one place of an index come in any order.
                    rows.sort_by(|a, b| (&a.index_sk, &a.key).cmp(&(&b.index_sk, &b.key)));
                    format!("ordered {is_ordered} {rows:?}")
                }
            }
        }
    }
}

/// The same operation with `prefix` before each partition key.
fn under(prefix: &str, op: Op) -> Op {
    let move_key = |key: Key| Key { pk: format!("{prefix}{}", key.pk), sk: key.sk };
    let move_query = |query: Query| Query { pk: format!("{prefix}{}", query.pk), ..query };
    let move_write = |write: Write| match write {
        Write::Put { table, record, condition } => {
            let record = Record {
                key: move_key(record.key),
                customer: record.customer.map(move_key),
                due: record.due.map(move_key),
                pending: record.pending.map(move_key),
                ..record
            };
            Write::Put { table, record, condition }
        }
        Write::Delete { table, key, condition } => Write::Delete { table, key: move_key(key), condition },
        Write::Check { table, key, condition } => Write::Check { table, key: move_key(key), condition },
    };
    match op {
        Op::Commit(writes) => Op::Commit(writes.into_iter().map(move_write).collect()),
        Op::Get(table, key) => Op::Get(table, move_key(key)),
        Op::GetMany(table, keys) => Op::GetMany(table, keys.into_iter().map(move_key).collect()),
        Op::Query(table, query) => Op::Query(table, move_query(query)),
        Op::QueryIndex(index, query) => Op::QueryIndex(index, move_query(query)),
    }
}
