//! What a change in the ledger leaves without a home: money on an invoice that is void now, and what stands open under
//! a customer that was merged into another or made inactive.
use super::documents::id;
use crate::App;
use crate::flows::tasks::{self, about_customer, new_task};
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::entity::{FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{customer_group, load, must_load};
use crate::worker::Failure;
use connectors::quickbooks::facts::ErpCustomer;
use domain::customer::Customer;
use domain::ids::{CustomerId, InvoiceId, PaymentId};
use domain::invoice::{Invoice, RefundChoice, Settlement};
use domain::money::Money;
use domain::payment::{Allocation, Payment, Posting};
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

fn poison(refusal: Refusal) -> Failure {
    Failure::poison(refusal.to_string())
}

/// Takes every payment off an invoice that is void: its money is on account again, where it holds letters about an
/// invoice issued in its place, and cash application looks at it anew. One commit a payment.
///
/// # Errors
/// The table's.
pub(super) async fn release(app: &App, cause: &Cause, invoice: &InvoiceId) -> Result<(), Failure> {
    let key = keys::invoice(&app.settings.entity, invoice);
    loop {
        let is_more = settle(|| async {
            let Some(stored) = load::<Invoice>(app.table.as_ref(), &key).await? else {
                return Ok(Attempt::Done(false));
            };
            let paid = stored.state.settled.iter().find_map(|settled| match &settled.by {
                Settlement::Payment(payment) => Some((payment.clone(), settled.amount)),
                Settlement::Credit(_) => None,
            });
            match paid.filter(|_| stored.state.is_voided) {
                Some(paid) => take_off(app, cause, stored, paid).await,
                None => Ok(Attempt::Done(false)),
            }
        })
        .await?;
        if !is_more {
            return Ok(());
        }
    }
}

fn is_posted(payment: &Payment) -> bool {
    matches!(payment.posting, Posting::Posted { .. })
}

/// A void invoice leaves nothing to decide about what went back of its payments: the ledger is told what is left of
/// each. To be called before the invoice is stored as void, while it still names them.
///
/// # Errors
/// The table's.
pub(super) async fn decide_reversals(app: &App, cause: &Cause, invoice: &InvoiceId) -> Result<(), Failure> {
    let key = keys::invoice(&app.settings.entity, invoice);
    let Some(stored) = load::<Invoice>(app.table.as_ref(), &key).await? else { return Ok(()) };
    if stored.state.is_voided {
        return Ok(());
    }
    let refunded = stored.state.refunds_to_decide.iter().map(|refund| &refund.payment);
    let mut payments: Vec<&PaymentId> =
        refunded.chain(stored.state.contested.iter().map(|contested| &contested.payment)).collect();
    payments.sort();
    payments.dedup();
    for payment in payments {
        let key = keys::payment(&app.settings.entity, payment);
        settle(|| async {
            let mut payment = must_load::<Payment>(app.table.as_ref(), &key).await?;
            if !is_posted(&payment.state) || payment.is_pending(FollowUp::WriteBack) {
                return Ok(Attempt::Done(()));
            }
            payment.follow_up(FollowUp::WriteBack);
            let event = Event::RefundDecided { invoice: invoice.clone(), choice: RefundChoice::Void };
            let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
            let change = change.by_rule("void-in-the-ledger").update(payment);
            Attempt::of(change.commit(app.table.as_ref()).await, ())
        })
        .await?;
    }
    Ok(())
}

async fn take_off(
    app: &App,
    cause: &Cause,
    mut invoice: Stored<Invoice>,
    (payment, amount): (PaymentId, Money),
) -> Result<Attempt<bool>, Failure> {
    let key = keys::payment(&app.settings.entity, &payment);
    let mut stored = must_load::<Payment>(app.table.as_ref(), &key).await?;
    let by = Settlement::Payment(payment.clone());
    let id = invoice.state.id.clone();
    invoice.state = invoice.state.unsettle(&by, amount).map_err(poison)?;
    stored.state = stored.state.deallocate(&id, amount).map_err(poison)?;
    if let Posting::Posted { lines, .. } = &mut stored.state.posting {
        // The ledger takes its payment off a void invoice by itself.
        lines.retain(|line| line.invoice != id);
    }
    if stored.state.posting != Posting::ByPeople {
        stored.follow_up(FollowUp::ApplyCash);
    }
    let kept = stored.state.kept().map_err(poison)?;
    if matches!(&stored.state.posting, Posting::Posted { total, .. } if *total != Some(kept)) {
        // What went back of it is not in the ledger's total yet, while somebody still had to decide about the invoice.
        stored.follow_up(FollowUp::WriteBack);
    }
    let why = format!("invoice {} is void in the ledger", invoice.state.number);
    let event = Event::CashUnapplied { payment, lines: vec![Allocation { invoice: id, amount }], why };
    let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    Attempt::of(change.update(stored).update(invoice).commit(app.table.as_ref()).await, true)
}

/// Opens a task for each customer that becomes inactive in the ledger while something is open under it here: its
/// invoices are not chased, and its money is not counted for the customer it may have been merged into. Called before
/// the customers are stored, while they are still known as active.
///
/// # Errors
/// The table's.
pub(super) async fn tell_inactive(app: &App, cause: &Cause, rows: &[ErpCustomer]) -> Result<(), Failure> {
    let entity = &app.settings.entity;
    for row in rows.iter().filter(|row| !row.is_active) {
        let customer = CustomerId(id(&row.external_id));
        let known = load::<Customer>(app.table.as_ref(), &keys::customer(entity, &customer)).await?;
        if !known.is_some_and(|known| known.state.is_active) {
            continue;
        }
        let view = keys::customer_view(entity, &customer);
        let mut is_left = false;
        for group in ["OPEN", "CASH", "CRED"] {
            is_left |= !customer_group(app.table.as_ref(), &view, group).await?.is_empty();
        }
        if is_left {
            let why = format!(
                "customer {customer} is inactive in the ledger, merged perhaps, and not everything of it is settled"
            );
            let about = format!("{view}|inactive|{}", row.sync_token);
            let task = new_task(app, TaskKind::LedgerMismatch, &about, why);
            tasks::open(app, cause, about_customer(task, Some(&customer))).await?;
        }
    }
    Ok(())
}
