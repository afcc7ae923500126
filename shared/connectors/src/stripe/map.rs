//! From Stripe's objects to facts. What cannot be carried over exactly is an error that names the object.
use super::currency;
use super::facts::{
    BalanceKind, CardDisputeFact, DisputeFunds, DisputeOutcome, InvoicePaymentFact, PaymentStatus,
    ReceivedPayment, RefundFact, RefundStatus, StripePayer,
};
use super::wire::{
    Charge, Customer, Dispute, Invoice, InvoicePayment, Link, Metadata, PaymentIntent, Refund, Session,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::dates::civil_date;
use domain::money::Money;

/// The metadata keys that may name invoices, unless configured otherwise.
pub const INVOICE_REF_KEYS: &[&str] = &["erp_invoice_id", "invoice_number", "invoice"];

/// Why an object cannot become a fact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {id}: {why}")]
pub struct MapError {
    pub kind: &'static str,
    pub id: String,
    pub why: String,
}

/// Names the object in every error.
struct Subject<'a> {
    kind: &'static str,
    id: &'a str,
}

impl Subject<'_> {
    fn error(&self, why: impl ToString) -> MapError {
        MapError { kind: self.kind, id: self.id.to_owned(), why: why.to_string() }
    }

    fn money(&self, amount: i64, code: &str) -> Result<Money, MapError> {
        currency::money(amount, code).map_err(|error| self.error(error))
    }

    fn required<T>(&self, field: &str, value: Option<T>) -> Result<T, MapError> {
        value.ok_or_else(|| self.error(format!("{field} is missing")))
    }

    fn instant(&self, unix: i64) -> Result<DateTime<Utc>, MapError> {
        DateTime::from_timestamp(unix, 0).ok_or_else(|| self.error(format!("{unix} is not a time")))
    }

    fn unknown_status(&self, status: &str) -> MapError {
        self.error(format!("status {status:?} is not known"))
    }
}

/// Reads a payment intent, best with its latest charge expanded.
///
/// # Errors
/// An amount that Stripe's currency table does not allow, a field that is missing, or a status not known.
pub fn payment_of_intent(
    intent: &PaymentIntent,
    zone: Tz,
    invoice_ref_keys: &[&str],
) -> Result<ReceivedPayment, MapError> {
    let subject = Subject { kind: "payment_intent", id: &intent.id };
    let status = match intent.status.as_str() {
        "succeeded" => PaymentStatus::Succeeded,
        "processing" => PaymentStatus::Processing,
        "canceled" => PaymentStatus::Canceled,
        other => match other.strip_prefix("requires_") {
            Some(what) => PaymentStatus::Requires(what.to_owned()),
            None => return Err(subject.unknown_status(other)),
        },
    };
    let amount = match status {
        PaymentStatus::Succeeded => subject.required("amount_received", intent.amount_received)?,
        // A bank transfer that came short is kept in the cash balance: not received for this payment yet.
        _ => 0,
    };
    let charge = intent.latest_charge.as_ref().and_then(|link| link.object.as_deref());
    // An intent can be far older than the payment: bank details are given out with it.
    let charged_at = charge.map_or(intent.created, |charge| charge.created);
    let payer = Payer::of(charge, intent.receipt_email.as_ref());
    Ok(ReceivedPayment {
        payment_intent: Some(intent.id.clone()),
        charge: id(&intent.latest_charge),
        money: subject.money(amount, &intent.currency)?,
        asked: subject.money(intent.amount, &intent.currency)?,
        part_funded: subject.money(part_funded(intent, &status), &intent.currency)?,
        received_on: civil_date(subject.instant(charged_at)?, zone),
        stripe_customer: id(&intent.customer),
        invoice_refs: invoice_refs(
            &[&intent.metadata, &charge.and_then(|c| c.metadata.clone())],
            invoice_ref_keys,
        ),
        description: intent.description.clone().or_else(|| charge?.description.clone()),
        payer_name: payer.name,
        payer_email: payer.email,
        status,
        livemode: subject.required("livemode", intent.livemode)?,
    })
}

/// What came of a bank transfer that fell short: Stripe tells what is missing.
fn part_funded(intent: &PaymentIntent, status: &PaymentStatus) -> i64 {
    const REMAINING: &str = "/display_bank_transfer_instructions/amount_remaining";
    let waits_for = intent.next_action.as_ref().filter(|_| matches!(status, PaymentStatus::Requires(_)));
    let remaining = waits_for.and_then(|action| action.pointer(REMAINING)?.as_i64());
    remaining.and_then(|remaining| intent.amount.checked_sub(remaining)).map_or(0, |came| came.max(0))
}

/// Reads a charge; for one that belongs to a payment intent, prefer [`payment_of_intent`].
///
/// # Errors
/// As for [`payment_of_intent`].
pub fn payment_of_charge(
    charge: &Charge,
    zone: Tz,
    invoice_ref_keys: &[&str],
) -> Result<ReceivedPayment, MapError> {
    let subject = Subject { kind: "charge", id: &charge.id };
    let status = match (charge.status.as_str(), charge.captured) {
        ("succeeded", Some(false)) => PaymentStatus::Requires("capture".to_owned()),
        ("succeeded", _) => PaymentStatus::Succeeded,
        ("pending", _) => PaymentStatus::Processing,
        ("failed", _) => PaymentStatus::Failed,
        (other, _) => return Err(subject.unknown_status(other)),
    };
    let amount = match status {
        PaymentStatus::Succeeded => subject.required("amount_captured", charge.amount_captured)?,
        _ => 0,
    };
    let payer = Payer::of(Some(charge), None);
    Ok(ReceivedPayment {
        payment_intent: id(&charge.payment_intent),
        charge: Some(charge.id.clone()),
        money: subject.money(amount, &charge.currency)?,
        asked: subject.money(charge.amount, &charge.currency)?,
        part_funded: subject.money(0, &charge.currency)?,
        received_on: civil_date(subject.instant(charge.created)?, zone),
        stripe_customer: id(&charge.customer),
        invoice_refs: invoice_refs(&[&charge.metadata], invoice_ref_keys),
        description: charge.description.clone(),
        payer_name: payer.name,
        payer_email: payer.email,
        status,
        livemode: subject.required("livemode", charge.livemode)?,
    })
}

/// # Errors
/// An amount or status that cannot be carried over, named with the refund.
pub fn refund(refund: &Refund) -> Result<RefundFact, MapError> {
    let subject = Subject { kind: "refund", id: &refund.id };
    let status = match subject.required("status", refund.status.as_deref())? {
        "pending" => RefundStatus::Pending,
        "succeeded" => RefundStatus::Succeeded,
        "failed" => RefundStatus::Failed,
        "canceled" => RefundStatus::Canceled,
        "requires_action" => RefundStatus::RequiresAction,
        other => return Err(subject.unknown_status(other)),
    };
    Ok(RefundFact {
        id: refund.id.clone(),
        payment_intent: id(&refund.payment_intent),
        charge: id(&refund.charge),
        money: subject.money(refund.amount, &refund.currency)?,
        status,
        created_at: subject.instant(refund.created)?,
    })
}

/// # Errors
/// An amount or time that cannot be carried over, named with the dispute.
pub fn card_dispute(dispute: &Dispute) -> Result<CardDisputeFact, MapError> {
    let subject = Subject { kind: "dispute", id: &dispute.id };
    let evidence_due = dispute.evidence_details.as_ref().and_then(|details| details.due_by);
    Ok(CardDisputeFact {
        id: dispute.id.clone(),
        payment_intent: id(&dispute.payment_intent),
        charge: id(&dispute.charge),
        money: subject.money(dispute.amount, &dispute.currency)?,
        status: dispute.status.clone(),
        outcome: match dispute.status.as_str() {
            "won" => DisputeOutcome::Won,
            "lost" => DisputeOutcome::Lost,
            "prevented" => DisputeOutcome::Prevented,
            "warning_closed" => DisputeOutcome::InquiryClosed,
            "warning_needs_response" | "warning_under_review" => DisputeOutcome::Inquiry,
            // A status that is new to us holds the invoice, as an open case does.
            _ => DisputeOutcome::Open,
        },
        funds: funds(dispute),
        reason: dispute.reason.clone(),
        created_at: subject.instant(dispute.created)?,
        evidence_due_at: evidence_due.map(|unix| subject.instant(unix)).transpose()?,
    })
}

/// Only signs count: our balance may be in another currency than the dispute, at another rate each time. Where part
/// was given back, the status has to say how it stands.
fn funds(dispute: &Dispute) -> DisputeFunds {
    let moved = &dispute.balance_transactions;
    let sum = moved.iter().try_fold(0_i64, |sum, moved| sum.checked_add(moved.amount));
    match sum {
        _ if moved.is_empty() => DisputeFunds::Untold,
        Some(0..) => DisputeFunds::Reinstated,
        _ if moved.iter().any(|moved| moved.amount > 0) => DisputeFunds::Untold,
        _ => DisputeFunds::Withdrawn,
    }
}

/// # Errors
/// An amount that cannot be carried over, or one that is paid but has none.
pub fn invoice_payment(payment: &InvoicePayment) -> Result<InvoicePaymentFact, MapError> {
    let subject = Subject { kind: "invoice_payment", id: &payment.id };
    let is_paid = match payment.status.as_str() {
        "paid" => true,
        "open" | "canceled" => false,
        other => return Err(subject.unknown_status(other)),
    };
    let amount = if is_paid { subject.required("amount_paid", payment.amount_paid)? } else { 0 };
    Ok(InvoicePaymentFact {
        id: payment.id.clone(),
        stripe_invoice: payment.invoice.id.clone(),
        payment_intent: id(&payment.payment.payment_intent),
        charge: id(&payment.payment.charge),
        money: subject.money(amount, &payment.currency)?,
        is_paid,
    })
}

pub fn payer(customer: &Customer) -> StripePayer {
    StripePayer {
        id: customer.id.clone(),
        name: filled(customer.name.as_ref()),
        email: filled(customer.email.as_ref()),
        is_deleted: customer.deleted,
    }
}

/// What lies in the balances of a customer that was read with its cash balance, by kind and currency; each amount is
/// positive.
///
/// # Errors
/// An amount that cannot be carried over, named with the customer.
pub fn customer_funds(customer: &Customer) -> Result<Vec<(BalanceKind, Money)>, MapError> {
    let subject = Subject { kind: "customer", id: &customer.id };
    let mut held = Vec::new();
    let available = customer.cash_balance.as_ref().and_then(|balance| balance.available.as_ref());
    for (code, amount) in available.into_iter().flatten().filter(|(_, amount)| **amount > 0) {
        held.push((BalanceKind::Cash, subject.money(*amount, code)?));
    }
    if let Some(owed) = customer.balance.filter(|balance| *balance < 0) {
        let code = subject.required("currency", customer.currency.as_deref())?;
        let credit = owed.checked_neg().ok_or_else(|| subject.error("balance is out of range"))?;
        held.push((BalanceKind::Credit, subject.money(credit, code)?));
    }
    Ok(held)
}

/// What a Stripe invoice says about the invoice that it stands for: what its metadata says, else its own number.
pub fn invoice_refs_of_invoice(invoice: &Invoice, invoice_ref_keys: &[&str]) -> Vec<String> {
    let mut refs = invoice_refs(&[&invoice.metadata], invoice_ref_keys);
    if refs.is_empty() {
        refs.extend(filled(invoice.number.as_ref()));
    }
    refs
}

/// What a checkout session says about invoices: in its metadata, else in the reference that its link was opened with.
pub fn invoice_refs_of_session(session: &Session, invoice_ref_keys: &[&str]) -> Vec<String> {
    let mut refs = invoice_refs(&[&session.metadata], invoice_ref_keys);
    if refs.is_empty() {
        refs.extend(filled(session.client_reference_id.as_ref()));
    }
    refs
}

struct Payer {
    name: Option<String>,
    email: Option<String>,
}

impl Payer {
    fn of(charge: Option<&Charge>, receipt_email: Option<&String>) -> Self {
        let billing = charge.and_then(|charge| charge.billing_details.as_ref());
        let email = filled(billing.and_then(|billing| billing.email.as_ref()))
            .or_else(|| filled(receipt_email))
            .or_else(|| filled(charge?.receipt_email.as_ref()));
        Self { name: filled(billing.and_then(|billing| billing.name.as_ref())), email }
    }
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn id<T>(link: &Option<Link<T>>) -> Option<String> {
    link.as_ref().map(|link| link.id.clone())
}

/// A value may name several invoices, split by commas or semicolons.
fn invoice_refs(sources: &[&Option<Metadata>], keys: &[&str]) -> Vec<String> {
    let mut refs: Vec<String> = Vec::new();
    for metadata in sources.iter().filter_map(|metadata| metadata.as_ref()) {
        for value in keys.iter().filter_map(|key| metadata.get(*key)) {
            for text in value.split([',', ';']).map(str::trim).filter(|text| !text.is_empty()) {
                if !refs.iter().any(|known| known == text) {
                    refs.push(text.to_owned());
                }
            }
        }
    }
    refs
}
