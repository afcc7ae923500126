//! Records that people deleted in the ledger: an invoice counts as void, a payment that people posted is taken off
//! what it settled, and a posting of ours is for a person. Nothing is deleted here.
use super::auth::call;
use super::documents::{id, updated};
use super::{SYSTEM, left_behind, mirror, postings};
use crate::App;
use crate::flows::tasks::{self, about_customer, new_task, opened, quarantine};
use crate::flows::{Attempt, settle};
use crate::messages::ErpPageDue;
use crate::store::change::Change;
use crate::store::entity::Entity;
use crate::store::keys;
use crate::store::reads::load;
use crate::worker::Failure;
use chrono::{DateTime, FixedOffset, TimeDelta};
use connectors::quickbooks::cdc::{Deletion, Deletions, LOOK_BACK_MAX, deletions};
use connectors::quickbooks::facts::ErpPayment;
use connectors::quickbooks::wire::{self, Record};
use domain::credit::CreditMemo;
use domain::ids::{CreditMemoId, InvoiceId, PaymentId};
use domain::invoice::{ExternalVersion, Invoice};
use domain::money::Money;
use domain::payment::Payment;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// The kind of page job that asks for deletions.
pub(super) const KIND: &str = "Deleted";
/// Every deletion is heard of again for so long: one that came before the record itself takes effect then.
pub(super) const OVERLAP: TimeDelta = TimeDelta::hours(1);

/// Follows what was deleted since the last time; gives where the next time starts, by the ledger's clock.
///
/// # Errors
/// QuickBooks' or the table's.
pub(super) async fn follow(app: &App, due: &ErpPageDue) -> Result<DateTime<FixedOffset>, Failure> {
    let now = app.clock.now().fixed_offset();
    let since = due.since.as_deref().map(DateTime::parse_from_rfc3339).transpose();
    // Before the first pull there is nothing that could be gone.
    let since = since.map_err(|error| Failure::poison(format!("since: {error}")))?.unwrap_or(now - OVERLAP);
    let earliest = now - LOOK_BACK_MAX + TimeDelta::days(1);
    if since < earliest {
        tell_unseen(app, &format!("before {earliest}, since when QuickBooks can be asked")).await?;
    }
    let since = since.max(earliest);
    let mut until = now;
    for (at, found) in [
        ask::<wire::Invoice>(app, since).await?,
        ask::<wire::CreditMemo>(app, since).await?,
        ask::<wire::Payment>(app, since).await?,
    ]
    .into_iter()
    .enumerate()
    {
        let (kind, cause, found) = found;
        until = if at == 0 { found.vendor_time } else { until.min(found.vendor_time) };
        if !found.is_whole {
            tell_unseen(
                app,
                &format!("of kind {kind} since {since}, among more changes than one answer holds"),
            )
            .await?;
        }
        for row in found.rows {
            match row {
                Ok(gone) => one(app, &cause, kind, &gone).await?,
                Err(error) => quarantine(app, &cause, "QuickBooks record", &error.to_string()).await?,
            }
        }
    }
    Ok(until - OVERLAP)
}

async fn ask<T: Record>(
    app: &App,
    since: DateTime<FixedOffset>,
) -> Result<(&'static str, Cause, Deletions), Failure> {
    let reply = call(app, |api, token| deletions::<T>(api, token, since)).await?;
    let event = format!("{SYSTEM}:{KIND}:{}", reply.archived.rsplit('/').next().unwrap_or_default());
    Ok((T::ENTITY, Cause::archived_at(event, reply.archived), reply.value))
}

async fn tell_unseen(app: &App, which: &str) -> Result<(), Failure> {
    let why = format!("records deleted in the ledger {which}, may still stand here: compare the open items");
    let task = new_task(app, TaskKind::LedgerMismatch, &format!("{SYSTEM}|{KIND}|{which}"), why);
    tasks::open(app, &Cause::new(format!("{SYSTEM}:{KIND}")), task).await
}

async fn one(app: &App, cause: &Cause, kind: &str, gone: &Deletion) -> Result<(), Failure> {
    match kind {
        wire::Invoice::ENTITY => {
            let invoice = InvoiceId(id(&gone.external_id));
            left_behind::decide_reversals(app, cause, &invoice).await?;
            settle(|| void(app, cause, &invoice, gone)).await?;
            left_behind::release(app, cause, &invoice).await
        }
        wire::CreditMemo::ENTITY => settle(|| empty(app, cause, gone)).await,
        _ => match postings::payment_of(app, &gone.external_id, None).await? {
            Some(ours) => postings::deleted(app, cause, &gone.external_id, &ours).await,
            None => settle(|| take_off(app, cause, gone)).await,
        },
    }
}

fn change(app: &App, cause: &Cause, kind: &str) -> Change {
    let event = Event::LedgerRecordsPulled { kind: kind.to_owned(), count: 1 };
    let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    change.by_rule("deleted-in-the-ledger")
}

async fn void(
    app: &App,
    cause: &Cause,
    invoice: &InvoiceId,
    gone: &Deletion,
) -> Result<Attempt<()>, Failure> {
    let key = keys::invoice(&app.settings.entity, invoice);
    let stored = load::<Invoice>(app.table.as_ref(), &key).await?;
    let version = ExternalVersion::deleted(gone.deleted_at);
    let stored = stored.filter(|stored| version.is_newer_than(&stored.state.external_version));
    let Some(stored) = stored else { return Ok(Attempt::Done(())) };
    let fresh = Invoice { external_version: version, is_voided: true, ..stored.state.clone() };
    let item = updated(stored.state.clone(), fresh);
    let (credited, customer, number) = (item.credited, item.customer.clone(), item.number.clone());
    let mut change = change(app, cause, Invoice::KIND).update(stored.with_state(item));
    if credited.is_positive() {
        let why = format!("invoice {number} was deleted in the ledger, {credited} are credited on it here");
        let task = new_task(app, TaskKind::LedgerMismatch, &format!("{}|misfit", key.pk), why);
        change = opened(app, change, about_customer(task, Some(&customer))).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// A credit memo that is gone has nothing left; what it settled before stays until its own link is changed.
async fn empty(app: &App, cause: &Cause, gone: &Deletion) -> Result<Attempt<()>, Failure> {
    let key = keys::credit_memo(&app.settings.entity, &CreditMemoId(id(&gone.external_id)));
    let stored = load::<CreditMemo>(app.table.as_ref(), &key).await?;
    let version = ExternalVersion::deleted(gone.deleted_at);
    let stored = stored.filter(|stored| version.is_newer_than(&stored.state.external_version));
    let Some(mut stored) = stored else { return Ok(Attempt::Done(())) };
    stored.state.external_version = version;
    stored.state.ledger_remaining = Money::zero(stored.state.original.currency());
    let (applied, customer, number) =
        (stored.state.applied, stored.state.customer.clone(), stored.state.number.clone());
    let mut change = change(app, cause, CreditMemo::KIND).update(stored);
    if applied.is_positive() {
        let why = format!("credit memo {number} was deleted in the ledger, {applied} of it are used here");
        let task = new_task(app, TaskKind::LedgerMismatch, &format!("{}|misfit", key.pk), why);
        change = opened(app, change, about_customer(task, Some(&customer))).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// A payment by people that is gone is followed as one of nothing.
async fn take_off(app: &App, cause: &Cause, gone: &Deletion) -> Result<Attempt<()>, Failure> {
    let key = keys::payment(&app.settings.entity, &PaymentId(id(&gone.external_id)));
    let Some(stored) = load::<Payment>(app.table.as_ref(), &key).await? else { return Ok(Attempt::Done(())) };
    let customer = stored.state.customer.as_ref().map(|customer| customer.as_str()).unwrap_or_default();
    let zero = Money::zero(stored.state.currency());
    let version = ExternalVersion::deleted(gone.deleted_at);
    let row = ErpPayment {
        external_id: gone.external_id.clone(),
        sync_token: version.token,
        customer_external_id: customer.trim_start_matches(&id("")).to_owned(),
        total: zero,
        unapplied: zero,
        received_on: stored.state.received_on,
        payment_ref_num: None,
        private_note: None,
        lines: Vec::new(),
        is_voided: true,
        is_cash: false,
        updated_at: version.updated_at,
    };
    mirror::follow(app, cause, &row).await
}
