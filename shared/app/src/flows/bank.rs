//! Bank files: a camt.053 file dropped into the bucket becomes payments, or waits for a person as a whole.
use super::receive::Incoming;
use super::tasks::{new_task, quarantine};
use super::{Attempt, settle, tasks};
use crate::App;
use crate::archive::archive_file;
use crate::store::change::Change;
use crate::store::entity::FollowUp;
use crate::store::keys;
use crate::store::reads::load_many;
use crate::store::table::{Condition, Record, TableName, Write};
use crate::worker::Failure;
use chrono::NaiveDate;
use connectors::bank::parse;
use domain::ids::{ExternalRef, PaymentId};
use domain::mutant;
use domain::payment::{Payment, PaymentSource};
use domain::statement::{BankStatement, PayoutOriginators, StatementLine};
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// Payments that one commit may create, beside the claim and the entry.
const LINES_PER_COMMIT: usize = 80;

/// Takes in one bank file.
///
/// # Errors
/// The bucket's or the table's. A file that does not read as a whole is quarantined, and nothing of it is booked.
pub async fn file(app: &App, bucket: &str, key: &str) -> Result<(), Failure> {
    let bytes = app.blobs.get(bucket, key).await?;
    let bytes = bytes.ok_or_else(|| Failure::retry(format!("{bucket}/{key} is not there (yet)")))?;
    let archived = archive_file(app, "bank", &bytes, bucket, key).await?;
    let file = match parse(&bytes) {
        Ok(file) => file,
        Err(error) => {
            let cause = Cause::archived_at(format!("bank:{archived}"), &archived);
            return quarantine(app, &cause, &format!("bank file {key}"), &error.to_string()).await;
        }
    };
    if let Some(why) = undated(&file.statements) {
        let cause = Cause::archived_at(format!("bank:{archived}"), &archived);
        return quarantine(app, &cause, &format!("bank file {key}"), &why).await;
    }
    let payouts = PayoutOriginators::new(app.settings.payout_originators.iter().cloned());
    for statement in &file.statements {
        let is_ours = |line: &&StatementLine| {
            line.is_customer_credit(&payouts)
                || (mutant!("payout-taken-for-a-payment") && line.signed().is_positive())
        };
        let credits: Vec<&StatementLine> = statement.lines.iter().filter(is_ours).collect();
        let mut rest = credits.as_slice();
        while let Some(first) = rest.first() {
            let count = rest.iter().take_while(|line| line.entry_key == first.entry_key).count();
            let (entry, others) = rest.split_at(count);
            let cause = Cause::archived_at(format!("bank:{}", first.entry_key), &archived);
            book(app, &cause, &statement.account, entry).await?;
            rest = others;
        }
    }
    Ok(())
}

/// The first line without any date, with its place: a payment needs the day on which it came.
fn undated(statements: &[BankStatement]) -> Option<String> {
    let lines =
        statements.iter().flat_map(|statement| statement.lines.iter().map(move |line| (statement, line)));
    let (statement, line) = lines.into_iter().find(|(_, line)| received_on(line).is_none())?;
    let (id, at) = (&statement.statement_id, line.entry_number);
    Some(format!("statement {id}, entry {at}: neither a value date nor a booking date"))
}

fn received_on(line: &StatementLine) -> Option<NaiveDate> {
    line.valued_on.or(line.booked_on)
}

/// Books the lines of one bank entry. The entry is claimed once, with how many lines it had: a bank that sends it
/// again with other details must not book it twice.
async fn book(app: &App, cause: &Cause, account: &str, lines: &[&StatementLine]) -> Result<(), Failure> {
    let Some(first) = lines.first() else { return Ok(()) };
    let entity = &app.settings.entity;
    let claim = keys::claim(entity, "bank", &first.entry_key);
    let body = format!(r#"{{"v":1,"lines":{}}}"#, lines.len());
    settle(|| async {
        let claimed = app.table.get(TableName::Ledger, &claim).await?;
        if claimed.as_ref().is_some_and(|record| record.body != body) {
            let why = format!("entry {} came before with another number of lines", first.entry_key);
            let task = new_task(app, TaskKind::Quarantine, &format!("{}|{body}", claim.pk), why);
            return tasks::open(app, cause, task).await.map(Attempt::Done);
        }
        if mutant!("bank-line-claimed-apart") {
            if claimed.is_some() {
                return Ok(Attempt::Done(()));
            }
            let record = Record::new(claim.clone(), 1, body.clone());
            let write = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
            app.table.commit(vec![write]).await?;
        }
        let wanted: Vec<_> = lines.iter().map(|line| keys::payment(entity, &payment_id(line))).collect();
        let there: Vec<_> = load_many::<Payment>(app.table.as_ref(), &wanted).await?;
        let there: Vec<PaymentId> = there.into_iter().map(|payment| payment.state.id).collect();
        let missing: Vec<&&StatementLine> =
            lines.iter().filter(|line| !there.contains(&payment_id(line))).collect();
        let mut is_claimed = claimed.is_some() || mutant!("bank-line-claimed-apart");
        for part in missing.chunks(LINES_PER_COMMIT) {
            let mut change: Option<Change> = None;
            for line in part {
                let payment = incoming(account, line)?.sealed(app).await?;
                let event = Event::PaymentReceived { payment: payment.id.clone(), amount: payment.received };
                let begun = change
                    .take()
                    .unwrap_or_else(|| Change::new(entity.clone(), app.clock.now(), cause.clone(), event));
                change = Some(begun.create(payment, &[FollowUp::ApplyCash]));
            }
            let Some(mut change) = change else { continue };
            if !is_claimed {
                change = change.claim(claim.clone(), body.clone());
                is_claimed = true;
            }
            if let Attempt::Conflict(key) = Attempt::of(change.commit(app.table.as_ref()).await, ())? {
                return Ok(Attempt::Conflict(key));
            }
        }
        Ok(Attempt::Done(()))
    })
    .await
}

fn payment_id(line: &StatementLine) -> PaymentId {
    let key: String = line.entry_key.chars().take(32).collect();
    PaymentId(format!("bank:{key}:{}", line.detail_number))
}

fn incoming(account: &str, line: &StatementLine) -> Result<Incoming, Failure> {
    let id = payment_id(line);
    let received_on = received_on(line).ok_or_else(|| Failure::poison(format!("{id} has no date")))?;
    let mut structured: Vec<String> =
        line.remittances.iter().filter_map(|remittance| remittance.document_number.clone()).collect();
    structured.retain(|reference| !reference.trim().is_empty());
    let mut text = line.remittance_text.clone();
    text.extend(line.remittances.iter().filter_map(|remittance| remittance.creditor_reference.clone()));
    text.extend(line.additional_info.clone());
    Ok(Incoming {
        external_ref: ExternalRef::new("bank", format!("{account}/{}", id.as_str())),
        id,
        source: PaymentSource::Bank,
        received: line.amount,
        received_on,
        structured,
        text: text.join("\n"),
        payer_name: line.counterparty.name.clone(),
        payer_keys: line.counterparty.account.iter().cloned().collect(),
    })
}

#[cfg(test)]
#[path = "bank_tests.rs"]
mod tests;
