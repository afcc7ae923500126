use super::*;
use crate::doubles::app::MemoryApp;
use crate::flows::items::{
    customer, entity, invoice, letters, memory_app, open_tasks, put, put_policy, stored_customer,
    stored_invoice, usd,
};
use domain::ids::PromiseId;
use domain::promise::ActivePromise;
use domain::task::TaskKind;

/// One invoice two weeks past due, with a promise that fell due yesterday.
async fn overdue() -> MemoryApp {
    let memory = memory_app();
    let mut invoice = invoice("1001", 50_000);
    let on = "2026-03-20".parse().unwrap();
    let (id, tolerance_days) = (PromiseId::new("p"), 2);
    let (amount, applied_before) = (usd(50_000), usd(0));
    invoice.promise = Some(ActivePromise { id, amount, on, tolerance_days, applied_before, made_on: on });
    put(&memory, invoice, &[]).await;
    memory
}

/// All shards of the hour that the clock shows; gives the decisions that were asked for.
async fn tick(memory: &MemoryApp) -> Vec<DunningDue> {
    let tick = TickDue::new(entity(), None);
    start(&memory.app, "{}", &tick).await.unwrap();
    for message in memory.queue.take(QueueName::DunningTick) {
        shard(&memory.app, &serde_json::from_str(&message.body).unwrap()).await.unwrap();
    }
    let steps = memory.queue.take(QueueName::DunningStep);
    steps.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
}

#[tokio::test]
async fn outside_the_hours_promises_are_valued_and_nobody_is_asked_about() {
    let memory = overdue().await;
    put_policy(&memory).await;
    for out in ["2026-03-24T07:59:00Z", "2026-03-24T18:00:00Z", "2026-03-28T10:00:00Z"] {
        memory.clock.set(out.parse().unwrap());
        assert_eq!(tick(&memory).await, []);
        assert_eq!(stored_invoice(&memory, "1001").await.promise, None);
    }
    memory.clock.set("2026-03-25T08:00:00Z".parse().unwrap());
    assert_eq!(tick(&memory).await.len(), 1);
    assert_eq!(tick(&memory).await, [], "the hour is claimed");
}

#[tokio::test]
async fn a_record_that_does_not_read_stops_no_other() {
    let memory = overdue().await;
    let (customer, id) = (CustomerId::new("qbo:1"), domain::ids::InvoiceId::new("qbo:0"));
    let on = "2026-03-10".parse().unwrap();
    let mut broken = Record::new(keys::invoice(&entity(), &id), 1, "{}");
    broken.due = Some(keys::due_row(&entity(), Some(on), &customer, &id));
    let (open, due_on, promise_until) = (usd(1), Some(on), Some(on));
    broken.summary = Some(
        serde_json::to_string(&OpenSummary { customer, open, due_on, promise_until, promised: None })
            .unwrap(),
    );
    let (table, condition) = (TableName::Ledger, Condition::Absent);
    memory.app.table.commit(vec![Write::Put { table, record: broken, condition }]).await.unwrap();
    tick(&memory).await;
    assert_eq!(stored_invoice(&memory, "1001").await.promise, None);
}

#[tokio::test]
async fn without_a_policy_nobody_is_asked_about() {
    let memory = overdue().await;
    assert_eq!(tick(&memory).await, []);
    assert_eq!(stored_invoice(&memory, "1001").await.broken_promises, 1);
}

#[tokio::test]
async fn a_customer_who_is_not_pulled_is_for_a_person_once() {
    let memory = overdue().await;
    put_policy(&memory).await;
    let due = tick(&memory).await.remove(0);
    crate::flows::dunning::step(&memory.app, &due).await.unwrap();
    assert_eq!(open_tasks(&memory).await[0].kind, TaskKind::LedgerMismatch);
    let units = memory.table.half_units();
    crate::flows::dunning::step(&memory.app, &due).await.unwrap();
    assert_eq!(memory.table.half_units(), units, "a duplicate writes nothing");
}

#[tokio::test]
async fn a_second_delivery_of_a_step_writes_nothing() {
    let memory = overdue().await;
    put_policy(&memory).await;
    put(&memory, customer(&memory).await, &[]).await;
    let due = tick(&memory).await.remove(0);
    crate::flows::dunning::step(&memory.app, &due).await.unwrap();
    let units = memory.table.half_units();
    crate::flows::dunning::step(&memory.app, &due).await.unwrap();
    assert_eq!((memory.table.half_units(), letters(&memory).await.len()), (units, 1));
    assert!(stored_customer(&memory).await.letter_in_hand.is_some());
}
