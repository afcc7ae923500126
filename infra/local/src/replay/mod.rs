//! The archive played again by the functions' own handlers: into a fresh store, to see whether it makes the same
//! ledger, or onto the live one, where it must change nothing. Vendors answer out of the archive; nothing leaves.
mod apart;
pub mod archive;
mod http;
mod run;

use crate::operator::replay::all;
use crate::watch::{Seen, WatchedTable};
use apart::Apart;
use app::App;
use app::archive::Arrival;
use app::doubles::clock::{FixedClock, SeededEntropy};
use app::doubles::queue::MemoryQueue;
use app::doubles::seal::PlainSeal;
use app::ports::{Answer, HandOff, Mailer, OutgoingMail, Seal, Table};
use app::settings::Settings;
use app::store::keys::ENTRY_PREFIX;
use app::store::memory::MemoryTable;
use app::store::reads::read_entry;
use archive::{Archive, ReplayBlobs};
use aws::dynamo::DynamoTable;
use chrono::{DateTime, TimeDelta, Utc};
use http::ReplayHttp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// How a replay went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Inputs that were delivered.
    pub delivered: usize,
    /// Inputs that are tombstones.
    pub erased: Vec<String>,
    /// What people did in the console: it is not done for them again. After a restore, each that the ledger has lost is
    /// a task.
    pub by_people: Vec<String>,
    /// Calls that the archive has no reply to.
    pub unanswered: BTreeSet<String>,
    /// Messages that were given up, with why.
    pub undone: Vec<String>,
    /// Letters that were handed over.
    pub letters: usize,
}

/// What an archive is played into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Onto {
    /// An empty store.
    Fresh,
    /// A live ledger that knows everything.
    Live,
    /// A ledger that was set back: the inputs that its entries name, and when the newest of them was made.
    SetBack { named: BTreeSet<String>, newest: DateTime<Utc> },
}

/// An entry is made this long after its input came, at most.
const COMMIT_TIME_MAX: TimeDelta = TimeDelta::minutes(15);

impl Onto {
    /// Whether an input came in the time that a ledger was set back over, and had its effect then, if any.
    fn has_lost(&self, arrival: &Arrival) -> bool {
        match self {
            Self::SetBack { named, newest } => {
                arrival.at > *newest - COMMIT_TIME_MAX && !named.contains(&arrival.key)
            }
            Self::Fresh | Self::Live => false,
        }
    }

    /// A ledger as it is after a backup was put in its place.
    ///
    /// # Errors
    /// A ledger that does not read.
    async fn set_back(table: &DynamoTable) -> Result<Self, crate::Stopped> {
        let (mut named, mut newest) = (BTreeSet::new(), DateTime::<Utc>::default());
        for record in all(table).await?.iter().filter(|record| record.key.sk.starts_with(ENTRY_PREFIX)) {
            let entry = read_entry(&record.key, &record.body).map_err(crate::Stopped::at("the ledger"))?;
            newest = newest.max(entry.at);
            named.extend(entry.cause.archived);
        }
        Ok(Self::SetBack { named, newest })
    }
}

/// Plays an archive into an empty store with these settings; gives what it became.
///
/// # Errors
/// An archive that does not read.
pub async fn into_fresh(
    archive: &Archive,
    settings: Settings,
) -> Result<(MemoryTable, Replayed), crate::Stopped> {
    let table = Arc::new(MemoryTable::new());
    let replayed = play(archive, settings, table.clone(), Arc::new(PlainSeal::new()), &Onto::Fresh).await?;
    // Every port but the table is gone by now, and no one else holds it.
    let table =
        Arc::try_unwrap(table).map_err(|_| crate::Stopped("the fresh store is still in use".into()))?;
    Ok((table, replayed))
}

/// Delivers an archive to a live store once more; gives what that changed.
///
/// # Errors
/// An archive that does not read.
pub async fn onto_live(
    archive: &Archive,
    settings: Settings,
    table: DynamoTable,
    seal: Arc<dyn Seal>,
) -> Result<(Seen, Replayed), crate::Stopped> {
    live(archive, settings, table, seal, &Onto::Live).await
}

/// Delivers an archive to a live store that was set back to a backup. A letter that no mail event knows may have been
/// sent all the same, so it counts as unknown.
///
/// # Errors
/// An archive that does not read.
pub async fn restore_live(
    archive: &Archive,
    settings: Settings,
    table: DynamoTable,
    seal: Arc<dyn Seal>,
) -> Result<(Seen, Replayed), crate::Stopped> {
    let onto = Onto::set_back(&table).await?;
    live(archive, settings, table, seal, &onto).await
}

async fn live(
    archive: &Archive,
    settings: Settings,
    table: DynamoTable,
    seal: Arc<dyn Seal>,
    onto: &Onto,
) -> Result<(Seen, Replayed), crate::Stopped> {
    let watched = Arc::new(WatchedTable::new(table));
    let table = Arc::new(Apart::new(watched.clone()));
    let replayed = play(archive, settings, table, seal, onto).await?;
    Ok((watched.take(), replayed))
}

async fn play(
    archive: &Archive,
    settings: Settings,
    table: Arc<dyn Table>,
    seal: Arc<dyn Seal>,
    onto: &Onto,
) -> Result<Replayed, crate::Stopped> {
    let clock = Arc::new(FixedClock::at(archive.begins_at()));
    let queue = Arc::new(MemoryQueue::new());
    let http = Arc::new(ReplayHttp::new(archive, clock.clone(), *onto != Onto::Fresh));
    let accepts_all = !matches!(onto, Onto::SetBack { .. });
    let mailer =
        Arc::new(ReplayMailer { refs: archive.message_refs().await?, accepts_all, sent: Mutex::default() });
    let blobs = Arc::new(ReplayBlobs::new(archive.clone(), &settings.archive_bucket, clock.clone()));
    let app = App {
        settings: Arc::new(settings),
        table,
        queue: queue.clone(),
        http: http.clone(),
        mailer: mailer.clone(),
        blobs,
        seal,
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(1)),
    };
    let mut replayed = run::Run::new(&app, archive, &clock, &queue, onto).all().await?;
    replayed.unanswered = http.unanswered();
    replayed.letters = *mailer.sent.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(replayed)
}

/// Accepts letters under the id that the mail events of the archive know them by, and sends none.
struct ReplayMailer {
    refs: BTreeMap<String, String>,
    /// Whether one that no event knows is accepted too.
    accepts_all: bool,
    sent: Mutex<usize>,
}

impl Mailer for ReplayMailer {
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff> {
        Box::pin(async move {
            *self.sent.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            match self.refs.get(&mail.send_ref).cloned() {
                Some(message_ref) => HandOff::Accepted { message_ref },
                None if self.accepts_all => {
                    HandOff::Accepted { message_ref: format!("replay-{}", mail.send_ref) }
                }
                None => HandOff::Unknown { why: "no mail event tells whether it was sent".to_owned() },
            }
        })
    }
}

#[cfg(test)]
mod tests;
