//! The local queues, schedules and marks, durable in one SQLite file: a message goes only after its handler's commit.
use crate::Stopped;
use app::flows::relay::PendingWork;
use app::ports::{Answer, Queue, Unavailable};
use app::queues::{DeadLetter, Outgoing, QueueName};
use app::worker::{Delivery, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SCHEMA: &str = "
create table if not exists message(
  id integer primary key, queue text not null, body text not null, visible_at text not null,
  receives integer not null default 0, why text);
create index if not exists message_visible on message(visible_at, id);
create table if not exists dead(id integer primary key, queue text not null, body text not null, why text not null);
create table if not exists mark(name text primary key);
create table if not exists setting(name text primary key, value text not null);
";
/// Receives before a message goes to the dead-letter queue for good, as in the template.
const RECEIVES_MAX: u32 = 30;

/// A message that was taken to be worked off; it stays in the queue until [`LocalQueues::conclude`].
#[derive(Debug, Clone)]
pub struct Taken {
    pub id: i64,
    pub queue: QueueName,
    pub delivery: Delivery,
}

#[derive(Clone)]
pub struct LocalQueues {
    db: Arc<Mutex<Connection>>,
    clock: Arc<dyn app::ports::Clock>,
    /// Whose messages wait.
    held: Option<QueueName>,
}

fn at(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

impl LocalQueues {
    /// # Errors
    /// A file that is not ours or cannot be opened.
    pub fn open(file: &Path, clock: Arc<dyn app::ports::Clock>) -> Result<Self, Stopped> {
        let db = Connection::open(file).map_err(Stopped::at("opening the queues' file"))?;
        db.pragma_update(None, "journal_mode", "WAL").map_err(Stopped::at("the queues' file"))?;
        db.pragma_update(None, "synchronous", "NORMAL").map_err(Stopped::at("the queues' file"))?;
        db.execute_batch(SCHEMA).map_err(Stopped::at("the queues' file"))?;
        Ok(Self { db: Arc::new(Mutex::new(db)), clock, held: None })
    }

    /// The same queues, of which one is not worked off: its messages wait for another run.
    #[must_use]
    pub fn holding(self, queue: QueueName) -> Self {
        Self { held: Some(queue), ..self }
    }

    fn held(&self) -> &'static str {
        self.held.map_or("", QueueName::as_str)
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, queue: QueueName, messages: &[Outgoing]) -> rusqlite::Result<()> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for message in messages {
            let visible = self.clock.now() + TimeDelta::seconds(i64::from(message.delay_seconds));
            transaction.execute(
                "insert into message(queue, body, visible_at) values (?1, ?2, ?3)",
                params![queue.as_str(), message.body, at(visible)],
            )?;
        }
        transaction.commit()
    }

    /// Enqueues pending work that was not enqueued before, with its marks, in one transaction; gives how many.
    ///
    /// # Errors
    /// The file's.
    pub fn put_marked(&self, work: &[PendingWork]) -> Result<usize, Stopped> {
        let put = || -> rusqlite::Result<usize> {
            let mut db = self.db();
            let transaction = db.transaction()?;
            let mut count = 0;
            for item in work {
                if transaction.execute("insert or ignore into mark(name) values (?1)", [&item.mark])? == 1 {
                    transaction.execute(
                        "insert into message(queue, body, visible_at) values (?1, ?2, ?3)",
                        params![item.queue.as_str(), item.message.body, at(self.clock.now())],
                    )?;
                    count += 1;
                }
            }
            transaction.commit()?;
            Ok(count)
        };
        put().map_err(Stopped::at("the queues' file"))
    }

    /// The oldest messages that are visible now, each counted as received.
    ///
    /// # Errors
    /// The file's.
    pub fn take(&self, limit: u32) -> Result<Vec<Taken>, Stopped> {
        let take = || -> rusqlite::Result<Vec<Taken>> {
            let mut db = self.db();
            let transaction = db.transaction()?;
            let rows = {
                let mut select = transaction.prepare(
                    "select id, queue, body, receives from message where visible_at <= ?1 and queue <> ?3
                     order by visible_at, id limit ?2",
                )?;
                let rows = select.query_map(params![at(self.clock.now()), limit, self.held()], |row| {
                    Ok((
                        row.get::<_, i64>(0)?,
                        row.get::<_, String>(1)?,
                        row.get::<_, String>(2)?,
                        row.get::<_, u32>(3)?,
                    ))
                })?;
                rows.collect::<rusqlite::Result<Vec<_>>>()?
            };
            let mut taken = Vec::new();
            for (id, queue, body, receives) in rows {
                transaction.execute("update message set receives = receives + 1 where id = ?1", [id])?;
                let Some(queue) = QueueName::parse(&queue) else { continue };
                let delivery = Delivery { message_id: id.to_string(), body, receive_count: receives + 1 };
                taken.push(Taken { id, queue, delivery });
            }
            transaction.commit()?;
            Ok(taken)
        };
        take().map_err(Stopped::at("the queues' file"))
    }

    /// Does with a message what its verdict says.
    ///
    /// # Errors
    /// The file's.
    pub fn conclude(&self, taken: &Taken, verdict: &Verdict) -> Result<(), Stopped> {
        let conclude = || -> rusqlite::Result<()> {
            let mut db = self.db();
            let transaction = db.transaction()?;
            let dead = match verdict {
                Verdict::Done => None,
                Verdict::Again { why, .. } if taken.delivery.receive_count >= RECEIVES_MAX => Some(why),
                Verdict::Again { after_seconds, why } => {
                    let visible = at(self.clock.now() + TimeDelta::seconds(i64::from(*after_seconds)));
                    transaction.execute(
                        "update message set visible_at = ?2, why = ?3 where id = ?1",
                        params![taken.id, visible, why],
                    )?;
                    return transaction.commit();
                }
                Verdict::Dead { why } => Some(why),
            };
            transaction.execute("delete from message where id = ?1", [taken.id])?;
            if let Some(why) = dead {
                transaction.execute(
                    "insert into dead(queue, body, why) values (?1, ?2, ?3)",
                    params![taken.queue.as_str(), taken.delivery.body, why],
                )?;
            }
            transaction.commit()
        };
        conclude().map_err(Stopped::at("the queues' file"))
    }

    /// When the next message becomes visible; `None` when all queues are empty.
    ///
    /// # Errors
    /// The file's.
    pub fn next_visible(&self) -> Result<Option<DateTime<Utc>>, Stopped> {
        let next: Option<String> = self
            .db()
            .query_row("select min(visible_at) from message where queue <> ?1", [self.held()], |row| {
                row.get(0)
            })
            .map_err(Stopped::at("the queues' file"))?;
        Ok(next.and_then(|text| text.parse().ok()))
    }

    /// What lies in the dead-letter queues: queue, body, reason.
    ///
    /// # Errors
    /// The file's.
    pub fn dead(&self) -> Result<Vec<(String, String, String)>, Stopped> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let db = self.db();
            let mut select = db.prepare("select queue, body, why from dead order by id")?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        };
        read().map_err(Stopped::at("the queues' file"))
    }

    /// Puts dead letters, of one queue or of all, back for another round of tries; gives those it put back.
    ///
    /// # Errors
    /// The file's.
    pub fn redrive(&self, only: Option<QueueName>) -> Result<Vec<DeadLetter>, Stopped> {
        let move_back = || -> rusqlite::Result<Vec<DeadLetter>> {
            let mut db = self.db();
            let transaction = db.transaction()?;
            let dead = dead_in(&transaction, only)?;
            for (id, letter, body) in &dead {
                transaction.execute(
                    "insert into message(queue, body, visible_at) values (?1, ?2, ?3)",
                    params![letter.queue.as_str(), body, at(self.clock.now())],
                )?;
                transaction.execute("delete from dead where id = ?1", [id])?;
            }
            transaction.commit()?;
            Ok(dead.into_iter().map(|(_, letter, _)| letter).collect())
        };
        move_back().map_err(Stopped::at("the queues' file"))
    }

    /// # Errors
    /// The file's.
    pub fn is_marked(&self, name: &str) -> Result<bool, Stopped> {
        let found = self.db().query_row("select 1 from mark where name = ?1", [name], |_| Ok(()));
        Ok(found.optional().map_err(Stopped::at("the queues' file"))?.is_some())
    }

    /// Sets a mark; false when it was set before.
    ///
    /// # Errors
    /// The file's.
    pub fn mark(&self, name: &str) -> Result<bool, Stopped> {
        let set = self.db().execute("insert or ignore into mark(name) values (?1)", [name]);
        Ok(set.map_err(Stopped::at("the queues' file"))? == 1)
    }

    /// Adds to what this run changed.
    ///
    /// # Errors
    /// The file's.
    pub fn count(&self, seen: &crate::watch::Seen) -> Result<(), Stopped> {
        let so_far: u64 = self.setting("items_changed")?.and_then(|text| text.parse().ok()).unwrap_or(0);
        self.set("items_changed", &(so_far + seen.items).to_string())
    }

    /// # Errors
    /// The file's.
    pub fn setting(&self, name: &str) -> Result<Option<String>, Stopped> {
        let value =
            self.db().query_row("select value from setting where name = ?1", [name], |row| row.get(0));
        value.optional().map_err(Stopped::at("the queues' file"))
    }

    /// # Errors
    /// The file's.
    pub fn set(&self, name: &str, value: &str) -> Result<(), Stopped> {
        let put =
            "insert into setting(name, value) values (?1, ?2) on conflict(name) do update set value = ?2";
        self.db().execute(put, params![name, value]).map_err(Stopped::at("the queues' file"))?;
        Ok(())
    }
}

/// The dead letters of a queue or of all, with their row and body.
fn dead_in(db: &Connection, only: Option<QueueName>) -> rusqlite::Result<Vec<(i64, DeadLetter, String)>> {
    let mut select = db.prepare("select id, queue, body, why from dead order by id")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, name): (i64, String) = (row.get(0)?, row.get(1)?);
        let Some(queue) = QueueName::parse(&name).filter(|queue| only.is_none_or(|only| only == *queue))
        else {
            continue;
        };
        found.push((
            id,
            DeadLetter { queue, message_id: format!("dead-{id}"), why: Some(row.get(3)?) },
            row.get(2)?,
        ));
    }
    Ok(found)
}

impl Queue for LocalQueues {
    fn send<'a>(&'a self, queue: QueueName, messages: Vec<Outgoing>) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            self.put(queue, &messages)
                .map_err(|error| Unavailable { what: "local queue", why: error.to_string() })
        })
    }

    fn dead_letters<'a>(&'a self, queue: QueueName) -> Answer<'a, Result<Vec<DeadLetter>, Unavailable>> {
        Box::pin(async move {
            let found = dead_in(&self.db(), Some(queue));
            let found = found.map_err(|error| Unavailable { what: "local queue", why: error.to_string() })?;
            Ok(found.into_iter().map(|(_, letter, _)| letter).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::doubles::clock::FixedClock;

    #[tokio::test]
    async fn a_dead_letter_is_shown_and_put_back_for_another_round() {
        let clock = Arc::new(FixedClock::at(DateTime::<Utc>::UNIX_EPOCH));
        let queues = LocalQueues::open(Path::new(":memory:"), clock).unwrap();
        for queue in [QueueName::BankFile, QueueName::WriteBack] {
            queues.send(queue, vec![Outgoing::now("{}")]).await.unwrap();
        }
        for taken in queues.take(2).unwrap() {
            queues.conclude(&taken, &Verdict::Dead { why: "no".into() }).unwrap();
        }
        let shown = queues.dead_letters(QueueName::BankFile).await.unwrap();
        assert_eq!(shown.iter().map(|dead| dead.why.as_deref()).collect::<Vec<_>>(), [Some("no")]);
        assert_eq!(queues.redrive(Some(QueueName::BankFile)).unwrap(), shown);
        let taken = queues.take(2).unwrap();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].queue, taken[0].delivery.receive_count), (QueueName::BankFile, 1));
        assert_eq!(queues.redrive(None).unwrap().len(), 1);
        assert_eq!(queues.redrive(None).unwrap(), []);
    }

    #[tokio::test]
    async fn messages_of_a_queue_on_hold_wait_for_another_run() {
        let file = std::env::temp_dir().join(format!("dunlin-queue-{}.sqlite", std::process::id()));
        let open = || LocalQueues::open(&file, Arc::new(FixedClock::at(DateTime::UNIX_EPOCH))).unwrap();
        let held = open().holding(QueueName::WriteBack);
        for queue in [QueueName::WriteBack, QueueName::ErpPull] {
            held.send(queue, vec![Outgoing::now("{}")]).await.unwrap();
        }
        let taken = held.take(8).unwrap();
        assert_eq!(taken.iter().map(|taken| taken.queue).collect::<Vec<_>>(), [QueueName::ErpPull]);
        held.conclude(&taken[0], &Verdict::Done).unwrap();
        assert_eq!(held.next_visible().unwrap(), None);
        assert_eq!(open().take(8).unwrap()[0].queue, QueueName::WriteBack);
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
        }
    }
}
