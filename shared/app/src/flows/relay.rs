//! The relay: follow-ups that a commit put on an item become messages. In the cloud the table's stream tells; the
//! sweep reads the sparse index of what is still pending, and so does the local bundle.
use super::stops::is_stopped;
use crate::App;
use crate::messages::of_follow_up;
use crate::queues::{Outgoing, QueueName};
use crate::store::entity::FollowUp;
use crate::store::keys;
use crate::store::reads::all_index_rows;
use crate::store::table::{Index, Key, Query, Range, TableName};
use crate::worker::Failure;
use chrono::TimeDelta;
use domain::ids::EntityId;
use domain::mutant;
use domain::payment::Posting;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The part of an item's envelope that the relay reads.
#[derive(Debug, Default, Deserialize)]
struct Pending {
    #[serde(default)]
    pending: Vec<FollowUp>,
    #[serde(default)]
    state: PendingState,
}

#[derive(Debug, Default, Deserialize)]
struct PendingState {
    /// Of a payment.
    #[serde(default)]
    posting: Option<Posting>,
}

fn read(body: Option<&str>) -> Result<Pending, Failure> {
    let Some(body) = body else { return Ok(Pending::default()) };
    serde_json::from_str(body).map_err(|error| Failure::poison(error.to_string()))
}

/// The entity of an item's partition key.
fn entity_of(pk: &str) -> EntityId {
    EntityId::new(pk.split('#').next().unwrap_or_default())
}

/// Sends the messages for follow-ups that a change of an item added.
///
/// # Errors
/// The queue's: the stream delivers the change again.
pub async fn changed(app: &App, key: &Key, old: Option<&str>, new: Option<&str>) -> Result<(), Failure> {
    if key.sk != keys::STATE {
        return Ok(());
    }
    let before = read(old)?.pending;
    for follow_up in read(new)?.pending.into_iter().filter(|follow_up| !before.contains(follow_up)) {
        let (queue, message) = of_follow_up(&entity_of(&key.pk), &key.pk, follow_up)?;
        app.queue.send(queue, vec![message]).await?;
    }
    Ok(())
}

/// A follow-up that still stands on an item, with what makes it the same one when it is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingWork {
    pub queue: QueueName,
    pub message: Outgoing,
    /// The item, its version and the kind: a follow-up that was done and asked for again has another.
    pub mark: String,
}

/// Everything that is pending, oldest first a shard.
///
/// # Errors
/// The table's.
pub async fn sweep(app: &App) -> Result<Vec<PendingWork>, Failure> {
    pending_in(app, Range::All, |_, _| true).await
}

/// Sends again what has been pending for longer than the stream ever takes: a lost stream record, a message that was
/// taken out of a dead-letter queue. The worker of a follow-up that is done meanwhile finds nothing to do. What waits on
/// purpose, while everything is stopped or in a dry run, is not sent: it would only come back every hour.
///
/// # Errors
/// The table's or the queue's.
pub async fn send_overdue(app: &App) -> Result<usize, Failure> {
    if mutant!("overdue-work-left") {
        return Ok(0);
    }
    let before = app.clock.now() - OVERDUE_AFTER;
    let before = before.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let is_stopped = is_stopped(app).await?;
    let is_wanted = |follow_up: FollowUp, state: &PendingState| match follow_up {
        FollowUp::ApplyCash => true,
        FollowUp::SendLetter => !is_stopped,
        // A dry run withholds what the ledger has not, and leaves alone what was posted before.
        FollowUp::WriteBack | FollowUp::PostAgain => {
            !is_stopped && (app.settings.is_sending || !matches!(state.posting, Some(Posting::Posted { .. })))
        }
    };
    let work = pending_in(app, Range::UpTo(before), is_wanted).await?;
    let count = work.len();
    let mut by_queue: BTreeMap<QueueName, Vec<Outgoing>> = BTreeMap::new();
    for item in work {
        by_queue.entry(item.queue).or_default().push(item.message);
    }
    for (queue, messages) in by_queue {
        app.queue.send(queue, messages).await?;
    }
    Ok(count)
}

/// A follow-up is overdue after this long.
const OVERDUE_AFTER: TimeDelta = TimeDelta::minutes(30);

async fn pending_in(
    app: &App,
    range: Range,
    is_wanted: impl Fn(FollowUp, &PendingState) -> bool,
) -> Result<Vec<PendingWork>, Failure> {
    let mut work = Vec::new();
    for shard in 0..keys::PENDING_SHARDS {
        let partition = keys::pending_partition(&app.settings.entity, shard);
        let query = Query { range: range.clone(), ..Query::all(partition) };
        let rows = all_index_rows(app.table.as_ref(), Index::Pending, query).await?;
        let wanted: Vec<Key> = rows.into_iter().map(|row| row.key).collect();
        for record in app.table.get_many(TableName::Ledger, &wanted).await? {
            let read = read(Some(&record.body))?;
            for follow_up in read.pending.into_iter().filter(|todo| is_wanted(*todo, &read.state)) {
                let (queue, message) = of_follow_up(&app.settings.entity, &record.key.pk, follow_up)?;
                let mark = format!("{}#{follow_up:?}#{}", record.key.pk, record.ver);
                work.push(PendingWork { queue, message, mark });
            }
        }
    }
    Ok(work)
}
