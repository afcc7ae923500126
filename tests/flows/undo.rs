//! Undoing an application: the invoice as before, the money with a person, and the ledger brought in line.
use domain::task::TaskKind;
use domain::timeline::Event;
use tests::{Mail, World, story};

/// INV-1001 of 500.00 is paid by card and posted, INV-1002 of 500.00 is what was meant.
async fn given_wrongly_applied(world: &mut World) {
    world.given_larkspur().await;
    world.given_invoice("INV-1002", "7", "500.00", "2026-03-06");
    world.when_pull().await;
    world.when_card_payment("pi_1", "500.00", "INV-1001").await;
    world.then_open("INV-1001", "0.00").await;
    world.then_posted(1);
}

#[tokio::test]
async fn undone_the_invoice_is_as_before_and_the_money_is_for_a_person() {
    story(async |world| {
        world.given_larkspur().await;
        let before = world.invoice("INV-1001").await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_undone("stripe:pi_1", "INV-1001").await;
        assert_eq!(world.invoice("INV-1001").await, before);
        world.then_unapplied("stripe:pi_1", "500.00").await;
        world.then_tasks(&[TaskKind::PaymentReview]).await;
        world.then_open_in_quickbooks("INV-1001", "500.00");
        world.then_posted_in_all("500.00");
        world.when_pull().await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0, "the money on account covers it");
        world.then_happened(1, |event| matches!(event, Event::CashApplied { .. }));
    })
    .await;
}

#[tokio::test]
async fn undone_and_placed_elsewhere_both_books_follow() {
    story(async |world| {
        given_wrongly_applied(world).await;
        world.when_undone("stripe:pi_1", "INV-1001").await;
        world.when_accepted("stripe:pi_1", "INV-1002", "500.00").await;
        world.then_open("INV-1001", "500.00").await;
        world.then_open("INV-1002", "0.00").await;
        world.then_open_in_quickbooks("INV-1001", "500.00");
        world.then_open_in_quickbooks("INV-1002", "0.00");
        world.then_posted(1);
        world.then_tasks(&[]).await;
        world.when_pull().await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1, "INV-1001 is owed");
    })
    .await;
}

#[tokio::test]
async fn undone_the_promise_and_the_letters_stand_as_before() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_tick("2026-03-16", "11:00").await;
        let address = world.reply_address("7", "2026-03-16");
        let mail = Mail::new("ap@larkspur.example", &address, "We will pay this invoice on Friday.");
        world.when_mail(&mail).await;
        let promised = world.invoice("INV-1001").await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.invoice("INV-1001").await.promise, None, "kept");
        world.when_undone("stripe:pi_1", "INV-1001").await;
        let undone = world.invoice("INV-1001").await;
        assert_eq!((&undone.promise, &undone.letters), (&promised.promise, &promised.letters));
        assert_eq!(undone.broken_promises, 0);
    })
    .await;
}

#[tokio::test]
async fn undone_before_it_was_posted_nothing_is_posted() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_stopped_queue(app::queues::QueueName::WriteBack);
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_undone("stripe:pi_1", "INV-1001").await;
        world.when_queue_runs(app::queues::QueueName::WriteBack).await;
        world.then_open_in_quickbooks("INV-1001", "500.00");
        world.then_posted(0);
    })
    .await;
}
