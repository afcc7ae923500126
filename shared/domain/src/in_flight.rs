//! A customer's money that the payment provider has and that is no payment of ours yet: a debit that may still fail,
//! and funds that lie in a balance there. It settles nothing, but nobody is chased as if it did not exist.
use crate::dates::plus_days;
use crate::ids::PaymentId;
use crate::money::Money;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Civil days, from its start, after which a debit whose end nobody told holds nothing up any more. Providers give the
/// slowest scheme (a first SEPA debit) up to 14 days.
pub const DEBIT_DAYS: u32 = 14;

/// A bank debit that is under way: it may still fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebitInFlight {
    /// What it becomes once it succeeds.
    pub payment: PaymentId,
    pub amount: Money,
    /// The last day on which it holds.
    pub until: NaiveDate,
}

impl DebitInFlight {
    /// A debit that started on a day.
    pub fn started(payment: PaymentId, amount: Money, on: NaiveDate) -> Self {
        Self { payment, amount, until: plus_days(on, DEBIT_DAYS) }
    }
}

/// Money that lies in a balance at the provider until it is used there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundsHeld {
    /// Whose balances they are: the provider's id of the customer, "stripe:cus_1".
    pub holder: String,
    pub amount: Money,
}

/// The last day on which one of the debits holds, if one still does.
pub fn debits_hold_until(debits: &[DebitInFlight], today: NaiveDate) -> Option<NaiveDate> {
    debits.iter().map(|debit| debit.until).filter(|until| today <= *until).max()
}

/// The debits with this one among them, in place of what was known of it; those that hold nothing any more are let go.
#[must_use]
pub fn with_debit(
    mut debits: Vec<DebitInFlight>,
    debit: DebitInFlight,
    today: NaiveDate,
) -> Vec<DebitInFlight> {
    debits.retain(|known| known.payment != debit.payment && today <= known.until);
    debits.push(debit);
    debits
}

/// The debits after one of them ended. One that succeeded holds on until the day is over, which is ample time to apply
/// the payment; one that failed holds nothing.
#[must_use]
pub fn after_debit(
    mut debits: Vec<DebitInFlight>,
    payment: &PaymentId,
    has_succeeded: bool,
    today: NaiveDate,
) -> Vec<DebitInFlight> {
    debits.retain(|known| known.payment != *payment || has_succeeded);
    for debit in debits.iter_mut().filter(|known| known.payment == *payment) {
        debit.until = debit.until.min(today);
    }
    debits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn on(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn debit(id: &str, day: u32) -> DebitInFlight {
        DebitInFlight::started(PaymentId::new(id), Money::new(500_00, Currency::USD), on(day))
    }

    #[test]
    fn a_debit_holds_for_fourteen_days_and_no_longer() {
        let debits = [debit("a", 2), debit("b", 5)];
        assert_eq!(debits_hold_until(&debits, on(16)), Some(on(19)));
        assert_eq!(debits_hold_until(&debits, on(19)), Some(on(19)));
        assert_eq!(debits_hold_until(&debits, on(20)), None);
    }

    #[test]
    fn one_that_is_told_again_stands_once_and_old_ones_go() {
        let debits = with_debit(vec![debit("a", 2), debit("b", 5)], debit("b", 6), on(17));
        assert_eq!(debits, [debit("b", 6)]);
    }

    #[test]
    fn success_holds_for_the_day_and_failure_not_at_all() {
        let debits = vec![debit("a", 2), debit("b", 5)];
        let paid = after_debit(debits.clone(), &PaymentId::new("a"), true, on(9));
        assert_eq!((paid[0].until, &paid[1]), (on(9), &debits[1]));
        // Told once more on a later day, it ended when it ended.
        assert_eq!(after_debit(paid.clone(), &PaymentId::new("a"), true, on(11)), paid);
        assert_eq!(after_debit(debits.clone(), &PaymentId::new("a"), false, on(9)), debits[1..]);
    }
}
