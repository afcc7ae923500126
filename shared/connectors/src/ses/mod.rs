//! What Amazon SES tells us: the fate of mail we sent, and mail that came in. Both arrive by SNS → SQS, wrapped in an
//! SNS notification or raw (the subscription's choice); a bucket's own S3 event is the fallback for inbound mail.
pub mod event;
pub mod inbound;
#[cfg(test)]
mod tests;

pub use event::{BounceKind, ComplaintKind, MailEvent, MailEventKind, SEND_REF_TAG};
pub use inbound::{BareObject, DmarcPolicy, InboundNotice, Verdict, Verdicts};

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One queue message from SES, SNS or S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// What became of a mail of ours.
    Event(MailEvent),
    /// A mail came in, and SES judged it.
    Inbound(InboundNotice),
    /// Objects came into a bucket. Says nothing of who put them there.
    Objects(Vec<BareObject>),
    /// Nothing to act on: a test message, an opened mail, the setup notice.
    Ignored { why: String },
}

/// A message that is not as documented: where in it, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("SES notification, {place}: {why}")]
pub struct Unreadable {
    pub place: String,
    pub why: String,
}

impl Unreadable {
    fn new(place: &str, why: impl Into<String>) -> Self {
        Self { place: place.to_owned(), why: why.into() }
    }
}

/// Reads the body of a queue message.
///
/// # Errors
/// [`Unreadable`] when it is none of the documented notices, or one with a field missing or misspelt.
pub fn parse(body: &str) -> Result<Notification, Unreadable> {
    let outer = json(body, "body")?;
    match outer.get("Type").and_then(Value::as_str) {
        None => notice(&outer),
        Some("Notification") => {
            let message = text(&outer, "Message")?;
            // SES greets a new topic with a sentence.
            if !message.trim_start().starts_with('{') {
                return Ok(ignored("a text message of SNS"));
            }
            notice(&json(message, "Message")?)
        }
        Some(other) => Ok(ignored(format!("SNS message of type {other}"))),
    }
}

fn notice(record: &Value) -> Result<Notification, Unreadable> {
    if record.get("Records").is_some() {
        return inbound::objects(record);
    }
    if record.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(ignored("the test event of S3"));
    }
    if record.get("notificationType").and_then(Value::as_str) == Some("Received") {
        return inbound::notice(record);
    }
    // Event publishing says `eventType`, the feedback of an identity says `notificationType`; the rest is the same.
    let kind = record.get("eventType").or_else(|| record.get("notificationType")).and_then(Value::as_str);
    match kind {
        Some(kind) => event::read(kind, record),
        None => Err(Unreadable::new("body", "neither eventType, notificationType nor Records")),
    }
}

fn ignored(why: impl Into<String>) -> Notification {
    Notification::Ignored { why: why.into() }
}

fn json(source: &str, place: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(source).map_err(|error| Unreadable::new(place, format!("not JSON: {error}")))
}

/// The value at a path of names parted by dots.
fn at<'a>(record: &'a Value, path: &str) -> Result<&'a Value, Unreadable> {
    let found = path.split('.').try_fold(record, |value, name| value.get(name));
    found.filter(|value| !value.is_null()).ok_or_else(|| Unreadable::new(path, "missing"))
}

fn text<'a>(record: &'a Value, path: &str) -> Result<&'a str, Unreadable> {
    let text = at(record, path)?.as_str().ok_or_else(|| Unreadable::new(path, "not text"))?;
    if text.is_empty() { Err(Unreadable::new(path, "empty")) } else { Ok(text) }
}

fn instant(record: &Value, path: &str) -> Result<DateTime<Utc>, Unreadable> {
    let text = text(record, path)?;
    text.parse().map_err(|error| Unreadable::new(path, format!("{text:?} is not an instant: {error}")))
}

/// A list of texts, or of objects that hold the text under `within`.
fn texts(record: &Value, path: &str, within: Option<&str>) -> Result<Vec<String>, Unreadable> {
    let list = at(record, path)?.as_array().ok_or_else(|| Unreadable::new(path, "not a list"))?;
    let one = |(i, value): (usize, &Value)| {
        let value = within.map_or(Some(value), |name| value.get(name));
        let text = value.and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| Unreadable::new(path, format!("entry {}: no text", i + 1)))
    };
    list.iter().enumerate().map(one).collect()
}
