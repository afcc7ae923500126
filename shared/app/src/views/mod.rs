//! What people look at, read fresh from the ledger as plain structs: pages only render them.
pub mod account;
pub mod ageing;
pub mod customer;
pub mod invoice;
pub mod review;
pub mod tasks;
pub mod timeline;

use crate::App;
use crate::store::keys;
use crate::store::reads::{load_many, look_up};
use crate::worker::Failure;
use domain::cash::tokens::normal_form;
use domain::customer::Customer;
use domain::ids::{CustomerId, InvoiceId};
use domain::refusal::Refusal;
use domain::sealed::Sealed;
use std::collections::BTreeMap;

/// What is shown where a subject's key was destroyed.
pub const ERASED: &str = "(erased)";

fn broken(refusal: Refusal) -> Failure {
    Failure::poison(refusal.to_string())
}

async fn opened(app: &App, subject: &str, sealed: &Sealed) -> Result<String, Failure> {
    Ok(app.seal.open(subject, sealed).await?.unwrap_or_else(|| ERASED.to_owned()))
}

/// The names of customers, as far as they are known.
///
/// # Errors
/// The table's; sealing keys that are not reachable.
pub async fn names(app: &App, customers: Vec<CustomerId>) -> Result<BTreeMap<CustomerId, String>, Failure> {
    let mut wanted: Vec<_> = customers.iter().map(|id| keys::customer(&app.settings.entity, id)).collect();
    wanted.sort();
    wanted.dedup();
    let mut names = BTreeMap::new();
    for customer in load_many::<Customer>(app.table.as_ref(), &wanted).await? {
        let subject = keys::customer(&app.settings.entity, &customer.state.id).pk;
        let name = opened(app, &subject, &customer.state.name).await?;
        names.insert(customer.state.id, name);
    }
    Ok(names)
}

/// The invoices that have a number, compared in normal form; usually one.
///
/// # Errors
/// The table's.
pub async fn invoices_by_number(app: &App, number: &str) -> Result<Vec<InvoiceId>, Failure> {
    let form = normal_form(number);
    if form.is_empty() {
        return Ok(vec![]);
    }
    let pks = look_up(app.table.as_ref(), keys::number(&app.settings.entity, &form)).await?;
    Ok(pks.iter().filter_map(|pk| keys::invoice_id(&app.settings.entity, pk)).collect())
}
