//! Letters: one a step, none to someone who has paid, and never a second one in doubt.
use app::flows::letter_outcomes::Outcome;
use app::letter::LetterState;
use app::ports::HandOff;
use app::queues::QueueName;
use domain::customer::AddressStatus;
use domain::task::TaskKind;
use domain::timeline::Event;
use tests::{Sent, story};

#[tokio::test]
async fn a_tick_sends_one_letter_and_the_next_none() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_tick("2026-03-16", "11:00").await;
        world.when_tick("2026-03-16", "11:00").await;
        world.when_tick("2026-03-16", "12:00").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1);
        let sent = world.invoice("INV-1001").await.letters;
        assert_eq!(sent.iter().map(|sent| sent.level).collect::<Vec<_>>(), [1]);
        assert_eq!(world.customer("7").await.contacted_on.len(), 1);
        // Nineteen days past due, and a week after the first.
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 2);
    })
    .await;
}

#[tokio::test]
async fn nothing_leaves_at_night_on_weekends_or_before_it_is_overdue() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_invoice("INV-1002", "7", "80.00", "2026-04-30");
        world.when_pull().await;
        world.when_tick("2026-03-16", "07:00").await;
        world.when_tick("2026-03-16", "19:00").await;
        world.when_tick("2026-03-21", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.when_tick("2026-03-23", "11:00").await;
        assert_eq!(world.letters(), 1);
        assert_eq!(world.invoice("INV-1002").await.letters, []);
    })
    .await;
}

#[tokio::test]
async fn paid_between_plan_and_send_the_letter_is_cancelled() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_stopped_queue(QueueName::LetterSender);
        world.when_tick("2026-03-16", "11:00").await;
        world.then_happened(1, |event| matches!(event, Event::LetterPlanned { .. }));
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_queue_runs(QueueName::LetterSender).await;
        assert_eq!(world.letters(), 0);
        let state = world.letter_state("7", "2026-03-16").await;
        assert_eq!(state, LetterState::Cancelled { why: "paid".into() });
    })
    .await;
}

#[tokio::test]
async fn paid_in_part_between_plan_and_send_the_old_figure_does_not_leave() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_stopped_queue(QueueName::LetterSender);
        world.when_tick("2026-03-16", "11:00").await;
        world.when_card_payment("pi_1", "100.00", "INV-1001").await;
        world.when_queue_runs(QueueName::LetterSender).await;
        assert_eq!(world.letters(), 0);
        world.when_pull().await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_throttled_hand_off_is_released_and_sent_once_later() {
    story(async |world| {
        world.given_larkspur().await;
        let throttled = HandOff::NotSent { why: "throttled".into(), is_permanent: false };
        world.given_hand_offs([throttled]);
        world.when_tick("2026-03-16", "11:00").await;
        assert_eq!(world.letters(), 2, "one refused, one accepted");
        world.then_happened(1, |event| matches!(event, Event::LetterReleased { .. }));
        world.then_happened(1, |event| matches!(event, Event::LetterSent { .. }));
        assert_eq!(world.invoice("INV-1001").await.letters.len(), 1);
        assert_eq!(world.customer("7").await.contacted_on.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_cancelled_and_leaves_no_level() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_hand_offs([HandOff::NotSent { why: "not verified".into(), is_permanent: true }]);
        world.when_tick("2026-03-16", "11:00").await;
        assert_eq!(world.letters(), 1);
        assert_eq!(world.invoice("INV-1001").await.letters, []);
        assert_eq!(world.customer("7").await.contacted_on, []);
        world.then_tasks(&[TaskKind::LetterUnknown]).await;
    })
    .await;
}

#[tokio::test]
async fn an_unclear_hand_off_is_never_repeated_and_an_event_resolves_it() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_hand_offs([HandOff::Unknown { why: "timeout".into() }]);
        world.when_tick("2026-03-16", "11:00").await;
        world.when_tick("2026-03-16", "12:00").await;
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 1);
        let state = world.letter_state("7", "2026-03-16").await;
        assert_eq!(state, LetterState::Unknown { why: "timeout".into() });
        world.then_held("7", "INV-1001", "a letter is on its way").await;
        world.then_tasks(&[TaskKind::LetterUnknown]).await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Send).await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Delivery).await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Send).await;
        let state = world.letter_state("7", "2026-03-16").await;
        assert!(matches!(state, LetterState::Delivered { .. }), "{state:?}");
        world.then_tasks(&[]).await;
        world.when_tick("2026-03-26", "11:00").await;
        assert_eq!(world.letters(), 2, "the next level, after the first was found delivered");
    })
    .await;
}

#[tokio::test]
async fn a_bounce_ends_letters_to_that_address() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_tick("2026-03-16", "11:00").await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::PermanentBounce).await;
        let customer = world.customer("7").await;
        assert!(matches!(customer.contacts[0].status, AddressStatus::Bounced { .. }), "{customer:?}");
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 1);
        world.then_held("7", "INV-1001", "address bounced").await;
        world.then_tasks(&[TaskKind::AddressBounced]).await;
    })
    .await;
}

#[tokio::test]
async fn a_complaint_counts_as_an_opt_out() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_tick("2026-03-16", "11:00").await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Delivery).await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Complaint).await;
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 1);
        world.then_held("7", "INV-1001", "opt-out").await;
        world.then_tasks(&[TaskKind::Complaint]).await;
    })
    .await;
}

#[tokio::test]
async fn an_opt_out_by_the_link_holds_from_the_next_tick_on() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_opted_out_by_link("7").await;
        world.when_tick("2026-03-16", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.then_held("7", "INV-1001", "opt-out").await;
        world.then_happened(1, |event| matches!(event, Event::ContactOptedOut { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_stops_after_the_hand_off_never_sends_again() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_stopped_queue(QueueName::LetterSender);
        world.when_tick("2026-03-16", "11:00").await;
        world.given_sender_that_stops_after_the_hand_off();
        world.when_queue_runs(QueueName::LetterSender).await;
        assert_eq!(world.letters(), 1);
        let state = world.letter_state("7", "2026-03-16").await;
        assert!(matches!(state, LetterState::Unknown { .. }), "{state:?}");
        world.then_tasks(&[TaskKind::LetterUnknown]).await;
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_stops_at_its_claim_sends_nothing_and_a_person_is_asked() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_stopped_queue(QueueName::LetterSender);
        world.when_tick("2026-03-16", "11:00").await;
        world.given_sender_that_stops_at_its_claim();
        world.when_queue_runs(QueueName::LetterSender).await;
        assert_eq!(world.letters(), 0);
        let state = world.letter_state("7", "2026-03-16").await;
        assert!(matches!(state, LetterState::Unknown { .. }), "{state:?}");
        world.then_tasks(&[TaskKind::LetterUnknown]).await;
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_opt_out_outlives_a_correction_in_the_ledger() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_opted_out_by_link("7").await;
        world.given_corrected_customer("7", "Larkspur Design Inc.", "AP@larkspur.example");
        world.when_pull().await;
        world.when_tick("2026-03-16", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.then_held("7", "INV-1001", "opt-out").await;
    })
    .await;
}

#[tokio::test]
async fn money_that_no_rule_could_apply_still_holds_the_letter() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_invoice("INV-1002", "7", "80.00", "2026-03-06");
        world.given_payment_by_people("7", "600.00", "INV-1002", "20.00");
        world.when_pull().await;
        world.when_tick("2026-03-16", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.then_held("7", "INV-1001", "paid").await;
    })
    .await;
}

#[tokio::test]
async fn a_delivery_outweighs_the_word_that_it_did_not_arrive() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_hand_offs([HandOff::Unknown { why: "timeout".into() }]);
        world.when_tick("2026-03-16", "11:00").await;
        world.when_resolved("7", "2026-03-16", Outcome::DidNotArrive).await;
        assert_eq!(world.invoice("INV-1001").await.letters, []);
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Delivery).await;
        let state = world.letter_state("7", "2026-03-16").await;
        assert!(matches!(state, LetterState::Delivered { .. }), "{state:?}");
        assert_eq!(world.invoice("INV-1001").await.letters.len(), 1);
        assert_eq!(world.customer("7").await.contacted_on.len(), 1);
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1, "no second letter of the level that was delivered");
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_ses_rejects_counts_as_not_sent() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_tick("2026-03-16", "11:00").await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Reject).await;
        let state = world.letter_state("7", "2026-03-16").await;
        assert!(matches!(state, LetterState::Cancelled { .. }), "{state:?}");
        assert_eq!(world.invoice("INV-1001").await.letters, []);
        assert_eq!(world.customer("7").await.contacted_on, []);
        world.then_tasks(&[TaskKind::LetterUnknown]).await;
    })
    .await;
}

#[tokio::test]
async fn the_third_letter_in_a_row_that_comes_back_for_now_calls_a_person() {
    story(async |world| {
        world.given_larkspur().await;
        let days = ["2026-03-16", "2026-03-25", "2026-04-03"];
        for (before, day) in days.into_iter().enumerate() {
            world.when_tick(day, "11:00").await;
            world.then_tasks(&[]).await;
            world.when_letter_event("7", day, "ap@larkspur.example", Sent::TransientBounce).await;
            assert_eq!(world.letters(), before + 1);
        }
        world.then_tasks(&[TaskKind::AddressBounced]).await;
        assert!(world.tasks().await[0].1.contains("for now"));
        let status = world.customer("7").await.contacts[0].status.clone();
        assert_eq!(status, AddressStatus::Usable, "a full mailbox is not a dead one");
    })
    .await;
}

#[tokio::test]
async fn a_delivery_between_ends_the_row() {
    let mut world = tests::World::new(tests::Telling::Plain).await;
    world.given_larkspur().await;
    let outcomes = [Sent::TransientBounce, Sent::TransientBounce, Sent::Delivery, Sent::TransientBounce];
    for (day, outcome) in ["2026-03-16", "2026-03-25", "2026-04-03", "2026-04-15"].into_iter().zip(outcomes) {
        world.when_tick(day, "11:00").await;
        world.when_letter_event("7", day, "ap@larkspur.example", outcome).await;
    }
    assert_eq!(world.letters(), 4);
    world.then_tasks(&[]).await;
}

#[tokio::test]
async fn a_permanent_bounce_blocks_the_address_whatever_came_before_it() {
    for before in [Sent::Delivery, Sent::TransientBounce] {
        story(async |world| {
            world.given_larkspur().await;
            world.when_tick("2026-03-16", "11:00").await;
            world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", before).await;
            world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::PermanentBounce).await;
            let customer = world.customer("7").await;
            assert!(matches!(customer.contacts[0].status, AddressStatus::Bounced { .. }), "{customer:?}");
            world.then_tasks(&[TaskKind::AddressBounced]).await;
            world.when_tick("2026-03-25", "11:00").await;
            assert_eq!(world.letters(), 1);
        })
        .await;
    }
}

#[tokio::test]
async fn a_bounce_does_not_soften_an_opt_out() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_tick("2026-03-16", "11:00").await;
        world.when_opted_out_by_link("7").await;
        world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::PermanentBounce).await;
        let customer = world.customer("7").await;
        assert!(matches!(customer.contacts[0].status, AddressStatus::OptedOut { .. }), "{customer:?}");
    })
    .await;
}
