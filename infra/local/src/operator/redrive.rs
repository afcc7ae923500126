//! `dunlin redrive`: dead letters get another round of tries.
use super::{deployed, operator_name, played_until};
use crate::Stopped;
use crate::bundle::{Bundle, Folder};
use crate::own::Own;
use crate::screen::write_line;
use crate::serve::Urls;
use app::App;
use app::flows::dead_letters::close_tasks;
use app::queues::{DeadLetter, QueueName};
use aws::bootstrap::{Bootstrap, dead_urls};
use aws::sqs::SqsQueue;
use std::path::Path;
use std::process::ExitCode;

/// Puts dead letters back, of the data folder's queues or of a deployed bundle's.
///
/// # Errors
/// No queue of that name; the queues' or the table's trouble.
pub async fn redrive(folder: &Folder, only: Option<&str>, file: Option<&Path>) -> Result<ExitCode, Stopped> {
    let named =
        |name: &str| QueueName::parse(name).ok_or_else(|| Stopped(format!("no queue is called {name:?}")));
    let only = only.map(named).transpose()?;
    match file {
        Some(file) => {
            let start = deployed(file).await?;
            let app = start.app().map_err(Stopped::at("the deployed bundle"))?;
            let (queues, began) = (queues(&start), app.clock.now().timestamp_millis());
            for queue in QueueName::ALL.iter().filter(|queue| only.is_none_or(|only| only == **queue)) {
                let moved = queues.redrive(*queue, began).await.map_err(Stopped::at("the redrive"))?;
                told(&app, &moved).await?;
            }
        }
        None => {
            let bundle =
                Bundle::open(folder.clone(), played_until(folder)?, &Urls::usual(), &Own::default()).await?;
            let moved = bundle.queues.redrive(only)?;
            told(&bundle.app, &moved).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn told(app: &App, moved: &[DeadLetter]) -> Result<(), Stopped> {
    close_tasks(app, moved, &operator_name()).await.map_err(Stopped::at("closing the tasks"))?;
    for dead in moved {
        write_line(&format!("{}  {}  sent again", dead.queue.as_str(), dead.message_id));
    }
    Ok(())
}

/// A dead-letter queue is called like its queue, with "-dead" behind.
fn queues(start: &Bootstrap) -> SqsQueue {
    let dead = dead_urls(&start.vars);
    let live = dead.iter().filter_map(|(queue, url)| Some((*queue, url.strip_suffix("-dead")?.to_owned())));
    start.queues_at(live.collect(), dead.clone())
}
