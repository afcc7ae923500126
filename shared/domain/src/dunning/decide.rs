//! The decision: one letter in one currency to one address, or the hold on each overdue item.
use super::facts::DunningFacts;
use super::holds::{self, Hold};
use super::policy::DunningPolicy;
use crate::dates::days_past_due;
use crate::ids::{ContactId, InvoiceId};
use crate::invoice::Invoice;
use crate::letters::Tone;
use crate::money::Money;
use crate::refusal::Refusal;
use std::collections::BTreeMap;

/// A letter to be written: what it says, and the level that each invoice reaches by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedLetter {
    pub level: u8,
    pub tone: Tone,
    pub contact: ContactId,
    /// The overdue items it lists, at most 60, oldest first, with the level each has after it.
    pub items: Vec<PlannedItem>,
    /// The items' sum.
    pub total: Money,
    /// Unapplied cash, credit and funds at the provider in that currency, which the letter says to take off; less than the total.
    pub unassigned: Money,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedItem {
    pub invoice: InvoiceId,
    pub level: u8,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DunningDecision {
    Send(PlannedLetter),
    /// Each overdue item with the reason why it is not chased now.
    NotNow(Vec<(InvoiceId, Hold)>),
    /// Outside the hours for letters: decide again later, record nothing.
    LaterToday,
    /// Nothing is overdue.
    Clear,
}

/// Decides for one customer. The same facts, policy and day always give the same answer.
///
/// # Errors
/// Amounts that cannot be combined, which stored invoices rule out.
pub fn decide(facts: &DunningFacts, policy: &DunningPolicy) -> Result<DunningDecision, Refusal> {
    let mut overdue: Vec<&Invoice> = Vec::new();
    for invoice in &facts.invoices {
        if is_overdue(invoice, facts) && invoice.open()?.is_positive() {
            overdue.push(invoice);
        }
    }
    overdue.sort_by(|a, b| (a.due_on, &a.number, &a.id).cmp(&(b.due_on, &b.number, &b.id)));
    if overdue.is_empty() {
        return Ok(DunningDecision::Clear);
    }
    if !policy.is_open(facts.today, facts.hour) {
        return Ok(DunningDecision::LaterToday);
    }
    let mut held: Vec<(InvoiceId, Hold)> = Vec::new();
    let mut free: BTreeMap<&'static str, Vec<&Invoice>> = BTreeMap::new();
    for invoice in overdue {
        match holds::on_invoice(invoice, facts.today)? {
            Some(hold) => held.push((invoice.id.clone(), hold)),
            None => free.entry(invoice.currency().code()).or_default().push(invoice),
        }
    }
    let mut planned = None;
    for items in free.values() {
        match plan(facts, policy, items)? {
            Ok(letter) if planned.is_none() => planned = Some((letter, items)),
            // Another currency's letter waits for its own day.
            Ok(_) => {}
            Err(why) => held.extend(items.iter().map(|item| item.id.clone()).zip(why)),
        }
    }
    let Some((planned, items)) = planned else { return Ok(DunningDecision::NotNow(sorted(held))) };
    match holds::contact(facts, policy) {
        Ok(contact) => Ok(DunningDecision::Send(PlannedLetter { contact: contact.id.clone(), ..planned })),
        Err(hold) => {
            held.extend(items.iter().map(|item| (item.id.clone(), hold.clone())));
            Ok(DunningDecision::NotNow(sorted(held)))
        }
    }
}

/// The most items that one letter lists, those that reach a level before the others and the oldest first: each is
/// claimed in the transaction that sends it.
const ITEMS_MAX: usize = 60;

fn is_overdue(invoice: &Invoice, facts: &DunningFacts) -> bool {
    !invoice.is_voided && invoice.due_on.is_some_and(|due_on| days_past_due(due_on, facts.today) >= 1)
}

fn sorted(mut held: Vec<(InvoiceId, Hold)>) -> Vec<(InvoiceId, Hold)> {
    held.sort_by(|a, b| a.0.cmp(&b.0));
    held
}

/// The letter for the items of one currency, its contact still open; or the hold on each, in the items' order.
fn plan(
    facts: &DunningFacts,
    policy: &DunningPolicy,
    items: &[&Invoice],
) -> Result<Result<PlannedLetter, Vec<Hold>>, Refusal> {
    let Some(first) = items.first() else { return Ok(Err(vec![])) };
    let currency = first.currency();
    let mut judged = Vec::with_capacity(items.len());
    for invoice in items {
        let amount = invoice.chaseable()?;
        judged.push((*invoice, amount, next_level(facts, policy, invoice, amount)));
    }
    // Items that reach a level come first, or many older ones that reached none would hold them up for ever.
    let reaches = judged.iter().enumerate().filter(|(_, (.., next))| next.is_ok());
    let others = judged.iter().enumerate().filter(|(_, (.., next))| next.is_err());
    let mut listed: Vec<_> = reaches.chain(others).take(ITEMS_MAX).collect();
    listed.sort_by_key(|(at, _)| *at);
    let mut planned = Vec::with_capacity(listed.len());
    let mut reached: Option<(u8, Tone)> = None;
    for (_, (invoice, amount, next)) in listed {
        let mut level = invoice.level_sent();
        if let Ok((next, tone)) = next {
            level = *next;
            if reached.is_none_or(|(highest, _)| level > highest) {
                reached = Some((level, *tone));
            }
        }
        planned.push(PlannedItem { invoice: invoice.id.clone(), level, amount: *amount });
    }
    let of = |money: &Money| money.currency() == currency;
    let unapplied = Money::sum(currency, facts.unapplied.iter().copied().filter(of))?;
    let held = facts.customer.funds_held.iter().map(|funds| funds.amount);
    let unassigned = unapplied.plus(Money::sum(currency, held.filter(of))?)?;
    let total = Money::sum(currency, planned.iter().map(|item| item.amount))?;
    if !total.minus(unassigned)?.is_positive() {
        let is_paid = !total.minus(unapplied)?.is_positive();
        return Ok(Err(vec![if is_paid { Hold::Paid } else { Hold::FundsHeld }; items.len()]));
    }
    // Without a level that is reached, every item has its hold.
    let Some((level, tone)) = reached else {
        return Ok(Err(judged.into_iter().filter_map(|(.., next)| next.err()).collect()));
    };
    let contact = ContactId::new("");
    Ok(Ok(PlannedLetter { level, tone, contact, items: planned, total, unassigned }))
}

/// The next level of an invoice, from the letters recorded on it: reached by days and amount, or the hold.
fn next_level(
    facts: &DunningFacts,
    policy: &DunningPolicy,
    invoice: &Invoice,
    amount: Money,
) -> Result<(u8, Tone), Hold> {
    let number = invoice.level_sent().saturating_add(1);
    let Some(level) = policy.level(number) else { return Err(Hold::AllLevelsSent) };
    let days = invoice.due_on.map_or(0, |due_on| days_past_due(due_on, facts.today));
    if days < i64::from(level.days_past_due_min) {
        return Err(Hold::LevelNotReached { days_past_due_min: level.days_past_due_min });
    }
    if amount.to_decimal() < level.amount_min {
        return Err(Hold::BelowMinimum);
    }
    Ok((number, level.tone))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
