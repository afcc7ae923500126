//! Our own postings as they come back: what people made of them in the ledger is taken over where it only says which
//! invoices the money settles, and is otherwise for a person. It never stays unseen.
use super::SYSTEM;
use super::documents::id;
use super::payments::NOTE_PREFIX;
use super::rebuild::{Lines, after_its_documents, rebuilt};
use crate::App;
use crate::flows::tasks::{self, about_customer, new_task, opened};
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::load;
use crate::store::table::TableName;
use crate::worker::Failure;
use connectors::quickbooks::facts::ErpPayment;
use domain::ids::{CustomerId, ExternalRef, PaymentId};
use domain::money::Money;
use domain::payment::{Allocation, Payment, Posting};
use domain::refusal::Refusal;
use domain::task::{CollectionsTask, TaskKind};
use domain::timeline::{Cause, Event};
use serde::Deserialize;

/// The look-up record that leads from a posting to its payment.
#[derive(Debug, Deserialize)]
struct PostedLookup {
    payment: PaymentId,
}

/// The payment of ours that a record of the ledger is the posting of, by its look-up or by its note.
///
/// # Errors
/// The table's.
pub(super) async fn payment_of(
    app: &App,
    external_id: &str,
    note: Option<&str>,
) -> Result<Option<PaymentId>, Failure> {
    let key = keys::posted(&app.settings.entity, &ExternalRef::new(SYSTEM, external_id));
    if let Some(record) = app.table.get(TableName::Ledger, &key).await? {
        let posted: PostedLookup = serde_json::from_str(&record.body)
            .map_err(|error| Failure::poison(format!("{}: {error}", record.key)))?;
        return Ok(Some(posted.payment));
    }
    Ok(note.and_then(|note| note.strip_prefix(NOTE_PREFIX)).map(|id| PaymentId(id.trim().to_owned())))
}

/// What tells, after the payment's key, that a task is about a posting that is gone.
pub(super) const GONE: &str = "gone";

fn poison(refusal: impl Into<Refusal>) -> Failure {
    Failure::poison(refusal.into().to_string())
}

/// Follows the version of our posting that the ledger tells.
///
/// # Errors
/// The table's; a retry while an invoice is not pulled yet.
pub(super) async fn follow(
    app: &App,
    cause: &Cause,
    row: &ErpPayment,
    payment: &PaymentId,
) -> Result<(), Failure> {
    let key = keys::payment(&app.settings.entity, payment);
    settle(|| async {
        let Some(stored) = load::<Payment>(app.table.as_ref(), &key).await? else {
            return differs(app, cause, row, None, "carries our note, and we do not know its payment").await;
        };
        if stored.is_pending(FollowUp::WriteBack) || stored.is_pending(FollowUp::PostAgain) {
            // The write-back reads it next, and tells if people have changed it.
            return Ok(Attempt::Done(()));
        }
        let Posting::Posted { external_id, token, lines, total } = &stored.state.posting else {
            return differs(
                app,
                cause,
                row,
                Some(&stored.state),
                "carries our note, and was not posted by us",
            )
            .await;
        };
        if *external_id != row.external_id && row.is_voided {
            // A former posting, in whose place another one stands.
            return Ok(Attempt::Done(()));
        }
        if *external_id != row.external_id {
            let why = format!("carries our note beside the posting {external_id}: is it the same money?");
            return differs(app, cause, row, Some(&stored.state), &why).await;
        }
        if !is_later(&row.sync_token, token) {
            return Ok(Attempt::Done(()));
        }
        let kept = stored.state.kept().map_err(poison)?;
        let theirs = Lines::of(row).map_err(poison)?;
        after_its_documents(app, row, lines, &theirs).await?;
        let is_same_customer =
            stored.state.customer.as_ref() == Some(&CustomerId(id(&row.customer_external_id)));
        let is_same = row.total == total.unwrap_or(kept) && same(&theirs.invoices, lines);
        let is_only_ours = theirs.credits.is_empty() && theirs.others.is_empty();
        if is_same && is_same_customer && is_only_ours {
            return Ok(Attempt::Done(()));
        }
        if row.is_voided && !kept.is_zero() {
            let gone = gone_task(app, (&row.external_id, &row.sync_token), &stored.state, "voided");
            return tasks::open(app, cause, gone).await.map(Attempt::Done);
        }
        if row.total != kept || !is_only_ours {
            let others = theirs.others.iter().map(|other| format!(", with {other}")).collect::<String>();
            let why =
                format!("was changed in the ledger: it is over {} there{others}, and {kept} here", row.total);
            return differs(app, cause, row, Some(&stored.state), &why).await;
        }
        take_over(app, cause, row, stored, &theirs).await
    })
    .await
}

/// Lock tokens count up; what cannot be compared is looked at.
fn is_later(incoming: &str, held: &str) -> bool {
    match (incoming.parse::<u64>(), held.parse::<u64>()) {
        (Ok(incoming), Ok(held)) => incoming > held,
        _ => incoming != held,
    }
}

/// Whether two lists settle the same, in whatever order.
fn same(theirs: &[Allocation], ours: &[Allocation]) -> bool {
    let sorted = |list: &[Allocation]| {
        let mut parts: Vec<(String, i64)> =
            list.iter().map(|part| (part.invoice.0.clone(), part.amount.minor())).collect();
        parts.sort();
        parts
    };
    sorted(theirs) == sorted(ours)
}

/// The same money on other invoices: as the ledger has it, so have we.
async fn take_over(
    app: &App,
    cause: &Cause,
    row: &ErpPayment,
    stored: Stored<Payment>,
    theirs: &Lines,
) -> Result<Attempt<()>, Failure> {
    let former = stored.state.clone();
    let zero = Money::zero(former.currency());
    // A customer that was merged has its payments under the one that is left.
    let customer = Some(CustomerId(id(&row.customer_external_id)));
    let blank = Payment { allocations: Vec::new(), applied: zero, customer, ..former.clone() };
    let mut rebuilt = rebuilt(app, Some(&former), blank, theirs).await?;
    rebuilt.payment.posting = Posting::Posted {
        external_id: row.external_id.clone(),
        token: row.sync_token.clone(),
        lines: theirs.invoices.clone(),
        total: Some(row.total),
    };
    let event = if former.allocations == rebuilt.payment.allocations {
        Event::LedgerRecordsPulled { kind: Payment::KIND.to_owned(), count: 1 }
    } else {
        let (payment, lines) = (former.id.clone(), former.allocations.clone());
        Event::CashUnapplied { payment, lines, why: "moved by people in the ledger".into() }
    };
    let misfits = rebuilt.misfits.join(", ");
    // Put back by a rule it would only be moved again: a person says what it pays.
    let (free, before) = (rebuilt.payment.unapplied().map_err(poison)?, former.unapplied().map_err(poison)?);
    let is_free = free.minor() > before.minor();
    let review = new_task(app, TaskKind::PaymentReview, &former.key().pk, "people took it off in the ledger");
    let review = about_customer(review, rebuilt.payment.customer.as_ref());
    let task = task(
        app,
        (&row.external_id, &row.sync_token),
        Some(&former),
        &format!("was moved in the ledger, and does not fit: {misfits}"),
    );
    let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    let mut change = change.by_rule("moved-by-people").update(stored.with_state(rebuilt.payment));
    for invoice in rebuilt.invoices {
        change = change.update(invoice);
    }
    if is_free {
        change = opened(app, change, review).await?;
    }
    if !misfits.is_empty() {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// Our posting was deleted in the ledger. Our books still count its money, and it is not posted again unasked.
///
/// # Errors
/// The table's.
pub(super) async fn deleted(
    app: &App,
    cause: &Cause,
    external_id: &str,
    payment: &PaymentId,
) -> Result<(), Failure> {
    let stored = load::<Payment>(app.table.as_ref(), &keys::payment(&app.settings.entity, payment)).await?;
    let Some(ours) = stored.map(|stored| stored.state) else { return Ok(()) };
    let is_current =
        matches!(&ours.posting, Posting::Posted { external_id: current, .. } if current == external_id);
    if !is_current || ours.kept().map_err(poison)?.is_zero() {
        return Ok(());
    }
    tasks::open(app, cause, gone_task(app, (external_id, "deleted"), &ours, "deleted")).await
}

/// A posting of ours that people took out of the ledger: they say whether it is to be posted again, or which payment of
/// theirs stands for it.
fn gone_task(app: &App, (id, token): (&str, &str), ours: &Payment, how: &str) -> CollectionsTask {
    let about = format!("{}|{GONE}|{id}|{token}", ours.key().pk);
    let why = format!("payment {}, {id} in the ledger, was {how} in the ledger", ours.id);
    about_customer(new_task(app, TaskKind::LedgerMismatch, &about, why), ours.customer.as_ref())
}

fn task(app: &App, (id, token): (&str, &str), ours: Option<&Payment>, why: &str) -> CollectionsTask {
    let (about, what) = match ours {
        Some(ours) => (ours.key().pk, format!("payment {}, {id} in the ledger,", ours.id)),
        None => (format!("qbo-payment {id}"), format!("payment {id} of the ledger")),
    };
    let about = format!("{about}|edited|{id}|{token}");
    let task = new_task(app, TaskKind::LedgerMismatch, &about, format!("{what} {why}"));
    about_customer(task, ours.and_then(|ours| ours.customer.as_ref()))
}

/// Nothing moves, and a person says which book is right.
async fn differs(
    app: &App,
    cause: &Cause,
    row: &ErpPayment,
    ours: Option<&Payment>,
    why: &str,
) -> Result<Attempt<()>, Failure> {
    tasks::open(app, cause, task(app, (&row.external_id, &row.sync_token), ours, why))
        .await
        .map(Attempt::Done)
}
