//! The queue worker's loop: what becomes of each delivered message. One place maps failures to queue behaviour.
use crate::ports::Answer;
use crate::store::table::{CommitError, TableError};
use connectors::fault::{Advice, Fault};
use domain::mutant;

/// A message as the queue delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub message_id: String,
    pub body: String,
    /// How often it has been received, this time included; 1 at first.
    pub receive_count: u32,
}

/// What a handler says when it could not finish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Transport, throttling, a conflict that did not settle: the same message later.
    #[error("retry: {why}")]
    Retry { why: String, after_seconds: Option<u32> },
    /// The message does not decode or breaks an invariant: no later try helps.
    #[error("poison: {0}")]
    Poison(String),
}

impl Failure {
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry { why: why.into(), after_seconds: None }
    }

    pub fn poison(why: impl Into<String>) -> Self {
        Self::Poison(why.into())
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self::retry(error.to_string())
    }
}

impl From<crate::ports::Unavailable> for Failure {
    fn from(error: crate::ports::Unavailable) -> Self {
        Self::retry(error.to_string())
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Refused(why) => Self::Poison(why),
            other => Self::retry(other.to_string()),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault.advice(true) {
            Advice::RetryLater { after_seconds } => Self::Retry { why: fault.to_string(), after_seconds },
            Advice::GiveUp => Self::Poison(fault.to_string()),
            Advice::RefreshToken | Advice::Reconnect | Advice::LookUpFirst => Self::retry(fault.to_string()),
        }
    }
}

/// What the queue is told about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Gone from the queue.
    Done,
    /// Back on the queue, invisible for so long.
    Again { after_seconds: u32, why: String },
    /// To the dead-letter queue, now.
    Dead { why: String },
}

/// Short receives before a poison message goes to the dead-letter queue: a deploy that understands it may come.
pub const POISON_RECEIVES_MAX: u32 = 5;
const POISON_PAUSE_SECONDS: u32 = 10;

/// Receives at which a handler has its own way about the pause before the next.
const SHORT_RECEIVES_MAX: u32 = 5;

/// The pause that a handler asks for: short at first. What it waits for may take hours all the same, and thirty
/// receives must last for them.
fn asked_seconds(receive_count: u32, asked: u32) -> u32 {
    match receive_count.checked_sub(SHORT_RECEIVES_MAX) {
        None | Some(0) => asked,
        Some(late) => asked.max(backoff_seconds(late)),
    }
}

/// Visibility before try `receive_count` + 1: 1, 2, 4 … 60 minutes.
pub fn backoff_seconds(receive_count: u32) -> u32 {
    let doublings = receive_count.saturating_sub(1).min(6);
    (60_u32 << doublings).min(3_600)
}

/// Decides what becomes of a message by how its handler ended.
pub fn verdict(receive_count: u32, ended: Result<(), Failure>) -> Verdict {
    match ended {
        Ok(()) => Verdict::Done,
        Err(Failure::Retry { .. }) if mutant!("failure-acknowledged") => Verdict::Done,
        Err(Failure::Poison(_)) if mutant!("poison-dropped") => Verdict::Done,
        Err(Failure::Retry { why, after_seconds }) => {
            let pause = after_seconds.map(|asked| asked_seconds(receive_count, asked));
            let after_seconds = pause.unwrap_or_else(|| backoff_seconds(receive_count)).min(3_600);
            Verdict::Again { after_seconds, why }
        }
        Err(Failure::Poison(why)) if receive_count >= POISON_RECEIVES_MAX => Verdict::Dead { why },
        Err(Failure::Poison(why)) => Verdict::Again { after_seconds: POISON_PAUSE_SECONDS, why },
    }
}

/// A queue worker: one function's handler with its ports bound.
pub trait Worker: Send + Sync {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>>;
}

/// Works off a batch, one message after the other; the verdicts stand in the order of the deliveries.
pub async fn work_off(worker: &dyn Worker, batch: &[Delivery]) -> Vec<Verdict> {
    let mut verdicts = Vec::with_capacity(batch.len());
    for delivery in batch {
        let ended = worker.handle(delivery).await;
        if let Err(failure) = &ended {
            tracing::warn!(message = %delivery.message_id, receive = delivery.receive_count, %failure, "not done");
        }
        verdicts.push(verdict(delivery.receive_count, ended));
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visibility_grows_to_an_hour() {
        let minutes: Vec<u32> = (1..=9).map(|n| backoff_seconds(n) / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn a_short_pause_grows_when_it_does_not_help() {
        let retry = || Err(Failure::Retry { why: "not yet".into(), after_seconds: Some(5) });
        let pauses = (1..=30).map(|receive_count| match verdict(receive_count, retry()) {
            Verdict::Again { after_seconds, .. } => after_seconds,
            other => panic!("{other:?}"),
        });
        let pauses: Vec<u32> = pauses.collect();
        assert_eq!(pauses[..8], [5, 5, 5, 5, 5, 60, 120, 240]);
        assert!(pauses.iter().sum::<u32>() > 12 * 3_600, "an outage of hours ends in a dead-letter queue");
    }

    #[test]
    fn poison_is_dead_after_five_short_receives() {
        let poison = || Err(Failure::poison("not JSON"));
        assert_eq!(verdict(4, poison()), Verdict::Again { after_seconds: 10, why: "not JSON".into() });
        assert_eq!(verdict(5, poison()), Verdict::Dead { why: "not JSON".into() });
    }
}
