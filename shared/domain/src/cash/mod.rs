//! Cash application: which invoices a payment settles, decided from facts, or left for a person.
//!
//! The rules in order; the first that gives exactly one explanation wins (rules §5.10). Nothing here guesses
//! oldest-first, and a number inside a longer token is never evidence.
//!
//! 1. [`structured`]: references that came as data (Stripe metadata, structured remittance).
//! 2. [`numbers`]: whole-token invoice numbers in the text, whose open amounts agree with the payment.
//! 3. [`exact`]: a certain payer with exactly one open item of exactly this amount.
pub mod facts;
pub mod rules;
pub mod tokens;

use crate::ids::CustomerId;
use crate::payment::Allocation;
use crate::refusal::Refusal;
use crate::task::Candidate;
use facts::MatchFacts;
use rules::{exact, numbers, structured};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CashDecision {
    Apply { customer: CustomerId, allocations: Vec<Allocation>, rule: &'static str, evidence: String },
    Review { why: String, candidates: Vec<Candidate> },
}

/// What a rule says: nothing, one explanation, or a reason why a person must look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Nothing,
    Apply { customer: CustomerId, allocations: Vec<Allocation>, evidence: String },
    Unsure { why: String, candidates: Vec<Candidate> },
}

type Rule = (&'static str, fn(&MatchFacts) -> Result<Finding, Refusal>);

const RULES: [Rule; 3] = [
    ("structured-reference", structured),
    ("whole-token-number", numbers),
    ("certain-payer-exact-amount", exact),
];

/// Decides one payment. Evidence that contradicts itself stops the list: a later, weaker rule may not overrule it.
///
/// # Errors
/// Amounts that cannot be combined, which stored facts rule out.
pub fn decide(facts: &MatchFacts) -> Result<CashDecision, Refusal> {
    for (rule, find) in RULES {
        match find(facts)? {
            Finding::Nothing => {}
            Finding::Apply { customer, allocations, evidence } => {
                return Ok(CashDecision::Apply { customer, allocations, rule, evidence });
            }
            Finding::Unsure { why, mut candidates } => {
                candidates.truncate(CANDIDATES_MAX);
                return Ok(CashDecision::Review { why: format!("{rule}: {why}"), candidates });
            }
        }
    }
    let mut candidates = rules::same_amount(facts)?;
    candidates.truncate(CANDIDATES_MAX);
    let why = if facts.payers.is_empty() {
        "payer unknown, no reference"
    } else {
        "no reference, amount not unique"
    };
    Ok(CashDecision::Review { why: why.to_owned(), candidates })
}

const CANDIDATES_MAX: usize = 5;
