//! The dunning policy: data that people write, validated as a whole before a version of it is stored.
use crate::dates::is_weekend;
use crate::letters::Tone;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One rung: from so many days past due, in this tone, for at least this amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DunningLevel {
    /// Reached at this many civil days past due, and later; at least 1.
    pub days_past_due_min: u32,
    pub tone: Tone,
    /// In the invoice's currency; nothing smaller is chased at this level.
    #[serde(default)]
    pub amount_min: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DunningPolicy {
    pub name: String,
    /// In order; the first is level 1. A level follows only after the one before it was sent.
    pub levels: Vec<DunningLevel>,
    /// Weekdays that must pass after any letter to a customer before the next.
    pub interval_weekdays_min: u32,
    /// Letters to one customer within any seven days, over everything.
    pub letters_per_7_days_max: u32,
    /// Days after a promised date on which money still keeps the promise.
    pub promise_tolerance_days: u32,
    /// How long a soft promise ("next week") delays the next letter, once.
    pub soft_promise_days: u32,
    /// How long "we have paid" pauses letters while the payment is looked for.
    pub says_paid_days: u32,
    /// Letters leave from this hour on, in the creditor's zone …
    pub hour_from: u32,
    /// … and before this one, on weekdays.
    pub hour_before: u32,
}

/// What is wrong with a policy, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy {policy:?}, {place}: {why}")]
pub struct PolicyError {
    pub policy: String,
    pub place: String,
    pub why: String,
}

/// A letter knows four tones, one a level.
pub const LEVELS_MAX: usize = 4;

impl DunningPolicy {
    /// Checks everything before anything is stored.
    ///
    /// # Errors
    /// Every fault found, each with its place.
    pub fn validate(&self) -> Result<(), Vec<PolicyError>> {
        let mut faults = Vec::new();
        let mut fault = |place: String, why: &str| {
            faults.push(PolicyError { policy: self.name.clone(), place, why: why.to_owned() });
        };
        if self.name.trim().is_empty() {
            fault("name".into(), "is empty");
        }
        if self.levels.is_empty() || self.levels.len() > LEVELS_MAX {
            fault("levels".into(), "must be 1 to 4");
        }
        for (at, level) in self.levels.iter().enumerate() {
            let place = format!("levels[{at}]");
            if level.days_past_due_min == 0 {
                fault(format!("{place}.days_past_due_min"), "must be at least 1: due today is not overdue");
            }
            if level.amount_min.is_sign_negative() && !level.amount_min.is_zero() {
                fault(format!("{place}.amount_min"), "is negative");
            }
            if usize::from(level.tone.level_min()) > at.saturating_add(1) {
                fault(format!("{place}.tone"), "is too harsh for this level");
            }
            let before = at.checked_sub(1).and_then(|before| self.levels.get(before));
            if before.is_some_and(|before| before.days_past_due_min >= level.days_past_due_min) {
                fault(format!("{place}.days_past_due_min"), "must be later than the level before");
            }
        }
        if self.interval_weekdays_min == 0 {
            fault("interval_weekdays_min".into(), "must be at least 1");
        }
        if self.letters_per_7_days_max == 0 || self.letters_per_7_days_max > 7 {
            fault("letters_per_7_days_max".into(), "must be 1 to 7");
        }
        for (place, days) in [
            ("promise_tolerance_days", self.promise_tolerance_days),
            ("soft_promise_days", self.soft_promise_days),
            ("says_paid_days", self.says_paid_days),
        ] {
            if days > 60 {
                fault(place.into(), "must be at most 60");
            }
        }
        if self.hour_from >= self.hour_before || self.hour_before > 24 {
            fault("hour_before".into(), "must be later than hour_from and at most 24");
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Whether letters may leave at this hour of this day, both in the creditor's zone.
    pub fn is_open(&self, today: NaiveDate, hour: u32) -> bool {
        !is_weekend(today) && (self.hour_from..self.hour_before).contains(&hour)
    }

    /// A level by its number; the first is 1.
    pub fn level(&self, number: u8) -> Option<&DunningLevel> {
        self.levels.get(usize::from(number).checked_sub(1)?)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn four_levels() -> DunningPolicy {
        let level = |days, tone| DunningLevel { days_past_due_min: days, tone, amount_min: Decimal::ONE };
        DunningPolicy {
            name: "standard".into(),
            levels: vec![
                level(3, Tone::Friendly),
                level(12, Tone::Reminder),
                level(25, Tone::Firm),
                level(40, Tone::Final),
            ],
            interval_weekdays_min: 5,
            letters_per_7_days_max: 2,
            promise_tolerance_days: 2,
            soft_promise_days: 5,
            says_paid_days: 5,
            hour_from: 8,
            hour_before: 18,
        }
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        assert_eq!(four_levels().validate(), Ok(()));
        let mut policy = four_levels();
        policy.levels[2].days_past_due_min = 12;
        policy.levels[0].days_past_due_min = 0;
        policy.hour_from = 19;
        let places: Vec<String> =
            policy.validate().unwrap_err().into_iter().map(|fault| fault.place).collect();
        assert_eq!(places, ["levels[0].days_past_due_min", "levels[2].days_past_due_min", "hour_before"]);
    }
}
