//! Customers, invoices and credit memos from the ledger: up to 25 records a commit, each with its own condition; a
//! conflict falls back to one by one. A version that we hold, or an older one, changes nothing.
use super::SYSTEM;
use crate::App;
use crate::flows::tasks::{about_customer, new_task, opened};
use crate::flows::{Attempt, settle, tasks};
use crate::keyring::lookup;
use crate::ports::Answer;
use crate::store::change::Change;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{load_many, look_up};
use crate::store::table::{CommitError, Key};
use crate::worker::Failure;
use connectors::quickbooks::facts::{ErpCreditMemo, ErpCustomer, ErpInvoice};
use domain::cash::tokens::normal_form;
use domain::credit::CreditMemo;
use domain::customer::{AddressStatus, Contact, Customer};
use domain::ids::{ContactId, CreditMemoId, CustomerId, ExternalRef, InvoiceId};
use domain::invoice::{ExternalVersion, Invoice};
use domain::money::Money;
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

const RECORDS_PER_COMMIT: usize = 25;

/// An item as it shall be, and the look-ups that lead to it (partition, sort key).
type Merged<I> = Result<(I, Vec<Key>), Failure>;

/// A record of the ledger that becomes an item of ours.
pub trait Document: Send + Sync {
    type Item: Entity + Clone + 'static;

    fn key(&self, app: &App) -> Key;
    fn version(&self) -> ExternalVersion;
    fn version_of(item: &Self::Item) -> &ExternalVersion;
    /// The record merged into what we hold of it.
    fn merged<'a>(&'a self, app: &'a App, former: Option<Self::Item>) -> Answer<'a, Merged<Self::Item>>;

    /// What of the record our item could not take over, for a person to look at.
    fn misfit(&self, item: &Self::Item) -> Option<String>;
}

/// Stores a page of records.
///
/// # Errors
/// The table's or the seal's.
pub async fn store<D: Document>(app: &App, cause: &Cause, documents: Vec<D>) -> Result<(), Failure> {
    for part in documents.chunks(RECORDS_PER_COMMIT) {
        match attempt(app, cause, part).await {
            Ok(Attempt::Done(())) => {}
            Ok(Attempt::Conflict(_)) | Err(Failure::Poison(_)) => {
                for document in part {
                    store_one(app, cause, document).await?;
                }
            }
            Err(later) => return Err(later),
        }
    }
    Ok(())
}

/// A record that no later try will take in waits for a person, and holds up no other.
async fn store_one<D: Document>(app: &App, cause: &Cause, document: &D) -> Result<(), Failure> {
    match settle(|| attempt(app, cause, std::slice::from_ref(document))).await {
        Err(Failure::Poison(why)) => {
            let task = new_task(app, TaskKind::LedgerMismatch, &document.key(app).pk, why);
            tasks::open(app, cause, task).await
        }
        ended => ended,
    }
}

async fn attempt<D: Document>(app: &App, cause: &Cause, documents: &[D]) -> Result<Attempt<()>, Failure> {
    let wanted: Vec<Key> = documents.iter().map(|document| document.key(app)).collect();
    let mut there: Vec<Stored<D::Item>> = load_many(app.table.as_ref(), &wanted).await?;
    let mut change = Change::new(
        app.settings.entity.clone(),
        app.clock.now(),
        cause.clone(),
        Event::LedgerRecordsPulled { kind: D::Item::KIND.to_owned(), count: 0 },
    );
    let mut count = 0;
    for (document, key) in documents.iter().zip(&wanted) {
        let at = there.iter().position(|stored| stored.state.key() == *key);
        let stored = at.map(|at| there.swap_remove(at));
        if stored
            .as_ref()
            .is_some_and(|stored| !document.version().is_newer_than(D::version_of(&stored.state)))
        {
            continue;
        }
        let (item, lookups) =
            document.merged(app, stored.as_ref().map(|stored| stored.state.clone())).await?;
        let (misfit, customer) = (document.misfit(&item), item.customer().cloned());
        change = match stored {
            Some(stored) => change.update(stored.with_state(item)),
            None => change.create(item, &[]),
        };
        if let Some(why) = misfit {
            let task = new_task(app, TaskKind::LedgerMismatch, &format!("{}|misfit", key.pk), why);
            change = opened(app, change, about_customer(task, customer.as_ref())).await?;
        }
        for lookup in lookups {
            if !look_up(app.table.as_ref(), lookup.pk.clone()).await?.contains(&lookup.sk) {
                change = change.claim(lookup, r#"{"v":1}"#);
            }
        }
        count += 1;
    }
    if count == 0 {
        return Ok(Attempt::Done(()));
    }
    let kind = D::Item::KIND.to_owned();
    match change.telling(Event::LedgerRecordsPulled { kind, count }).commit(app.table.as_ref()).await {
        // A record that breaks a rule must not hold up the others.
        Err(CommitError::Refused(why)) if documents.len() > 1 => Ok(Attempt::Conflict(why)),
        committed => Attempt::of(committed, ()),
    }
}

pub(super) fn invoice_id(row: &ErpInvoice) -> InvoiceId {
    InvoiceId(id(&row.external_id))
}

pub(super) fn id(external_id: &str) -> String {
    format!("{SYSTEM}:{external_id}")
}

impl Document for ErpCustomer {
    type Item = Customer;

    fn key(&self, app: &App) -> Key {
        keys::customer(&app.settings.entity, &CustomerId(id(&self.external_id)))
    }

    fn version(&self) -> ExternalVersion {
        ExternalVersion { token: self.sync_token.clone(), updated_at: self.updated_at }
    }

    fn version_of(item: &Customer) -> &ExternalVersion {
        &item.external_version
    }

    fn merged<'a>(&'a self, app: &'a App, former: Option<Customer>) -> Answer<'a, Merged<Customer>> {
        Box::pin(async move {
            let entity = app.settings.entity.clone();
            let customer_id = CustomerId(id(&self.external_id));
            let subject = keys::customer(&entity, &customer_id).pk;
            let name = app.seal.seal(&subject, &self.display_name).await?;
            let former_contacts = former.as_ref().map(|former| former.contacts.clone()).unwrap_or_default();
            let mut contacts = Vec::new();
            for email in self.email.iter().flat_map(|list| list.split([',', ';'])).map(str::trim) {
                if !email.contains('@') {
                    continue;
                }
                let contact = contact(app, &subject, email, &former_contacts).await?;
                // One address may be written twice, in either case.
                if !contacts.iter().any(|known: &Contact| known.email_hash == contact.email_hash) {
                    contacts.push(contact);
                }
            }
            let lookups = contacts
                .iter()
                .map(|contact| Key::new(keys::address(&entity, &contact.email_hash), customer_id.as_str()))
                .collect();
            // Addresses that the ledger no longer has keep their status: an opt-out outlives a correction.
            let gone = former_contacts.into_iter().filter(|old| {
                old.status != AddressStatus::Usable
                    && !contacts.iter().any(|new| new.email_hash == old.email_hash)
            });
            let gone: Vec<Contact> = gone.collect();
            contacts.extend(gone);
            let external_ref = ExternalRef::new(SYSTEM, &self.external_id);
            let version = self.version();
            let fresh = Customer {
                entity,
                id: customer_id,
                external_ref,
                external_version: version,
                name,
                is_active: self.is_active,
                contacts,
                pauses: Vec::new(),
                contacted_on: Vec::new(),
                debits_in_flight: Vec::new(),
                funds_held: Vec::new(),
                letter_in_hand: None,
                last_decision: None,
            };
            let item = match former {
                Some(former) => Customer {
                    pauses: former.pauses,
                    contacted_on: former.contacted_on,
                    debits_in_flight: former.debits_in_flight,
                    funds_held: former.funds_held,
                    letter_in_hand: former.letter_in_hand,
                    last_decision: None,
                    ..fresh
                },
                None => fresh,
            };
            Ok((item, lookups))
        })
    }

    fn misfit(&self, _: &Customer) -> Option<String> {
        None
    }
}

async fn contact(app: &App, subject: &str, email: &str, former: &[Contact]) -> Result<Contact, Failure> {
    let email_hash = lookup(app, email)?;
    if let Some(known) = former.iter().find(|contact| contact.email_hash == email_hash) {
        return Ok(known.clone());
    }
    let contact_id = ContactId(email_hash.0.chars().take(16).collect());
    let email = app.seal.seal(subject, email).await?;
    Ok(Contact { id: contact_id, email, email_hash, status: AddressStatus::Usable })
}

impl Document for ErpInvoice {
    type Item = Invoice;

    fn key(&self, app: &App) -> Key {
        keys::invoice(&app.settings.entity, &InvoiceId(id(&self.external_id)))
    }

    fn version(&self) -> ExternalVersion {
        ExternalVersion { token: self.sync_token.clone(), updated_at: self.updated_at }
    }

    fn version_of(item: &Invoice) -> &ExternalVersion {
        &item.external_version
    }

    fn merged<'a>(&'a self, app: &'a App, former: Option<Invoice>) -> Answer<'a, Merged<Invoice>> {
        Box::pin(async move {
            let entity = app.settings.entity.clone();
            let invoice_id = InvoiceId(id(&self.external_id));
            let number = self.number.clone().unwrap_or_else(|| self.external_id.clone());
            let form = normal_form(&number);
            let pk = keys::invoice(&entity, &invoice_id).pk;
            let lookups = vec![Key::new(keys::number(&entity, &form), pk)];
            let zero = Money::zero(self.total.currency());
            let fresh = Invoice {
                entity,
                id: invoice_id,
                external_ref: ExternalRef::new(SYSTEM, &self.external_id),
                external_version: self.version(),
                customer: CustomerId(id(&self.customer_external_id)),
                number,
                issued_on: self.issued_on,
                due_on: self.due_on,
                original: self.total,
                applied: zero,
                credited: zero,
                discounted: zero,
                written_off: zero,
                ledger_balance: self.balance,
                is_voided: self.is_voided,
                settled: Vec::new(),
                refunds_to_decide: Vec::new(),
                contested: Vec::new(),
                promise: None,
                kept_promise: None,
                broken_promises: 0,
                dispute: None,
                letters: Vec::new(),
            };
            Ok((former.map_or(fresh.clone(), |former| updated(former, fresh)), lookups))
        })
    }

    fn misfit(&self, item: &Invoice) -> Option<String> {
        let number = &item.number;
        // What payments settled on it is taken off next; a credit stays until its own link is changed.
        if self.is_voided && item.credited.is_positive() {
            let credited = item.credited;
            return Some(format!(
                "invoice {number} is void in the ledger, {credited} are credited on it here"
            ));
        }
        let (theirs, ours) = (self.total, item.original);
        (!self.is_voided && theirs != ours).then(|| {
            format!("invoice {number} is over {theirs} in the ledger, and more than that is settled or held of {ours} here")
        })
    }
}

/// The ledger's figures on our item. A total that no longer covers what was settled or is held is not taken over: the
/// balance is, so that nobody is chased for more than the ledger says; one in another currency says nothing.
pub(super) fn updated(former: Invoice, fresh: Invoice) -> Invoice {
    let left = || {
        let parts = [former.applied, former.credited, former.discounted, former.written_off];
        let held = if fresh.is_voided { Money::zero(former.currency()) } else { former.held()? };
        let taken = Money::sum(former.currency(), parts)?.plus(held)?;
        Ok::<_, Refusal>(fresh.original.minus(taken)?)
    };
    let covers = left().is_ok_and(|left| !left.is_negative());
    let original = if covers && !fresh.is_voided { fresh.original } else { former.original };
    let is_mute = fresh.is_voided || fresh.ledger_balance.currency() != original.currency();
    let mut item = Invoice {
        external_version: fresh.external_version,
        customer: fresh.customer,
        number: fresh.number,
        issued_on: fresh.issued_on,
        due_on: fresh.due_on,
        original,
        ledger_balance: if is_mute { Money::zero(original.currency()) } else { fresh.ledger_balance },
        is_voided: fresh.is_voided,
        ..former
    };
    if item.is_voided {
        item.refunds_to_decide.clear();
        item.contested.clear();
        item.promise = None;
    }
    item
}

impl Document for ErpCreditMemo {
    type Item = CreditMemo;

    fn key(&self, app: &App) -> Key {
        keys::credit_memo(&app.settings.entity, &CreditMemoId(id(&self.external_id)))
    }

    fn version(&self) -> ExternalVersion {
        ExternalVersion { token: self.sync_token.clone(), updated_at: self.updated_at }
    }

    fn version_of(item: &CreditMemo) -> &ExternalVersion {
        &item.external_version
    }

    fn merged<'a>(&'a self, app: &'a App, former: Option<CreditMemo>) -> Answer<'a, Merged<CreditMemo>> {
        let entity = app.settings.entity.clone();
        let former = former.unwrap_or_else(|| CreditMemo {
            entity,
            id: CreditMemoId(id(&self.external_id)),
            external_ref: ExternalRef::new(SYSTEM, &self.external_id),
            external_version: self.version(),
            customer: CustomerId(id(&self.customer_external_id)),
            number: String::new(),
            issued_on: self.issued_on,
            original: self.total,
            applied: Money::zero(self.total.currency()),
            ledger_remaining: self.remaining,
            allocations: Vec::new(),
        });
        let covers = self.total.minus(former.applied).is_ok_and(|left| !left.is_negative());
        let original = if covers { self.total } else { former.original };
        let is_same_currency = self.remaining.currency() == original.currency();
        let item = CreditMemo {
            external_version: self.version(),
            customer: CustomerId(id(&self.customer_external_id)),
            number: self.number.clone().unwrap_or_else(|| self.external_id.clone()),
            original,
            ledger_remaining: if is_same_currency {
                self.remaining
            } else {
                Money::zero(original.currency())
            },
            ..former
        };
        Box::pin(async move { Ok((item, Vec::new())) })
    }

    fn misfit(&self, item: &CreditMemo) -> Option<String> {
        let (number, theirs, applied) = (&item.number, self.total, item.applied);
        (theirs != item.original).then(|| {
            format!("credit memo {number} is over {theirs} in the ledger, and {applied} of it are used here")
        })
    }
}

#[cfg(test)]
#[path = "documents_tests.rs"]
mod tests;
