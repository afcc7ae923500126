//! The archive played again by the functions' own handlers: into a fresh store, to see whether it makes the same
//! ledger, or onto the live one, where it must change nothing. Vendors answer out of the archive; nothing leaves.
mod apart;
pub mod archive;
mod http;
mod run;

use crate::watch::{Seen, WatchedTable};
use apart::Apart;
use app::App;
use app::doubles::clock::{FixedClock, SeededEntropy};
use app::doubles::queue::MemoryQueue;
use app::doubles::seal::PlainSeal;
use app::ports::{Answer, HandOff, Mailer, OutgoingMail, Seal, Table};
use app::settings::Settings;
use app::store::memory::MemoryTable;
use archive::{Archive, ReplayBlobs};
use aws::dynamo::DynamoTable;
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
    /// What people did in the console or the portal: it is not done for them again.
    pub by_people: Vec<String>,
    /// Calls that the archive has no reply to.
    pub unanswered: BTreeSet<String>,
    /// Messages that were given up, with why.
    pub undone: Vec<String>,
    /// Letters that were handed over.
    pub letters: usize,
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
    let replayed = play(archive, settings, table.clone(), Arc::new(PlainSeal::new()), true, false).await?;
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
    live(archive, settings, table, seal, true).await
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
    live(archive, settings, table, seal, false).await
}

async fn live(
    archive: &Archive,
    settings: Settings,
    table: DynamoTable,
    seal: Arc<dyn Seal>,
    accepts_all: bool,
) -> Result<(Seen, Replayed), crate::Stopped> {
    let watched = Arc::new(WatchedTable::new(table));
    let table = Arc::new(Apart::new(watched.clone()));
    let replayed = play(archive, settings, table, seal, accepts_all, true).await?;
    Ok((watched.take(), replayed))
}

async fn play(
    archive: &Archive,
    settings: Settings,
    table: Arc<dyn Table>,
    seal: Arc<dyn Seal>,
    accepts_all: bool,
    is_live: bool,
) -> Result<Replayed, crate::Stopped> {
    let clock = Arc::new(FixedClock::at(archive.begins_at()));
    let queue = Arc::new(MemoryQueue::new());
    let http = Arc::new(ReplayHttp::new(archive, clock.clone(), is_live));
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
    let mut replayed = run::Run::new(&app, archive, &clock, &queue).all().await?;
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
