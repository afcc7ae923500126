//! What a debtor sees of its own account: open invoices, and money that is not assigned to one yet.
use super::customer::{OpenLine, Totals, cash_lines, credit_lines, open_lines, totals};
use super::opened;
use crate::App;
use crate::store::keys;
use crate::store::reads::load;
use crate::worker::Failure;
use domain::customer::Customer;
use domain::ids::{ContactId, CustomerId};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    pub name: String,
    /// By due date.
    pub open: Vec<OpenLine>,
    /// By currency code.
    pub totals: BTreeMap<&'static str, Totals>,
}

/// The account as one of the customer's present contacts may see it.
///
/// # Errors
/// The table's; sealing keys that are not reachable. `None` where the customer or the contact is gone.
pub async fn account(
    app: &App,
    customer: &CustomerId,
    contact: &ContactId,
) -> Result<Option<AccountView>, Failure> {
    let key = keys::customer(&app.settings.entity, customer);
    let stored = load::<Customer>(app.table.as_ref(), &key).await?;
    let Some(stored) = stored.filter(|stored| stored.state.contacts.iter().any(|c| c.id == *contact)) else {
        return Ok(None);
    };
    let open = open_lines(app, customer).await?;
    let cash = cash_lines(app, customer).await?;
    let credits = credit_lines(app, customer).await?;
    let totals = totals(&open, &cash, &credits).map_err(|error| Failure::poison(error.to_string()))?;
    Ok(Some(AccountView { name: opened(app, &key.pk, &stored.state.name).await?, open, totals }))
}
