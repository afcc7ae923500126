//! The pull: page jobs by kind, each page stored before the next is asked for, the cursor moved after the last.
use super::auth::call;
use super::{SYSTEM, deleted, documents, left_behind, merged, payments};
use crate::App;
use crate::archive::archive;
use crate::flows::tasks::quarantine;
use crate::messages::{ErpPageDue, ErpPullDue, Message, outgoing, send};
use crate::store::keys;
use crate::store::table::{CommitError, Condition, Record, TableName, Write};
use crate::worker::Failure;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use connectors::quickbooks::map::{self, RowError};
use connectors::quickbooks::query::{QueryPage, page};
use connectors::quickbooks::wire;
use domain::ids::InvoiceId;
use domain::mutant;
use domain::timeline::Cause;
use serde::{Deserialize, Serialize};

/// In the order in which they lean on each other; a payment that comes before its invoice waits a little.
const KINDS: [&str; 5] = ["Customer", "Invoice", "CreditMemo", "Payment", deleted::KIND];
/// Each pull starts this long before the last one's vendor time, for rows that slid over a page's edge.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);

/// Whether invoices and credit memos are here as they were at `at`, by the ledger's clock.
///
/// # Errors
/// The table's.
pub(super) async fn has_documents_of(app: &App, at: DateTime<Utc>) -> Result<bool, Failure> {
    Ok(is_pulled(app, "Invoice", OVERLAP, at).await? && is_pulled(app, "CreditMemo", OVERLAP, at).await?)
}

/// Whether customers are here as they were at `at`, by the ledger's clock.
///
/// # Errors
/// The table's.
pub(super) async fn has_customers_of(app: &App, at: DateTime<Utc>) -> Result<bool, Failure> {
    is_pulled(app, "Customer", OVERLAP, at).await
}

/// Whether, beside the documents, deletions are pulled as of this change too.
///
/// # Errors
/// The table's.
pub(super) async fn has_all_of(app: &App, at: DateTime<Utc>) -> Result<bool, Failure> {
    Ok(has_documents_of(app, at).await? && is_pulled(app, deleted::KIND, deleted::OVERLAP, at).await?)
}

/// Whether a kind's cursor, which stands `overlap` before the vendor's time of its last pull, has passed `at`.
async fn is_pulled(app: &App, kind: &str, overlap: TimeDelta, at: DateTime<Utc>) -> Result<bool, Failure> {
    let key = keys::cursor(&app.settings.entity, SYSTEM, kind);
    let record = app.table.get(TableName::Connections, &key).await?;
    let Some(cursor) = read_cursor(record.as_ref(), kind)? else { return Ok(false) };
    let since = DateTime::parse_from_rfc3339(&cursor.since);
    let since = since.map_err(|error| Failure::poison(format!("cursor {kind}: {error}")))?;
    Ok(since + overlap >= at)
}

fn read_cursor(record: Option<&Record>, kind: &str) -> Result<Option<Cursor>, Failure> {
    let cursor = record.map(|record| serde_json::from_str::<Cursor>(&record.body)).transpose();
    cursor.map_err(|error| Failure::poison(format!("cursor {kind}: {error}")))
}

#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    v: u32,
    /// By the vendor's clock.
    since: String,
}

/// Starts a pull: one job a kind, from where the last pull of that kind ended.
///
/// # Errors
/// The table's or the queue's.
pub async fn start(app: &App, body: &str, due: &ErpPullDue) -> Result<(), Failure> {
    archive(app, "schedule", body.as_bytes()).await?;
    let mut jobs = Vec::new();
    for kind in KINDS {
        let record = app.table.get(TableName::Connections, &keys::cursor(&due.entity, SYSTEM, kind)).await?;
        let cursor = read_cursor(record.as_ref(), kind)?;
        let job = ErpPageDue::new(
            due.entity.clone(),
            kind.to_owned(),
            cursor.map(|cursor| cursor.since),
            1,
            String::new(),
        );
        jobs.push(outgoing(&job)?);
    }
    Ok(app.queue.send(ErpPageDue::QUEUE, jobs).await?)
}

/// Pulls and stores one page, then asks for the next or moves the cursor.
///
/// # Errors
/// QuickBooks', the table's or the queue's.
pub async fn sync_page(app: &App, due: &ErpPageDue) -> Result<(), Failure> {
    let home = app.settings.currency;
    if mutant!("cursor-moved-before-its-page") {
        move_cursor(app, due, &app.clock.now().to_rfc3339()).await?;
    }
    let turned = match due.kind.as_str() {
        "Customer" => {
            let (page, cause) = fetch::<wire::Customer>(app, due).await?;
            let (rows, turned) = sort_out(app, &cause, page.and_then(map::customer)).await?;
            left_behind::tell_inactive(app, &cause, &rows).await?;
            documents::store(app, &cause, rows).await?;
            turned
        }
        "Invoice" => {
            let (page, cause) = fetch::<wire::Invoice>(app, due).await?;
            let (rows, turned) =
                sort_out(app, &cause, page.and_then(|wire| map::invoice(wire, home))).await?;
            let void: Vec<InvoiceId> =
                rows.iter().filter(|row| row.is_voided).map(documents::invoice_id).collect();
            merged::carry_over(app, &cause, &rows).await?;
            for invoice in &void {
                left_behind::decide_reversals(app, &cause, invoice).await?;
            }
            documents::store(app, &cause, rows).await?;
            for invoice in void {
                left_behind::release(app, &cause, &invoice).await?;
            }
            turned
        }
        "CreditMemo" => {
            let (page, cause) = fetch::<wire::CreditMemo>(app, due).await?;
            let (rows, turned) =
                sort_out(app, &cause, page.and_then(|wire| map::credit_memo(wire, home))).await?;
            documents::store(app, &cause, rows).await?;
            turned
        }
        "Payment" => {
            let (page, cause) = fetch::<wire::Payment>(app, due).await?;
            let (rows, turned) =
                sort_out(app, &cause, page.and_then(|wire| map::payment(wire, home))).await?;
            payments::store_all(app, &cause, &rows).await?;
            turned
        }
        deleted::KIND => return move_cursor(app, due, &deleted::follow(app, due).await?.to_rfc3339()).await,
        other => return Err(Failure::poison(format!("no kind of record is called {other:?}"))),
    };
    let run = if due.run.is_empty() { (turned.vendor_time - OVERLAP).to_rfc3339() } else { due.run.clone() };
    match turned.next {
        Some(start) => send(app, &ErpPageDue { start, run, ..due.clone() }).await,
        None => move_cursor(app, due, &run).await,
    }
}

/// What a stored page leads to.
struct Turned {
    vendor_time: DateTime<FixedOffset>,
    next: Option<u32>,
}

async fn fetch<T: wire::Record>(app: &App, due: &ErpPageDue) -> Result<(QueryPage<T>, Cause), Failure> {
    let since = due.since.as_deref().map(DateTime::parse_from_rfc3339).transpose();
    let since = since.map_err(|error| Failure::poison(format!("since: {error}")))?;
    let reply = call(app, |api, token| page::<T>(api, token, since, due.start)).await?;
    let event = format!("{SYSTEM}:{}:{}", due.kind, reply.archived.rsplit('/').next().unwrap_or_default());
    Ok((reply.value, Cause::archived_at(event, reply.archived)))
}

/// Rows that read go on; the others are quarantined by name, and no row stops another.
async fn sort_out<T>(app: &App, cause: &Cause, page: QueryPage<T>) -> Result<(Vec<T>, Turned), Failure> {
    let turned = Turned { vendor_time: page.vendor_time, next: page.next_start() };
    let mut rows = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        match row {
            Ok(row) => rows.push(row),
            Err(error) => set_aside(app, cause, &error).await?,
        }
    }
    Ok((rows, turned))
}

async fn set_aside(app: &App, cause: &Cause, error: &RowError) -> Result<(), Failure> {
    let row = Cause {
        event: domain::ids::EventId(format!("{}:{}", cause.event, error)),
        archived: Some(format!("{}#{error}", cause.archived.clone().unwrap_or_default())),
    };
    quarantine(app, &row, "QuickBooks record", &error.to_string()).await
}

async fn move_cursor(app: &App, due: &ErpPageDue, run: &str) -> Result<(), Failure> {
    let key = keys::cursor(&due.entity, SYSTEM, &due.kind);
    let former = app.table.get(TableName::Connections, &key).await?;
    let body = serde_json::to_string(&Cursor { v: 1, since: run.to_owned() });
    let body = body.map_err(|error| Failure::poison(error.to_string()))?;
    if former.as_ref().is_some_and(|record| record.body >= body) {
        // A page job that was delivered again, after a later pull: the cursor never goes back.
        return Ok(());
    }
    let ver = former.map(|record| record.ver);
    let record = Record::new(key, ver.unwrap_or(0) + 1, body);
    let condition = ver.map_or(Condition::Absent, Condition::Version);
    match app.table.commit(vec![Write::Put { table: TableName::Connections, record, condition }]).await {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}
