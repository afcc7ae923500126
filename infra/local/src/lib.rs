//! The whole bundle on one machine: the same handlers over an embedded DynamoDB, durable local queues, folders for
//! buckets and mail, and simulators of the vendors. Time is the day's, not the machine's.
pub mod blobs;
pub mod bundle;
pub mod clock;
pub mod contract;
pub mod day;
pub mod embedded;
pub mod export;
pub mod mailer;
pub mod matching;
pub mod operator;
pub mod own;
pub mod policy;
pub mod pump;
pub mod queue;
pub mod read_mail;
pub mod replay;
pub mod screen;
pub mod serve;
pub mod sim;
pub mod simulators;
pub mod state;
pub mod summary;
pub mod watch;

/// Anything that stops the local bundle, in words for the person at the screen.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Stopped(pub String);

impl Stopped {
    /// Says what was being done when something else failed.
    pub fn at<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> Self + '_ {
        move |error| Self(format!("{what}: {error}"))
    }
}
