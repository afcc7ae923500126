//! The rules of cash application, each a function of the facts alone.
use super::Finding;
use super::facts::{MatchFacts, OpenItem};
use super::tokens::{SIGNIFICANT_MIN, normal_form, number_tokens};
use crate::ids::CustomerId;
use crate::money::Money;
use crate::payment::Allocation;
use crate::refusal::Refusal;
use crate::task::Candidate;

/// References that came as data: each must name exactly one invoice; one invoice may be paid in part, several only
/// when their open amounts add up to the payment.
///
/// # Errors
/// Amounts that cannot be combined.
pub fn structured(facts: &MatchFacts) -> Result<Finding, Refusal> {
    let wanted: Vec<String> = facts.structured.iter().map(|reference| normal_form(reference)).collect();
    let wanted: Vec<String> = wanted.into_iter().filter(|reference| !reference.is_empty()).collect();
    if wanted.is_empty() {
        return Ok(Finding::Nothing);
    }
    let items = named(facts, &wanted);
    let known: Vec<String> = items.iter().map(|item| normal_form(&item.number)).collect();
    if let Some(unknown) = wanted.iter().find(|reference| !known.contains(reference)) {
        return unsure(facts, format!("reference {unknown} names no invoice"), &items);
    }
    explain(facts, &items, Partial::Allowed)
}

/// Whole-token invoice numbers in the text. Their open amounts must add up to the payment exactly.
///
/// # Errors
/// Amounts that cannot be combined.
pub fn numbers(facts: &MatchFacts) -> Result<Finding, Refusal> {
    let tokens: Vec<String> =
        number_tokens(&facts.text).into_iter().filter(|token| token.len() >= SIGNIFICANT_MIN).collect();
    let items = named(facts, &tokens);
    if items.is_empty() {
        return Ok(Finding::Nothing);
    }
    explain(facts, &items, Partial::Refused)
}

/// A certain payer with exactly one open item of exactly this amount.
///
/// # Errors
/// Amounts that cannot be combined.
pub fn exact(facts: &MatchFacts) -> Result<Finding, Refusal> {
    let [payer] = facts.payers.as_slice() else {
        return Ok(Finding::Nothing);
    };
    let fits: Vec<&OpenItem> = facts
        .open_items
        .iter()
        .filter(|item| item.customer == *payer && item.open == facts.unapplied && item.open.is_positive())
        .collect();
    match fits.as_slice() {
        [] => Ok(Finding::Nothing),
        [item] => Ok(Finding::Apply {
            customer: payer.clone(),
            allocations: vec![allocation(item, item.open)],
            evidence: format!("the payer's only open item of {} is {}", facts.unapplied, item.number),
        }),
        several => unsure(facts, format!("{} open items of exactly this amount", several.len()), several),
    }
}

/// Open items of the certain payers with exactly this amount, as suggestions.
///
/// # Errors
/// Amounts that cannot be combined.
pub fn same_amount(facts: &MatchFacts) -> Result<Vec<Candidate>, Refusal> {
    let fits: Vec<&OpenItem> = facts.open_items.iter().filter(|item| item.open == facts.unapplied).collect();
    candidates(facts, &fits)
}

#[derive(PartialEq)]
enum Partial {
    Allowed,
    Refused,
}

fn named<'a>(facts: &'a MatchFacts, forms: &[String]) -> Vec<&'a OpenItem> {
    facts.named.iter().filter(|item| forms.contains(&normal_form(&item.number))).collect()
}

/// One customer, one currency, something open on each, and an amount that agrees.
fn explain(facts: &MatchFacts, items: &[&OpenItem], partial: Partial) -> Result<Finding, Refusal> {
    let Some(first) = items.first() else { return Ok(Finding::Nothing) };
    if let Some(other) = items.iter().find(|item| item.customer != first.customer) {
        return unsure(
            facts,
            format!("{} and {} belong to different customers", first.number, other.number),
            items,
        );
    }
    if !facts.payers.is_empty() && !facts.payers.contains(&first.customer) {
        return unsure(facts, format!("{} belongs to another customer than the payer", first.number), items);
    }
    if let Some(item) = items.iter().find(|item| item.open.currency() != facts.unapplied.currency()) {
        return unsure(facts, format!("{} is in another currency", item.number), items);
    }
    if let Some(item) = items.iter().find(|item| !item.open.is_positive()) {
        return unsure(facts, format!("{} has nothing open", item.number), items);
    }
    if let Some((one, two)) = same_number(items) {
        return unsure(
            facts,
            format!("the number {} names two invoices, {} and {}", one.number, one.invoice, two.invoice),
            items,
        );
    }
    let total = Money::sum(facts.unapplied.currency(), items.iter().map(|item| item.open))?;
    let customer = first.customer.clone();
    let numbers = items.iter().map(|item| item.number.as_str()).collect::<Vec<_>>().join(", ");
    if total == facts.unapplied {
        let allocations = items.iter().map(|item| allocation(item, item.open)).collect();
        let evidence = format!("{numbers} named, {total} open in all");
        return Ok(Finding::Apply { customer, allocations, evidence });
    }
    if let ([item], Partial::Allowed) = (items, &partial)
        && facts.unapplied.minor() < item.open.minor()
    {
        let allocations = vec![allocation(item, facts.unapplied)];
        let evidence = format!("{numbers} named, a part of {} open", item.open);
        return Ok(Finding::Apply { customer, allocations, evidence });
    }
    unsure(facts, format!("{numbers} named with {total} open against {}", facts.unapplied), items)
}

fn same_number<'a>(items: &[&'a OpenItem]) -> Option<(&'a OpenItem, &'a OpenItem)> {
    items.iter().enumerate().find_map(|(at, one)| {
        let form = normal_form(&one.number);
        items.iter().skip(at + 1).find(|two| normal_form(&two.number) == form).map(|two| (*one, *two))
    })
}

fn allocation(item: &OpenItem, amount: Money) -> Allocation {
    Allocation { invoice: item.invoice.clone(), amount }
}

fn unsure(facts: &MatchFacts, why: String, items: &[&OpenItem]) -> Result<Finding, Refusal> {
    Ok(Finding::Unsure { why, candidates: candidates(facts, items)? })
}

/// One suggestion an item: as much of the payment as it can take.
fn candidates(facts: &MatchFacts, items: &[&OpenItem]) -> Result<Vec<Candidate>, Refusal> {
    let fitting = items
        .iter()
        .filter(|item| item.open.is_positive() && item.open.currency() == facts.unapplied.currency());
    fitting
        .map(|item| {
            let amount = item.open.at_most(facts.unapplied)?;
            let customer: CustomerId = item.customer.clone();
            Ok(Candidate {
                customer,
                allocations: vec![allocation(item, amount)],
                rule: format!("named or same amount: {}", item.number),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cash::{CashDecision, decide};
    use crate::ids::InvoiceId;
    use crate::money::Currency;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn item(number: &str, customer: &str, open: i64) -> OpenItem {
        let invoice = InvoiceId::new(format!("qbo:{number}"));
        OpenItem {
            invoice,
            customer: CustomerId::new(customer),
            number: number.into(),
            open: usd(open),
            due_on: None,
        }
    }

    fn facts(unapplied: i64) -> MatchFacts {
        MatchFacts {
            unapplied: usd(unapplied),
            structured: vec![],
            text: String::new(),
            payers: vec![],
            named: vec![item("INV-1001", "a", 500), item("INV-1002", "a", 300), item("INV-2001", "b", 500)],
            open_items: vec![item("INV-1001", "a", 500), item("INV-1002", "a", 300)],
        }
    }

    fn applied(facts: &MatchFacts) -> Option<(&'static str, Vec<(String, i64)>)> {
        match decide(facts).unwrap() {
            CashDecision::Apply { allocations, rule, .. } => {
                Some((rule, allocations.into_iter().map(|a| (a.invoice.0, a.amount.minor())).collect()))
            }
            CashDecision::Review { .. } => None,
        }
    }

    #[test]
    fn a_structured_reference_may_be_paid_in_part_but_not_beyond() {
        let with = |amount| MatchFacts { structured: vec!["inv 1001".into()], ..facts(amount) };
        assert_eq!(applied(&with(500)), Some(("structured-reference", vec![("qbo:INV-1001".into(), 500)])));
        assert_eq!(applied(&with(200)), Some(("structured-reference", vec![("qbo:INV-1001".into(), 200)])));
        assert_eq!(applied(&with(501)), None);
    }

    #[test]
    fn numbers_in_the_text_must_add_up() {
        let with = |amount, text: &str| MatchFacts { text: text.into(), ..facts(amount) };
        let both = vec![("qbo:INV-1001".to_owned(), 500), ("qbo:INV-1002".to_owned(), 300)];
        assert_eq!(applied(&with(800, "INV-1001 + INV-1002")), Some(("whole-token-number", both)));
        assert_eq!(applied(&with(799, "INV-1001 + INV-1002")), None);
        assert_eq!(applied(&with(1_000, "INV-1001 and INV-2001")), None, "two customers");
        assert_eq!(applied(&with(500, "ref 9INV-1001")), None, "part of a longer token");
    }

    #[test]
    fn a_contradiction_stops_the_weaker_rules() {
        let facts = MatchFacts { text: "INV-1002".into(), payers: vec![CustomerId::new("a")], ..facts(500) };
        let CashDecision::Review { why, candidates } = decide(&facts).unwrap() else { panic!("applied") };
        assert!(why.contains("INV-1002"), "{why}");
        assert_eq!(candidates.len(), 1);
    }

    #[test]
    fn a_certain_payer_needs_one_item_of_the_amount() {
        let with = |amount| MatchFacts { payers: vec![CustomerId::new("a")], ..facts(amount) };
        assert_eq!(
            applied(&with(300)),
            Some(("certain-payer-exact-amount", vec![("qbo:INV-1002".into(), 300)]))
        );
        let mut twice = with(300);
        twice.open_items.push(item("INV-1003", "a", 300));
        assert_eq!(applied(&twice), None);
        assert_eq!(applied(&MatchFacts { payers: vec![], ..facts(300) }), None);
    }
}
