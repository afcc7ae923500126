//! The open tasks, oldest first, each with what a person needs to decide it.
use super::ageing::summary;
use super::{names, opened};
use crate::App;
use crate::flows::erp::answers::{Question, question};
use crate::letter::{Letter, LetterState};
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::reads::{all_index_rows, load, load_many};
use crate::store::table::{Index, Key, Query};
use crate::worker::Failure;
use domain::ids::{InvoiceId, PaymentId};
use domain::invoice::{Invoice, RefundChoice};
use domain::money::Money;
use domain::payment::{Payment, ReversalState};
use domain::task::{CollectionsTask, TaskKind, TaskState};
use futures::future::try_join_all;

/// Tasks that one view shows; the rest follow when these are done.
pub const TASKS_MAX: usize = 50;

#[derive(Debug, Clone)]
pub struct TaskList {
    /// The oldest, at most [`TASKS_MAX`].
    pub tasks: Vec<TaskView>,
    /// How many there are in all.
    pub count: usize,
}

#[derive(Debug, Clone)]
pub struct TaskView {
    pub task: CollectionsTask,
    pub customer_name: Option<String>,
    /// The personal text of the task, opened.
    pub detail: Option<String>,
    pub about: About,
}

/// What the task is about, as far as it can be shown.
#[derive(Debug, Clone)]
pub enum About {
    Nothing,
    Reversal(ReversalView),
    /// A letter whose outcome is unknown.
    Letter(Box<Letter>),
    /// A payment that the ledger should have, and what can be answered about it.
    Posting(Question),
}

#[derive(Debug, Clone)]
pub struct ReversalView {
    pub payment: PaymentId,
    /// The vendor's id of the refund or card dispute.
    pub external_id: String,
    pub amount: Money,
    pub state: ReversalState,
    /// The invoices it reopened that are still to be decided.
    pub undecided: Vec<Undecided>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    pub invoice: InvoiceId,
    pub number: String,
    pub amount: Money,
    /// A choice that waits for the ledger.
    pub waiting_for: Option<RefundChoice>,
}

/// The open tasks of the wanted kinds.
///
/// # Errors
/// The table's; sealing keys that are not reachable.
pub async fn tasks(app: &App, is_wanted: impl Fn(TaskKind) -> bool) -> Result<TaskList, Failure> {
    let (stored, count) = open_tasks(app, is_wanted).await?;
    let names = names(app, stored.iter().filter_map(|task| task.customer.clone()).collect()).await?;
    let tasks = try_join_all(stored.into_iter().map(|task| view(app, task))).await?;
    let named = tasks.into_iter().map(|view| TaskView {
        customer_name: view.task.customer.as_ref().and_then(|id| names.get(id).cloned()),
        ..view
    });
    Ok(TaskList { tasks: named.collect(), count })
}

pub(super) async fn open_tasks(
    app: &App,
    is_wanted: impl Fn(TaskKind) -> bool,
) -> Result<(Vec<CollectionsTask>, usize), Failure> {
    let table = app.table.as_ref();
    let partition = keys::tasks_partition(&app.settings.entity);
    let mut wanted: Vec<Key> = Vec::new();
    for row in all_index_rows(table, Index::Due, Query::all(partition)).await? {
        if is_wanted(summary(&row)?) {
            wanted.push(row.key);
        }
    }
    let count = wanted.len();
    wanted.truncate(TASKS_MAX);
    let stored: Vec<Stored<CollectionsTask>> = load_many(table, &wanted).await?;
    // The index may lag behind: what was done meanwhile is not shown again.
    let open = stored.into_iter().map(|task| task.state).filter(|task| task.state == TaskState::Open);
    Ok((open.collect(), count))
}

async fn view(app: &App, task: CollectionsTask) -> Result<TaskView, Failure> {
    let detail = match (&task.detail, &task.sealed_for) {
        (Some(detail), Some(subject)) => Some(opened(app, subject, detail).await?),
        _ => None,
    };
    Ok(TaskView { customer_name: None, detail, about: about(app, &task).await?, task })
}

/// What a task is about, read fresh.
///
/// # Errors
/// The table's.
pub async fn about(app: &App, task: &CollectionsTask) -> Result<About, Failure> {
    match task.kind {
        TaskKind::RefundToDecide | TaskKind::CardDispute => reversal(app, task).await,
        TaskKind::LetterUnknown => letter(app, task).await,
        TaskKind::LedgerMismatch => Ok(question(app, task).await?.map_or(About::Nothing, About::Posting)),
        _ => Ok(About::Nothing),
    }
}

async fn letter(app: &App, task: &CollectionsTask) -> Result<About, Failure> {
    let Some(pk) = task.subject.as_deref() else { return Ok(About::Nothing) };
    let letter: Option<Stored<Letter>> = load(app.table.as_ref(), &Key::new(pk, keys::STATE)).await?;
    // Where a delivery event has told meanwhile, nothing is left to tell.
    let unknown = letter.filter(|letter| matches!(letter.state.state, LetterState::Unknown { .. }));
    Ok(unknown.map_or(About::Nothing, |letter| About::Letter(Box::new(letter.state))))
}

async fn reversal(app: &App, task: &CollectionsTask) -> Result<About, Failure> {
    let table = app.table.as_ref();
    let Some((pk, external_id)) = task.subject.as_deref().and_then(|about| about.rsplit_once('|')) else {
        return Ok(About::Nothing);
    };
    let Some(payment) = load::<Payment>(table, &Key::new(pk, keys::STATE)).await? else {
        return Ok(About::Nothing);
    };
    let Some(reversal) = payment.state.reversal(external_id) else { return Ok(About::Nothing) };
    let wanted: Vec<Key> =
        reversal.taken_from.iter().map(|part| keys::invoice(&app.settings.entity, &part.invoice)).collect();
    let invoices: Vec<Stored<Invoice>> = load_many(table, &wanted).await?;
    let undecided = invoices.iter().flat_map(|invoice| undecided(&invoice.state, external_id)).collect();
    Ok(About::Reversal(ReversalView {
        payment: payment.state.id.clone(),
        external_id: external_id.to_owned(),
        amount: reversal.amount,
        state: reversal.state,
        undecided,
    }))
}

fn undecided(invoice: &Invoice, external_id: &str) -> Vec<Undecided> {
    let line = |amount, waiting_for| Undecided {
        invoice: invoice.id.clone(),
        number: invoice.number.clone(),
        amount,
        waiting_for,
    };
    let refunds = invoice.refunds_to_decide.iter().filter(|part| part.refund == external_id);
    let contested = invoice.contested.iter().filter(|part| part.dispute == external_id);
    refunds
        .map(|part| line(part.amount, part.choice))
        .chain(contested.map(|part| line(part.amount, None)))
        .collect()
}
