//! `dunlin audit verify`: the whole record, checked.
use super::{deployed_table, local_table};
use crate::Stopped;
use crate::bundle::{Folder, lock};
use crate::screen::write_line;
use app::audit::{AuditReport, verify as verify_ledger};
use app::ports::Clock;
use app::store::entity::FollowUp;
use aws::clock::SystemClock;
use std::process::ExitCode;

/// Audits the data folder's ledger, or a deployed one; prints what was checked and every finding. Where postings
/// and letters are held on purpose, they are never late.
///
/// # Errors
/// A ledger that cannot be read.
pub async fn verify(folder: &Folder, table: Option<&str>, is_held: bool) -> Result<ExitCode, Stopped> {
    let held = [FollowUp::WriteBack, FollowUp::PostAgain, FollowUp::SendLetter];
    let waiting: &[FollowUp] = if is_held { &held } else { &[] };
    let report = match table {
        Some(table) => {
            let table = deployed_table(&[("LEDGER_TABLE", table)]).await;
            verify_ledger(&table, Some(SystemClock.now()), waiting).await
        }
        None => {
            let _lock = lock(folder)?;
            verify_ledger(&local_table(folder).await?, None, waiting).await
        }
    };
    let report = report.map_err(Stopped::at("the audit"))?;
    for line in told(&report) {
        write_line(&line);
    }
    Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was checked, then each finding.
pub fn told(report: &AuditReport) -> Vec<String> {
    let mut lines = vec![
        format!("items        {:>8}  each reads and conserves its money", report.items),
        format!("entries      {:>8}  in one gapless chain an item, every hash agrees", report.entries),
        format!("settlements  {:>8}  said alike by both sides", report.settlements),
        format!(
            "follow-ups   {:>8}  done, or pending and not late ({} are)",
            report.follow_ups, report.pending
        ),
    ];
    if report.findings.is_empty() {
        lines.push("the record holds".to_owned());
    } else {
        lines.push(format!("{} findings: of the above, this does not hold", report.findings.len()));
    }
    lines.extend(report.findings.iter().map(|finding| format!("  {}  {}", finding.item, finding.what)));
    lines
}
