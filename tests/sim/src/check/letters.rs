//! I3 and I4: who may be written to when, as of the commit that claims a letter; and never twice.
use super::{Broken, Read, open};
use app::letter::{Letter, LetterState};
use app::store::keys;
use chrono::Datelike;
use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use domain::customer::{AddressStatus, Customer};
use domain::invoice::Invoice;
use std::collections::BTreeMap;

/// Letters that have been claimed, with when.
#[derive(Debug, Default)]
pub struct Letters {
    pub claimed: BTreeMap<String, DateTime<Utc>>,
}

impl Letters {
    /// # Errors
    /// A letter that was claimed and should not have been.
    pub fn changed(
        &mut self,
        old: Option<&Letter>,
        new: &Letter,
        read: &Read<'_>,
        now: DateTime<Utc>,
        zone: Tz,
    ) -> Result<(), Broken> {
        let was_claimed = old.is_some_and(|old| old.state == LetterState::Claimed);
        if new.state != LetterState::Claimed || was_claimed {
            return Ok(());
        }
        let wrong = |what: String| Err(("I3", format!("letter {}: {what}", new.id)));
        self.claimed.insert(new.id.to_string(), now);
        let local = now.with_timezone(&zone);
        let today = local.date_naive();
        // Clocks differ by two seconds at most.
        let is_near = |at: TimeDelta| (local + at).date_naive() != today;
        let may_be_off = is_near(TimeDelta::seconds(2)) || is_near(TimeDelta::seconds(-2));
        if !may_be_off && new.planned_on != today {
            return wrong(format!("planned for {}, claimed on {today}", new.planned_on));
        }
        if !(7..=18).contains(&local.hour()) || matches!(today.weekday(), Weekday::Sat | Weekday::Sun) {
            return wrong(format!("claimed at {local}"));
        }
        let record = read(&keys::customer(&new.entity, &new.customer));
        let Some(record) = record else { return wrong("has no customer".into()) };
        customer(&open::<Customer>(&record)?.state, new).or_else(wrong)?;
        let mut total = 0;
        for item in &new.items {
            let record = read(&keys::invoice(&new.entity, &item.invoice));
            let Some(record) = record else { return wrong(format!("has no invoice {}", item.invoice)) };
            let invoice = open::<Invoice>(&record)?.state;
            item_is_due(&invoice, item.amount.minor(), today).or_else(wrong)?;
            let times = invoice.letters.iter().filter(|sent| sent.letter == new.id).count();
            if times != 1 {
                return wrong(format!("is {times} times on {}", invoice.number));
            }
            total += item.amount.minor();
        }
        if total <= 0 {
            return wrong("asks for nothing".into());
        }
        Ok(())
    }
}

fn customer(customer: &Customer, letter: &Letter) -> Result<(), String> {
    let on = letter.planned_on;
    if !customer.is_active {
        return Err("the customer is not active".into());
    }
    if let Some(pause) = customer.pauses.iter().find(|pause| pause.until.is_none_or(|until| until >= on)) {
        return Err(format!("the customer is paused: {:?}", pause.reason));
    }
    if let Some(debit) = customer.debits_in_flight.iter().find(|debit| debit.until >= on) {
        return Err(format!("a debit is in flight: {debit:?}"));
    }
    if customer.letter_in_hand.as_ref() != Some(&letter.id) {
        return Err(format!("in hand is {:?}", customer.letter_in_hand));
    }
    let contact = customer.contacts.iter().find(|contact| contact.id == letter.contact);
    match contact.map(|contact| &contact.status) {
        Some(AddressStatus::Usable) => {}
        Some(AddressStatus::Held { until }) if *until < on => {}
        other => return Err(format!("the address is {other:?}")),
    }
    let days = |from: NaiveDate| customer.contacted_on.iter().filter(|day| **day > from).count();
    // Five weekdays are a week at least.
    if days(on - TimeDelta::days(7)) > 1 || customer.contacted_on.iter().filter(|day| **day == on).count() > 1
    {
        return Err(format!("contacted on {:?}", customer.contacted_on));
    }
    Ok(())
}

fn item_is_due(invoice: &Invoice, asked: i64, today: NaiveDate) -> Result<(), String> {
    let number = &invoice.number;
    let held: i64 = invoice.refunds_to_decide.iter().map(|part| part.amount.minor()).sum::<i64>()
        + invoice.contested.iter().map(|part| part.amount.minor()).sum::<i64>();
    let settled: i64 = invoice.settled.iter().map(|settled| settled.amount.minor()).sum();
    let open = invoice.original.minor() - settled - held;
    if invoice.is_voided || asked <= 0 || asked > open || asked > invoice.ledger_balance.minor() {
        return Err(format!(
            "{asked} of {number}, where {open} is open and {} in the books",
            invoice.ledger_balance
        ));
    }
    if invoice.promise.is_some() {
        return Err(format!("{number} is promised"));
    }
    if invoice.dispute.as_ref().is_some_and(|dispute| dispute.until.is_none_or(|until| until >= today)) {
        return Err(format!("{number} is disputed"));
    }
    match invoice.due_on {
        Some(due_on) if due_on < today => Ok(()),
        due_on => Err(format!("{number} is due on {due_on:?}")),
    }
}
