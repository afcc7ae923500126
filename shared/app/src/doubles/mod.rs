//! Deterministic in-memory doubles of the ports, for tests, stories and the simulation.
pub mod app;
pub mod blobs;
pub mod clock;
pub mod http;
pub mod mailer;
pub mod queue;
pub mod seal;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A double outlives a test that panicked while it held the lock; what it recorded is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
