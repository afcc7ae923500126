//! The day's clock: it stands still until the player moves it, and runs on when the day is over.
use app::ports::Clock;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

#[derive(Debug, Clone, Copy)]
struct Hands {
    at: DateTime<Utc>,
    /// Since when it runs with the machine's time.
    running: Option<Instant>,
}

#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<Mutex<Hands>>);

impl VirtualClock {
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Hands { at: now, running: None })))
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves on to `now`; never back. A clock that runs is not moved.
    pub fn advance_to(&self, now: DateTime<Utc>) {
        let mut hands = self.hands();
        hands.at = now.max(hands.at);
    }

    /// Sets the clock, also back: the day is delivered again.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.hands() = Hands { at: now, running: None };
    }

    /// Lets the clock run from where it stands.
    #[expect(clippy::disallowed_methods, reason = "the local bundle may read the machine's time")]
    pub fn run(&self) {
        self.hands().running = Some(Instant::now());
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> DateTime<Utc> {
        let hands = *self.hands();
        let passed = hands.running.map(|since| TimeDelta::from_std(since.elapsed()).unwrap_or_default());
        hands.at + passed.unwrap_or_default()
    }
}
