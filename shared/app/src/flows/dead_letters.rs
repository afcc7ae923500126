//! Messages that no try could work off: each is a task that people see, until an operator sends it again.
use super::tasks::{self, finish, new_task};
use crate::App;
use crate::queues::{DeadLetter, QueueName};
use crate::worker::Failure;
use domain::ids::TaskId;
use domain::task::TaskKind;
use domain::timeline::Cause;

/// The longest reason that a task gives.
const WHY_CHARS_MAX: usize = 300;

/// Opens a task for every dead letter that has none; gives how many there are. Nothing is taken from a queue.
///
/// # Errors
/// The queues' or the table's.
pub async fn open_tasks(app: &App) -> Result<usize, Failure> {
    // Side by side: each look waits a little for what a queue may still have.
    let looks = QueueName::ALL.iter().map(|queue| app.queue.dead_letters(*queue));
    let mut count = 0;
    for letters in futures::future::join_all(looks).await {
        for dead in letters? {
            let why =
                dead.why.as_deref().map_or_else(|| "it was tried thirty times".to_owned(), without_quotes);
            let name = dead.queue.as_str();
            let why = format!("message {} of {name} could not be worked off: {why}", dead.message_id);
            let cause = Cause::new(format!("dead-letter:{name}:{}", dead.message_id));
            tasks::open(app, &cause, new_task(app, TaskKind::StuckWork, &about(&dead), why)).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Closes the tasks of dead letters that were sent again.
///
/// # Errors
/// The table's.
pub async fn close_tasks(app: &App, redriven: &[DeadLetter], by: &str) -> Result<(), Failure> {
    for dead in redriven {
        let id = task_id(app, dead);
        let cause = Cause::new(format!("redrive:{}:{}", dead.queue.as_str(), dead.message_id));
        let key = crate::store::keys::task(&app.settings.entity, &id);
        // One that was sent again before the hourly tick saw it has no task.
        if crate::store::reads::load::<domain::task::CollectionsTask>(app.table.as_ref(), &key)
            .await?
            .is_some()
        {
            finish(app, &cause, &id, by, "sent again").await?;
        }
    }
    Ok(())
}

fn about(dead: &DeadLetter) -> String {
    format!("{}|{}", dead.queue.as_str(), dead.message_id)
}

fn task_id(app: &App, dead: &DeadLetter) -> TaskId {
    new_task(app, TaskKind::StuckWork, &about(dead), "").id
}

/// A reason without what it quotes: a decoder quotes the input, and that may be somebody's name or address.
fn without_quotes(why: &str) -> String {
    let mut plain = String::new();
    let mut open: Option<char> = None;
    for sign in why.chars().take(WHY_CHARS_MAX) {
        match open {
            Some(quote) if sign == quote => open = None,
            Some(_) => continue,
            // An apostrophe within a word quotes nothing.
            None if matches!(sign, '"' | '`') || sign == '\'' && !plain.ends_with(char::is_alphanumeric) => {
                open = Some(sign);
                plain.push(sign);
                plain.push('…');
            }
            None => {}
        }
        if open.is_none() {
            plain.push(sign);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::items::{memory_app, open_tasks as tasks_of};

    #[test]
    fn a_reason_shows_nothing_that_it_quotes() {
        let why = r#"invalid type: string "jo@heron.example", it's not 'Jo Heron' at line 1"#;
        assert_eq!(without_quotes(why), r#"invalid type: string "…", it's not '…' at line 1"#);
    }

    #[tokio::test]
    async fn a_dead_letter_is_one_task_until_it_is_sent_again() {
        let memory = memory_app();
        let dead = DeadLetter {
            queue: QueueName::BankFile,
            message_id: "m-1".into(),
            why: Some("poison: not an event of the bank bucket".into()),
        };
        memory.queue.bury(dead.clone());
        for _ in 0..2 {
            assert_eq!(open_tasks(&memory.app).await, Ok(1));
        }
        let tasks = tasks_of(&memory).await;
        let told =
            "message m-1 of bank-file could not be worked off: poison: not an event of the bank bucket";
        assert_eq!(
            tasks.iter().map(|task| (task.kind, task.why.as_str())).collect::<Vec<_>>(),
            [(TaskKind::StuckWork, told)]
        );
        let unseen = DeadLetter { message_id: "m-2".into(), ..dead.clone() };
        close_tasks(&memory.app, &[dead, unseen], "ops@kestrel.example").await.unwrap();
        assert_eq!(tasks_of(&memory).await, []);
    }
}
