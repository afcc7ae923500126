//! Planted bugs: each must be found by some seed. Where each is made, `mutant!` says with its name.
use crate::run::Options;
use crate::sweep::{Enough, sweep};
use std::collections::BTreeSet;

/// Every planted bug, by name.
pub const MUTANTS: [&str; 38] = [
    "payment-named-by-its-notice",
    "versions-not-checked",
    "chain-cut",
    "claimed-letter-sent-again",
    "letter-sent-before-its-claim",
    "letter-not-decided-again",
    "letter-claimed-without-its-invoices",
    "unclear-letter-released",
    "promise-ignored",
    "dispute-ignored",
    "debit-ignored",
    "opt-out-ignored",
    "written-to-too-often",
    "early-reversal-dropped",
    "refund-reopens-nothing",
    "failed-refund-forgotten",
    "webhook-answered-before-it-is-queued",
    "lost-webhook-left",
    "failure-acknowledged",
    "poison-dropped",
    "written-then-sent",
    "name-not-sealed",
    "payment-of-another-entity",
    "posted-without-look-up",
    "posted-with-what-was-refunded",
    "overdue-work-left",
    "cursor-moved-before-its-page",
    "payout-taken-for-a-payment",
    "bank-line-claimed-apart",
    "mail-claimed-apart",
    "anybody-opts-out-anybody",
    "forged-mail-believed",
    "case-of-an-address-counts",
    "invoice-left-out-of-the-commit",
    "nobody-asked-about-a-payment",
    "input-not-archived",
    "bounce-forgotten",
    "complaint-forgotten",
];

/// Seeds that are run without a planted bug first: one that breaks a rule by itself would find anything.
const CLEAN_SEEDS: u64 = 200;

/// How a planted bug fared.
#[derive(Debug, Clone)]
pub struct Fate {
    pub name: &'static str,
    /// Seeds that it took, and the invariant that broke.
    pub killed: Option<(u64, &'static str, String)>,
}

/// Runs each planted bug until a seed finds it, over `seeds` seeds at most.
pub fn hunt(seeds: u64, threads: usize, options: &Options, mut told: impl FnMut(&Fate)) -> Vec<Fate> {
    let names: BTreeSet<&str> = MUTANTS.iter().copied().collect();
    assert_eq!(names.len(), MUTANTS.len(), "a name stands twice");
    let mut fates = Vec::new();
    let clean =
        sweep(1, Enough { seeds: seeds.min(CLEAN_SEEDS), events: 0, broken: 1 }, threads, options, || {
            domain::mutants::plant(None);
        });
    assert!(
        clean.broken.is_empty(),
        "a rule breaks without any planted bug: {:?}",
        clean.broken.first().map(|o| &o.violation)
    );
    for name in MUTANTS {
        let enough = Enough { seeds, events: 0, broken: 1 };
        let swept = sweep(1, enough, threads, options, || domain::mutants::plant(Some(name)));
        let killed = swept.broken.first().and_then(|outcome| {
            let violation = outcome.violation.as_ref()?;
            Some((swept.seeds, violation.invariant, violation.what.clone()))
        });
        let fate = Fate { name, killed };
        told(&fate);
        fates.push(fate);
    }
    fates
}
