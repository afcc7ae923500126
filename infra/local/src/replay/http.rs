//! Vendors out of the archive: a request is answered by what the same request was answered with.
use super::archive::Archive;
use app::archive::{Arrival, asked};
use app::doubles::clock::FixedClock;
use app::ports::{Answer, Clock, Http};
use bytes::Bytes;
use connectors::call::{Request, Response};
use connectors::fault::{Fault, FaultKind, Phase};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) struct ReplayHttp {
    archive: Archive,
    clock: Arc<FixedClock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many replies to a request were given already.
    given: BTreeMap<String, usize>,
    unanswered: BTreeSet<String>,
}

/// Tokens are never archived, and a replay needs none that work.
const TOKENS: &str = r#"{"access_token":"replay","refresh_token":"replay","expires_in":3600,"x_refresh_token_expires_in":8726400,"token_type":"bearer"}"#;

impl ReplayHttp {
    pub(super) fn new(archive: &Archive, clock: Arc<FixedClock>) -> Self {
        Self { archive: archive.clone(), clock, state: Mutex::default() }
    }

    pub(super) fn unanswered(&self) -> BTreeSet<String> {
        self.state().unanswered.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next reply that came from now on, else the last: what a vendor said changes with time.
    fn next(&self, request: &str) -> Option<&Arrival> {
        let is_reply =
            |arrival: &&Arrival| arrival.reply.as_ref().is_some_and(|reply| reply.request == request);
        let replies: Vec<&Arrival> = self.archive.arrivals().iter().filter(is_reply).collect();
        let now = self.clock.now();
        let mut state = self.state();
        let given = state.given.entry(request.to_owned()).or_default();
        let next = replies.iter().enumerate().skip(*given).find(|(_, arrival)| arrival.at >= now);
        match next {
            Some((at, arrival)) => {
                *given = at + 1;
                Some(*arrival)
            }
            None => replies.last().copied(),
        }
    }

    async fn answer(&self, request: Request) -> Result<Response, Fault> {
        if request.uri().path().ends_with("/tokens/bearer") {
            return response(200, &BTreeMap::new(), Bytes::from_static(TOKENS.as_bytes()));
        }
        let wanted = asked(&request);
        if let Some(arrival) = self.next(&wanted)
            && let Some(facts) = &arrival.reply
        {
            let bytes = self.archive.bytes(arrival).await;
            if let Some(bytes) = bytes.map_err(|stopped| missing(&stopped.to_string()))? {
                return response(facts.status, &facts.headers, bytes);
            }
        }
        let fault = missing(&wanted);
        self.state().unanswered.insert(wanted);
        Err(fault)
    }
}

fn response(status: u16, headers: &BTreeMap<String, String>, body: Bytes) -> Result<Response, Fault> {
    let mut builder = http::Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    builder.body(body).map_err(|error| missing(&error.to_string()))
}

fn missing(what: &str) -> Fault {
    Fault::new(FaultKind::Retryable, Phase::BeforeSend, format!("not in the archive: {what}"))
}

impl Http for ReplayHttp {
    fn send<'a>(&'a self, request: Request) -> Answer<'a, Result<Response, Fault>> {
        Box::pin(self.answer(request))
    }
}
