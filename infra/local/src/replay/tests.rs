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

fn heron() -> domain::customer::Customer {
    use domain::customer::{AddressStatus, Contact, Customer};
    use domain::ids::{ContactId, CustomerId, ExternalRef};
    let sealed = |text: &str| domain::sealed::Sealed(text.to_owned());
    Customer {
        entity: EntityId::new("main"),
        id: CustomerId::new("qbo:1"),
        external_ref: ExternalRef::new("qbo", "1"),
        external_version: domain::invoice::ExternalVersion {
            token: "0".into(),
            updated_at: "2026-03-01T00:00:00Z".parse().unwrap(),
        },
        name: sealed("Heron"),
        is_active: true,
        contacts: vec![Contact {
            id: ContactId::new("c-1"),
            email: sealed("x"),
            email_hash: domain::sealed::LookupHash("h".into()),
            status: AddressStatus::Usable,
        }],
        pauses: vec![],
        contacted_on: vec![],
        letter_in_hand: None,
        last_decision: None,
        debits_in_flight: Vec::new(),
        funds_held: Vec::new(),
    }
}

/// A ledger with one customer, as a backup of nine o'clock has it.
async fn set_back(folder: &Path) -> MemoryApp {
    let mut memory = MemoryApp::at("2026-03-16T09:00:00Z".parse().unwrap()).unwrap();
    memory.app.settings = Arc::new(settings());
    memory.app.blobs = Arc::new(FolderBlobs::new(folder));
    let event = domain::timeline::Event::MailFiled { what: "seed".into() };
    let cause = domain::timeline::Cause::new("seed");
    let change = app::store::change::Change::new(EntityId::new("main"), memory.app.clock.now(), cause, event);
    change.create(heron(), &[]).commit(memory.table.as_ref()).await.unwrap();
    memory
}

async fn play_onto(memory: &MemoryApp, archive: &Archive, onto: &Onto) -> Replayed {
    let seal = Arc::new(PlainSeal::new());
    play(archive, settings(), memory.table.clone(), seal, onto).await.unwrap()
}

#[tokio::test]
async fn a_restore_takes_opt_outs_in_again_and_tells_what_people_did() {
    use app::archive::archive;
    use domain::customer::AddressStatus;
    use domain::ids::{ContactId, CustomerId};
    let temporary = Temporary::new("restore");
    let lost = set_back(&temporary.0).await;
    lost.clock.advance(chrono::TimeDelta::minutes(-30));
    let known =
        archive(&lost.app, "person", br#"{"action":"tasks/1/done","by":"jo","once":"1"}"#).await.unwrap();
    lost.clock.advance(chrono::TimeDelta::hours(1));
    let (customer, contact) = (CustomerId::new("qbo:1"), ContactId::new("c-1"));
    app::flows::opt_out::opt_out(&lost.app, &customer, &contact).await.unwrap();
    let action = br#"{"action":"customers/qbo:1/end-pause","by":"jo","once":"2"}"#;
    let action = archive(&lost.app, "person", action).await.unwrap();
    let memory = set_back(&temporary.0).await;
    let archive = Archive::read(&temporary.archive()).await.unwrap();
    let newest = memory.app.clock.now();
    let onto = Onto::SetBack { named: BTreeSet::new(), newest };
    for _ in 0..2 {
        let replayed = play_onto(&memory, &archive, &onto).await;
        assert_eq!((replayed.by_people, replayed.delivered), (vec![known.clone(), action.clone()], 1));
    }
    let ledger = crate::summary::Ledger::read(all(memory.table.as_ref()).await.unwrap()).unwrap();
    let status = &ledger.customers[0].state.contacts[0].status;
    assert!(matches!(status, AddressStatus::OptedOut { .. }), "{status:?}");
    let tasks: Vec<_> = ledger.tasks.iter().map(|task| task.state.subject.clone().unwrap()).collect();
    assert_eq!(tasks, [action], "what the backup knows is not told");
}

#[tokio::test]
async fn a_replay_leaves_what_the_live_ledger_has_still_to_do() {
    use app::store::entity::FollowUp;
    let temporary = Temporary::new("pending");
    let memory = lived(&temporary.0).await;
    let payment = crate::summary::Ledger::read(all(memory.table.as_ref()).await.unwrap()).unwrap().payments;
    let mut waiting = payment.into_iter().next().unwrap();
    waiting.follow_up(FollowUp::ApplyCash);
    let event =
        domain::timeline::Event::FollowUpMissed { follow_up: FollowUp::ApplyCash, why: "seed".into() };
    let cause = domain::timeline::Cause::new("seed");
    let change = app::store::change::Change::new(EntityId::new("main"), memory.app.clock.now(), cause, event);
    change.update(waiting).commit(memory.table.as_ref()).await.unwrap();
    let payments = async || {
        let mut records = all(memory.table.as_ref()).await.unwrap();
        records.retain(|record| record.key.pk.contains("#PAY#"));
        records
    };
    let before = payments().await;
    let archive = Archive::read(&temporary.archive()).await.unwrap();
    play_onto(&memory, &archive, &Onto::Live).await;
    assert_eq!(payments().await, before, "it waits for the function, as before");
}

#[tokio::test]
async fn a_folder_that_is_no_archive_is_refused() {
    let temporary = Temporary::new("none");
    assert!(Archive::read(&temporary.archive()).await.is_err());
}
