//! `dunlin contract`: puts a DynamoDB through what the ledger's table must do, by the adapter that the functions use.
use crate::{Stopped, embedded};
use app::ports::Clock;
use app::store::contract::{Tally, compare, suite};
use aws::clock::SystemClock;
use clap::Args;

/// Operations in a random sequence, before the last look at everything.
const SEQUENCE_LEN: usize = 20;

/// Which store, and how many sequences.
#[derive(Debug, Args)]
pub struct Contract {
    /// An emulator of DynamoDB, which is spoken to with made-up credentials; without it, the embedded one.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Random sequences of operations, each compared with the table in memory.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    sequences: u64,
    /// The seed of the first sequence.
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
}

/// Runs the cases of the contract, then the random sequences.
///
/// # Errors
/// A store that is not there, or the first answer that is wrong.
pub async fn check(given: &Contract) -> Result<Tally, Stopped> {
    let table = match &given.endpoint {
        Some(url) => embedded::table_at(url).await?,
        None => {
            let database = dynoxide::Database::memory().map_err(Stopped::at("an embedded DynamoDB"))?;
            embedded::table_at(&embedded::serve(database)?).await?
        }
    };
    // The tables of an emulator may hold an earlier run.
    let prefix = format!("c{}-", SystemClock.now().timestamp_millis());
    suite(&table, &prefix).await.map_err(Stopped)?;
    let seeds = given.seed..given.seed.saturating_add(given.sequences);
    compare(&table, &prefix, seeds, SEQUENCE_LEN).await.map_err(Stopped)
}
