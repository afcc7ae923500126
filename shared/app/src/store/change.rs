//! The one way to change the ledger: items, claims and one timeline entry in one transaction.
use super::entity::{Entity, Envelope, FollowUp, ITEM_VERSION, Stored};
use super::keys;
use super::table::{CommitError, Committed, Condition, Key, Record, Table, TableName, Write};
use chrono::{DateTime, Utc};
use domain::ids::{CustomerId, EntityId};
use domain::mutant;
use domain::refusal::Refusal;
use domain::timeline::{Cause, ChainHead, ENTRY_VERSION, Event, TimelineEntry, Touched, entry_hash};

type Finish = Box<dyn FnOnce(ChainHead) -> Result<Write, Refusal> + Send>;

/// A change in the making. The first item created or updated is the primary one: the entry stands in its partition.
pub struct Change {
    entry: TimelineEntry,
    items: Vec<Finish>,
    others: Vec<Write>,
    refused: Option<Refusal>,
}

impl Change {
    pub fn new(entity: EntityId, at: DateTime<Utc>, cause: Cause, event: Event) -> Self {
        let entry = TimelineEntry {
            v: ENTRY_VERSION,
            at,
            entity,
            cause,
            event,
            customer: None,
            policy: None,
            rules: Vec::new(),
            touched: Vec::new(),
        };
        Self { entry, items: Vec::new(), others: Vec::new(), refused: None }
    }

    #[must_use]
    pub fn by_rule(mut self, rule: impl Into<String>) -> Self {
        self.entry.rules.push(rule.into());
        self
    }

    #[must_use]
    pub fn under_policy(mut self, version: impl Into<String>) -> Self {
        self.entry.policy = Some(version.into());
        self
    }

    #[must_use]
    pub fn about(mut self, customer: &CustomerId) -> Self {
        self.entry.customer = Some(customer.clone());
        self
    }

    /// Replaces what the entry says happened, once the figures are known.
    #[must_use]
    pub fn telling(mut self, event: Event) -> Self {
        self.entry.event = event;
        self
    }

    /// A new item; the commit conflicts if it is there already.
    #[must_use]
    pub fn create<T: Entity + 'static>(self, state: T, pending: &[FollowUp]) -> Self {
        let stored = Stored { state, pending: pending.to_vec(), ver: 0, head: None, pending_since: None };
        self.item(stored, Condition::Absent)
    }

    /// A changed item; the commit conflicts if it changed since it was read.
    #[must_use]
    pub fn update<T: Entity + 'static>(self, stored: Stored<T>) -> Self {
        let condition = Condition::Version(stored.ver);
        self.item(stored, condition)
    }

    fn item<T: Entity + 'static>(mut self, stored: Stored<T>, condition: Condition) -> Self {
        if let Err(refusal) = stored.state.check() {
            self.refused.get_or_insert(refusal);
        }
        let key = stored.state.key();
        let ver = stored.ver + 1;
        if self.entry.customer.is_none() {
            self.entry.customer = stored.state.customer().cloned();
        }
        let (former, pending) = (stored.head.clone(), stored.pending.clone());
        let former = former.filter(|_| !mutant!("chain-cut"));
        self.entry.touched.push(Touched { pk: key.pk.clone(), ver, former, pending });
        let at = self.entry.at;
        self.items.push(Box::new(move |head| {
            let record = record_of(stored, key, ver, head, at)?;
            Ok(Write::Put { table: TableName::Ledger, record, condition })
        }));
        self
    }

    /// A permanent record beside the items: a claim on an outside fact, or a look-up. The commit conflicts if it is
    /// there already.
    #[must_use]
    pub fn claim(mut self, key: Key, body: impl Into<String>) -> Self {
        let record = Record::new(key, 1, body);
        self.others.push(Write::Put { table: TableName::Ledger, record, condition: Condition::Absent });
        self
    }

    /// Another table's record in the same transaction (a cursor, say).
    #[must_use]
    pub fn with(mut self, write: Write) -> Self {
        self.others.push(write);
        self
    }

    /// The item must not have changed since it was read, though this commit does not change it.
    #[must_use]
    pub fn unchanged<T: Entity>(mut self, stored: &Stored<T>) -> Self {
        let key = stored.state.key();
        let condition = Condition::Version(stored.ver);
        self.others.push(Write::Check { table: TableName::Ledger, key, condition });
        self
    }

    /// Whether no item is created or updated: there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many actions the transaction will have.
    pub fn actions(&self) -> usize {
        self.items.len() + self.others.len() + 1
    }

    /// Commits everything or nothing.
    ///
    /// # Errors
    /// `Conflict` when something changed meanwhile or exists already, `Refused` when a rule of an item does not hold.
    pub async fn commit(self, table: &dyn Table) -> Result<Committed, CommitError> {
        let refused = |refusal: Refusal| CommitError::Refused(refusal.to_string());
        if let Some(refusal) = self.refused {
            return Err(refused(refusal));
        }
        let Some(primary) = self.entry.touched.first() else {
            return Err(CommitError::Refused("a change without an item".into()));
        };
        let stored =
            serde_json::to_string(&self.entry).map_err(|error| CommitError::Refused(error.to_string()))?;
        let head =
            ChainHead { hash: entry_hash(&stored), pk: primary.pk.clone(), sk: keys::entry_sk(primary.ver) };
        let mut writes = Vec::with_capacity(self.items.len() + self.others.len() + 1);
        for item in self.items {
            writes.push(item(head.clone()).map_err(refused)?);
        }
        mutant!("versions-not-checked", {
            for write in &mut writes {
                let Write::Put { table: of, record, condition } = write else { continue };
                if let Ok(Some(stored)) = table.get(*of, &record.key).await {
                    record.ver = stored.ver + 1;
                    *condition = Condition::Version(stored.ver);
                }
            }
        });
        writes.extend(self.others);
        let record = Record::new(Key::new(head.pk, head.sk), 1, stored);
        writes.push(Write::Put { table: TableName::Ledger, record, condition: Condition::Absent });
        table.commit(writes).await
    }
}

fn record_of<T: Entity>(
    stored: Stored<T>,
    key: Key,
    ver: u64,
    head: ChainHead,
    at: DateTime<Utc>,
) -> Result<Record, Refusal> {
    let pending_since =
        if stored.pending.is_empty() { None } else { Some(stored.pending_since.unwrap_or(at)) };
    let pending = pending_since.map(|since| {
        let since = since.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        keys::pending_row(stored.state.entity(), &since, &key.pk)
    });
    let customer = stored.state.customer_row();
    let (due, summary) = stored.state.due_row(&stored.pending).unzip();
    let envelope = Envelope {
        v: ITEM_VERSION,
        kind: T::KIND.to_owned(),
        head: Some(head),
        pending: stored.pending,
        pending_since,
        state: stored.state,
    };
    let body =
        serde_json::to_string(&envelope).map_err(|error| Refusal::new("record-json", error.to_string()))?;
    Ok(Record { key, ver, body, customer, due, summary, pending, expires_at: None })
}
