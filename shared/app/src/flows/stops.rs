//! The kill switch: a record that an operator writes. While it stands nothing leaves, neither letters nor postings; what
//! comes in is taken in, and what should leave waits on its item.
use super::tasks::{self, new_task};
use crate::App;
use crate::store::keys;
use crate::store::table::{CommitError, Committed, Condition, Key, Record, Table, TableName, Write};
use crate::worker::Failure;
use chrono::{DateTime, Utc};
use domain::ids::EntityId;
use domain::task::TaskKind;
use domain::timeline::Cause;
use serde::{Deserialize, Serialize};

/// Who stopped everything, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub v: u32,
    pub is_on: bool,
    pub at: DateTime<Utc>,
    pub by: String,
    pub why: String,
}

/// Whether nothing may leave now.
///
/// # Errors
/// The table's; a record that does not read: nothing leaves then either.
pub async fn is_stopped(app: &App) -> Result<bool, Failure> {
    let record = app.table.get(TableName::Connections, &keys::stop(&app.settings.entity)).await?;
    let stop = record.map(|record| serde_json::from_str::<Stop>(&record.body)).transpose();
    let stop = stop.map_err(|error| Failure::retry(format!("the kill switch does not read: {error}")))?;
    Ok(stop.is_some_and(|stop| stop.is_on))
}

/// Turns the kill switch on or off.
///
/// # Errors
/// The table's.
pub async fn set(table: &dyn Table, entity: &EntityId, stop: &Stop) -> Result<(), Failure> {
    let key = keys::stop(entity);
    let ver = table.get(TableName::Connections, &key).await?.map(|record| record.ver);
    let body = serde_json::to_string(stop).map_err(|error| Failure::poison(error.to_string()))?;
    let record = Record::new(key, ver.unwrap_or(0) + 1, body);
    let condition = ver.map_or(Condition::Absent, Condition::Version);
    match table.commit(vec![Write::Put { table: TableName::Connections, record, condition }]).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict { .. }) => {
            Err(Failure::retry("somebody else turned it at the same moment"))
        }
        Err(other) => Err(other.into()),
    }
}

/// The last hour whose tick the ledger has been told of.
#[derive(Debug, Serialize, Deserialize)]
struct Ticked {
    v: u32,
    hour: String,
}

/// Notices a ledger that was set back to a backup: it does not know a tick that connections know of. Then the kill
/// switch goes on before the tick does anything, since the ledger knows nothing of what left after the backup either.
///
/// # Errors
/// The table's.
pub async fn notice_set_back(app: &App, hour: &str) -> Result<(), Failure> {
    let (table, entity) = (app.table.as_ref(), &app.settings.entity);
    let place = keys::ticked(entity);
    let record = table.get(TableName::Connections, &place).await?;
    let last = record.as_ref().map(|record| serde_json::from_str::<Ticked>(&record.body)).transpose();
    let last = last.map_err(|error| Failure::poison(format!("{place}: {error}")))?;
    if let Some(Ticked { hour: last, .. }) = &last
        && table.get(TableName::Ledger, &started(entity, last)).await?.is_none()
    {
        let why = format!("the ledger was set back: it does not know the tick of {last}");
        if !is_stopped(app).await? {
            let (at, by) = (app.clock.now(), "dunlin".to_owned());
            set(table, entity, &Stop { v: 1, is_on: true, at, by, why: why.clone() }).await?;
        }
        let why = format!(
            "{why}. Nothing leaves until an operator has run \"dunlin restore\" and \"dunlin resume\""
        );
        let task = new_task(app, TaskKind::StuckWork, &format!("set back|{last}"), why);
        tasks::open(app, &Cause::new(format!("set-back:{last}")), task).await?;
    }
    // The ledger first: connections never know of a tick that it was not told of.
    let claim = started(entity, hour);
    if table.get(TableName::Ledger, &claim).await?.is_none() {
        let record = Record::new(claim, 1, r#"{"v":1}"#);
        let write = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
        no_conflict(table.commit(vec![write]).await)?;
    }
    if last.is_none_or(|last| last.hour.as_str() < hour) {
        let body = serde_json::to_string(&Ticked { v: 1, hour: hour.to_owned() });
        let body = body.map_err(|error| Failure::poison(error.to_string()))?;
        let ver = record.map(|record| record.ver);
        let condition = ver.map_or(Condition::Absent, Condition::Version);
        let record = Record::new(place, ver.unwrap_or(0) + 1, body);
        let write = Write::Put { table: TableName::Connections, record, condition };
        no_conflict(table.commit(vec![write]).await)?;
    }
    Ok(())
}

fn started(entity: &EntityId, hour: &str) -> Key {
    keys::claim(entity, "tick-start", hour)
}

/// A conflict is another delivery of the same tick, which does the same.
fn no_conflict(committed: Result<Committed, CommitError>) -> Result<(), Failure> {
    match committed {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubles::app::MemoryApp;
    use crate::flows::dunning::step;
    use crate::flows::items::{
        customer, entity, invoice, letters, memory_app, open_tasks, payment, put, put_policy, stored_payment,
        usd,
    };
    use crate::flows::letters::send_due;
    use crate::flows::relay::send_overdue;
    use crate::flows::write_back::post_due;
    use crate::letter::LetterState;
    use crate::messages::{DunningDue, LetterDue, WriteBackDue};
    use crate::store::entity::FollowUp;
    use domain::ids::{CustomerId, InvoiceId, PaymentId};

    async fn turn(memory: &MemoryApp, is_on: bool) {
        let stop =
            Stop { v: 1, is_on, at: memory.app.clock.now(), by: "ops".into(), why: "a restore".into() };
        set(memory.table.as_ref(), &entity(), &stop).await.unwrap();
        assert_eq!(is_stopped(&memory.app).await, Ok(is_on));
    }

    #[tokio::test]
    async fn no_letter_leaves_while_it_is_on() {
        let memory = memory_app();
        put_policy(&memory).await;
        put(&memory, customer(&memory).await, &[]).await;
        put(&memory, invoice("1001", 50_000), &[]).await;
        let due = DunningDue::new(entity(), CustomerId::new("qbo:1"), memory.app.today());
        turn(&memory, true).await;
        step(&memory.app, &due).await.unwrap();
        assert_eq!(letters(&memory).await.len(), 0, "nothing is planned");
        turn(&memory, false).await;
        step(&memory.app, &due).await.unwrap();
        let letter = letters(&memory).await.remove(0).state.id;
        turn(&memory, true).await;
        let due = LetterDue::new(entity(), letter);
        send_due(&memory.app, &due).await.unwrap();
        let waiting = letters(&memory).await.remove(0);
        assert_eq!(waiting.state.state, LetterState::Planned, "it waits");
        assert!(waiting.is_pending(FollowUp::SendLetter));
        assert_eq!(memory.mailer.handed_over().len(), 0);
        turn(&memory, false).await;
        send_due(&memory.app, &due).await.unwrap();
        assert_eq!(memory.mailer.handed_over().len(), 1, "what still holds goes out");
    }

    #[tokio::test]
    async fn a_letter_that_waited_is_decided_again_when_everything_goes_on() {
        let memory = memory_app();
        put_policy(&memory).await;
        put(&memory, customer(&memory).await, &[]).await;
        put(&memory, invoice("1001", 50_000), &[]).await;
        step(&memory.app, &DunningDue::new(entity(), CustomerId::new("qbo:1"), memory.app.today()))
            .await
            .unwrap();
        turn(&memory, true).await;
        memory.clock.advance(chrono::TimeDelta::hours(24));
        assert_eq!(send_overdue(&memory.app).await, Ok(0), "what waits on purpose is not sent");
        turn(&memory, false).await;
        assert_eq!(send_overdue(&memory.app).await, Ok(1));
        let due = LetterDue::new(entity(), letters(&memory).await.remove(0).state.id);
        send_due(&memory.app, &due).await.unwrap();
        let state = letters(&memory).await.remove(0).state.state;
        assert_eq!(state, LetterState::Cancelled { why: "its day has passed".into() });
    }

    #[tokio::test]
    async fn a_ledger_that_was_set_back_stops_everything_by_itself() {
        let before = memory_app();
        for hour in ["2026-03-24T10", "2026-03-24T11", "2026-03-24T11", "2026-03-24T10"] {
            notice_set_back(&before.app, hour).await.unwrap();
            assert_eq!(is_stopped(&before.app).await, Ok(false), "{hour}");
        }
        // The table of a backup from before both ticks; the connections are those of today.
        let after = memory_app();
        let known =
            before.table.get(TableName::Connections, &keys::ticked(&entity())).await.unwrap().unwrap();
        assert!(known.body.contains("2026-03-24T11"), "{}", known.body);
        let record = Record { ver: 1, ..known };
        let write = Write::Put { table: TableName::Connections, record, condition: Condition::Absent };
        after.table.commit(vec![write]).await.unwrap();
        notice_set_back(&after.app, "2026-03-24T12").await.unwrap();
        assert_eq!(is_stopped(&after.app).await, Ok(true));
        assert_eq!(open_tasks(&after).await.len(), 1);
        turn(&after, false).await;
        notice_set_back(&after.app, "2026-03-24T13").await.unwrap();
        assert_eq!(is_stopped(&after.app).await, Ok(false), "what was resumed stays resumed");
    }

    #[tokio::test]
    async fn a_posting_waits_on_its_payment_while_it_is_on() {
        let memory = memory_app();
        let applied = payment("pi_1", 100).allocate(InvoiceId::new("qbo:1001"), usd(100)).unwrap();
        put(&memory, applied, &[FollowUp::WriteBack]).await;
        let due = WriteBackDue::new(entity(), PaymentId::new("stripe:pi_1"));
        turn(&memory, true).await;
        post_due(&memory.app, &due).await.unwrap();
        assert!(stored_payment(&memory, "stripe:pi_1").await.is_pending(FollowUp::WriteBack));
        memory.clock.advance(chrono::TimeDelta::hours(1));
        assert_eq!(send_overdue(&memory.app).await, Ok(0), "what waits on purpose is not sent");
        turn(&memory, false).await;
        assert_eq!(send_overdue(&memory.app).await, Ok(1));
        assert!(post_due(&memory.app, &due).await.is_err(), "it is tried again, and nobody answers here");
    }
}
