use super::*;
use crate::doubles::app::MemoryApp;
use crate::flows::items::{
    invoice, memory_app, open_tasks, payment, put, stored_invoice, stored_payment, usd,
};
use crate::flows::refunds::{RefundDecision, decide};
use domain::ids::InvoiceId;
use domain::invoice::RefundChoice;

const ID: &str = "stripe:pi_1";

/// A payment of 100.00 on invoice 1001, not posted to the ledger yet.
async fn applied() -> MemoryApp {
    let memory = memory_app();
    let (invoice, payment) = (invoice("1001", 10_000), payment("pi_1", 10_000));
    let by = Settlement::Payment(payment.id.clone());
    let payment = payment.allocate(invoice.id.clone(), usd(10_000)).unwrap();
    put(&memory, invoice.settle(by, usd(10_000)).unwrap(), &[]).await;
    put(&memory, payment, &[]).await;
    memory
}

async fn hear(memory: &MemoryApp, kind: ReversalKind, id: &str, minor: i64, standing: Standing) {
    let fact = ReversalFact { kind, external_id: id.into(), amount: usd(minor), standing };
    let ended = follow(&memory.app, &Cause::new("stripe:evt"), &PaymentId::new(ID), &fact, false).await;
    assert_eq!(ended.unwrap(), Followed::Done);
}

#[tokio::test]
async fn two_partial_refunds_and_their_failure_come_out_even() {
    let memory = applied().await;
    hear(&memory, ReversalKind::Refund, "re_1", 3_000, Standing::Standing).await;
    hear(&memory, ReversalKind::Refund, "re_2", 7_000, Standing::Standing).await;
    let invoice = stored_invoice(&memory, "1001").await;
    assert_eq!((invoice.open().unwrap(), invoice.payable().unwrap()), (usd(10_000), usd(0)));
    hear(&memory, ReversalKind::Refund, "re_1", 3_000, Standing::Undone).await;
    hear(&memory, ReversalKind::Refund, "re_2", 7_000, Standing::Undone).await;
    assert_eq!(stored_invoice(&memory, "1001").await.applied, usd(10_000));
    assert_eq!(open_tasks(&memory).await, []);
    // It settles something again and is not in the ledger: it must get there.
    assert!(stored_payment(&memory, ID).await.is_pending(FollowUp::WriteBack));
    let units = memory.table.half_units();
    hear(&memory, ReversalKind::Refund, "re_2", 7_000, Standing::Undone).await;
    assert_eq!(memory.table.half_units(), units, "a duplicate writes nothing");
}

#[tokio::test]
async fn a_dispute_of_what_was_refunded_moves_nothing_and_asks_a_person_once() {
    let memory = applied().await;
    hear(&memory, ReversalKind::Refund, "re_1", 10_000, Standing::Standing).await;
    for _ in 0..2 {
        hear(&memory, ReversalKind::CardDispute, "dp_1", 10_000, Standing::Standing).await;
    }
    let payment = stored_payment(&memory, ID).await.state;
    assert_eq!((payment.refunded, payment.reversed), (usd(10_000), usd(0)));
    let kinds: Vec<TaskKind> = open_tasks(&memory).await.into_iter().map(|task| task.kind).collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&TaskKind::CardDispute), "{kinds:?}");
    // The refund fails after all, and the dispute still stands: now it fits, and its task is open already.
    hear(&memory, ReversalKind::Refund, "re_1", 10_000, Standing::Undone).await;
    hear(&memory, ReversalKind::CardDispute, "dp_1", 10_000, Standing::Standing).await;
    assert_eq!(stored_payment(&memory, ID).await.state.reversed, usd(10_000));
}

#[tokio::test]
async fn what_was_chosen_for_a_lost_dispute_stays_on_record_until_the_ledger_brings_it() {
    let memory = applied().await;
    hear(&memory, ReversalKind::CardDispute, "dp_1", 10_000, Standing::Lost).await;
    let (invoice, choice) = (InvoiceId::new("qbo:1001"), RefundChoice::Credit);
    let decision = RefundDecision { invoice, reversal: "dp_1".into(), choice, by: "jo".into() };
    decide(&memory.app, &Cause::new("console:1"), &decision).await.unwrap();
    let units = memory.table.half_units();
    decide(&memory.app, &Cause::new("console:1"), &decision).await.unwrap();
    assert_eq!(memory.table.half_units(), units, "its own effect is recognised");
    let invoice = stored_invoice(&memory, "1001").await;
    assert_eq!(invoice.refunds_to_decide[0].choice, Some(RefundChoice::Credit));
    assert_eq!(invoice.chaseable().unwrap(), usd(0));
    assert_eq!(open_tasks(&memory).await, []);
}

#[tokio::test]
async fn what_was_undone_and_stands_again_is_believed_when_it_is_confirmed() {
    let memory = applied().await;
    hear(&memory, ReversalKind::CardDispute, "dp_1", 10_000, Standing::Standing).await;
    hear(&memory, ReversalKind::CardDispute, "dp_1", 10_000, Standing::Undone).await;
    let (kind, standing) = (ReversalKind::CardDispute, Standing::Lost);
    let fact = ReversalFact { kind, external_id: "dp_1".into(), amount: usd(10_000), standing };
    let (cause, payment) = (Cause::new("stripe:evt"), PaymentId::new(ID));
    let ended = follow(&memory.app, &cause, &payment, &fact, false).await.unwrap();
    assert_eq!(ended, Followed::Contradicts, "it may be an old reading");
    assert_eq!(stored_invoice(&memory, "1001").await.applied, usd(10_000));
    let ended = follow(&memory.app, &cause, &payment, &fact, true).await.unwrap();
    assert_eq!(ended, Followed::Done);
    let invoice = stored_invoice(&memory, "1001").await;
    assert_eq!((invoice.applied, invoice.contested.len()), (usd(0), 1));
    assert_eq!(open_tasks(&memory).await[0].kind, TaskKind::CardDispute);
}
