//! `dunlin replay`: the archive played again, and compared with the live ledger.
use super::{deployed, local_table};
use crate::bundle::{self, Folder, lock, seal_key};
use crate::clock::VirtualClock;
use crate::replay::archive::Archive;
use crate::replay::{Replayed, into_fresh, onto_live};
use crate::screen::write_line;
use crate::serve::Urls;
use crate::summary::{Ledger, hops};
use crate::{Stopped, state};
use app::ports::{Listing, Seal};
use app::settings::Settings;
use app::store::table::{Record, TableName};
use aws::clock::OsEntropy;
use aws::dynamo::DynamoTable;
use aws::seal::TableSeal;
use chrono::{DateTime, Utc};
use domain::customer::{Customer, PauseReason};
use domain::ids::CustomerId;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// The ledger that an archive belongs to.
pub(super) struct Live {
    pub settings: Settings,
    pub table: DynamoTable,
    pub seal: Arc<dyn Seal>,
    _lock: Option<File>,
}

/// Plays the archive into a fresh store and compares it with the live ledger, or, `again`, delivers it to the live one.
///
/// # Errors
/// An archive or a ledger that does not read.
pub async fn replay(
    folder: &Folder,
    from: &Path,
    again: bool,
    file: Option<&Path>,
) -> Result<ExitCode, Stopped> {
    let archive = Archive::read(from).await?;
    let live = live(folder, file).await?;
    if again {
        let (seen, replayed) = onto_live(&archive, live.settings, live.table, live.seal).await?;
        tell(&replayed);
        for line in hops(&seen) {
            write_line(&line);
        }
        write_line(&format!("items changed: {}", seen.items));
        let is_same = seen.items == 0 && replayed.letters == 0;
        return Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let (fresh, replayed) = into_fresh(&archive, live.settings).await?;
    tell(&replayed);
    let differences = compare(&all(&live.table).await?, &all(&fresh).await?)?;
    for difference in &differences {
        write_line(difference);
    }
    write_line(&format!("differences: {}", differences.len()));
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The data folder's ledger, or a deployed one.
pub(super) async fn live(folder: &Folder, file: Option<&Path>) -> Result<Live, Stopped> {
    match file {
        Some(file) => live_deployed(file).await,
        None => live_local(folder).await,
    }
}

async fn live_local(folder: &Folder) -> Result<Live, Stopped> {
    let lock = lock(folder)?;
    let table = local_table(folder).await?;
    let clock = Arc::new(VirtualClock::at(DateTime::<Utc>::UNIX_EPOCH));
    let seal = TableSeal::new(Arc::new(table.clone()), seal_key()?, Arc::new(OsEntropy), clock);
    // Nothing is called: vendors answer out of the archive.
    let nowhere = "http://127.0.0.1:9";
    let settings = bundle::settings(nowhere, nowhere, &Urls::usual(), "replay")?;
    Ok(Live { settings, table, seal: Arc::new(seal), _lock: Some(lock) })
}

async fn live_deployed(file: &Path) -> Result<Live, Stopped> {
    let start = deployed(file).await?;
    let app = start.app().map_err(Stopped::at("the deployed bundle"))?;
    let settings = Settings::clone(&app.settings);
    Ok(Live { settings, table: start.table(), seal: app.seal.clone(), _lock: None })
}

/// All records of the ledger, by key.
///
/// # Errors
/// The table's.
pub async fn all(listing: &dyn Listing) -> Result<Vec<Record>, Stopped> {
    let (mut records, mut after) = (Vec::new(), None);
    loop {
        let page = listing.list(TableName::Ledger, after).await.map_err(Stopped::at("the ledger"))?;
        records.extend(page.rows);
        after = page.next;
        if after.is_none() {
            records.sort_by(|a, b| a.key.cmp(&b.key));
            return Ok(records);
        }
    }
}

/// The lines of both digests that the other has not: `-` of the live ledger, `+` of the replayed one. What is about a
/// person who was erased cannot be made again, and is left out.
///
/// # Errors
/// Records that do not read.
pub fn compare(live: &[Record], fresh: &[Record]) -> Result<Vec<String>, Stopped> {
    let (live, fresh) = (Ledger::read(live.to_vec())?, Ledger::read(fresh.to_vec())?);
    let erased: BTreeSet<CustomerId> =
        live.customers.iter().filter_map(|stored| erased(&stored.state)).collect();
    let lines = |ledger: Ledger| -> Result<Vec<String>, Stopped> {
        let mut lines = state::ledger_lines(&without(ledger, &erased))?;
        lines.sort();
        Ok(lines)
    };
    let (live, fresh) = (lines(live)?, lines(fresh)?);
    let gone = live.iter().filter(|line| !fresh.contains(line)).map(|line| format!("- {line}"));
    let come = fresh.iter().filter(|line| !live.contains(line)).map(|line| format!("+ {line}"));
    Ok(gone.chain(come).collect())
}

fn erased(customer: &Customer) -> Option<CustomerId> {
    let is_erased = customer.pauses.iter().any(|pause| pause.reason == PauseReason::Erased);
    is_erased.then(|| customer.id.clone())
}

fn without(mut ledger: Ledger, erased: &BTreeSet<CustomerId>) -> Ledger {
    let is_kept = |customer: Option<&CustomerId>| customer.is_none_or(|customer| !erased.contains(customer));
    ledger.customers.retain(|stored| is_kept(Some(&stored.state.id)));
    ledger.invoices.retain(|stored| is_kept(Some(&stored.state.customer)));
    ledger.payments.retain(|stored| is_kept(stored.state.customer.as_ref()));
    ledger.letters.retain(|stored| is_kept(Some(&stored.state.customer)));
    ledger.tasks.retain(|stored| is_kept(stored.state.customer.as_ref()));
    ledger
}

pub(super) fn tell(replayed: &Replayed) {
    write_line(&format!(
        "inputs delivered: {}, letters handed over: {}",
        replayed.delivered, replayed.letters
    ));
    for key in &replayed.erased {
        write_line(&format!("erased         {key}"));
    }
    for key in &replayed.by_people {
        write_line(&format!("by people      {key}"));
    }
    for request in &replayed.unanswered {
        write_line(&format!("unanswered     {request}"));
    }
    for why in &replayed.undone {
        write_line(&format!("not done       {why}"));
    }
}
