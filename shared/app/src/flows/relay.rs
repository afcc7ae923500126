//! The relay: follow-ups that a commit put on an item become messages. In the cloud the table's stream tells, and once
//! an hour the sparse index of what is still pending is searched for those whose message was lost; the local bundle
//! has the index alone.
use crate::App;
use crate::messages::of_follow_up;
use crate::queues::{Outgoing, QueueName};
use crate::store::entity::FollowUp;
use crate::store::keys;
use crate::store::reads::all_index_rows;
use crate::store::table::{Index, IndexRow, Key, Query, TableName};
use crate::worker::Failure;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::ids::EntityId;
use serde::Deserialize;

/// A follow-up that stands for longer has lost its message: the stream keeps a change for 24 hours, and a message
/// that fails is tried for about a day.
const LOST_AFTER: TimeDelta = TimeDelta::hours(25);
/// How long a lost one is looked for: a tick or two may be missed, and what fails for good is not sent for ever.
const LOOKED_FOR: TimeDelta = TimeDelta::hours(3);

/// The part of an item's envelope that the relay reads.
#[derive(Debug, Default, Deserialize)]
struct Pending {
    #[serde(default)]
    pending: Vec<FollowUp>,
}

fn pending(body: Option<&str>) -> Result<Vec<FollowUp>, Failure> {
    let Some(body) = body else { return Ok(Vec::new()) };
    let pending: Pending = serde_json::from_str(body).map_err(|error| Failure::poison(error.to_string()))?;
    Ok(pending.pending)
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
    let before = pending(old)?;
    for follow_up in pending(new)?.into_iter().filter(|follow_up| !before.contains(follow_up)) {
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
    standing(app, |_| true).await
}

/// Sends the message again for every follow-up that lost it.
///
/// # Errors
/// The table's or the queue's; doing it again is harmless.
pub async fn send_lost(app: &App) -> Result<(), Failure> {
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let until = app.clock.now() - LOST_AFTER;
    let lost = instant(until - LOOKED_FOR)..instant(until);
    for work in standing(app, |since| lost.contains(&since.to_owned())).await? {
        tracing::warn!(mark = %work.mark, "a follow-up had lost its message");
        app.queue.send(work.queue, vec![work.message]).await?;
    }
    Ok(())
}

/// Follow-ups by the instant since which they stand.
async fn standing(app: &App, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PendingWork>, Failure> {
    let mut work = Vec::new();
    for shard in 0..keys::PENDING_SHARDS {
        let partition = keys::pending_partition(&app.settings.entity, shard);
        let rows = all_index_rows(app.table.as_ref(), Index::Pending, Query::all(partition)).await?;
        let since = |row: &IndexRow| row.index_sk.split('#').next().unwrap_or_default().to_owned();
        let wanted: Vec<Key> =
            rows.into_iter().filter(|row| is_wanted(&since(row))).map(|row| row.key).collect();
        for record in app.table.get_many(TableName::Ledger, &wanted).await? {
            for follow_up in pending(Some(&record.body))? {
                let (queue, message) = of_follow_up(&app.settings.entity, &record.key.pk, follow_up)?;
                let mark = format!("{}#{follow_up:?}#{}", record.key.pk, record.ver);
                work.push(PendingWork { queue, message, mark });
            }
        }
    }
    Ok(work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubles::blobs::MemoryBlobs;
    use crate::doubles::clock::{FixedClock, SeededEntropy};
    use crate::doubles::http::ScriptedHttp;
    use crate::doubles::mailer::ScriptedMailer;
    use crate::doubles::queue::MemoryQueue;
    use crate::doubles::seal::PlainSeal;
    use crate::flows::receive::{Incoming, receive};
    use crate::settings::Settings;
    use crate::store::memory::MemoryTable;
    use connectors::fault::Fault;
    use domain::ids::{ExternalRef, PaymentId};
    use domain::money::{Currency, Money};
    use domain::payment::PaymentSource;
    use domain::timeline::Cause;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_follow_up_that_stands_for_a_day_is_sent_again_for_some_hours() {
        let clock = Arc::new(FixedClock::at("2026-11-24T10:00:00Z".parse().unwrap()));
        let queue = Arc::new(MemoryQueue::new());
        let app = App {
            settings: Arc::new(Settings::read(&BTreeMap::new(), &BTreeMap::new()).unwrap()),
            table: Arc::new(MemoryTable::new()),
            queue: queue.clone(),
            http: Arc::new(ScriptedHttp::new(|_| Err(Fault::before_send("nothing goes out")))),
            mailer: Arc::new(ScriptedMailer::new()),
            blobs: Arc::new(MemoryBlobs::new()),
            seal: Arc::new(PlainSeal::new()),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
        };
        let payment = Incoming {
            id: PaymentId::new("bank:1"),
            external_ref: ExternalRef::new("bank", "1"),
            source: PaymentSource::Bank,
            received: Money::new(100, Currency::USD),
            received_on: "2026-11-24".parse().unwrap(),
            structured: vec![],
            text: String::new(),
            payer_name: None,
            payer_keys: vec![],
        };
        receive(&app, &Cause::new("bank:1"), &payment).await.unwrap();
        let mut sent = Vec::new();
        for _ in 0..36 {
            clock.advance(TimeDelta::hours(1));
            send_lost(&app).await.unwrap();
            sent.push(queue.take(QueueName::CashApplication).len());
        }
        assert_eq!(sent.iter().sum::<usize>(), 3, "{sent:?}");
        assert_eq!(sent.iter().position(|count| *count > 0), Some(25), "after the 26th hour");
    }
}
