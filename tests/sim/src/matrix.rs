//! The systematic part: a calm day with one of everything, told again with each fault at each place: every await is
//! once the end of its invocation, every write's answer is lost once, every message comes twice; and all pairs of
//! those that lie close enough to meet.
use crate::engine::Strike;
use crate::run::{Options, Outcome};
use crate::sweep::run_guarded;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The seed of the calm day.
const SEED: u64 = 11;
/// What happens on it.
const ACTS: u32 = 24;
/// Places after a fault at which a second one meets what the first has left: the next delivery of the same message.
const REACH: u64 = 10;

/// What the matrix came to.
#[derive(Debug, Default)]
pub struct Told {
    pub awaits: u64,
    pub deliveries: u64,
    pub single: usize,
    pub pairs: usize,
    pub broken: Vec<String>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for broken in self.broken.iter().take(10) {
            writeln!(f, "{broken}")?;
        }
        write!(
            f,
            "{} single faults and {} pairs over {} awaits and {} deliveries, {} violations",
            self.single,
            self.pairs,
            self.awaits,
            self.deliveries,
            self.broken.len()
        )
    }
}

fn tell(strikes: Vec<Strike>) -> Outcome {
    run_guarded(SEED, &Options { acts: ACTS, strikes: Some(strikes), ..Options::default() })
}

/// Every single fault of the calm day.
pub fn singles(calm: &Outcome) -> Vec<Vec<Strike>> {
    let at_awaits = (1..=calm.awaits).flat_map(|at| [Strike::Kill(at), Strike::LoseAnswer(at)]);
    let at_deliveries = (0..calm.deliveries).map(Strike::Duplicate);
    at_awaits.chain(at_deliveries).map(|strike| vec![strike]).collect()
}

fn pairs(calm: &Outcome) -> Vec<Vec<Strike>> {
    let mut pairs = Vec::new();
    for first in 1..=calm.awaits {
        for second in first + 1..=first + REACH {
            for one in [Strike::Kill(first), Strike::LoseAnswer(first)] {
                for two in [Strike::Kill(second), Strike::LoseAnswer(second)] {
                    pairs.push(vec![one, two]);
                }
            }
        }
    }
    pairs
}

/// Tells the calm day with each of these sets of faults; gives those that break a rule.
pub fn tell_each(cases: &[Vec<Strike>], threads: usize) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let broken = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(violation) = tell(case.clone()).violation {
                        let what = format!("{case:?} breaks {}: {}", violation.invariant, violation.what);
                        broken.lock().unwrap().push(what);
                    }
                }
            });
        }
    });
    let mut broken = broken.into_inner().unwrap();
    broken.sort();
    broken
}

/// Every fault at every place, and all pairs within reach.
pub fn run(threads: usize) -> Told {
    let calm = tell(Vec::new());
    if let Some(violation) = calm.violation {
        return Told { broken: vec![format!("the calm day itself breaks {violation:?}")], ..Told::default() };
    }
    let (single, pairs) = (singles(&calm), pairs(&calm));
    let mut broken = tell_each(&single, threads);
    broken.extend(tell_each(&pairs, threads));
    Told {
        awaits: calm.awaits,
        deliveries: calm.deliveries,
        single: single.len(),
        pairs: pairs.len(),
        broken,
    }
}

/// The calm day and every single fault of it, one in `every`.
pub fn some(every: usize, threads: usize) -> Told {
    let calm = tell(Vec::new());
    let cases: Vec<_> = singles(&calm).into_iter().step_by(every.max(1)).collect();
    let broken = tell_each(&cases, threads);
    Told { awaits: calm.awaits, deliveries: calm.deliveries, single: cases.len(), pairs: 0, broken }
}
