//! `dunlin stop`, `dunlin resume` and `dunlin restore`: after the ledger was set back to a backup, what was done since is
//! taken in again without being done again.
use super::replay::{Live, live, tell};
use super::{operator_name, played_until};
use crate::Stopped;
use crate::bundle::Folder;
use crate::replay::archive::Archive;
use crate::replay::restore_live;
use crate::screen::write_line;
use crate::summary::hops;
use app::flows::stops::{Stop, set};
use app::ports::Clock;
use aws::clock::SystemClock;
use std::path::Path;
use std::process::ExitCode;

/// Turns the kill switch on or off.
///
/// # Errors
/// A ledger that cannot be reached.
pub async fn turn(folder: &Folder, is_on: bool, why: &str, file: Option<&Path>) -> Result<ExitCode, Stopped> {
    let at = if file.is_some() { SystemClock.now() } else { played_until(folder)? };
    let live = live(folder, file).await?;
    switch(&live, is_on, at, why).await?;
    write_line(if is_on {
        "stopped: no letter and no posting leaves"
    } else {
        "letters and postings leave again"
    });
    Ok(ExitCode::SUCCESS)
}

async fn switch(
    live: &Live,
    is_on: bool,
    at: chrono::DateTime<chrono::Utc>,
    why: &str,
) -> Result<(), Stopped> {
    let stop = Stop { v: 1, is_on, at, by: operator_name(), why: why.to_owned() };
    set(&live.table, &live.settings.entity, &stop).await.map_err(Stopped::at("the kill switch"))
}

/// Turns the kill switch on, and rebuilds from the archive what the ledger has lost: vendors answer out of the archive, a
/// letter counts as sent where a mail event knows it and as unknown where none does, and nothing leaves. The switch
/// stays on.
///
/// # Errors
/// An archive or a ledger that does not read.
pub async fn restore(folder: &Folder, from: &Path, file: Option<&Path>) -> Result<ExitCode, Stopped> {
    let archive = Archive::read(from).await?;
    let at = if file.is_some() { SystemClock.now() } else { played_until(folder)? };
    let live = live(folder, file).await?;
    switch(&live, true, at, "a restore").await?;
    let (seen, replayed) = restore_live(&archive, live.settings, live.table, live.seal).await?;
    tell(&replayed);
    for line in hops(&seen) {
        write_line(&line);
    }
    write_line(&format!("items rebuilt: {}", seen.items));
    write_line("nothing leaves yet: run `audit verify`, look at the tasks, then `resume`");
    Ok(ExitCode::SUCCESS)
}
