//! Vendors out of the archive: a request is answered by what the same request was answered with.
use super::archive::Archive;
use app::archive::{Arrival, asked};
use app::doubles::clock::FixedClock;
use app::ports::{Answer, Clock, Http};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connectors::call::{Request, Response};
use connectors::fault::{Fault, FaultKind, Phase};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) struct ReplayHttp {
    archive: Archive,
    /// By what they answer, in order.
    replies: BTreeMap<String, Vec<Arrival>>,
    /// When inputs came that nobody asked for, in order.
    inputs_at: Vec<DateTime<Utc>>,
    clock: Arc<FixedClock>,
    /// Whether the store is one that knows what came later: objects that notices only hint at are then as they last were.
    is_live: bool,
    unanswered: Mutex<BTreeSet<String>>,
}

/// How reads of Stripe's objects begin.
const STRIPE_READ: &str = "GET /v1/";

/// Tokens are never archived, and a replay needs none that work.
const TOKENS: &str = r#"{"access_token":"replay","refresh_token":"replay","expires_in":3600,"x_refresh_token_expires_in":8726400,"token_type":"bearer"}"#;

impl ReplayHttp {
    pub(super) fn new(archive: &Archive, clock: Arc<FixedClock>, is_live: bool) -> Self {
        let mut replies: BTreeMap<String, Vec<Arrival>> = BTreeMap::new();
        let mut inputs_at = Vec::new();
        for arrival in archive.arrivals() {
            match &arrival.reply {
                Some(reply) => {
                    replies.entry(reply.request.clone()).or_default().push(arrival.clone());
                    if let Some(loose) = whenever(&reply.request) {
                        replies.entry(loose).or_default().push(arrival.clone());
                    }
                }
                None => inputs_at.push(arrival.at),
            }
        }
        Self { archive: archive.clone(), replies, inputs_at, clock, is_live, unanswered: Mutex::default() }
    }

    pub(super) fn unanswered(&self) -> BTreeSet<String> {
        self.asked().clone()
    }

    fn asked(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a vendor says changes with time, and the last of several tries is the one that was acted on: the last reply
    /// before the next input came, else the next one, else the last of all.
    fn reply_to(&self, request: &str) -> Option<&Arrival> {
        let now = self.clock.now();
        let until = self.inputs_at.get(self.inputs_at.partition_point(|at| *at <= now));
        let loose = || self.replies.get(&whenever(request)?);
        let replies = self.replies.get(request).or_else(loose)?;
        if self.is_live && request.starts_with(STRIPE_READ) {
            return replies.last();
        }
        let is_of_now =
            |arrival: &&Arrival| arrival.at >= now && until.is_none_or(|until| arrival.at < *until);
        let tried = replies.iter().rfind(is_of_now);
        tried.or_else(|| replies.iter().find(|arrival| arrival.at >= now)).or(replies.last())
    }

    async fn answer(&self, request: Request) -> Result<Response, Fault> {
        if request.uri().path().ends_with("/tokens/bearer") {
            return response(200, &BTreeMap::new(), Bytes::from_static(TOKENS.as_bytes()));
        }
        let wanted = asked(&request);
        if let Some(arrival) = self.reply_to(&wanted)
            && let Some(facts) = &arrival.reply
        {
            let bytes = self.archive.bytes(arrival).await;
            if let Some(bytes) = bytes.map_err(|stopped| missing(&stopped.to_string()))? {
                return response(facts.status, &facts.headers, bytes);
            }
        }
        let fault = missing(&wanted);
        self.asked().insert(wanted);
        Err(fault)
    }
}

/// A query for what changed, without since when: a cursor comes from the try that was acted on, and of several tries
/// another may be taken here.
fn whenever(request: &str) -> Option<String> {
    const SINCE: [(&str, &str); 3] = [
        ("LastUpdatedTime%20%3E%3D%20%27", "%27"),
        ("changedSince=", "&"),
        ("/v1/events?created%5Bgte%5D=", "&"),
    ];
    SINCE.iter().find_map(|(since, end)| {
        let (before, rest) = request.split_once(since)?;
        let (_, after) = rest.split_once(end)?;
        Some(format!("{before}{since}{end}{after}"))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_query_is_the_same_whenever_it_asks_from() {
        let query = |since: &str| {
            format!(
                "GET /v3/company/1/query?query=SELECT%20%2A%20FROM%20Invoice%20WHERE%20MetaData.LastUpdatedTime%20%3E%3D%20%27{since}%27%20STARTPOSITION%201 e3b0"
            )
        };
        assert_eq!(whenever(&query("2026-03-16")), whenever(&query("2026-03-17")));
        assert_ne!(
            whenever(&query("2026-03-16")),
            whenever(&query("2026-03-16").replace("Invoice", "Payment"))
        );
        let deletions = |since: &str| {
            format!("GET /v3/company/1/cdc?entities=Invoice&changedSince={since}&minorversion=75 e3b0")
        };
        assert_eq!(whenever(&deletions("2026-03-16")), whenever(&deletions("2026-03-17")));
        assert_eq!(whenever("GET /v1/refunds/re_1 e3b0"), None);
    }
}
