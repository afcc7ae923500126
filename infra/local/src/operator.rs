//! What an operator does to a ledger with own credentials, here or in a deployed bundle: no function may.
pub mod audit;
pub mod erase;
pub mod redrive;
pub mod replay;
pub mod restore;

use crate::bundle::Folder;
use crate::summary::Ledger;
use crate::{Stopped, embedded, state};
use aws::bootstrap::{Bootstrap, Vars, dynamo_client, sdk_config, table_names};
use aws::dynamo::DynamoTable;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Operator {
    /// Check the record: exit code 1 where something does not hold.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Destroy a person's mails and payloads in the archive and the keys of all sealed text. There is no way back.
    Erase {
        #[arg(long, value_name = "ID")]
        customer: String,
        /// Why, for the timeline; without personal text.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who does it, for the timeline; the machine's user where absent.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Instead of the data folder: the variables of a deployed bundle's functions, as a JSON file (infra/README.md).
        #[arg(long, value_name = "FILE")]
        deployed: Option<PathBuf>,
    },
    /// Play the archive again into a fresh store and compare it with the live ledger: exit code 1 where they differ.
    Replay {
        /// The archive's folder; a deployed bundle's after `aws s3 sync`.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Instead: deliver it to the live ledger once more, which must change nothing.
        #[arg(long)]
        again: bool,
        /// Instead of the data folder: the variables of a deployed bundle's functions, as a JSON file (infra/README.md).
        #[arg(long, value_name = "FILE")]
        deployed: Option<PathBuf>,
    },
    /// Turn the kill switch on: what comes in is taken in, and neither a letter nor a posting leaves.
    Stop {
        /// Why, for the record.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Instead of the data folder: the variables of a deployed bundle's functions, as a JSON file (infra/README.md).
        #[arg(long, value_name = "FILE")]
        deployed: Option<PathBuf>,
    },
    /// Turn the kill switch off.
    Resume {
        /// Instead of the data folder: the variables of a deployed bundle's functions, as a JSON file (infra/README.md).
        #[arg(long, value_name = "FILE")]
        deployed: Option<PathBuf>,
    },
    /// After a table was set back to a backup: take in again what was done since, without doing it again.
    Restore {
        /// The archive's folder; a deployed bundle's after `aws s3 sync`.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Instead of the data folder: the variables of a deployed bundle's functions, as a JSON file (infra/README.md).
        #[arg(long, value_name = "FILE")]
        deployed: Option<PathBuf>,
    },
    /// Put dead letters back on their queues for another round of tries, and close their tasks.
    Redrive {
        /// Only this queue.
        #[arg(long, value_name = "NAME")]
        queue: Option<String>,
        /// Instead of the data folder: the variables of a deployed bundle's functions, as a JSON file (infra/README.md).
        #[arg(long, value_name = "FILE")]
        deployed: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Every item's chain of entries, its money, both sides of every settlement, every follow-up.
    Verify {
        /// The deployed bundle's ledger table; region and credentials come from the environment.
        #[arg(long, value_name = "NAME")]
        table: Option<String>,
        /// Postings and letters wait on purpose, in a dry run or while everything is stopped: none is late.
        #[arg(long)]
        held: bool,
    },
}

/// Does what was asked.
///
/// # Errors
/// Whatever stopped it, in words.
pub async fn run(folder: &Folder, asked: &Operator) -> Result<ExitCode, Stopped> {
    match asked {
        Operator::Audit { command: AuditCommand::Verify { table, held } } => {
            audit::verify(folder, table.as_deref(), *held).await
        }
        Operator::Erase { customer, reason, by, deployed } => {
            erase::erase(folder, customer, reason, by.as_deref(), deployed.as_deref()).await
        }
        Operator::Replay { from, again, deployed } => {
            replay::replay(folder, from, *again, deployed.as_deref()).await
        }
        Operator::Stop { reason, deployed } => restore::turn(folder, true, reason, deployed.as_deref()).await,
        Operator::Resume { deployed } => restore::turn(folder, false, "resumed", deployed.as_deref()).await,
        Operator::Restore { from, deployed } => restore::restore(folder, from, deployed.as_deref()).await,
        Operator::Redrive { queue, deployed } => {
            redrive::redrive(folder, queue.as_deref(), deployed.as_deref()).await
        }
    }
}

/// The instant up to which time was played in the data folder: that of its newest entry.
fn played_until(folder: &Folder) -> Result<DateTime<Utc>, Stopped> {
    let ledger = Ledger::read(state::records(folder)?)?;
    Ok(ledger.entries.iter().map(|entry| entry.at).max().unwrap_or_default())
}

/// The ledger of the data folder, which must be there: a mistyped folder must not become an empty ledger.
async fn local_table(folder: &Folder) -> Result<DynamoTable, Stopped> {
    let file = folder.file("ledger.sqlite");
    if !file.exists() {
        return Err(Stopped(format!("{}: there is no ledger", file.display())));
    }
    embedded::table(&file).await
}

/// A deployed bundle's tables, by the variables that name them.
async fn deployed_table(names: &[(&str, &str)]) -> DynamoTable {
    let vars: Vars = names.iter().map(|(var, name)| ((*var).to_owned(), (*name).to_owned())).collect();
    DynamoTable::new(dynamo_client(&sdk_config().await), table_names(&vars))
}

/// A deployed bundle by a file with the variables of one of its functions, with the operator's own credentials.
async fn deployed(file: &Path) -> Result<Bootstrap, Stopped> {
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(Stopped::at(&shown))?;
    let vars: Vars = serde_json::from_str(&text).map_err(Stopped::at(&shown))?;
    Bootstrap::operator(vars).await.map_err(Stopped::at("the deployed bundle"))
}

/// Who does it, for the record: the name that this machine knows the person by.
#[expect(clippy::disallowed_methods, reason = "the operator's program may read the environment")]
fn operator_name() -> String {
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "an operator".to_owned())
}
