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
use crate::store::table::TableName;
use crate::worker::Failure;
use connectors::bank::parse;
use domain::ids::{ExternalRef, PaymentId};
use domain::payment::{Payment, PaymentSource};
use domain::statement::{PayoutOriginators, StatementLine};
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
    let payouts = PayoutOriginators::new(app.settings.payout_originators.iter().cloned());
    for statement in &file.statements {
        let credits: Vec<&StatementLine> =
            statement.lines.iter().filter(|line| line.is_customer_credit(&payouts)).collect();
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
        let wanted: Vec<_> = lines.iter().map(|line| keys::payment(entity, &payment_id(line))).collect();
        let there: Vec<_> = load_many::<Payment>(app.table.as_ref(), &wanted).await?;
        let there: Vec<PaymentId> = there.into_iter().map(|payment| payment.state.id).collect();
        let missing: Vec<&&StatementLine> =
            lines.iter().filter(|line| !there.contains(&payment_id(line))).collect();
        let mut is_claimed = claimed.is_some();
        for part in missing.chunks(LINES_PER_COMMIT) {
            let mut change: Option<Change> = None;
            for line in part {
                let payment = incoming(account, line).sealed(app).await?;
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

fn incoming(account: &str, line: &StatementLine) -> Incoming {
    let id = payment_id(line);
    let mut structured: Vec<String> =
        line.remittances.iter().filter_map(|remittance| remittance.document_number.clone()).collect();
    structured.retain(|reference| !reference.trim().is_empty());
    let mut text = line.remittance_text.clone();
    text.extend(line.remittances.iter().filter_map(|remittance| remittance.creditor_reference.clone()));
    text.extend(line.additional_info.clone());
    Incoming {
        external_ref: ExternalRef::new("bank", format!("{account}/{}", id.as_str())),
        id,
        source: PaymentSource::Bank,
        received: line.amount,
        received_on: line.valued_on.or(line.booked_on).unwrap_or_default(),
        structured,
        text: text.join("\n"),
        payer_name: line.counterparty.name.clone(),
        payer_keys: line.counterparty.account.iter().cloned().collect(),
    }
}
