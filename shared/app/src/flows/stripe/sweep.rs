//! The sweep of Stripe's list of events: what no webhook brought is followed from there. Events are kept for 30 days, and
//! a webhook is tried again for three, so an hourly sweep misses nothing that a longer outage of ours would.
use super::{SOURCE, Stop, about, ask_kept, follow};
use crate::App;
use crate::archive::archive;
use crate::flows::tasks::{new_task, open, open_again, quarantine_about};
use crate::messages::{EventSweepDue, EventWindow, WebhookReceived, send};
use crate::store::keys;
use crate::store::table::{CommitError, Condition, Record, TableName, Write};
use crate::worker::Failure;
use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use connectors::stripe::notice::{Notice, Subject};
use domain::ids::EntityId;
use domain::mutant;
use domain::task::TaskKind;
use domain::timeline::Cause;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is younger is on its way as a webhook, or may still be missing from the list.
const LAG: TimeDelta = TimeDelta::minutes(15);
/// Each sweep begins so long before the watermark: what is known costs no write.
const OVERLAP: TimeDelta = TimeDelta::hours(1);
/// How long Stripe keeps events.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Events that one message follows; each may take a few calls, and all must fit into one invocation.
const ROWS: u8 = 25;

/// How far the list of events has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Watermark {
    v: u32,
    /// Where the first sweep began: what happened before is in the company's books already, and is not taken in.
    first: DateTime<Utc>,
    /// Everything until then has been followed.
    until: DateTime<Utc>,
}

/// Works off one message: a schedule's, which begins a sweep, or that of a page.
///
/// # Errors
/// Stripe's, the table's or the queue's, worth another delivery. An event that cannot be followed now comes back as a
/// message of its own and does not hold up the others.
pub async fn sweep(app: &App, body: &str, due: &EventSweepDue) -> Result<(), Failure> {
    match &due.window {
        Some(window) => page(app, due, window).await,
        None => begin(app, body, due).await,
    }
}

async fn begin(app: &App, body: &str, due: &EventSweepDue) -> Result<(), Failure> {
    archive(app, "event-sweep", body.as_bytes()).await?;
    let at = due.scheduled_at.as_deref().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let until = at.unwrap_or_else(|| app.clock.now()) - LAG;
    let Some(watermark) = watermark(app, &due.entity).await? else {
        return move_watermark(app, &due.entity, until).await;
    };
    if until <= watermark.until {
        // A message that was delivered again, after its sweep.
        return Ok(());
    }
    if until - watermark.until > KEPT {
        let why = format!(
            "Stripe's events were not read from {} to {until}, and it keeps them for 30 days: compare its payments of \
             that time with the ledger by hand",
            watermark.until
        );
        let about = format!("stripe-events|{}", watermark.until);
        open(app, &Cause::new("event-sweep"), new_task(app, TaskKind::StuckWork, &about, why)).await?;
    }
    let since = (watermark.until - OVERLAP).max(watermark.first);
    let window = EventWindow { since: since.timestamp(), until: until.timestamp(), after: None };
    page(app, due, &window).await
}

/// Follows a page of events, the oldest first, then asks for the next or moves the watermark.
async fn page(app: &App, due: &EventSweepDue, window: &EventWindow) -> Result<(), Failure> {
    let EventWindow { since, until, after } = window;
    let reply = match ask_kept(app, |api| api.events(*since, *until, ROWS, after.as_deref())).await {
        Ok(reply) => reply,
        Err(Stop::Later(failure)) => return Err(failure),
        Err(Stop::Unreadable(why)) => {
            let why = format!("Stripe's events cannot be read, so that lost webhooks go unnoticed: {why}");
            let task = new_task(app, TaskKind::Reconnect, "stripe-events", why);
            return open_again(app, &Cause::new("event-sweep"), task).await;
        }
    };
    let mut followed: Vec<Subject> = Vec::new();
    for event in reply.value.data.iter().rev() {
        follow_once(app, &reply.archived, &event.0, &mut followed).await?;
    }
    match reply.value.data.last().filter(|_| reply.value.has_more) {
        Some(last) => {
            let window = EventWindow { after: Some(id(&last.0)), ..window.clone() };
            send(app, &EventSweepDue { window: Some(window), ..due.clone() }).await
        }
        None => {
            let until = DateTime::from_timestamp(*until, 0);
            let until = until.ok_or_else(|| Failure::poison(format!("a sweep until {window:?}")))?;
            move_watermark(app, &due.entity, until).await
        }
    }
}

/// Follows an event unless one about the same was followed before; only the object's state counts.
async fn follow_once(
    app: &App,
    archived: &str,
    event: &Value,
    followed: &mut Vec<Subject>,
) -> Result<(), Failure> {
    let id = id(event);
    let cause = Cause::archived_at(format!("event-sweep:{id}"), format!("{archived}#{id}"));
    let notice = match Notice::of(event) {
        Ok(notice) => notice,
        Err(error) => {
            return quarantine_about(app, &cause, &about(&id), SOURCE, &error.to_string()).await;
        }
    };
    let is_nothing = matches!(notice.subject, Subject::Ignored(_) | Subject::Payout);
    if is_nothing || followed.contains(&notice.subject) || mutant!("lost-webhook-left") {
        return Ok(());
    }
    if let Err(failure) = follow(app, &cause, &notice).await {
        tracing::warn!(event = id, %failure, "an event of the sweep is followed by itself");
        let body = base64::engine::general_purpose::STANDARD.encode(event.to_string());
        send(app, &WebhookReceived::new("stripe".into(), BTreeMap::new(), body)).await?;
    }
    followed.push(notice.subject);
    Ok(())
}

fn id(event: &Value) -> String {
    event.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn stored(app: &App, entity: &EntityId) -> Result<Option<(Watermark, u64)>, Failure> {
    let key = keys::cursor(entity, "stripe", "events");
    let Some(record) = app.table.get(TableName::Connections, &key).await? else { return Ok(None) };
    let watermark = serde_json::from_str(&record.body);
    let watermark = watermark.map_err(|error| Failure::poison(format!("watermark {key}: {error}")))?;
    Ok(Some((watermark, record.ver)))
}

async fn watermark(app: &App, entity: &EntityId) -> Result<Option<Watermark>, Failure> {
    Ok(stored(app, entity).await?.map(|(watermark, _)| watermark))
}

/// Moves the watermark on, never back.
async fn move_watermark(app: &App, entity: &EntityId, until: DateTime<Utc>) -> Result<(), Failure> {
    let (first, ver, condition) = match stored(app, entity).await? {
        Some((former, _)) if former.until >= until => return Ok(()),
        Some((former, ver)) => (former.first, ver, Condition::Version(ver)),
        None => (until, 0, Condition::Absent),
    };
    let body = serde_json::to_string(&Watermark { v: 1, first, until });
    let body = body.map_err(|error| Failure::poison(error.to_string()))?;
    let record = Record::new(keys::cursor(entity, "stripe", "events"), ver + 1, body);
    match app.table.commit(vec![Write::Put { table: TableName::Connections, record, condition }]).await {
        // Another sweep moved it meanwhile.
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}
