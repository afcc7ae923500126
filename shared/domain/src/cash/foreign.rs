//! Money that comes in and is no customer's payment.
use super::case::Case;
use super::incoming::Direction;
use super::lexicon::{Word, meaning};
use super::names::folded;
use super::verdict::Verdict;

pub fn find(case: &Case<'_>) -> Option<Verdict> {
    let ignore = |why: &str| Some(Verdict::Ignore { why: why.into(), duplicate_of: None });
    let payment = case.payment;
    if payment.payer_account.as_ref().is_some_and(|account| case.policy.own_accounts.contains(account)) {
        return ignore("moved between our own accounts");
    }
    let name = payment.payer_name.as_deref().map(folded).unwrap_or_default();
    if payment.direction == Direction::Credit && case.policy.payout_names.has(&name) {
        return ignore("a payout of charges that were booked gross");
    }
    if case.payer.is_known() || !case.mentions.own.is_empty() || payment.direction == Direction::Debit {
        return None;
    }
    if case.reading.says(Word::Invoice) {
        return None;
    }
    let says =
        |word: Word| case.reading.says(word) || name.split(' ').any(|part| meaning(part) == Some(word));
    if says(Word::Foreign) {
        return ignore("tax, pay or interest, from nobody who is a customer");
    }
    if says(Word::Refund) {
        return ignore("a refund from a supplier, who is no customer");
    }
    None
}
