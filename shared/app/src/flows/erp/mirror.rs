//! Payments that people keep in the ledger, followed as they are there: their money, the credit memos that they link
//! to invoices, every edit and every void. An older version than ours changes nothing.
use super::SYSTEM;
use super::documents::id;
use super::pull;
use super::rebuild::{Lines, Rebuilt, after_its_documents, not_pulled, rebuilt};
use crate::App;
use crate::flows::Attempt;
use crate::flows::tasks::{about_customer, new_task, opened};
use crate::store::change::Change;
use crate::store::entity::Entity;
use crate::store::keys;
use crate::store::reads::load;
use crate::store::table::TableName;
use crate::worker::Failure;
use connectors::quickbooks::facts::ErpPayment;
use domain::ids::{CustomerId, ExternalRef, PaymentId};
use domain::invoice::ExternalVersion;
use domain::money::Money;
use domain::payment::{Allocation, Mirror, Payment, PaymentSource, Posting, RemittanceFacts};
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

fn poison(refusal: impl Into<Refusal>) -> Failure {
    Failure::poison(refusal.into().to_string())
}

/// Brings our copy of a payment by people in line with the ledger, as far as our invoices and credit memos allow; what
/// does not fit stays unapplied and opens a task.
///
/// # Errors
/// The table's; a retry while an invoice or a credit memo is not pulled yet.
pub(super) async fn follow(app: &App, cause: &Cause, row: &ErpPayment) -> Result<Attempt<()>, Failure> {
    let entity = app.settings.entity.clone();
    let payment_id = PaymentId(id(&row.external_id));
    let stored = load::<Payment>(app.table.as_ref(), &keys::payment(&entity, &payment_id)).await?;
    let former = stored.as_ref().map(|stored| &stored.state);
    let version = ExternalVersion { token: row.sync_token.clone(), updated_at: row.updated_at };
    let held = former.and_then(|former| former.mirror.as_ref()).map(|mirror| &mirror.version);
    let wanted = Lines::of(row).map_err(poison)?;
    if held.is_some_and(|held| !version.is_newer_than(held)) {
        return Ok(Attempt::Done(()));
    }
    if former.is_none() && row.total.is_zero() && wanted == Lines::default() {
        // Voided, or emptied, before we heard of it.
        return Ok(Attempt::Done(()));
    }
    if former.is_none() && !row.is_cash {
        // Links that were taken in before they were followed left only a claim: never a second time.
        let claim = keys::claim(&entity, "qbo-credit-link", &row.external_id);
        if app.table.get(TableName::Ledger, &claim).await?.is_some() {
            let why = "it was taken in before credit links were followed: compare its invoices by hand";
            return Err(Failure::poison(why));
        }
    }
    let former_lines = former.map(|former| former.allocations.as_slice()).unwrap_or_default();
    after_its_documents(app, row, former_lines, &wanted).await?;
    let mut rebuilt = rebuilt(app, former, blank(app, row, payment_id), &wanted).await?;
    if !rebuilt.misfits.is_empty() && !pull::has_all_of(app, row.updated_at).await? {
        // What is in its way may be gone: deleted, lowered or moved in the same pull.
        return Err(not_pulled("what its payment does not fit beside"));
    }
    // Never followed here, whatever else is pulled: its money counts as unapplied until a person has looked.
    rebuilt.misfits.extend(wanted.others);
    let event = told(former, &rebuilt);
    let credits = std::mem::take(&mut rebuilt.credits);
    let payment = Payment { mirror: Some(Mirror { version, credits }), ..rebuilt.payment };
    let task = (!rebuilt.misfits.is_empty()).then(|| {
        let misfits = rebuilt.misfits.join(", ");
        let why = format!("the ledger's payment {} does not fit: {misfits}", row.external_id);
        let about = format!("{}|{}", payment.key().pk, row.sync_token);
        about_customer(new_task(app, TaskKind::LedgerMismatch, &about, why), payment.customer.as_ref())
    });
    let mut change = Change::new(entity, app.clock.now(), cause.clone(), event).by_rule("posted-by-people");
    change = match stored {
        Some(stored) => change.update(stored.with_state(payment)),
        None => change.create(payment, &[]),
    };
    for invoice in rebuilt.invoices {
        change = change.update(invoice);
    }
    for memo in rebuilt.memos {
        change = change.update(memo);
    }
    if let Some(task) = task {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// What happened, as the timeline tells it.
fn told(former: Option<&Payment>, rebuilt: &Rebuilt) -> Event {
    let payment = rebuilt.payment.id.clone();
    let Some(former) = former else {
        return match rebuilt.credits.first() {
            Some(used) if rebuilt.payment.received.is_zero() => Event::CreditApplied {
                credit_memo: used.credit_memo.clone(),
                invoice: used.invoice.clone(),
                amount: used.amount,
            },
            _ => Event::PaymentReceived { payment, amount: rebuilt.payment.received },
        };
    };
    let credits = former.mirror.as_ref().map(|mirror| mirror.credits.as_slice()).unwrap_or_default();
    if former.allocations == rebuilt.payment.allocations && credits == rebuilt.credits.as_slice() {
        return Event::LedgerRecordsPulled { kind: Payment::KIND.to_owned(), count: 1 };
    }
    let credited =
        credits.iter().map(|used| Allocation { invoice: used.invoice.clone(), amount: used.amount });
    let lines = former.allocations.iter().cloned().chain(credited).collect();
    Event::CashUnapplied { payment, lines, why: "changed in the ledger".into() }
}

/// The ledger's payment before it settles anything.
fn blank(app: &App, row: &ErpPayment, payment_id: PaymentId) -> Payment {
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
        mirror: None,
    }
}
