//! Stripe notices: a notice is a hint. The object is read again, and its state is what counts, so notices may come
//! twice, late and in any order.
use super::receive::{Incoming, receive};
use super::reversals::{Followed, ReversalFact, Standing, follow};
use super::tasks::quarantine;
use crate::App;
use crate::archive::archive;
use crate::execute::execute;
use crate::messages::WebhookReceived;
use crate::store::keys;
use crate::store::reads::load;
use crate::worker::Failure;
use base64::Engine as _;
use connectors::call::Call;
use connectors::fault::{Advice, Fault};
use connectors::stripe::StripeApi;
use connectors::stripe::facts::{
    CardDisputeFact, DisputeOutcome, PaymentStatus, ReceivedPayment, RefundFact, RefundStatus,
};
use connectors::stripe::map::{self, INVOICE_REF_KEYS, MapError};
use connectors::stripe::notice::{Notice, Subject};
use domain::ids::{ExternalRef, PaymentId};
use domain::mutant;
use domain::payment::{Payment, PaymentSource, ReversalKind};
use domain::timeline::Cause;

/// Works off one webhook, which was verified before it was queued.
///
/// # Errors
/// Stripe's or the table's, worth another delivery. What cannot be read goes to quarantine instead.
pub async fn notice(app: &App, message: &WebhookReceived) -> Result<(), Failure> {
    let raw = base64::engine::general_purpose::STANDARD
        .decode(&message.body)
        .map_err(|error| Failure::poison(format!("webhook body: {error}")))?;
    let archived = archive(app, "stripe", &raw).await?;
    let notice = match Notice::parse(&raw) {
        Ok(notice) => notice,
        Err(error) => {
            let cause = Cause::archived_at(format!("stripe:{archived}"), &archived);
            return quarantine(app, &cause, "Stripe notice", &error.to_string()).await;
        }
    };
    let cause = Cause::archived_at(format!("stripe:{}", notice.event_id), archived);
    if notice.livemode == is_test_key(app.settings.stripe.api_key.reveal()) {
        let why = format!("event {} does not belong to the mode of the API key", notice.event_id);
        return quarantine(app, &cause, "Stripe notice", &why).await;
    }
    match follow_subject(app, &cause, &notice.subject).await {
        Err(Stop::Unreadable(why)) => quarantine(app, &cause, "Stripe notice", &why).await,
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

async fn follow_subject(app: &App, cause: &Cause, subject: &Subject) -> Result<(), Stop> {
    match subject {
        Subject::PaymentIntentSucceeded { payment_intent, .. } => {
            ensure_received(app, cause, Some(payment_intent), None).await?;
        }
        Subject::InvoicePaymentPaid { invoice_payment, payment_intent, charge } => {
            if payment_intent.is_some() || charge.is_some() {
                ensure_received(app, cause, payment_intent.as_deref(), charge.as_deref()).await?;
                return Ok(());
            }
            let fact = map::invoice_payment(&ask(app, |api| api.invoice_payment(invoice_payment)).await?)?;
            ensure_received(app, cause, fact.payment_intent.as_deref(), fact.charge.as_deref()).await?;
        }
        Subject::RefundChanged { refund, .. } => {
            let fact = map::refund(&ask(app, |api| api.refund(refund)).await?)?;
            follow_refund(app, cause, &fact).await?;
        }
        Subject::ChargeRefunded { charge, payment_intent } => {
            let intent = match payment_intent {
                Some(intent) => Some(intent.clone()),
                None => {
                    map::payment_of_charge(
                        &ask(app, |api| api.charge(charge)).await?,
                        app.settings.zone,
                        INVOICE_REF_KEYS,
                    )?
                    .payment_intent
                }
            };
            let Some(intent) = intent else {
                return Err(Stop::Unreadable(format!("refunds of {charge}, which has no payment intent")));
            };
            follow_all_refunds(app, cause, &intent).await?;
        }
        Subject::DisputeChanged { dispute, .. } => {
            let fact = map::card_dispute(&ask(app, |api| api.dispute(dispute)).await?)?;
            follow_dispute(app, cause, &fact).await?;
        }
        // A payout moves our own money to our own bank; other types are none of our business.
        Subject::Payout | Subject::Ignored(_) => {}
    }
    Ok(())
}

async fn ask<T>(app: &App, call: impl FnOnce(&StripeApi) -> Result<Call<T>, Fault>) -> Result<T, Stop> {
    let api = StripeApi::new(&app.settings.stripe.api, app.settings.stripe.api_key.reveal());
    Ok(execute(app, "stripe-reply", call(&api)?).await?.value)
}

/// The id of a payment: its payment intent's, else its charge's.
fn payment_id(payment_intent: Option<&str>, charge: Option<&str>) -> Result<PaymentId, Stop> {
    let id = payment_intent
        .or(charge)
        .ok_or_else(|| Stop::Unreadable("neither payment intent nor charge".into()))?;
    Ok(PaymentId(format!("stripe:{id}")))
}

/// Makes sure that a payment that succeeded is in the ledger. `None` while it has not succeeded.
async fn ensure_received(
    app: &App,
    cause: &Cause,
    payment_intent: Option<&str>,
    charge: Option<&str>,
) -> Result<Option<PaymentId>, Stop> {
    let mut intent = payment_intent.map(str::to_owned);
    if intent.is_none()
        && let Some(charge) = charge
    {
        let charge = ask(app, |api| api.charge(charge)).await?;
        let fact = map::payment_of_charge(&charge, app.settings.zone, INVOICE_REF_KEYS)?;
        if fact.payment_intent.is_none() {
            return take_in(app, cause, &fact).await;
        }
        intent = fact.payment_intent;
    }
    let id = payment_id(intent.as_deref(), charge)?;
    let key = keys::payment(&app.settings.entity, &id);
    if load::<Payment>(app.table.as_ref(), &key).await?.is_some() {
        return Ok(Some(id));
    }
    let intent = intent.unwrap_or_default();
    let intent = ask(app, |api| api.payment_intent(&intent)).await?;
    take_in(app, cause, &map::payment_of_intent(&intent, app.settings.zone, INVOICE_REF_KEYS)?).await
}

async fn take_in(app: &App, cause: &Cause, fact: &ReceivedPayment) -> Result<Option<PaymentId>, Stop> {
    if fact.status != PaymentStatus::Succeeded || !fact.money.is_positive() {
        return Ok(None);
    }
    let mut id = payment_id(fact.payment_intent.as_deref(), fact.charge.as_deref())?;
    if mutant!("payment-named-by-its-notice") {
        id = PaymentId(format!("{id}@{}", cause.event));
    }
    let object = fact.payment_intent.clone().or_else(|| fact.charge.clone()).unwrap_or_default();
    let stripe_customer = fact.stripe_customer.as_ref().map(|customer| format!("stripe:{customer}"));
    let incoming = Incoming {
        id: id.clone(),
        external_ref: ExternalRef::new("stripe", object),
        source: PaymentSource::Stripe,
        received: fact.money,
        received_on: fact.received_on,
        structured: fact.invoice_refs.clone(),
        text: fact.description.clone().unwrap_or_default(),
        payer_name: fact.payer_name.clone(),
        payer_keys: fact.payer_email.clone().into_iter().chain(stripe_customer).collect(),
    };
    receive(app, cause, &incoming).await?;
    Ok(Some(id))
}

async fn follow_all_refunds(app: &App, cause: &Cause, intent: &str) -> Result<(), Stop> {
    let mut after: Option<String> = None;
    loop {
        let page = ask(app, |api| api.refunds_of(intent, after.as_deref())).await?;
        for refund in &page.data {
            follow_refund(app, cause, &map::refund(refund)?).await?;
        }
        after = page.data.last().map(|refund| refund.id.clone()).filter(|_| page.has_more);
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn follow_refund(app: &App, cause: &Cause, fact: &RefundFact) -> Result<(), Stop> {
    let ended = follow_reversal(app, cause, &told_by_refund(fact), false).await?;
    if ended == Followed::Contradicts {
        let again = map::refund(&ask(app, |api| api.refund(&fact.id)).await?)?;
        let _ = follow_reversal(app, cause, &told_by_refund(&again), true).await?;
    }
    Ok(())
}

fn told_by_refund(fact: &RefundFact) -> Told<'_> {
    let standing = match fact.status {
        RefundStatus::Pending | RefundStatus::Succeeded | RefundStatus::RequiresAction => Standing::Standing,
        RefundStatus::Failed | RefundStatus::Canceled => Standing::Undone,
    };
    let kind = ReversalKind::Refund;
    let reversal = ReversalFact { kind, external_id: fact.id.clone(), amount: fact.money, standing };
    Told { payment_intent: fact.payment_intent.as_deref(), charge: fact.charge.as_deref(), reversal }
}

async fn follow_dispute(app: &App, cause: &Cause, fact: &CardDisputeFact) -> Result<(), Stop> {
    let Some(told) = told_by_dispute(fact) else { return Ok(()) };
    if follow_reversal(app, cause, &told, false).await? == Followed::Contradicts {
        let again = map::card_dispute(&ask(app, |api| api.dispute(&fact.id)).await?)?;
        if let Some(told) = told_by_dispute(&again) {
            let _ = follow_reversal(app, cause, &told, true).await?;
        }
    }
    Ok(())
}

/// `None` for what is only a question so far, or one that was answered: no money moved.
fn told_by_dispute(fact: &CardDisputeFact) -> Option<Told<'_>> {
    let standing = match fact.outcome {
        DisputeOutcome::Open => Standing::Standing,
        DisputeOutcome::Won | DisputeOutcome::Prevented => Standing::Undone,
        DisputeOutcome::Lost => Standing::Lost,
        DisputeOutcome::Inquiry | DisputeOutcome::InquiryClosed => return None,
    };
    let kind = ReversalKind::CardDispute;
    let reversal = ReversalFact { kind, external_id: fact.id.clone(), amount: fact.money, standing };
    Some(Told { payment_intent: fact.payment_intent.as_deref(), charge: fact.charge.as_deref(), reversal })
}

/// A reversal as Stripe tells it, with what it is about.
struct Told<'a> {
    payment_intent: Option<&'a str>,
    charge: Option<&'a str>,
    reversal: ReversalFact,
}

/// A reversal may be heard of before its payment: the payment is then taken in first.
async fn follow_reversal(
    app: &App,
    cause: &Cause,
    told: &Told<'_>,
    is_confirmed: bool,
) -> Result<Followed, Stop> {
    let Some(payment) = ensure_received(app, cause, told.payment_intent, told.charge).await? else {
        let id = &told.reversal.external_id;
        return Err(Stop::Later(Failure::retry(format!("{id} before its payment succeeded"))));
    };
    match follow(app, cause, &payment, &told.reversal, is_confirmed).await {
        // More goes back than is left, say: a person has to look.
        Err(Failure::Poison(why)) => Err(Stop::Unreadable(why)),
        ended => Ok(ended?),
    }
}
