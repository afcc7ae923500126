//! Details that come apart from the booking (camt.054): kept until the statement books the entry, or added to the
//! payment that the statement has booked already. They never book.
use super::booking::{Claim, PaymentIds, incoming};
use super::{customer_credits, entries};
use crate::App;
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::entity::FollowUp;
use crate::store::keys;
use crate::store::reads::load;
use crate::store::table::{CommitError, Condition, Key, Record, TableName, Write};
use crate::versions;
use crate::worker::Failure;
use connectors::bank::parse;
use domain::ids::PaymentId;
use domain::money::Money;
use domain::payment::Payment;
use domain::statement::{BankStatement, Counterparty, NoCustomers, StatementKind, StatementLine};
use domain::timeline::{Cause, Event};
use serde::{Deserialize, Serialize};

/// Where the details of an entry are.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Details {
    v: u32,
    archived: String,
    /// The payment that has them, where the entry was booked before they came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    added_to: Option<PaymentId>,
}

impl Details {
    fn body(archived: &str, added_to: Option<PaymentId>) -> Result<String, Failure> {
        let details = Self { v: 1, archived: archived.to_owned(), added_to };
        serde_json::to_string(&details).map_err(|error| Failure::poison(error.to_string()))
    }
}

fn key(app: &App, entry_key: &str) -> Key {
    keys::claim(&app.settings.entity, "bank-details", entry_key)
}

/// Takes in the entries of a notice.
///
/// # Errors
/// The table's or the seal's.
pub(super) async fn take_in(
    app: &App,
    archived: &str,
    statement: &BankStatement,
    known: &NoCustomers,
    ids: &mut PaymentIds,
) -> Result<(), Failure> {
    for entry in entries(&statement.lines) {
        let credits = customer_credits(entry, known);
        let Some(first) = credits.first() else { continue };
        let cause = Cause::archived_at(format!("bank:{}", first.entry_key), archived);
        let claim = keys::claim(&app.settings.entity, "bank", &first.entry_key);
        match app.table.get(TableName::Ledger, &claim).await?.as_ref().map(Claim::read).transpose()? {
            None => keep(app, &first.entry_key, archived).await?,
            Some(Claim { payment: Some(payment), .. }) => {
                enrich(app, &cause, archived, &statement.account, &payment, &credits).await?;
            }
            // booked line by line, with details of its own
            Some(_) => (),
        }
        // counted as booked, so that equal bookings later in the file keep their numbers
        for line in &credits {
            ids.of(&statement.account, line);
        }
    }
    Ok(())
}

async fn keep(app: &App, entry_key: &str, archived: &str) -> Result<(), Failure> {
    let record = Record::new(key(app, entry_key), 1, Details::body(archived, None)?);
    let write = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
    match app.table.commit(vec![write]).await {
        // the first notice of an entry stands
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// The lines that a notice told of before, in the place of the one line of an entry that names no payer; `None` where
/// there are none, or they are not what was booked.
///
/// # Errors
/// The table's or the archive's.
pub(super) async fn details_of(
    app: &App,
    account: &str,
    credits: &[&StatementLine],
    known: &NoCustomers,
) -> Result<Option<Vec<StatementLine>>, Failure> {
    let [whole] = credits else { return Ok(None) };
    if whole.counterparty != Counterparty::default() {
        return Ok(None);
    }
    let claim = key(app, &whole.entry_key);
    let Some(record) = app.table.get(TableName::Ledger, &claim).await? else { return Ok(None) };
    let details: Details = versions::read(&format!("claim {claim}"), &record.body, &[])?;
    if details.added_to.is_some() {
        return Ok(None);
    }
    let bytes = app.blobs.get(&app.settings.archive_bucket, &details.archived).await?;
    // erased since, or no longer read as it was: the entry is booked as the statement has it
    let Some(file) = bytes.and_then(|bytes| parse(&bytes, &app.settings.bank_csv).ok()) else {
        return Ok(None);
    };
    let notices = file
        .statements
        .iter()
        .filter(|statement| statement.kind == StatementKind::Notice && statement.account == account);
    let lines: Vec<StatementLine> = notices
        .flat_map(|statement| entries(&statement.lines))
        .filter(|entry| entry.first().is_some_and(|line| line.entry_key == whole.entry_key))
        .flat_map(|entry| customer_credits(entry, known))
        .map(|line| StatementLine {
            entry_number: whole.entry_number,
            booked_on: whole.booked_on,
            valued_on: whole.valued_on,
            ..line.clone()
        })
        .collect();
    let sum = Money::sum(whole.amount.currency(), lines.iter().map(|line| line.amount));
    Ok((sum == Ok(whole.amount)).then_some(lines))
}

/// Adds what the notice says to a payment that waits unexplained, once; it is then looked at again.
async fn enrich(
    app: &App,
    cause: &Cause,
    archived: &str,
    account: &str,
    payment: &PaymentId,
    credits: &[&StatementLine],
) -> Result<(), Failure> {
    let Some(first) = credits.first() else { return Ok(()) };
    let (item, claim) = (keys::payment(&app.settings.entity, payment), key(app, &first.entry_key));
    let body = Details::body(archived, Some(payment.clone()))?;
    let told = told(account, payment, credits)?;
    settle(|| async {
        if app.table.get(TableName::Ledger, &claim).await?.is_some() {
            return Ok(Attempt::Done(()));
        }
        let Some(mut stored) = load::<Payment>(app.table.as_ref(), &item).await? else {
            return Ok(Attempt::Done(()));
        };
        let facts = &stored.state.remittance;
        let is_unexplained = stored.state.applied.is_zero()
            && stored.state.reversals.is_empty()
            && facts.payer_keys.is_empty()
            && facts.payer_name.is_none();
        let total = Money::sum(stored.state.currency(), credits.iter().map(|line| line.amount));
        if !is_unexplained || total != Ok(stored.state.received) {
            return Ok(Attempt::Done(()));
        }
        stored.state.remittance = told.sealed(app).await?.remittance;
        stored.follow_up(FollowUp::ApplyCash);
        let event = Event::PaymentEnriched { payment: payment.clone() };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        let change = change.update(stored).claim(claim.clone(), body.clone());
        Attempt::of(change.commit(app.table.as_ref()).await, ())
    })
    .await
}

/// What all lines say together. Several payers are no payer: their references go to a person as text.
fn told(
    account: &str,
    payment: &PaymentId,
    credits: &[&StatementLine],
) -> Result<crate::flows::receive::Incoming, Failure> {
    let Some((first, others)) = credits.split_first() else {
        return Err(Failure::poison(format!("no details for {payment}")));
    };
    let mut told = incoming(account, payment, first)?;
    for line in others {
        let other = incoming(account, payment, line)?;
        told.structured.extend(other.structured);
        told.text = format!("{}\n{}", told.text, other.text);
        if other.payer_keys != told.payer_keys || other.payer_name != told.payer_name {
            (told.payer_keys, told.payer_name) = (Vec::new(), None);
        }
    }
    Ok(told)
}
