//! What a person answers about a payment of ours that the ledger should have and has not: post it (again), or it is
//! this payment of the ledger. Nothing is written to the ledger here: the write-back does that, and looks first.
use super::SYSTEM;
use super::postings::GONE;
use super::rebuild::{Lines, rebuilt};
use crate::App;
use crate::flows::tasks::{finished, open_about};
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{all_index_rows, is_last_change_by, load, load_many, must_load};
use crate::store::table::{Index, Key, Query, TableName};
use crate::worker::Failure;
use chrono::{NaiveDate, TimeDelta};
use domain::ids::{PaymentId, TaskId};
use domain::money::Money;
use domain::payment::{Payment, PaymentSource, Posting};
use domain::refusal::Refusal;
use domain::task::{CollectionsTask, TaskKind, TaskState};
use domain::timeline::{Cause, Event};

fn poison(refusal: impl Into<Refusal>) -> Failure {
    Failure::poison(refusal.into().to_string())
}

/// What can be answered to a task about a payment that the ledger should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The payment of ours; `None` for a task about a payment that people keep in the ledger.
    pub may_post: Option<PaymentId>,
    /// A payment of ours with one of the ledger that may be the same money.
    pub pairs: Vec<(PaymentId, PaymentId)>,
}

/// The answers that a task leaves open; `None` where it is about something else.
///
/// # Errors
/// The table's.
pub async fn question(app: &App, task: &CollectionsTask) -> Result<Option<Question>, Failure> {
    let subject = task.subject.as_deref().filter(|_| task.kind == TaskKind::LedgerMismatch);
    let mut parts = subject.unwrap_or_default().split('|');
    let (pk, about) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(id) = keys::payment_id(&app.settings.entity, pk) else { return Ok(None) };
    let key = keys::payment(&app.settings.entity, &id);
    let Some(payment) = load::<Payment>(app.table.as_ref(), &key).await? else { return Ok(None) };
    if !payment.pending.is_empty() {
        return Ok(None);
    }
    let payment = payment.state;
    let others = of_same_customer(app, &payment).await?;
    if payment.source == PaymentSource::Ledger {
        let ours = others.iter().filter(|ours| is_unposted(ours) && fits(ours, &payment).is_ok());
        let pairs: Vec<_> = ours.map(|ours| (ours.id.clone(), payment.id.clone())).collect();
        return Ok((!pairs.is_empty()).then_some(Question { may_post: None, pairs }));
    }
    let is_current =
        |gone: &str| matches!(&payment.posting, Posting::Posted { external_id, .. } if external_id == gone);
    let is_gone = about == GONE && parts.next().is_some_and(is_current);
    let is_free = is_unposted(&payment) || is_gone;
    if !is_free && about != "write-back" {
        return Ok(None);
    }
    let theirs = others.iter().filter(|theirs| is_free && fits(&payment, theirs).is_ok());
    let pairs = theirs.map(|theirs| (payment.id.clone(), theirs.id.clone())).collect();
    Ok(Some(Question { may_post: Some(payment.id.clone()), pairs }))
}

fn is_unposted(payment: &Payment) -> bool {
    matches!(payment.posting, Posting::NotPosted | Posting::Withheld) && !payment.allocations.is_empty()
}

/// How far apart the days of one payment may be, as the bank or card tells it and as people enter it.
const DAYS_APART_MAX: TimeDelta = TimeDelta::days(45);

/// The payments of the same customer from around the same day.
async fn of_same_customer(app: &App, payment: &Payment) -> Result<Vec<Payment>, Failure> {
    let Some(customer) = &payment.customer else { return Ok(Vec::new()) };
    let view = keys::customer_view(&app.settings.entity, customer);
    let mut found = Vec::new();
    for group in ["CASH", "PAID"] {
        let query = Query::prefix(&view, format!("{group}#"));
        let mut rows = all_index_rows(app.table.as_ref(), Index::Customer, query).await?;
        rows.retain(|row| {
            let on = row.index_sk.split('#').nth(1).and_then(|on| on.parse::<NaiveDate>().ok());
            on.is_some_and(|on| (on - payment.received_on).abs() <= DAYS_APART_MAX)
        });
        let wanted: Vec<Key> = rows.into_iter().map(|row| row.key).collect();
        let payments: Vec<Stored<Payment>> = load_many(app.table.as_ref(), &wanted).await?;
        found.extend(payments.into_iter().map(|stored| stored.state));
    }
    Ok(found)
}

/// Whether a payment that people keep in the ledger can be the posting of ours: the same customer and amount, and on
/// nothing that ours is not on. Credit that it uses would be lost.
fn fits(ours: &Payment, theirs: &Payment) -> Result<(), Refusal> {
    let no = |why: String| Err(Refusal::new("same-money", why));
    if ours.source == PaymentSource::Ledger || theirs.source != PaymentSource::Ledger {
        return no("it takes one payment of ours and one that people keep in the ledger".into());
    }
    if ours.customer.is_none() || ours.customer != theirs.customer {
        return no("they are not of one customer".into());
    }
    if !theirs.received.is_positive() || ours.kept()? != theirs.received {
        return no(format!("{} was received here, and {} there", ours.kept()?, theirs.received));
    }
    if theirs.mirror.as_ref().is_none_or(|mirror| !mirror.credits.is_empty()) {
        return no("it uses credit memos in the ledger".into());
    }
    let is_ours = |invoice| ours.allocations.iter().any(|part| part.invoice == invoice);
    match theirs.allocations.iter().find(|part| !is_ours(part.invoice.clone())) {
        Some(other) => no(format!("it settles {} in the ledger, and ours does not", other.invoice)),
        None => Ok(()),
    }
}

async fn still_open(app: &App, task: &TaskId) -> Result<Option<Stored<CollectionsTask>>, Failure> {
    let key = keys::task(&app.settings.entity, task);
    let task = must_load::<CollectionsTask>(app.table.as_ref(), &key).await?;
    Ok(Some(task).filter(|task| task.state.state == TaskState::Open))
}

fn change(app: &App, cause: &Cause, payment: &PaymentId, how: &str) -> Change {
    let event = Event::PostingAnswered { payment: payment.clone(), how: how.to_owned() };
    Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event)
}

/// Asks for the posting. One that people voided or deleted is made anew; one that stands is brought in line.
///
/// # Errors
/// Poison where it is answered already, or people keep the payment; the table's.
pub async fn post(
    app: &App,
    cause: &Cause,
    task: &TaskId,
    payment: &PaymentId,
    by: &str,
) -> Result<(), Failure> {
    let key = keys::payment(&app.settings.entity, payment);
    settle(|| async {
        let mut stored = must_load::<Payment>(app.table.as_ref(), &key).await?;
        let Some(task) = still_open(app, task).await? else { return answered(app, cause, &stored).await };
        match stored.state.posting {
            Posting::ByPeople => return Err(Failure::poison("people keep this payment in the ledger")),
            Posting::NotPosted | Posting::Withheld => {
                stored.state.posting = Posting::NotPosted;
                stored.follow_up(FollowUp::WriteBack);
            }
            Posting::Posted { .. } => stored.follow_up(FollowUp::PostAgain),
        }
        let change = change(app, cause, payment, &format!("{by}: post it"));
        let change = change.update(stored).update(finished(task, app, by, "to be posted"));
        Attempt::of(change.commit(app.table.as_ref()).await, ())
    })
    .await
}

async fn answered(app: &App, cause: &Cause, payment: &Stored<Payment>) -> Result<Attempt<()>, Failure> {
    if is_last_change_by(app.table.as_ref(), payment.head(), cause).await? {
        return Ok(Attempt::Done(()));
    }
    Err(Failure::poison("this has been answered already"))
}

/// Takes a payment that people keep in the ledger for the posting of ours: its money is counted once from then on, and
/// the write-back compares its lines with ours.
///
/// # Errors
/// Poison where the two cannot be the same money, or it is answered already; the table's.
pub async fn is_same(
    app: &App,
    cause: &Cause,
    task: &TaskId,
    (ours, theirs): (&PaymentId, &PaymentId),
    by: &str,
) -> Result<(), Failure> {
    let entity = &app.settings.entity;
    settle(|| async {
        let table = app.table.as_ref();
        let mut stored = must_load::<Payment>(table, &keys::payment(entity, ours)).await?;
        let kept = must_load::<Payment>(table, &keys::payment(entity, theirs)).await?;
        let Some(task) = still_open(app, task).await? else { return answered(app, cause, &stored).await };
        let asked = question(app, &task.state).await?.map(|question| question.pairs).unwrap_or_default();
        fits(&stored.state, &kept.state).map_err(poison)?;
        if !asked.contains(&(ours.clone(), theirs.clone())) {
            return Err(Failure::poison(format!("payment {ours} is posted, or about to be")));
        }
        let Some(mirror) = &kept.state.mirror else { return Err(Failure::poison("it is not followed")) };
        let external = kept.state.external_ref.clone();
        stored.state.posting = Posting::Posted {
            external_id: external.id.clone(),
            token: mirror.version.token.clone(),
            lines: stored.state.allocations.clone(),
            total: Some(kept.state.received),
        };
        stored.follow_up(FollowUp::WriteBack);
        let how = format!("{by}: it is payment {} of the ledger", external.id);
        let misfit = format!("{}|{}", kept.state.key().pk, mirror.version.token);
        let misfit = open_about(app, TaskKind::LedgerMismatch, &misfit).await?;
        let misfit = misfit.filter(|misfit| misfit.state.id != task.state.id);
        let zero = Money::zero(kept.state.currency());
        let blank = Payment { received: zero, applied: zero, allocations: Vec::new(), ..kept.state.clone() };
        let emptied = rebuilt(app, Some(&kept.state), blank, &Lines::default()).await?;
        let mut change = change(app, cause, ours, &how).update(stored);
        change = change.update(kept.with_state(emptied.payment));
        for invoice in emptied.invoices {
            change = change.update(invoice);
        }
        change = change.update(finished(task, app, by, "the same money"));
        if let Some(misfit) = misfit {
            change = change.update(finished(misfit, app, by, "the same money"));
        }
        let posted = keys::posted(entity, &domain::ids::ExternalRef::new(SYSTEM, external.id));
        if table.get(TableName::Ledger, &posted).await?.is_none() {
            change = change.claim(posted, format!(r#"{{"v":1,"payment":"{ours}"}}"#));
        }
        Attempt::of(change.commit(table).await, ())
    })
    .await
}
