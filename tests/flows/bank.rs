//! Bank files: whole or not at all, once, and no payout is ever a payment.
use domain::task::TaskKind;
use tests::{StatementLine, statement, story};

const GOOD: &[StatementLine<'_>] = &[
    StatementLine { amount: "500.00", payer: "Larkspur Design LLC", text: "Invoice INV-1001" },
    StatementLine { amount: "7210.55", payer: "STRIPE", text: "STRIPE TRANSFER 4711" },
    StatementLine { amount: "33.10", payer: "Somebody Unknown", text: "thanks" },
];

#[tokio::test]
async fn a_good_file_is_booked_and_a_payout_is_no_payment() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_bank_file("monday.xml", &statement("S1", GOOD)).await;
        world.then_open("INV-1001", "0.00").await;
        world.then_open_in_quickbooks("INV-1001", "0.00");
        let received: Vec<i64> = world.payments().await.iter().map(|p| p.received.minor()).collect();
        assert_eq!(received.len(), 2, "{received:?}");
        assert!(received.contains(&500_00) && received.contains(&33_10), "{received:?}");
        world.then_tasks(&[TaskKind::PaymentReview]).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_set_aside_and_nothing_of_it_is_booked() {
    story(async |world| {
        world.given_larkspur().await;
        let file = statement("S1", GOOD);
        for (at, end) in [file.len() / 2, file.len() - 40].into_iter().enumerate() {
            world.when_bank_file(&format!("cut-{at}.xml"), &file[..end]).await;
        }
        assert_eq!(world.payments().await, []);
        world.then_open("INV-1001", "500.00").await;
        world.then_tasks(&[TaskKind::Quarantine, TaskKind::Quarantine]).await;
        let tasks = world.tasks().await;
        assert!(tasks.iter().all(|(_, why)| why.starts_with("bank file bank/cut-")), "{tasks:?}");
    })
    .await;
}

#[tokio::test]
async fn the_same_file_again_under_another_name_changes_nothing() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_bank_file("monday.xml", &statement("S1", GOOD)).await;
        let before = world.writes();
        world.when_bank_file("monday-again.xml", &statement("S1", GOOD)).await;
        assert_eq!(world.writes(), before);
    })
    .await;
}

#[tokio::test]
async fn a_later_statement_that_repeats_an_entry_books_it_once() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_bank_file("one.xml", &statement("S1", &GOOD[..1])).await;
        world.when_bank_file("two.xml", &statement("S1", GOOD)).await;
        world.then_open("INV-1001", "0.00").await;
        assert_eq!(world.payments().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_line_without_a_date_sets_the_file_aside_with_its_place() {
    story(async |world| {
        world.given_larkspur().await;
        let file = String::from_utf8(statement("S1", GOOD)).unwrap();
        let (first, rest) = file.split_once("<NtryRef>2</NtryRef>").unwrap();
        let rest =
            rest.replacen("<BookgDt><Dt>2026-03-16</Dt></BookgDt><ValDt><Dt>2026-03-16</Dt></ValDt>", "", 1);
        let file = format!("{first}<NtryRef>2</NtryRef>{rest}");
        world.when_bank_file("undated.xml", file.as_bytes()).await;
        assert_eq!(world.payments().await, []);
        let (kind, why) = world.tasks().await.remove(0);
        assert!(kind == TaskKind::Quarantine && why.contains("entry 2") && why.contains("BookgDt"), "{why}");
    })
    .await;
}
