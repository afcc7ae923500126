//! Trouble on demand: the next calls that match answer as the vendor does on a bad day. No randomness.
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mishap {
    /// 429, nothing done.
    Throttled,
    /// 500, nothing done.
    ServerError,
    /// 504 from the edge, nothing done.
    TimeoutBeforeCommit,
    /// 504 from the edge **after** the call took effect: the caller cannot tell it from the former.
    TimeoutAfterCommit,
    /// The connection breaks after the call took effect; the caller gets no whole answer.
    ConnectionLostAfterCommit,
    /// 400 with a vendor code of choice, nothing done: closed books (6210), a duplicate number (6140) and so on.
    Refused { code: String, message: String },
}

impl Mishap {
    fn after_commit(&self) -> bool {
        matches!(self, Self::TimeoutAfterCommit | Self::ConnectionLostAfterCommit)
    }
}

struct Armed {
    matching: String,
    mishap: Mishap,
    left: u32,
}

/// The mishaps waiting for a call, first armed first used; clones share them.
#[derive(Clone, Default)]
pub struct Faults {
    armed: Arc<Mutex<VecDeque<Armed>>>,
}

impl Faults {
    /// The next `times` calls whose `"METHOD /path?query"` contains `matching` meet `mishap`.
    pub fn arm(&self, matching: &str, mishap: Mishap, times: u32) {
        self.lock().push_back(Armed { matching: matching.to_owned(), mishap, left: times });
    }

    /// How many calls are still to fail.
    pub fn left(&self) -> u32 {
        self.lock().iter().map(|armed| armed.left).sum()
    }

    /// Forgets what is armed.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn take(&self, call: &str) -> Option<Mishap> {
        let mut armed = self.lock();
        let found = armed.iter_mut().find(|armed| armed.left > 0 && call.contains(&armed.matching))?;
        found.left -= 1;
        let mishap = found.mishap.clone();
        armed.retain(|armed| armed.left > 0);
        Some(mishap)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a call through, or replaces its answer by `spell(mishap)`: each vendor words its own errors.
pub(crate) async fn interfere(
    faults: &Faults,
    spell: impl FnOnce(&Mishap) -> Response,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let Some(mishap) = faults.take(&format!("{} {path}", request.method())) else {
        return next.run(request).await;
    };
    if mishap.after_commit() {
        next.run(request).await;
    }
    match mishap {
        Mishap::ConnectionLostAfterCommit => broken(),
        mishap => spell(&mishap),
    }
}

/// A body that fails at its first byte: the server closes the connection on it.
fn broken() -> Response {
    let lost: Result<Bytes, std::io::Error> = Err(std::io::ErrorKind::ConnectionReset.into());
    Response::new(Body::from_stream(futures::stream::iter([lost])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mishaps_are_used_up_in_the_order_armed() {
        let faults = Faults::default();
        faults.arm("POST /v3/company/1/payment", Mishap::Throttled, 2);
        faults.arm("/payment", Mishap::ServerError, 1);
        assert_eq!(faults.take("GET /v3/company/1/query"), None);
        let post = "POST /v3/company/1/payment?requestid=a";
        assert_eq!(faults.take(post), Some(Mishap::Throttled));
        assert_eq!(faults.take("GET /v3/company/1/payment/7"), Some(Mishap::ServerError));
        assert_eq!((faults.take(post), faults.take(post)), (Some(Mishap::Throttled), None));
        assert_eq!(faults.left(), 0);
    }
}
