//! The audit: what must hold of the whole record, from one pass over the ledger's table. Every item's chain of
//! entries is whole, every item reads and conserves its money, what invoices say of payments and credit memos is what
//! those say, and every follow-up that an entry asked for is done or not late.
mod chains;
mod settlements;

use crate::letter::Letter;
use crate::ports::Listing;
use crate::store::entity::{Entity, FollowUp, Stored, read};
use crate::store::keys::{ENTRY_PREFIX, STATE};
use crate::store::reads::read_entry;
use crate::store::table::{Key, Record, TableName};
use crate::worker::Failure;
use chrono::{DateTime, Utc};
use domain::credit::CreditMemo;
use domain::customer::Customer;
use domain::invoice::Invoice;
use domain::payment::Payment;
use domain::task::CollectionsTask;
use domain::timeline::{ChainHead, Touched, entry_hash};
use settlements::Settlements;
use std::collections::BTreeMap;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The partition key of the item.
    pub item: String,
    pub what: String,
}

/// What was checked, and what does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditReport {
    pub items: usize,
    pub entries: usize,
    /// Follow-ups that entries asked for.
    pub follow_ups: usize,
    /// Of those, still to be done.
    pub pending: usize,
    /// Parts of invoices that a payment or a credit memo settles.
    pub settlements: usize,
    pub findings: Vec<Finding>,
}

/// Audits the whole ledger as it is at `now`, or at its newest entry where time is played. Follow-ups that are `waiting`
/// on purpose, in a dry run or while the kill switch is on, are never late. A finding counts if a second pass makes it
/// too: a commit during the first may be seen in part.
///
/// # Errors
/// The table's, or a record of a newer version than this program.
pub async fn verify(
    listing: &dyn Listing,
    now: Option<DateTime<Utc>>,
    waiting: &[FollowUp],
) -> Result<AuditReport, Failure> {
    let first = gather(listing).await?.report(now, waiting);
    if first.findings.is_empty() {
        return Ok(first);
    }
    let mut second = gather(listing).await?.report(now, waiting);
    second.findings.retain(|finding| first.findings.contains(finding));
    Ok(second)
}

/// An item as far as the audit needs it.
struct Item {
    ver: u64,
    head: Option<ChainHead>,
    pending: Vec<FollowUp>,
    /// Whether it stands in the index of pending follow-ups.
    is_marked: bool,
}

/// An entry as far as the audit needs it.
struct Link {
    hash: String,
    at: DateTime<Utc>,
    touched: Vec<Touched>,
    /// The follow-ups that it may have done.
    does: Vec<FollowUp>,
}

/// The ledger after one pass.
#[derive(Default)]
struct Gathered {
    items: BTreeMap<String, Item>,
    links: BTreeMap<Key, Link>,
    settlements: Settlements,
    findings: Vec<Finding>,
}

async fn gather(listing: &dyn Listing) -> Result<Gathered, Failure> {
    let mut gathered = Gathered::default();
    let mut after = None;
    loop {
        let page = listing.list(TableName::Ledger, after).await?;
        for record in page.rows {
            gathered.take(record)?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(gathered);
        }
    }
}

impl Gathered {
    fn take(&mut self, record: Record) -> Result<(), Failure> {
        if record.key.sk.starts_with(ENTRY_PREFIX) {
            return self.take_entry(&record);
        }
        if record.key.sk != STATE {
            // A claim or a look-up: written once, and nothing to check.
            return Ok(());
        }
        match record.key.pk.split('#').nth(1).unwrap_or_default() {
            "INV" => {
                if let Some(invoice) = self.take_item::<Invoice>(record)? {
                    self.settlements.add_invoice(&invoice, &mut self.findings);
                }
                Ok(())
            }
            "PAY" => {
                if let Some(payment) = self.take_item::<Payment>(record)? {
                    self.settlements.add_source(&payment, &payment.allocations, &mut self.findings);
                }
                Ok(())
            }
            "CRM" => {
                if let Some(memo) = self.take_item::<CreditMemo>(record)? {
                    self.settlements.add_source(&memo, &memo.allocations, &mut self.findings);
                }
                Ok(())
            }
            "CUS" => self.take_item::<Customer>(record).map(|_| ()),
            "LET" => self.take_item::<Letter>(record).map(|_| ()),
            "TSK" => self.take_item::<CollectionsTask>(record).map(|_| ()),
            kind => {
                let what = format!("no kind of item is called {kind:?}");
                self.findings.push(Finding { item: record.key.pk.clone(), what });
                Ok(())
            }
        }
    }

    /// Reads an item, which checks it; what does not read or hold is a finding.
    fn take_item<T: Entity>(&mut self, record: Record) -> Result<Option<T>, Failure> {
        let (pk, is_marked) = (record.key.pk.clone(), record.pending.is_some());
        match read::<T>(record) {
            Ok(stored) => {
                let head = stored.head().cloned();
                let Stored { state, pending, ver, .. } = stored;
                self.items.insert(pk, Item { ver, head, pending, is_marked });
                Ok(Some(state))
            }
            Err(Failure::Poison(what)) => {
                self.findings.push(Finding { item: pk, what });
                Ok(None)
            }
            Err(newer) => Err(newer),
        }
    }

    fn take_entry(&mut self, record: &Record) -> Result<(), Failure> {
        match read_entry(&record.key, &record.body) {
            Ok(entry) => {
                let does = FollowUp::ALL.into_iter().filter(|todo| todo.is_done_by(&entry.event)).collect();
                let link =
                    Link { hash: entry_hash(&record.body), at: entry.at, touched: entry.touched, does };
                self.links.insert(record.key.clone(), link);
                Ok(())
            }
            Err(Failure::Poison(what)) => {
                self.findings.push(Finding { item: record.key.pk.clone(), what });
                Ok(())
            }
            Err(newer) => Err(newer),
        }
    }

    fn report(mut self, now: Option<DateTime<Utc>>, waiting: &[FollowUp]) -> AuditReport {
        let newest = self.links.values().map(|link| link.at).max();
        let now = now.or(newest).unwrap_or_default();
        let mut report = AuditReport {
            items: self.items.len(),
            entries: self.links.len(),
            settlements: self.settlements.count(),
            ..AuditReport::default()
        };
        self.check_chains(&mut report, now, waiting);
        self.settlements.compare(&mut self.findings);
        report.findings = self.findings;
        report.findings.sort();
        report
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
