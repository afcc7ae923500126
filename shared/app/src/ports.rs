//! What the flows need from outside, as object-safe traits: flows compile once, doubles swap in.
use crate::queues::{DeadLetter, Outgoing, QueueName};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connectors::call::{Request, Response};
use connectors::fault::Fault;
use domain::sealed::Sealed;
use std::future::Future;
use std::pin::Pin;

pub use crate::store::table::{CommitError, Listing, Table, TableError};

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The one way to ask what time it is.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// Unpredictable bytes, for keys, nonces and tokens.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// A failure of our own infrastructure; always worth another try later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} unavailable: {why}")]
pub struct Unavailable {
    pub what: &'static str,
    pub why: String,
}

pub trait Queue: Send + Sync {
    /// Sends messages; on an error any part of them may have been sent.
    fn send<'a>(&'a self, queue: QueueName, messages: Vec<Outgoing>) -> Answer<'a, Result<(), Unavailable>>;

    /// What lies in a queue's dead letters, and stays there. A queue without dead letters has none to show.
    fn dead_letters<'a>(&'a self, _: QueueName) -> Answer<'a, Result<Vec<DeadLetter>, Unavailable>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

pub trait Http: Send + Sync {
    /// One request, one reply, no retries. A fault says whether the vendor can have seen the request.
    fn send<'a>(&'a self, request: Request) -> Answer<'a, Result<Response, Fault>>;
}

/// A finished mail and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    pub from: String,
    pub to: String,
    /// The whole message, headers included.
    pub mime: Bytes,
    /// Comes back in every delivery event: the letter's id.
    pub send_ref: String,
}

/// How handing a mail over ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandOff {
    Accepted {
        message_ref: String,
    },
    /// Certainly not sent: connection refused, throttled, rejected before acceptance.
    NotSent {
        why: String,
        is_permanent: bool,
    },
    /// It may have been sent. Never send it again.
    Unknown {
        why: String,
    },
}

pub trait Mailer: Send + Sync {
    /// One attempt, bounded in time.
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff>;
}

pub trait Blobs: Send + Sync {
    /// Stores a blob; storing the same key twice with the same bytes is no change.
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, bytes: Bytes) -> Answer<'a, Result<(), Unavailable>>;
    /// `None` where there is no such key.
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>>;
}

/// The archive in an operator's hands: no function may list it, or destroy anything.
pub trait Shelf: Send + Sync {
    /// The keys that begin with a prefix, in order.
    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> Answer<'a, Result<Vec<String>, Unavailable>>;
    /// Destroys every version of a blob and leaves `tombstone` in its place. Doing it twice changes nothing.
    fn erase<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        tombstone: Bytes,
    ) -> Answer<'a, Result<(), Unavailable>>;
}

/// Encryption under a key per subject (a customer, or a payment whose payer nobody knows yet).
pub trait Seal: Send + Sync {
    fn seal<'a>(&'a self, subject: &'a str, text: &'a str) -> Answer<'a, Result<Sealed, Unavailable>>;
    /// `None` when the subject's key was destroyed.
    fn open<'a>(
        &'a self,
        subject: &'a str,
        sealed: &'a Sealed,
    ) -> Answer<'a, Result<Option<String>, Unavailable>>;
    /// Destroys the subject's key for good: nothing sealed for it opens again, now or later. Twice changes nothing.
    fn destroy<'a>(&'a self, subject: &'a str) -> Answer<'a, Result<(), Unavailable>>;
}
