//! Which invoices there are, before any is written: who owes, how much, since when, and whether it was settled.
use crate::sim::seed::people::Person;
use crate::sim::seed::splitmix::SplitMix64;
use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use domain::money::{Currency, Money};

pub(super) const INVOICES: i64 = 1000;
/// Customers whose earlier invoices people have posted a payment for.
pub(super) const PAYERS: usize = 38;
/// Invoices past due, and invoices those payments cover; the others are not yet due.
const OVERDUE: i64 = 340;
const SETTLED: i64 = 160;

pub(super) struct Planned {
    /// Where its customer stands in the list.
    pub customer: usize,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub total: Money,
    pub is_settled: bool,
}

/// The invoices by date of issue, the order in which they get their numbers.
pub(super) fn plan(people: &[Person], as_of: NaiveDate, random: &mut SplitMix64) -> Vec<Planned> {
    let weights = |is_wanted: &dyn Fn(usize, &Person) -> bool| -> Vec<(usize, i64)> {
        people
            .iter()
            .enumerate()
            .filter(|(at, person)| is_wanted(*at, person))
            .map(|(at, p)| (at, p.weight))
            .collect()
    };
    let active = weights(&|_, person| person.is_active);
    let payers = payers(people);
    let mut planned = Vec::new();
    for n in 0..INVOICES {
        let is_settled = n < SETTLED;
        let customer = if is_settled {
            let turn = usize::try_from(n).unwrap_or_default() % payers.len().max(1);
            payers.get(turn).copied().unwrap_or_default()
        } else {
            random.weighted(&active)
        };
        let Some(person) = people.get(customer) else { continue };
        let due_in = if is_settled {
            -5 - random.below(112)
        } else if n < SETTLED + OVERDUE {
            // The product of two draws: most are a few weeks late, few are four months late.
            -1 - random.below(118) * random.below(118) / 118
        } else {
            2 + random.below(person.terms_days.min(60) - 1)
        };
        let issued_on = workday(as_of + TimeDelta::days(due_in - person.terms_days));
        let due_on = issued_on + TimeDelta::days(person.terms_days);
        let total = amount(person.ccy, random);
        planned.push(Planned { customer, issued_on, due_on, total, is_settled });
    }
    planned.sort_by_key(|invoice| invoice.issued_on);
    planned
}

/// Every customer who left, and as many of the others as it takes.
pub(super) fn payers(people: &[Person]) -> Vec<usize> {
    let left = people.iter().enumerate().filter(|(_, person)| !person.is_active);
    let stayed = people.iter().enumerate().filter(|(_, person)| person.is_active && person.id % 5 == 2);
    left.chain(stayed).map(|(at, _)| at).take(PAYERS).collect()
}

/// Nobody issues invoices at a weekend: the Friday before.
fn workday(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day - TimeDelta::days(1),
        Weekday::Sun => day - TimeDelta::days(2),
        _ => day,
    }
}

/// Many small amounts, few large ones; every other one is round.
pub(super) fn amount(ccy: Currency, random: &mut SplitMix64) -> Money {
    let (from, to) = match random.weighted(&[(1, 50), (2, 30), (3, 15), (4, 5)]) {
        1 => (150, 2_000),
        2 => (2_000, 9_000),
        3 => (9_000, 40_000),
        _ => (40_000, 180_000),
    };
    let whole = from + random.below(to - from);
    let part = if random.chance(50) { 0 } else { random.below(100) };
    // A yen is about a cent, and has no smaller unit: the same number of minor units fits.
    Money::new(whole * 100 + part, ccy)
}
