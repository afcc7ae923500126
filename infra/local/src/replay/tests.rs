//! A morning's files are taken in and archived, then played again.
use super::*;
use crate::blobs::FolderBlobs;
use crate::bundle;
use crate::day::DEFAULT_POLICY;
use crate::operator::replay::{all, compare};
use crate::serve::Urls;
use app::archive::Tombstone;
use app::doubles::app::MemoryApp;
use app::flows::relay::sweep;
use app::flows::{bank, cash, policies, tick};
use app::messages::{CashApplicationDue, TickDue};
use app::ports::{Blobs, Shelf};
use app::queues::QueueName;
use bytes::Bytes;
use domain::ids::EntityId;
use std::path::{Path, PathBuf};

const MORNING: &str = include_str!("../../../../events/bank-file/camt053-morning.xml");
const BAD: &str = include_str!("../../../../events/bank-file/camt053-bad-amount.xml");

/// A folder of its own, gone when the test ends.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Temporary {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("dunlin-replay-{}-{name}", std::process::id())))
    }

    fn archive(&self) -> PathBuf {
        self.0.join("archive")
    }

    fn files(&self) -> FolderBlobs {
        FolderBlobs::new(&self.0)
    }
}

fn settings() -> Settings {
    let nowhere = "http://127.0.0.1:9";
    bundle::settings(nowhere, nowhere, &Urls::usual(), "none").unwrap()
}

/// Two bank files, one of which does not read, and a tick; every payment is decided.
async fn lived(folder: &Path) -> MemoryApp {
    let mut memory = MemoryApp::at("2026-03-16T11:00:00Z".parse().unwrap()).unwrap();
    memory.app.settings = Arc::new(settings());
    memory.app.blobs = Arc::new(FolderBlobs::new(folder));
    let app = &memory.app;
    policies::apply(app, &toml::from_str(DEFAULT_POLICY).unwrap()).await.unwrap();
    for (name, text) in [("morning.xml", MORNING), ("bad.xml", BAD)] {
        memory.clock.advance(chrono::TimeDelta::minutes(1));
        let key = format!("bank/{name}");
        app.blobs.put("intake", &key, Bytes::from(text)).await.unwrap();
        bank::file(app, "intake", &key).await.unwrap();
    }
    for work in sweep(app).await.unwrap() {
        assert_eq!(work.queue, QueueName::CashApplication);
        let due: CashApplicationDue = serde_json::from_str(&work.message.body).unwrap();
        cash::apply_due(app, &due).await.unwrap();
    }
    memory.clock.advance(chrono::TimeDelta::hours(1));
    let due = TickDue::new(EntityId::new("main"), None);
    tick::start(app, r#"{"v":1,"entity":"main"}"#, &due).await.unwrap();
    memory
}

#[tokio::test]
async fn the_same_inputs_make_the_same_ledger() {
    let temporary = Temporary::new("same");
    let memory = lived(&temporary.0).await;
    let archive = Archive::read(&temporary.archive()).await.unwrap();
    let (fresh, replayed) = into_fresh(&archive, settings()).await.unwrap();
    assert_eq!((replayed.delivered, replayed.undone, replayed.letters), (4, vec![], 0));
    let live = all(memory.table.as_ref()).await.unwrap();
    assert!(live.iter().any(|record| record.key.pk.contains("#PAY#")));
    assert_eq!(compare(&live, &all(&fresh).await.unwrap()).unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_missing_in_one_of_them_is_told() {
    let temporary = Temporary::new("missing");
    let memory = lived(&temporary.0).await;
    let files = temporary.files();
    let inputs = files.list("archive", "bank/").await.unwrap();
    let arrivals = files.list("archive", "arrival/").await.unwrap();
    let of_bank = arrivals.iter().find(|key| key.contains("-bank-")).unwrap();
    std::fs::remove_file(temporary.archive().join(of_bank)).unwrap();
    let archive = Archive::read(&temporary.archive()).await.unwrap();
    let (fresh, _) = into_fresh(&archive, settings()).await.unwrap();
    let live = all(memory.table.as_ref()).await.unwrap();
    let told = compare(&live, &all(&fresh).await.unwrap()).unwrap();
    assert!(!told.is_empty() && told.iter().all(|line| line.starts_with("- ")), "{told:?} {inputs:?}");
}

#[tokio::test]
async fn an_erased_input_is_listed_apart_and_delivered_to_nobody() {
    let temporary = Temporary::new("erased");
    lived(&temporary.0).await;
    let files = temporary.files();
    let key = files.list("archive", "bank/").await.unwrap().remove(0);
    let bytes = files.get("archive", &key).await.unwrap().unwrap();
    let tombstone = serde_json::to_vec(&Tombstone::of(&bytes)).unwrap();
    files.erase("archive", &key, Bytes::from(tombstone)).await.unwrap();
    let archive = Archive::read(&temporary.archive()).await.unwrap();
    let (_, replayed) = into_fresh(&archive, settings()).await.unwrap();
    assert_eq!((replayed.delivered, replayed.erased), (3, vec![key]));
}

#[tokio::test]
async fn a_folder_that_is_no_archive_is_refused() {
    let temporary = Temporary::new("none");
    assert!(Archive::read(&temporary.archive()).await.is_err());
}
