//! One customer: who may be written to, what is open, what money waits, what was written and why.
use super::timeline::Timeline;
use super::{broken, opened};
use crate::App;
use crate::letter::Letter;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{customer_group, load, load_many};
use crate::store::table::Key;
use crate::worker::Failure;
use chrono::NaiveDate;
use domain::credit::CreditMemo;
use domain::customer::{AddressStatus, Customer, Pause};
use domain::dates::days_past_due;
use domain::dunning::holds;
use domain::ids::{ContactId, CreditMemoId, CustomerId, InvoiceId, LetterId, PaymentId};
use domain::in_flight::{DebitInFlight, FundsHeld};
use domain::invoice::Invoice;
use domain::money::{Money, MoneyError};
use domain::payment::Payment;
use std::collections::BTreeMap;

/// The latest letters that a view lists.
const LETTERS_MAX: usize = 20;
/// Letters whose own chains are part of the timeline.
const LETTERS_TOLD: usize = 5;

#[derive(Debug, Clone)]
pub struct CustomerView {
    pub id: CustomerId,
    pub name: String,
    pub is_active: bool,
    pub contacts: Vec<ContactLine>,
    pub pauses: Vec<PauseLine>,
    pub letter_in_hand: Option<LetterId>,
    /// Those that still hold letters back.
    pub debits: Vec<DebitInFlight>,
    pub funds: Vec<FundsHeld>,
    pub open: Vec<OpenLine>,
    pub cash: Vec<CashLine>,
    pub credits: Vec<CreditLine>,
    /// By currency code.
    pub totals: BTreeMap<&'static str, Totals>,
    /// Newest first.
    pub letters: Vec<Letter>,
    pub timeline: Timeline,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactLine {
    pub id: ContactId,
    pub email: String,
    pub status: AddressStatus,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseLine {
    pub pause: Pause,
    /// Whether it still holds.
    pub is_standing: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    pub invoice: InvoiceId,
    pub number: String,
    pub issued_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub days_past_due: Option<i64>,
    pub original: Money,
    pub open: Money,
    pub level_sent: u8,
    /// The invoice's own hold, as people name it.
    pub hold: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashLine {
    pub payment: PaymentId,
    pub received_on: NaiveDate,
    pub received: Money,
    pub unapplied: Money,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditLine {
    pub credit_memo: CreditMemoId,
    pub number: String,
    pub issued_on: NaiveDate,
    pub remaining: Money,
}

/// Sums in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    pub open: Money,
    pub overdue: Money,
    pub unapplied: Money,
    pub credits: Money,
}

impl Totals {
    /// What would be left if all unapplied cash and credit were used.
    ///
    /// # Errors
    /// A difference out of range.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.open.minus(self.unapplied)?.minus(self.credits)
    }
}

/// # Errors
/// The table's; sealing keys that are not reachable. `None` where there is no such customer.
pub async fn customer(app: &App, id: &CustomerId) -> Result<Option<CustomerView>, Failure> {
    let key = keys::customer(&app.settings.entity, id);
    let Some(stored) = load::<Customer>(app.table.as_ref(), &key).await? else { return Ok(None) };
    let mut contacts = Vec::new();
    for contact in &stored.state.contacts {
        let email = opened(app, &key.pk, &contact.email).await?;
        contacts.push(ContactLine { id: contact.id.clone(), email, status: contact.status.clone() });
    }
    let today = app.today();
    let pauses = stored.state.pauses.iter().map(|pause| PauseLine {
        pause: pause.clone(),
        is_standing: pause.until.is_none_or(|until| today <= until),
    });
    let mut letters = group(app, id, "LETTER").await?;
    letters.reverse();
    letters.truncate(LETTERS_MAX);
    let letters: Vec<Stored<Letter>> = load_many(app.table.as_ref(), &letters).await?;
    let mut timeline = Timeline::default();
    timeline.add(app, &stored, |_| true).await?;
    for letter in letters.iter().take(LETTERS_TOLD) {
        timeline.add(app, letter, |_| true).await?;
    }
    let open = open_lines(app, id).await?;
    let cash = cash_lines(app, id).await?;
    let credits = credit_lines(app, id).await?;
    Ok(Some(CustomerView {
        id: id.clone(),
        name: opened(app, &key.pk, &stored.state.name).await?,
        is_active: stored.state.is_active,
        contacts,
        pauses: pauses.collect(),
        letter_in_hand: stored.state.letter_in_hand.clone(),
        debits: stored.state.debits_in_flight.iter().filter(|debit| today <= debit.until).cloned().collect(),
        funds: stored.state.funds_held.clone(),
        totals: totals(&open, &cash, &credits).map_err(|error| Failure::poison(error.to_string()))?,
        open,
        cash,
        credits,
        letters: letters.into_iter().map(|letter| letter.state).collect(),
        timeline: timeline.finish(app).await?,
    }))
}

async fn group(app: &App, id: &CustomerId, group: &str) -> Result<Vec<Key>, Failure> {
    let view = keys::customer_view(&app.settings.entity, id);
    customer_group(app.table.as_ref(), &view, group).await
}

async fn items<T: Entity>(app: &App, id: &CustomerId, name: &str) -> Result<Vec<Stored<T>>, Failure> {
    load_many(app.table.as_ref(), &group(app, id, name).await?).await
}

/// A customer's open invoices by due date.
pub(super) async fn open_lines(app: &App, id: &CustomerId) -> Result<Vec<OpenLine>, Failure> {
    let today = app.today();
    let mut lines = Vec::new();
    for Stored { state, .. } in items::<Invoice>(app, id, "OPEN").await? {
        let open = state.open().map_err(broken)?;
        // The index may lag behind; the item was read fresh.
        if !open.is_positive() {
            continue;
        }
        let hold = holds::on_invoice(&state, today).map_err(broken)?.map(|hold| hold.to_string());
        lines.push(OpenLine {
            level_sent: state.level_sent(),
            days_past_due: state.due_on.map(|due_on| days_past_due(due_on, today)),
            invoice: state.id,
            number: state.number,
            issued_on: state.issued_on,
            due_on: state.due_on,
            original: state.original,
            open,
            hold,
        });
    }
    Ok(lines)
}

pub(super) async fn cash_lines(app: &App, id: &CustomerId) -> Result<Vec<CashLine>, Failure> {
    let mut lines = Vec::new();
    for Stored { state, .. } in items::<Payment>(app, id, "CASH").await? {
        let unapplied = state.unapplied().map_err(broken)?;
        if unapplied.is_positive() {
            let (payment, received_on, received) = (state.id, state.received_on, state.received);
            lines.push(CashLine { payment, received_on, received, unapplied });
        }
    }
    Ok(lines)
}

pub(super) async fn credit_lines(app: &App, id: &CustomerId) -> Result<Vec<CreditLine>, Failure> {
    let mut lines = Vec::new();
    for Stored { state, .. } in items::<CreditMemo>(app, id, "CRED").await? {
        let remaining = state.remaining().map_err(broken)?;
        if remaining.is_positive() {
            let (credit_memo, number, issued_on) = (state.id, state.number, state.issued_on);
            lines.push(CreditLine { credit_memo, number, issued_on, remaining });
        }
    }
    Ok(lines)
}

pub(super) fn totals(
    open: &[OpenLine],
    cash: &[CashLine],
    credits: &[CreditLine],
) -> Result<BTreeMap<&'static str, Totals>, MoneyError> {
    let mut totals: BTreeMap<&'static str, Totals> = BTreeMap::new();
    let mut of = |amount: Money, add: fn(&mut Totals, Money) -> Result<(), MoneyError>| {
        let zero = Money::zero(amount.currency());
        let none = Totals { open: zero, overdue: zero, unapplied: zero, credits: zero };
        add(totals.entry(amount.currency().code()).or_insert(none), amount)
    };
    for line in open {
        of(line.open, |t, amount| t.open.plus(amount).map(|sum| t.open = sum))?;
        if line.days_past_due.is_some_and(|days| days >= 1) {
            of(line.open, |t, amount| t.overdue.plus(amount).map(|sum| t.overdue = sum))?;
        }
    }
    for line in cash {
        of(line.unapplied, |t, amount| t.unapplied.plus(amount).map(|sum| t.unapplied = sum))?;
    }
    for line in credits {
        of(line.remaining, |t, amount| t.credits.plus(amount).map(|sum| t.credits = sum))?;
    }
    Ok(totals)
}
