//! Cash application: which invoices a payment settles, decided from facts, or left for a person.
//!
//! [`engine::decide`] is a function of the payment ([`incoming`]), what the company sets ([`policy`]) and look-ups by
//! exact key ([`book`], [`keys`]). It goes through these steps; `engine` has the rules as a list, `named` the ways in
//! which documents that are named may explain an amount, and `unnamed` those for a payment that names nothing.
//!
//! 1. The same money told twice is ignored (`duplicates`); money that went back finds its payment (`reversals`).
//! 2. Who paid: an account's set of customers, a provider's customer, a mail domain, a name (`payer`, `names`).
//! 3. What the text says (`text`, `amounts`, `lexicon`, `reading`) and which documents it names (`mentions`).
//! 4. What explains the amount. Exactly one explanation may fit: an exact one before one with a difference, and a
//!    difference needs a reason. Otherwise a person decides, with the candidates.
//!
//! Nothing guesses oldest-first unless the company has switched it on, and digits inside a longer run of digits are
//! never evidence.
//!
//! The rules before this engine, which the `cash-application` function still runs, are [`decide`] over [`facts`].
mod amounts;
pub mod book;
mod case;
mod confidence;
mod differences;
mod distance;
mod duplicates;
mod edi820;
pub mod engine;
pub mod facts;
mod foreign;
pub mod incoming;
pub mod keys;
pub mod learn;
mod lexicon;
mod linked;
mod lists;
mod loose;
mod mentions;
mod named;
pub mod names;
mod near;
pub mod number;
mod payer;
pub mod policy;
mod reading;
mod reversals;
pub mod rules;
mod structured;
mod subset;
mod suffixes;
mod text;
pub mod tokens;
mod unnamed;
pub mod verdict;
mod windows;

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

#[cfg(test)]
mod engine_tests;
