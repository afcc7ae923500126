//! Bank files, of whatever format: dropped into the bucket, a file becomes payments and returns, or waits for a person
//! as a whole.
//!
//! Only a final statement books. A report within the day comes again as one; a notice of details (camt.054) enriches
//! the booking that it is about, whichever comes first.
mod booking;
mod notices;
mod returns;

use super::tasks::quarantine;
use crate::App;
use crate::archive::archive_file;
use crate::worker::Failure;
use booking::{Lines, PaymentIds};
use chrono::NaiveDate;
use connectors::bank::{BankFile, parse};
use domain::mutant;
use domain::statement::{
    BankStatement, BookingStatus, Direction, LineJudgement, NoCustomers, PayoutOriginators, StatementKind,
    StatementLine,
};
use domain::timeline::Cause;

/// Takes in one bank file.
///
/// # Errors
/// The bucket's or the table's. A file that does not read as a whole, or whose sums do not add up, is quarantined, and
/// nothing of it is booked.
pub async fn file(app: &App, bucket: &str, key: &str) -> Result<(), Failure> {
    let bytes = app.blobs.get(bucket, key).await?;
    let bytes = bytes.ok_or_else(|| Failure::retry(format!("{bucket}/{key} is not there (yet)")))?;
    let archived = archive_file(app, "bank", &bytes, bucket, key).await?;
    let file = match parse(&bytes, &app.settings.bank_csv) {
        Ok(file) => file,
        Err(error) => {
            let cause = Cause::archived_at(format!("bank:{archived}"), &archived);
            return quarantine(app, &cause, &format!("bank file {key}"), &error.to_string()).await;
        }
    };
    let wrong = file.gaps.first().map(ToString::to_string).or_else(|| undated(&file.statements));
    if let Some(why) = wrong {
        let cause = Cause::archived_at(format!("bank:{archived}"), &archived);
        return quarantine(app, &cause, &format!("bank file {key}"), &why).await;
    }
    let known = no_customers(app, &file);
    let mut ids = PaymentIds::default();
    for statement in &file.statements {
        match statement.kind {
            StatementKind::Final => book(app, &archived, statement, &known, &mut ids).await?,
            StatementKind::Notice => notices::take_in(app, &archived, statement, &known, &mut ids).await?,
            // the end-of-day statement says it again, often under other references
            StatementKind::Interim => (),
        }
    }
    Ok(())
}

/// What the company declared, and the accounts whose statements are in the file.
fn no_customers(app: &App, file: &BankFile) -> NoCustomers {
    let mut own_accounts = app.settings.own_accounts.clone();
    own_accounts.extend(file.statements.iter().map(|statement| statement.account.clone()));
    let payouts = PayoutOriginators::new(app.settings.payout_originators.iter().cloned());
    NoCustomers { payouts, own_accounts }
}

async fn book(
    app: &App,
    archived: &str,
    statement: &BankStatement,
    known: &NoCustomers,
    ids: &mut PaymentIds,
) -> Result<(), Failure> {
    let account = statement.account.as_str();
    for entry in entries(&statement.lines) {
        let Some(first) = entry.first() else { continue };
        let cause = Cause::archived_at(format!("bank:{}", first.entry_key), archived);
        let credits = customer_credits(entry, known);
        if let Some(lines) = notices::details_of(app, account, &credits, known).await? {
            let lines: Vec<&StatementLine> = lines.iter().collect();
            booking::book(app, &cause, &Lines::new(account, &lines, ids)).await?;
        } else {
            booking::book(app, &cause, &Lines::new(account, &credits, ids)).await?;
        }
        for line in entry.iter().filter(|line| line.judge(known) == LineJudgement::Reversal) {
            returns::take_back(app, &cause, account, line).await?;
        }
    }
    Ok(())
}

/// The lines of each bank entry: they follow one another under one key.
fn entries(lines: &[StatementLine]) -> impl Iterator<Item = &[StatementLine]> {
    lines.chunk_by(|left, right| left.entry_key == right.entry_key)
}

fn customer_credits<'a>(entry: &'a [StatementLine], known: &NoCustomers) -> Vec<&'a StatementLine> {
    let is_ours = |line: &&StatementLine| {
        line.judge(known) == LineJudgement::CustomerCredit
            || (mutant!("payout-taken-for-a-payment") && line.signed().is_positive())
    };
    entry.iter().filter(is_ours).collect()
}

/// The first booked line without any date, with its place: a payment needs the day on which it came.
fn undated(statements: &[BankStatement]) -> Option<String> {
    let finals = statements.iter().filter(|statement| statement.kind == StatementKind::Final);
    let lines = finals.flat_map(|statement| statement.lines.iter().map(move |line| (statement, line)));
    let is_undated = |line: &StatementLine| {
        let is_credit = line.status == BookingStatus::Booked && line.direction == Direction::Credit;
        is_credit && received_on(line).is_none()
    };
    let (statement, line) = lines.into_iter().find(|(_, line)| is_undated(line))?;
    let (id, at) = (&statement.statement_id, line.entry_number);
    Some(format!("statement {id}, entry {at}: neither a value date nor a booking date"))
}

fn received_on(line: &StatementLine) -> Option<NaiveDate> {
    line.valued_on.or(line.booked_on)
}

#[cfg(test)]
#[path = "bank_tests.rs"]
mod tests;
