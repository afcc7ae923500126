//! What is remembered of a payment that was applied, by us or by a person, and what is forgotten when that is undone.
use super::incoming::{PaymentFacts, Rail};
use super::names::{Name, SCORE_MIN, folded};
use super::policy::MatchPolicy;

/// Something that points to the customer from now on. Undone, it is revoked and never learned again for that customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lesson {
    /// The account pays for the customer; it may pay for others too.
    Account(String),
    /// The folded name is another name of the customer.
    Alias(String),
}

/// What the payment teaches about the customer that it was applied to. Processors, lockboxes, payouts and our own
/// accounts teach nothing; a card's name is a person's.
pub fn lessons(payment: &PaymentFacts, policy: &MatchPolicy, customer: &Name) -> Vec<Lesson> {
    let name = payment.payer_name.as_deref().map(folded).unwrap_or_default();
    let lists = [&policy.processors, &policy.lockboxes, &policy.payout_names];
    let collects = lists.into_iter().any(|names| names.has_start_of(&name));
    if collects {
        return Vec::new();
    }
    let account = payment.payer_account.clone().filter(|account| !policy.own_accounts.contains(account));
    let read = Name::of_folded(&name);
    let is_other = !read.is_empty() && read.fit(customer).score < SCORE_MIN;
    let alias = (is_other && payment.rail != Rail::Card).then_some(name);
    account.map(Lesson::Account).into_iter().chain(alias.map(Lesson::Alias)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::incoming::Direction;
    use super::super::policy::NameList;
    use super::*;
    use crate::money::{Currency, Money};

    fn payment(name: &str) -> PaymentFacts {
        PaymentFacts {
            provider_id: "1".into(),
            source: "bank".into(),
            rail: Rail::Ach,
            direction: Direction::Credit,
            amount: Money::new(1, Currency::USD),
            value_on: chrono::NaiveDate::MIN,
            instructed: None,
            payer_name: Some(name.into()),
            payer_account: Some("US1/2".into()),
            payer_email: None,
            text: String::new(),
            structured_reference: None,
            end_to_end_id: None,
            check_number: None,
            stripe_customer: None,
            stripe_invoice: None,
            metadata: Vec::new(),
            related_id: None,
        }
    }

    #[test]
    fn learns_accounts_and_other_names_but_never_collectors() {
        let policy = MatchPolicy { processors: NameList::new(["PAYALL INC"]), ..MatchPolicy::default() };
        let account = Lesson::Account("US1/2".into());
        assert_eq!(
            lessons(&payment("North Gate Tools"), &policy, &Name::read("North Gate Tools Inc.")),
            std::slice::from_ref(&account)
        );
        let alias = Lesson::Alias("CORNER SHOP".into());
        assert_eq!(
            lessons(&payment("Corner Shop"), &policy, &Name::read("North Gate Tools Inc.")),
            [account, alias]
        );
        assert_eq!(lessons(&payment("PayAll Inc"), &policy, &Name::read("North Gate Tools Inc.")), []);
        let own = MatchPolicy { own_accounts: vec!["US1/2".into()], ..policy };
        assert_eq!(lessons(&payment("North Gate Tools"), &own, &Name::read("North Gate Tools Inc.")), []);
    }
}
