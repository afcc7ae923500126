//! Every input is archived before its effect, as `source/date/sha256`; the same bytes always get the same key on
//! the same day. Beside the bytes, `arrival/…` says when and how they came, in the order of the keys, so that the
//! archive can be played again.
use crate::App;
use crate::ports::Unavailable;
use crate::versions;
use crate::worker::Failure;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connectors::call::{Request, Response};
use domain::dates::civil_date;
use domain::mutant;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The prefix of arrivals.
pub const ARRIVALS: &str = "arrival/";

/// How an input came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    pub v: u32,
    pub at: DateTime<Utc>,
    pub source: String,
    /// The key of its bytes.
    pub key: String,
    /// Where it was found, as `bucket/key`, where it was a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What it answers, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyFacts>,
}

/// A vendor's reply but for its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyFacts {
    /// Method, path, query and a digest of the body; see [`asked`].
    pub request: String,
    pub status: u16,
    /// Those that readers look at.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

impl Arrival {
    /// Reads an arrival of this version.
    ///
    /// # Errors
    /// Poison for what does not decode; a retry for a newer version.
    pub fn read(key: &str, json: &str) -> Result<Self, Failure> {
        versions::read(&format!("arrival {key}"), json, &[])
    }
}

/// What stands in the place of an input that was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    pub v: u32,
    /// The hash of what was there, in hex.
    pub erased_sha256: String,
}

impl Tombstone {
    pub fn of(bytes: &[u8]) -> Self {
        Self { v: 1, erased_sha256: hex::encode(Sha256::digest(bytes)) }
    }

    /// The tombstone, if it is one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

const READ_HEADERS: [&str; 4] = ["content-type", "date", "retry-after", "intuit_tid"];

/// A request by what makes it the same one again: everything but its host and its headers.
pub fn asked(request: &Request) -> String {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    format!("{} {target} {}", request.method(), short(request.body()))
}

/// What is told of a reply beside its body.
pub fn reply_facts(request: String, response: &Response) -> ReplyFacts {
    let header =
        |name: &&str| Some(((*name).to_owned(), connectors::call::header(response, name)?.to_owned()));
    let headers = READ_HEADERS.iter().filter_map(header).collect();
    ReplyFacts { request, status: response.status().as_u16(), headers }
}

/// Archives raw input and gives its key, which the timeline entry of its effect then names.
///
/// # Errors
/// When the archive is not reachable: the caller must not go on.
pub async fn archive(app: &App, source: &str, bytes: &[u8]) -> Result<String, Unavailable> {
    keep(app, source, bytes, None, None).await
}

/// Archives a file that was found in a bucket.
///
/// # Errors
/// See [`archive`].
pub async fn archive_file(
    app: &App,
    source: &str,
    bytes: &[u8],
    bucket: &str,
    key: &str,
) -> Result<String, Unavailable> {
    keep(app, source, bytes, Some(format!("{bucket}/{key}")), None).await
}

/// Archives a vendor's reply with what it answers.
///
/// # Errors
/// See [`archive`].
pub async fn archive_reply(
    app: &App,
    source: &str,
    bytes: &[u8],
    reply: ReplyFacts,
) -> Result<String, Unavailable> {
    keep(app, source, bytes, None, Some(reply)).await
}

async fn keep(
    app: &App,
    source: &str,
    bytes: &[u8],
    found: Option<String>,
    reply: Option<ReplyFacts>,
) -> Result<String, Unavailable> {
    let (bucket, at) = (&app.settings.archive_bucket, app.clock.now());
    let date = civil_date(at, app.settings.zone);
    let key = format!("{source}/{date}/{}", hex::encode(Sha256::digest(bytes)));
    if mutant!("input-not-archived") {
        return Ok(key);
    }
    app.blobs.put(bucket, &key, Bytes::copy_from_slice(bytes)).await?;
    let arrival = Arrival { v: 1, at, source: source.to_owned(), key: key.clone(), found, reply };
    let json = serde_json::to_vec(&arrival)
        .map_err(|error| Unavailable { what: "archive", why: error.to_string() })?;
    let place = format!("{ARRIVALS}{}-{source}-{}", at.format("%Y-%m-%d/%H%M%S%.3f"), short(&json));
    app.blobs.put(bucket, &place, Bytes::from(json)).await?;
    Ok(key)
}

fn short(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes)).chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::items::memory_app;

    #[tokio::test]
    async fn an_input_says_when_and_how_it_came() {
        let memory = memory_app();
        let key = archive_file(&memory.app, "bank", b"<Document/>", "intake", "bank/a.xml").await.unwrap();
        let places: Vec<String> =
            memory.blobs.keys("").into_iter().filter(|key| key.starts_with(ARRIVALS)).collect();
        assert_eq!(places.len(), 1);
        assert!(places[0].starts_with("arrival/2026-03-24/100000.000-bank-"), "{places:?}");
        let json = memory.app.blobs.get("", &places[0]).await.unwrap().unwrap();
        let arrival = Arrival::read(&places[0], std::str::from_utf8(&json).unwrap()).unwrap();
        assert_eq!((arrival.key, arrival.found), (key, Some("intake/bank/a.xml".into())));
        assert_eq!(arrival.at, memory.app.clock.now());
    }

    #[test]
    fn a_request_is_the_same_whoever_it_goes_to_and_another_with_another_body() {
        let request = |host: &str, body: &'static str| {
            let request = http::Request::post(format!("https://{host}/v3/payment?minorversion=75"));
            asked(&request.header("authorization", host).body(Bytes::from(body)).unwrap())
        };
        assert_eq!(request("a.example", "{}"), request("b.example", "{}"));
        assert_ne!(request("a.example", "{}"), request("a.example", "{1}"));
        assert!(request("a.example", "{}").starts_with("POST /v3/payment?minorversion=75 "));
    }

    #[test]
    fn only_a_tombstone_reads_as_one() {
        let tombstone = Tombstone::of(b"a mail");
        let bytes = serde_json::to_vec(&tombstone).unwrap();
        assert_eq!(Tombstone::read(&bytes), Some(tombstone));
        assert_eq!(Tombstone::read(b"a mail"), None);
        assert_eq!(Tombstone::read(br#"{"v":1,"entity":"main"}"#), None);
    }
}
