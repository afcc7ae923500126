//! The simulated vendors' books: one SQLite file.
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The books could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    #[error("vendor books: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("vendor books: a stored document is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("vendor books: {0}")]
    Money(#[from] domain::money::MoneyError),
    #[error("vendor books: {document}: {field} is absent or unreadable")]
    Field { document: String, field: &'static str },
    #[error("vendor books: {0}")]
    Refused(String),
}

/// The triggers count every row of the books that a write really changed, whoever wrote it; tokens and request
/// ids are no part of the books.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS change_count (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL);
INSERT OR IGNORE INTO change_count VALUES (1, 0);

CREATE TABLE IF NOT EXISTS qbo_company (realm TEXT PRIMARY KEY, grants INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS qbo_code (
  code TEXT PRIMARY KEY, realm TEXT NOT NULL, redirect_uri TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS qbo_refresh (
  token TEXT PRIMARY KEY, realm TEXT NOT NULL, serial INTEGER NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS qbo_access (
  token TEXT PRIMARY KEY, realm TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS qbo_request (
  realm TEXT NOT NULL, requestid TEXT NOT NULL, response TEXT NOT NULL, PRIMARY KEY (realm, requestid));
CREATE TABLE IF NOT EXISTS qbo_document (
  realm TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, active INTEGER NOT NULL,
  customer INTEGER, reference TEXT, total_e6 INTEGER NOT NULL, open_e6 INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY (realm, kind, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS qbo_by_reference ON qbo_document (realm, kind, reference);
CREATE INDEX IF NOT EXISTS qbo_by_customer ON qbo_document (realm, customer);
CREATE INDEX IF NOT EXISTS qbo_by_update ON qbo_document (realm, kind, updated_at);

CREATE TABLE IF NOT EXISTS qbo_deleted (
  realm TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, deleted_at INTEGER NOT NULL,
  PRIMARY KEY (realm, kind, id)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS stripe_object (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);

CREATE TRIGGER IF NOT EXISTS qbo_inserted AFTER INSERT ON qbo_document
  BEGIN UPDATE change_count SET n = n + 1; END;
CREATE TRIGGER IF NOT EXISTS qbo_updated AFTER UPDATE ON qbo_document
  BEGIN UPDATE change_count SET n = n + 1; END;
CREATE TRIGGER IF NOT EXISTS qbo_removed AFTER DELETE ON qbo_document
  BEGIN UPDATE change_count SET n = n + 1; END;
CREATE TRIGGER IF NOT EXISTS stripe_inserted AFTER INSERT ON stripe_object
  BEGIN UPDATE change_count SET n = n + 1; END;
CREATE TRIGGER IF NOT EXISTS stripe_updated AFTER UPDATE ON stripe_object
  BEGIN UPDATE change_count SET n = n + 1; END;
";

/// The books of both simulated vendors; clones share one connection.
#[derive(Clone)]
pub struct Books {
    db: Arc<Mutex<Connection>>,
}

impl Books {
    /// Opens the books, making the file where there is none.
    ///
    /// # Errors
    /// The file cannot be opened or is not an SQLite database.
    pub fn open(path: &Path) -> Result<Self, BooksError> {
        Self::prepare(Connection::open(path)?)
    }

    /// Books that live as long as the value.
    ///
    /// # Errors
    /// SQLite cannot start.
    pub fn in_memory() -> Result<Self, BooksError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(db: Connection) -> Result<Self, BooksError> {
        // In WAL mode NORMAL keeps every commit through a kill of the process; only a power cut may lose the last.
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "NORMAL")?;
        db.execute_batch(SCHEMA)?;
        Ok(Self { db: Arc::new(Mutex::new(db)) })
    }

    /// Rows of the books changed since the file was made; it never falls. Writing what is there already counts
    /// for nothing.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn changes(&self) -> Result<u64, BooksError> {
        self.read(|db| Ok(db.query_row("SELECT n FROM change_count", [], |row| row.get(0))?))
    }

    pub(crate) fn read<T, E: From<BooksError>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        read(&self.lock())
    }

    /// Runs `write` in one transaction; an error undoes all of it.
    pub(crate) fn write<T, E: From<BooksError>>(
        &self,
        write: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut db = self.lock();
        let transaction =
            db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(BooksError::from)?;
        let value = write(&transaction)?;
        transaction.commit().map_err(BooksError::from)?;
        Ok(value)
    }

    /// A panic in one test's closure must not hide the books from the next reader: the transaction was undone.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
