//! Seeds of the simulation by the million events, one again with all its steps, planted bugs, and every fault at every
//! place.
use clap::Parser;
use sim::faults::{CLASSES, Counts};
use sim::run::Options;
use sim::sweep::{Enough, run_guarded, sweep};
use std::process::ExitCode;
use std::time::Instant;

/// Steps of a failing seed that are shown.
const STEPS_SHOWN: usize = 80;
/// What a full run must reach.
const SEEDS_MIN: u64 = 5_000;
const FIRED_MIN: u64 = 1_000;
const KILLED_MIN: u64 = 10;

/// Deterministic simulation of the whole bundle. Without flags: 300 seeds.
#[derive(Parser)]
struct Flags {
    /// As many seeds as it takes for so many inbound events, 5,000 at least; every fault class must have fired 1,000
    /// times, and every await been the end of ten invocations.
    #[arg(long)]
    events: Option<u64>,
    /// So many seeds.
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// One seed again, with all its steps.
    #[arg(long)]
    seed: Option<u64>,
    /// Each planted bug until a seed finds it, over `--seeds` at most (2,000 if not given).
    #[arg(long)]
    mutants: bool,
    /// Every seed twice: both must go the same way.
    #[arg(long)]
    twice: bool,
    /// An outage of the store of 2 h 52 min in every seed.
    #[arg(long)]
    outage: bool,
    /// Instead of chance: each fault at each place, and each pair of faults in what one message sets off.
    #[arg(long)]
    matrix: bool,
    /// How often somebody outside does something in a seed.
    #[arg(long, default_value_t = 120)]
    acts: u32,
}

#[expect(clippy::disallowed_methods, reason = "the time that it takes is real")]
fn main() -> ExitCode {
    let flags = Flags::parse();
    let options = Options { acts: flags.acts, has_outage: flags.outage, ..Options::default() };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let began = Instant::now();
    let is_well = if let Some(seed) = flags.seed {
        again(seed, &options)
    } else if flags.mutants {
        mutants(&flags, threads, &options)
    } else if flags.matrix {
        matrix(threads)
    } else if flags.twice {
        twice(&flags, &options)
    } else {
        many(&flags, threads, &options)
    };
    println!("{:.1} s on {threads} threads", began.elapsed().as_secs_f64());
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn again(seed: u64, options: &Options) -> bool {
    let outcome = run_guarded(seed, &Options { has_log: true, ..options.clone() });
    for step in &outcome.log {
        println!("{step}");
    }
    println!("seed {seed}: {:?}, trace {:016x}", outcome.violation, outcome.trace);
    outcome.violation.is_none()
}

/// Shows a failing seed: its number, its last steps, and what the ledger tells of the customer.
fn show(seed: u64, options: &Options) {
    let outcome = run_guarded(seed, &Options { has_log: true, ..options.clone() });
    let Some(violation) = &outcome.violation else { return };
    println!("\nseed {seed} breaks {}: {}", violation.invariant, violation.what);
    println!("its last steps (all of them: --seed {seed} --acts {}):", options.acts);
    for step in outcome.log.iter().rev().take(STEPS_SHOWN).rev() {
        println!("  {step}");
    }
    println!("the timeline of whom it is about:");
    for entry in &outcome.timeline {
        println!("  {entry}");
    }
}

fn many(flags: &Flags, threads: usize, options: &Options) -> bool {
    let seeds = if flags.events.is_some() { SEEDS_MIN } else { flags.seeds };
    let enough = Enough { seeds, events: flags.events.unwrap_or(0), broken: 5 };
    let swept = sweep(flags.first, enough, threads, options, || ());
    for outcome in &swept.broken {
        show(outcome.seed, options);
    }
    report(&swept.counts);
    println!(
        "{} seeds, {} inbound events, {} violations",
        swept.seeds,
        swept.counts.inbound(),
        swept.broken.len()
    );
    swept.broken.is_empty() && (flags.events.is_none() || has_reached_all(&swept.counts))
}

fn report(counts: &Counts) {
    println!("inbound: {:?}", counts.inbound);
    for class in CLASSES {
        println!("{:>9}  {class}", counts.faults.get(class).copied().unwrap_or(0));
    }
    let kills: u64 = counts.kills.values().sum();
    println!("{kills:>9}  kills over {} awaits", counts.awaits.len());
    println!("{:>9}  calls of ports in {} steps", counts.calls, counts.steps);
    println!("{:>9}  letters that left, {} hand-offs unclear", counts.letters, counts.unclear_letters);
    let units: Vec<String> =
        counts.dearest.iter().map(|(event, half)| format!("{event} {}", half / 2)).collect();
    println!("write units at most: {}", units.join(", "));
}

fn has_reached_all(counts: &Counts) -> bool {
    let mut is_well = true;
    for class in CLASSES {
        let fired = counts.faults.get(class).copied().unwrap_or(0);
        if fired < FIRED_MIN {
            println!("too seldom: {class}, {fired} times");
            is_well = false;
        }
    }
    for at in counts.awaits.keys() {
        let killed = counts.kills.get(at).copied().unwrap_or(0);
        if killed < KILLED_MIN {
            println!("too seldom: killed at {at:?}, {killed} times");
            is_well = false;
        }
    }
    is_well
}

fn twice(flags: &Flags, options: &Options) -> bool {
    let mut different = 0;
    for seed in flags.first..flags.first + flags.seeds {
        let (one, two) = (run_guarded(seed, options), run_guarded(seed, options));
        if one.trace != two.trace || one.counts != two.counts {
            println!("seed {seed} went two ways: {:016x} and {:016x}", one.trace, two.trace);
            different += 1;
        }
    }
    println!("{} of {} seeds went the same way twice", flags.seeds - different, flags.seeds);
    different == 0
}

fn matrix(threads: usize) -> bool {
    let told = sim::matrix::run(threads);
    println!("{told}");
    told.broken.is_empty()
}

#[cfg(feature = "mutants")]
fn mutants(flags: &Flags, threads: usize, options: &Options) -> bool {
    let seeds = if std::env::args().any(|flag| flag.starts_with("--seeds")) { flags.seeds } else { 2_000 };
    let fates = sim::mutants::hunt(seeds, threads, options, |fate| match &fate.killed {
        Some((seeds, invariant, what)) => {
            let what: String = what.chars().take(90).collect();
            println!("{:<40} killed in {seeds:>4} by {invariant}: {what}", fate.name);
        }
        None => println!("{:<40} SURVIVED {seeds} seeds", fate.name),
    });
    let killed = fates.iter().filter(|fate| fate.killed.is_some()).count();
    println!("{killed} of {} planted bugs found", fates.len());
    killed == fates.len()
}

#[cfg(not(feature = "mutants"))]
fn mutants(_: &Flags, _: usize, _: &Options) -> bool {
    println!("this build has no planted bugs in it");
    false
}
