//! What is checked of every commit, as it happens.
use super::letters::Letters;
use super::{Broken, Kind, Read, allocations, invoice, kind, open, payment, settlements};
use crate::world::CANARY;
use app::letter::Letter;
use app::store::keys;
use app::store::table::{Key, Record};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::credit::CreditMemo;
use domain::invoice::Invoice;
use domain::payment::Payment;
use domain::timeline::{ChainHead, TimelineEntry, entry_hash};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The entity that everything belongs to.
pub const ENTITY: &str = "main#";

/// The envelope of an item, whatever is in it.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    head: Option<ChainHead>,
}

/// Half write units that a commit may cost: what each costs by itself, and what each item that it touches adds.
const HALF_UNITS: u64 = 40;
const HALF_UNITS_PER_ITEM: u64 = 30;

#[derive(Default)]
pub struct Watch {
    /// What each cause led to, and where its input is archived.
    pub told: BTreeMap<String, Vec<Told>>,
    pub letters: Letters,
    pub zone: Option<Tz>,
}

/// What an entry told, in a word, with the archived input that it names.
#[derive(Debug, Clone)]
pub struct Told {
    pub event: String,
    pub archived: Option<String>,
    /// The item that it is mainly about.
    pub item: String,
}

fn entry(puts: &[Record]) -> Option<&Record> {
    puts.iter().find(|record| record.key.sk.starts_with(keys::ENTRY_PREFIX))
}

/// The name of what happened.
fn word(entry: &TimelineEntry) -> String {
    format!("{:?}", entry.event).chars().take_while(|c| c.is_alphanumeric()).collect()
}

impl Watch {
    /// A commit in a few words.
    pub fn describe(&self, puts: &[Record]) -> String {
        let event = entry(puts).and_then(|record| serde_json::from_str::<TimelineEntry>(&record.body).ok());
        let event = event.map(|entry| format!("{:?}", entry.event)).unwrap_or_default();
        let items = puts.iter().filter(|record| record.key.sk == keys::STATE);
        let items: Vec<String> = items.map(|record| format!("{}@{}", record.key.pk, record.ver)).collect();
        format!("{event} on {}", items.join(", "))
    }

    /// Checks a commit against what stood there before and what stands there now.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn commit(
        &mut self,
        puts: &[Record],
        olds: &[Option<Record>],
        read: &Read<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), Broken> {
        if let Some(stray) = puts.iter().find(|record| !record.key.pk.starts_with(ENTITY)) {
            return Err(("I9", format!("{} is of another entity", stray.key)));
        }
        if let Some(told) = puts.iter().find(|record| record.body.contains(CANARY)) {
            return Err(("I10", format!("{} holds personal text", told.key)));
        }
        chained(puts, olds)?;
        self.tell(puts);
        for (record, old) in puts.iter().zip(olds) {
            match kind(&record.key) {
                Some(Kind::Invoice) => {
                    let state = open::<Invoice>(record)?.state;
                    invoice(&state)?;
                    settlements(&state, read)?;
                }
                Some(Kind::Payment) => {
                    let state = open::<Payment>(record)?.state;
                    payment(&state)?;
                    allocations(&state, read)?;
                    if let Some(old) = old {
                        self.dropped(&open::<Payment>(old)?.state, read)?;
                    }
                }
                Some(Kind::CreditMemo) => {
                    open::<CreditMemo>(record)?;
                }
                Some(Kind::Letter) => {
                    let old = old.as_ref().map(open::<Letter>).transpose()?;
                    let zone = self.zone.unwrap_or(Tz::UTC);
                    self.letters.changed(
                        old.map(|old| old.state).as_ref(),
                        &open::<Letter>(record)?.state,
                        read,
                        now,
                        zone,
                    )?;
                }
                Some(Kind::Customer | Kind::Task) | None => {}
            }
        }
        Ok(())
    }

    fn tell(&mut self, puts: &[Record]) {
        let entry = entry(puts).and_then(|record| serde_json::from_str::<TimelineEntry>(&record.body).ok());
        let Some(entry) = entry else { return };
        let item = entry.touched.first().map(|touched| touched.pk.clone()).unwrap_or_default();
        let told = Told { event: word(&entry), archived: entry.cause.archived, item };
        self.told.entry(entry.cause.event.to_string()).or_default().push(told);
    }

    /// What a payment no longer settles, its invoices no longer count.
    fn dropped(&self, old: &Payment, read: &Read<'_>) -> Result<(), Broken> {
        for allocation in &old.allocations {
            if let Some(record) = read(&keys::invoice(&old.entity, &allocation.invoice)) {
                settlements(&open::<Invoice>(&record)?.state, read)?;
            }
        }
        Ok(())
    }

    /// The event that a commit tells and, where it cost more than it may, its budget.
    pub fn cost(&self, puts: &[Record], half_units: u64) -> Option<(String, Option<u64>)> {
        let entry: TimelineEntry = serde_json::from_str(&entry(puts)?.body).ok()?;
        let event = word(&entry);
        let items = u64::try_from(entry.touched.len()).unwrap();
        let budget = HALF_UNITS + HALF_UNITS_PER_ITEM * items;
        Some((event, (half_units > budget).then_some(budget)))
    }
}

/// I7: versions have no gaps, one entry tells of all items, and each item's chain goes on from its former head.
fn chained(puts: &[Record], olds: &[Option<Record>]) -> Result<(), Broken> {
    let broken = |what: String| Err(("I7", what));
    let items: Vec<(&Record, Option<&Record>)> = puts
        .iter()
        .zip(olds)
        .filter(|(record, _)| record.key.sk == keys::STATE)
        .map(|(record, old)| (record, old.as_ref()))
        .collect();
    let Some(entry) = entry(puts) else {
        return match items.first() {
            Some((record, _)) => broken(format!("{} changed without an entry", record.key)),
            None => Ok(()),
        };
    };
    let hash = entry_hash(&entry.body);
    let told: TimelineEntry =
        serde_json::from_str(&entry.body).map_err(|error| ("I7", format!("{}: {error}", entry.key)))?;
    for (record, old) in items {
        let before = old.map_or(0, |old| old.ver);
        if record.ver != before + 1 {
            return broken(format!("{} goes from version {before} to {}", record.key, record.ver));
        }
        let newest = head(record)?;
        let is_head = newest
            .as_ref()
            .is_some_and(|head| head.hash == hash && Key::new(&head.pk, &head.sk) == entry.key);
        if !is_head {
            return broken(format!("{} does not name its entry", record.key));
        }
        let former = old.map(head).transpose()?.flatten();
        match told.touched.iter().find(|touched| touched.pk == record.key.pk) {
            Some(touched) if touched.ver == record.ver && touched.former == former => {}
            _ => return broken(format!("{} is not chained to its former entry", record.key)),
        }
    }
    Ok(())
}

fn head(record: &Record) -> Result<Option<ChainHead>, Broken> {
    let head: Head =
        serde_json::from_str(&record.body).map_err(|error| ("I7", format!("{}: {error}", record.key)))?;
    Ok(head.head)
}
