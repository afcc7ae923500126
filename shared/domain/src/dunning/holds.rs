//! Holds: the named reasons not to chase. People see exactly these.
use crate::customer::{AddressStatus, Contact, PauseReason};
use crate::dates::{plus_days, weekdays_between};
use crate::dunning::facts::DunningFacts;
use crate::dunning::policy::DunningPolicy;
use crate::in_flight::debits_hold_until;
use crate::invoice::Invoice;
use crate::mutant;
use crate::refusal::Refusal;
use chrono::NaiveDate;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// Nothing is left to chase: unapplied cash or credit covers it.
    Paid,
    /// The ledger calls it settled although our books do not, yet.
    SettledInLedger,
    Promise {
        until: NaiveDate,
    },
    Dispute,
    CardDispute,
    RefundToDecide,
    OptedOut,
    AddressBounced,
    NoAddress,
    TooRecent {
        last: NaiveDate,
    },
    LetterInHand,
    /// A bank debit is under way, which may still succeed.
    DebitInFlight {
        until: NaiveDate,
    },
    /// Money that lies in a balance at the payment provider covers it.
    FundsHeld,
    Paused(PauseReason),
    InactiveCustomer,
    LevelNotReached {
        days_past_due_min: u32,
    },
    AllLevelsSent,
    BelowMinimum,
    SendingOff,
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paid => f.write_str("paid"),
            Self::SettledInLedger => f.write_str("settled in the ledger"),
            Self::Promise { until } => write!(f, "promise until {until}"),
            Self::Dispute => f.write_str("dispute"),
            Self::CardDispute => f.write_str("card dispute"),
            Self::RefundToDecide => f.write_str("refund to decide"),
            Self::OptedOut => f.write_str("opt-out"),
            Self::AddressBounced => f.write_str("address bounced"),
            Self::NoAddress => f.write_str("no address"),
            Self::TooRecent { last } => write!(f, "too recent, last letter {last}"),
            Self::LetterInHand => f.write_str("a letter is on its way"),
            Self::DebitInFlight { until } => write!(f, "debit in flight, until {until} at most"),
            Self::FundsHeld => f.write_str("funds held at the payment provider"),
            Self::Paused(PauseReason::ReplyToRead) => f.write_str("a reply waits to be read"),
            Self::Paused(PauseReason::SaysPaid) => f.write_str("says it has paid"),
            Self::Paused(PauseReason::SoftPromise) => f.write_str("soft promise"),
            Self::Paused(PauseReason::Legal) => f.write_str("legal"),
            Self::Paused(PauseReason::SecurityAlert) => f.write_str("security alert"),
            Self::Paused(PauseReason::Erased) => f.write_str("erased"),
            Self::InactiveCustomer => f.write_str("inactive customer"),
            Self::LevelNotReached { days_past_due_min } => {
                write!(f, "next level at {days_past_due_min} days past due")
            }
            Self::AllLevelsSent => f.write_str("all levels sent, a person decides"),
            Self::BelowMinimum => f.write_str("below the minimum amount"),
            Self::SendingOff => f.write_str("sending is off"),
        }
    }
}

/// The hold on one invoice by itself, if any.
///
/// # Errors
/// Amounts that cannot be combined.
pub fn on_invoice(invoice: &Invoice, today: NaiveDate) -> Result<Option<Hold>, Refusal> {
    if let Some(promise) = invoice.promise.as_ref().filter(|_| !mutant!("promise-ignored")) {
        // Until it is valued a promise holds, also past its date: the tick values before anybody is chased.
        return Ok(Some(Hold::Promise { until: promise.holds_until() }));
    }
    let dispute = invoice.dispute.as_ref().filter(|_| !mutant!("dispute-ignored"));
    if dispute.is_some_and(|dispute| dispute.until.is_none_or(|until| today <= until)) {
        return Ok(Some(Hold::Dispute));
    }
    if invoice.chaseable()?.is_positive() {
        return Ok(None);
    }
    Ok(Some(if !invoice.contested.is_empty() {
        Hold::CardDispute
    } else if !invoice.refunds_to_decide.is_empty() {
        Hold::RefundToDecide
    } else {
        Hold::SettledInLedger
    }))
}

/// The contact that a letter may go to, or the hold on the whole customer.
///
/// # Errors
/// The hold.
pub fn contact<'a>(facts: &'a DunningFacts, policy: &DunningPolicy) -> Result<&'a Contact, Hold> {
    let customer = &facts.customer;
    if !customer.is_active {
        return Err(Hold::InactiveCustomer);
    }
    if let Some(pause) = customer.pause(facts.today) {
        return Err(Hold::Paused(pause.reason));
    }
    if customer.letter_in_hand.is_some() {
        return Err(Hold::LetterInHand);
    }
    if let Some(until) = debits_hold_until(&customer.debits_in_flight, facts.today)
        && !mutant!("debit-ignored")
    {
        return Err(Hold::DebitInFlight { until });
    }
    let mut contact = customer.address(facts.today).ok_or_else(|| unusable(facts));
    if mutant!("opt-out-ignored") {
        contact = customer.contacts.first().ok_or(Hold::NoAddress);
    }
    let contact = contact?;
    if let Some(hold) = too_recent(facts, policy) {
        return Err(hold);
    }
    if facts.is_sending { Ok(contact) } else { Err(Hold::SendingOff) }
}

fn unusable(facts: &DunningFacts) -> Hold {
    let has = |wanted: fn(&AddressStatus) -> bool| facts.customer.contacts.iter().any(|c| wanted(&c.status));
    if has(|s| {
        matches!(
            s,
            AddressStatus::OptedOut { .. } | AddressStatus::Complained { .. } | AddressStatus::Held { .. }
        )
    }) {
        return Hold::OptedOut;
    }
    if has(|s| matches!(s, AddressStatus::Bounced { .. })) { Hold::AddressBounced } else { Hold::NoAddress }
}

fn too_recent(facts: &DunningFacts, policy: &DunningPolicy) -> Option<Hold> {
    let last = *facts.customer.contacted_on.last()?;
    let week = facts.customer.contacted_on.iter().filter(|day| plus_days(**day, 7) > facts.today).count();
    let is_full = u32::try_from(week).is_ok_and(|week| week >= policy.letters_per_7_days_max);
    let is_close = weekdays_between(last, facts.today) < policy.interval_weekdays_min;
    ((is_full || is_close) && !mutant!("written-to-too-often")).then_some(Hold::TooRecent { last })
}
