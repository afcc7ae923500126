//! Cash application: facts of one payment, the domain's decision, one commit on the payment and its invoices.
use super::tasks::{about_customer, finished, new_task, open_about, opened};
use super::{Attempt, settle};
use crate::App;
use crate::messages::CashApplicationDue;
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{customer_group, is_last_change_by, load_many, look_up, must_load};
use crate::store::table::Key;
use crate::worker::Failure;
use domain::cash::facts::{MatchFacts, OpenItem};
use domain::cash::tokens::{normal_form, number_tokens};
use domain::cash::{CashDecision, decide};
use domain::ids::{CustomerId, PaymentId};
use domain::invoice::{Invoice, Settlement};
use domain::mutant;
use domain::payment::{Allocation, Payment, Posting};
use domain::task::{Candidate, TaskKind};
use domain::timeline::{Cause, Event};

/// Invoices that one commit may settle: each is an action, and the payment, the task and the entry need theirs.
const INVOICES_MAX: usize = 90;

/// Works off one due cash application. A payment that is not waiting for it is a duplicate and stays as it is.
///
/// # Errors
/// The table's; a payment that does not exist.
pub async fn apply_due(app: &App, due: &CashApplicationDue) -> Result<(), Failure> {
    let key = keys::payment(&due.entity, &due.payment);
    let cause = Cause::new(format!("cash-application:{}", due.payment));
    settle(|| async {
        let payment = must_load::<Payment>(app.table.as_ref(), &key).await?;
        if !payment.is_pending(FollowUp::ApplyCash) {
            return Ok(Attempt::Done(()));
        }
        attempt(app, &cause, payment).await
    })
    .await
}

async fn attempt(app: &App, cause: &Cause, mut payment: Stored<Payment>) -> Result<Attempt<()>, Failure> {
    let poison = |refusal: domain::refusal::Refusal| Failure::poison(refusal.to_string());
    payment.done(FollowUp::ApplyCash);
    let unapplied = payment.state.unapplied().map_err(poison)?;
    if !unapplied.is_positive() {
        let why = "nothing is left to apply".to_owned();
        let event = Event::PaymentLeftForReview { payment: payment.state.id.clone(), why };
        return Attempt::of(change(app, cause, event).update(payment).commit(app.table.as_ref()).await, ());
    }
    let (facts, invoices) = match_facts(app, &payment.state, unapplied).await?;
    match decide(&facts).map_err(poison)? {
        CashDecision::Apply { customer, allocations, rule, evidence }
            if allocations.len() <= INVOICES_MAX =>
        {
            let chosen = Chosen { customer, allocations, rule, evidence };
            apply(app, cause, payment, invoices, chosen).await
        }
        CashDecision::Apply { .. } => {
            let why = format!("it names more than {INVOICES_MAX} invoices");
            review(app, cause, payment, &facts, why, vec![]).await
        }
        CashDecision::Review { why, candidates } => {
            review(app, cause, payment, &facts, why, candidates).await
        }
    }
}

fn change(app: &App, cause: &Cause, event: Event) -> Change {
    Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event)
}

struct Chosen {
    customer: CustomerId,
    allocations: Vec<Allocation>,
    rule: &'static str,
    evidence: String,
}

async fn apply(
    app: &App,
    cause: &Cause,
    mut payment: Stored<Payment>,
    invoices: Vec<Stored<Invoice>>,
    chosen: Chosen,
) -> Result<Attempt<()>, Failure> {
    let event = Event::CashApplied {
        payment: payment.state.id.clone(),
        lines: chosen.allocations.clone(),
        evidence: chosen.evidence,
    };
    payment.state.customer = Some(chosen.customer);
    let (payment, invoices) = allocated(payment, invoices, &chosen.allocations)?;
    let mut change = change(app, cause, event).by_rule(chosen.rule).update(payment);
    for invoice in invoices {
        change = change.update(invoice);
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// Puts allocations on the payment and its invoices, and asks for the posting that follows.
fn allocated(
    mut payment: Stored<Payment>,
    invoices: Vec<Stored<Invoice>>,
    allocations: &[Allocation],
) -> Result<(Stored<Payment>, Vec<Stored<Invoice>>), Failure> {
    let poison = |refusal: domain::refusal::Refusal| Failure::poison(refusal.to_string());
    let by = Settlement::Payment(payment.state.id.clone());
    let mut changed = Vec::with_capacity(allocations.len());
    for allocation in allocations {
        let found = invoices.iter().find(|invoice| invoice.state.id == allocation.invoice);
        let mut invoice =
            found.cloned().ok_or_else(|| Failure::poison(format!("no invoice {}", allocation.invoice)))?;
        invoice.state = invoice.state.settle(by.clone(), allocation.amount).map_err(poison)?;
        payment.state =
            payment.state.allocate(allocation.invoice.clone(), allocation.amount).map_err(poison)?;
        if !mutant!("invoice-left-out-of-the-commit") {
            changed.push(invoice);
        }
    }
    if payment.state.posting != Posting::ByPeople {
        payment.follow_up(FollowUp::WriteBack);
    }
    Ok((payment, changed))
}

async fn review(
    app: &App,
    cause: &Cause,
    mut payment: Stored<Payment>,
    facts: &MatchFacts,
    why: String,
    candidates: Vec<Candidate>,
) -> Result<Attempt<()>, Failure> {
    if let Some(customer) = identified(facts) {
        payment.state.customer = Some(customer);
    }
    let event = Event::PaymentLeftForReview { payment: payment.state.id.clone(), why: why.clone() };
    let task = new_task(app, TaskKind::PaymentReview, &payment.state.key().pk, why);
    let mut task = about_customer(task, payment.state.customer.as_ref());
    task.candidates = candidates;
    let mut change = change(app, cause, event).update(payment);
    if !mutant!("nobody-asked-about-a-payment") {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// The ways to place a payment's unapplied money, as they would be offered in review.
///
/// # Errors
/// The table's.
pub(super) async fn suggestions(app: &App, payment: &Payment) -> Result<Vec<Candidate>, Failure> {
    let poison = |refusal: domain::refusal::Refusal| Failure::poison(refusal.to_string());
    let (facts, _) = match_facts(app, payment, payment.unapplied().map_err(poison)?).await?;
    Ok(match decide(&facts).map_err(poison)? {
        CashDecision::Apply { customer, allocations, rule, .. } => {
            vec![Candidate { customer, allocations, rule: rule.to_owned() }]
        }
        CashDecision::Review { candidates, .. } => candidates,
    })
}

/// Whose unapplied cash it is while a person looks: the certain payer's, else the one customer's whose invoices the
/// payment names. Nobody is chased for what this money may have paid.
fn identified(facts: &MatchFacts) -> Option<CustomerId> {
    if let [payer] = facts.payers.as_slice() {
        return Some(payer.clone());
    }
    let first = facts.named.first()?;
    facts.named.iter().all(|item| item.customer == first.customer).then(|| first.customer.clone())
}

/// Loads what the decision rests on, and the versioned invoices that it may change.
async fn match_facts(
    app: &App,
    payment: &Payment,
    unapplied: domain::money::Money,
) -> Result<(MatchFacts, Vec<Stored<Invoice>>), Failure> {
    let table = app.table.as_ref();
    let text = match &payment.remittance.text {
        Some(sealed) => app.seal.open(&payment.key().pk, sealed).await?.unwrap_or_default(),
        None => String::new(),
    };
    let mut payers: Vec<CustomerId> = payment.customer.iter().cloned().collect();
    for key in &payment.remittance.payer_keys {
        payers.extend(look_up(table, keys::address(&payment.entity, key)).await?.into_iter().map(CustomerId));
    }
    payers.sort();
    payers.dedup();
    let mut tokens = number_tokens(&text);
    tokens.extend(payment.remittance.structured.iter().map(|reference| normal_form(reference)));
    let mut wanted: Vec<Key> = Vec::new();
    for token in tokens.iter().filter(|token| !token.is_empty()) {
        let pks = look_up(table, keys::number(&payment.entity, token)).await?;
        wanted.extend(pks.into_iter().map(|pk| Key::new(pk, keys::STATE)));
    }
    let named_keys = wanted.clone();
    for payer in &payers {
        wanted.extend(customer_group(table, &keys::customer_view(&payment.entity, payer), "OPEN").await?);
    }
    wanted.sort();
    wanted.dedup();
    let invoices: Vec<Stored<Invoice>> = load_many(table, &wanted).await?;
    let mut named = Vec::new();
    let mut open_items = Vec::new();
    for invoice in &invoices {
        let item = open_item(&invoice.state)?;
        if named_keys.contains(&invoice.state.key()) {
            named.push(item.clone());
        }
        if item.open.is_positive() {
            open_items.push(item);
        }
    }
    let structured = payment.remittance.structured.clone();
    Ok((MatchFacts { unapplied, structured, text, payers, named, open_items }, invoices))
}

fn open_item(invoice: &Invoice) -> Result<OpenItem, Failure> {
    let open = invoice.payable().map_err(|refusal| Failure::poison(refusal.to_string()))?;
    Ok(OpenItem {
        invoice: invoice.id.clone(),
        customer: invoice.customer.clone(),
        number: invoice.number.clone(),
        open,
        due_on: invoice.due_on,
    })
}

/// A person accepts allocations for a payment in review: applied exactly so, if they still fit.
///
/// # Errors
/// A refusal as [`Failure::Poison`] when the allocations no longer fit; the table's.
pub async fn accept(
    app: &App,
    cause: &Cause,
    payment: &PaymentId,
    candidate: &Candidate,
    by: &str,
) -> Result<(), Failure> {
    let key = keys::payment(&app.settings.entity, payment);
    settle(|| async {
        let mut stored = must_load::<Payment>(app.table.as_ref(), &key).await?;
        let Some(task) = open_about(app, TaskKind::PaymentReview, &key.pk).await? else {
            if is_last_change_by(app.table.as_ref(), stored.head(), cause).await? {
                return Ok(Attempt::Done(()));
            }
            return Err(Failure::poison(format!("payment {payment} is not in review any more")));
        };
        let wanted: Vec<Key> =
            candidate.allocations.iter().map(|a| keys::invoice(&app.settings.entity, &a.invoice)).collect();
        let invoices: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &wanted).await?;
        if let Some(other) = invoices.iter().find(|invoice| invoice.state.customer != candidate.customer) {
            return Err(Failure::poison(format!("{} belongs to another customer", other.state.number)));
        }
        stored.state.customer = Some(candidate.customer.clone());
        let (stored, invoices) = allocated(stored, invoices, &candidate.allocations)?;
        let evidence = format!("accepted by {by}");
        let lines = candidate.allocations.clone();
        let event = Event::CashApplied { payment: payment.clone(), lines, evidence };
        let mut change = change(app, cause, event).by_rule("accepted-by-a-person").update(stored);
        for invoice in invoices {
            change = change.update(invoice);
        }
        Attempt::of(change.update(finished(task, app, by, "accepted")).commit(app.table.as_ref()).await, ())
    })
    .await
}

#[cfg(test)]
#[path = "cash_tests.rs"]
mod tests;
