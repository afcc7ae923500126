//! Payments as Stripe has them now: taken in once they succeeded, with what they say about what they pay.
use super::{Stop, ask};
use crate::App;
use crate::flows::receive::{Incoming, receive};
use crate::store::keys;
use crate::store::reads::load;
use connectors::stripe::facts::{PaymentStatus, ReceivedPayment};
use connectors::stripe::map::{self, INVOICE_REF_KEYS};
use domain::ids::{ExternalRef, PaymentId};
use domain::mutant;
use domain::payment::{Payment, PaymentSource};
use domain::timeline::Cause;

/// The id of a payment: its payment intent's, else its charge's.
pub(super) fn payment_id(payment_intent: Option<&str>, charge: Option<&str>) -> Result<PaymentId, Stop> {
    let id = payment_intent
        .or(charge)
        .ok_or_else(|| Stop::Unreadable("neither payment intent nor charge".into()))?;
    Ok(PaymentId(format!("stripe:{id}")))
}

/// Makes sure that a payment that succeeded is in the ledger. `None` while it has not succeeded.
pub(super) async fn ensure_received(
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
    take_in(app, cause, &read_intent(app, &intent.unwrap_or_default()).await?).await
}

/// A payment intent as it is now.
pub(super) async fn read_intent(app: &App, id: &str) -> Result<ReceivedPayment, Stop> {
    let intent = ask(app, |api| api.payment_intent(id)).await?;
    Ok(map::payment_of_intent(&intent, app.settings.zone, INVOICE_REF_KEYS)?)
}

/// Takes in what paid a Stripe invoice, as far as it went through Stripe: what was paid elsewhere is no payment of
/// Stripe's.
pub(super) async fn payments_of_invoice(app: &App, cause: &Cause, invoice: &str) -> Result<(), Stop> {
    let mut after: Option<String> = None;
    loop {
        let page = ask(app, |api| api.payments_of_invoice(invoice, after.as_deref())).await?;
        for payment in &page.data {
            let fact = map::invoice_payment(payment)?;
            if fact.is_paid && (fact.payment_intent.is_some() || fact.charge.is_some()) {
                ensure_received(app, cause, fact.payment_intent.as_deref(), fact.charge.as_deref()).await?;
            }
        }
        after = page.data.last().map(|payment| payment.id.clone()).filter(|_| page.has_more);
        if after.is_none() {
            return Ok(());
        }
    }
}

/// What a payment says about invoices: in its own metadata, else by the Stripe invoices that it pays, else by the
/// checkout session that made it. A key that may not read those leaves the payment without.
pub(super) async fn references(app: &App, fact: &ReceivedPayment) -> Result<Vec<String>, Stop> {
    let Some(intent) = fact.payment_intent.as_deref().filter(|_| fact.invoice_refs.is_empty()) else {
        return Ok(fact.invoice_refs.clone());
    };
    let paid = or_nothing(ask(app, |api| api.invoice_payments_of(intent, None)).await)?;
    let invoices = paid.iter().flat_map(|page| &page.data).filter_map(|paid| paid.invoice.object.as_deref());
    let mut refs: Vec<String> =
        invoices.flat_map(|invoice| map::invoice_refs_of_invoice(invoice, INVOICE_REF_KEYS)).collect();
    if refs.is_empty() {
        let sessions = or_nothing(ask(app, |api| api.sessions_of(intent)).await)?;
        let sessions = sessions.iter().flat_map(|page| &page.data);
        refs = sessions.flat_map(|session| map::invoice_refs_of_session(session, INVOICE_REF_KEYS)).collect();
    }
    Ok(refs)
}

fn or_nothing<T>(asked: Result<T, Stop>) -> Result<Option<T>, Stop> {
    match asked {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Unreadable(why)) => {
            tracing::warn!(%why, "a payment's invoices cannot be read");
            Ok(None)
        }
        Err(later) => Err(later),
    }
}

/// By what its payer may be known: the address, and Stripe's id of the customer.
pub(super) fn payer_keys(fact: &ReceivedPayment) -> Vec<String> {
    let customer = fact.stripe_customer.as_ref().map(|customer| format!("stripe:{customer}"));
    fact.payer_email.clone().into_iter().chain(customer).collect()
}

pub(super) async fn take_in(
    app: &App,
    cause: &Cause,
    fact: &ReceivedPayment,
) -> Result<Option<PaymentId>, Stop> {
    if fact.status != PaymentStatus::Succeeded || !fact.money.is_positive() {
        return Ok(None);
    }
    let mut id = payment_id(fact.payment_intent.as_deref(), fact.charge.as_deref())?;
    if mutant!("payment-named-by-its-notice") {
        id = PaymentId(format!("{id}@{}", cause.event));
    }
    let object = fact.payment_intent.clone().or_else(|| fact.charge.clone()).unwrap_or_default();
    let incoming = Incoming {
        id: id.clone(),
        external_ref: ExternalRef::new("stripe", object),
        source: PaymentSource::Stripe,
        received: fact.money,
        received_on: fact.received_on,
        structured: references(app, fact).await?,
        text: fact.description.clone().unwrap_or_default(),
        payer_name: fact.payer_name.clone(),
        payer_keys: payer_keys(fact),
    };
    receive(app, cause, &incoming).await?;
    Ok(Some(id))
}
