//! Promises to pay: one active promise an invoice, valued when its date plus the tolerance has passed.
use crate::dates::plus_days;
use crate::ids::{InvoiceId, PromiseId};
use crate::invoice::Invoice;
use crate::money::{Currency, Money};
use crate::refusal::Refusal;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The promise that currently holds an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivePromise {
    pub id: PromiseId,
    /// The part of this invoice that was promised, at most what was open.
    pub amount: Money,
    pub on: NaiveDate,
    pub tolerance_days: u32,
    /// What was applied to the invoice when the promise was made: what came since counts.
    pub applied_before: Money,
    pub made_on: NaiveDate,
}

impl ActivePromise {
    /// The last day on which money still keeps the promise, and until which the invoice is not chased.
    pub fn holds_until(&self) -> NaiveDate {
        plus_days(self.on, self.tolerance_days)
    }

    /// Whether the promise is due to be valued: the day after [`ActivePromise::holds_until`].
    pub fn is_due(&self, today: NaiveDate) -> bool {
        today > self.holds_until()
    }
}

/// After this many promises on an invoice that were not kept, a person decides about the next one.
pub const NOT_KEPT_MAX: u8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseOutcome {
    Kept,
    PartiallyKept,
    Broken,
}

/// Values a promise by what was applied to the invoice since it was made (rules §5.7).
///
/// # Errors
/// Amounts of different currencies.
pub fn value(
    promise: &ActivePromise,
    applied_now: Money,
) -> Result<PromiseOutcome, crate::money::MoneyError> {
    let came = applied_now.minus(promise.applied_before)?;
    Ok(if came.minor() >= promise.amount.minor() {
        PromiseOutcome::Kept
    } else if came.is_positive() {
        PromiseOutcome::PartiallyKept
    } else {
        PromiseOutcome::Broken
    })
}

impl Invoice {
    /// Records a promise in place of the one that stands. The same promise said again changes nothing; another one closes
    /// the former, which counts as not kept unless what came since has kept it (rules §5.7).
    ///
    /// # Errors
    /// Amounts of different currencies.
    pub fn promised(mut self, promise: ActivePromise) -> Result<Self, Refusal> {
        if let Some(former) = &self.promise {
            if (former.on, former.amount) == (promise.on, promise.amount) {
                return Ok(self);
            }
            if value(former, self.applied)? != PromiseOutcome::Kept {
                self.broken_promises = self.broken_promises.saturating_add(1);
            }
        }
        self.promise = Some(promise);
        Ok(self)
    }

    /// Values the promise that stands, if its time has come or nothing is left to pay.
    ///
    /// # Errors
    /// Amounts of different currencies.
    pub fn promise_valued(mut self, today: NaiveDate) -> Result<(Self, Option<PromiseOutcome>), Refusal> {
        let is_settled = !self.open()?.is_positive();
        let Some(promise) = self.promise.take_if(|promise| is_settled || promise.is_due(today)) else {
            return Ok((self, None));
        };
        // Settled by a credit, nothing of it was left to come.
        let outcome = if is_settled { PromiseOutcome::Kept } else { value(&promise, self.applied)? };
        match outcome {
            PromiseOutcome::Kept => self.kept_promise = Some(promise),
            PromiseOutcome::PartiallyKept | PromiseOutcome::Broken => {
                self.broken_promises = self.broken_promises.saturating_add(1);
            }
        }
        Ok((self, Some(outcome)))
    }

    /// What was applied or credited has been taken back: a promise that it had kept stands again, to be valued anew.
    ///
    /// # Errors
    /// See [`Invoice::open`].
    pub fn promise_reopened(mut self) -> Result<Self, Refusal> {
        if self.promise.is_none()
            && self.open()?.is_positive()
            && let Some(kept) = self.kept_promise.take()
        {
            if value(&kept, self.applied)? == PromiseOutcome::Kept {
                self.kept_promise = Some(kept);
            } else {
                self.promise = Some(kept);
            }
        }
        Ok(self)
    }
}

/// Spreads a promised amount over invoices in their order, each at most its open amount; without an amount every
/// invoice is promised whole. `None` where that is not clear: no invoices, several currencies, an amount of another
/// currency, or one that its currency cannot hold.
pub fn spread(
    open: &[(InvoiceId, Money)],
    amount: Option<(Decimal, Option<Currency>)>,
) -> Option<Vec<(InvoiceId, Money)>> {
    let currency = open.first()?.1.currency();
    if open.iter().any(|(_, money)| money.currency() != currency) {
        return None;
    }
    let Some((value, stated)) = amount else { return Some(open.to_vec()) };
    if stated.is_some_and(|stated| stated != currency) {
        return None;
    }
    let mut left = Money::from_decimal(value, currency).ok().filter(|money| money.is_positive())?;
    let mut parts = Vec::new();
    for (invoice, open) in open {
        let part = open.at_most(left).ok()?;
        if part.is_positive() {
            left = left.minus(part).ok()?;
            parts.push((invoice.clone(), part));
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn on(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, d).unwrap()
    }

    fn promise() -> ActivePromise {
        let usd = |minor| Money::new(minor, Currency::USD);
        ActivePromise {
            id: PromiseId::new("p"),
            amount: usd(500_00),
            on: on(7),
            tolerance_days: 2,
            applied_before: usd(0),
            made_on: on(2),
        }
    }

    #[test]
    fn promised_saturday_received_monday_is_kept_within_two_days() {
        // Saturday 7 March; the money of Friday is booked on Monday 9 March.
        assert!(!promise().is_due(on(9)) && promise().is_due(on(10)));
        let value = |minor| value(&promise(), Money::new(minor, Currency::USD)).unwrap();
        assert_eq!(value(500_00), PromiseOutcome::Kept);
        assert_eq!(value(499_99), PromiseOutcome::PartiallyKept);
        assert_eq!(value(0), PromiseOutcome::Broken);
    }

    #[test]
    fn a_promised_amount_goes_to_the_first_invoices() {
        let usd = |minor| Money::new(minor, Currency::USD);
        let open = [(InvoiceId::new("a"), usd(300)), (InvoiceId::new("b"), usd(400))];
        let parts = |text: &str, ccy| spread(&open, Some((text.parse().unwrap(), ccy)));
        let expected = vec![(InvoiceId::new("a"), usd(300)), (InvoiceId::new("b"), usd(200))];
        assert_eq!(parts("5", None), Some(expected));
        assert_eq!(spread(&open, None), Some(open.to_vec()));
        assert_eq!(parts("5", Some(Currency::EUR)), None);
        assert_eq!(parts("5.005", None), None);
        assert_eq!(spread(&[], None), None);
    }
}
