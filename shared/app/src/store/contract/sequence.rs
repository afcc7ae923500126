//! Random sequences of operations on a few records, so that they meet.
use super::super::table::{Condition, Index, Key, Query, Range, Record, TableName, Write};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
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

/// `len` operations on eight records, under partitions that begin with `prefix`, then a look at all that is stored and
/// indexed. Most commits carry the conditions that hold when they come.
pub(super) fn random_sequence(prefix: &str, seed: u64, len: usize) -> Vec<Op> {
    let mut draft = Draft { prefix, rng: SplitMix64(seed), versions: BTreeMap::new() };
    let mut ops: Vec<Op> = (0..len).map(|_| draft.op()).collect();
    for partition in (0..PARTITIONS).map(|n| format!("{prefix}p{n}")) {
        ops.extend(TABLES.map(|table| Op::Query(table, Query::all(&partition))));
        ops.extend(INDEXES.map(|index| Op::QueryIndex(index, Query::all(&partition))));
    }
    ops
}

const TABLES: [TableName; 3] = [TableName::Ledger, TableName::Idempotency, TableName::Connections];
const INDEXES: [Index; 3] = [Index::Customer, Index::Due, Index::Pending];
const PARTITIONS: u64 = 2;

struct Draft<'a> {
    prefix: &'a str,
    rng: SplitMix64,
    /// What the commits so far should have left behind.
    versions: BTreeMap<(TableName, Key), u64>,
}

impl Draft<'_> {
    fn op(&mut self) -> Op {
        match self.rng.below(12) {
            0 => {
                let (table, key) = self.record_place();
                Op::Get(table, key)
            }
            1 => {
                let table = self.record_place().0;
                Op::GetMany(table, (0..self.rng.below(6)).map(|_| self.record_place().1).collect())
            }
            2 | 3 => Op::Query(self.record_place().0, self.query()),
            4 => Op::QueryIndex(self.index(), self.query()),
            5 if self.rng.is_one_in(4) => Op::Commit(self.refused()),
            _ => Op::Commit(self.commit()),
        }
    }

    fn commit(&mut self) -> Vec<Write> {
        let mut writes: Vec<Write> = Vec::new();
        for _ in 0..=self.rng.below(4) {
            let write = self.write();
            if writes.iter().all(|other| (other.table(), other.key()) != (write.table(), write.key())) {
                writes.push(write);
            }
        }
        let mut after = self.versions.clone();
        for write in &writes {
            let place = (write.table(), write.key().clone());
            let holds = match write.condition() {
                Condition::Absent => !self.versions.contains_key(&place),
                Condition::Version(read) => self.versions.get(&place) == Some(&read),
            };
            if !holds {
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

    /// A commit that no state of the table lets happen.
    fn refused(&mut self) -> Vec<Write> {
        let mut writes = vec![self.write()];
        let (table, key) = self.record_place();
        writes.push(match self.rng.below(4) {
            0 => writes.first().cloned().unwrap_or_else(|| self.write()),
            1 => Write::Check { table, key: Key { sk: String::new(), ..key }, condition: Condition::Absent },
            2 => Write::Put { table, record: Record::new(key, 3, "{}"), condition: Condition::Version(3) },
            _ => {
                let pending = Some(Key::new("", "a"));
                let record = Record { pending, ..Record::new(key, 1, "{}") };
                Write::Put { table, record, condition: Condition::Absent }
            }
        });
        writes
    }

    fn write(&mut self) -> Write {
        let (table, key) = self.record_place();
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
            // In the year 2100: a store may remove what has expired in its own time.
            expires_at: self.rng.is_one_in(4).then(|| 4_102_444_800 + i64::from(self.rng.is_one_in(2))),
            ..Record::new(key, ver, body)
        }
    }

    fn index(&mut self) -> Index {
        match self.rng.below(3) {
            0 => Index::Customer,
            1 => Index::Due,
            _ => Index::Pending,
        }
    }

    /// One of the eight records. Six are the ledger's, in two partitions; the other tables have one of the same key.
    fn record_place(&mut self) -> (TableName, Key) {
        let (table, n, sk) = match self.rng.below(8) {
            0 => (TableName::Idempotency, 0, "a0"),
            1 => (TableName::Connections, 0, "a0"),
            2 => (TableName::Ledger, 0, "a0"),
            3 => (TableName::Ledger, 0, "a1"),
            4 => (TableName::Ledger, 0, "é#0"),
            5 => (TableName::Ledger, 1, "a0"),
            6 => (TableName::Ledger, 1, "a1"),
            _ => (TableName::Ledger, 1, "é#0"),
        };
        (table, Key::new(format!("{}p{n}", self.prefix), sk))
    }

    fn place(&mut self) -> Option<Key> {
        (!self.rng.is_one_in(3)).then(|| Key::new(self.partition(), format!("{}", self.rng.below(3))))
    }

    fn partition(&mut self) -> String {
        format!("{}p{}", self.prefix, self.rng.below(PARTITIONS))
    }

    fn query(&mut self) -> Query {
        let range = match self.rng.below(6) {
            0 => Range::Prefix("a".into()),
            1 => Range::Prefix(String::new()),
            2 => Range::UpTo(format!("a{}", self.rng.below(3))),
            3 => Range::UpTo(format!("{}", self.rng.below(3))),
            _ => Range::All,
        };
        let limit = u32::try_from(1 + self.rng.below(4)).unwrap_or(1);
        Query { range, limit, newest_first: self.rng.is_one_in(2), ..Query::all(self.partition()) }
    }
}
