//! One seed: chaos, then calm until everything rests, then everything once more, which must change nothing.
use crate::check::rest;
use crate::engine::{Due, Engine, Strike, Violation};
use crate::faults::{Counts, Plan};
use crate::people;
use crate::ports::{SimBlobs, SimClock, SimHttp, SimMailer, SimQueue};
use crate::rng::Rng;
use crate::runtime::{Runtime, WEBHOOK_SECRET};
use crate::store::SimTable;
use crate::vendors::quickbooks::{FIRST_REFRESH_TOKEN, QuickBooks};
use crate::vendors::stripe::Stripe;
use crate::vendors::{QUICKBOOKS_URL, STRIPE_URL, SharedVendors, Vendors};
use crate::world::{Happening, World, beginnings, millis};
use app::App;
use app::doubles::clock::{FixedClock, SeededEntropy};
use app::doubles::seal::PlainSeal;
use app::messages::EventSweepDue;
use app::settings::Settings;
use app::store::keys;
use chrono::{DateTime, Timelike};
use chrono_tz::Tz;
use domain::dunning::DunningPolicy;
use domain::timeline::{TimelineEntry, Touched};
use futures::FutureExt;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

const HOUR: i64 = 3_600_000;
const DAYS_OF_CHAOS: i64 = 3;
/// Outages last as long as that of DynamoDB in us-east-1 in October 2025.
const OUTAGE: i64 = (2 * 60 + 52) * 60_000;
/// From the end of all faults to rest.
const HOURS_TO_REST: i64 = 24;
/// Rounds of pull and tick that rest takes at least: what the last one wrote must be pulled again.
const ROUNDS_MIN: i64 = 3;

/// What a seed is to be run with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How often somebody outside does something.
    pub acts: u32,
    /// Writes down each step.
    pub has_log: bool,
    /// Faults at certain places, in the place of those that are drawn.
    pub strikes: Option<Vec<Strike>>,
    /// Always with an outage.
    pub has_outage: bool,
}

/// How a seed ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub seed: u64,
    pub violation: Option<Violation>,
    pub trace: u64,
    pub counts: Counts,
    pub log: Vec<String>,
    /// The entries about whom the violation names, where steps are written down.
    pub timeline: Vec<String>,
    /// Awaits and deliveries until the faults ended.
    pub awaits: u64,
    pub deliveries: u64,
}

/// Runs a seed from its beginning to the end of its replay.
pub fn run(seed: u64, options: &Options) -> Outcome {
    let mut rng = Rng::new(seed);
    let (mut beginning, mut zone) = rng.chosen(&beginnings());
    if options.strikes.is_some() {
        (beginning, zone) = beginnings()[0];
    }
    let mut plan = if options.strikes.is_some() { Plan::calm() } else { Plan::draw(&mut rng) };
    let started = millis(beginning);
    if options.strikes.is_none() && (options.has_outage || rng.percent(30)) {
        let from = rng.between(HOUR, DAYS_OF_CHAOS * 24 * HOUR - OUTAGE);
        plan.outage = Some((from, from + OUTAGE));
    }
    let deploy = rng.between(HOUR, DAYS_OF_CHAOS * 24 * HOUR - HOUR);
    plan.deploy = Some((deploy, deploy + HOUR));
    let engine = Engine::new(rng.next(), started, Plan::calm());
    let mut runtime = build(&engine, started, zone);
    {
        let mut core = engine.lock();
        core.log = options.has_log.then(Vec::new);
        core.strikes = options.strikes.clone().unwrap_or_default();
        core.note(0, || format!("seed {seed}: {plan:?}"));
        core.plan = plan;
    }
    runtime.world.settle_in();
    let days_end = if options.strikes.is_some() {
        plan_calm_day(&runtime, started, options.acts);
        started + 8 * HOUR
    } else {
        plan_chaos(&mut runtime, started, options.acts);
        started + DAYS_OF_CHAOS * 24 * HOUR
    };
    runtime.run_until(days_end, false);
    let (awaits, deliveries) = {
        let core = engine.lock();
        (core.awaits, core.deliveries)
    };
    drain(&mut runtime);
    replay(&mut runtime);
    let timeline = if options.has_log { timeline(&runtime) } else { Vec::new() };
    let mut core = engine.lock();
    Outcome {
        timeline,
        seed,
        violation: core.violation.clone(),
        trace: core.trace,
        counts: core.counts.clone(),
        log: core.log.take().unwrap_or_default(),
        awaits,
        deliveries,
    }
}

/// What the ledger tells of the items that the violation names, and of all that belongs to their customer.
fn timeline(runtime: &Runtime) -> Vec<String> {
    let Some(violation) = runtime.engine.lock().violation.clone() else { return Vec::new() };
    let entries: Vec<TimelineEntry> = runtime
        .table
        .keys()
        .into_iter()
        .filter(|key| key.sk.starts_with(keys::ENTRY_PREFIX))
        .filter_map(|key| serde_json::from_str(&runtime.table.record(&key)?.body).ok())
        .collect();
    let is_named = |touched: &Touched| {
        let id = touched.pk.splitn(3, '#').nth(2).unwrap_or_default();
        !id.is_empty() && violation.what.contains(id)
    };
    let customers: BTreeSet<_> = entries
        .iter()
        .filter(|entry| entry.touched.iter().any(is_named))
        .filter_map(|entry| entry.customer.clone())
        .collect();
    let mut about: Vec<&TimelineEntry> = entries
        .iter()
        .filter(|entry| {
            entry.touched.iter().any(is_named)
                || entry.customer.as_ref().is_some_and(|customer| customers.contains(customer))
        })
        .collect();
    about.sort_by_key(|entry| entry.at);
    about
        .iter()
        .map(|entry| format!("{} {:?} because of {}", entry.at, entry.event, entry.cause.event))
        .collect()
}

fn build(engine: &Engine, started: i64, zone: Tz) -> Runtime {
    let clock = Arc::new(FixedClock::at(DateTime::from_timestamp_millis(started).unwrap()));
    let vendors = Vendors { stripe: Stripe::default(), quickbooks: QuickBooks::new(clock.clone()) };
    let vendors: SharedVendors = Arc::new(Mutex::new(vendors));
    let table = Arc::new(SimTable::new(engine.clone(), zone));
    let queue = SimQueue { engine: engine.clone(), room: Arc::default() };
    let blobs = Arc::new(SimBlobs { engine: engine.clone(), stored: Mutex::default() });
    let mailer = Arc::new(SimMailer { engine: engine.clone(), accepted: Mutex::default() });
    let app = App {
        settings: Arc::new(settings(zone)),
        table: table.clone(),
        queue: Arc::new(queue.clone()),
        http: Arc::new(SimHttp { engine: engine.clone(), vendors: vendors.clone() }),
        mailer: mailer.clone(),
        blobs: blobs.clone(),
        seal: Arc::new(PlainSeal::new()),
        clock: Arc::new(SimClock(engine.clone())),
        entropy: Arc::new(SeededEntropy::new(1)),
    };
    let policy: DunningPolicy = toml::from_str(include_str!("../../../infra/policies/default.toml")).unwrap();
    app::flows::policies::apply(&app, &policy).now_or_never().expect("nothing waits yet").unwrap();
    // Sweeps begin with the company: what happened before them is not taken in.
    let at = DateTime::from_timestamp_millis(started).unwrap().to_rfc3339();
    let first = EventSweepDue::new(app.settings.entity.clone(), Some(at), None);
    app::flows::stripe::sweep::sweep(&app, "", &first).now_or_never().expect("nothing waits yet").unwrap();
    let world = World::new(engine.clone(), vendors, zone);
    Runtime::new(engine.clone(), app, table, queue, clock, blobs, mailer, world)
}

fn settings(zone: Tz) -> Settings {
    let text = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let token_url = format!("{QUICKBOOKS_URL}/tokens");
    let vars = text(&[
        ("ENTITY", "main"),
        ("ENTITY_NAME", "Harbour Paper Supply Inc."),
        ("ENTITY_ADDRESS", "14 Quay Street\nPortland, ME 04101"),
        ("ZONE", zone.name()),
        ("CURRENCY", "USD"),
        ("MAIL_FROM", "us@harbour.example"),
        ("REPLY_DOMAIN", "in.harbour.example"),
        ("PORTAL_URL", "https://pay.harbour.example"),
        ("SENDING", "live"),
        ("ARCHIVE_BUCKET", "archive"),
        ("INTAKE_BUCKET", "intake"),
        ("STRIPE_API", STRIPE_URL),
        ("QBO_API", QUICKBOOKS_URL),
        ("QBO_TOKEN_URL", &token_url),
        ("QBO_REALM", "9130"),
        ("QBO_CLIENT_ID", "sim"),
    ]);
    // Base64 of 32 times one letter each.
    let keys = json!({
        "lookup": "bGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGw=",
        "reply": "cnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=",
        "link": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "session": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=",
    });
    let stripe = json!({"api_key": "sk_test_sim", "webhook_secret": WEBHOOK_SECRET});
    let quickbooks = json!({"client_secret": "sim", "refresh_token": FIRST_REFRESH_TOKEN});
    let secrets = text(&[
        ("KEYS", &keys.to_string()),
        ("STRIPE", &stripe.to_string()),
        ("QUICKBOOKS", &quickbooks.to_string()),
    ]);
    Settings::read(&vars, &secrets).unwrap()
}

/// Puts ticks and pulls on the calendar, and spreads over it what people do; in half the seeds in clumps.
fn plan_chaos(runtime: &mut Runtime, started: i64, acts: u32) {
    let (zone, is_clumped) = (runtime.world.zone, runtime.world.is_clumped);
    let mut core = runtime.engine.lock();
    let mut ticks = Vec::new();
    for hour in 0..DAYS_OF_CHAOS * 24 {
        let at = started - started % HOUR + hour * HOUR;
        let local = DateTime::from_timestamp_millis(at).unwrap().with_timezone(&zone);
        // Nights are long; two of their hours tell as much as all.
        if (8..=18).contains(&local.hour()) || matches!(local.hour(), 0 | 2) {
            core.schedule(at, Due::Outside(Happening::Tick));
            ticks.push(at);
            core.schedule(at + 300_000, Due::Outside(Happening::Sweep));
        }
        if hour % 6 == 0 {
            core.schedule(at + 2_000, Due::Outside(Happening::Pull));
        }
    }
    let mut left = acts;
    while left > 0 {
        let span = DAYS_OF_CHAOS * 24 * HOUR - HOUR;
        let mut at = started + core.rng.between(60_000, span);
        if core.rng.percent(25) {
            at = core.rng.chosen(&ticks);
        }
        let clump = if is_clumped { 1 + u32::try_from(core.rng.below(6)).unwrap() } else { 1 };
        for _ in 0..clump.min(left) {
            let within = core.rng.between(0, 400);
            core.schedule(at + within, Due::Outside(Happening::Act));
        }
        left -= clump.min(left);
    }
}

/// A day on which each trigger is pulled once or twice, and people do something every quarter of an hour.
fn plan_calm_day(runtime: &Runtime, started: i64, acts: u32) {
    let mut core = runtime.engine.lock();
    for (hours, happening) in [
        (0, Happening::Pull),
        (4, Happening::Tick),
        (5, Happening::Pull),
        (6, Happening::Tick),
        (7, Happening::Sweep),
    ] {
        core.schedule(started + 2_000 + hours * HOUR, Due::Outside(happening));
    }
    for act in 0..i64::from(acts) {
        core.schedule(started + HOUR / 4 * (act + 1), Due::Outside(Happening::Act));
    }
}

/// Faults end, and everything must come to rest.
fn drain(runtime: &mut Runtime) {
    {
        let mut core = runtime.engine.lock();
        if core.violation.is_some() {
            return;
        }
        core.plan = Plan::calm();
        core.forget_outside();
        core.note(0, || "the faults end".to_owned());
    }
    for round in 0..HOURS_TO_REST {
        people::connect_again(runtime);
        let until = {
            let mut core = runtime.engine.lock();
            core.after(1_000, Due::Outside(Happening::Pull));
            core.after(60_000, Due::Outside(Happening::Tick));
            core.after(120_000, Due::Outside(Happening::Sweep));
            core.now + HOUR
        };
        let posted = postings(runtime);
        runtime.run_until(until, false);
        let is_done = round >= ROUNDS_MIN && runtime.is_at_rest() && !rest::is_something_pending(runtime);
        // What was posted must be pulled once more.
        if is_done && posted == postings(runtime) {
            break;
        }
    }
    if !runtime.is_at_rest() && runtime.engine.lock().violation.is_none() {
        let room = runtime.queue.room.lock().unwrap();
        let left: Vec<String> = room
            .waiting
            .iter()
            .flat_map(|(queue, waiting)| {
                waiting.values().map(|message| format!("{}: {}", queue.as_str(), message.body))
            })
            .collect();
        let what = format!("no rest after {HOURS_TO_REST} hours: {}", left.join(", "));
        drop(room);
        runtime.engine.lock().violate("I8", what);
    }
    at_rest(runtime);
}

fn postings(runtime: &Runtime) -> usize {
    runtime.world.vendors.lock().unwrap().quickbooks.postings()
}

fn at_rest(runtime: &Runtime) {
    if runtime.engine.lock().violation.is_some() {
        return;
    }
    if let Err((invariant, what)) = rest::check(runtime) {
        runtime.engine.lock().violate(invariant, what);
    }
}

/// Everything that ever came in comes once more, in another order, and what was dead is redriven: nothing changes.
fn replay(runtime: &mut Runtime) {
    if runtime.engine.lock().violation.is_some() {
        return;
    }
    runtime.engine.lock().note(0, || "everything comes once more".to_owned());
    let before = runtime.table.writes();
    runtime.redrive();
    let mut inputs: Vec<_> = runtime.inputs.iter().cloned().collect();
    let turn = runtime.engine.lock().rng.index(inputs.len().max(1));
    if !inputs.is_empty() {
        inputs.rotate_left(turn);
    }
    for (queue, body) in inputs {
        runtime.enqueue(queue, body);
    }
    let until = runtime.engine.lock().now + HOURS_TO_REST * HOUR;
    runtime.run_until(until, true);
    let written = runtime.table.writes() - before;
    if written > 0 {
        let what = format!("the replay of everything wrote {written} records");
        runtime.engine.lock().violate("R7", what);
    }
    at_rest(runtime);
}
