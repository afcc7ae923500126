//! Tasks for people: opened beside the change that needs one, and quarantine for input that cannot be read.
use super::{Attempt, settle};
use crate::App;
use crate::store::change::Change;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{load, must_load};
use crate::worker::Failure;
use domain::ids::{CustomerId, TaskId};
use domain::task::{CollectionsTask, TaskKind, TaskState};
use domain::timeline::{Cause, Event};
use sha2::{Digest, Sha256};

/// A task whose id follows from what it is about, so that the same matter never opens two.
pub fn new_task(app: &App, kind: TaskKind, about: &str, why: impl Into<String>) -> CollectionsTask {
    let digest = hex::encode(Sha256::digest(format!("{kind:?}#{about}").as_bytes()));
    let id: String = digest.chars().take(20).collect();
    CollectionsTask {
        entity: app.settings.entity.clone(),
        id: TaskId(id),
        kind,
        subject: Some(about.to_owned()),
        customer: None,
        why: why.into(),
        detail: None,
        sealed_for: None,
        candidates: Vec::new(),
        opened_at: app.clock.now(),
        state: TaskState::Open,
    }
}

/// Opens a task unless it was opened before.
///
/// # Errors
/// The table's.
pub async fn open(app: &App, cause: &Cause, task: CollectionsTask) -> Result<(), Failure> {
    let event = Event::TaskOpened { task: task.id.clone() };
    open_with(app, cause, event, task).await
}

/// Opens a task, again too where a person has done it before: what it is about has come back.
///
/// # Errors
/// The table's.
pub async fn open_again(app: &App, cause: &Cause, task: CollectionsTask) -> Result<(), Failure> {
    settle(|| async {
        let event = Event::TaskOpened { task: task.id.clone() };
        let change = Change::new(task.entity.clone(), app.clock.now(), cause.clone(), event);
        let change = opened(app, change, task.clone()).await?;
        if change.is_empty() {
            return Ok(Attempt::Done(()));
        }
        Attempt::of(change.commit(app.table.as_ref()).await, ())
    })
    .await
}

/// Opens a task as a part of `change`: a new one, or the same matter again where it was done before. An open one
/// stays as it is.
///
/// # Errors
/// The table's.
pub async fn opened(app: &App, change: Change, task: CollectionsTask) -> Result<Change, Failure> {
    let former = load::<CollectionsTask>(app.table.as_ref(), &task.key()).await?;
    Ok(match former {
        None => change.create(task, &[]),
        Some(former) if former.state.state == TaskState::Open => change,
        Some(former) => change.update(former.with_state(task)),
    })
}

/// Puts input that cannot be read aside: it is archived, and a person is told what is wrong with it and where.
///
/// # Errors
/// The table's.
pub async fn quarantine(app: &App, cause: &Cause, source: &str, why: &str) -> Result<(), Failure> {
    let about = cause.archived.clone().unwrap_or_else(|| cause.event.to_string());
    quarantine_about(app, cause, &about, source, why).await
}

/// Puts input aside that may come in several forms, by what makes it the same one.
///
/// # Errors
/// The table's.
pub async fn quarantine_about(
    app: &App,
    cause: &Cause,
    about: &str,
    source: &str,
    why: &str,
) -> Result<(), Failure> {
    let task = new_task(app, TaskKind::Quarantine, about, format!("{source}: {why}"));
    let event = Event::InputQuarantined { source: source.to_owned(), why: why.to_owned() };
    open_with(app, cause, event, task).await
}

async fn open_with(app: &App, cause: &Cause, event: Event, task: CollectionsTask) -> Result<(), Failure> {
    settle(|| async {
        if load::<CollectionsTask>(app.table.as_ref(), &keys::task(&task.entity, &task.id)).await?.is_some() {
            return Ok(Attempt::Done(()));
        }
        let change = Change::new(task.entity.clone(), app.clock.now(), cause.clone(), event.clone());
        Attempt::of(change.create(task.clone(), &[]).commit(app.table.as_ref()).await, ())
    })
    .await
}

/// A task that a person finished, to be committed with what they decided.
pub fn finished(
    mut task: Stored<CollectionsTask>,
    app: &App,
    by: &str,
    how: &str,
) -> Stored<CollectionsTask> {
    task.state.state = TaskState::Done { at: app.clock.now(), by: by.to_owned(), how: how.to_owned() };
    task
}

/// Marks a task as done where nothing else changes with it.
///
/// # Errors
/// A task that does not exist, or the table's.
pub async fn finish(app: &App, cause: &Cause, id: &TaskId, by: &str, how: &str) -> Result<(), Failure> {
    let key = keys::task(&app.settings.entity, id);
    settle(|| async {
        let task = must_load::<CollectionsTask>(app.table.as_ref(), &key).await?;
        if task.state.state != TaskState::Open {
            return Ok(Attempt::Done(()));
        }
        let event = Event::TaskDone { task: id.clone(), how: how.to_owned() };
        let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        Attempt::of(change.update(finished(task, app, by, how)).commit(app.table.as_ref()).await, ())
    })
    .await
}

/// The open task of a kind about something, if there is one.
///
/// # Errors
/// The table's.
pub async fn open_about(
    app: &App,
    kind: TaskKind,
    about: &str,
) -> Result<Option<Stored<CollectionsTask>>, Failure> {
    let id = new_task(app, kind, about, "").id;
    let task = load::<CollectionsTask>(app.table.as_ref(), &keys::task(&app.settings.entity, &id)).await?;
    Ok(task.filter(|task| task.state.state == TaskState::Open))
}

/// Sets the customer of a task.
pub fn about_customer(mut task: CollectionsTask, customer: Option<&CustomerId>) -> CollectionsTask {
    task.customer = customer.cloned();
    task
}
