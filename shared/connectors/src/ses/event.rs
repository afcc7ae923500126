//! The fate of a mail of ours (SES event publishing).
use super::{Notification, Unreadable, at, ignored, instant, text, texts};
use chrono::{DateTime, SecondsFormat, Utc};
use data_encoding::HEXLOWER;
use domain::ids::EventId;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The message tag under which a mail carries our reference; it comes back in every event.
pub const SEND_REF_TAG: &str = "ar_send_id";

/// One event about one mail. Events arrive in any order, and more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailEvent {
    /// SES's id of the mail: the left part of the `Message-ID` that the recipient sees.
    pub message_id: String,
    /// Our reference, from the tag [`SEND_REF_TAG`]; `None` for mail that this bundle did not send.
    pub send_ref: Option<String>,
    pub kind: MailEventKind,
    /// Whom the event is about; not all to whom the mail went.
    pub recipients: Vec<String>,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailEventKind {
    /// SES accepted the mail: what settles a hand-off that ended unclear.
    Send,
    /// The recipient's server accepted the mail.
    Delivery,
    /// `sub_type` is SES's word ("NoEmail", "MailboxFull"), `diagnostic` the recipient's server's.
    Bounce {
        kind: BounceKind,
        sub_type: String,
        diagnostic: Option<String>,
    },
    Complaint(ComplaintKind),
    /// SES did not send the mail.
    Reject {
        reason: String,
    },
    /// Not delivered yet; SES goes on trying.
    DeliveryDelay {
        delay_type: String,
        diagnostic: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BounceKind {
    /// The address is dead: never write to it again.
    Permanent,
    Transient,
    /// SES could not tell from the answer.
    Undetermined,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplaintKind {
    /// The recipient called the mail spam.
    Objection,
    /// The recipient took it out of the spam folder: the opposite of an objection.
    NotSpam,
}

impl MailEvent {
    /// The natural keys, one per recipient: the digest of SES's id, the event's type, the recipient in lower case and
    /// the instant. A digest, because claims are kept for good and an address is personal.
    pub fn keys(&self) -> Vec<EventId> {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let kind = self.kind.name();
        let key = |recipient: &String| {
            let parts = [self.message_id.as_str(), kind, &recipient.to_lowercase(), &at].join("\n");
            let digest = HEXLOWER.encode(&Sha256::digest(parts));
            EventId::new(format!("ses:{}:{}", kind.to_lowercase(), digest.get(..32).unwrap_or(&digest)))
        };
        self.recipients.iter().map(key).collect()
    }
}

impl MailEventKind {
    /// SES's own name for the type.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Send => "Send",
            Self::Delivery => "Delivery",
            Self::Bounce { .. } => "Bounce",
            Self::Complaint(_) => "Complaint",
            Self::Reject { .. } => "Reject",
            Self::DeliveryDelay { .. } => "DeliveryDelay",
        }
    }
}

pub(super) fn read(kind: &str, record: &Value) -> Result<Notification, Unreadable> {
    let (kind, recipients, at_path) = match kind {
        "Send" => (MailEventKind::Send, texts(record, "mail.destination", None)?, "mail.timestamp"),
        "Delivery" => {
            (MailEventKind::Delivery, texts(record, "delivery.recipients", None)?, "delivery.timestamp")
        }
        "Bounce" => {
            let recipients = texts(record, "bounce.bouncedRecipients", Some("emailAddress"))?;
            (bounce(record)?, recipients, "bounce.timestamp")
        }
        "Complaint" => {
            let recipients = texts(record, "complaint.complainedRecipients", Some("emailAddress"))?;
            (MailEventKind::Complaint(complaint(record)), recipients, "complaint.timestamp")
        }
        "Reject" => {
            let reason = text(record, "reject.reason")?.to_owned();
            (MailEventKind::Reject { reason }, texts(record, "mail.destination", None)?, "mail.timestamp")
        }
        "DeliveryDelay" => {
            let delay_type = text(record, "deliveryDelay.delayType")?.to_owned();
            let diagnostic = diagnostic(record, "deliveryDelay.delayedRecipients");
            let recipients = texts(record, "deliveryDelay.delayedRecipients", Some("emailAddress"))?;
            (MailEventKind::DeliveryDelay { delay_type, diagnostic }, recipients, "deliveryDelay.timestamp")
        }
        // Opens and clicks say more about scanners and proxies than about people.
        other => return Ok(ignored(format!("SES event of type {other}"))),
    };
    if recipients.is_empty() {
        return Err(Unreadable::new(kind.name(), "names no recipient"));
    }
    let message_id = text(record, "mail.messageId")?.to_owned();
    Ok(Notification::Event(MailEvent {
        message_id,
        send_ref: send_ref(record)?,
        kind,
        recipients,
        at: instant(record, at_path)?,
    }))
}

fn bounce(record: &Value) -> Result<MailEventKind, Unreadable> {
    let kind = match text(record, "bounce.bounceType")? {
        "Permanent" => BounceKind::Permanent,
        "Transient" => BounceKind::Transient,
        "Undetermined" => BounceKind::Undetermined,
        other => return Err(Unreadable::new("bounce.bounceType", format!("unknown type {other:?}"))),
    };
    let sub_type = text(record, "bounce.bounceSubType")?.to_owned();
    Ok(MailEventKind::Bounce { kind, sub_type, diagnostic: diagnostic(record, "bounce.bouncedRecipients") })
}

/// A complaint without a type, or of a type we do not know, is an objection.
fn complaint(record: &Value) -> ComplaintKind {
    match text(record, "complaint.complaintFeedbackType") {
        Ok("not-spam") => ComplaintKind::NotSpam,
        _ => ComplaintKind::Objection,
    }
}

/// What the recipient's server said, from the first recipient with an answer.
fn diagnostic(record: &Value, path: &str) -> Option<String> {
    let recipients = at(record, path).ok()?.as_array()?;
    recipients.iter().find_map(|recipient| recipient.get("diagnosticCode")?.as_str()).map(str::to_owned)
}

/// Tags are lists; one of ours with several values would be two letters in one event.
fn send_ref(record: &Value) -> Result<Option<String>, Unreadable> {
    let path = format!("mail.tags.{SEND_REF_TAG}");
    if at(record, &path).is_err() {
        return Ok(None);
    }
    match texts(record, &path, None)?.as_slice() {
        [one] => Ok(Some(one.clone())),
        many => Err(Unreadable::new(&path, format!("{} values where there is one", many.len()))),
    }
}
