//! Replies: words hold, promise and call people; they never move money, and never another's invoice.
use domain::customer::AddressStatus;
use domain::invoice::RefundChoice;
use domain::promise::PromiseOutcome;
use domain::task::TaskKind;
use domain::timeline::Event;
use tests::{Mail, World, story};

const DAY: &str = "2026-03-16";
const AP: &str = "ap@larkspur.example";

/// A letter about INV-1001 went to Larkspur on Monday.
async fn given_letter(world: &mut World) {
    world.given_larkspur().await;
    world.when_tick(DAY, "11:00").await;
    assert_eq!(world.letters(), 1);
}

/// Larkspur's contact answers it.
fn reply(world: &World, text: &str) -> Mail {
    Mail::new(AP, &world.reply_address("7", DAY), text)
}

async fn when_replied(world: &mut World, text: &str) {
    let mail = reply(world, text);
    world.when_mail(&mail).await;
}

fn valued(outcome: PromiseOutcome) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::PromiseValued { outcome: found, .. } if *found == outcome)
}

#[tokio::test]
async fn a_promise_holds_until_its_day_and_the_tolerance_and_is_broken_then() {
    story(async |world| {
        given_letter(world).await;
        when_replied(world, "We will pay this invoice on Friday.").await;
        world.when_tick("2026-03-20", "11:00").await;
        world.then_held("7", "INV-1001", "promise until 2026-03-22").await;
        world.then_happened(0, |event| matches!(event, Event::PromiseValued { .. }));
        world.when_tick("2026-03-23", "11:00").await;
        world.then_happened(1, valued(PromiseOutcome::Broken));
        assert_eq!(world.invoice("INV-1001").await.broken_promises, 1);
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 2, "chasing goes on");
    })
    .await;
}

#[tokio::test]
async fn a_promise_that_is_kept_is_valued_as_kept() {
    story(async |world| {
        given_letter(world).await;
        when_replied(world, "We will pay this invoice on Friday.").await;
        world.when_it_is("2026-03-20", "15:00");
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_tick("2026-03-23", "11:00").await;
        world.then_happened(1, valued(PromiseOutcome::Kept));
        assert_eq!(world.invoice("INV-1001").await.broken_promises, 0);
        assert_eq!(world.letters(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_promise_that_is_kept_in_part_is_valued_so() {
    story(async |world| {
        given_letter(world).await;
        when_replied(world, "We will pay this invoice on Friday.").await;
        world.when_it_is("2026-03-20", "15:00");
        world.when_card_payment("pi_1", "100.00", "INV-1001").await;
        world.when_tick("2026-03-23", "11:00").await;
        world.then_happened(1, valued(PromiseOutcome::PartiallyKept));
    })
    .await;
}

#[tokio::test]
async fn a_dispute_holds_until_a_person_closes_it() {
    story(async |world| {
        given_letter(world).await;
        when_replied(world, "The amount on this invoice is wrong, we dispute it.").await;
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 1);
        world.then_held("7", "INV-1001", "dispute").await;
        world.then_tasks(&[TaskKind::MailReview]).await;
        world.when_dispute_is_closed("INV-1001").await;
        world.when_tick("2026-03-26", "11:00").await;
        assert_eq!(world.letters(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_opt_out_by_mail_ends_letters_to_that_address() {
    story(async |world| {
        given_letter(world).await;
        when_replied(world, "STOP").await;
        let customer = world.customer("7").await;
        assert!(matches!(customer.contacts[0].status, AddressStatus::OptedOut { .. }), "{customer:?}");
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 1);
        world.then_held("7", "INV-1001", "opt-out").await;
    })
    .await;
}

#[tokio::test]
async fn without_verdicts_a_mail_only_reduces_contact() {
    story(async |world| {
        given_letter(world).await;
        let before = world.invoice("INV-1001").await;
        for text in ["We will pay this invoice on Friday.", "This invoice is wrong, we dispute it.", "STOP"] {
            let mail = reply(world, text).without_verdicts();
            world.when_mail(&mail).await;
        }
        assert_eq!(world.invoice("INV-1001").await, before, "no promise, no dispute");
        let customer = world.customer("7").await;
        assert_eq!(customer.contacts[0].status, AddressStatus::Usable, "a person confirms an opt-out");
        let longest = customer.pauses.iter().map(|pause| pause.until).max();
        assert_eq!(longest, Some("2026-03-19".parse().ok()), "held for three days at most: {customer:?}");
        let tasks = world.tasks().await;
        assert!(
            !tasks.is_empty() && tasks.iter().all(|(kind, _)| *kind == TaskKind::MailReview),
            "{tasks:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_fails_dmarc_is_no_more_trusted() {
    story(async |world| {
        given_letter(world).await;
        let mail = Mail { dmarc: Some("FAIL"), ..reply(world, "We will pay this invoice on Friday.") };
        world.when_mail(&mail).await;
        assert_eq!(world.invoice("INV-1001").await.promise, None);
    })
    .await;
}

#[tokio::test]
async fn a_number_of_somebody_elses_invoice_does_nothing_to_it() {
    story(async |world| {
        world.given_customer("8", "Moss Interiors", "books@moss.example");
        world.given_invoice("INV-2002", "8", "900.00", "2026-04-30");
        given_letter(world).await;
        let before = world.invoice("INV-2002").await;
        when_replied(world, "We dispute INV-2002, the amount is wrong.").await;
        when_replied(world, "We will pay INV-2002 on Friday.").await;
        assert_eq!(world.invoice("INV-2002").await, before);
    })
    .await;
}

#[tokio::test]
async fn words_never_move_money_or_addresses() {
    story(async |world| {
        given_letter(world).await;
        let before = world.customer("7").await.contacts;
        for text in [
            "We paid INV-1001 last week, please mark it as paid.",
            "Please note our new bank account, remit the refund there.",
            "Please send letters to cfo@elsewhere.example from now on.",
        ] {
            when_replied(world, text).await;
        }
        world.then_open("INV-1001", "500.00").await;
        assert_eq!(world.payments().await, []);
        assert_eq!(world.customer("7").await.contacts, before);
        world.when_tick("2026-03-25", "11:00").await;
        assert_eq!(world.letters(), 1, "a person looks first");
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_does_not_read_is_set_aside() {
    story(async |world| {
        given_letter(world).await;
        let to = world.reply_address("7", DAY);
        world.when_raw_mail(b"\0\0\0 no mail at all", AP, &to, Some("PASS")).await;
        world.then_tasks(&[TaskKind::Quarantine]).await;
        let tasks = world.tasks().await;
        assert!(tasks[0].1.starts_with("mail mail/0: "), "{tasks:?}");
        assert_eq!(world.dead, []);
    })
    .await;
}

#[tokio::test]
async fn mail_of_strangers_is_filed_for_a_person() {
    story(async |world| {
        given_letter(world).await;
        let mail =
            Mail::new("someone@elsewhere.example", "hello@in.harbourpaper.example", "We dispute INV-1001.");
        world.when_mail(&mail).await;
        assert_eq!(world.invoice("INV-1001").await.dispute, None);
        world.then_tasks(&[TaskKind::MailReview]).await;
    })
    .await;
}

#[tokio::test]
async fn a_machine_that_answers_promises_nothing() {
    story(async |world| {
        given_letter(world).await;
        let to = world.reply_address("7", DAY);
        let raw = format!(
            "From: Jo <{AP}>\r\nTo: {to}\r\nSubject: Automatic reply\r\nAuto-Submitted: auto-replied\r\n\
             Date: Mon, 16 Mar 2026 15:05:00 +0000\r\nMessage-ID: <auto@larkspur.example>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nWe will pay this invoice on Friday. I am away.\r\n"
        );
        world.when_raw_mail(raw.as_bytes(), AP, &to, Some("PASS")).await;
        assert_eq!(world.invoice("INV-1001").await.promise, None);
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_promise_that_replaces_another_counts_it_as_not_kept_and_the_fourth_is_for_a_person() {
    story(async |world| {
        given_letter(world).await;
        for (text, not_kept) in
            [("on Wednesday", 0), ("on Wednesday", 0), ("on Thursday", 1), ("on Friday", 2)]
        {
            when_replied(world, &format!("We will pay this invoice {text}.")).await;
            assert_eq!(world.invoice("INV-1001").await.broken_promises, not_kept, "{text}");
        }
        world.then_tasks(&[]).await;
        when_replied(world, "We will pay this invoice on 27 March 2026.").await;
        let promise = world.invoice("INV-1001").await.promise.unwrap();
        assert_eq!(promise.on, "2026-03-20".parse().unwrap(), "the third stands");
        world.then_tasks(&[TaskKind::MailReview]).await;
        world.when_tick("2026-03-24", "11:00").await;
        world.then_happened(1, valued(PromiseOutcome::Broken));
        assert_eq!(world.letters(), 1, "a person decides whether to wait once more");
    })
    .await;
}

#[tokio::test]
async fn paid_before_its_day_a_promise_is_kept_at_once_and_stands_again_when_the_money_goes_back() {
    story(async |world| {
        given_letter(world).await;
        when_replied(world, "We will pay this invoice on Friday.").await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_tick("2026-03-17", "11:00").await;
        world.then_happened(1, valued(PromiseOutcome::Kept));
        assert_eq!(world.invoice("INV-1001").await.promise, None);
        world.given_refund("re_1", "pi_1", "500.00", "succeeded");
        world.when_notice("refund.created", "refund", "re_1").await;
        world.when_decided("INV-1001", "re_1", RefundChoice::Reopen).await;
        world.when_pull().await;
        world.then_held("7", "INV-1001", "promise until 2026-03-22").await;
        world.when_tick("2026-03-23", "11:00").await;
        world.then_happened(1, valued(PromiseOutcome::Broken));
    })
    .await;
}

#[tokio::test]
async fn a_promise_on_what_is_credited_in_whole_is_not_broken() {
    story(async |world| {
        world.given_credit_memo("CM-1", "7", "500.00", "2026-03-10");
        given_letter_beside_credit(world).await;
        when_replied(world, "We will pay INV-1001 on Friday.").await;
        world.given_credit_link("7", "CM-1", "INV-1001", "500.00");
        world.when_pull().await;
        world.when_tick("2026-03-23", "11:00").await;
        world.then_happened(1, valued(PromiseOutcome::Kept));
        assert_eq!(world.invoice("INV-1001").await.broken_promises, 0);
    })
    .await;
}

/// A letter went out before the credit memo came.
async fn given_letter_beside_credit(world: &mut World) {
    world.given_customer("7", "Larkspur Design LLC", AP);
    world.given_invoice("INV-1001", "7", "500.00", "2026-03-06");
    world.given_invoice("INV-1002", "7", "900.00", "2026-03-06");
    world.when_pull().await;
    world.when_tick(DAY, "11:00").await;
    assert_eq!(world.letters(), 1);
}

#[tokio::test]
async fn pauses_that_have_ended_do_not_pile_up() {
    story(async |world| {
        given_letter(world).await;
        for day in ["2026-03-16", "2026-03-24", "2026-04-01"] {
            world.when_it_is(day, "12:00");
            when_replied(world, "We have already paid this invoice.").await;
        }
        let pauses = world.customer("7").await.pauses;
        assert_eq!(pauses.len(), 1, "{pauses:?}");
    })
    .await;
}
