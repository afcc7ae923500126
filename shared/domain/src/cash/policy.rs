//! What a company sets for cash application. Every tolerance is bounded and every default is a refusal to guess.
use super::incoming::Rail;
use super::names::folded;
use crate::money::{Currency, Money};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchPolicy {
    /// A shortfall of at most this many minor units is rounding and written off.
    pub rounding_minor: i64,
    /// Rails on which a bank may take its charge out of the amount.
    pub fee_rails: Vec<Rail>,
    /// The largest bank charge by currency. A currency that is absent has none.
    pub fee_max: Vec<Money>,
    /// The largest bank charge as percent of what is due.
    pub fee_percent: i64,
    /// Days after the discount date on which a discount is still accepted.
    pub discount_grace_days: u32,
    /// How far a converted amount may lie from what is due, in percent.
    pub fx_percent: i64,
    pub rates: Rates,
    /// Our own bank accounts: what moves between them is no payment.
    pub own_accounts: Vec<String>,
    /// Names that pay for many customers and identify none.
    pub processors: NameList,
    pub lockboxes: NameList,
    /// Names under which Stripe pays out what was booked gross before.
    pub payout_names: NameList,
    /// The most open items of one payer among which sets of items are searched.
    pub subset_items_max: usize,
    /// The most items that such a set may have.
    pub subset_size_max: usize,
    /// Whether a certain payer's money without a reference settles the oldest invoices first.
    pub oldest_first: bool,
}

impl Default for MatchPolicy {
    fn default() -> Self {
        Self {
            rounding_minor: 5,
            fee_rails: vec![Rail::Wire, Rail::Sepa],
            fee_max: [Currency::USD, Currency::EUR, Currency::GBP, Currency::CHF]
                .map(|currency| Money::new(25_00, currency))
                .to_vec(),
            fee_percent: 1,
            discount_grace_days: 3,
            fx_percent: 2,
            rates: Rates::default(),
            own_accounts: Vec::new(),
            processors: NameList::default(),
            lockboxes: NameList::default(),
            payout_names: NameList::default(),
            subset_items_max: 22,
            subset_size_max: 5,
            oldest_first: false,
        }
    }
}

impl MatchPolicy {
    /// The largest shortfall that may be a bank's charge on `due`, in minor units; 0 where the rail takes none.
    pub fn fee_allowed(&self, rail: Rail, due: Money) -> i64 {
        if !self.fee_rails.contains(&rail) {
            return 0;
        }
        let cap = self.fee_max.iter().find(|max| max.currency() == due.currency());
        let share = due.minor().saturating_mul(self.fee_percent).checked_div(100).unwrap_or(0);
        cap.map_or(0, |max| max.minor().min(share))
    }
}

/// Names, folded once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameList(Vec<String>);

impl NameList {
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self(names.into_iter().map(folded).filter(|name| !name.is_empty()).collect())
    }

    /// Whether a folded name is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }

    /// Whether a folded name is one of them, cut or with more behind it.
    pub fn has_start_of(&self, name: &str) -> bool {
        let near = |known: &String| {
            name.len() >= CUT_MIN && (known.starts_with(name) || name.starts_with(known.as_str()))
        };
        self.0.iter().any(|known| known == name || near(known))
    }
}

/// Shorter beginnings of a name are no name.
const CUT_MIN: usize = 8;

/// Daily rates: what one unit of a currency is worth in the base currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(pub BTreeMap<NaiveDate, Vec<(Currency, Decimal)>>);

impl Rates {
    /// `amount` in `to` at the day's rate, or the last one before it; rounded half up. `None` without a rate.
    pub fn convert(&self, amount: Money, to: Currency, on: NaiveDate) -> Option<Money> {
        let (_, day) = self.0.range(..=on).next_back()?;
        let rate = |of: Currency| day.iter().find(|(currency, _)| *currency == of).map(|(_, rate)| *rate);
        let base = amount.to_decimal().checked_mul(rate(amount.currency())?)?;
        let there = base.checked_div(rate(to)?)?;
        let places = crate::money::exponent(to);
        let rounded =
            there.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        Money::from_decimal(rounded, to).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_capped_twice_and_only_on_its_rails() {
        let policy = MatchPolicy { fee_percent: 5, ..MatchPolicy::default() };
        let usd = |minor| Money::new(minor, Currency::USD);
        assert_eq!(policy.fee_allowed(Rail::Wire, usd(10_000_00)), 25_00);
        assert_eq!(policy.fee_allowed(Rail::Sepa, usd(100_00)), 5_00);
        assert_eq!(policy.fee_allowed(Rail::Ach, usd(100_00)), 0);
        assert_eq!(policy.fee_allowed(Rail::Wire, Money::new(100_00, Currency::SEK)), 0);
    }

    #[test]
    fn converts_at_the_last_known_rate() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        let two = Decimal::new(2, 0);
        let rates =
            Rates(BTreeMap::from([(day(2), vec![(Currency::USD, Decimal::ONE), (Currency::GBP, two)])]));
        let pounds = Money::new(10_01, Currency::GBP);
        assert_eq!(rates.convert(pounds, Currency::USD, day(9)), Some(Money::new(20_02, Currency::USD)));
        assert_eq!(
            rates.convert(Money::new(3, Currency::USD), Currency::GBP, day(2)).map(Money::minor),
            Some(2)
        );
        assert_eq!(rates.convert(pounds, Currency::USD, day(1)), None);
        assert_eq!(rates.convert(pounds, Currency::EUR, day(3)), None);
    }
}
