//! Payments that the ledger holds: ours, recognised by their id, or posted by people with their allocations.
use super::{mirror, postings};
use crate::App;
use crate::flows::settle;
use crate::flows::tasks::{self, new_task};
use crate::worker::Failure;
use connectors::quickbooks::facts::ErpPayment;
use domain::task::TaskKind;
use domain::timeline::Cause;

/// What our own postings say in their private note, before the payment's id.
pub const NOTE_PREFIX: &str = "dunlin:";

/// How long a payment waits for the pull of its invoices; a first pull of many takes its time.
pub(super) const INVOICE_PAUSE_SECONDS: u32 = 60;

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
    match postings::payment_of(app, &row.external_id, row.private_note.as_deref()).await? {
        Some(ours) => postings::follow(app, cause, row, &ours).await,
        None => settle(|| mirror::follow(app, cause, row)).await,
    }
}

#[cfg(test)]
#[path = "payments_tests.rs"]
mod tests;
