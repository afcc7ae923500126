//! QuickBooks: pulled without change, written back once.
use app::queues::QueueName;
use domain::invoice::RefundChoice;
use domain::payment::Posting;
use domain::task::TaskKind;
use tests::{Mail, Sent, Telling, Trouble, World, story};

#[tokio::test]
async fn pulled_again_nothing_changes() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_credit_memo("CM-1", "7", "40.00", "2026-03-10");
        world.given_payment_by_people("7", "100.00", "INV-1001", "100.00");
        world.when_pull().await;
        let before = world.writes();
        world.when_pull().await;
        assert_eq!(world.writes(), before);
    })
    .await;
}

#[tokio::test]
async fn an_older_version_is_ignored() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_new_due_day("INV-1001", "2026-04-01");
        world.when_pull().await;
        let held = world.invoice("INV-1001").await;
        assert_eq!(held.due_on, "2026-04-01".parse().ok());
        world.given_stale_answer("INV-1001", "2026-01-01");
        world.when_pull().await;
        assert_eq!(world.invoice("INV-1001").await, held);
    })
    .await;
}

#[tokio::test]
async fn our_own_posting_comes_back_and_is_recognised() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_pull().await;
        assert_eq!(world.payments().await.len(), 1);
        world.then_open("INV-1001", "0.00").await;
        assert!(world.invoice("INV-1001").await.ledger_balance.is_zero());
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_by_people_comes_with_its_allocations_and_is_never_written_back() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_payment_by_people("7", "450.00", "INV-1001", "400.00");
        world.when_pull().await;
        world.then_open("INV-1001", "100.00").await;
        let payments = world.payments().await;
        let [payment] = payments.as_slice() else { panic!("{payments:?}") };
        assert_eq!((payment.unapplied().unwrap().minor(), &payment.posting), (50_00, &Posting::ByPeople));
        world.then_posted(1);
    })
    .await;
}

#[tokio::test]
async fn a_posting_whose_answer_was_lost_is_found_and_not_made_again() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_trouble(Trouble::AnswerLost);
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.then_posted(1);
        let posting = world.payment("stripe:pi_1").await.unwrap().posting;
        assert!(matches!(posting, Posting::Posted { .. }), "{posting:?}");
        assert_eq!(world.dead, []);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_a_posting_whose_answer_was_lost_is_not_made_again() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_refund("re_1", "pi_1", "200.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.given_trouble(Trouble::AnswerLost);
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.then_open_in_quickbooks("INV-1001", "200.00");
        assert_eq!(world.postings(), 2, "posted, and changed once");
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn while_quickbooks_is_away_the_posting_waits() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_trouble(Trouble::Unavailable);
        world.given_trouble(Trouble::Unavailable);
        world.given_trouble(Trouble::AnswerLost);
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.then_posted(1);
        world.then_open_in_quickbooks("INV-1001", "0.00");
    })
    .await;
}

#[tokio::test]
async fn tokens_rotate_and_the_latest_counts() {
    story(async |world| {
        world.given_larkspur().await;
        assert_eq!(world.rotations(), 1, "one refresh serves a whole pull");
        for (at, time) in ["12:00", "14:00", "16:00"].into_iter().enumerate() {
            world.when_it_is("2026-03-16", time);
            world.when_pull().await;
            assert_eq!(world.rotations(), u32::try_from(at).unwrap() + 2);
        }
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_revoked_connection_calls_a_person() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_revoked_connection();
        world.when_it_is("2026-03-16", "14:00");
        world.when_pull().await;
        world.then_tasks(&[TaskKind::Reconnect]).await;
        assert!(world.dead.iter().all(|(_, why)| !why.contains("refresh-")), "{:?}", world.dead);
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_people_move_follows_them() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_invoice("INV-1002", "7", "400.00", "2026-04-30");
        world.given_payment_by_people("7", "400.00", "INV-1001", "400.00");
        world.when_pull().await;
        world.then_open("INV-1001", "100.00").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_moved_payment("INV-1002");
        world.when_pull().await;
        world.then_open("INV-1001", "500.00").await;
        world.then_open("INV-1002", "0.00").await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn an_older_page_does_not_undo_an_edit_of_a_payment_by_people() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_invoice("INV-1002", "7", "400.00", "2026-04-30");
        world.given_payment_by_people("7", "400.00", "INV-1001", "400.00");
        world.when_pull().await;
        world.given_moved_payment("INV-1002");
        world.when_pull().await;
        world.given_stale_payment("INV-1001");
        world.when_pull().await;
        world.then_open("INV-1001", "500.00").await;
        world.then_open("INV-1002", "0.00").await;
    })
    .await;
}

#[tokio::test]
async fn a_stale_answer_of_before_our_own_payment_opens_nothing() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_pull().await;
        world.given_stale_balance("INV-1001", "500.00");
        world.when_pull().await;
        let invoice = world.invoice("INV-1001").await;
        assert!(invoice.open().unwrap().is_zero() && invoice.ledger_balance.is_zero(), "{invoice:?}");
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_pull_while_our_posting_is_on_its_way_opens_nothing() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_stopped_queue(QueueName::WriteBack);
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        // The ledger still calls it open, and says so in a newer version.
        world.given_new_due_day("INV-1001", "2026-03-05");
        world.when_pull().await;
        world.then_open("INV-1001", "0.00").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.when_queue_runs(QueueName::WriteBack).await;
        world.then_posted(1);
        world.then_tasks(&[]).await;
    })
    .await;
}

/// INV-1001 of 500.00 is credited with 200.00 by CM-1.
async fn given_linked_credit(world: &mut World) {
    world.given_larkspur().await;
    world.given_credit_memo("CM-1", "7", "200.00", "2026-03-10");
    world.given_credit_link("7", "CM-1", "INV-1001", "200.00");
    world.when_pull().await;
    world.then_open("INV-1001", "300.00").await;
}

#[tokio::test]
async fn a_credit_link_that_people_change_follows_them() {
    story(async |world| {
        given_linked_credit(world).await;
        world.given_lowered_link("50.00");
        world.when_pull().await;
        world.then_open("INV-1001", "450.00").await;
        world.then_open_in_quickbooks("INV-1001", "450.00");
        world.given_invoice("INV-1002", "7", "80.00", "2026-04-30");
        world.given_moved_payment("INV-1002");
        world.when_pull().await;
        world.then_open("INV-1001", "500.00").await;
        world.then_open("INV-1002", "30.00").await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_credit_link_that_people_void_takes_the_credit_off() {
    story(async |world| {
        given_linked_credit(world).await;
        world.given_voided_payment();
        world.when_pull().await;
        world.then_open("INV-1001", "500.00").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1, "300.00 are owed beside what the credit covers");
    })
    .await;
}

#[tokio::test]
async fn a_posting_of_ours_that_people_move_is_followed() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_invoice("INV-1002", "7", "500.00", "2026-03-06");
        world.when_pull().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_moved_payment("INV-1002");
        world.when_pull().await;
        world.then_open("INV-1001", "500.00").await;
        world.then_open("INV-1002", "0.00").await;
        world.then_tasks(&[]).await;
        // What we do with it next starts from there.
        world.given_refund("re_1", "pi_1", "200.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.when_decided("INV-1002", "re_1", RefundChoice::Reopen).await;
        world.then_open_in_quickbooks("INV-1002", "200.00");
        world.then_open_in_quickbooks("INV-1001", "500.00");
    })
    .await;
}

#[tokio::test]
async fn a_posting_of_ours_that_people_lower_calls_a_person_and_is_not_overwritten() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_lowered_posting("450.00");
        world.when_pull().await;
        world.then_tasks(&[TaskKind::LedgerMismatch]).await;
        world.then_open("INV-1001", "0.00").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.given_refund("re_1", "pi_1", "200.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.then_posted_in_all("450.00");
        world.then_tasks(&[TaskKind::LedgerMismatch, TaskKind::LedgerMismatch]).await;
    })
    .await;
}

#[tokio::test]
async fn a_posting_that_people_void_before_we_change_it_is_not_brought_back() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_voided_payment();
        world.given_refund("re_1", "pi_1", "200.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.then_posted_in_all("0.00");
        world.then_tasks(&[TaskKind::LedgerMismatch]).await;
    })
    .await;
}

#[tokio::test]
async fn a_posting_of_ours_that_people_void_calls_a_person() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_voided_payment();
        world.when_pull().await;
        world.when_pull().await;
        world.then_tasks(&[TaskKind::LedgerMismatch]).await;
        world.then_open("INV-1001", "0.00").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0, "nobody who has paid is chased meanwhile");
    })
    .await;
}

#[tokio::test]
async fn money_on_a_void_invoice_holds_the_letter_about_the_one_issued_in_its_place() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_void("INV-1001");
        world.given_invoice("INV-1009", "7", "500.00", "2026-03-06");
        world.when_pull().await;
        world.then_unapplied("stripe:pi_1", "500.00").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0, "the customer has paid");
        world.then_tasks(&[TaskKind::PaymentReview]).await;
        world.when_accepted("stripe:pi_1", "INV-1009", "500.00").await;
        world.then_open("INV-1009", "0.00").await;
        world.then_open_in_quickbooks("INV-1009", "0.00");
        world.then_posted(1);
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn what_went_back_of_a_payment_leaves_the_books_when_its_invoice_is_void() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.given_refund("re_1", "pi_1", "100.00", "succeeded");
        world.when_notice("refund.updated", "refund", "re_1").await;
        world.then_posted_in_all("500.00");
        world.when_it_is("2026-03-16", "12:00");
        world.given_void("INV-1001");
        world.when_pull().await;
        world.then_unapplied("stripe:pi_1", "400.00").await;
        world.then_posted_in_all("400.00");
    })
    .await;
}

#[tokio::test]
async fn a_void_invoice_lets_go_of_a_payment_by_people() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_payment_by_people("7", "500.00", "INV-1001", "500.00");
        world.when_pull().await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_void("INV-1001");
        world.given_invoice("INV-1009", "7", "500.00", "2026-03-06");
        world.when_pull().await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0, "the customer has paid");
        world.then_held("7", "INV-1009", "paid").await;
    })
    .await;
}

#[tokio::test]
async fn a_merged_customer_takes_its_money_along_and_a_person_is_told() {
    // Told once: pulled again after its documents have moved, nothing is left under the customer, and nobody is told.
    let mut world = World::new(Telling::Plain).await;
    world.given_customer("8", "Larkspur Design", "accounts@larkspur.example");
    world.given_larkspur().await;
    world.given_credit_memo("CM-1", "7", "300.00", "2026-03-10");
    world.when_card_payment("pi_1", "700.00", "INV-1001").await;
    world.when_accepted("stripe:pi_1", "INV-1001", "400.00").await;
    world.given_invoice("INV-1002", "8", "200.00", "2026-03-06");
    world.when_pull().await;
    world.given_merged("7", "8");
    world.when_pull().await;
    assert_eq!(world.invoice("INV-1001").await.customer.as_str(), "qbo:8");
    assert_eq!(world.payment("stripe:pi_1").await.unwrap().customer.unwrap().as_str(), "qbo:8");
    world.then_tasks(&[TaskKind::LedgerMismatch]).await;
    world.when_tick("2026-03-17", "11:00").await;
    assert_eq!(world.letters(), 0, "600.00 on account cover the 300.00 that are due");
    world.then_held("8", "INV-1002", "paid").await;
}

#[tokio::test]
async fn a_merged_customer_keeps_what_held_its_letters_back() {
    let mut world = World::new(Telling::Plain).await;
    world.given_customer("8", "Larkspur Design", "ap@larkspur.example");
    world.given_larkspur().await;
    world.when_tick("2026-03-16", "11:00").await;
    let address = world.reply_address("7", "2026-03-16");
    let mail = Mail::new("ap@larkspur.example", &address, "We will pay this invoice on Friday.");
    world.when_mail(&mail).await;
    let before = world.invoice("INV-1001").await;
    world.given_invoice("INV-1002", "8", "200.00", "2026-03-06");
    world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::PermanentBounce).await;
    world.when_it_is("2026-03-16", "12:00");
    world.given_merged("7", "8");
    world.when_pull().await;
    let moved = world.invoice("INV-1001").await;
    assert_eq!((moved.customer.as_str(), &moved.promise), ("qbo:8", &before.promise));
    assert!(moved.promise.is_some());
    let (former, into) = (world.customer("7").await, world.customer("8").await);
    assert_eq!(into.contacts[0].status, former.contacts[0].status);
    assert_eq!(into.contacted_on, former.contacted_on);
    world.when_tick("2026-03-25", "11:00").await;
    assert_eq!(world.letters(), 1, "the one of before");
    world.then_held("8", "INV-1002", "address bounced").await;
}

#[tokio::test]
async fn an_opt_out_counts_for_the_address_wherever_it_is() {
    story(async |world| {
        world.given_customer("8", "Larkspur Design", "ap@larkspur.example");
        world.given_larkspur().await;
        world.given_invoice("INV-1002", "8", "200.00", "2026-03-06");
        world.when_pull().await;
        world.when_opted_out_by_link("7").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.then_held("8", "INV-1002", "opt-out").await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_by_people_that_they_delete_and_enter_again_settles_its_invoice() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_payment_by_people("7", "500.00", "INV-1001", "500.00");
        world.when_pull().await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_deleted_payment();
        world.given_payment_by_people("7", "500.00", "INV-1001", "500.00");
        world.when_pull().await;
        world.then_open("INV-1001", "0.00").await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_by_people_that_they_delete_is_taken_off() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_payment_by_people("7", "500.00", "INV-1001", "500.00");
        world.when_pull().await;
        world.then_open("INV-1001", "0.00").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_deleted_payment();
        world.when_pull().await;
        world.then_open("INV-1001", "500.00").await;
        world.then_tasks(&[]).await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1);
        let before = world.writes();
        world.when_pull().await;
        assert_eq!(world.writes(), before);
    })
    .await;
}

#[tokio::test]
async fn an_invoice_that_people_delete_counts_as_void() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_invoice("INV-1002", "7", "80.00", "2026-03-06");
        world.when_pull().await;
        world.when_card_payment("pi_1", "100.00", "INV-1001").await;
        let (deleted, unpaid) = (world.invoice("INV-1001").await, world.invoice("INV-1002").await);
        world.when_it_is("2026-03-16", "12:00");
        world.given_deleted("INV-1002");
        world.given_deleted("INV-1001");
        world.when_pull().await;
        for invoice in [deleted, unpaid] {
            let invoice = world.invoice_of(invoice.id.as_str()).await;
            assert!(invoice.is_voided && invoice.open().unwrap().is_zero(), "{invoice:?}");
        }
        world.then_unapplied("stripe:pi_1", "100.00").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_posting_of_ours_that_people_delete_calls_a_person_and_is_not_made_again() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_deleted_payment();
        world.when_pull().await;
        world.when_pull().await;
        world.then_tasks(&[TaskKind::LedgerMismatch]).await;
        world.then_open("INV-1001", "0.00").await;
        world.given_refund("re_1", "pi_1", "200.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.then_posted(0);
        assert_eq!(world.tasks().await.len(), 2, "the write-back tells too");
    })
    .await;
}

#[tokio::test]
async fn a_credit_link_that_people_delete_takes_the_credit_off() {
    story(async |world| {
        given_linked_credit(world).await;
        world.when_it_is("2026-03-16", "12:00");
        world.given_deleted_payment();
        world.given_deleted("CM-1");
        world.when_pull().await;
        world.then_open("INV-1001", "500.00").await;
    })
    .await;
}
