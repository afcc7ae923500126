//! Sets of open items that add up to an amount: none, one, or several. Bounded: half of the sets on either side are
//! listed and met in the middle.
use super::book::Document;
use super::policy::MatchPolicy;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subsets<'a> {
    None,
    One(Vec<&'a Document>),
    /// Or more items than are searched.
    Several,
}

/// Sets of `count` (or any number of) documents whose open amounts add up to `amount`.
pub fn subsets<'a>(
    documents: &[&'a Document],
    amount: i64,
    count: Option<usize>,
    policy: &MatchPolicy,
) -> Subsets<'a> {
    let fitting: Vec<&Document> =
        documents.iter().copied().filter(|d| (1..=amount).contains(&d.open.minor())).collect();
    let total = super::named::sum_open(&fitting);
    if total < amount {
        return Subsets::None;
    }
    if fitting.len() > policy.subset_items_max.min(ITEMS_MAX) {
        return Subsets::Several;
    }
    let half = fitting.len() / 2;
    let (left, right) = fitting.split_at_checked(half).unwrap_or((&fitting, &[]));
    let mut right_sums = sums(right);
    right_sums.sort_unstable_by_key(|set| (set.sum, set.size));
    let (least, most) = count.map_or((1, policy.subset_size_max), |count| (count.max(1), count));
    let mut only: Option<(u32, u32)> = None;
    for set in sums(left) {
        let Some(most) = most.min(policy.subset_size_max).checked_sub(set.size) else { continue };
        let (wanted, least) = (amount.saturating_sub(set.sum), least.saturating_sub(set.size));
        let from = right_sums.partition_point(|other| (other.sum, other.size) < (wanted, least));
        let fitting =
            right_sums.iter().skip(from).take_while(|other| other.sum == wanted && other.size <= most);
        for other in fitting {
            if only.replace((set.mask, other.mask)).is_some() {
                return Subsets::Several;
            }
        }
    }
    only.map_or(Subsets::None, |(mask, other)| {
        Subsets::One(chosen(left, mask).chain(chosen(right, other)).collect())
    })
}

/// Two to the half of this many sums are held.
const ITEMS_MAX: usize = 24;

/// A set as bits, with what it adds up to.
#[derive(Clone, Copy)]
struct Set {
    sum: i64,
    size: usize,
    mask: u32,
}

/// Every set.
fn sums(documents: &[&Document]) -> Vec<Set> {
    let mut out = vec![Set { sum: 0, size: 0, mask: 0 }];
    for (bit, document) in documents.iter().enumerate() {
        for at in 0..out.len() {
            if let Some(set) = out.get(at).copied() {
                let sum = set.sum.saturating_add(document.open.minor());
                out.push(Set { sum, size: set.size + 1, mask: set.mask | (1 << bit) });
            }
        }
    }
    out
}

fn chosen<'a>(documents: &[&'a Document], mask: u32) -> impl Iterator<Item = &'a Document> {
    let taken = documents.iter().enumerate().filter(move |(bit, _)| mask & (1 << bit) != 0);
    taken.map(|(_, document)| *document).collect::<Vec<_>>().into_iter()
}

/// How many sums of up to `size` of the documents would fall on any one amount by chance, in a million: the number of
/// such sets against the number of amounts that they may come to.
pub fn chance_ppm(documents: &[&Document], amount: i64, size: usize) -> u64 {
    let fitting: Vec<i64> =
        documents.iter().map(|d| d.open.minor()).filter(|open| (1..=amount).contains(open)).collect();
    let unit = fitting.iter().fold(amount, |unit, open| common_divisor(unit, *open)).max(1);
    let total = fitting.iter().fold(0, |sum: i64, open| sum.saturating_add(*open));
    let amounts = u128::try_from(total.checked_div(unit).unwrap_or(1)).unwrap_or(1).max(1);
    let mut sets = 0u128;
    let mut of_size = 1u128;
    for taken in 1..=size.min(fitting.len()) {
        let (left, taken) = (fitting.len() - taken + 1, taken);
        of_size = of_size.saturating_mul(wide(left)).checked_div(wide(taken)).unwrap_or(u128::MAX);
        sets = sets.saturating_add(of_size);
    }
    u64::try_from(sets.saturating_mul(1_000_000).checked_div(amounts).unwrap_or(u128::MAX))
        .unwrap_or(u64::MAX)
}

fn wide(count: usize) -> u128 {
    u128::try_from(count).unwrap_or(u128::MAX)
}

const fn common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::super::book::DocumentKind;
    use super::super::number::DocumentNumber;
    use super::*;
    use crate::ids::{CustomerId, InvoiceId};
    use crate::money::{Currency, Money};
    use proptest::prelude::*;

    fn open(amounts: &[i64]) -> Vec<Document> {
        let day = chrono::NaiveDate::MIN;
        let one = |(at, minor): (usize, &i64)| Document {
            id: InvoiceId::new(at.to_string()),
            kind: DocumentKind::Invoice,
            number: DocumentNumber::new(at.to_string(), day),
            customer: CustomerId::new("c"),
            issued_on: day,
            due_on: day,
            amount: Money::new(*minor, Currency::EUR),
            open: Money::new(*minor, Currency::EUR),
            discount: None,
            purchase_order: None,
            payment_reference: None,
            stripe_id: None,
        };
        amounts.iter().enumerate().map(one).collect()
    }

    fn policy() -> MatchPolicy {
        MatchPolicy { subset_size_max: 22, ..MatchPolicy::default() }
    }

    #[test]
    fn a_set_must_be_the_only_one() {
        let documents = open(&[100, 250, 400, 700]);
        let all: Vec<&Document> = documents.iter().collect();
        assert!(matches!(subsets(&all, 350, None, &policy()), Subsets::One(set) if set.len() == 2));
        assert_eq!(subsets(&all, 351, None, &policy()), Subsets::None);
        assert_eq!(subsets(&all, 750, None, &policy()), Subsets::One(vec![all[0], all[1], all[2]]));
        let twins = open(&[100, 100, 400]);
        assert_eq!(subsets(&twins.iter().collect::<Vec<_>>(), 500, None, &policy()), Subsets::Several);
    }

    #[test]
    fn a_count_and_the_policy_bound_the_size() {
        let documents = open(&[100, 200, 300]);
        let all: Vec<&Document> = documents.iter().collect();
        assert_eq!(subsets(&all, 300, None, &policy()), Subsets::Several);
        assert_eq!(subsets(&all, 300, Some(2), &policy()), Subsets::One(vec![all[0], all[1]]));
        let few = MatchPolicy { subset_size_max: 1, ..policy() };
        assert_eq!(subsets(&all, 300, None, &few), Subsets::One(vec![all[2]]));
        let many = open(&[1; 30]);
        assert_eq!(subsets(&many.iter().collect::<Vec<_>>(), 7, None, &policy()), Subsets::Several);
    }

    proptest! {
        #[test]
        fn agrees_with_trying_every_set(amounts in prop::collection::vec(1i64..40, 1..9), amount in 1i64..200) {
            let documents = open(&amounts);
            let all: Vec<&Document> = documents.iter().collect();
            let sum = |mask: u32| (0..amounts.len()).filter(|bit| mask & (1 << bit) != 0).map(|bit| amounts[bit]).sum::<i64>();
            let hits = (1u32..1 << amounts.len()).filter(|mask| sum(*mask) == amount).count();
            let found = subsets(&all, amount, None, &policy());
            match found {
                Subsets::None => prop_assert_eq!(hits, 0),
                Subsets::One(set) => {
                    prop_assert_eq!(hits, 1);
                    prop_assert_eq!(super::super::named::sum_open(&set), amount);
                }
                Subsets::Several => prop_assert!(hits > 1),
            }
        }
    }
}
