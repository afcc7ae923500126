//! The `Table` port: records, not entities. Five verbs; every change is one [`Table::commit`].
use crate::ports::Answer;
use std::fmt;

/// The most actions that one commit may hold (DynamoDB's limit on a transaction).
pub const ACTIONS_MAX: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableName {
    /// Money, mail and their timeline, claims included. Permanent.
    Ledger,
    /// Answers of the console and portal, with an expiry. Never decides about money or mail.
    Idempotency,
    /// Configuration, cursors, sealed tokens and keys.
    Connections,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.pk, self.sk)
    }
}

/// The ledger's sparse indexes: a record is in one exactly when it carries that index's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Index {
    /// A customer's open items, payments and timeline (keys only).
    Customer,
    /// What falls due: open invoices by due date, promises, open tasks (keys and the `summary`).
    Due,
    /// Items with a follow-up that is still to be done (keys only).
    Pending,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub key: Key,
    /// Optimistic version; the first is 1.
    pub ver: u64,
    /// The record's JSON, with its schema version `v` inside.
    pub body: String,
    pub customer: Option<Key>,
    pub due: Option<Key>,
    /// A few figures projected into [`Index::Due`], so that overviews read the index alone.
    pub summary: Option<String>,
    pub pending: Option<Key>,
    /// Unix seconds after which a record of [`TableName::Idempotency`] no longer counts.
    pub expires_at: Option<i64>,
}

impl Record {
    pub fn new(key: Key, ver: u64, body: impl Into<String>) -> Self {
        Self {
            key,
            ver,
            body: body.into(),
            customer: None,
            due: None,
            summary: None,
            pending: None,
            expires_at: None,
        }
    }
}

/// What must hold of the stored record for the commit to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Absent,
    Version(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly every write of a commit is a put")]
pub enum Write {
    Put {
        table: TableName,
        record: Record,
        condition: Condition,
    },
    Delete {
        table: TableName,
        key: Key,
        condition: Condition,
    },
    /// Changes nothing, but the commit fails unless the condition holds.
    Check {
        table: TableName,
        key: Key,
        condition: Condition,
    },
}

impl Write {
    pub fn table(&self) -> TableName {
        match self {
            Write::Put { table, .. } | Write::Delete { table, .. } | Write::Check { table, .. } => *table,
        }
    }

    pub fn key(&self) -> &Key {
        match self {
            Write::Put { record, .. } => &record.key,
            Write::Delete { key, .. } | Write::Check { key, .. } => key,
        }
    }

    pub fn condition(&self) -> Condition {
        match self {
            Write::Put { condition, .. }
            | Write::Delete { condition, .. }
            | Write::Check { condition, .. } => *condition,
        }
    }
}

/// Which part of a partition to read, by sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    All,
    Prefix(String),
    /// Up to and including.
    UpTo(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub pk: String,
    pub range: Range,
    /// Descending by sort key.
    pub newest_first: bool,
    pub limit: u32,
    /// The `next` of the page before.
    pub after: Option<String>,
}

impl Query {
    pub fn all(pk: impl Into<String>) -> Self {
        Self { pk: pk.into(), range: Range::All, newest_first: false, limit: 1_000, after: None }
    }

    pub fn prefix(pk: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { range: Range::Prefix(prefix.into()), ..Self::all(pk) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Opaque; give it back as `after`. `None` on the last page.
    pub next: Option<String>,
}

/// A row of an index: the record's own key, its sort key in the index, and the projected summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    pub key: Key,
    pub index_sk: String,
    pub summary: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table unavailable: {0}")]
pub struct TableError(pub String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The condition of the write at `at` (the first that failed) did not hold: reload and decide again.
    #[error("conflict at write {at} ({key})")]
    Conflict { at: usize, key: String },
    /// Nothing is known to have happened, or it may have: the same commit is safe to try again.
    #[error("table unavailable: {0}")]
    Unavailable(String),
    /// The store refuses this commit for good (too many actions, a record too large).
    #[error("commit refused: {0}")]
    Refused(String),
}

/// What a commit cost, in write units with index writes included, where the store tells.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Committed {
    pub half_units: u64,
}

pub trait Table: Send + Sync {
    /// Reads one record, strongly consistent.
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>>;
    /// Reads many records, strongly consistent, in no promised order; absent ones are left out.
    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>>;
    /// Reads a partition, strongly consistent, by sort key.
    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>>;
    /// Reads an index of the ledger; may lag behind commits.
    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>>;
    /// All writes or none.
    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>>;
}

/// Reads a table as a whole, strongly consistent. No function may do that: it is for an operator's own credentials.
pub trait Listing: Send + Sync {
    /// A page of records, in no promised order.
    fn list<'a>(
        &'a self,
        table: TableName,
        after: Option<String>,
    ) -> Answer<'a, Result<Page<Record>, TableError>>;
}
