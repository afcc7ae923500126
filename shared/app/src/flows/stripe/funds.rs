//! Money that lies at Stripe: a bank transfer that no payment has taken or that came short of one, or a credit for a
//! customer's next invoice there. It settles nothing by itself, so a person is told by name, and nobody is chased for what it covers.
use super::payers::{Owners, customers, known_owners, of_keys, of_payment};
use super::payments::read_intent;
use super::{Stop, ask, settle_readings};
use crate::App;
use crate::flows::Attempt;
use crate::flows::tasks::{about_customer, finished, new_task};
use crate::store::change::Change;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::load;
use crate::store::table::Key;
use crate::worker::Failure;
use connectors::stripe::facts::BalanceKind;
use connectors::stripe::map;
use domain::customer::Customer;
use domain::ids::CustomerId;
use domain::in_flight::FundsHeld;
use domain::money::{Money, MoneyError};
use domain::task::{CollectionsTask, TaskKind, TaskState};
use domain::timeline::{Cause, Event};

/// Who or what holds money at Stripe.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'a> {
    /// A customer, in its balances.
    Customer(&'a str),
    /// A payment intent, for which a transfer came short.
    Intent(&'a str),
}

/// What a decision rests on. Stripe is read last, so that whoever reads it later commits later, or meets a conflict.
struct Reading {
    holder: String,
    /// The customers that the holder is known as.
    owners: Vec<Stored<Customer>>,
    /// The claim to make with the first effect.
    first: Option<Key>,
    task: Option<Stored<CollectionsTask>>,
    held: Vec<(BalanceKind, Money)>,
}

/// Brings what is known of a holder in line with what it holds now. One that was never seen to hold anything is read
/// only where there is reason to.
pub(super) async fn follow(
    app: &App,
    cause: &Cause,
    holder: Holder<'_>,
    has_reason: bool,
) -> Result<(), Stop> {
    let id = match holder {
        Holder::Customer(id) | Holder::Intent(id) => format!("stripe:{id}"),
    };
    let claim = keys::claim(&app.settings.entity, "funds", &id);
    settle_readings(|| async {
        let known = known_owners(app, &claim).await?;
        let owners = match &known {
            None if !has_reason => return Ok(Attempt::Done(())),
            Some(owners) if !owners.is_empty() => owners.clone(),
            // Who was nobody yet may have been pulled meanwhile.
            _ => owners_of(app, holder, &id).await?,
        };
        let task = new_task(app, TaskKind::FundsAtProvider, &id, "").key();
        let reading = Reading {
            holder: id.clone(),
            owners: customers(app, &owners).await?,
            first: known.is_none().then(|| claim.clone()),
            task: load(app.table.as_ref(), &task).await?,
            held: read(app, holder).await?,
        };
        match change(app, cause, reading)? {
            Some(change) => Ok(Attempt::of(change.commit(app.table.as_ref()).await, ())?),
            None => Ok(Attempt::Done(())),
        }
    })
    .await
}

async fn owners_of(app: &App, holder: Holder<'_>, id: &str) -> Result<Vec<CustomerId>, Stop> {
    match holder {
        Holder::Customer(customer) => {
            let payer = map::payer(&ask(app, |api| api.customer(customer)).await?);
            let keys: Vec<String> = payer.email.into_iter().chain([id.to_owned()]).collect();
            Ok(of_keys(app, &keys).await?)
        }
        Holder::Intent(intent) => of_payment(app, &read_intent(app, intent).await?).await,
    }
}

async fn read(app: &App, holder: Holder<'_>) -> Result<Vec<(BalanceKind, Money)>, Stop> {
    match holder {
        Holder::Customer(customer) => {
            Ok(map::customer_funds(&ask(app, |api| api.customer_with_funds(customer)).await?)?)
        }
        Holder::Intent(intent) => {
            let came = read_intent(app, intent).await?.part_funded;
            Ok(if came.is_positive() { vec![(BalanceKind::PartOfPayment, came)] } else { Vec::new() })
        }
    }
}

fn change(app: &App, cause: &Cause, reading: Reading) -> Result<Option<Change>, Failure> {
    let Reading { holder, owners, first, task, held: parts } = reading;
    let held = by_currency(&holder, &parts).map_err(|error| Failure::poison(error.to_string()))?;
    let amounts = held.iter().map(|held| held.amount).collect();
    let event = Event::FundsAtProvider { holder: holder.clone(), amounts };
    let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    let claim = first.map(|key| (key, Owners::of(&owners)));
    let owner = owners.first().map(|owner| owner.state.id.clone());
    for mut owner in owners {
        let mut all = owner.state.funds_held.clone();
        all.retain(|known| known.holder != holder);
        all.extend(held.clone());
        if all.iter().any(|funds| !owner.state.funds_held.contains(funds))
            || all.len() != owner.state.funds_held.len()
        {
            owner.state.funds_held = all;
            change = change.update(owner);
        }
    }
    let is_news = !change.is_empty();
    let told = about_customer(
        new_task(app, TaskKind::FundsAtProvider, &holder, told(&holder, &parts)),
        owner.as_ref(),
    );
    change = match task {
        None if held.is_empty() => change,
        None => change.create(told, &[]),
        Some(task) if held.is_empty() => {
            if task.state.state != TaskState::Open {
                return Ok(is_news.then_some(change));
            }
            change.update(finished(task, app, "dunlin", "nothing lies there any more"))
        }
        // What a person has looked at is not put before them again until it changes.
        Some(task) if task.state.why == told.why && !(is_news && task.state.state != TaskState::Open) => {
            change
        }
        Some(task) => change.update(task.with_state(told)),
    };
    if change.is_empty() {
        return Ok(None);
    }
    Ok(Some(match claim {
        Some((key, owners)) => change.claim(key, owners.to_json()?),
        None => change,
    }))
}

fn by_currency(holder: &str, held: &[(BalanceKind, Money)]) -> Result<Vec<FundsHeld>, MoneyError> {
    let mut sums: Vec<FundsHeld> = Vec::new();
    for (_, amount) in held {
        match sums.iter_mut().find(|sum| sum.amount.currency() == amount.currency()) {
            Some(sum) => sum.amount = sum.amount.plus(*amount)?,
            None => sums.push(FundsHeld { holder: holder.to_owned(), amount: *amount }),
        }
    }
    Ok(sums)
}

fn told(holder: &str, held: &[(BalanceKind, Money)]) -> String {
    let parts: Vec<String> = held
        .iter()
        .map(|(kind, amount)| match kind {
            BalanceKind::Cash => format!("{amount} in its cash balance, which no payment has taken"),
            BalanceKind::Credit => format!("{amount} of credit for its next invoice at Stripe"),
            BalanceKind::PartOfPayment => {
                format!("{amount} of a transfer that came short, and waits for the rest")
            }
        })
        .collect();
    format!("{holder} has {}", parts.join(" and "))
}
