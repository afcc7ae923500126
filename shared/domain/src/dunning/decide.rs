//! The decision: one letter in one currency to one address, or the hold on each overdue item.
use super::facts::DunningFacts;
use super::holds::{self, Hold};
use super::policy::DunningPolicy;
use crate::dates::{days_past_due, is_weekend};
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
    /// The overdue items it lists, oldest first, with the level each has after it.
    pub items: Vec<PlannedItem>,
    /// What it asks for: the items' sum, less unapplied cash and credit.
    pub total: Money,
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
    if is_weekend(facts.today) || facts.hour < policy.hour_from || facts.hour >= policy.hour_before {
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
    let mut letter = None;
    for items in free.values() {
        let (planned, why) = plan(facts, policy, items)?;
        match planned {
            Some(planned) if letter.is_none() => letter = Some((planned, items)),
            Some(_) => {}
            None => held.extend(items.iter().map(|item| item.id.clone()).zip(why)),
        }
    }
    let Some((letter, items)) = letter else { return Ok(DunningDecision::NotNow(sorted(held))) };
    let hold = holds::on_customer(facts, policy).or((!facts.is_sending).then_some(Hold::SendingOff));
    if let Some(hold) = hold {
        held.extend(items.iter().map(|item| (item.id.clone(), hold.clone())));
        return Ok(DunningDecision::NotNow(sorted(held)));
    }
    Ok(DunningDecision::Send(letter))
}

fn is_overdue(invoice: &Invoice, facts: &DunningFacts) -> bool {
    !invoice.is_voided && invoice.due_on.is_some_and(|due_on| days_past_due(due_on, facts.today) >= 1)
}

fn sorted(mut held: Vec<(InvoiceId, Hold)>) -> Vec<(InvoiceId, Hold)> {
    held.sort_by(|a, b| a.0.cmp(&b.0));
    held
}

/// The letter for the items of one currency, or the hold on each (in the items' order).
fn plan(
    facts: &DunningFacts,
    policy: &DunningPolicy,
    items: &[&Invoice],
) -> Result<(Option<PlannedLetter>, Vec<Hold>), Refusal> {
    let Some(first) = items.first() else { return Ok((None, vec![])) };
    let currency = first.currency();
    let mut planned = Vec::new();
    let mut reached: Option<(u8, Tone)> = None;
    let mut why = Vec::new();
    for invoice in items {
        let amount = invoice.chaseable()?;
        let next = next_level(facts, policy, invoice, amount);
        if let Ok((level, tone)) = next
            && reached.is_none_or(|(highest, _)| level > highest)
        {
            reached = Some((level, tone));
        }
        let level = next.as_ref().map_or(invoice.level_sent(), |(level, _)| *level);
        planned.push(PlannedItem { invoice: invoice.id.clone(), level, amount });
        why.push(next.err().unwrap_or(Hold::Paid));
    }
    let unapplied = facts.unapplied.iter().filter(|money| money.currency() == currency).copied();
    let unapplied = Money::sum(currency, unapplied)?;
    let total = Money::sum(currency, planned.iter().map(|item| item.amount))?.minus(unapplied)?;
    if !total.is_positive() {
        return Ok((None, vec![Hold::Paid; items.len()]));
    }
    let Some((level, tone)) = reached else { return Ok((None, why)) };
    let Some(contact) = facts.customer.address(facts.today) else {
        // The customer's hold names the reason; the letter still tells that there was one to write.
        let contact = ContactId::new("");
        return Ok((Some(PlannedLetter { level, tone, contact, items: planned, total }), vec![]));
    };
    Ok((Some(PlannedLetter { level, tone, contact: contact.id.clone(), items: planned, total }), vec![]))
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
