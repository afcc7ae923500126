use super::*;
use crate::flows::items::{
    entity, invoice, memory_app, open_tasks, payment, put, put_number, stored_invoice, stored_payment, usd,
};
use domain::invoice::RefundToDecide;

async fn apply(memory: &crate::doubles::app::MemoryApp) {
    let due = CashApplicationDue::new(entity(), PaymentId::new("stripe:pi_2"));
    apply_due(&memory.app, &due).await.unwrap();
}

#[tokio::test]
async fn money_for_a_part_that_waits_for_a_decision_waits_in_review() {
    let memory = memory_app();
    let mut invoice = invoice("1001", 50_000);
    let (payment_id, refund) = (PaymentId::new("stripe:pi_1"), "re_1".to_owned());
    let amount = usd(50_000);
    invoice.refunds_to_decide.push(RefundToDecide { payment: payment_id, refund, amount, choice: None });
    put_number(&memory, &invoice).await;
    put(&memory, invoice, &[]).await;
    let mut again = payment("pi_2", 50_000);
    again.remittance.structured = vec!["INV-1001".into()];
    put(&memory, again, &[FollowUp::ApplyCash]).await;
    apply(&memory).await;
    assert_eq!(stored_invoice(&memory, "1001").await.applied, usd(0));
    assert_eq!(open_tasks(&memory).await[0].kind, TaskKind::PaymentReview);
}

#[tokio::test]
async fn money_that_names_one_customers_invoice_counts_for_that_customer_while_it_is_reviewed() {
    let memory = memory_app();
    put_number(&memory, &invoice("1001", 50_000)).await;
    put(&memory, invoice("1001", 50_000), &[]).await;
    let mut odd = payment("pi_2", 50_100);
    odd.remittance.structured = vec!["INV-1001".into()];
    put(&memory, odd, &[FollowUp::ApplyCash]).await;
    apply(&memory).await;
    let stored = stored_payment(&memory, "stripe:pi_2").await;
    assert_eq!(stored.state.customer, Some(CustomerId::new("qbo:1")));
    assert_eq!(stored.state.unapplied().unwrap(), usd(50_100));
    let units = memory.table.half_units();
    apply(&memory).await;
    assert_eq!(memory.table.half_units(), units, "a duplicate writes nothing");
    let task = open_tasks(&memory).await.remove(0);
    let candidate = task.candidates.first().unwrap();
    let cause = Cause::new("console:1");
    for _ in 0..2 {
        // The second time is the first whose answer was lost.
        accept(&memory.app, &cause, &stored.state.id, candidate, "jo").await.unwrap();
    }
    assert_eq!(stored_invoice(&memory, "1001").await.applied, usd(50_000));
    let other = Cause::new("console:2");
    assert!(accept(&memory.app, &other, &stored.state.id, candidate, "al").await.is_err());
}
