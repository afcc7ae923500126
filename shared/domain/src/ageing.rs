//! Ageing by due date (rules §5.2): due today is current, the last bucket has no upper bound, undated items show.
use crate::dates::days_past_due;
use crate::money::{Currency, Money, MoneyError};
use chrono::NaiveDate;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgingBucket {
    Current,
    Days1To30,
    Days31To60,
    Days61To90,
    Days91To120,
    Over120,
    Undated,
}

impl AgingBucket {
    pub const ALL: [Self; 7] = [
        Self::Current,
        Self::Days1To30,
        Self::Days31To60,
        Self::Days61To90,
        Self::Days91To120,
        Self::Over120,
        Self::Undated,
    ];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::Days1To30 => "1–30",
            Self::Days31To60 => "31–60",
            Self::Days61To90 => "61–90",
            Self::Days91To120 => "91–120",
            Self::Over120 => "Over 120",
            Self::Undated => "Undated",
        }
    }

    /// Whether the bucket belongs to "over 60" of the coarse view.
    pub const fn is_over_60(self) -> bool {
        matches!(self, Self::Days61To90 | Self::Days91To120 | Self::Over120)
    }
}

pub fn bucket(due_on: Option<NaiveDate>, today: NaiveDate) -> AgingBucket {
    let Some(due_on) = due_on else { return AgingBucket::Undated };
    match days_past_due(due_on, today) {
        ..=0 => AgingBucket::Current,
        1..=30 => AgingBucket::Days1To30,
        31..=60 => AgingBucket::Days31To60,
        61..=90 => AgingBucket::Days61To90,
        91..=120 => AgingBucket::Days91To120,
        _ => AgingBucket::Over120,
    }
}

/// Count and open amount of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aged {
    pub count: u32,
    pub open: Money,
}

/// Ages open amounts, one report a currency: amounts of different currencies are never added.
///
/// # Errors
/// A sum out of range.
pub fn age(
    items: impl IntoIterator<Item = (Option<NaiveDate>, Money)>,
    today: NaiveDate,
) -> Result<BTreeMap<String, BTreeMap<AgingBucket, Aged>>, MoneyError> {
    let mut report: BTreeMap<String, BTreeMap<AgingBucket, Aged>> = BTreeMap::new();
    for (due_on, open) in items {
        let ccy: Currency = open.currency();
        let buckets = report.entry(ccy.code().to_owned()).or_default();
        let aged = buckets.entry(bucket(due_on, today)).or_insert(Aged { count: 0, open: Money::zero(ccy) });
        aged.count += 1;
        aged.open = aged.open.plus(open)?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_are_disjoint_and_complete() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let past = |days: i64| bucket(Some(today - chrono::Duration::days(days)), today);
        let seen: Vec<AgingBucket> = [-5, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 4_000].map(past).to_vec();
        use AgingBucket::*;
        assert_eq!(
            seen,
            [
                Current,
                Current,
                Days1To30,
                Days1To30,
                Days31To60,
                Days31To60,
                Days61To90,
                Days61To90,
                Days91To120,
                Days91To120,
                Over120,
                Over120
            ]
        );
        assert_eq!(bucket(None, today), Undated);
    }

    #[test]
    fn buckets_add_up_per_currency() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let usd = |minor| Money::new(minor, Currency::USD);
        let report =
            age([(Some(today), usd(5)), (None, usd(7)), (None, Money::new(9, Currency::EUR))], today)
                .unwrap();
        let total: i64 = report["USD"].values().map(|aged| aged.open.minor()).sum();
        assert_eq!((total, report["EUR"][&AgingBucket::Undated].count), (12, 1));
    }

    proptest! {
        #[test]
        fn every_item_is_in_one_bucket_and_all_add_up(
            items in prop::collection::vec((prop::option::of(-200_i64..400), 0_i64..1_000_000, any::<bool>()), 0..40),
        ) {
            let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
            let items: Vec<(Option<NaiveDate>, Money)> = items
                .into_iter()
                .map(|(days, minor, is_euro)| {
                    let ccy = if is_euro { Currency::EUR } else { Currency::USD };
                    (days.map(|days| today - chrono::Duration::days(days)), Money::new(minor, ccy))
                })
                .collect();
            let report = age(items.clone(), today).unwrap();
            for ccy in [Currency::EUR, Currency::USD] {
                let ours = || items.iter().filter(|(_, open)| open.currency() == ccy);
                let aged: Vec<Aged> = report.get(ccy.code()).into_iter().flat_map(|b| b.values().copied()).collect();
                let total = Money::sum(ccy, aged.iter().map(|aged| aged.open)).unwrap();
                prop_assert_eq!(total, Money::sum(ccy, ours().map(|(_, open)| *open)).unwrap());
                let count: u32 = aged.iter().map(|aged| aged.count).sum();
                prop_assert_eq!(usize::try_from(count).unwrap(), ours().count());
            }
        }
    }
}
