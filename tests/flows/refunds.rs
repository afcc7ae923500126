//! Refunds: what was applied is taken back, and nobody is chased for it until a person has decided.
use domain::invoice::RefundChoice;
use domain::task::TaskKind;
use domain::timeline::Event;
use tests::{World, story};

/// INV-1001 of 500.00 was paid, and 200.00 of it went back.
async fn given_refunded(world: &mut World) {
    world.given_larkspur().await;
    world.when_card_payment("pi_1", "500.00", "INV-1001").await;
    world.given_refund("re_1", "pi_1", "200.00", "succeeded");
    world.when_notice("refund.created", "refund", "re_1").await;
}

#[tokio::test]
async fn a_refund_reopens_the_invoice_and_no_tick_chases_it() {
    story(async |world| {
        given_refunded(world).await;
        world.then_open("INV-1001", "200.00").await;
        world.then_held("7", "INV-1001", "refund to decide").await;
        world.then_tasks(&[TaskKind::RefundToDecide]).await;
        world.when_tick("2026-03-16", "11:00").await;
        world.when_pull().await;
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.then_held("7", "INV-1001", "refund to decide").await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_is_told_by_its_charge_is_the_same_refund() {
    story(async |world| {
        given_refunded(world).await;
        world.given_card_payment("pi_1", "500.00", "INV-1001");
        world.when_notice("refund.updated", "refund", "re_1").await;
        world.then_open("INV-1001", "200.00").await;
        world.then_happened(1, |event| matches!(event, Event::PaymentReversed { .. }));
    })
    .await;
}

#[tokio::test]
async fn decided_to_reopen_it_is_owed_again_and_chased() {
    story(async |world| {
        given_refunded(world).await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.then_open("INV-1001", "200.00").await;
        world.then_open_in_quickbooks("INV-1001", "200.00");
        world.then_posted(1);
        world.then_tasks(&[]).await;
        world.when_pull().await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1);
    })
    .await;
}

#[tokio::test]
async fn decided_to_credit_a_credit_memo_settles_it() {
    story(async |world| {
        world.given_credit_memo("CM-1", "7", "200.00", "2026-03-10");
        given_refunded(world).await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Credit).await;
        world.then_open("INV-1001", "0.00").await;
        assert_eq!(world.invoice("INV-1001").await.credited.minor(), 200_00);
        world.then_tasks(&[]).await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn decided_to_credit_without_a_memo_it_waits_unchased() {
    story(async |world| {
        given_refunded(world).await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Credit).await;
        world.then_open("INV-1001", "200.00").await;
        world.then_held("7", "INV-1001", "refund to decide").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn decided_to_void_it_waits_for_the_ledger_and_is_gone_then() {
    story(async |world| {
        given_refunded(world).await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Void).await;
        world.then_open("INV-1001", "200.00").await;
        world.when_tick("2026-03-17", "11:00").await;
        world.given_void("INV-1001");
        world.when_pull().await;
        world.then_open("INV-1001", "0.00").await;
        world.when_tick("2026-03-18", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_failed_is_undone_exactly() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        let before = world.invoice("INV-1001").await;
        world.given_refund("re_1", "pi_1", "200.00", "pending");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.then_open("INV-1001", "200.00").await;
        world.given_refund("re_1", "pi_1", "200.00", "failed");
        world.when_notice("refund.failed", "refund", "re_1").await;
        assert_eq!(world.invoice("INV-1001").await, before);
        world.then_unapplied("stripe:pi_1", "0.00").await;
        world.then_tasks(&[]).await;
        world.then_posted(1);
        world.then_open_in_quickbooks("INV-1001", "0.00");
    })
    .await;
}

#[tokio::test]
async fn a_refund_heard_of_before_its_payment_ends_as_if_heard_after() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_card_payment("pi_1", "500.00", "INV-1001");
        world.given_refund("re_1", "pi_1", "200.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.when_notice("payment_intent.succeeded", "payment_intent", "pi_1").await;
        world.then_open("INV-1001", "200.00").await;
        world.then_held("7", "INV-1001", "refund to decide").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
        // Posted before or after the refund: decided, it is the same in QuickBooks.
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.then_open_in_quickbooks("INV-1001", "200.00");
    })
    .await;
}

#[tokio::test]
async fn paid_again_while_undecided_the_new_payment_waits_for_a_person_too() {
    story(async |world| {
        given_refunded(world).await;
        world.when_card_payment("pi_2", "200.00", "INV-1001").await;
        assert_eq!(world.dead, []);
        world.then_open("INV-1001", "200.00").await;
        world.then_unapplied("stripe:pi_2", "200.00").await;
        let mut kinds: Vec<TaskKind> = world.tasks().await.into_iter().map(|(kind, _)| kind).collect();
        kinds.sort();
        assert_eq!(kinds, [TaskKind::PaymentReview, TaskKind::RefundToDecide]);
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.when_accepted("stripe:pi_2", "INV-1001", "200.00").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_tasks(&[]).await;
        world.then_posted(2);
    })
    .await;
}

#[tokio::test]
async fn posted_again_by_people_while_undecided_the_pull_goes_on() {
    story(async |world| {
        given_refunded(world).await;
        // As a bookkeeper does: the card payment less what went back, and the cheque that came in its place.
        world.given_lowered_posting("300.00");
        world.given_payment_by_people("7", "200.00", "INV-1001", "200.00");
        world.given_invoice("INV-1002", "7", "80.00", "2026-04-30");
        world.given_payment_by_people("7", "80.00", "INV-1002", "80.00");
        world.when_pull().await;
        assert_eq!(world.dead, []);
        world.then_open("INV-1001", "200.00").await;
        world.then_open("INV-1002", "0.00").await;
        world.then_held("7", "INV-1001", "refund to decide").await;
    })
    .await;
}

#[tokio::test]
async fn lowered_in_the_ledger_while_undecided_a_person_is_told_and_nobody_chased() {
    story(async |world| {
        given_refunded(world).await;
        world.given_new_total("INV-1001", "300.00");
        world.when_pull().await;
        assert_eq!(world.dead, []);
        let mut kinds: Vec<TaskKind> = world.tasks().await.into_iter().map(|(kind, _)| kind).collect();
        kinds.sort();
        assert_eq!(kinds, [TaskKind::RefundToDecide, TaskKind::LedgerMismatch]);
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_refund_over_two_invoices_is_decided_on_each() {
    story(async |world| {
        world.given_invoice("INV-1002", "7", "100.00", "2026-03-06");
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "600.00", "INV-1001, INV-1002").await;
        world.then_open("INV-1001", "0.00").await;
        world.given_refund("re_1", "pi_1", "550.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.then_open("INV-1001", "500.00").await;
        world.then_open("INV-1002", "50.00").await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.then_tasks(&[TaskKind::RefundToDecide]).await;
        assert!(world.invoice("INV-1002").await.chaseable().unwrap().is_zero());
        world.when_decided("INV-1002", "re_1", RefundChoice::Reopen).await;
        world.then_tasks(&[]).await;
        world.then_open_in_quickbooks("INV-1001", "500.00");
        world.then_open_in_quickbooks("INV-1002", "50.00");
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_fails_after_the_customer_paid_again_leaves_cash_to_look_at() {
    story(async |world| {
        given_refunded(world).await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.when_card_payment("pi_2", "200.00", "INV-1001").await;
        world.then_open("INV-1001", "0.00").await;
        world.given_refund("re_1", "pi_1", "200.00", "failed");
        world.when_notice("refund.failed", "refund", "re_1").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_unapplied("stripe:pi_1", "200.00").await;
        world.then_tasks(&[TaskKind::PaymentReview]).await;
        world.then_posted_in_all("700.00");
    })
    .await;
}

#[tokio::test]
async fn a_refund_of_what_settled_nothing_asks_nobody_and_reaches_the_ledger() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "600.00", "INV-1001").await;
        world.when_accepted("stripe:pi_1", "INV-1001", "500.00").await;
        world.then_posted_in_all("600.00");
        world.given_refund("re_1", "pi_1", "100.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.then_unapplied("stripe:pi_1", "0.00").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_tasks(&[]).await;
        world.then_posted_in_all("500.00");
    })
    .await;
}
