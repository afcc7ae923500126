//! What the ledger's change stream tells: one changed record each, in the order of its partition.
use crate::store::table::Key;

/// A record before and after one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamChange {
    /// Names this change when it has to be delivered again.
    pub sequence_number: String,
    pub key: Key,
    /// The record's JSON before; `None` for a new record.
    pub old_body: Option<String>,
    /// The record's JSON after; `None` for a deleted record.
    pub new_body: Option<String>,
}

/// The first change that could not be worked off: it and all after it come again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("change {sequence_number}: {why}")]
pub struct StreamFailure {
    pub sequence_number: String,
    pub why: String,
}
