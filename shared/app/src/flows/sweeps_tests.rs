use super::*;
use crate::doubles::app::MemoryApp;
use crate::flows::items::{invoice, memory_app, open_tasks, payment, put, stored_payment, usd};
use crate::flows::tasks;
use domain::ids::InvoiceId;
use domain::invoice::Settlement;
use domain::payment::Posting;

async fn sweep(memory: &MemoryApp) -> usize {
    find_missed(&memory.app, &Cause::new("sweep")).await.unwrap()
}

fn applied(posting: Posting) -> Payment {
    let payment = payment("pi_1", 50_000).allocate(InvoiceId::new("qbo:1001"), usd(50_000)).unwrap();
    Payment { posting, ..payment }
}

async fn put_applied(memory: &MemoryApp, posting: Posting, pending: &[FollowUp]) {
    let payment = applied(posting);
    let settled = Settlement::Payment(payment.id.clone());
    put(memory, invoice("1001", 50_000).settle(settled, usd(50_000)).unwrap(), &[]).await;
    put(memory, payment, pending).await;
}

#[tokio::test]
async fn money_that_nobody_tried_is_asked_for_once() {
    let memory = memory_app();
    put(&memory, payment("pi_1", 50_000), &[]).await;
    assert_eq!(sweep(&memory).await, 1);
    assert!(stored_payment(&memory, "stripe:pi_1").await.is_pending(FollowUp::ApplyCash));
    assert_eq!(sweep(&memory).await, 0);
}

#[tokio::test]
async fn money_that_waits_for_a_person_or_a_function_is_left_alone() {
    let memory = memory_app();
    put(&memory, payment("pi_1", 50_000), &[]).await;
    put(&memory, payment("pi_2", 50_000), &[FollowUp::ApplyCash]).await;
    let by_people =
        Payment { source: PaymentSource::Ledger, posting: Posting::ByPeople, ..payment("7", 100) };
    put(&memory, by_people, &[]).await;
    let task = tasks::new_task(&memory.app, TaskKind::PaymentReview, "main#PAY#stripe:pi_1", "no rule");
    tasks::open(&memory.app, &Cause::new("seed"), task).await.unwrap();
    assert_eq!(sweep(&memory).await, 0);
    let id = open_tasks(&memory).await.remove(0).id;
    tasks::finish(&memory.app, &Cause::new("seed"), &id, "jo", "left unapplied").await.unwrap();
    assert_eq!(sweep(&memory).await, 0, "a person has decided");
}

#[tokio::test]
async fn an_application_that_was_never_posted_is_asked_for() {
    let memory = memory_app();
    put_applied(&memory, Posting::NotPosted, &[]).await;
    assert_eq!(sweep(&memory).await, 1);
    assert!(stored_payment(&memory, "stripe:pi_1").await.is_pending(FollowUp::WriteBack));
    assert_eq!(sweep(&memory).await, 0);
}

#[tokio::test]
async fn what_a_dry_run_withheld_is_put_before_a_person_once_live() {
    let mut memory = memory_app();
    put_applied(&memory, Posting::Withheld, &[]).await;
    assert_eq!(sweep(&memory).await, 0);
    let task = open_tasks(&memory).await.remove(0);
    assert_eq!(task.subject.as_deref(), Some("main#PAY#stripe:pi_1|withheld"));
    tasks::finish(&memory.app, &Cause::new("seed"), &task.id, "jo", "left").await.unwrap();
    assert_eq!((sweep(&memory).await, open_tasks(&memory).await.len()), (0, 0), "a person has decided");
    memory = memory_app();
    let settings = crate::settings::Settings::clone(&memory.app.settings);
    memory.app.settings = std::sync::Arc::new(crate::settings::Settings { is_sending: false, ..settings });
    put_applied(&memory, Posting::Withheld, &[]).await;
    assert_eq!((sweep(&memory).await, open_tasks(&memory).await.len()), (0, 0), "a dry run asks nobody");
}

#[tokio::test]
async fn a_posting_that_is_done_or_under_way_is_left_alone() {
    for (lines, pending) in
        [(applied(Posting::NotPosted).allocations, vec![]), (vec![], vec![FollowUp::WriteBack])]
    {
        let memory = memory_app();
        let posting = Posting::Posted { external_id: "9".into(), token: "0".into(), lines, total: None };
        put_applied(&memory, posting, &pending).await;
        assert_eq!(sweep(&memory).await, 0);
    }
}
