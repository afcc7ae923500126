use super::*;
use crate::archive::archive;
use crate::audit::verify;
use crate::doubles::app::MemoryApp;
use crate::flows::dunning::step;
use crate::flows::items::{
    customer, entity, invoice, letters, memory_app, payment, put, put_policy, stored_customer, usd,
};
use crate::flows::letters::send_due;
use crate::letter::LetterState;
use crate::messages::{DunningDue, LetterDue};
use domain::ids::InvoiceId;
use domain::invoice::Settlement;
use domain::payment::Posting;

const BY: &str = "ines@kestrel.example";

async fn archived(memory: &MemoryApp, source: &str, text: &str) -> String {
    archive(&memory.app, source, text.as_bytes()).await.unwrap()
}

/// Heron owes 500.00 and has paid 100.00 by card; a mail of theirs was filed.
async fn world() -> MemoryApp {
    let memory = memory_app();
    put_policy(&memory).await;
    let paid = Payment {
        customer: Some(CustomerId::new("qbo:1")),
        posting: Posting::ByPeople,
        ..payment("pi_heron", 10_000).allocate(InvoiceId::new("qbo:1001"), usd(10_000)).unwrap()
    };
    let settled = Settlement::Payment(paid.id.clone());
    put(&memory, invoice("1001", 50_000).settle(settled, usd(10_000)).unwrap(), &[]).await;
    put(&memory, paid, &[]).await;
    let mail = archived(&memory, "mail", "From: Jo\n\nWe are sorry.").await;
    let cause = Cause::archived_at("mail:1", mail);
    let event = Event::MailFiled { what: "filed".into() };
    let change = Change::new(entity(), memory.app.clock.now(), cause, event);
    change.create(customer(&memory).await, &[]).commit(memory.table.as_ref()).await.unwrap();
    memory
}

async fn run(memory: &MemoryApp) -> Erased {
    let id = CustomerId::new("qbo:1");
    erase(&memory.app, memory.blobs.as_ref(), &id, BY, "asked for it").await.unwrap()
}

async fn bytes(memory: &MemoryApp, key: &str) -> Bytes {
    memory.app.blobs.get("", key).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_is_about_the_person_alone_is_destroyed_and_the_record_holds() {
    let memory = world().await;
    let notice = archived(&memory, "stripe", r#"{"object":"payment_intent","id":"pi_heron"}"#).await;
    let bounce = archived(&memory, "ses-event", "to PAY@heron.example").await;
    let other = archived(&memory, "mail", "From: other@finch.example").await;
    let bank = archived(&memory, "bank", "<Nm>Heron</Nm> pay@heron.example").await;
    let erased = run(&memory).await;
    assert_eq!(erased.inputs.len(), 3, "{erased:?}");
    assert!(erased.inputs.contains(&notice) && erased.inputs.contains(&bounce));
    assert_eq!(erased.subjects, ["main#CUS#qbo:1", "main#PAY#stripe:pi_heron"]);
    for key in &erased.inputs {
        let tombstone = Tombstone::read(&bytes(&memory, key).await).unwrap();
        assert!(key.ends_with(&tombstone.erased_sha256), "{key}");
    }
    for key in [&other, &bank] {
        assert_eq!(Tombstone::read(&bytes(&memory, key).await), None, "{key} has other people in it");
    }
    let person = stored_customer(&memory).await;
    assert_eq!(memory.app.seal.open("main#CUS#qbo:1", &person.name).await, Ok(None));
    let report = verify(memory.table.as_ref(), Some(memory.app.clock.now()), &[]).await.unwrap();
    assert_eq!(report.findings, []);
}

#[tokio::test]
async fn a_second_run_finds_the_same_and_writes_nothing() {
    let memory = world().await;
    archived(&memory, "bank", "a file").await;
    let first = run(&memory).await;
    let units = memory.table.half_units();
    let second = run(&memory).await;
    assert_eq!((second.inputs, memory.table.half_units()), (first.inputs, units));
}

#[tokio::test]
async fn nobody_writes_to_an_erased_person() {
    let memory = world().await;
    let due = DunningDue::new(entity(), CustomerId::new("qbo:1"), memory.app.today());
    step(&memory.app, &due).await.unwrap();
    let planned = letters(&memory).await.remove(0).state.id;
    run(&memory).await;
    send_due(&memory.app, &LetterDue::new(entity(), planned)).await.unwrap();
    let state = letters(&memory).await.remove(0).state.state;
    assert_eq!(state, LetterState::Cancelled { why: "erased".into() });
    memory.clock.advance(chrono::TimeDelta::days(1));
    let due = DunningDue::new(entity(), CustomerId::new("qbo:1"), memory.app.today());
    step(&memory.app, &due).await.unwrap();
    assert_eq!((letters(&memory).await.len(), memory.mailer.handed_over().len()), (1, 0));
    let pause = stored_customer(&memory).await.pauses.remove(0);
    let ended =
        crate::flows::pauses::end(&memory.app, &Cause::new("console:1"), &due.customer, &pause, "jo").await;
    assert!(ended.is_err(), "no person can lift it");
}

#[tokio::test]
async fn a_key_that_is_gone_without_a_word_cancels_the_letter() {
    let memory = world().await;
    let due = DunningDue::new(entity(), CustomerId::new("qbo:1"), memory.app.today());
    step(&memory.app, &due).await.unwrap();
    let planned = letters(&memory).await.remove(0).state.id;
    memory.app.seal.destroy("main#CUS#qbo:1").await.unwrap();
    send_due(&memory.app, &LetterDue::new(entity(), planned)).await.unwrap();
    let state = letters(&memory).await.remove(0).state.state;
    assert_eq!(state, LetterState::Cancelled { why: "the address was erased".into() });
}
