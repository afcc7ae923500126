//! What people did in the console in the time that a restored backup does not have. Nobody decides again for them: each
//! becomes a task that says who did what.
use super::tasks::{self, about_customer, new_task};
use crate::App;
use crate::worker::Failure;
use domain::ids::CustomerId;
use domain::task::TaskKind;
use domain::timeline::Cause;
use serde::Deserialize;

/// A form as the console archives it; its fields are left out here, since a task is without personal text.
#[derive(Debug, Deserialize)]
struct ArchivedAction {
    /// "invoices/qbo:130/refund"
    action: String,
    by: String,
}

/// Opens the task about an archived action that the ledger has lost; `key` is where it is archived.
///
/// # Errors
/// Poison for an input that is no action; the table's.
pub async fn tell(app: &App, key: &str, bytes: &[u8]) -> Result<(), Failure> {
    let read = serde_json::from_slice::<ArchivedAction>(bytes);
    let ArchivedAction { action, by } =
        read.map_err(|error| Failure::poison(format!("{key}: {error} at this place of an action")))?;
    let at = app.clock.now().with_timezone(&app.settings.zone).format("%Y-%m-%d %H:%M");
    let why = format!("{by} did \"{action}\" at {at}, and the restored ledger does not know of it");
    let customer = action.strip_prefix("customers/").and_then(|rest| rest.split('/').next());
    let task = new_task(app, TaskKind::LostAction, key, why);
    let task = about_customer(task, customer.map(CustomerId::new).as_ref());
    tasks::open(app, &Cause::archived_at(format!("restore:{key}"), key), task).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::items::{memory_app, open_tasks};

    #[tokio::test]
    async fn an_action_is_one_task_with_who_did_what_and_nothing_of_its_fields() {
        let memory = memory_app();
        let input = br#"{"action":"customers/qbo:1/end-pause","by":"jo@kestrel.example","once":"1","fields":{"pause":"x"}}"#;
        for _ in 0..2 {
            tell(&memory.app, "person/2026-03-24/ab", input).await.unwrap();
        }
        let task = open_tasks(&memory).await.remove(0);
        let why = "jo@kestrel.example did \"customers/qbo:1/end-pause\" at 2026-03-24 10:00, and the restored ledger does not know of it";
        assert_eq!((task.kind, task.why.as_str()), (TaskKind::LostAction, why));
        assert_eq!((task.customer, open_tasks(&memory).await.len()), (Some(CustomerId::new("qbo:1")), 1));
        assert!(tell(&memory.app, "person/2026-03-24/cd", b"{}").await.is_err());
    }
}
