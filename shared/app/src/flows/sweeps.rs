//! Sweeps: work that should be waiting and is not, found by the state of the items and not by what was promised about
//! it. What is found is asked for again, with an entry that says so. What a dry run withheld is put before people once
//! the deployment is live.
use super::tasks::new_task;
use super::write_back::withheld_task;
use super::{Attempt, settle};
use crate::App;
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored, read};
use crate::store::keys;
use crate::store::reads::{all_index_rows, load};
use crate::store::table::{Index, Key, Query, TableName};
use crate::worker::Failure;
use domain::payment::{Payment, PaymentSource, Posting};
use domain::task::{CollectionsTask, TaskKind};
use domain::timeline::{Cause, Event};

/// Looks at every payment with unapplied cash or an application that the ledger does not have; gives how many were
/// asked for again.
///
/// # Errors
/// The table's.
pub async fn find_missed(app: &App, cause: &Cause) -> Result<usize, Failure> {
    let entity = &app.settings.entity;
    let mut found = 0;
    for partition in [keys::cash_partition(entity), keys::unposted_partition(entity)] {
        let rows = all_index_rows(app.table.as_ref(), Index::Due, Query::all(partition)).await?;
        let wanted: Vec<Key> = rows.into_iter().map(|row| row.key).collect();
        for record in app.table.get_many(TableName::Ledger, &wanted).await? {
            let key = record.key.clone();
            match read::<Payment>(record) {
                Ok(payment) if is_to_be_told(app, &payment.state) => {
                    super::tasks::open(app, cause, withheld_task(app, &payment.state)).await?;
                }
                Ok(payment) if missed(app, &payment).await?.is_some() => {
                    found += usize::from(ask_again(app, cause, &key).await?);
                }
                Ok(_) => {}
                // A record that does not read stops its own work, not the sweep.
                Err(Failure::Poison(why)) => {
                    let task = new_task(app, TaskKind::StuckWork, &key.pk, why);
                    super::tasks::open(app, cause, task).await?;
                }
                Err(later) => return Err(later),
            }
        }
    }
    Ok(found)
}

/// Whether a dry run withheld this payment, which the ledger should have now.
fn is_to_be_told(app: &App, payment: &Payment) -> bool {
    app.settings.is_sending && payment.posting == Posting::Withheld && !payment.is_posted()
}

async fn ask_again(app: &App, cause: &Cause, key: &Key) -> Result<bool, Failure> {
    settle(|| async {
        let Some(mut payment) = load::<Payment>(app.table.as_ref(), key).await? else {
            return Ok(Attempt::Done(false));
        };
        let Some((follow_up, why)) = missed(app, &payment).await? else { return Ok(Attempt::Done(false)) };
        payment.follow_up(follow_up);
        let event = Event::FollowUpMissed { follow_up, why: why.to_owned() };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        Attempt::of(change.update(payment).commit(app.table.as_ref()).await, true)
    })
    .await
}

/// What should be waiting about a payment and is not: neither a follow-up nor a person was asked.
async fn missed(app: &App, payment: &Stored<Payment>) -> Result<Option<(FollowUp, &'static str)>, Failure> {
    let pk = payment.state.key().pk;
    if !payment.pending.is_empty()
        || (payment.state.posting == Posting::Withheld && !payment.state.is_posted())
    {
        return Ok(None);
    }
    if !payment.state.is_posted() {
        // The refusal of this very state by the ledger is with a person.
        let refused = super::write_back::refused_about(&pk, payment.ver.saturating_sub(1));
        let is_asked = is_task(app, TaskKind::LedgerMismatch, &refused).await?;
        return Ok((!is_asked).then_some((FollowUp::WriteBack, "applied and never posted to the ledger")));
    }
    let has_cash = payment.state.unapplied().is_ok_and(|unapplied| unapplied.is_positive());
    let is_untried = has_cash
        && payment.state.source != PaymentSource::Ledger
        && payment.state.allocations.is_empty()
        && !is_task(app, TaskKind::PaymentReview, &pk).await?;
    Ok(is_untried.then_some((FollowUp::ApplyCash, "received and never tried")))
}

/// Whether a person was ever asked, also where the task is done.
async fn is_task(app: &App, kind: TaskKind, about: &str) -> Result<bool, Failure> {
    let id = new_task(app, kind, about, "").id;
    let key = keys::task(&app.settings.entity, &id);
    Ok(load::<CollectionsTask>(app.table.as_ref(), &key).await?.is_some())
}

#[cfg(test)]
#[path = "sweeps_tests.rs"]
mod tests;
