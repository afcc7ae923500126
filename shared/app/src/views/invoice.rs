//! One invoice: its figures, what settled it, what holds it now, and the reason for each send and non-send.
use super::timeline::{Timeline, invoices, letter};
use super::{broken, names};
use crate::App;
use crate::flows::dunning::{facts, policy_in_force};
use crate::letter::Letter;
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::reads::{load, load_many};
use crate::store::table::Key;
use crate::worker::Failure;
use domain::customer::Customer;
use domain::dates::days_past_due;
use domain::dunning::{DunningDecision, DunningFacts, DunningPolicy, Hold, decide, holds};
use domain::ids::{InvoiceId, LetterId, PaymentId};
use domain::invoice::{Invoice, Settlement};
use domain::money::Money;
use domain::payment::{Payment, Posting};
use std::collections::BTreeSet;

#[derive(Debug, Clone)]
pub struct InvoiceView {
    pub invoice: Invoice,
    pub customer_name: Option<String>,
    pub open: Money,
    /// What may be chased: by both books, less what is contested or undecided.
    pub chaseable: Money,
    /// Civil days past due; `None` for an undated invoice.
    pub days_past_due: Option<i64>,
    pub standing: Standing,
    /// Payments whose application a person can undo here; one that people keep in the ledger is changed there.
    pub undoable: BTreeSet<PaymentId>,
    pub timeline: Timeline,
}

/// How an invoice stands with the next letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Settled,
    NotOverdue,
    Undated,
    /// Overdue, and a letter of this level would be planned at the next decision within the hours for letters.
    Due {
        level: u8,
    },
    /// Overdue and not chased: the named holds.
    Held(Vec<String>),
    /// Overdue, and the policy is decided on weekdays within its hours.
    Later,
    /// No policy is stored: nobody is chased.
    NoPolicy,
}

/// # Errors
/// The table's; sealing keys that are not reachable. `None` where there is no such invoice.
pub async fn invoice(app: &App, id: &InvoiceId) -> Result<Option<InvoiceView>, Failure> {
    let table = app.table.as_ref();
    let entity = &app.settings.entity;
    let Some(stored) = load::<Invoice>(table, &keys::invoice(entity, id)).await? else { return Ok(None) };
    let customer = load::<Customer>(table, &keys::customer(entity, &stored.state.customer)).await?;
    let names = names(app, vec![stored.state.customer.clone()]).await?;
    let standing = match &customer {
        Some(_) => standing(app, &stored.state).await?,
        None => Standing::Held(vec!["the customer is not in the ledger yet".to_owned()]),
    };
    Ok(Some(InvoiceView {
        customer_name: names.get(&stored.state.customer).cloned(),
        open: stored.state.open().map_err(broken)?,
        chaseable: stored.state.chaseable().map_err(broken)?,
        days_past_due: stored.state.due_on.map(|due_on| days_past_due(due_on, app.today())),
        standing,
        undoable: undoable(app, &stored.state).await?,
        timeline: timeline(app, &stored, customer.as_ref()).await?,
        invoice: stored.state,
    }))
}

async fn undoable(app: &App, invoice: &Invoice) -> Result<BTreeSet<PaymentId>, Failure> {
    let payments = invoice.settled.iter().filter_map(|settled| match &settled.by {
        Settlement::Payment(payment) => Some(keys::payment(&app.settings.entity, payment)),
        Settlement::Credit(_) => None,
    });
    let wanted: Vec<Key> = payments.collect();
    let payments: Vec<Stored<Payment>> = load_many(app.table.as_ref(), &wanted).await?;
    let ours = payments.into_iter().filter(|payment| payment.state.posting != Posting::ByPeople);
    Ok(ours.map(|payment| payment.state.id).collect())
}

async fn standing(app: &App, invoice: &Invoice) -> Result<Standing, Failure> {
    if !invoice.open().map_err(broken)?.is_positive() {
        return Ok(Standing::Settled);
    }
    let Some(due_on) = invoice.due_on else { return Ok(Standing::Undated) };
    if days_past_due(due_on, app.today()) < 1 {
        return Ok(Standing::NotOverdue);
    }
    let policy = match policy_in_force(app, &app.settings.entity).await {
        Ok(stored) => stored.policy,
        Err(_) => return Ok(Standing::NoPolicy),
    };
    let (facts, _, _) = facts(app, &app.settings.entity, &invoice.customer).await?;
    standing_of(&facts, &policy, invoice).map_err(broken)
}

/// How an overdue invoice stands, whatever the hour is.
fn standing_of(
    facts: &DunningFacts,
    policy: &DunningPolicy,
    invoice: &Invoice,
) -> Result<Standing, domain::refusal::Refusal> {
    let mut found: Vec<Hold> = Vec::new();
    found.extend(holds::on_invoice(invoice, facts.today)?);
    found.extend(holds::contact(facts, policy).err());
    let within_hours = DunningFacts { hour: policy.hour_from, ..facts.clone() };
    match decide(&within_hours, policy)? {
        DunningDecision::Send(letter) => {
            if let Some(item) = letter.items.iter().find(|item| item.invoice == invoice.id) {
                return Ok(Standing::Due { level: item.level });
            }
        }
        DunningDecision::NotNow(held) => {
            found.extend(held.into_iter().filter(|(id, _)| *id == invoice.id).map(|(_, hold)| hold));
        }
        DunningDecision::LaterToday | DunningDecision::Clear => {}
    }
    let mut names: Vec<String> = Vec::new();
    for hold in found.iter().map(ToString::to_string) {
        if !names.contains(&hold) {
            names.push(hold);
        }
    }
    Ok(if names.is_empty() { Standing::Later } else { Standing::Held(names) })
}

/// The invoice's own chain, its customer's decisions that name it, and the fate of the letters that did.
async fn timeline(
    app: &App,
    invoice: &Stored<Invoice>,
    customer: Option<&Stored<Customer>>,
) -> Result<Timeline, Failure> {
    let mut timeline = Timeline::default();
    timeline.add(app, invoice, |_| true).await?;
    if let Some(customer) = customer {
        timeline.add(app, customer, |event| invoices(event).contains(&&invoice.state.id)).await?;
    }
    let named: BTreeSet<LetterId> = timeline
        .entries
        .iter()
        .filter_map(|chained| letter(&chained.entry.event))
        .chain(invoice.state.letters.iter().map(|sent| &sent.letter))
        .cloned()
        .collect();
    let wanted: Vec<Key> = named.iter().map(|id| keys::letter(&app.settings.entity, id)).collect();
    for letter in load_many::<Letter>(app.table.as_ref(), &wanted).await? {
        timeline.add(app, &letter, |_| true).await?;
    }
    timeline.finish(app).await
}
