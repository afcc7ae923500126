//! The payments that no rule explains alone, with what they say and the candidates to accept.
use super::tasks::open_tasks;
use super::{broken, names, opened};
use crate::App;
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::reads::{load, load_many};
use crate::store::table::Key;
use crate::worker::Failure;
use chrono::NaiveDate;
use domain::ids::{CustomerId, InvoiceId};
use domain::invoice::Invoice;
use domain::money::Money;
use domain::payment::Payment;
use domain::task::{Candidate, CollectionsTask, TaskKind};
use futures::future::try_join_all;

#[derive(Debug, Clone)]
pub struct ReviewQueue {
    /// The oldest, at most [`super::tasks::TASKS_MAX`].
    pub payments: Vec<ReviewItem>,
    /// How many there are in all.
    pub count: usize,
}

#[derive(Debug, Clone)]
pub struct ReviewItem {
    pub task: CollectionsTask,
    pub payment: Payment,
    pub unapplied: Money,
    pub customer_name: Option<String>,
    /// The payer's name as the payment gives it.
    pub payer: Option<String>,
    /// The free text of the payment.
    pub remittance: Option<String>,
    pub candidates: Vec<CandidateView>,
}

#[derive(Debug, Clone)]
pub struct CandidateView {
    /// Its place in the task's list.
    pub at: usize,
    pub customer: CustomerId,
    pub customer_name: Option<String>,
    pub rule: String,
    pub lines: Vec<CandidateLine>,
    /// Why it can no longer be accepted.
    pub misfit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateLine {
    pub invoice: InvoiceId,
    pub number: String,
    pub due_on: Option<NaiveDate>,
    pub open: Money,
    pub amount: Money,
}

/// # Errors
/// The table's; sealing keys that are not reachable.
pub async fn review(app: &App) -> Result<ReviewQueue, Failure> {
    let (tasks, count) = open_tasks(app, |kind| kind == TaskKind::PaymentReview).await?;
    let items = try_join_all(tasks.into_iter().map(|task| item(app, task))).await?;
    Ok(ReviewQueue { payments: items, count })
}

async fn item(app: &App, task: CollectionsTask) -> Result<ReviewItem, Failure> {
    let pk = task.subject.clone().unwrap_or_default();
    let Some(Stored { state: payment, .. }) =
        load::<Payment>(app.table.as_ref(), &Key::new(&pk, keys::STATE)).await?
    else {
        return Err(Failure::poison(format!(
            "task {} is about a payment that does not exist: {pk}",
            task.id
        )));
    };
    let unapplied = payment.unapplied().map_err(broken)?;
    let facts = &payment.remittance;
    let payer = match &facts.payer_name {
        Some(sealed) => Some(opened(app, &pk, sealed).await?),
        None => None,
    };
    let remittance = match &facts.text {
        Some(sealed) => Some(opened(app, &pk, sealed).await?),
        None => None,
    };
    let customers = task.candidates.iter().map(|candidate| &candidate.customer).chain(&payment.customer);
    let names = names(app, customers.cloned().collect()).await?;
    let mut candidates = Vec::new();
    for (at, candidate) in task.candidates.iter().enumerate() {
        let (lines, misfit) = lines(app, candidate, unapplied).await?;
        candidates.push(CandidateView {
            at,
            customer: candidate.customer.clone(),
            customer_name: names.get(&candidate.customer).cloned(),
            rule: candidate.rule.clone(),
            lines,
            misfit,
        });
    }
    let customer_name = payment.customer.as_ref().and_then(|id| names.get(id).cloned());
    Ok(ReviewItem { task, unapplied, customer_name, payer, remittance, candidates, payment })
}

async fn lines(
    app: &App,
    candidate: &Candidate,
    unapplied: Money,
) -> Result<(Vec<CandidateLine>, Option<String>), Failure> {
    let wanted: Vec<Key> =
        candidate.allocations.iter().map(|part| keys::invoice(&app.settings.entity, &part.invoice)).collect();
    let invoices: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &wanted).await?;
    let mut lines = Vec::new();
    let mut misfit = None;
    let mut left = unapplied;
    for part in &candidate.allocations {
        let Some(invoice) = invoices.iter().find(|invoice| invoice.state.id == part.invoice) else {
            misfit = Some(format!("{} is not in the ledger", part.invoice));
            continue;
        };
        let open = invoice.state.open().map_err(broken)?;
        left = left.minus(part.amount).map_err(|error| Failure::poison(error.to_string()))?;
        let free = invoice.state.payable().map_err(broken)?;
        if free.minor() < part.amount.minor() {
            misfit = Some(format!("{} has only {free} to be settled", invoice.state.number));
        }
        lines.push(CandidateLine {
            invoice: part.invoice.clone(),
            number: invoice.state.number.clone(),
            due_on: invoice.state.due_on,
            open,
            amount: part.amount,
        });
    }
    if left.is_negative() {
        misfit = Some(format!("only {unapplied} of the payment is left"));
    }
    Ok((lines, misfit))
}
