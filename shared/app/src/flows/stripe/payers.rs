//! Whose money it is, before there is a payment that cash application could decide about; and the record of it, since
//! what Stripe tells of a payer may change before the money has come.
use super::Stop;
use super::payments::{payer_keys, references};
use crate::App;
use crate::keyring::lookup;
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::reads::{load_many, look_up};
use crate::store::table::{Key, TableName};
use crate::worker::Failure;
use connectors::stripe::facts::ReceivedPayment;
use domain::cash::tokens::normal_form;
use domain::customer::Customer;
use domain::ids::CustomerId;
use domain::invoice::Invoice;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One payer in several customers is held in each; in more than so many, an address says nothing.
const CUSTOMERS_MAX: usize = 20;

/// The customers that an outside object was found to belong to: a permanent claim beside the first effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owners {
    v: u32,
    pub(super) customers: Vec<CustomerId>,
}

impl Owners {
    pub(super) fn of(customers: &[Stored<Customer>]) -> Self {
        Self { v: 1, customers: customers.iter().map(|stored| stored.state.id.clone()).collect() }
    }

    pub(super) fn to_json(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(|error| Failure::poison(error.to_string()))
    }
}

/// Whose an object was found to be; `None` before it had an effect.
pub(super) async fn known_owners(app: &App, claim: &Key) -> Result<Option<Vec<CustomerId>>, Failure> {
    let Some(record) = app.table.get(TableName::Ledger, claim).await? else { return Ok(None) };
    let owners: Owners = serde_json::from_str(&record.body)
        .map_err(|error| Failure::poison(format!("claim {claim}: {error}")))?;
    Ok(Some(owners.customers))
}

/// The customers by these keys, as the ledger has them now.
pub(super) async fn customers(app: &App, ids: &[CustomerId]) -> Result<Vec<Stored<Customer>>, Failure> {
    let wanted: Vec<Key> = ids.iter().map(|id| keys::customer(&app.settings.entity, id)).collect();
    load_many(app.table.as_ref(), &wanted).await
}

/// Whose payment it will be: whose invoices it names, and who pays. Nobody, where that could be anybody.
pub(super) async fn of_payment(app: &App, fact: &ReceivedPayment) -> Result<Vec<CustomerId>, Stop> {
    let table = app.table.as_ref();
    let mut wanted: Vec<Key> = Vec::new();
    for reference in references(app, fact).await? {
        let number = normal_form(&reference);
        if !number.is_empty() {
            let found = look_up(table, keys::number(&app.settings.entity, &number)).await?;
            wanted.extend(found.into_iter().map(|pk| Key::new(pk, keys::STATE)));
        }
    }
    let invoices: Vec<Stored<Invoice>> = load_many(table, &wanted).await?;
    let mut customers: BTreeSet<CustomerId> =
        invoices.into_iter().map(|invoice| invoice.state.customer).collect();
    customers.extend(by_keys(app, &payer_keys(fact)).await?);
    Ok(few(customers))
}

/// The customers that are known by an address or another system's id.
pub(super) async fn of_keys(app: &App, payer_keys: &[String]) -> Result<Vec<CustomerId>, Failure> {
    Ok(few(by_keys(app, payer_keys).await?))
}

async fn by_keys(app: &App, payer_keys: &[String]) -> Result<BTreeSet<CustomerId>, Failure> {
    let mut customers = BTreeSet::new();
    for key in payer_keys {
        let address = keys::address(&app.settings.entity, &lookup(app, key)?);
        customers.extend(look_up(app.table.as_ref(), address).await?.into_iter().map(CustomerId));
    }
    Ok(customers)
}

fn few(customers: BTreeSet<CustomerId>) -> Vec<CustomerId> {
    if customers.len() > CUSTOMERS_MAX { Vec::new() } else { customers.into_iter().collect() }
}
