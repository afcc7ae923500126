//! The hourly tick: one message a shard, then the sweep of follow-ups that are overdue; for each shard one message a
//! customer with something overdue. Idempotent on the entity's civil hour and the shard, claimed after everything was sent, so a crash repeats and never skips.
use super::dunning::stored_policy;
use super::{dead_letters, promises, relay, stops, sweeps, tasks};
use crate::App;
use crate::archive::archive;
use crate::messages::{DunningDue, Message, TickDue, TickShardDue, outgoing, send};
use crate::queues::QueueName;
use crate::store::entity::OpenSummary;
use crate::store::keys;
use crate::store::table::{CommitError, Condition, Index, Query, Range, Record, TableName, Write};
use crate::worker::Failure;
use chrono::{DateTime, Timelike, Utc};
use domain::dates::{civil_date, civil_hour};
use domain::ids::CustomerId;
use domain::task::TaskKind;
use domain::timeline::Cause;
use std::collections::BTreeSet;

/// Index rows that one message works off before it hands on its cursor.
const ROWS_PER_MESSAGE: u32 = 5_000;

/// Starts an hour: archives the tick and sends one message a shard.
///
/// # Errors
/// The queue's or the archive's.
pub async fn start(app: &App, body: &str, tick: &TickDue) -> Result<(), Failure> {
    archive(app, "tick", body.as_bytes()).await?;
    let at = tick.scheduled_at.as_deref().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let at = at.unwrap_or_else(|| app.clock.now());
    let hour = civil_hour(at, app.settings.zone);
    stops::notice_set_back(app, &hour).await?;
    let on = civil_date(at, app.settings.zone);
    let shards = (0..keys::DUE_SHARDS)
        .map(|shard| outgoing(&TickShardDue::new(tick.entity.clone(), on, hour.clone(), shard, None)))
        .collect::<Result<Vec<_>, _>>()?;
    app.queue.send(TickShardDue::QUEUE, shards).await?;
    // After the hour's own work, which must not wait for it.
    let swept = relay::send_overdue(app).await?;
    if swept > 0 {
        tracing::warn!(swept, "follow-ups were overdue and are sent again");
    }
    look_after(app).await;
    Ok(())
}

/// Finds what got stuck or was missed. What cannot be looked at now is looked at in an hour, and no tick waits for it.
async fn look_after(app: &App) {
    match dead_letters::open_tasks(app).await {
        Ok(0) => {}
        Ok(dead) => tracing::warn!(dead, "messages lie in dead-letter queues"),
        Err(failure) => tracing::error!(%failure, "dead letters not looked at"),
    }
    match sweeps::find_missed(app, &Cause::new("sweep")).await {
        Ok(0) => {}
        Ok(missed) => tracing::warn!(missed, "work was missed and is asked for again"),
        Err(failure) => tracing::error!(%failure, "missed work not looked for"),
    }
}

/// Works off one shard: values promises that fell due, then asks for a decision about each customer. Outside the hours
/// for letters, and before there is a policy, no decision could lead to one, and none is asked for.
///
/// # Errors
/// The table's or the queue's.
pub async fn shard(app: &App, due: &TickShardDue) -> Result<(), Failure> {
    let claim = keys::claim(&due.entity, "tick", &format!("{}#{:02}", due.hour, due.shard));
    if app.table.get(TableName::Ledger, &claim).await?.is_some() {
        return Ok(());
    }
    let query = Query {
        pk: keys::due_partition(&due.entity, due.shard),
        range: Range::UpTo(keys::due_up_to(due.on.pred_opt().unwrap_or(due.on))),
        newest_first: false,
        limit: ROWS_PER_MESSAGE,
        after: due.after.clone(),
    };
    let page = app.table.query_index(Index::Due, query).await?;
    let now = app.clock.now().with_timezone(&app.settings.zone);
    let policy = stored_policy(app, &due.entity).await?;
    let is_open = policy.is_some_and(|stored| stored.policy.is_open(now.date_naive(), now.hour()));
    let mut customers: BTreeSet<CustomerId> = BTreeSet::new();
    for row in &page.rows {
        let summary = row.summary.as_deref().unwrap_or_default();
        let summary: OpenSummary = serde_json::from_str(summary)
            .map_err(|error| Failure::poison(format!("due index, {}: {error}", row.key)))?;
        let is_settled = !summary.open.is_positive();
        if summary.promise_until.is_some_and(|until| is_settled || until < due.on) {
            let cause = Cause::new(format!("tick:{}", due.hour));
            match promises::value_if_due(app, &cause, &row.key).await {
                // A broken record stops its own customer's decision, not the shard: its promise still holds.
                Err(Failure::Poison(why)) => {
                    let task = tasks::new_task(app, TaskKind::StuckWork, &row.key.pk, why);
                    tasks::open(app, &cause, task).await?;
                }
                ended => ended?,
            }
        }
        if is_open && summary.open.is_positive() && summary.due_on.is_some_and(|due_on| due_on < due.on) {
            customers.insert(summary.customer);
        }
    }
    let steps = customers
        .into_iter()
        .map(|customer| outgoing(&DunningDue::new(due.entity.clone(), customer, due.on)))
        .collect::<Result<Vec<_>, _>>()?;
    app.queue.send(QueueName::DunningStep, steps).await?;
    if let Some(next) = page.next {
        let rest = TickShardDue { after: Some(next), ..due.clone() };
        return send(app, &rest).await;
    }
    let record = Record::new(claim, 1, r#"{"v":1}"#);
    let write = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
    match app.table.commit(vec![write]).await {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
#[path = "tick_tests.rs"]
mod tests;
