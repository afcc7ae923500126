//! One customer's dunning decision: fresh facts, the stored policy, and a commit of the letter or of the holds.
use super::stops::is_stopped;
use super::tasks::new_task;
use super::{Attempt, settle, tasks};
use crate::App;
use crate::letter::{Letter, LetterState};
use crate::messages::DunningDue;
use crate::store::change::Change;
use crate::store::entity::{FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{customer_group, load, load_many, must_load};
use crate::store::table::TableName;
use crate::tokens::ReplyRef;
use crate::worker::Failure;
use chrono::{NaiveDate, Timelike};
use domain::credit::CreditMemo;
use domain::customer::Customer;
use domain::dunning::{DunningDecision, DunningFacts, DunningPolicy, Hold, PlannedLetter, decide};
use domain::ids::{CustomerId, EntityId, InvoiceId, LetterId};
use domain::invoice::Invoice;
use domain::money::Money;
use domain::payment::Payment;
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event, HeldItem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A policy with the version under which it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPolicy {
    pub version: String,
    pub policy: DunningPolicy,
}

/// The policy in force.
///
/// # Errors
/// A retry when none is stored yet: nothing is chased without a policy.
pub async fn policy_in_force(app: &App, entity: &EntityId) -> Result<StoredPolicy, Failure> {
    let stored = stored_policy(app, entity).await?;
    stored.ok_or_else(|| Failure::retry("no dunning policy is stored: run `dunlin policy apply`"))
}

/// The policy in force, if one is stored yet.
///
/// # Errors
/// The table's; a record that does not read.
pub async fn stored_policy(app: &App, entity: &EntityId) -> Result<Option<StoredPolicy>, Failure> {
    let record = app.table.get(TableName::Connections, &keys::policy_current(entity)).await?;
    let policy = record.map(|record| serde_json::from_str(&record.body)).transpose();
    policy.map_err(|error| Failure::poison(format!("stored policy: {error}")))
}

/// Decides about one customer and records the decision; the same *not now* is recorded once. Invoices of a customer
/// that the ledger has not told us about, an inactive one say, are for a person.
///
/// # Errors
/// The table's; no stored policy.
pub async fn step(app: &App, due: &DunningDue) -> Result<(), Failure> {
    let stored = policy_in_force(app, &due.entity).await?;
    let key = keys::customer(&due.entity, &due.customer);
    settle(|| async {
        let Some(customer) = load::<Customer>(app.table.as_ref(), &key).await? else {
            let why = format!("overdue invoices of customer {}, who is not pulled", due.customer);
            let task = new_task(app, TaskKind::LedgerMismatch, &key.pk, why);
            let cause = Cause::new(format!("dunning:{}:{}", due.customer, due.on));
            return tasks::open(app, &cause, task).await.map(Attempt::Done);
        };
        let (facts, customer, invoices) = facts_of(app, customer).await?;
        if customer.state.letter_in_hand == Some(letter_id(&due.customer, facts.today)) {
            // Decided today, and the letter says so: the same message once more writes nothing.
            return Ok(Attempt::Done(()));
        }
        match decide(&facts, &stored.policy).map_err(poison)? {
            DunningDecision::Send(letter) => plan(app, &stored, customer, &invoices, &letter).await,
            DunningDecision::NotNow(held) => hold(app, &stored, customer, held).await,
            DunningDecision::LaterToday | DunningDecision::Clear => Ok(Attempt::Done(())),
        }
    })
    .await
}

fn poison(refusal: Refusal) -> Failure {
    Failure::poison(refusal.to_string())
}

/// What a decision about a customer rests on, read fresh, with the versioned items it may change.
///
/// # Errors
/// The table's; a customer that does not exist.
pub async fn facts(
    app: &App,
    entity: &EntityId,
    customer: &CustomerId,
) -> Result<(DunningFacts, Stored<Customer>, Vec<Stored<Invoice>>), Failure> {
    facts_of(app, must_load(app.table.as_ref(), &keys::customer(entity, customer)).await?).await
}

async fn facts_of(
    app: &App,
    stored: Stored<Customer>,
) -> Result<(DunningFacts, Stored<Customer>, Vec<Stored<Invoice>>), Failure> {
    let table = app.table.as_ref();
    let view = keys::customer_view(&stored.state.entity, &stored.state.id);
    let invoices: Vec<Stored<Invoice>> =
        load_many(table, &customer_group(table, &view, "OPEN").await?).await?;
    let payments: Vec<Stored<Payment>> =
        load_many(table, &customer_group(table, &view, "CASH").await?).await?;
    let memos: Vec<Stored<CreditMemo>> =
        load_many(table, &customer_group(table, &view, "CRED").await?).await?;
    let mut unapplied: Vec<Money> = Vec::new();
    for payment in &payments {
        unapplied.push(payment.state.unapplied().map_err(poison)?);
    }
    for memo in &memos {
        unapplied.push(memo.state.remaining().map_err(poison)?);
    }
    let now = app.clock.now().with_timezone(&app.settings.zone);
    let facts = DunningFacts {
        customer: stored.state.clone(),
        invoices: invoices.iter().map(|invoice| invoice.state.clone()).collect(),
        unapplied,
        today: now.date_naive(),
        hour: now.hour(),
        is_sending: app.settings.is_sending && !is_stopped(app).await?,
    };
    Ok((facts, stored, invoices))
}

/// The id of the letter to a customer on a day: there is one at most.
pub fn letter_id(customer: &CustomerId, on: NaiveDate) -> LetterId {
    LetterId(format!("{customer}:{on}"))
}

async fn plan(
    app: &App,
    policy: &StoredPolicy,
    mut customer: Stored<Customer>,
    invoices: &[Stored<Invoice>],
    planned: &PlannedLetter,
) -> Result<Attempt<()>, Failure> {
    let on = app.today();
    let letter = Letter {
        entity: customer.state.entity.clone(),
        id: letter_id(&customer.state.id, on),
        customer: customer.state.id.clone(),
        contact: planned.contact.clone(),
        level: planned.level,
        tone: planned.tone,
        items: planned.items.iter().map(Into::into).collect(),
        total: planned.total,
        unassigned: planned.unassigned,
        planned_on: on,
        policy: policy.version.clone(),
        state: LetterState::Planned,
    };
    let event = Event::LetterPlanned {
        letter: letter.id.clone(),
        level: letter.level,
        invoices: letter.invoices(),
        total: letter.total,
    };
    let cause = Cause::new(format!("dunning:{}:{on}", customer.state.id));
    customer.state.letter_in_hand = Some(letter.id.clone());
    customer.state.last_decision = None;
    let change = Change::new(letter.entity.clone(), app.clock.now(), cause, event)
        .under_policy(&policy.version)
        .by_rule(format!("level-{}", letter.level));
    let reply = keys::reply(&letter.entity, &ReplyRef::of(&letter.id).to_hex());
    let change = change.claim(reply, format!(r#"{{"v":1,"letter":"{}"}}"#, letter.id));
    let mut change = change.create(letter.clone(), &[FollowUp::SendLetter]).update(customer);
    // The decision rests on these invoices as they were read.
    for invoice in invoices.iter().filter(|invoice| letter.invoices().contains(&invoice.state.id)).take(80) {
        change = change.unchanged(invoice);
    }
    match Attempt::of(change.commit(app.table.as_ref()).await, ())? {
        // A letter of that day exists already, cancelled or sent: the next one is for another day.
        Attempt::Conflict(key) if key.contains("#LET#") => Ok(Attempt::Done(())),
        other => Ok(other),
    }
}

/// Items that one entry lists; their kinds of hold are among its rules all the same.
const HOLDS_MAX: usize = 1_000;

async fn hold(
    app: &App,
    policy: &StoredPolicy,
    mut customer: Stored<Customer>,
    held: Vec<(InvoiceId, Hold)>,
) -> Result<Attempt<()>, Failure> {
    // The letter's own entries tell; a second delivery of what planned it has nothing to add.
    if customer.state.letter_in_hand.is_some() {
        return Ok(Attempt::Done(()));
    }
    let mut holds: Vec<HeldItem> =
        held.into_iter().map(|(invoice, hold)| HeldItem { invoice, hold: hold.to_string() }).collect();
    let digest = digest(&policy.version, &holds)?;
    if customer.state.last_decision.as_ref() == Some(&digest) {
        return Ok(Attempt::Done(()));
    }
    let cause = Cause::new(format!("dunning:{}:{}", customer.state.id, app.today()));
    let rules: Vec<String> = holds.iter().map(|item| item.hold.clone()).collect();
    customer.state.last_decision = Some(digest);
    holds.truncate(HOLDS_MAX);
    let event = Event::DunningHeld { holds };
    let mut change = Change::new(customer.state.entity.clone(), app.clock.now(), cause, event);
    change = change.under_policy(&policy.version);
    for rule in rules.into_iter().collect::<std::collections::BTreeSet<_>>() {
        change = change.by_rule(rule);
    }
    Attempt::of(change.update(customer).commit(app.table.as_ref()).await, ())
}

fn digest(version: &str, holds: &[HeldItem]) -> Result<String, Failure> {
    let text =
        serde_json::to_string(&(version, holds)).map_err(|error| Failure::poison(error.to_string()))?;
    Ok(hex::encode(Sha256::digest(text.as_bytes())).chars().take(16).collect())
}
