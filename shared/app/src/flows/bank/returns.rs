//! Money that the bank takes back: a debit or a cheque that was not honoured, a transfer that was recalled.
use super::booking::PaymentIds;
use super::received_on;
use crate::App;
use crate::flows::reversals::{self, Followed, ReversalFact, Standing};
use crate::flows::tasks::{self, new_task};
use crate::store::keys;
use crate::store::reads::load_many;
use crate::worker::Failure;
use chrono::Days;
use domain::ids::PaymentId;
use domain::payment::{Payment, ReversalKind};
use domain::statement::{Direction, StatementLine};
use domain::task::TaskKind;
use domain::timeline::Cause;

/// Days after its value date on which a payment is looked for: 13 weeks cover the refund of a SEPA direct debit (8
/// weeks) and the return of an ACH debit (60 days). What comes later is a person's.
const DAYS_BACK: u64 = 91;

/// Takes the returned amount off the payment that it came with, found by the account, the end-to-end id and the amount.
/// Where that is not exactly one payment, a person is told, and nothing changes.
///
/// # Errors
/// The table's; a retry while the payment waits for its cash application.
pub(super) async fn take_back(
    app: &App,
    cause: &Cause,
    account: &str,
    line: &StatementLine,
) -> Result<(), Failure> {
    let external_id = external_id(line);
    if line.direction == Direction::Credit {
        let why = format!("{} came back to account {account}, {}", line.amount, reason(line));
        return ask(app, cause, &external_id, why).await;
    }
    match original(app, account, line).await?.as_slice() {
        [payment] => {
            let fact = ReversalFact {
                kind: ReversalKind::Refund,
                external_id,
                amount: line.amount,
                standing: Standing::Standing,
            };
            match reversals::follow(app, cause, payment, &fact, false).await? {
                // the money came again by hand meanwhile: what the statement says stays for a person
                Followed::Contradicts => {
                    let why = format!("{} of {payment} was taken back again, {}", line.amount, reason(line));
                    ask(app, cause, &fact.external_id, why).await
                }
                Followed::Done => Ok(()),
            }
        }
        found => {
            let count = found.len();
            let why = format!(
                "the bank took {} off account {account}, {}; {count} payments fit",
                line.amount,
                reason(line)
            );
            ask(app, cause, &external_id, why).await
        }
    }
}

async fn ask(app: &App, cause: &Cause, external_id: &str, why: String) -> Result<(), Failure> {
    tasks::open(app, cause, new_task(app, TaskKind::BankReturn, external_id, why)).await
}

fn external_id(line: &StatementLine) -> String {
    let key: String = line.entry_key.chars().take(32).collect();
    format!("bank:{key}:{}", line.detail_number)
}

fn reason(line: &StatementLine) -> String {
    let reason = line.return_reason.as_deref().unwrap_or("unstated");
    let day = received_on(line).map(|day| format!(" on {day}")).unwrap_or_default();
    format!("reason {reason}{day}")
}

/// Payments with the same account, end-to-end id and amount: their ids are made of these and the day, so the days
/// before the return are tried.
async fn original(app: &App, account: &str, line: &StatementLine) -> Result<Vec<PaymentId>, Failure> {
    let Some(day) = received_on(line) else { return Ok(Vec::new()) };
    let mut wanted = Vec::new();
    for back in 0..=DAYS_BACK {
        let Some(valued_on) = day.checked_sub_days(Days::new(back)) else { continue };
        let paid = StatementLine { direction: Direction::Credit, valued_on: Some(valued_on), ..line.clone() };
        if paid.booking_key(account).is_none() {
            return Ok(Vec::new());
        }
        // a second one of the same day would make it ambiguous
        let mut ids = PaymentIds::default();
        for _ in 0..2 {
            wanted.push(keys::payment(&app.settings.entity, &ids.of(account, &paid)));
        }
    }
    let found = load_many::<Payment>(app.table.as_ref(), &wanted).await?;
    Ok(found.into_iter().map(|payment| payment.state.id).collect())
}
