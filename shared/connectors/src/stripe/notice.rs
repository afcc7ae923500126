//! What a verified webhook is about. It only names what to read again; its amounts are never used.
use chrono::{DateTime, Utc};
use serde_json::Value;

/// A webhook event of either shape: a snapshot (`event`) or a thin one (`v2.core.event`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub event_id: String,
    /// As in a snapshot, also for thin events: "refund.created".
    pub event_type: String,
    /// The version a snapshot was rendered in; thin events have none.
    pub api_version: Option<String>,
    pub livemode: bool,
    pub created_at: DateTime<Utc>,
    pub subject: Subject,
}

/// The object to read again, by its id, and the ids that the event knows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `payment_intent.succeeded`
    PaymentIntentSucceeded { payment_intent: String, charge: Option<String> },
    /// `invoice_payment.paid`; one payment intent can pay several Stripe invoices.
    InvoicePaymentPaid { invoice_payment: String, payment_intent: Option<String>, charge: Option<String> },
    /// `refund.created`, `.updated` and `.failed`: the refund's state decides, not the event's name.
    RefundChanged { refund: String, payment_intent: Option<String>, charge: Option<String> },
    /// `charge.refunded`: the refunds have to be listed.
    ChargeRefunded { charge: String, payment_intent: Option<String> },
    /// `charge.dispute.created`, `.closed`, and what may come between and after: `.updated`, `.funds_…`
    DisputeChanged { dispute: String, payment_intent: Option<String>, charge: Option<String> },
    /// `payout.*`: money on its way to our own bank. Known, and nothing to do.
    Payout,
    /// A type that nothing is done about.
    Ignored(String),
}

/// Why a body is not a notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error("the notice is not JSON: {0}")]
    NotJson(String),
    #[error("the notice is neither an event nor a v2.core.event, but {0:?}")]
    NotAnEvent(Option<String>),
    #[error("event {event_id}: {field} is missing or not of its type")]
    Field { event_id: String, field: &'static str },
    #[error("event {event_id} of type {event_type} is about a {found:?}, not a {expected}")]
    OtherObject { event_id: String, event_type: String, found: String, expected: &'static str },
}

impl Notice {
    /// Reads a body whose signature was verified.
    ///
    /// # Errors
    /// [`NoticeError`], which names the event where it has an id.
    pub fn parse(raw: &[u8]) -> Result<Self, NoticeError> {
        let body: Value =
            serde_json::from_slice(raw).map_err(|error| NoticeError::NotJson(error.to_string()))?;
        let event_id = text(&body, "/id").unwrap_or_else(|| "without an id".to_owned());
        let missing = |field| NoticeError::Field { event_id: event_id.clone(), field };
        let (is_thin, created_at, related) = match body.get("object").and_then(Value::as_str) {
            Some("event") => {
                let created = body.get("created").and_then(Value::as_i64);
                (
                    false,
                    created.and_then(|unix| DateTime::from_timestamp(unix, 0)),
                    body.pointer("/data/object"),
                )
            }
            Some("v2.core.event") => {
                let created = body.get("created").and_then(Value::as_str);
                (true, created.and_then(|iso| iso.parse().ok()), body.get("related_object"))
            }
            other => return Err(NoticeError::NotAnEvent(other.map(str::to_owned))),
        };
        let event_type = text(&body, "/type").ok_or_else(|| missing("type"))?;
        let event_type = match event_type.strip_prefix("v1.") {
            Some(snapshot_type) if is_thin => snapshot_type.to_owned(),
            _ => event_type,
        };
        let about = About {
            event_id: &event_id,
            event_type: &event_type,
            object: related.unwrap_or(&Value::Null),
            kind_field: if is_thin { "/type" } else { "/object" },
        };
        let subject = about.subject()?;
        Ok(Self {
            event_id: text(&body, "/id").ok_or_else(|| missing("id"))?,
            api_version: text(&body, "/api_version"),
            livemode: body.get("livemode").and_then(Value::as_bool).ok_or_else(|| missing("livemode"))?,
            created_at: created_at.ok_or_else(|| missing("created"))?,
            event_type,
            subject,
        })
    }
}

/// An event's type and the object it is about.
struct About<'a> {
    event_id: &'a str,
    event_type: &'a str,
    object: &'a Value,
    /// Where the object tells its kind: `object` in full objects, `type` in references.
    kind_field: &'static str,
}

impl About<'_> {
    fn subject(&self) -> Result<Subject, NoticeError> {
        let charge = self.link("/charge");
        let payment_intent = self.link("/payment_intent");
        Ok(match self.event_type {
            "payment_intent.succeeded" => Subject::PaymentIntentSucceeded {
                payment_intent: self.id_of("payment_intent")?,
                charge: self.link("/latest_charge"),
            },
            "invoice_payment.paid" => Subject::InvoicePaymentPaid {
                invoice_payment: self.id_of("invoice_payment")?,
                payment_intent: self.link("/payment/payment_intent"),
                charge: self.link("/payment/charge"),
            },
            "refund.created" | "refund.updated" | "refund.failed" => {
                Subject::RefundChanged { refund: self.id_of("refund")?, payment_intent, charge }
            }
            "charge.refunded" => Subject::ChargeRefunded { charge: self.id_of("charge")?, payment_intent },
            "charge.dispute.created"
            | "charge.dispute.updated"
            | "charge.dispute.funds_withdrawn"
            | "charge.dispute.funds_reinstated"
            | "charge.dispute.closed" => {
                Subject::DisputeChanged { dispute: self.id_of("dispute")?, payment_intent, charge }
            }
            payout if payout.starts_with("payout.") => Subject::Payout,
            other => Subject::Ignored(other.to_owned()),
        })
    }

    /// The object's own id, once its kind is the one that the type promises.
    fn id_of(&self, expected: &'static str) -> Result<String, NoticeError> {
        let event_id = self.event_id.to_owned();
        match text(self.object, self.kind_field) {
            Some(found) if found != expected => Err(NoticeError::OtherObject {
                event_id,
                event_type: self.event_type.to_owned(),
                found,
                expected,
            }),
            None => Err(NoticeError::Field { event_id, field: "the object's kind" }),
            Some(_) => {
                text(self.object, "/id").ok_or(NoticeError::Field { event_id, field: "the object's id" })
            }
        }
    }

    /// The id in a field that may hold the expanded object instead.
    fn link(&self, pointer: &str) -> Option<String> {
        text(self.object, pointer).or_else(|| text(self.object.pointer(pointer)?, "/id"))
    }
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}
