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
    let bounce = archived(&memory, "ses-event", &bounce("PAY@heron.example")).await;
    let other = archived(&memory, "mail", "From: other@finch.example\n\nHello.").await;
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

/// SES tells of a bounce of a letter that nobody knows any more.
fn bounce(address: &str) -> String {
    let at = "2026-03-24T09:00:00Z";
    let event = serde_json::json!({"eventType": "Bounce",
        "mail": {"timestamp": at, "messageId": "ses-1", "source": "us@kestrel.example", "destination": [address]},
        "bounce": {"timestamp": at, "bounceType": "Permanent", "bounceSubType": "NoEmail",
            "bouncedRecipients": [{"emailAddress": address}]}});
    serde_json::json!({"Type": "Notification", "MessageId": "m", "Message": event.to_string()}).to_string()
}

/// Another customer with Heron's accountant among its addresses.
async fn put_finch(memory: &MemoryApp, address: &str) {
    let hash = crate::keyring::lookup(&memory.app, address).unwrap();
    for id in ["qbo:1", "qbo:2"] {
        let record = crate::store::table::Record::new(
            crate::store::table::Key::new(keys::address(&entity(), &hash), id),
            1,
            r#"{"v":1}"#,
        );
        let (table, condition) =
            (crate::store::table::TableName::Ledger, crate::store::table::Condition::Absent);
        let write = crate::store::table::Write::Put { table, record, condition };
        memory.app.table.commit(vec![write]).await.unwrap();
    }
}

#[tokio::test]
async fn what_others_wrote_stays_though_it_holds_the_address() {
    let memory = world().await;
    let theirs = archived(&memory, "mail", "From: Pay@heron.example\n\nWe pay on Friday.").await;
    let quoting = archived(
        &memory,
        "mail",
        "From: other@finch.example\nTo: us@kestrel.example\n\nAsk pay@heron.example, please.",
    )
    .await;
    let failed = r#"{"object":"event","data":{"object":{"id":"pi_x","receipt_email":"pay@heron.example"}}}"#;
    let failed = archived(&memory, "stripe", failed).await;
    let other_payment = Payment { customer: Some(CustomerId::new("qbo:2")), ..payment("pi_finch", 100) };
    put(&memory, other_payment, &[]).await;
    let of_finch =
        r#"{"id":"pi_finch","description":"for pay@heron.example","receipt_email":"pay@heron.example"}"#;
    let of_finch = archived(&memory, "stripe", of_finch).await;
    let page = archived(&memory, "quickbooks", r#"{"DisplayName":"Heron Books"}"#).await;
    let of_nobody = archived(&memory, "mail", "From: other@finch.example\n\nHello.").await;
    let erased = run(&memory).await;
    assert!(erased.inputs.contains(&theirs) && erased.inputs.contains(&failed), "{erased:?}");
    for key in [&quoting, &of_finch, &page] {
        assert!(erased.kept.contains(key) && !erased.inputs.contains(key), "{key}: {erased:?}");
    }
    assert!(!erased.kept.contains(&of_nobody) && !erased.inputs.contains(&of_nobody));
}

#[tokio::test]
async fn an_address_that_two_customers_have_does_not_tell_whose_a_mail_is() {
    let memory = world().await;
    put_finch(&memory, "pay@heron.example").await;
    let shared = archived(&memory, "mail", "From: pay@heron.example\n\nFor Finch.").await;
    let erased = run(&memory).await;
    assert!(erased.kept.contains(&shared) && !erased.inputs.contains(&shared), "{erased:?}");
}

#[tokio::test]
async fn what_tells_of_a_mail_goes_with_it() {
    let memory = world().await;
    let raw = "From: pay@heron.example\n\nWe pay on Friday.";
    crate::archive::archive_file(&memory.app, "mail", raw.as_bytes(), "intake", "mail/1").await.unwrap();
    let event = |key: &str| {
        serde_json::json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "intake"}, "object": {"key": key}}}]})
        .to_string()
    };
    let theirs = archived(&memory, "ses-inbound", &event("mail/1")).await;
    let other = archived(&memory, "ses-inbound", &event("mail/2")).await;
    let erased = run(&memory).await;
    assert!(erased.inputs.contains(&theirs) && !erased.inputs.contains(&other), "{erased:?}");
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
