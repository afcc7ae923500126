use super::*;
use crate::doubles::app::MemoryApp;
use crate::flows::cash::apply_due;
use crate::flows::items::{
    cause, customer, entity, invoice, memory_app, payment, put, put_number, stored, stored_payment, usd,
};
use crate::messages::CashApplicationDue;
use crate::store::change::Change;
use crate::store::keys;
use crate::store::table::{Condition, Table, Write};
use chrono::TimeDelta;
use domain::ids::{InvoiceId, PaymentId};
use domain::timeline::Event;

async fn findings(memory: &MemoryApp) -> Vec<String> {
    let report = verify(memory.table.as_ref(), Some(memory.app.clock.now()), &[]).await.unwrap();
    report.findings.into_iter().map(|finding| format!("{}: {}", finding.item, finding.what)).collect()
}

/// A customer's invoice of 500.00, and a payment that was applied to it and waits to be posted.
async fn applied() -> MemoryApp {
    let memory = memory_app();
    put(&memory, customer(&memory).await, &[]).await;
    put_number(&memory, &invoice("1001", 50_000)).await;
    put(&memory, invoice("1001", 50_000), &[]).await;
    let mut money = payment("pi_1", 50_000);
    money.remittance.structured = vec!["INV-1001".into()];
    put(&memory, money, &[FollowUp::ApplyCash]).await;
    apply_due(&memory.app, &CashApplicationDue::new(entity(), PaymentId::new("stripe:pi_1"))).await.unwrap();
    memory
}

/// Puts another record in the place of one, past all rules.
async fn overwrite(memory: &MemoryApp, change: impl Fn(&mut Record), key: &Key) {
    let mut record = memory.table.get(TableName::Ledger, key).await.unwrap().unwrap();
    let condition = Condition::Version(record.ver);
    let delete = Write::Delete { table: TableName::Ledger, key: key.clone(), condition };
    memory.table.commit(vec![delete]).await.unwrap();
    change(&mut record);
    let put = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
    memory.table.commit(vec![put]).await.unwrap();
}

fn first_entry(memory: &MemoryApp) -> Key {
    Key::new(keys::invoice(&memory.app.settings.entity, &InvoiceId::new("qbo:1001")).pk, keys::entry_sk(1))
}

#[tokio::test]
async fn a_sound_ledger_has_no_findings_and_is_counted() {
    let memory = applied().await;
    let report = verify(memory.table.as_ref(), Some(memory.app.clock.now()), &[]).await.unwrap();
    assert_eq!(report.findings, []);
    let counted = (report.items, report.entries, report.follow_ups, report.pending, report.settlements);
    assert_eq!(counted, (3, 4, 2, 1, 1));
}

#[tokio::test]
async fn an_entry_that_was_changed_or_is_gone_is_found() {
    let memory = applied().await;
    let key = first_entry(&memory);
    overwrite(&memory, |record| record.body = record.body.replace("seed", "deed"), &key).await;
    assert_eq!(
        findings(&memory).await,
        [format!("main#INV#qbo:1001: the hash of the entry {key} does not agree")]
    );
    let condition = Condition::Version(1);
    let delete = Write::Delete { table: TableName::Ledger, key: key.clone(), condition };
    memory.table.commit(vec![delete]).await.unwrap();
    let found = findings(&memory).await;
    assert!(found.contains(&format!("main#INV#qbo:1001: the entry {key} is missing")), "{found:?}");
}

#[tokio::test]
async fn an_item_that_was_set_back_is_found() {
    let memory = applied().await;
    let key = keys::invoice(&entity(), &InvoiceId::new("qbo:1001"));
    let entry = memory.table.get(TableName::Ledger, &first_entry(&memory)).await.unwrap().unwrap();
    let head = ChainHead { hash: entry_hash(&entry.body), pk: entry.key.pk, sk: entry.key.sk };
    let state = invoice("1001", 50_000);
    let former = serde_json::json!({"v": 1, "kind": "invoice", "head": head, "state": state}).to_string();
    let set_back = |record: &mut Record| {
        record.body.clone_from(&former);
        record.ver = 1;
    };
    overwrite(&memory, set_back, &key).await;
    let found = findings(&memory).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("main#INV#qbo:1001: 2 entries changed it"), "{found:?}");
    assert!(found[1].starts_with("main#PAY#stripe:pi_1: USD 500.00 of it is on"), "{found:?}");
}

#[tokio::test]
async fn sides_that_differ_are_found_though_each_adds_up() {
    let memory = applied().await;
    let mut one = stored::<Invoice>(&memory, &keys::invoice(&entity(), &InvoiceId::new("qbo:1001"))).await;
    one.state.applied = usd(40_000);
    one.state.settled[0].amount = usd(40_000);
    let event = Event::MailFiled { what: "a bug".into() };
    let change = Change::new(entity(), memory.app.clock.now(), cause("bug"), event).update(one);
    change.commit(memory.table.as_ref()).await.unwrap();
    let told =
        "main#INV#qbo:1001: main#PAY#stripe:pi_1 settles USD 400.00 of it, which itself says USD 500.00";
    assert_eq!(findings(&memory).await, [told]);
}

#[tokio::test]
async fn an_item_that_breaks_its_own_rule_is_found() {
    let memory = applied().await;
    let key = keys::invoice(&entity(), &InvoiceId::new("qbo:1001"));
    let change = |record: &mut Record| {
        record.body = record.body.replace(r#""original":{"minor":50000"#, r#""original":{"minor":40000"#);
    };
    overwrite(&memory, change, &key).await;
    let found = findings(&memory).await;
    assert!(found.iter().any(|what| what.contains("open USD -100.00 is negative")), "{found:?}");
}

#[tokio::test]
async fn a_follow_up_that_is_dropped_or_late_is_found() {
    let memory = applied().await;
    memory.clock.advance(TimeDelta::hours(75));
    let late = "main#PAY#stripe:pi_1: WriteBack has been pending since 2026-03-24T10:00:00+00:00";
    assert_eq!(findings(&memory).await, [late]);
    let now = Some(memory.app.clock.now());
    let report = verify(memory.table.as_ref(), now, &[FollowUp::WriteBack]).await.unwrap();
    assert_eq!((report.findings, report.pending), (vec![], 1), "it waits on purpose");
    let mut dropped = stored_payment(&memory, "stripe:pi_1").await;
    dropped.done(FollowUp::WriteBack);
    let event = Event::MailFiled { what: "a bug".into() };
    let change = Change::new(entity(), memory.app.clock.now(), cause("bug"), event).update(dropped);
    change.commit(memory.table.as_ref()).await.unwrap();
    assert_eq!(
        findings(&memory).await,
        ["main#PAY#stripe:pi_1: version 3 dropped WriteBack without doing it"]
    );
}

#[tokio::test]
async fn a_mark_that_is_not_in_the_index_is_found() {
    let memory = applied().await;
    let key = keys::payment(&entity(), &PaymentId::new("stripe:pi_1"));
    overwrite(&memory, |record| record.pending = None, &key).await;
    let found = findings(&memory).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("its mark in the index says otherwise"), "{found:?}");
}
