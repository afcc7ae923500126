//! One module a use case: load facts, call the domain's decision, commit.
pub mod bank;
pub mod cash;
pub mod dead_letters;
pub mod disputes;
pub mod dunning;
pub mod erasure;
pub mod erp;
pub mod feedback;
#[cfg(test)]
#[path = "items_tests.rs"]
pub(crate) mod items;
pub mod letter_outcomes;
pub mod letters;
pub mod lost_actions;
pub mod mail;
pub mod opt_out;
pub mod pauses;
pub mod policies;
pub mod promises;
pub mod receive;
pub mod refunds;
pub mod relay;
pub mod reversals;
pub mod stops;
pub mod stripe;
pub mod sweeps;
pub mod tasks;
pub mod tick;
pub mod undo;
pub mod write_back;

use crate::store::table::CommitError;
use crate::worker::Failure;
use std::future::Future;

/// How often a decision is taken anew after a conflict before the message goes back to its queue.
const ATTEMPTS_MAX: usize = 4;

/// How one attempt ended.
pub enum Attempt<T> {
    Done(T),
    /// Something changed between reading and committing: load and decide again.
    Conflict(String),
}

impl<T> Attempt<T> {
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attempt<U> {
        match self {
            Self::Done(value) => Attempt::Done(change(value)),
            Self::Conflict(key) => Attempt::Conflict(key),
        }
    }

    /// Sorts a commit's outcome: a conflict is another attempt, the rest a failure.
    ///
    /// # Errors
    /// Everything but a conflict.
    pub fn of<C>(committed: Result<C, CommitError>, value: T) -> Result<Self, Failure> {
        match committed {
            Ok(_) => Ok(Self::Done(value)),
            Err(CommitError::Conflict { key, .. }) => Ok(Self::Conflict(key)),
            Err(other) => Err(other.into()),
        }
    }
}

/// Runs attempts until one is done; each loads its facts anew.
///
/// # Errors
/// A failure of an attempt, or a conflict that did not settle: worth another delivery.
pub async fn settle<T, F, R>(mut attempt: F) -> Result<T, Failure>
where
    F: FnMut() -> R,
    R: Future<Output = Result<Attempt<T>, Failure>>,
{
    let mut last = String::new();
    for _ in 0..ATTEMPTS_MAX {
        match attempt().await? {
            Attempt::Done(value) => return Ok(value),
            Attempt::Conflict(key) => last = key,
        }
    }
    Err(Failure::Retry { why: format!("conflict on {last} did not settle"), after_seconds: Some(2) })
}
