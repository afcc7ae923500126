//! Payments that the ledger holds: ours, recognised by their id, or posted by people with their allocations.
use super::SYSTEM;
use super::documents::id;
use crate::App;
use crate::flows::tasks::{self, about_customer, new_task, opened};
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{load, load_many};
use crate::store::table::{Key, TableName};
use crate::worker::Failure;
use connectors::quickbooks::facts::ErpPayment;
use domain::credit::CreditMemo;
use domain::ids::{CreditMemoId, CustomerId, ExternalRef, InvoiceId, PaymentId};
use domain::invoice::{Invoice, Settlement};
use domain::money::Money;
use domain::payment::{Allocation, Payment, PaymentSource, Posting, RemittanceFacts};
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};
use serde::Deserialize;

/// The look-up record that leads from a posting to its payment.
#[derive(Debug, Deserialize)]
struct PostedLookup {
    payment: PaymentId,
}

/// What our own postings say in their private note, before the payment's id.
pub const NOTE_PREFIX: &str = "dunlin:";

/// How long a payment waits for the pull of its invoices; a first pull of many takes its time.
const INVOICE_PAUSE_SECONDS: u32 = 60;

/// Stores a page of payments. One that waits for its invoices holds up no other, and one that no later try will take
/// in waits for a person.
///
/// # Errors
/// The table's; a retry, after all others, while an invoice that a payment settles has not been pulled yet.
pub async fn store_all(app: &App, cause: &Cause, rows: &[ErpPayment]) -> Result<(), Failure> {
    let mut waiting = None;
    for row in rows {
        match store(app, cause, row).await {
            Ok(()) => {}
            Err(Failure::Poison(why)) => {
                let about = format!("qbo-payment {}|{}", row.external_id, row.sync_token);
                let why = format!("payment {}: {why}", row.external_id);
                tasks::open(app, cause, new_task(app, TaskKind::LedgerMismatch, &about, why)).await?;
            }
            Err(later) => waiting = Some(later),
        }
    }
    waiting.map_or(Ok(()), Err)
}

/// Stores one payment of the ledger.
///
/// # Errors
/// The table's; a retry while an invoice it settles has not been pulled yet.
async fn store(app: &App, cause: &Cause, row: &ErpPayment) -> Result<(), Failure> {
    if is_ours(app, row).await? {
        return if row.is_voided { tell_voided(app, cause, row).await } else { Ok(()) };
    }
    if !row.is_cash && !row.is_voided {
        return link_credits(app, cause, row).await;
    }
    settle(|| mirror(app, cause, row)).await
}

async fn is_ours(app: &App, row: &ErpPayment) -> Result<bool, Failure> {
    if row.private_note.as_deref().is_some_and(|note| note.starts_with(NOTE_PREFIX)) {
        return Ok(true);
    }
    let key = keys::posted(&app.settings.entity, &ExternalRef::new(SYSTEM, &row.external_id));
    Ok(app.table.get(TableName::Ledger, &key).await?.is_some())
}

/// A posting of ours that people voided: our books still count its money, so a person has to say which is right.
async fn tell_voided(app: &App, cause: &Cause, row: &ErpPayment) -> Result<(), Failure> {
    let entity = &app.settings.entity;
    let posted = keys::posted(entity, &ExternalRef::new(SYSTEM, &row.external_id));
    let Some(record) = app.table.get(TableName::Ledger, &posted).await? else { return Ok(()) };
    let posted: PostedLookup = serde_json::from_str(&record.body)
        .map_err(|error| Failure::poison(format!("{}: {error}", record.key)))?;
    let ours = load::<Payment>(app.table.as_ref(), &keys::payment(entity, &posted.payment)).await?;
    // Voided by ourselves: what went back in whole is nothing in the ledger either.
    let Some(ours) = ours.filter(|ours| !ours.state.allocations.is_empty()) else { return Ok(()) };
    let why = format!("payment {} was voided in the ledger, where it is {}", ours.state.id, row.external_id);
    let about = format!("{}|voided|{}", ours.state.key().pk, row.sync_token);
    let task = new_task(app, TaskKind::LedgerMismatch, &about, why);
    tasks::open(app, cause, about_customer(task, ours.state.customer.as_ref())).await
}

/// The invoices of the wanted allocations; a retry where one is missing.
async fn invoices(app: &App, ids: &[InvoiceId]) -> Result<Vec<Stored<Invoice>>, Failure> {
    let wanted: Vec<Key> = ids.iter().map(|id| keys::invoice(&app.settings.entity, id)).collect();
    let found: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &wanted).await?;
    match ids.iter().find(|id| !found.iter().any(|invoice| invoice.state.id == **id)) {
        None => Ok(found),
        Some(id) => Err(Failure::Retry {
            why: format!("invoice {id} is not pulled yet"),
            after_seconds: Some(INVOICE_PAUSE_SECONDS),
        }),
    }
}

fn allocations_of(row: &ErpPayment) -> Result<Vec<Allocation>, Refusal> {
    let mut wanted: Vec<Allocation> = Vec::new();
    for line in row.lines.iter().filter(|line| line.amount.is_positive()) {
        let [invoice] = line.invoice_external_ids.as_slice() else { continue };
        let invoice = InvoiceId(id(invoice));
        match wanted.iter_mut().find(|allocation| allocation.invoice == invoice) {
            Some(allocation) => allocation.amount = allocation.amount.plus(line.amount)?,
            None => wanted.push(Allocation { invoice, amount: line.amount }),
        }
    }
    Ok(wanted)
}

/// Brings our copy of a payment by people in line with the ledger: its total and its allocations, as far as our
/// invoices are still open; what no longer fits stays unapplied and opens a task.
async fn mirror(app: &App, cause: &Cause, row: &ErpPayment) -> Result<Attempt<()>, Failure> {
    let poison = |refusal: Refusal| Failure::poison(refusal.to_string());
    let entity = app.settings.entity.clone();
    let payment_id = PaymentId(id(&row.external_id));
    let stored = load::<Payment>(app.table.as_ref(), &keys::payment(&entity, &payment_id)).await?;
    let former = stored.as_ref().map(|stored| stored.state.allocations.clone()).unwrap_or_default();
    let wanted = allocations_of(row).map_err(poison)?;
    if stored.as_ref().is_some_and(|s| s.state.received == row.total && s.state.allocations == wanted) {
        return Ok(Attempt::Done(()));
    }
    let mut ids: Vec<InvoiceId> = former.iter().chain(&wanted).map(|a| a.invoice.clone()).collect();
    ids.sort();
    ids.dedup();
    let mut invoices = invoices(app, &ids).await?;
    let by = Settlement::Payment(payment_id.clone());
    let mut payment = empty(app, row, payment_id.clone());
    let mut misfits = Vec::new();
    for invoice in &mut invoices {
        let of = |list: &[Allocation]| list.iter().find(|a| a.invoice == invoice.state.id).map(|a| a.amount);
        let (had, wants) = (of(&former), of(&wanted));
        let mut state = invoice.state.clone();
        if let Some(had) = had {
            state = state.unsettle(&by, had).map_err(poison)?;
        }
        if let Some(wants) = wants {
            let fits =
                wants.at_most(state.payable().map_err(poison)?).map_err(|error| poison(error.into()))?;
            // A payment may settle more than its money together with a credit memo: the rest is for a person.
            let left = payment.unapplied().map_err(poison)?;
            let fits = fits.at_most(left).map_err(|error| poison(error.into()))?;
            if fits != wants {
                misfits.push(format!("{wants} on {}", state.number));
            }
            if fits.is_positive() {
                payment = payment.allocate(state.id.clone(), fits).map_err(poison)?;
                state = state.settle(by.clone(), fits).map_err(poison)?;
            }
        }
        invoice.state = state;
    }
    if stored
        .as_ref()
        .is_some_and(|s| s.state.received == payment.received && s.state.allocations == payment.allocations)
    {
        return Ok(Attempt::Done(()));
    }
    let task = (!misfits.is_empty()).then(|| {
        let why = format!("the ledger's payment {} does not fit: {}", row.external_id, misfits.join(", "));
        let task =
            new_task(app, TaskKind::LedgerMismatch, &format!("{}|{}", payment.key().pk, row.sync_token), why);
        about_customer(task, payment.customer.as_ref())
    });
    let event = if former.is_empty() {
        Event::PaymentReceived { payment: payment_id, amount: payment.received }
    } else {
        Event::CashUnapplied { payment: payment_id, lines: former, why: "changed in the ledger".into() }
    };
    let mut change = Change::new(entity, app.clock.now(), cause.clone(), event).by_rule("posted-by-people");
    change = match stored {
        Some(stored) => change.update(stored.with_state(payment)),
        None => change.create(payment, &[]),
    };
    for invoice in invoices {
        change = change.update(invoice);
    }
    if let Some(task) = task {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

fn empty(app: &App, row: &ErpPayment, payment_id: PaymentId) -> Payment {
    let zero = Money::zero(row.total.currency());
    Payment {
        entity: app.settings.entity.clone(),
        id: payment_id,
        external_ref: ExternalRef::new(SYSTEM, &row.external_id),
        source: PaymentSource::Ledger,
        customer: Some(CustomerId(id(&row.customer_external_id))),
        received: row.total,
        applied: zero,
        refunded: zero,
        reversed: zero,
        received_on: row.received_on,
        remittance: RemittanceFacts::default(),
        allocations: Vec::new(),
        reversals: Vec::new(),
        posting: Posting::ByPeople,
    }
}

/// A zero-total payment links credit memos to invoices. Claimed by its id: it takes effect once.
async fn link_credits(app: &App, cause: &Cause, row: &ErpPayment) -> Result<(), Failure> {
    let poison = |refusal: Refusal| Failure::poison(refusal.to_string());
    let entity = app.settings.entity.clone();
    let claim = keys::claim(&entity, "qbo-credit-link", &row.external_id);
    let wanted = allocations_of(row).map_err(poison)?;
    let memos: Vec<&String> = row.lines.iter().flat_map(|line| &line.credit_memo_external_ids).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let [memo_id] = memos.as_slice() else {
        let why = format!("payment {} links {} credit memos", row.external_id, memos.len());
        let task =
            new_task(app, TaskKind::LedgerMismatch, &format!("qbo-credit-link {}", row.external_id), why);
        return tasks::open(app, cause, task).await;
    };
    settle(|| async {
        if app.table.get(TableName::Ledger, &claim).await?.is_some() {
            return Ok(Attempt::Done(()));
        }
        let memo_key = keys::credit_memo(&entity, &CreditMemoId(id(memo_id)));
        let Some(mut memo) = load::<CreditMemo>(app.table.as_ref(), &memo_key).await? else {
            let why = format!("credit memo {memo_id} is not pulled yet");
            return Err(Failure::Retry { why, after_seconds: Some(INVOICE_PAUSE_SECONDS) });
        };
        let ids: Vec<InvoiceId> = wanted.iter().map(|a| a.invoice.clone()).collect();
        let by = Settlement::Credit(memo.state.id.clone());
        let mut changed = Vec::new();
        let mut misfits = Vec::new();
        for (mut invoice, allocation) in invoices(app, &ids).await?.into_iter().zip(&wanted) {
            invoice.state = invoice.state.credit_came(allocation.amount).map_err(poison)?;
            let free = invoice.state.payable().map_err(poison)?;
            let left = memo.state.original.minus(memo.state.applied).map_err(|error| poison(error.into()))?;
            let fits = allocation.amount.at_most(free).and_then(|fits| fits.at_most(left));
            let fits = fits.map_err(|error| poison(error.into()))?;
            if fits != allocation.amount {
                misfits.push(format!("{} on {}", allocation.amount, invoice.state.number));
            }
            if fits.is_positive() {
                let used = Allocation { invoice: allocation.invoice.clone(), amount: fits };
                memo.state = memo.state.allocate(used).map_err(poison)?;
                invoice.state = invoice.state.settle(by.clone(), fits).map_err(poison)?;
                changed.push(invoice);
            }
        }
        let task = (!misfits.is_empty()).then(|| {
            let number = &memo.state.number;
            let why =
                format!("credit memo {number} does not fit as the ledger uses it: {}", misfits.join(", "));
            let about = format!("qbo-credit-link {}", row.external_id);
            about_customer(new_task(app, TaskKind::LedgerMismatch, &about, why), Some(&memo.state.customer))
        });
        let Some(first) = wanted.first() else { return Ok(Attempt::Done(())) };
        let event = Event::CreditApplied {
            credit_memo: memo.state.id.clone(),
            invoice: first.invoice.clone(),
            amount: first.amount,
        };
        let mut change = Change::new(entity.clone(), app.clock.now(), cause.clone(), event).update(memo);
        for invoice in changed {
            change = change.update(invoice);
        }
        if let Some(task) = task {
            change = opened(app, change, task).await?;
        }
        Attempt::of(change.claim(claim.clone(), r#"{"v":1}"#).commit(app.table.as_ref()).await, ())
    })
    .await
}

#[cfg(test)]
#[path = "payments_tests.rs"]
mod tests;
