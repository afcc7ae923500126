//! What happened to an item and why, newest first: the chains of the item and of what belongs to it, hash by hash.
use crate::App;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{ChainedEntry, chain, load_many};
use crate::store::table::Key;
use crate::worker::Failure;
use domain::ids::{InvoiceId, LetterId};
use domain::invoice::Invoice;
use domain::timeline::{ChainHead, Event};
use std::collections::{BTreeMap, BTreeSet};

/// Entries that one view follows a chain back.
const ENTRIES_MAX: usize = 100;

#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Newest first.
    pub entries: Vec<ChainedEntry>,
    /// A chain that does not hold: an entry is missing, or was changed afterwards.
    pub broken: Option<String>,
    /// Whether older entries are left out.
    pub is_cut: bool,
    /// The numbers of the invoices that the entries name.
    pub numbers: BTreeMap<InvoiceId, String>,
}

impl Timeline {
    /// An invoice as people call it.
    pub fn number<'a>(&'a self, invoice: &'a InvoiceId) -> &'a str {
        self.numbers.get(invoice).map_or(invoice.as_str(), String::as_str)
    }

    /// Adds the chain of an item; of several items, an entry that touched both comes once.
    ///
    /// # Errors
    /// The table's. A chain that does not hold is part of the view instead.
    pub async fn add<T: Entity>(
        &mut self,
        app: &App,
        stored: &Stored<T>,
        is_wanted: impl Fn(&Event) -> bool,
    ) -> Result<(), Failure> {
        self.add_chain(app, &stored.state.key(), stored.head(), is_wanted).await
    }

    async fn add_chain(
        &mut self,
        app: &App,
        key: &Key,
        head: Option<&ChainHead>,
        is_wanted: impl Fn(&Event) -> bool,
    ) -> Result<(), Failure> {
        let walked = match chain(app.table.as_ref(), &key.pk, head, ENTRIES_MAX).await {
            Ok(walked) => walked,
            Err(Failure::Poison(why)) => {
                self.broken = Some(why);
                return Ok(());
            }
            Err(retry) => return Err(retry),
        };
        self.is_cut |= walked.len() >= ENTRIES_MAX;
        let known: BTreeSet<String> = self.entries.iter().map(|known| known.hash.clone()).collect();
        self.entries.extend(
            walked.into_iter().filter(|new| is_wanted(&new.entry.event) && !known.contains(&new.hash)),
        );
        Ok(())
    }

    /// Orders the entries and looks up the numbers of the invoices that they name.
    ///
    /// # Errors
    /// The table's.
    pub async fn finish(mut self, app: &App) -> Result<Self, Failure> {
        self.entries.sort_by_key(|chained| std::cmp::Reverse(chained.entry.at));
        if self.entries.len() > ENTRIES_MAX {
            self.entries.truncate(ENTRIES_MAX);
            self.is_cut = true;
        }
        let named: BTreeSet<InvoiceId> =
            self.entries.iter().flat_map(|chained| invoices(&chained.entry.event)).cloned().collect();
        let wanted: Vec<Key> = named.iter().map(|id| keys::invoice(&app.settings.entity, id)).collect();
        for invoice in load_many::<Invoice>(app.table.as_ref(), &wanted).await? {
            self.numbers.insert(invoice.state.id, invoice.state.number);
        }
        Ok(self)
    }
}

/// The invoices that an event names.
pub fn invoices(event: &Event) -> Vec<&InvoiceId> {
    match event {
        Event::CashApplied { lines, .. } | Event::CashUnapplied { lines, .. } => {
            lines.iter().map(|line| &line.invoice).collect()
        }
        Event::PromiseMade { invoices, .. }
        | Event::DisputeOpened { invoices, .. }
        | Event::LetterPlanned { invoices, .. } => invoices.iter().collect(),
        Event::DunningHeld { holds } => holds.iter().map(|held| &held.invoice).collect(),
        Event::RefundDecided { invoice, .. }
        | Event::CreditApplied { invoice, .. }
        | Event::PromiseValued { invoice, .. }
        | Event::DisputeClosed { invoice, .. } => vec![invoice],
        _ => vec![],
    }
}

/// The letter that an event is about.
pub fn letter(event: &Event) -> Option<&LetterId> {
    match event {
        Event::LetterPlanned { letter, .. }
        | Event::LetterCancelled { letter, .. }
        | Event::LetterClaimed { letter }
        | Event::LetterSent { letter, .. }
        | Event::LetterReleased { letter, .. }
        | Event::LetterUnknown { letter, .. }
        | Event::LetterDelivered { letter }
        | Event::LetterBounced { letter, .. }
        | Event::LetterComplained { letter, .. } => Some(letter),
        _ => None,
    }
}
