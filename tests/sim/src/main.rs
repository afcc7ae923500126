//! `sim`: seeds of the simulation by the million events, one again with all its steps, planted bugs, and every fault
//! at every place.
fn main() {
    let options = sim::run::Options { acts: 90, ..Default::default() };
    let first: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(1);
    let n: u64 = std::env::args().nth(2).and_then(|a| a.parse().ok()).unwrap_or(10);
    let has_log = n == 1;
    let options = sim::run::Options { has_log, ..options };
    if has_log {
        let o = sim::sweep::run_guarded(first, &options);
        for l in &o.log { println!("{l}"); }
        println!("{:?}", o.violation);
        return;
    }
    let began = std::time::Instant::now();
    let swept = sim::sweep::sweep(first, sim::sweep::Enough { seeds: n, events: 0, broken: 10 }, 2, &options, || ());
    println!("{} seeds {:?} {:?}", swept.seeds, began.elapsed(), (swept.counts.inbound(), swept.counts.calls, swept.counts.letters, &swept.counts.faults, &swept.counts.dearest));
    for b in &swept.broken { let v = b.violation.clone().unwrap(); println!("{} {} {}", b.seed, v.invariant, v.what.chars().take(500).collect::<String>()); }
}
