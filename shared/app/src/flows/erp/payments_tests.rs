use super::*;
use crate::doubles::app::MemoryApp;
use crate::flows::erp::SYSTEM;
use crate::flows::items::{
    entity, invoice, memory_app, open_tasks, payment, put, stored_invoice, stored_payment, usd, version,
};
use crate::store::change::Change;
use crate::store::keys;
use crate::store::table::{Condition, Record, TableName, Write};
use connectors::quickbooks::facts::ErpPaymentLine;
use domain::credit::CreditMemo;
use domain::ids::{CreditMemoId, CustomerId, ExternalRef, InvoiceId};
use domain::invoice::{RefundChoice, RefundToDecide};
use domain::payment::{Allocation, Payment, Posting};
use domain::timeline::Event;

fn line(minor: i64, invoice: Option<&str>, memo: Option<&str>) -> ErpPaymentLine {
    let ids = |id: Option<&str>| id.map(str::to_owned).into_iter().collect();
    ErpPaymentLine {
        amount: usd(minor),
        invoice_external_ids: ids(invoice),
        credit_memo_external_ids: ids(memo),
        others: vec![],
    }
}

fn row(id: &str, total: i64, lines: Vec<ErpPaymentLine>) -> ErpPayment {
    ErpPayment {
        external_id: id.into(),
        sync_token: "0".into(),
        customer_external_id: "1".into(),
        total: usd(total),
        unapplied: usd(0),
        received_on: "2026-03-20".parse().unwrap(),
        payment_ref_num: None,
        private_note: None,
        lines,
        is_voided: false,
        is_cash: total != 0,
        updated_at: "2026-03-20T00:00:00Z".parse().unwrap(),
    }
}

async fn take(memory: &MemoryApp, rows: &[ErpPayment]) -> Result<(), Failure> {
    store_all(&memory.app, &Cause::new("qbo:Payment:page"), rows).await
}

fn memo(minor: i64) -> CreditMemo {
    CreditMemo {
        entity: entity(),
        id: CreditMemoId::new("qbo:9"),
        external_ref: ExternalRef::new(SYSTEM, "9"),
        external_version: version("0"),
        customer: CustomerId::new("qbo:1"),
        number: "CM-9".into(),
        issued_on: "2026-03-20".parse().unwrap(),
        original: usd(minor),
        applied: usd(0),
        ledger_remaining: usd(0),
        allocations: vec![],
    }
}

#[tokio::test]
async fn a_payment_together_with_a_credit_settles_with_both() {
    let memory = memory_app();
    put(&memory, invoice("1001", 10_000), &[]).await;
    put(&memory, memo(4_000), &[]).await;
    let both = row("7", 6_000, vec![line(10_000, Some("1001"), None), line(4_000, None, Some("9"))]);
    take(&memory, std::slice::from_ref(&both)).await.unwrap();
    let invoice = stored_invoice(&memory, "1001").await;
    assert_eq!((invoice.applied, invoice.credited), (usd(6_000), usd(4_000)));
    assert_eq!(open_tasks(&memory).await, []);
    let units = memory.table.half_units();
    take(&memory, std::slice::from_ref(&both)).await.unwrap();
    assert_eq!(memory.table.half_units(), units, "a duplicate writes nothing");
    let voided = ErpPayment { sync_token: "1".into(), is_voided: true, ..row("7", 0, vec![]) };
    take(&memory, &[voided]).await.unwrap();
    assert_eq!(stored_invoice(&memory, "1001").await.open().unwrap(), usd(10_000));
    take(&memory, &[both]).await.unwrap();
    assert_eq!(stored_invoice(&memory, "1001").await.open().unwrap(), usd(10_000), "an older page");
}

/// All other kinds are pulled as of a later day.
async fn pulled(memory: &MemoryApp) {
    let cursor = |kind| {
        let body = r#"{"v":1,"since":"2026-04-01T00:00:00+00:00"}"#;
        let record = Record::new(keys::cursor(&entity(), SYSTEM, kind), 1, body);
        Write::Put { table: TableName::Connections, record, condition: Condition::Absent }
    };
    let cursors = ["Invoice", "CreditMemo", "Deleted"].map(cursor).to_vec();
    memory.app.table.commit(cursors).await.unwrap();
}

#[tokio::test]
async fn what_is_settled_by_anything_else_is_told() {
    let memory = memory_app();
    put(&memory, invoice("1001", 10_000), &[]).await;
    let journal = ErpPaymentLine { others: vec!["JournalEntry 12".into()], ..line(4_000, None, None) };
    let both = [row("7", 6_000, vec![line(10_000, Some("1001"), None), journal])];
    let ended = take(&memory, &both).await;
    assert!(matches!(ended, Err(Failure::Retry { .. })), "what is in its way may be gone: {ended:?}");
    pulled(&memory).await;
    take(&memory, &both).await.unwrap();
    assert_eq!(stored_invoice(&memory, "1001").await.applied, usd(6_000));
    assert!(open_tasks(&memory).await[0].why.contains("USD 40.00 on INV-1001"));
}

#[tokio::test]
async fn a_payment_that_waits_for_its_invoice_holds_up_no_other() {
    let memory = memory_app();
    put(&memory, invoice("1001", 10_000), &[]).await;
    let early = row("7", 1_000, vec![line(1_000, Some("2002"), None)]);
    let ready = row("8", 6_000, vec![line(6_000, Some("1001"), None)]);
    let ended = take(&memory, &[early, ready]).await;
    assert!(matches!(ended, Err(Failure::Retry { .. })));
    assert_eq!(stored_payment(&memory, "qbo:8").await.state.applied, usd(6_000));
}

#[tokio::test]
async fn the_credit_memo_that_a_refund_waits_for_settles_what_it_reopened() {
    let memory = memory_app();
    let mut waiting = invoice("1001", 10_000);
    let (payment, refund) = (payment("pi_1", 0).id, "re_1".to_owned());
    let choice = Some(RefundChoice::Credit);
    waiting.refunds_to_decide.push(RefundToDecide { payment, refund, amount: usd(10_000), choice });
    put(&memory, waiting, &[]).await;
    put(&memory, memo(10_000), &[]).await;
    let link = row("7", 0, vec![line(10_000, Some("1001"), None), line(10_000, None, Some("9"))]);
    take(&memory, &[link]).await.unwrap();
    let invoice = stored_invoice(&memory, "1001").await;
    assert_eq!((invoice.open().unwrap(), invoice.credited), (usd(0), usd(10_000)));
    assert_eq!((invoice.refunds_to_decide, open_tasks(&memory).await), (vec![], vec![]));
}

#[tokio::test]
async fn a_link_of_before_links_were_followed_is_not_taken_in_twice() {
    let memory = memory_app();
    put(&memory, invoice("1001", 10_000), &[]).await;
    let claim = keys::claim(&entity(), "qbo-credit-link", "7");
    let event = Event::MailFiled { what: "seed".into() };
    let seed = Change::new(entity(), memory.app.clock.now(), Cause::new("seed"), event);
    let seed = seed.create(memo(10_000), &[]).claim(claim, r#"{"v":1}"#);
    seed.commit(memory.app.table.as_ref()).await.unwrap();
    let link = row("7", 0, vec![line(4_000, Some("1001"), None), line(4_000, None, Some("9"))]);
    take(&memory, &[link]).await.unwrap();
    assert_eq!(stored_invoice(&memory, "1001").await.credited, usd(0));
    assert!(open_tasks(&memory).await[0].why.contains("compare its invoices by hand"));
}

#[tokio::test]
async fn a_line_on_a_journal_entry_is_told_though_all_else_fits() {
    let memory = memory_app();
    put(&memory, invoice("1001", 50_000), &[]).await;
    let journal = ErpPaymentLine { others: vec!["JournalEntry 12".into()], ..line(4_000, None, None) };
    take(&memory, &[row("7", 10_000, vec![line(6_000, Some("1001"), None), journal])]).await.unwrap();
    assert_eq!(stored_payment(&memory, "qbo:7").await.state.applied, usd(6_000));
    let task = open_tasks(&memory).await.remove(0);
    assert_eq!(task.why, "the ledger's payment 7 does not fit: USD 40.00 on JournalEntry 12");
}

#[tokio::test]
async fn a_journal_entry_on_a_posting_of_ours_is_told_too() {
    let memory = memory_app();
    put(&memory, invoice("1001", 50_000), &[]).await;
    let lines = vec![Allocation { invoice: InvoiceId::new("qbo:1001"), amount: usd(6_000) }];
    let posting =
        Posting::Posted { external_id: "7".into(), token: "0".into(), lines: lines.clone(), total: None };
    let customer = Some(CustomerId::new("qbo:1"));
    let ours =
        Payment { posting, customer, allocations: lines, applied: usd(6_000), ..payment("pi_1", 10_000) };
    put(&memory, ours, &[]).await;
    let journal = ErpPaymentLine { others: vec!["JournalEntry 12".into()], ..line(4_000, None, None) };
    let theirs = row("7", 10_000, vec![line(6_000, Some("1001"), None), journal]);
    let (sync_token, private_note) = ("1".into(), Some("dunlin:stripe:pi_1".into()));
    take(&memory, &[ErpPayment { sync_token, private_note, ..theirs }]).await.unwrap();
    let task = open_tasks(&memory).await.remove(0);
    assert!(task.why.contains("with USD 40.00 on JournalEntry 12"), "{}", task.why);
}
