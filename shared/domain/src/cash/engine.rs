//! The rules of cash application, in order. The first that has anything to say decides; evidence that contradicts
//! itself goes to a person, and no later rule may overrule it.
use super::book::{Book, Document};
use super::case::Case;
use super::incoming::PaymentFacts;
use super::lexicon::Word;
use super::mentions::{How, Mention};
use super::named::{EXPLANATIONS, Explained, Finding, Named, sum_open};
use super::payer::Certainty;
use super::policy::MatchPolicy;
use super::verdict::{Decision, Evidence, Proposal, Verdict};
use super::{confidence, duplicates, edi820, foreign, linked, near, reversals, unnamed};
use crate::ids::CustomerId;
use crate::money::Money;

type Rule = for<'c, 'a> fn(&'c Case<'a>) -> Option<Verdict>;

/// What each rule is called, and what it says about a payment. [`duplicates::find`] comes before all of them.
pub const RULES: [(&str, Rule); 10] = [
    ("nobody's", foreign::find),
    ("money-back", reversals::find),
    ("provider-link", provider_link),
    ("remittance-820", remittance_820),
    ("prepayment", prepayment),
    ("stranger", stranger),
    ("named", named),
    ("near-number", near_number),
    ("payer", payer),
    ("oldest-first", oldest_first),
];

/// Decides one payment from what is looked up in the book.
pub fn decide(payment: &PaymentFacts, policy: &MatchPolicy, book: &dyn Book) -> Decision {
    if let Some(verdict) = duplicates::find(payment, book) {
        return Decision { verdict, named: Vec::new(), payer: None };
    }
    let case = Case::new(payment, policy, book);
    let decided = RULES.iter().find_map(|(_, rule)| rule(&case));
    Decision {
        verdict: decided.unwrap_or_else(|| unexplained(&case)),
        named: case.mentions.documents().map(|document| document.id.clone()).collect(),
        payer: case.only_party().filter(|_| case.payer.certainty == Certainty::Certain),
    }
}

fn provider_link(case: &Case<'_>) -> Option<Verdict> {
    let linked = linked::documents(case);
    (!linked.is_empty()).then(|| explained_by(case, &linked))
}

fn remittance_820(case: &Case<'_>) -> Option<Verdict> {
    match edi820::explain(case)? {
        Finding::Explains(explained) => Some(apply(case, "remittance-820", &explained)),
        Finding::Unsure(why, sets) => Some(review(case, why, &sets)),
        Finding::Nothing => None,
    }
}

/// An order is named and there is no invoice yet: the money stays on the payer's account.
fn prepayment(case: &Case<'_>) -> Option<Verdict> {
    let names_invoice = case.mentions.own.iter().any(|m| m.how != How::Order || is_open_by(case, m.document));
    let names_order =
        case.reading.segments.iter().any(|s| s.label == Some(Word::Order) || s.meaning == Some(Word::Order));
    let is_advance = case.reading.says(Word::Prepaid) || (case.reading.says(Word::Part) && names_order);
    if !is_advance || names_invoice || case.payer.certainty != Certainty::Certain {
        return None;
    }
    let customer = case.only_party()?;
    let why = "paid in advance for an order that has no open invoice yet".to_owned();
    let evidence = evidence(case, "prepayment", why);
    Some(Verdict::Apply { customer, lines: Vec::new(), unapplied: case.payment.amount, evidence })
}

fn is_open_by(case: &Case<'_>, document: &Document) -> bool {
    document.is_open_invoice() && document.open == case.payment.amount
}

/// A known payer names an invoice of a customer that it has nothing to do with, and nothing of its own fits.
fn stranger(case: &Case<'_>) -> Option<Verdict> {
    let stranger = case.mentions.strangers.first()?;
    let own: Vec<&Document> = case.mentions.documents().filter(|d| d.is_open()).collect();
    if Named::of(case, &own).is_some_and(|named| named.worth.minor == named.due) {
        return None;
    }
    let number = stranger.document.number.as_str();
    let why =
        format!("names {number} of another customer than the payer, who is known by {}", case.payer.basis);
    Some(review(case, why, &[vec![stranger.document]]))
}

fn named(case: &Case<'_>) -> Option<Verdict> {
    let mut documents: Vec<&Document> = case.mentions.documents().collect();
    if case.mentions.is_ambiguous {
        let fitting: Vec<&Document> = documents.iter().copied().filter(|d| is_open_by(case, d)).collect();
        match fitting.as_slice() {
            [one] => documents = vec![*one],
            _ if Named::of(case, &documents).is_some_and(|named| named.worth.minor == named.due) => {}
            _ => return Some(review(case, "a number fits several documents", &[documents])),
        }
    }
    let weak =
        |m: &Mention<'_>| m.how == How::Order || (m.is_loose && m.document.amount != case.payment.amount);
    let is_open = documents.iter().any(|d| d.is_open_invoice());
    if documents.is_empty() || (!is_open && case.mentions.own.iter().all(weak)) {
        return None;
    }
    let firm: Vec<&Document> = case.mentions.own.iter().filter(|m| !m.is_loose).map(|m| m.document).collect();
    let in_full = Named::of(case, &documents).is_some_and(|named| named.worth.minor == named.due);
    if in_full || !firm.iter().any(|d| d.is_open()) || firm.len() == documents.len() {
        return Some(explained_by(case, &documents));
    }
    let verdict = explained_by(case, &firm);
    match (&verdict, explained_by(case, &documents)) {
        (Verdict::Review { .. }, all @ Verdict::Apply { .. }) if !LEAVES_SOME.contains(&all.rule()) => {
            Some(all)
        }
        _ => Some(verdict),
    }
}

/// Explanations that fit too many amounts to speak for a number that may be none.
const LEAVES_SOME: [&str; 3] = ["named-in-part", "named-overpaid", "named-less-fee"];

/// Tries the ways in which the documents may explain the amount.
fn explained_by(case: &Case<'_>, documents: &[&Document]) -> Verdict {
    let Some(named) = Named::of(case, documents) else {
        let settled = documents.iter().all(|d| !d.is_open());
        let why = if settled {
            "what is named is settled already"
        } else {
            "what is named is in several currencies, in one without a rate, or only credit memos"
        };
        return review(case, why, &[documents.to_vec()]);
    };
    if named.customer().is_none() && !case.payer.is_known() {
        return review(case, "an unknown payer names documents of several customers", &[named.invoices]);
    }
    for (rule, explain) in EXPLANATIONS {
        match explain(&named) {
            Finding::Nothing => {}
            Finding::Explains(explained) => {
                let other = (!explained.is_stated).then(|| other_of_this_amount(&named)).flatten();
                return match other {
                    Some(other) => {
                        let why = format!(
                            "another open invoice is {} exactly, {}",
                            other.open,
                            other.number.as_str()
                        );
                        review(case, why, &[named.invoices.clone(), vec![other]])
                    }
                    None => apply(case, rule, &explained),
                };
            }
            Finding::Unsure(why, sets) => return review(case, why, &sets),
        }
    }
    let due = Money::new(sum_open(&named.invoices), named.currency);
    let why = format!("{due} is open on what is named, and nothing explains the difference");
    review(case, why, &[named.invoices])
}

fn other_of_this_amount<'a>(named: &Named<'_, 'a>) -> Option<&'a Document> {
    named.others().into_iter().find(|d| d.open.minor() == named.worth.minor)
}

/// The only open invoice of just this amount whose number is near to one that names nothing.
fn near_number(case: &Case<'_>) -> Option<Verdict> {
    if !case.payer.is_known() {
        return None;
    }
    let candidates: Vec<&Document> = case.open.iter().copied().filter(|d| d.is_open_invoice()).collect();
    let (currency, amount) = (case.payment.amount.currency(), case.payment.amount.minor());
    let candidates: Vec<&Document> =
        candidates.into_iter().filter(|d| d.open.currency() == currency).collect();
    match near::only_near(case, amount, &candidates).as_slice() {
        [] => None,
        [(invoice, discount)] => {
            let explained = Explained {
                parts: vec![super::named::Part::less_discount(invoice, *discount)],
                credits: Vec::new(),
                unapplied: 0,
                why: format!(
                    "a number with one slip is near to {} only, which is open by this amount",
                    invoice.number.as_str()
                ),
                is_stated: true,
            };
            Some(apply(case, "near-number", &explained))
        }
        several => {
            let sets: Vec<Vec<&Document>> = several.iter().map(|(d, _)| vec![*d]).collect();
            Some(review(case, "a misprinted number is near to several invoices of this amount", &sets))
        }
    }
}

fn payer(case: &Case<'_>) -> Option<Verdict> {
    let (rule, found) = unnamed::explain(case)?;
    match found {
        Finding::Nothing => None,
        Finding::Explains(explained) => Some(apply(case, rule, &explained)),
        Finding::Unsure(why, sets) => Some(review(case, why, &sets)),
    }
}

fn oldest_first(case: &Case<'_>) -> Option<Verdict> {
    Some(apply(case, "oldest-first", &unnamed::oldest_first(case)?))
}

fn unexplained(case: &Case<'_>) -> Verdict {
    let why = match case.payer.certainty {
        Certainty::Unknown => "the payer is unknown and nothing is named",
        Certainty::Likely => "who paid is not certain and nothing is named",
        Certainty::Certain => "nothing is named, and no open invoice or set of them explains the amount",
    };
    let largest: Vec<Vec<&Document>> =
        case.invoices(case.payment.amount.currency()).take(1).map(|d| vec![d]).collect();
    review(case, why, &largest)
}

/// What is left over stays on the account of the customer.
fn apply(case: &Case<'_>, rule: &'static str, explained: &Explained<'_>) -> Verdict {
    let lines = explained.lines();
    let first = explained.parts.first().map(|part| part.invoice.customer.clone());
    let Some(customer) = first.or_else(|| case.only_party()) else {
        return review(case, "nothing that is named is open", &[]);
    };
    let currency = explained.parts.first().map(|part| part.invoice.open.currency());
    let is_foreign = currency.is_some_and(|currency| currency != case.payment.amount.currency());
    let unapplied =
        Money::new(if is_foreign { 0 } else { explained.unapplied }, case.payment.amount.currency());
    Verdict::Apply { customer, lines, unapplied, evidence: evidence(case, rule, explained.why.clone()) }
}

fn evidence(case: &Case<'_>, rule: &'static str, why: String) -> Evidence {
    Evidence { rule, spans: near::spans(case, &case.mentions), why, confidence_ppm: confidence::of(rule) }
}

fn review(case: &Case<'_>, why: impl Into<String>, sets: &[Vec<&Document>]) -> Verdict {
    let why = why.into();
    let mut proposals: Vec<Proposal> = sets
        .iter()
        .take(PROPOSALS_MAX)
        .map(|set| case.proposal(set, why.clone()))
        .filter(|p| !p.lines.is_empty())
        .collect();
    if proposals.is_empty() {
        let customer: Option<CustomerId> = case.only_party();
        proposals.extend(customer.map(|customer| Proposal {
            customer: Some(customer),
            lines: Vec::new(),
            why: why.clone(),
        }));
    }
    Verdict::Review { why, proposals }
}

/// More are no help to a person.
const PROPOSALS_MAX: usize = 5;
