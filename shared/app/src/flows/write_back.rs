//! Write-back: the ledger's record of a payment brought in line with ours, exactly once. A reference derived from
//! the payment finds an earlier try before anything is written.
use super::erp::SYSTEM;
use super::erp::auth::{Problem, call};
use super::erp::payments::NOTE_PREFIX;
use super::stops::is_stopped;
use super::tasks::{about_customer, new_task, opened};
use super::{Attempt, settle};
use crate::App;
use crate::messages::WriteBackDue;
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::must_load;
use crate::store::table::TableName;
use crate::worker::Failure;
use connectors::fault::Advice;
use connectors::quickbooks::payment::{self, DraftLine, PaymentDraft, Written};
use connectors::quickbooks::{map, wire};
use domain::ids::ExternalRef;
use domain::money::Money;
use domain::mutant;
use domain::payment::{Allocation, Payment, Posting};
use domain::refusal::Refusal;
use domain::task::{CollectionsTask, TaskKind};
use domain::timeline::{Cause, Event};
use sha2::{Digest, Sha256};

/// Works off one due write-back. A payment that is not waiting for one is a duplicate. In a dry run nothing is written:
/// a payment that the ledger has not is withheld, also when the deployment is live later, until a person asks for its
/// posting; one that we posted before waits, and is brought in line then.
///
/// # Errors
/// QuickBooks' or the table's, worth another delivery. A refusal by QuickBooks opens a task instead.
pub async fn post_due(app: &App, due: &WriteBackDue) -> Result<(), Failure> {
    let is_stopped = is_stopped(app).await?;
    let key = keys::payment(&due.entity, &due.payment);
    let cause = Cause::new(format!("write-back:{}", due.payment));
    settle(|| async {
        let stored = must_load::<Payment>(app.table.as_ref(), &key).await?;
        let is_again = stored.is_pending(FollowUp::PostAgain);
        if !is_again && !stored.is_pending(FollowUp::WriteBack) {
            return Ok(Attempt::Done(()));
        }
        let is_there = matches!(stored.state.posting, Posting::Posted { .. } | Posting::ByPeople);
        if stored.state.posting == Posting::Withheld || (!app.settings.is_sending && !is_there) {
            return withhold(app, &cause, stored).await;
        }
        if is_stopped || !app.settings.is_sending {
            // It stays asked for on its payment, and the hourly tick asks again once it may leave.
            return Ok(Attempt::Done(()));
        }
        match bring_in_line(app, &stored.state, is_again).await {
            Ok(Aligned::As(posting)) => record(app, &cause, stored, posting).await,
            Ok(Aligned::Edited) => {
                let why =
                    "was changed in QuickBooks since we posted it: bring it in line there by hand".to_owned();
                set_aside(app, &cause, stored, &why).await
            }
            Err(Problem::Fault(fault)) if fault.advice(true) == Advice::GiveUp => {
                set_aside(app, &cause, stored, &format!("is refused by QuickBooks: {fault}")).await
            }
            Err(problem) => Err(problem.into()),
        }
    })
    .await
}

/// What the ledger shall hold: what was received and not returned, on the invoices it settles.
fn draft(payment: &Payment) -> Result<PaymentDraft, Refusal> {
    let total = if mutant!("posted-with-what-was-refunded") { payment.received } else { payment.kept()? };
    let customer = payment.customer.as_ref().and_then(|customer| external_id(customer.as_str()));
    let customer =
        customer.ok_or_else(|| Refusal::new("write-back", "the customer is not from the ledger"))?;
    let lines = draft_lines(&payment.allocations)?;
    Ok(PaymentDraft {
        customer_external_id: customer,
        total,
        received_on: payment.received_on,
        reference: reference(payment),
        private_note: format!("{NOTE_PREFIX}{}", payment.id),
        lines,
        deposit_account_external_id: None,
    })
}

fn draft_lines(allocations: &[Allocation]) -> Result<Vec<DraftLine>, Refusal> {
    let mut lines = Vec::with_capacity(allocations.len());
    for allocation in allocations {
        let invoice = external_id(allocation.invoice.as_str());
        let invoice =
            invoice.ok_or_else(|| Refusal::new("write-back", "an invoice is not from the ledger"))?;
        lines.push(DraftLine { invoice_external_id: invoice, amount: allocation.amount });
    }
    Ok(lines)
}

fn external_id(id: &str) -> Option<String> {
    id.strip_prefix(SYSTEM)?.strip_prefix(':').map(str::to_owned)
}

fn digest(text: &str, length: usize) -> String {
    hex::encode(Sha256::digest(text.as_bytes())).chars().take(length).collect()
}

/// The `PaymentRefNum` of a payment of ours: the same for every try, 20 characters.
pub fn reference(payment: &Payment) -> String {
    format!("DL{}", digest(&payment.key().pk, 18))
}

/// How the ledger's record stands after a write-back.
enum Aligned {
    As(Posting),
    /// People changed it since we wrote it, to something that we do not want either: theirs is not overwritten.
    Edited,
}

async fn bring_in_line(app: &App, payment: &Payment, is_again: bool) -> Result<Aligned, Problem> {
    let poison = |refusal: Refusal| Problem::Ours(Failure::poison(refusal.to_string()));
    match &payment.posting {
        Posting::ByPeople => Ok(Aligned::As(Posting::ByPeople)),
        Posting::NotPosted | Posting::Withheld => post(app, payment, None).await,
        Posting::Posted { external_id, lines, total, .. } => {
            let current = match call(app, |api, token| payment::get(api, token, external_id)).await {
                Ok(reply) if is_again && is_voided(&reply.value, payment) => {
                    return post(app, payment, Some(external_id)).await;
                }
                Err(Problem::Fault(fault)) if is_again && fault.code.as_deref() == Some(NOT_FOUND) => {
                    return post(app, payment, Some(external_id)).await;
                }
                read => read?.value,
            };
            let wanted = draft(payment).map_err(poison)?;
            let last = PaymentDraft {
                total: total.unwrap_or(wanted.total),
                lines: draft_lines(lines).map_err(poison)?,
                ..wanted.clone()
            };
            // Of before totals were kept, only the lines tell.
            let is_untouched = is_as(&current, &last) || (total.is_none() && has_lines_of(&current, &last));
            if !is_untouched && !is_as(&current, &wanted) {
                return Ok(Aligned::Edited);
            }
            align(app, payment, &current).await.map(Aligned::As)
        }
    }
}

/// QuickBooks' code for a record that was deleted.
const NOT_FOUND: &str = "610";

fn is_voided(row: &wire::Payment, payment: &Payment) -> bool {
    map::payment(row, payment.currency()).is_ok_and(|row| row.is_voided)
}

/// Finds the payment by our reference, or creates it where it settles anything: money that settles nothing waits for a
/// person, and is posted once it does. `former` is the posting that people voided or deleted, which does not count.
async fn post(app: &App, payment: &Payment, former: Option<&str>) -> Result<Aligned, Problem> {
    let found = call(app, |api, token| payment::lookup(api, token, &reference(payment))).await?.value;
    let rows: Result<Vec<_>, _> = found.rows.into_iter().collect();
    let rows = rows.map_err(|error| Problem::Ours(Failure::retry(error.to_string())))?;
    let is_looked_up = !mutant!("posted-without-look-up");
    let counts = |row: &&wire::Payment| {
        is_looked_up && (former.is_none() || (row.id.as_deref() != former && !is_voided(row, payment)))
    };
    if let Some(row) = rows.iter().find(counts) {
        // An earlier try arrived although its answer did not; the payment may have changed since.
        return align(app, payment, row).await.map(Aligned::As);
    }
    if payment.allocations.is_empty() {
        return Ok(Aligned::As(payment.posting.clone()));
    }
    let draft = draft(payment).map_err(|refusal| Problem::Ours(Failure::poison(refusal.to_string())))?;
    // QuickBooks answers a request id that it knows by what it made then, also where that is gone.
    let after = former.map(|former| format!("#{former}")).unwrap_or_default();
    let mut request_id = digest(&format!("create#{}{after}", payment.key().pk), 36);
    if !is_looked_up {
        request_id = digest(&app.clock.now().to_rfc3339(), 36);
    }
    let made = call(app, |api, token| payment::create(api, token, &draft, &request_id)).await?;
    Ok(Aligned::As(posted(payment, draft.total, made.value)))
}

/// Makes the ledger's payment what ours is now, if it is not so already.
async fn align(app: &App, payment: &Payment, current: &wire::Payment) -> Result<Posting, Problem> {
    let draft = draft(payment).map_err(|refusal| Problem::Ours(Failure::poison(refusal.to_string())))?;
    let held = written(current)?;
    if is_as(current, &draft) {
        return Ok(posted(payment, draft.total, held));
    }
    let state = format!("{:?}#{}", payment.allocations, held.sync_token);
    let request_id = digest(&format!("lines#{}#{state}", payment.key().pk), 36);
    let written = if draft.lines.is_empty() && !draft.total.is_positive() {
        call(app, |api, token| payment::void(api, token, &held, &request_id)).await?.value
    } else {
        call(app, |api, token| payment::replace_lines(api, token, &held, &draft, &request_id)).await?.value
    };
    Ok(posted(payment, draft.total, written))
}

/// Whether the ledger's payment has the draft's total on the draft's invoices. What does not read is brought in line.
fn is_as(current: &wire::Payment, draft: &PaymentDraft) -> bool {
    let total = map::payment(current, draft.total.currency()).map(|row| row.total);
    total == Ok(draft.total) && has_lines_of(current, draft)
}

fn has_lines_of(current: &wire::Payment, draft: &PaymentDraft) -> bool {
    let Ok(row) = map::payment(current, draft.total.currency()) else { return false };
    let mut theirs: Vec<_> =
        row.lines.into_iter().map(|line| (line.invoice_external_ids, line.amount)).collect();
    let ours = draft.lines.iter().map(|line| (vec![line.invoice_external_id.clone()], line.amount));
    let mut ours: Vec<_> = ours.collect();
    let order = |line: &(Vec<String>, Money)| (line.0.clone(), line.1.minor());
    theirs.sort_by_key(order);
    ours.sort_by_key(order);
    theirs == ours
}

fn written(row: &wire::Payment) -> Result<Written, Problem> {
    match (&row.id, &row.sync_token) {
        (Some(id), Some(token)) => Ok(Written { external_id: id.clone(), sync_token: token.clone() }),
        _ => Err(Problem::Ours(Failure::retry("QuickBooks gave a payment without Id or SyncToken"))),
    }
}

fn posted(payment: &Payment, total: Money, written: Written) -> Posting {
    let lines = payment.allocations.clone();
    Posting::Posted { external_id: written.external_id, token: written.sync_token, lines, total: Some(total) }
}

async fn record(
    app: &App,
    cause: &Cause,
    mut stored: Stored<Payment>,
    posting: Posting,
) -> Result<Attempt<()>, Failure> {
    stored.done(FollowUp::WriteBack);
    stored.done(FollowUp::PostAgain);
    stored.state.posting = posting;
    let external_id = match &stored.state.posting {
        Posting::Posted { external_id, .. } => external_id.clone(),
        Posting::NotPosted | Posting::Withheld | Posting::ByPeople => String::new(),
    };
    let event = Event::WrittenBack { payment: stored.state.id.clone(), external_id: external_id.clone() };
    let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    if !external_id.is_empty() {
        let posted = keys::posted(&app.settings.entity, &ExternalRef::new(SYSTEM, external_id));
        if app.table.get(TableName::Ledger, &posted).await?.is_none() {
            change = change.claim(posted, format!(r#"{{"v":1,"payment":"{}"}}"#, stored.state.id));
        }
    }
    Attempt::of(change.update(stored).commit(app.table.as_ref()).await, ())
}

/// A payment that was applied in a dry run: nothing posts it unasked. Where the deployment is live by now, a person is
/// told at once; a dry run tells nobody, since people keep the ledger by themselves then.
async fn withhold(app: &App, cause: &Cause, mut stored: Stored<Payment>) -> Result<Attempt<()>, Failure> {
    stored.done(FollowUp::WriteBack);
    stored.done(FollowUp::PostAgain);
    stored.state.posting = Posting::Withheld;
    let event = Event::PostingWithheld { payment: stored.state.id.clone() };
    let is_told = app.settings.is_sending && !stored.state.is_posted();
    let task = withheld_task(app, &stored.state);
    let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    change = change.by_rule("applied-in-a-dry-run").update(stored);
    if is_told {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// What a person is asked about a payment that was applied in a dry run, once the deployment is live.
pub(super) fn withheld_task(app: &App, payment: &Payment) -> CollectionsTask {
    let why = format!(
        "payment {} over {} was applied in a dry run and is not posted: post it, unless people have entered it",
        payment.id, payment.received
    );
    let about = format!("{}|withheld", payment.key().pk);
    about_customer(new_task(app, TaskKind::LedgerMismatch, &about, why), payment.customer.as_ref())
}

/// What the task is about that a refusal of a payment at a version opens.
pub(super) fn refused_about(pk: &str, ver: u64) -> String {
    format!("{pk}|write-back|{ver}")
}

/// The write-back ends here, and a person brings the ledger in line.
async fn set_aside(
    app: &App,
    cause: &Cause,
    mut stored: Stored<Payment>,
    why: &str,
) -> Result<Attempt<()>, Failure> {
    stored.done(FollowUp::WriteBack);
    stored.done(FollowUp::PostAgain);
    let about = refused_about(&stored.state.key().pk, stored.ver);
    let why = format!("payment {} {why}", stored.state.id);
    let task =
        about_customer(new_task(app, TaskKind::LedgerMismatch, &about, why), stored.state.customer.as_ref());
    let event = Event::TaskOpened { task: task.id.clone() };
    let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
    Attempt::of(change.update(stored).create(task, &[]).commit(app.table.as_ref()).await, ())
}

#[cfg(test)]
#[path = "write_back_tests.rs"]
mod tests;
