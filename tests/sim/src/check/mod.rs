//! The invariants of the design, written down a second time: nothing here calls the rule that it checks.
pub mod commit;
pub mod letters;
pub mod rest;

use app::store::entity::Envelope;
use app::store::keys;
use app::store::table::{Key, Record};
use domain::credit::CreditMemo;
use domain::invoice::{Invoice, Settlement};
use domain::money::Money;
use domain::payment::Payment;
use serde::de::DeserializeOwned;

/// The invariant that does not hold, and how.
pub type Broken = (&'static str, String);

/// Reads the newest state of a record.
pub type Read<'a> = dyn Fn(&Key) -> Option<Record> + 'a;

pub fn open<T: DeserializeOwned>(record: &Record) -> Result<Envelope<T>, Broken> {
    serde_json::from_str(&record.body)
        .map_err(|error| ("I7", format!("{} does not read: {error}", record.key)))
}

/// What of an item its key says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Invoice,
    Payment,
    Customer,
    CreditMemo,
    Letter,
    Task,
}

pub fn kind(key: &Key) -> Option<Kind> {
    if key.sk != keys::STATE {
        return None;
    }
    match key.pk.split('#').nth(1)? {
        "INV" => Some(Kind::Invoice),
        "PAY" => Some(Kind::Payment),
        "CUS" => Some(Kind::Customer),
        "CRM" => Some(Kind::CreditMemo),
        "LET" => Some(Kind::Letter),
        "TSK" => Some(Kind::Task),
        _ => None,
    }
}

/// Minor units; one currency is enough to find a sum that is off.
fn sum<'a>(amounts: impl Iterator<Item = &'a Money>) -> i64 {
    amounts.map(|money| money.minor()).sum()
}

/// I1 and I2 of an invoice by itself.
pub fn invoice(invoice: &Invoice) -> Result<(), Broken> {
    let settled = sum(invoice.settled.iter().map(|settled| &settled.amount));
    let parts = invoice.applied.minor() + invoice.credited.minor();
    let open = invoice.original.minor() - parts - invoice.discounted.minor() - invoice.written_off.minor();
    if settled != parts {
        return Err(("I1", format!("invoice {}: settled {settled}, counted {parts}", invoice.number)));
    }
    if open < 0 && !invoice.is_voided {
        return Err(("I2", format!("invoice {}: open {open}", invoice.number)));
    }
    Ok(())
}

/// I1 and I2 of a payment by itself.
pub fn payment(payment: &Payment) -> Result<(), Broken> {
    let allocated = sum(payment.allocations.iter().map(|allocation| &allocation.amount));
    let left = payment.received.minor() - allocated - payment.refunded.minor() - payment.reversed.minor();
    if allocated != payment.applied.minor() {
        return Err((
            "I1",
            format!("payment {}: allocated {allocated}, counted {}", payment.id, payment.applied),
        ));
    }
    if left < 0 {
        return Err(("I2", format!("payment {}: unapplied {left}", payment.id)));
    }
    Ok(())
}

/// I1 between the two sides of every settlement of an invoice.
pub fn settlements(invoice: &Invoice, read: &Read<'_>) -> Result<(), Broken> {
    for settled in &invoice.settled {
        let other = match &settled.by {
            Settlement::Payment(id) => {
                let record = read(&keys::payment(&invoice.entity, id));
                record.map(|record| open::<Payment>(&record)).transpose()?.map(|e| e.state.allocations)
            }
            Settlement::Credit(id) => {
                let record = read(&keys::credit_memo(&invoice.entity, id));
                record.map(|record| open::<CreditMemo>(&record)).transpose()?.map(|e| e.state.allocations)
            }
        };
        let theirs = other.unwrap_or_default();
        let theirs = sum(theirs.iter().filter(|a| a.invoice == invoice.id).map(|a| &a.amount));
        if theirs != settled.amount.minor() {
            let what = format!(
                "invoice {}: {:?} settles {}, which has {theirs}",
                invoice.number, settled.by, settled.amount
            );
            return Err(("I1", what));
        }
    }
    Ok(())
}

/// I1 between the two sides of every allocation of a payment.
pub fn allocations(payment: &Payment, read: &Read<'_>) -> Result<(), Broken> {
    for allocation in &payment.allocations {
        let record = read(&keys::invoice(&payment.entity, &allocation.invoice));
        let invoice = record.map(|record| open::<Invoice>(&record)).transpose()?;
        let settled = invoice.map(|envelope| envelope.state.settled).unwrap_or_default();
        let by = Settlement::Payment(payment.id.clone());
        let theirs = sum(settled.iter().filter(|settled| settled.by == by).map(|settled| &settled.amount));
        if theirs != allocation.amount.minor() {
            let what = format!(
                "payment {}: {} on {}, which has {theirs}",
                payment.id, allocation.amount, allocation.invoice
            );
            return Err(("I1", what));
        }
    }
    Ok(())
}
