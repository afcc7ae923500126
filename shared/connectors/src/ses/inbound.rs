//! Mail that came in: SES's notice of the stored mail, with its verdicts, and the bucket's own event without.
use super::{Notification, Unreadable, at, ignored, instant, text, texts};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// SES writes an object of this name when a receipt rule is set up; no mail.
const SETUP_NOTICE: &str = "AMAZON_SES_SETUP_NOTIFICATION";

/// A mail that SES received, judged and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundNotice {
    /// SES's id, unique per received mail; not the mail's own `Message-ID`.
    pub message_id: String,
    pub bucket: String,
    pub object_key: String,
    /// The addresses of ours that it was delivered to, from the SMTP envelope.
    pub envelope_recipients: Vec<String>,
    pub verdicts: Verdicts,
    /// The sender's domain's wish; SES tells it where DMARC failed.
    pub dmarc_policy: Option<DmarcPolicy>,
    /// The envelope's sender; empty for a bounce message. Anyone can write anything here.
    pub mail_from: String,
    pub timestamp: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicts {
    pub spam: Verdict,
    pub virus: Verdict,
    pub spf: Verdict,
    pub dkim: Verdict,
    pub dmarc: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    /// Nothing to judge by: the sender's domain publishes no policy, the mail carries no signature.
    Gray,
    /// Not judged: scanning failed, is off, or the verdict is absent. No reason for trust.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DmarcPolicy {
    None,
    Quarantine,
    Reject,
    Other,
}

/// An object in a bucket, known only by its place: its mail is unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BareObject {
    pub bucket: String,
    /// As S3's other calls take it, no longer encoded.
    pub key: String,
}

pub(super) fn notice(record: &Value) -> Result<Notification, Unreadable> {
    let message_id = text(record, "mail.messageId")?;
    if message_id == SETUP_NOTICE {
        return Ok(ignored("the setup notice of SES"));
    }
    let action = text(record, "receipt.action.type")?;
    if action != "S3" {
        return Err(Unreadable::new(
            "receipt.action.type",
            format!("{action:?}: only mail stored in S3 can be read"),
        ));
    }
    let object_key = text(record, "receipt.action.objectKey")?;
    if is_setup_object(object_key) {
        return Ok(ignored("the setup notice of SES"));
    }
    let envelope_recipients = texts(record, "receipt.recipients", None)?;
    if envelope_recipients.is_empty() {
        return Err(Unreadable::new("receipt.recipients", "empty"));
    }
    Ok(Notification::Inbound(InboundNotice {
        message_id: message_id.to_owned(),
        bucket: text(record, "receipt.action.bucketName")?.to_owned(),
        object_key: object_key.to_owned(),
        envelope_recipients,
        verdicts: Verdicts {
            spam: verdict(record, "spamVerdict"),
            virus: verdict(record, "virusVerdict"),
            spf: verdict(record, "spfVerdict"),
            dkim: verdict(record, "dkimVerdict"),
            dmarc: verdict(record, "dmarcVerdict"),
        },
        dmarc_policy: dmarc_policy(record),
        mail_from: at(record, "mail.source").ok().and_then(Value::as_str).unwrap_or_default().to_owned(),
        timestamp: instant(record, "receipt.timestamp")?,
    }))
}

fn verdict(record: &Value, name: &str) -> Verdict {
    match text(record, &format!("receipt.{name}.status")).map(str::to_ascii_uppercase).as_deref() {
        Ok("PASS") => Verdict::Pass,
        Ok("FAIL") => Verdict::Fail,
        Ok("GRAY") => Verdict::Gray,
        _ => Verdict::Other,
    }
}

fn dmarc_policy(record: &Value) -> Option<DmarcPolicy> {
    let policy = text(record, "receipt.dmarcPolicy").ok()?;
    Some(match policy.to_ascii_lowercase().as_str() {
        "none" => DmarcPolicy::None,
        "quarantine" => DmarcPolicy::Quarantine,
        "reject" => DmarcPolicy::Reject,
        _ => DmarcPolicy::Other,
    })
}

/// Reads an S3 event: the objects that were created.
pub(super) fn objects(record: &Value) -> Result<Notification, Unreadable> {
    let records =
        at(record, "Records")?.as_array().ok_or_else(|| Unreadable::new("Records", "not a list"))?;
    let mut found = Vec::new();
    for (i, record) in records.iter().enumerate() {
        let in_record = |error: Unreadable| Unreadable {
            place: format!("Records, entry {}, {}", i + 1, error.place),
            ..error
        };
        found.extend(created_object(record).map_err(in_record)?);
    }
    if found.is_empty() {
        return Ok(ignored("an S3 event without a new mail"));
    }
    Ok(Notification::Objects(found))
}

fn created_object(record: &Value) -> Result<Option<BareObject>, Unreadable> {
    if !text(record, "eventName")?.starts_with("ObjectCreated:") {
        return Ok(None);
    }
    let key = decoded_key(text(record, "s3.object.key")?)?;
    let bucket = text(record, "s3.bucket.name")?.to_owned();
    Ok((!is_setup_object(&key)).then_some(BareObject { bucket, key }))
}

/// S3 writes keys in its events like the fields of a form: `+` for a space, `%2B` for a plus.
fn decoded_key(encoded: &str) -> Result<String, Unreadable> {
    let spaced = encoded.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(Into::into).map_err(|_| Unreadable::new("s3.object.key", format!("{encoded:?} is not UTF-8")))
}

fn is_setup_object(key: &str) -> bool {
    key.rsplit('/').next() == Some(SETUP_NOTICE)
}
