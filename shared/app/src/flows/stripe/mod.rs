//! Stripe's events: an event is a hint. The object is read again, and its state is what counts, so events may come
//! twice, late, in any order, by a webhook or by the sweep of what no webhook brought.
mod debits;
mod funds;
mod payers;
mod payments;
mod reversals;
pub mod sweep;

use super::tasks::{quarantine, quarantine_about};
use super::{Attempt, settle};
use crate::App;
use crate::archive::archive;
use crate::execute::{Reply, execute};
use crate::messages::WebhookReceived;
use crate::worker::Failure;
use base64::Engine as _;
use connectors::call::Call;
use connectors::fault::{Advice, Fault};
use connectors::stripe::StripeApi;
use connectors::stripe::map::{self, INVOICE_REF_KEYS, MapError};
use connectors::stripe::notice::{Notice, Subject};
use domain::timeline::Cause;
use funds::Holder;
use serde_json::Value;
use std::future::Future;

/// What events are called where they cannot be followed.
const SOURCE: &str = "Stripe notice";

/// Works off one webhook, which was verified before it was queued.
///
/// # Errors
/// Stripe's or the table's, worth another delivery. What cannot be read goes to quarantine instead.
pub async fn notice(app: &App, message: &WebhookReceived) -> Result<(), Failure> {
    let raw = base64::engine::general_purpose::STANDARD
        .decode(&message.body)
        .map_err(|error| Failure::poison(format!("webhook body: {error}")))?;
    let archived = archive(app, "stripe", &raw).await?;
    match Notice::parse(&raw) {
        Ok(notice) => {
            let cause = Cause::archived_at(format!("stripe:{}", notice.event_id), archived);
            follow(app, &cause, &notice).await
        }
        Err(error) => {
            let event = serde_json::from_slice::<Value>(&raw).ok();
            let id = event.as_ref().and_then(|event| event.get("id")).and_then(Value::as_str);
            let cause = Cause::archived_at(format!("stripe:{archived}"), &archived);
            match id {
                Some(id) => quarantine_about(app, &cause, &about(id), SOURCE, &error.to_string()).await,
                None => quarantine(app, &cause, SOURCE, &error.to_string()).await,
            }
        }
    }
}

/// What a task about an event is about: the same event may come by several ways, and is one matter.
fn about(event_id: &str) -> String {
    format!("stripe:{event_id}")
}

/// Follows an event, however it came.
async fn follow(app: &App, cause: &Cause, notice: &Notice) -> Result<(), Failure> {
    let about = about(&notice.event_id);
    if notice.livemode == is_test_key(app.settings.stripe.api_key.reveal()) {
        let why = format!("event {} does not belong to the mode of the API key", notice.event_id);
        return quarantine_about(app, cause, &about, SOURCE, &why).await;
    }
    match follow_subject(app, cause, &notice.subject).await {
        Err(Stop::Unreadable(why)) => quarantine_about(app, cause, &about, SOURCE, &why).await,
        Err(Stop::Later(failure)) => Err(failure),
        Ok(()) => Ok(()),
    }
}

fn is_test_key(key: &str) -> bool {
    key.starts_with("sk_test") || key.starts_with("rk_test")
}

/// Why a notice was not followed: to be tried again, or never to be understood.
enum Stop {
    Later(Failure),
    Unreadable(String),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Later(failure)
    }
}

impl From<MapError> for Stop {
    fn from(error: MapError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault.advice(false) {
            Advice::GiveUp => Self::Unreadable(fault.to_string()),
            _ => Self::Later(fault.into()),
        }
    }
}

/// Attempts of which each reads the ledger first and Stripe after it: then a conflict is met by a newer reading, and no
/// older reading is committed over a newer one.
async fn settle_readings<F, R>(mut attempt: F) -> Result<(), Stop>
where
    F: FnMut() -> R,
    R: Future<Output = Result<Attempt<()>, Stop>>,
{
    let ended = settle(|| {
        let tried = attempt();
        async move {
            match tried.await {
                Ok(ended) => Ok(ended.map(Ok)),
                Err(Stop::Later(failure)) => Err(failure),
                Err(unreadable) => Ok(Attempt::Done(Err(unreadable))),
            }
        }
    });
    ended.await?
}

async fn follow_subject(app: &App, cause: &Cause, subject: &Subject) -> Result<(), Stop> {
    match subject {
        Subject::PaymentIntentSucceeded { payment_intent, .. }
        | Subject::PaymentIntentChanged { payment_intent } => follow_intent(app, cause, payment_intent).await,
        Subject::PartiallyFunded { payment_intent, customer } => {
            follow_intent(app, cause, payment_intent).await?;
            let customer = match customer {
                Some(customer) => Some(customer.clone()),
                None => payments::read_intent(app, payment_intent).await?.stripe_customer,
            };
            funds::follow(app, cause, Holder::Intent(payment_intent), true).await?;
            match customer {
                Some(customer) => funds::follow(app, cause, Holder::Customer(&customer), true).await,
                None => Ok(()),
            }
        }
        Subject::SessionChanged { session, payment_intent } => {
            let intent = match payment_intent {
                Some(intent) => Some(intent.clone()),
                None => {
                    let session = ask(app, |api| api.session(session)).await?;
                    session.payment_intent.map(|intent| intent.id)
                }
            };
            match intent {
                Some(intent) => follow_intent(app, cause, &intent).await,
                // It set up a subscription or saved a card: no payment was made by it.
                None => Ok(()),
            }
        }
        Subject::ChargeChanged { charge, payment_intent: None } => follow_charge(app, cause, charge).await,
        Subject::InvoicePaid { payment_intent, charge, .. }
        | Subject::InvoicePaymentPaid { payment_intent, charge, .. }
            if payment_intent.is_some() || charge.is_some() =>
        {
            payments::ensure_received(app, cause, payment_intent.as_deref(), charge.as_deref()).await?;
            Ok(())
        }
        Subject::InvoicePaid { invoice, .. } => payments::payments_of_invoice(app, cause, invoice).await,
        Subject::InvoicePaymentPaid { invoice_payment, .. } => {
            let fact = map::invoice_payment(&ask(app, |api| api.invoice_payment(invoice_payment)).await?)?;
            let (intent, charge) = (fact.payment_intent.as_deref(), fact.charge.as_deref());
            if intent.is_some() || charge.is_some() {
                payments::ensure_received(app, cause, intent, charge).await?;
            }
            Ok(())
        }
        Subject::RefundChanged { refund, .. } => reversals::refund(app, cause, refund).await,
        Subject::ChargeRefunded { charge, payment_intent } => {
            let intent = match payment_intent {
                Some(intent) => Some(intent.clone()),
                None => ask(app, |api| api.charge(charge)).await?.payment_intent.map(|intent| intent.id),
            };
            reversals::all_refunds(app, cause, intent.as_deref(), charge).await
        }
        Subject::DisputeChanged { dispute, .. } => reversals::dispute(app, cause, dispute).await,
        Subject::FundsChanged { customer } => {
            funds::follow(app, cause, Holder::Customer(customer), true).await
        }
        // Its payment intent tells of such a charge. A payout moves our own money to our own bank. Other types are none
        // of our business.
        Subject::ChargeChanged { .. } | Subject::Payout | Subject::Ignored(_) => Ok(()),
    }
}

/// A payment that succeeded is taken in; one that is under way holds letters back, and what came of it is let go once it
/// has ended.
async fn follow_intent(app: &App, cause: &Cause, intent: &str) -> Result<(), Stop> {
    let is_received = payments::ensure_received(app, cause, Some(intent), None).await?.is_some();
    debits::follow(app, cause, intent, is_received).await?;
    funds::follow(app, cause, Holder::Intent(intent), false).await
}

async fn follow_charge(app: &App, cause: &Cause, charge: &str) -> Result<(), Stop> {
    let charge = ask(app, |api| api.charge(charge)).await?;
    let fact = map::payment_of_charge(&charge, app.settings.zone, INVOICE_REF_KEYS)?;
    if fact.payment_intent.is_none() {
        payments::take_in(app, cause, &fact).await?;
    }
    Ok(())
}

async fn ask<T>(app: &App, call: impl FnOnce(&StripeApi) -> Result<Call<T>, Fault>) -> Result<T, Stop> {
    Ok(ask_kept(app, call).await?.value)
}

/// Asks Stripe; the reply comes with where it is archived.
async fn ask_kept<T>(
    app: &App,
    call: impl FnOnce(&StripeApi) -> Result<Call<T>, Fault>,
) -> Result<Reply<T>, Stop> {
    let api = StripeApi::new(&app.settings.stripe.api, app.settings.stripe.api_key.reveal());
    Ok(execute(app, "stripe-reply", call(&api)?).await?)
}
