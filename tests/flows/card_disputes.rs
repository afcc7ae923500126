//! Card disputes: contested and blocked, restored when won, waiting for a person when lost.
use domain::invoice::RefundChoice;
use domain::task::TaskKind;
use domain::timeline::Event;
use tests::{World, story};

async fn given_disputed(world: &mut World) {
    world.given_larkspur().await;
    world.when_card_payment("pi_1", "500.00", "INV-1001").await;
    world.given_card_dispute("dp_1", "pi_1", "500.00", "needs_response");
    world.when_notice("charge.dispute.created", "dispute", "dp_1").await;
}

#[tokio::test]
async fn opened_the_invoice_is_contested_and_blocked() {
    story(async |world| {
        given_disputed(world).await;
        world.then_open("INV-1001", "500.00").await;
        world.then_held("7", "INV-1001", "card dispute").await;
        world.then_tasks(&[TaskKind::CardDispute]).await;
        world.when_tick("2026-03-16", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn won_everything_is_as_before() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        let before = world.invoice("INV-1001").await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "needs_response");
        world.when_notice("charge.dispute.created", "dispute", "dp_1").await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "won");
        world.when_notice("charge.dispute.closed", "dispute", "dp_1").await;
        assert_eq!(world.invoice("INV-1001").await, before);
        world.then_unapplied("stripe:pi_1", "0.00").await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn lost_it_waits_for_a_person_and_only_then_is_chased() {
    story(async |world| {
        given_disputed(world).await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "lost");
        world.when_notice("charge.dispute.closed", "dispute", "dp_1").await;
        world.then_happened(1, |event| matches!(event, Event::CardDisputeLost { .. }));
        world.then_held("7", "INV-1001", "card dispute").await;
        world.then_tasks(&[TaskKind::CardDispute]).await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.when_decided("INV-1001", "dp_1", RefundChoice::Reopen).await;
        world.then_tasks(&[]).await;
        world.then_open_in_quickbooks("INV-1001", "500.00");
        world.when_pull().await;
        world.when_tick("2026-03-18", "11:00").await;
        assert_eq!(world.letters(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_inquiry_moves_no_money() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "warning_needs_response");
        world.when_notice("charge.dispute.created", "dispute", "dp_1").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn more_disputed_than_is_left_waits_for_a_person() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_refund("re_1", "pi_1", "200.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "needs_response");
        world.when_notice("charge.dispute.created", "dispute", "dp_1").await;
        let mut kinds: Vec<TaskKind> = world.tasks().await.into_iter().map(|(kind, _)| kind).collect();
        kinds.sort();
        assert_eq!(kinds, [TaskKind::RefundToDecide, TaskKind::CardDispute]);
        assert_eq!(world.dead, []);
        world.then_open("INV-1001", "200.00").await;
    })
    .await;
}

#[tokio::test]
async fn lost_and_then_won_on_appeal_everything_is_as_before() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        let before = world.invoice("INV-1001").await;
        for standing in ["needs_response", "lost", "won"] {
            world.given_card_dispute("dp_1", "pi_1", "500.00", standing);
            world.when_notice("charge.dispute.updated", "dispute", "dp_1").await;
        }
        assert_eq!(world.invoice("INV-1001").await, before);
        world.then_unapplied("stripe:pi_1", "0.00").await;
        world.then_tasks(&[]).await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn won_on_appeal_after_the_invoice_was_reopened_it_is_settled_again() {
    story(async |world| {
        given_disputed(world).await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "lost");
        world.when_notice("charge.dispute.closed", "dispute", "dp_1").await;
        world.when_decided("INV-1001", "dp_1", RefundChoice::Reopen).await;
        world.then_open_in_quickbooks("INV-1001", "500.00");
        world.given_card_dispute("dp_1", "pi_1", "500.00", "won");
        world.when_notice("charge.dispute.updated", "dispute", "dp_1").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_open_in_quickbooks("INV-1001", "0.00");
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn won_and_then_lost_after_all_it_is_contested_again() {
    story(async |world| {
        given_disputed(world).await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "won");
        world.when_notice("charge.dispute.closed", "dispute", "dp_1").await;
        world.then_tasks(&[]).await;
        world.given_card_dispute("dp_1", "pi_1", "500.00", "lost");
        world.when_notice("charge.dispute.updated", "dispute", "dp_1").await;
        world.then_open("INV-1001", "500.00").await;
        world.then_held("7", "INV-1001", "card dispute").await;
        world.then_tasks(&[TaskKind::CardDispute]).await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn won_it_is_ours_again_when_the_money_is_given_back() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        let before = world.invoice("INV-1001").await;
        world.given_dispute_with_funds("dp_1", "pi_1", "500.00", "needs_response", &["-500.00"]);
        world.when_notice("charge.dispute.funds_withdrawn", "dispute", "dp_1").await;
        world.then_held("7", "INV-1001", "card dispute").await;
        world.given_dispute_with_funds("dp_1", "pi_1", "500.00", "won", &["-500.00"]);
        world.when_notice("charge.dispute.closed", "dispute", "dp_1").await;
        world.then_held("7", "INV-1001", "card dispute").await;
        world.given_dispute_with_funds("dp_1", "pi_1", "500.00", "won", &["-500.00", "500.00"]);
        world.when_notice("charge.dispute.funds_reinstated", "dispute", "dp_1").await;
        assert_eq!(world.invoice("INV-1001").await, before);
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn an_inquiry_that_takes_the_money_is_a_dispute() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_dispute_with_funds("dp_1", "pi_1", "500.00", "warning_needs_response", &["-500.00"]);
        world.when_notice("charge.dispute.created", "dispute", "dp_1").await;
        world.then_held("7", "INV-1001", "card dispute").await;
        world.then_tasks(&[TaskKind::CardDispute]).await;
    })
    .await;
}

#[tokio::test]
async fn a_debit_that_the_bank_took_back_is_lost_at_once() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_dispute_with_funds("dp_1", "pi_1", "500.00", "lost", &["-500.00"]);
        world.when_notice("charge.dispute.closed", "dispute", "dp_1").await;
        world.then_held("7", "INV-1001", "card dispute").await;
        world.when_decided("INV-1001", "dp_1", RefundChoice::Reopen).await;
        world.then_open_in_quickbooks("INV-1001", "500.00");
    })
    .await;
}
