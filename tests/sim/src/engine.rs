//! Virtual time and the one place where chance strikes. A call of a port is "wait, effect, wait": an invocation that is
//! dropped at the second wait has acted without knowing it.
use crate::faults::{Await, Counts, Plan};
use crate::rng::Rng;
use crate::world::Happening;
use app::queues::QueueName;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

pub type InvocationId = u64;

/// What is to happen at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    Wake(InvocationId),
    Poll(QueueName),
    Relay,
    Outside(Happening),
}

/// A fault at one certain place, for the systematic part; places are counted from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// The invocation that waits there ends.
    Kill(u64),
    /// The effect of the write that waits there happens; its answer is lost.
    LoseAnswer(u64),
    /// The message that is delivered there is delivered a second time.
    Duplicate(u64),
}

/// An invocation while it is polled.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    pub id: InvocationId,
    pub function: &'static str,
    /// How far its clock is off, in milliseconds.
    pub skew: i64,
    /// Chance relents: what was received often enough gets through, so that rest can come.
    pub is_spared: bool,
}

/// A rule that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The invariant's name in the design: I1 to I12.
    pub invariant: &'static str,
    pub what: String,
}

pub struct Core {
    /// Milliseconds since 1970.
    pub now: i64,
    pub started: i64,
    order: u64,
    due: BTreeMap<(i64, u64), Due>,
    pub rng: Rng,
    pub plan: Plan,
    pub counts: Counts,
    pub running: Option<Running>,
    pub waiting: BTreeMap<InvocationId, (Await, u64)>,
    /// Every step goes into it: the same seed gives the same value.
    pub trace: u64,
    pub log: Option<Vec<String>>,
    pub violation: Option<Violation>,
    pub strikes: Vec<Strike>,
    pub awaits: u64,
    pub deliveries: u64,
}

/// How a call fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Fine,
    NotHappened,
    RequestLost,
    AnswerLost,
}

impl Core {
    pub fn schedule(&mut self, at: i64, due: Due) {
        self.order += 1;
        self.due.insert((at.max(self.now), self.order), due);
    }

    pub fn after(&mut self, milliseconds: i64, due: Due) {
        self.schedule(self.now + milliseconds, due);
    }

    /// Moves to the next thing that is due.
    pub fn step(&mut self) -> Option<Due> {
        let ((at, _), due) = self.due.pop_first()?;
        self.now = at;
        self.counts.steps += 1;
        Some(due)
    }

    /// Whether only what is on a calendar is left.
    pub fn is_idle(&self) -> bool {
        self.due.values().all(|due| matches!(due, Due::Outside(happening) if happening.is_calendar()))
    }

    /// Drops everything outside that has not happened yet.
    pub fn forget_outside(&mut self) {
        self.due.retain(|_, due| !matches!(due, Due::Outside(happening) if !happening.is_promised()));
    }

    pub fn instant(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.now).unwrap()
    }

    pub fn note(&mut self, step: u64, what: impl FnOnce() -> String) {
        for part in [self.now.cast_unsigned(), step] {
            self.trace = (self.trace ^ part).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
        }
        let at = self.instant();
        if let Some(log) = &mut self.log {
            log.push(format!("{} {}", at.format("%m-%d %H:%M:%S%.3f"), what()));
        }
    }

    pub fn violate(&mut self, invariant: &'static str, what: impl Into<String>) {
        let what = what.into();
        self.note(99, || format!("VIOLATION {invariant}: {what}"));
        self.violation.get_or_insert(Violation { invariant, what });
    }

    /// Draws a fault that comes so many times in a million, and counts it.
    pub fn strikes(&mut self, class: &'static str, times: u32) -> bool {
        let has = self.rng.in_million(times);
        if has {
            self.counts.fired(class);
            self.note(1, || format!("  fault: {class}"));
        }
        has
    }

    pub fn latency(&mut self) -> i64 {
        1 + i64::try_from(self.rng.below(self.plan.latency.max(1).cast_unsigned())).unwrap()
    }

    pub fn is_out(&self) -> bool {
        let since = self.now - self.started;
        self.plan.outage.is_some_and(|(from, until)| (from..until).contains(&since))
    }

    /// Before, while or after a deploy is under way.
    pub fn is_deploying(&self) -> bool {
        let since = self.now - self.started;
        self.plan.deploy.is_some_and(|(from, until)| (from..until).contains(&since))
    }

    /// How a call of our infrastructure fares.
    fn fate(&mut self, is_write: bool) -> Fate {
        let Plan { throttled, request_lost, answer_lost, .. } = self.plan;
        if self.strikes("throttled", throttled) {
            Fate::NotHappened
        } else if self.strikes("request lost", request_lost) {
            Fate::RequestLost
        } else if is_write && self.strikes("answer lost", answer_lost) {
            Fate::AnswerLost
        } else {
            Fate::Fine
        }
    }

    /// Whether the invocation that is about to go on at this await ends there instead.
    pub fn kills(&mut self, id: InvocationId, is_spared: bool) -> bool {
        let Some((at, ordinal)) = self.waiting.get(&id).copied() else { return false };
        let is_struck = self.strikes.contains(&Strike::Kill(ordinal));
        let (_, verb, is_after) = at;
        // Few reads lose their request: to be killed while one waits in vain would come up too seldom by itself.
        let times = if is_after && READS.contains(&verb) { KILLED_IN_VAIN } else { 1 };
        let times = self.plan.killed.saturating_mul(times).min(KILLED_MAX);
        if !is_struck && (is_spared || !self.strikes("killed", times)) {
            return false;
        }
        *self.counts.kills.entry(at).or_default() += 1;
        true
    }
}

/// The verbs of calls that change nothing.
const READS: [&str; 5] = ["get", "get many", "query", "query index", "get blob"];
/// How much more often a read that waits in vain is killed, and how often in a million at most.
const KILLED_IN_VAIN: u32 = 60;
const KILLED_MAX: u32 = 600_000;

#[derive(Clone)]
pub struct Engine(Arc<Mutex<Core>>);

impl Engine {
    pub fn new(seed: u64, started: i64, plan: Plan) -> Self {
        Self(Arc::new(Mutex::new(Core {
            now: started,
            started,
            order: 0,
            due: BTreeMap::new(),
            rng: Rng::new(seed),
            plan,
            counts: Counts::default(),
            running: None,
            waiting: BTreeMap::new(),
            trace: 0xcbf2_9ce4_8422_2325,
            log: None,
            violation: None,
            strikes: Vec::new(),
            awaits: 0,
            deliveries: 0,
        })))
    }

    pub fn lock(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap()
    }

    fn pause(&self, verb: &'static str, is_after: bool, milliseconds: i64) -> Pause<'_> {
        Pause { engine: self, verb, is_after, milliseconds, is_registered: false }
    }

    /// A call before its effect: what it is waiting for, and how it will fare.
    async fn begin(&self, verb: &'static str, is_write: bool, fate: fn(&mut Core, bool) -> Fate) -> Fate {
        let (wait, fate) = {
            let mut core = self.lock();
            core.counts.calls += 1;
            let slow = core.plan.slow;
            let wait = if core.strikes("slow call", slow) { 20_000 } else { core.latency() };
            (wait, fate(&mut core, is_write))
        };
        self.pause(verb, false, wait).await;
        if fate == Fate::RequestLost {
            self.pause(verb, true, 3_000).await;
        }
        fate
    }

    fn attempts(&self) -> u32 {
        self.lock().plan.attempts
    }

    /// A read of our infrastructure, as the SDK tries it. `None`: it did not answer.
    pub async fn read<T>(&self, verb: &'static str, effect: impl FnOnce() -> T) -> Option<T> {
        for _ in 0..self.attempts() {
            let fate = self.begin(verb, false, Core::fate).await;
            if matches!(fate, Fate::Fine | Fate::AnswerLost) {
                return Some(effect());
            }
        }
        None
    }

    /// A write of our infrastructure, as the SDK tries it: what happened once is not done again. `None`: it did not
    /// happen, or it did and the answer was lost.
    pub async fn write<T>(&self, verb: &'static str, effect: impl FnOnce() -> T) -> Option<T> {
        let mut effect = Some(effect);
        let mut value = None;
        for _ in 0..self.attempts() {
            let fate = self.begin(verb, true, Core::fate).await;
            if matches!(fate, Fate::NotHappened | Fate::RequestLost) {
                continue;
            }
            if let Some(effect) = effect.take() {
                value = Some(effect());
            }
            if !self.answer_is_lost(verb, fate).await {
                return value;
            }
        }
        None
    }

    /// A call of an outside system, whose faults are its own; the effect says how it ended.
    pub async fn call<T>(&self, verb: &'static str, effect: impl FnOnce() -> T) -> (T, bool) {
        self.begin(verb, true, |_, _| Fate::Fine).await;
        let value = effect();
        let is_lost = self.answer_is_lost(verb, Fate::Fine).await;
        (value, is_lost)
    }

    async fn answer_is_lost(&self, verb: &'static str, fate: Fate) -> bool {
        let (wait, ordinal) = {
            let mut core = self.lock();
            (core.latency(), core.awaits + 1)
        };
        self.pause(verb, true, wait).await;
        fate == Fate::AnswerLost || self.lock().strikes.contains(&Strike::LoseAnswer(ordinal))
    }
}

struct Pause<'a> {
    engine: &'a Engine,
    verb: &'static str,
    is_after: bool,
    milliseconds: i64,
    is_registered: bool,
}

impl Future for Pause<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.is_registered {
            return Poll::Ready(());
        }
        self.is_registered = true;
        let mut core = self.engine.lock();
        let Some(running) = core.running else { return Poll::Ready(()) };
        core.awaits += 1;
        let at = (running.function, self.verb, self.is_after);
        *core.counts.awaits.entry(at).or_default() += 1;
        let ordinal = core.awaits;
        core.waiting.insert(running.id, (at, ordinal));
        core.after(self.milliseconds, Due::Wake(running.id));
        core.note(2, || format!("  {} #{}: {} {}", running.function, running.id, self.verb, ordinal));
        Poll::Pending
    }
}
