//! Many seeds over all cores.
use crate::faults::Counts;
use crate::run::{Options, Outcome, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Swept {
    pub seeds: u64,
    pub counts: Counts,
    /// The violations of the lowest seeds first.
    pub broken: Vec<Outcome>,
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub struct Enough {
    pub seeds: u64,
    /// Inbound events, or more seeds until they are reached.
    pub events: u64,
    /// Stop at so many seeds that break a rule.
    pub broken: usize,
}

/// Runs one seed; a panic in it is a violation too, with its seed.
pub fn run_guarded(seed: u64, options: &Options) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| run(seed, options))).unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic".to_owned());
        let violation = crate::engine::Violation { invariant: "panic", what };
        Outcome {
            seed,
            violation: Some(violation),
            trace: 0,
            counts: Counts::default(),
            log: Vec::new(),
            timeline: Vec::new(),
            awaits: 0,
            deliveries: 0,
        }
    })
}

/// Runs seeds from `first` on over `threads` threads until there are enough. `prepare` is run on each thread first.
pub fn sweep(
    first: u64,
    enough: Enough,
    threads: usize,
    options: &Options,
    prepare: impl Fn() + Sync,
) -> Swept {
    let (next, done) = (AtomicU64::new(first), AtomicBool::new(false));
    let swept = Mutex::new(Swept::default());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                prepare();
                while !done.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let outcome = run_guarded(seed, options);
                    let mut swept = swept.lock().unwrap();
                    swept.seeds += 1;
                    swept.counts.add(&outcome.counts);
                    if outcome.violation.is_some() {
                        swept.broken.push(outcome);
                    }
                    let has_all = swept.seeds >= enough.seeds && swept.counts.inbound() >= enough.events;
                    if has_all || swept.broken.len() >= enough.broken {
                        done.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut swept = swept.into_inner().unwrap();
    swept.broken.sort_by_key(|outcome| outcome.seed);
    swept
}
