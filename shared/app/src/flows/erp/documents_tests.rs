use super::*;
use crate::flows::items::{
    customer, entity, invoice, memory_app, open_tasks, payment, put, stored_customer, stored_invoice, usd,
};
use domain::invoice::{RefundToDecide, Settlement};
use domain::money::Currency;

fn row(token: &str, total: Money, is_voided: bool) -> ErpInvoice {
    ErpInvoice {
        external_id: "1001".into(),
        sync_token: token.into(),
        number: Some("INV-1001".into()),
        customer_external_id: "1".into(),
        issued_on: "2026-02-10".parse().unwrap(),
        due_on: None,
        total,
        balance: total,
        is_voided,
        updated_at: "2026-03-20T00:00:00Z".parse().unwrap(),
        bill_email: None,
    }
}

async fn store_rows(memory: &crate::doubles::app::MemoryApp, rows: Vec<ErpInvoice>) {
    store(&memory.app, &Cause::new("qbo:Invoice:page"), rows).await.unwrap();
}

#[tokio::test]
async fn a_void_that_leaves_a_credit_behind_is_told() {
    let memory = memory_app();
    let by = Settlement::Credit(CreditMemoId::new("qbo:9"));
    put(&memory, invoice("1001", 10_000).settle(by, usd(6_000)).unwrap(), &[]).await;
    store_rows(&memory, vec![row("1", usd(0), true)]).await;
    assert!(stored_invoice(&memory, "1001").await.is_voided);
    let task = open_tasks(&memory).await.remove(0);
    assert!(task.why.contains("USD 60.00 are credited"), "{}", task.why);
    let units = memory.table.half_units();
    store_rows(&memory, vec![row("1", usd(0), true)]).await;
    assert_eq!(memory.table.half_units(), units, "a duplicate writes nothing");
}

#[tokio::test]
async fn a_total_below_what_is_held_or_in_another_currency_is_not_taken_over() {
    let memory = memory_app();
    let mut held = invoice("1001", 10_000);
    let (payment, refund) = (payment("pi_1", 0).id, "re_1".to_owned());
    held.refunds_to_decide.push(RefundToDecide { payment, refund, amount: usd(9_000), choice: None });
    put(&memory, held, &[]).await;
    store_rows(&memory, vec![row("1", usd(5_000), false)]).await;
    let invoice = stored_invoice(&memory, "1001").await;
    assert_eq!((invoice.original, invoice.ledger_balance), (usd(10_000), usd(5_000)));
    store_rows(&memory, vec![row("2", Money::new(5_000, Currency::EUR), false)]).await;
    assert_eq!(stored_invoice(&memory, "1001").await.chaseable().unwrap(), usd(0));
    assert_eq!(open_tasks(&memory).await.len(), 1);
}

#[tokio::test]
async fn a_record_that_breaks_a_rule_holds_up_no_other() {
    let memory = memory_app();
    let good = ErpInvoice { external_id: "1002".into(), ..row("0", usd(1_000), false) };
    store_rows(&memory, vec![row("0", usd(-1_000), false), good]).await;
    assert_eq!(stored_invoice(&memory, "1002").await.original, usd(1_000));
    assert_eq!(open_tasks(&memory).await[0].kind, TaskKind::LedgerMismatch);
}

#[tokio::test]
async fn an_address_that_is_written_twice_is_one_contact() {
    let memory = memory_app();
    put(&memory, customer(&memory).await, &[]).await;
    let row = ErpCustomer {
        external_id: "1".into(),
        sync_token: "1".into(),
        display_name: "Heron Books".into(),
        company_name: None,
        email: Some("pay@heron.example, Pay@heron.example".into()),
        currency: None,
        billed_to_external_id: None,
        is_active: true,
        updated_at: "2026-03-20T00:00:00Z".parse().unwrap(),
    };
    store(&memory.app, &Cause::new("qbo:Customer:page"), vec![row]).await.unwrap();
    assert_eq!(stored_customer(&memory).await.contacts.len(), 1);
    assert_eq!(stored_customer(&memory).await.entity, entity());
}
