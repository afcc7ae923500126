//! Takes a payment in, once: its id is the outside object's, so a second notice meets the payment that is there.
use super::{Attempt, settle};
use crate::App;
use crate::messages::{CashApplicationDue, send};
use crate::store::change::Change;
use crate::store::entity::FollowUp;
use crate::store::keys;
use crate::store::reads::load;
use crate::worker::Failure;
use chrono::NaiveDate;
use domain::ids::{EntityId, ExternalRef, PaymentId};
use domain::money::Money;
use domain::mutant;
use domain::payment::{Payment, PaymentSource, Posting, RemittanceFacts};
use domain::sealed::Sealed;
use domain::timeline::{Cause, Event};

/// A payment as its source tells it, in plain text; personal parts are sealed when it is stored.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub id: PaymentId,
    pub external_ref: ExternalRef,
    pub source: PaymentSource,
    pub received: Money,
    pub received_on: NaiveDate,
    pub structured: Vec<String>,
    pub text: String,
    pub payer_name: Option<String>,
    /// Addresses and accounts that may tell who paid.
    pub payer_keys: Vec<String>,
}

impl Incoming {
    /// The payment with its personal text sealed under its own key.
    ///
    /// # Errors
    /// The seal's, or keys that are not configured.
    pub async fn sealed(&self, app: &App) -> Result<Payment, Failure> {
        let mut entity = app.settings.entity.clone();
        if mutant!("payment-of-another-entity") {
            entity = EntityId::new("other");
        }
        let subject = keys::payment(&entity, &self.id).pk;
        let text = match self.text.trim() {
            "" => None,
            text => Some(app.seal.seal(&subject, text).await?),
        };
        let payer_name = match self.payer_name.as_deref() {
            Some(name) if mutant!("name-not-sealed") => Some(Sealed(name.to_owned())),
            Some(name) if !name.trim().is_empty() => Some(app.seal.seal(&subject, name).await?),
            _ => None,
        };
        let mut payer_keys = Vec::new();
        for key in &self.payer_keys {
            payer_keys.push(crate::keyring::lookup(app, key)?);
        }
        let zero = Money::zero(self.received.currency());
        Ok(Payment {
            entity,
            id: self.id.clone(),
            external_ref: self.external_ref.clone(),
            source: self.source,
            customer: None,
            received: self.received,
            applied: zero,
            refunded: zero,
            reversed: zero,
            received_on: self.received_on,
            remittance: RemittanceFacts { structured: self.structured.clone(), text, payer_name, payer_keys },
            allocations: Vec::new(),
            reversals: Vec::new(),
            posting: Posting::NotPosted,
            mirror: None,
        })
    }
}

/// Records the payment unless it is there already; cash application follows.
///
/// # Errors
/// The table's or the seal's.
pub async fn receive(app: &App, cause: &Cause, incoming: &Incoming) -> Result<(), Failure> {
    let key = keys::payment(&app.settings.entity, &incoming.id);
    settle(|| async {
        if load::<Payment>(app.table.as_ref(), &key).await?.is_some() {
            return Ok(Attempt::Done(()));
        }
        let payment = incoming.sealed(app).await?;
        let event = Event::PaymentReceived { payment: payment.id.clone(), amount: payment.received };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        if mutant!("written-then-sent") {
            let due = CashApplicationDue::new(payment.entity.clone(), payment.id.clone());
            let attempt = Attempt::of(change.create(payment, &[]).commit(app.table.as_ref()).await, ())?;
            return send(app, &due).await.map(|()| attempt);
        }
        let change = change.create(payment, &[FollowUp::ApplyCash]);
        Attempt::of(change.commit(app.table.as_ref()).await, ())
    })
    .await
}
