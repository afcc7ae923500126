//! The `Seal` port: a random key per subject, kept wrapped under the master key in the connections table.
//!
//! Destroying a subject's key leaves a tombstone, so that the key cannot come back; what was sealed for the subject
//! stays as bytes that nobody can read.
use app::ports::{Answer, Clock, CommitError, Entropy, Seal, Table, TableError, Unavailable};
use app::sealing::{self, SealingError, SealingKey};
use app::store::table::{Condition, Key, Record, TableName, Write};
use chrono::{DateTime, TimeDelta, Utc};
use domain::sealed::Sealed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long another instance may still use a key that was destroyed.
pub const CACHE_SECONDS_MAX: i64 = 300;
const CACHED_KEYS_MAX: usize = 1_000;
/// A lost race is read again; more than one lost race in a row means that something else is wrong.
const TRIES_MAX: u32 = 3;

pub struct TableSeal {
    table: Arc<dyn Table>,
    master: SealingKey,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
    cache: Mutex<BTreeMap<String, Cached>>,
}

struct Cached {
    key: SealingKey,
    until: DateTime<Utc>,
}

/// The record of a subject's key.
#[derive(Serialize, Deserialize)]
struct KeyBody {
    v: u32,
    /// `None` once destroyed.
    wrapped: Option<Sealed>,
}

/// What the table knows of a subject's key.
enum Stored {
    Absent,
    Live { ver: u64, wrapped: Sealed },
    Destroyed,
}

impl TableSeal {
    pub fn new(
        table: Arc<dyn Table>,
        master: SealingKey,
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { table, master, entropy, clock, cache: Mutex::default() }
    }

    /// Erases a subject: the key is gone for good, here at once and in other instances within
    /// [`CACHE_SECONDS_MAX`]. A subject that never had a key gets none later. Doing it twice changes nothing.
    ///
    /// # Errors
    /// The table is unavailable; nothing is known to be erased.
    async fn destroy_now(&self, subject: &str) -> Result<(), Unavailable> {
        for _ in 0..TRIES_MAX {
            let is_gone = match self.stored(subject).await? {
                Stored::Destroyed => true,
                Stored::Absent => self.commit(subject, 1, Condition::Absent, None).await?,
                Stored::Live { ver, .. } => {
                    self.commit(subject, ver + 1, Condition::Version(ver), None).await?
                }
            };
            if is_gone {
                self.forget(subject);
                return Ok(());
            }
        }
        Err(contended(subject))
    }

    async fn seal_now(&self, subject: &str, text: &str) -> Result<Sealed, Unavailable> {
        // For an erased subject the text is erased at birth: sealed under a key that is kept nowhere.
        let key = match self.key(subject, true).await? {
            Some(key) => key,
            None => self.random_key(),
        };
        sealing::seal(&key, self.nonce(), subject, text.as_bytes()).map_err(|error| refused(subject, &error))
    }

    async fn open_now(&self, subject: &str, sealed: &Sealed) -> Result<Option<String>, Unavailable> {
        let Some(key) = self.key(subject, false).await? else { return Ok(None) };
        let plain = sealing::open(&key, subject, sealed).map_err(|error| refused(subject, &error))?;
        let text = String::from_utf8(plain).map_err(|_| refused(subject, &SealingError::Malformed))?;
        Ok(Some(text))
    }

    /// The subject's key, made where there is none and `makes` is set; `None` where it was destroyed.
    async fn key(&self, subject: &str, makes: bool) -> Result<Option<SealingKey>, Unavailable> {
        if let Some(key) = self.cached(subject) {
            return Ok(Some(key));
        }
        for _ in 0..TRIES_MAX {
            match self.stored(subject).await? {
                Stored::Destroyed => return Ok(None),
                Stored::Live { wrapped, .. } => {
                    let key = self.unwrap_key(subject, &wrapped)?;
                    return Ok(Some(self.remember(subject, key)));
                }
                Stored::Absent if !makes => return Err(unavailable(subject, "it has no key".to_owned())),
                Stored::Absent => {}
            }
            let key = self.random_key();
            let wrapped = sealing::seal(&self.master, self.nonce(), subject, key.bytes());
            let wrapped = wrapped.map_err(|error| refused(subject, &error))?;
            if self.commit(subject, 1, Condition::Absent, Some(wrapped)).await? {
                return Ok(Some(self.remember(subject, key)));
            }
        }
        Err(contended(subject))
    }

    async fn stored(&self, subject: &str) -> Result<Stored, Unavailable> {
        let record = self.table.get(TableName::Connections, &record_key(subject)).await;
        let record = record.map_err(|TableError(why)| unavailable(subject, why))?;
        let Some(record) = record else { return Ok(Stored::Absent) };
        let body: KeyBody =
            serde_json::from_str(&record.body).map_err(|error| unavailable(subject, error.to_string()))?;
        Ok(body.wrapped.map_or(Stored::Destroyed, |wrapped| Stored::Live { ver: record.ver, wrapped }))
    }

    fn unwrap_key(&self, subject: &str, wrapped: &Sealed) -> Result<SealingKey, Unavailable> {
        let bytes = sealing::open(&self.master, subject, wrapped);
        let key = bytes.and_then(|bytes| SealingKey::from_slice(&bytes));
        key.map_err(|error| unavailable(subject, format!("its key does not unwrap: {error}")))
    }

    /// False where another instance was first.
    async fn commit(
        &self,
        subject: &str,
        ver: u64,
        condition: Condition,
        wrapped: Option<Sealed>,
    ) -> Result<bool, Unavailable> {
        let body = serde_json::to_string(&KeyBody { v: 1, wrapped });
        let body = body.map_err(|error| unavailable(subject, error.to_string()))?;
        let record = Record::new(record_key(subject), ver, body);
        let write = Write::Put { table: TableName::Connections, record, condition };
        match self.table.commit(vec![write]).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict { .. }) => Ok(false),
            Err(error) => Err(unavailable(subject, error.to_string())),
        }
    }

    fn random_key(&self) -> SealingKey {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        SealingKey::new(bytes)
    }

    fn nonce(&self) -> sealing::SealingNonce {
        let mut nonce = [0; 12];
        self.entropy.fill(&mut nonce);
        nonce
    }

    fn cached(&self, subject: &str) -> Option<SealingKey> {
        let now = self.clock.now();
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(subject).filter(|cached| now < cached.until).map(|cached| cached.key.clone())
    }

    fn remember(&self, subject: &str, key: SealingKey) -> SealingKey {
        let until = self.clock.now() + TimeDelta::seconds(CACHE_SECONDS_MAX);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // A full cache starts over: one read per subject, seldom, against book-keeping on every use.
        if cache.len() >= CACHED_KEYS_MAX {
            cache.clear();
        }
        cache.insert(subject.to_owned(), Cached { key: key.clone(), until });
        key
    }

    fn forget(&self, subject: &str) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).remove(subject);
    }
}

impl Seal for TableSeal {
    fn seal<'a>(&'a self, subject: &'a str, text: &'a str) -> Answer<'a, Result<Sealed, Unavailable>> {
        Box::pin(self.seal_now(subject, text))
    }

    fn open<'a>(
        &'a self,
        subject: &'a str,
        sealed: &'a Sealed,
    ) -> Answer<'a, Result<Option<String>, Unavailable>> {
        Box::pin(self.open_now(subject, sealed))
    }

    fn destroy<'a>(&'a self, subject: &'a str) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(self.destroy_now(subject))
    }
}

fn record_key(subject: &str) -> Key {
    Key::new(format!("KEY#{subject}"), "KEY")
}

fn unavailable(subject: &str, why: String) -> Unavailable {
    Unavailable { what: "seal", why: format!("{subject}: {why}") }
}

fn refused(subject: &str, error: &SealingError) -> Unavailable {
    unavailable(subject, error.to_string())
}

fn contended(subject: &str) -> Unavailable {
    unavailable(subject, "its key record keeps changing".to_owned())
}

/// The seal of a function that was not given the sealing key: it says so when it is used.
pub struct NoSeal(pub Unavailable);

impl Seal for NoSeal {
    fn seal<'a>(&'a self, _: &'a str, _: &'a str) -> Answer<'a, Result<Sealed, Unavailable>> {
        Box::pin(async move { Err(self.0.clone()) })
    }

    fn open<'a>(&'a self, _: &'a str, _: &'a Sealed) -> Answer<'a, Result<Option<String>, Unavailable>> {
        Box::pin(async move { Err(self.0.clone()) })
    }

    fn destroy<'a>(&'a self, _: &'a str) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move { Err(self.0.clone()) })
    }
}
