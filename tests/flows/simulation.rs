//! The simulation over seeds, and over each single fault of a calm day, as far as a test run has time for.
use sim::run::Options;
use sim::sweep::{Enough, run_guarded, sweep};

/// Seeds of a test run; `cargo run --release -p sim` has as many as you like.
const SEEDS: u64 = 300;
/// What happens in one.
const ACTS: u32 = 60;
/// Of the faults of the calm day, one in so many.
const FAULTS_SKIPPED: usize = 40;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn options() -> Options {
    Options { acts: ACTS, ..Options::default() }
}

#[test]
fn no_seed_breaks_a_rule() {
    let swept = sweep(1, Enough { seeds: SEEDS, events: 0, broken: 1 }, threads(), &options(), || ());
    if let Some(broken) = swept.broken.first() {
        let violation = &broken.violation;
        panic!(
            "seed {} breaks {violation:?}: cargo run -p sim -- --seed {} --acts {ACTS}",
            broken.seed, broken.seed
        );
    }
    assert!(swept.seeds >= SEEDS && swept.counts.inbound() > 20_000, "{:?}", swept.counts.inbound);
}

#[test]
fn a_seed_goes_the_same_way_twice() {
    for seed in 1..=5 {
        let (one, two) = (run_guarded(seed, &options()), run_guarded(seed, &options()));
        assert_eq!((one.trace, one.counts), (two.trace, two.counts), "seed {seed}");
    }
}

#[test]
fn no_single_fault_of_a_calm_day_breaks_a_rule() {
    let told = sim::matrix::some(FAULTS_SKIPPED, threads());
    assert!(told.broken.is_empty() && told.single > 50, "{told}");
}
