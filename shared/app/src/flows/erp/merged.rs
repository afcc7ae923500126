//! Customers that were merged in the ledger: their invoices come under another customer, and what holds letters back
//! comes with them. A promise, a dispute and the letters that went out stand on the invoice itself.
use super::documents::{id, invoice_id};
use super::pull;
use super::rebuild::not_pulled;
use crate::App;
use crate::flows::tasks::{self, about_customer, new_task};
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::keys;
use crate::store::reads::{load, load_many};
use crate::worker::Failure;
use connectors::quickbooks::facts::ErpInvoice;
use domain::customer::{AddressStatus, CONTACTS_KEPT, Customer, PauseReason};
use domain::ids::CustomerId;
use domain::invoice::Invoice;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};
use std::collections::BTreeSet;

/// Carries over what an inactive customer's invoices were held by to the customer they are under now. Called before the
/// invoices are stored, while they still say where they were.
///
/// # Errors
/// The table's; a retry while customers are not pulled as of the change: only then is it known who was merged.
pub(super) async fn carry_over(app: &App, cause: &Cause, rows: &[ErpInvoice]) -> Result<(), Failure> {
    let entity = &app.settings.entity;
    let wanted: Vec<_> = rows.iter().map(|row| keys::invoice(entity, &invoice_id(row))).collect();
    let mut moves = BTreeSet::new();
    for stored in load_many::<Invoice>(app.table.as_ref(), &wanted).await? {
        let Some(row) = rows.iter().find(|row| invoice_id(row) == stored.state.id) else { continue };
        let into = CustomerId(id(&row.customer_external_id));
        if stored.state.customer != into && row.updated_at > stored.state.external_version.updated_at {
            if !pull::has_customers_of(app, row.updated_at).await? {
                return Err(not_pulled("the customer whose invoice came under another"));
            }
            moves.insert((stored.state.customer, into));
        }
    }
    for (from, into) in moves {
        settle(|| one(app, cause, &from, &into)).await?;
    }
    Ok(())
}

async fn one(app: &App, cause: &Cause, from: &CustomerId, into: &CustomerId) -> Result<Attempt<()>, Failure> {
    let (table, entity) = (app.table.as_ref(), &app.settings.entity);
    let former = load::<Customer>(table, &keys::customer(entity, from)).await?;
    // One that is active still had a wrong invoice, and keeps what it said.
    let Some(former) = former.filter(|former| !former.state.is_active) else { return Ok(Attempt::Done(())) };
    let Some(stored) = load::<Customer>(table, &keys::customer(entity, into)).await? else {
        let why = format!("invoices of customer {from} are under {into} now, who is not pulled");
        let task = new_task(app, TaskKind::LedgerMismatch, &format!("{from}|merged|{into}"), why);
        return tasks::open(app, cause, about_customer(task, Some(into))).await.map(Attempt::Done);
    };
    let joined = joined(stored.state.clone(), &former.state);
    if joined == stored.state {
        return Ok(Attempt::Done(()));
    }
    let event = Event::CustomerPaused { why: format!("as {from}, which was merged into it") };
    let change = Change::new(entity.clone(), app.clock.now(), cause.clone(), event);
    let change = change.by_rule("merged-in-the-ledger").update(stored.with_state(joined));
    Attempt::of(change.commit(table).await, ())
}

/// A customer with what held letters to the former one back: its pauses, what became of addresses that both have, and
/// the days on which it was written to.
fn joined(mut customer: Customer, former: &Customer) -> Customer {
    let before = customer.clone();
    for pause in former.pauses.iter().filter(|pause| pause.reason != PauseReason::Erased) {
        if !customer.pauses.contains(pause) {
            customer.pauses.push(pause.clone());
        }
    }
    for theirs in former.contacts.iter().filter(|theirs| theirs.status != AddressStatus::Usable) {
        for ours in customer.contacts.iter_mut().filter(|ours| ours.email_hash == theirs.email_hash) {
            if matches!(ours.status, AddressStatus::Usable | AddressStatus::Held { .. }) {
                ours.status = theirs.status.clone();
            }
        }
    }
    customer.contacted_on.extend(&former.contacted_on);
    customer.contacted_on.sort();
    customer.contacted_on.dedup();
    let surplus = customer.contacted_on.len().saturating_sub(CONTACTS_KEPT);
    customer.contacted_on.drain(..surplus);
    if customer != before {
        customer.last_decision = None;
    }
    customer
}
