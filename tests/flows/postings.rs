//! What a dry run leaves unposted, and what people take out of QuickBooks: nothing is posted unasked, and people say what
//! becomes of it.
use domain::payment::Posting;
use domain::task::TaskKind;
use domain::timeline::Event;
use tests::{Telling, World, story};

/// A card payment of 500.00 is applied to INV-1001 in a dry run.
async fn given_applied_in_a_dry_run(world: &mut World) {
    world.given_larkspur().await;
    world.given_sending(false);
    world.when_card_payment("pi_1", "500.00", "INV-1001").await;
    world.then_open("INV-1001", "0.00").await;
    world.when_tick("2026-03-17", "11:00").await;
    world.then_posted(0);
    world.then_tasks(&[]).await;
    assert_eq!(world.letters(), 0);
}

#[tokio::test]
async fn going_live_posts_nothing_of_the_dry_run_and_asks_a_person() {
    // Where the sweep fails it tells an hour later: told without failures.
    for telling in [Telling::Plain, Telling::Twice] {
        let world = &mut World::new(telling).await;
        given_applied_in_a_dry_run(world).await;
        world.given_sending(true);
        world.when_tick("2026-03-17", "12:00").await;
        world.when_tick("2026-03-17", "13:00").await;
        world.then_posted(0);
        world.then_tasks(&[TaskKind::LedgerMismatch]).await;
        assert!(world.tasks().await[0].1.contains("was applied in a dry run"));
        world.when_asked_to_post("stripe:pi_1").await;
        world.then_posted(1);
        world.then_open_in_quickbooks("INV-1001", "0.00");
        world.then_tasks(&[]).await;
        world.when_tick("2026-03-17", "14:00").await;
        world.then_tasks(&[]).await;
        world.then_posted(1);
    }
}

#[tokio::test]
async fn what_is_taken_in_once_live_is_posted_by_itself() {
    story(async |world| {
        given_applied_in_a_dry_run(world).await;
        world.given_sending(true);
        world.given_invoice("INV-1002", "7", "80.00", "2026-03-06");
        world.when_pull().await;
        world.when_card_payment("pi_2", "80.00", "INV-1002").await;
        world.then_posted_in_all("80.00");
    })
    .await;
}

#[tokio::test]
async fn undone_in_a_dry_run_nothing_is_left_to_post_or_to_ask() {
    story(async |world| {
        given_applied_in_a_dry_run(world).await;
        world.when_undone("stripe:pi_1", "INV-1001").await;
        world.given_sending(true);
        world.when_tick("2026-03-17", "12:00").await;
        world.then_posted(0);
        world.then_tasks(&[TaskKind::PaymentReview]).await;
    })
    .await;
}

#[tokio::test]
async fn what_people_entered_in_the_dry_run_is_taken_for_ours_and_counted_once() {
    // Where the sweep fails it tells an hour later: told without failures.
    for telling in [Telling::Plain, Telling::Twice] {
        let world = &mut World::new(telling).await;
        given_applied_in_a_dry_run(world).await;
        world.given_payment_by_people("7", "500.00", "INV-1001", "500.00");
        world.when_pull().await;
        world.then_tasks(&[TaskKind::LedgerMismatch]).await;
        world.given_sending(true);
        world.when_tick("2026-03-17", "12:00").await;
        world.then_tasks(&[TaskKind::LedgerMismatch, TaskKind::LedgerMismatch]).await;
        let theirs = world.payment_by_people();
        world.when_same_money("stripe:pi_1", &theirs).await;
        world.then_posted(1);
        world.then_tasks(&[]).await;
        world.then_unapplied(&theirs, "0.00").await;
        world.then_open("INV-1001", "0.00").await;
        let ours = world.payment("stripe:pi_1").await.unwrap();
        assert!(
            matches!(ours.posting, Posting::Posted { external_id, .. } if theirs.ends_with(&external_id))
        );
        world.when_pull().await;
        world.when_tick("2026-03-17", "13:00").await;
        world.then_tasks(&[]).await;
        world.then_posted_in_all("500.00");
    }
}

#[tokio::test]
async fn other_money_is_not_taken_for_ours() {
    let mut world = World::new(Telling::Plain).await;
    given_applied_in_a_dry_run(&mut world).await;
    world.given_invoice("INV-1002", "7", "500.00", "2026-03-06");
    world.given_payment_by_people("7", "500.00", "INV-1002", "500.00");
    world.when_pull().await;
    world.given_sending(true);
    world.when_tick("2026-03-17", "12:00").await;
    let theirs = world.payment_by_people();
    let refused = world.same_money("stripe:pi_1", &theirs).await.unwrap_err();
    assert!(refused.to_string().contains("it settles"), "{refused}");
}

#[tokio::test]
async fn a_posting_that_people_deleted_is_made_again_when_they_ask() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_deleted_payment();
        world.when_pull().await;
        world.when_asked_to_post("stripe:pi_1").await;
        world.then_posted(1);
        world.then_open_in_quickbooks("INV-1001", "0.00");
        world.when_pull().await;
        world.then_tasks(&[]).await;
        world.then_happened(2, |event| matches!(event, Event::WrittenBack { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_posting_that_people_voided_is_made_again_when_they_ask() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_voided_payment();
        world.when_pull().await;
        world.when_asked_to_post("stripe:pi_1").await;
        world.then_posted(2);
        world.then_posted_in_all("500.00");
        world.then_open_in_quickbooks("INV-1001", "0.00");
        world.when_pull().await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_posting_that_people_replaced_by_one_of_theirs_is_followed_there() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_deleted_payment();
        world.given_payment_by_people("7", "500.00", "INV-1001", "500.00");
        world.when_pull().await;
        world.then_tasks(&[TaskKind::LedgerMismatch, TaskKind::LedgerMismatch]).await;
        let theirs = world.payment_by_people();
        world.when_same_money("stripe:pi_1", &theirs).await;
        world.then_tasks(&[]).await;
        world.then_posted(1);
        world.then_open("INV-1001", "0.00").await;
        world.then_open_in_quickbooks("INV-1001", "0.00");
    })
    .await;
}
