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
    /// What a payment intent comes to before, or instead: `.processing`, `.payment_failed`, `.canceled` and the like.
    PaymentIntentChanged { payment_intent: String },
    /// `payment_intent.partially_funded`: a bank transfer came short, and lies in the customer's cash balance.
    PartiallyFunded { payment_intent: String, customer: Option<String> },
    /// `charge.succeeded`, `.captured` and the like; a charge with a payment intent is told of by that.
    ChargeChanged { charge: String, payment_intent: Option<String> },
    /// `checkout.session.completed` and its later results; whether it is paid, the payment intent says.
    SessionChanged { session: String, payment_intent: Option<String> },
    /// `invoice.paid` and `invoice.payment_succeeded`, of which both come. Before API version 2025-03-31 the invoice
    /// itself named what paid it; since, its payments have to be listed.
    InvoicePaid { invoice: String, payment_intent: Option<String>, charge: Option<String> },
    /// `invoice_payment.paid`; one payment intent can pay several Stripe invoices.
    InvoicePaymentPaid { invoice_payment: String, payment_intent: Option<String>, charge: Option<String> },
    /// `refund.created`, `.updated` and `.failed`, and the older `charge.refund.updated`: the refund's state decides, not the event's name.
    RefundChanged { refund: String, payment_intent: Option<String>, charge: Option<String> },
    /// `charge.refunded`: the refunds have to be listed.
    ChargeRefunded { charge: String, payment_intent: Option<String> },
    /// `charge.dispute.created`, `.closed`, and what may come between and after: `.updated`, `.funds_…`
    DisputeChanged { dispute: String, payment_intent: Option<String>, charge: Option<String> },
    /// What lies in a customer's balances at Stripe may have changed.
    FundsChanged { customer: String },
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
        Self::of(&body)
    }

    /// Reads an event, as a webhook or the list of events has it.
    ///
    /// # Errors
    /// See [`Notice::parse`].
    pub fn of(body: &Value) -> Result<Self, NoticeError> {
        let event_id = text(body, "/id").unwrap_or_else(|| "without an id".to_owned());
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
        let event_type = text(body, "/type").ok_or_else(|| missing("type"))?;
        let event_type = match event_type.strip_prefix("v1.") {
            Some(snapshot_type) if is_thin => snapshot_type.to_owned(),
            _ => event_type,
        };
        let about = About {
            event_id: &event_id,
            event_type: &event_type,
            object: related.unwrap_or(&Value::Null),
            former: body.pointer("/data/previous_attributes"),
            kind_field: if is_thin { "/type" } else { "/object" },
        };
        let subject = about.subject()?;
        Ok(Self {
            event_id: text(body, "/id").ok_or_else(|| missing("id"))?,
            api_version: text(body, "/api_version"),
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
    /// What changed of it, with the former values; a thin event does not tell.
    former: Option<&'a Value>,
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
            "payment_intent.processing"
            | "payment_intent.payment_failed"
            | "payment_intent.canceled"
            | "payment_intent.requires_action" => {
                Subject::PaymentIntentChanged { payment_intent: self.id_of("payment_intent")? }
            }
            "payment_intent.partially_funded" => Subject::PartiallyFunded {
                payment_intent: self.id_of("payment_intent")?,
                customer: self.link("/customer"),
            },
            "charge.succeeded" | "charge.captured" | "charge.pending" | "charge.failed" => {
                Subject::ChargeChanged { charge: self.id_of("charge")?, payment_intent }
            }
            "checkout.session.completed"
            | "checkout.session.async_payment_succeeded"
            | "checkout.session.async_payment_failed" => {
                Subject::SessionChanged { session: self.id_of("checkout.session")?, payment_intent }
            }
            "invoice.paid" | "invoice.payment_succeeded" => {
                Subject::InvoicePaid { invoice: self.id_of("invoice")?, payment_intent, charge }
            }
            "invoice_payment.paid" => Subject::InvoicePaymentPaid {
                invoice_payment: self.id_of("invoice_payment")?,
                payment_intent: self.link("/payment/payment_intent"),
                charge: self.link("/payment/charge"),
            },
            "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
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
            "customer_cash_balance_transaction.created" | "cash_balance.funds_available" => {
                Subject::FundsChanged { customer: self.owner()? }
            }
            "customer.updated" if self.may_have_changed(&["balance", "cash_balance"]) => {
                Subject::FundsChanged { customer: self.id_of("customer")? }
            }
            payout if payout.starts_with("payout.") => Subject::Payout,
            other => Subject::Ignored(other.to_owned()),
        })
    }

    fn may_have_changed(&self, fields: &[&str]) -> bool {
        self.former.is_none_or(|former| fields.iter().any(|field| former.get(field).is_some()))
    }

    /// The customer of an object that belongs to one; a thin event has it in the object's address alone.
    fn owner(&self) -> Result<String, NoticeError> {
        let of_address = || {
            let address = text(self.object, "/url")?;
            let mut parts = address.split('/').skip_while(|part| *part != "customers");
            parts.nth(1).filter(|id| !id.is_empty()).map(str::to_owned)
        };
        let missing =
            || NoticeError::Field { event_id: self.event_id.to_owned(), field: "the object's customer" };
        self.link("/customer").or_else(of_address).ok_or_else(missing)
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
