//! What goes wrong in a seed, and how often. Swarm testing (Groce et al., 2012): each class is off in four seeds of
//! ten, so that no class hides another.
use crate::rng::Rng;
use std::collections::BTreeMap;

/// Times in a million, or plain yes and no, for one seed.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// A call of our infrastructure is refused before it has an effect.
    pub throttled: u32,
    pub request_lost: u32,
    pub answer_lost: u32,
    /// How often the SDK tries a call by itself.
    pub attempts: u32,
    /// An invocation ends at an await.
    pub killed: u32,
    /// A call takes 20 seconds.
    pub slow: u32,
    /// A message is delivered a second time, up to a minute later.
    pub duplicated: u32,
    /// A message that was done comes again.
    pub delete_lost: u32,
    /// The stream tells a batch again, or never.
    pub stream_twice: u32,
    pub stream_lost: u32,
    /// Indexes lag behind by up to so many milliseconds.
    pub index_lag: i64,
    /// The store answers nothing between these two offsets.
    pub outage: Option<(i64, i64)>,
    /// An hourly tick is missed, or comes twice.
    pub tick_missed: u32,
    pub tick_twice: u32,
    /// A vendor answers 429 or 503, or drops the connection before or after it acted.
    pub vendor_refuses: u32,
    pub vendor_unreachable: u32,
    pub vendor_answer_lost: u32,
    /// SES throttles; a hand-off is unclear, before or after acceptance; an event never comes.
    pub mail_refused: u32,
    pub mail_unclear: u32,
    pub mail_event_lost: u32,
    /// While a deploy is under way, between these two offsets, messages are written by a newer version, which this one
    /// cannot read yet; so many in a million.
    pub newer_messages: u32,
    pub deploy: Option<(i64, i64)>,
    pub garbage: u32,
    /// A webhook never comes.
    pub webhook_lost: u32,
    /// Clocks differ by up to so many milliseconds.
    pub skew: i64,
    /// Milliseconds that a call takes at most.
    pub latency: i64,
}

/// Like [`Counts::add`] for every class, so that a class that never fires is seen as zero.
pub const CLASSES: [&str; 23] = [
    "throttled",
    "request lost",
    "answer lost",
    "killed",
    "slow call",
    "duplicate delivery",
    "lost delete",
    "stream told twice",
    "stream lost",
    "stale index read",
    "call in an outage",
    "tick missed",
    "tick twice",
    "vendor refuses",
    "vendor unreachable",
    "vendor's answer lost",
    "mail refused",
    "mail unclear",
    "mail event lost",
    "newer message",
    "garbage",
    "webhook lost",
    "skewed clock",
];

impl Plan {
    /// Draws a seed's faults.
    pub fn draw(rng: &mut Rng) -> Self {
        let mut rate = |percent_max: u64| {
            if rng.percent(40) { 0 } else { u32::try_from(rng.below(percent_max * 10_000)).unwrap() + 1 }
        };
        let (mut throttled, mut request_lost, mut answer_lost) = (rate(8), rate(6), rate(6));
        let (killed, slow, duplicated, delete_lost) = (rate(2), rate(2), rate(20), rate(10));
        let (stream_twice, stream_lost) = (rate(20), rate(4));
        let (tick_missed, tick_twice) = (rate(20), rate(20));
        let (vendor_refuses, vendor_unreachable, vendor_answer_lost) = (rate(8), rate(8), rate(8));
        let (mail_refused, mail_unclear, mail_event_lost) = (rate(60), rate(60), rate(30));
        let (newer_messages, garbage, webhook_lost) = (rate(90), rate(8), rate(30));
        let is_on = |rng: &mut Rng| !rng.percent(40);
        let index_lag = if is_on(rng) { rng.between(1, 3_000) } else { 0 };
        let skew = if is_on(rng) { 2_000 } else { 0 };
        let latency = if rng.percent(50) { 400 } else { 20 };
        let attempts = if rng.percent(50) { 3 } else { 1 };
        if attempts == 1 {
            // Each fault shows: a handler of fifty calls must get through now and then.
            for rate in [&mut throttled, &mut request_lost, &mut answer_lost] {
                *rate /= 6;
            }
        }
        Self {
            throttled,
            request_lost,
            answer_lost,
            attempts,
            killed,
            slow,
            duplicated,
            delete_lost,
            stream_twice,
            stream_lost,
            index_lag,
            outage: None,
            tick_missed,
            tick_twice,
            vendor_refuses,
            vendor_unreachable,
            vendor_answer_lost,
            mail_refused,
            mail_unclear,
            mail_event_lost,
            newer_messages,
            deploy: None,
            garbage,
            webhook_lost,
            skew,
            latency,
        }
    }

    /// Nothing goes wrong.
    pub fn calm() -> Self {
        Self { latency: 5, attempts: 1, ..Self::default() }
    }
}

/// Where an invocation waits: which function, on what, before or after the effect.
pub type Await = (&'static str, &'static str, bool);

/// What fired and what was reached, over one seed or many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub faults: BTreeMap<&'static str, u64>,
    pub awaits: BTreeMap<Await, u64>,
    pub kills: BTreeMap<Await, u64>,
    /// Outside facts, by kind.
    pub inbound: BTreeMap<&'static str, u64>,
    pub calls: u64,
    pub steps: u64,
    pub letters: u64,
    pub unclear_letters: u64,
    /// The dearest commit of each kind of event, in half write units.
    pub dearest: BTreeMap<String, u64>,
}

impl Counts {
    pub fn fired(&mut self, class: &'static str) {
        *self.faults.entry(class).or_default() += 1;
    }

    pub fn came(&mut self, kind: &'static str, count: u64) {
        *self.inbound.entry(kind).or_default() += count;
    }

    pub fn inbound(&self) -> u64 {
        self.inbound.values().sum()
    }

    /// Takes another seed's counts in.
    pub fn add(&mut self, other: &Self) {
        let each = |into: &mut BTreeMap<_, u64>, from: &BTreeMap<_, u64>| {
            for (key, count) in from {
                *into.entry(*key).or_default() += count;
            }
        };
        each(&mut self.faults, &other.faults);
        each(&mut self.inbound, &other.inbound);
        for (into, from) in [(&mut self.awaits, &other.awaits), (&mut self.kills, &other.kills)] {
            for (at, count) in from {
                *into.entry(*at).or_default() += count;
            }
        }
        for (event, units) in &other.dearest {
            let dearest = self.dearest.entry(event.clone()).or_default();
            *dearest = (*dearest).max(*units);
        }
        self.calls += other.calls;
        self.steps += other.steps;
        self.letters += other.letters;
        self.unclear_letters += other.unclear_letters;
    }
}
