//! Bank debits under way: for days a payment can neither be counted on nor be ruled out. Until it ends, or its time is
//! over, it holds back every letter to its payer.
use super::payers::{Owners, customers, known_owners, of_payment};
use super::payments::{payment_id, read_intent};
use super::{Stop, settle_readings};
use crate::App;
use crate::flows::Attempt;
use crate::flows::tasks::{finished, new_task, open_about};
use crate::store::change::Change;
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::table::Key;
use crate::worker::Failure;
use connectors::stripe::facts::{PaymentStatus, ReceivedPayment};
use domain::customer::Customer;
use domain::ids::PaymentId;
use domain::in_flight::{DebitInFlight, after_debit, with_debit};
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// Brings what is held back for a payment in line with how it stands now. One that is received, and was never seen
/// under way, is not read again.
pub(super) async fn follow(app: &App, cause: &Cause, intent: &str, is_received: bool) -> Result<(), Stop> {
    let id = payment_id(Some(intent), None)?;
    let claim = keys::claim(&app.settings.entity, "debit", id.as_str());
    settle_readings(|| async {
        let known = known_owners(app, &claim).await?;
        let owners = match &known {
            Some(owners) => owners.clone(),
            None if is_received => return Ok(Attempt::Done(())),
            None => {
                let fact = read_intent(app, intent).await?;
                if fact.status != PaymentStatus::Processing {
                    return Ok(Attempt::Done(()));
                }
                of_payment(app, &fact).await?
            }
        };
        let payers = customers(app, &owners).await?;
        let fact = read_intent(app, intent).await?;
        let change = if fact.status == PaymentStatus::Processing {
            started(app, cause, &id, &fact, payers, known.is_none().then_some(&claim))?
        } else {
            ended(app, cause, &id, fact.status == PaymentStatus::Succeeded, payers).await?
        };
        match change {
            Some(change) => Ok(Attempt::of(change.commit(app.table.as_ref()).await, ())?),
            None => Ok(Attempt::Done(())),
        }
    })
    .await
}

/// The debit on each payer; the first time with a claim, or with a task where nobody is known to be one.
fn started(
    app: &App,
    cause: &Cause,
    id: &PaymentId,
    fact: &ReceivedPayment,
    payers: Vec<Stored<Customer>>,
    first: Option<&Key>,
) -> Result<Option<Change>, Failure> {
    let debit = DebitInFlight::started(id.clone(), fact.asked, fact.received_on);
    let (today, until) = (app.today(), debit.until);
    if until < today {
        return Ok(None);
    }
    let event = Event::DebitStarted { payment: id.clone(), amount: debit.amount, until };
    let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    if let Some(claim) = first {
        change = change.claim(claim.clone(), Owners::of(&payers).to_json()?);
        if payers.is_empty() {
            let why = format!(
                "{} of {id} is being debited, until {until} at most, and nobody is known to be its payer: letters \
                 go out as if it were not",
                debit.amount
            );
            change = change.create(new_task(app, TaskKind::FundsAtProvider, id.as_str(), why), &[]);
        }
    }
    for mut payer in payers {
        if !payer.state.debits_in_flight.contains(&debit) {
            let debits = std::mem::take(&mut payer.state.debits_in_flight);
            payer.state.debits_in_flight = with_debit(debits, debit.clone(), today);
            change = change.update(payer);
        }
    }
    Ok((!change.is_empty()).then_some(change))
}

async fn ended(
    app: &App,
    cause: &Cause,
    id: &PaymentId,
    has_succeeded: bool,
    payers: Vec<Stored<Customer>>,
) -> Result<Option<Change>, Failure> {
    let event = Event::DebitEnded { payment: id.clone(), has_succeeded };
    let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    for mut payer in payers {
        let before = payer.state.debits_in_flight.clone();
        payer.state.debits_in_flight = after_debit(before.clone(), id, has_succeeded, app.today());
        if payer.state.debits_in_flight != before {
            change = change.update(payer);
        }
    }
    if let Some(task) = open_about(app, TaskKind::FundsAtProvider, id.as_str()).await? {
        let how = if has_succeeded { "the debit succeeded" } else { "the debit did not succeed" };
        change = change.update(finished(task, app, "dunlin", how));
    }
    Ok((!change.is_empty()).then_some(change))
}
