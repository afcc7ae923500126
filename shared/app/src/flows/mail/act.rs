//! What a mail leads to, in one commit: on the customer, the invoices it is about, and a task where a person is due.
use super::sender::Sender;
use super::{Reading, inbox_policy};
use crate::App;
use crate::flows::tasks::{about_customer, new_task};
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::reads::{customer_group, load, load_many};
use crate::store::table::{Condition, Key, Record, TableName, Write};
use crate::worker::Failure;
use chrono::NaiveDate;
use domain::cash::tokens::{normal_form, number_tokens};
use domain::customer::{AddressStatus, Customer, Pause, PauseReason};
use domain::dates::plus_days;
use domain::dunning::DunningPolicy;
use domain::ids::{DisputeId, PromiseId};
use domain::inbox::amounts::Amount;
use domain::inbox::decide::{Facts, Proposal, Trust, decide};
use domain::invoice::{Invoice, OpenDispute};
use domain::money::Money;
use domain::mutant;
use domain::promise::{ActivePromise, NOT_KEPT_MAX, spread};
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// Invoices that one commit may change, beside the customer, a task, the claim and the entry.
const NAMED_MAX: usize = 90;

/// Acts on a mail, once: its claim is part of the commit.
///
/// # Errors
/// The table's or the seal's.
pub(super) async fn act(
    app: &App,
    cause: &Cause,
    claim: Key,
    sender: &Sender,
    reading: &Reading,
) -> Result<(), Failure> {
    let (inbox, policy) = inbox_policy(app).await?;
    settle(|| async {
        // Taken in by another delivery, or by a commit whose answer was lost.
        if app.table.get(TableName::Ledger, &claim).await?.is_some() {
            return Ok(Attempt::Done(()));
        }
        if mutant!("mail-claimed-apart") {
            let record = Record::new(claim.clone(), 1, r#"{"v":1}"#);
            let write = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
            app.table.commit(vec![write]).await?;
        }
        let customer = match &sender.customer {
            Some(id) => {
                load::<Customer>(app.table.as_ref(), &keys::customer(&app.settings.entity, id)).await?
            }
            None => None,
        };
        let mut work = Work::new(app, cause, sender, &policy, customer);
        work.named = named_invoices(app, sender, reading, work.customer.as_ref()).await?;
        if work.named.len() > NAMED_MAX {
            work.named.clear();
            work.pause(PauseReason::ReplyToRead, None);
            work.ask(&format!("it is about more than {NAMED_MAX} invoices"));
        }
        if reading.automatic.is_none() {
            let facts =
                Facts { trust: sender.trust, names_invoice: !work.named.is_empty(), today: app.today() };
            for proposal in decide(&reading.signals, &facts, &inbox) {
                work.take(proposal)?;
            }
            if work.customer.is_none() {
                work.ask("the sender is not known");
            }
        }
        work.commit(claim.clone(), reading).await
    })
    .await
}

/// The invoices that the mail is about: those of its text that are the customer's own, else those of the letter.
async fn named_invoices(
    app: &App,
    sender: &Sender,
    reading: &Reading,
    customer: Option<&Stored<Customer>>,
) -> Result<Vec<Stored<Invoice>>, Failure> {
    let Some(customer) = customer else { return Ok(Vec::new()) };
    let view = keys::customer_view(&app.settings.entity, &customer.state.id);
    let open = customer_group(app.table.as_ref(), &view, "OPEN").await?;
    let open: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &open).await?;
    let mut tokens = number_tokens(&reading.fresh);
    tokens.extend(number_tokens(&reading.subject));
    let is_written = |invoice: &Stored<Invoice>| tokens.contains(&normal_form(&invoice.state.number));
    if open.iter().any(is_written) {
        return Ok(open.into_iter().filter(is_written).collect());
    }
    let letter = sender.letter.as_ref().map(crate::letter::Letter::invoices).unwrap_or_default();
    Ok(open.into_iter().filter(|invoice| letter.contains(&invoice.state.id)).collect())
}

struct Work<'a> {
    app: &'a App,
    cause: &'a Cause,
    sender: &'a Sender,
    policy: &'a DunningPolicy,
    customer: Option<Stored<Customer>>,
    named: Vec<Stored<Invoice>>,
    is_named_changed: bool,
    asks: Vec<String>,
    event: Option<Event>,
}

impl<'a> Work<'a> {
    fn new(
        app: &'a App,
        cause: &'a Cause,
        sender: &'a Sender,
        policy: &'a DunningPolicy,
        customer: Option<Stored<Customer>>,
    ) -> Self {
        let (named, asks) = (Vec::new(), Vec::new());
        Self { app, cause, sender, policy, customer, named, is_named_changed: false, asks, event: None }
    }

    fn ask(&mut self, why: &str) {
        if !self.asks.iter().any(|known| known == why) {
            self.asks.push(why.to_owned());
        }
    }

    fn tell(&mut self, event: Event) {
        self.event.get_or_insert(event);
    }

    fn pause(&mut self, reason: PauseReason, until: Option<NaiveDate>) {
        let since = self.app.today();
        if let Some(customer) = &mut self.customer {
            customer.state = customer.state.clone().paused(Pause { reason, since, until });
            customer.state.last_decision = None;
            self.tell(Event::CustomerPaused { why: format!("{reason:?}") });
        }
    }

    fn take(&mut self, proposal: Proposal) -> Result<(), Failure> {
        let today = self.app.today();
        match proposal {
            Proposal::RecordPromise { on, amount, .. } => self.promise(on, amount)?,
            Proposal::SoftHold { days } => self.pause(PauseReason::SoftPromise, Some(plus_days(today, days))),
            Proposal::HoldForDispute { reason, is_verified } => {
                let reason = serde_json::to_string(&reason).unwrap_or_default().replace('"', "");
                self.dispute(&reason, is_verified);
            }
            Proposal::SuppressAddress => self.suppress(),
            Proposal::PauseAndLookUp => {
                self.pause(PauseReason::SaysPaid, Some(plus_days(today, self.policy.says_paid_days)));
                self.ask("says it has paid");
            }
            Proposal::StopAutomaticMail => {
                self.pause(PauseReason::Legal, None);
                self.ask("legal");
            }
            Proposal::SecurityAlert => {
                self.pause(PauseReason::SecurityAlert, None);
                self.ask("word of new bank details: call back on a number already on file");
            }
            Proposal::AskPerson { why } => {
                if self.sender.trust != Trust::Unverified {
                    self.pause(PauseReason::ReplyToRead, None);
                }
                let why = serde_json::to_string(&why).unwrap_or_default().replace('"', "").replace('_', " ");
                self.ask(&why);
            }
        }
        Ok(())
    }

    /// A promise holds the named invoices until its date and the tolerance have passed.
    fn promise(&mut self, on: NaiveDate, amount: Option<Amount>) -> Result<(), Failure> {
        let poison = |error: domain::refusal::Refusal| Failure::poison(error.to_string());
        let mut open = Vec::new();
        for invoice in &self.named {
            open.push((invoice.state.id.clone(), invoice.state.open().map_err(poison)?));
        }
        let Some(parts) = spread(&open, amount.map(|amount| (amount.value, amount.currency))) else {
            self.pause(PauseReason::ReplyToRead, None);
            self.ask("a promise whose invoices or amount are not clear");
            return Ok(());
        };
        // Each renewal puts the next letter off; after some, a person decides whether to wait once more.
        let not_kept = self.named.iter().filter_map(|invoice| {
            let (_, part) = parts.iter().find(|(id, _)| *id == invoice.state.id)?;
            let standing = invoice.state.promise.as_ref();
            let is_renewed = standing.is_some_and(|standing| (standing.on, standing.amount) != (on, *part));
            Some(invoice.state.broken_promises.saturating_add(u8::from(is_renewed)))
        });
        if not_kept.max().is_some_and(|not_kept| not_kept > NOT_KEPT_MAX) {
            self.pause(PauseReason::ReplyToRead, None);
            self.ask(&format!("a promise after more than {NOT_KEPT_MAX} that were not kept, for {on}"));
            return Ok(());
        }
        let id = PromiseId(self.cause.event.0.chars().take(24).collect());
        let (made_on, tolerance_days) = (self.app.today(), self.policy.promise_tolerance_days);
        for invoice in &mut self.named {
            let Some((_, part)) = parts.iter().find(|(id, _)| *id == invoice.state.id) else { continue };
            let applied_before = invoice.state.applied;
            let id = id.clone();
            let promise = ActivePromise { id, amount: *part, on, tolerance_days, applied_before, made_on };
            invoice.state = invoice.state.clone().promised(promise).map_err(poison)?;
        }
        self.is_named_changed = true;
        let invoices = parts.iter().map(|(invoice, _)| invoice.clone()).collect();
        let total = parts.first().map(|(_, money)| money.currency());
        let total = total.map(|ccy| Money::sum(ccy, parts.iter().map(|(_, money)| *money))).transpose();
        let amount = total.map_err(|error| Failure::poison(error.to_string()))?;
        if let Some(amount) = amount {
            self.event = Some(Event::PromiseMade { promise: id, invoices, amount, on });
        }
        Ok(())
    }

    fn dispute(&mut self, reason: &str, is_verified: bool) {
        let opened_on = self.app.today();
        let until = (!is_verified).then(|| plus_days(opened_on, 3));
        let id = DisputeId(self.cause.event.0.chars().take(24).collect());
        // A dispute that stands for as long, or until a person closes it, is not shortened by another mail.
        let is_longer = |standing: &OpenDispute| match (standing.until, until) {
            (None, _) => true,
            (Some(standing), Some(until)) => standing >= until,
            (Some(_), None) => false,
        };
        for invoice in &mut self.named {
            if invoice.state.dispute.as_ref().is_some_and(is_longer) {
                continue;
            }
            invoice.state.dispute =
                Some(OpenDispute { id: id.clone(), reason: reason.to_owned(), opened_on, until });
        }
        self.ask(&format!("dispute: {reason}"));
        if self.named.is_empty() {
            self.pause(PauseReason::ReplyToRead, None);
            return;
        }
        self.is_named_changed = true;
        let invoices = self.named.iter().map(|invoice| invoice.state.id.clone()).collect();
        self.tell(Event::DisputeOpened { invoices, reason: reason.to_owned() });
    }

    /// The address that the mail came from gets no more automatic mail. Another's address is not its to stop.
    fn suppress(&mut self) {
        let on = self.app.today();
        let mut hash = self.sender.from_hash.clone();
        if mutant!("anybody-opts-out-anybody")
            && let Some(first) = self.customer.as_ref().and_then(|customer| customer.state.contacts.first())
        {
            hash = first.email_hash.clone();
        }
        let contact = self.customer.as_ref().and_then(|customer| {
            customer
                .state
                .contacts
                .iter()
                .find(|contact| contact.email_hash == hash || mutant!("anybody-opts-out-anybody"))
                .map(|contact| contact.id.clone())
        });
        let Some(contact) = contact else {
            self.pause(PauseReason::ReplyToRead, None);
            self.ask("an opt-out from an address that is not on file");
            return;
        };
        if let Some(customer) = &mut self.customer {
            customer.state = customer.state.clone().with_status(&hash, &AddressStatus::OptedOut { on });
            customer.state.last_decision = None;
        }
        self.event = Some(Event::ContactOptedOut { contact });
    }

    async fn commit(self, claim: Key, reading: &Reading) -> Result<Attempt<()>, Failure> {
        let app = self.app;
        let what = match reading.automatic {
            Some(kind) => format!("automatic: {kind:?}"),
            None => "filed".to_owned(),
        };
        let event = self.event.unwrap_or(Event::MailFiled { what });
        let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), self.cause.clone(), event);
        change = change.by_rule(format!("trust-{:?}", self.sender.trust).to_lowercase());
        for rule in reading.signals.iter().map(|signal| signal.rule) {
            change = change.by_rule(rule);
        }
        let seal_for = match &self.customer {
            Some(customer) => keys::customer(&app.settings.entity, &customer.state.id).pk,
            None => claim.pk.clone(),
        };
        let is_empty = self.customer.is_none() && self.asks.is_empty();
        if let Some(customer) = self.customer {
            change = change.update(customer);
        }
        if self.is_named_changed {
            for invoice in self.named {
                change = change.update(invoice);
            }
        }
        if !self.asks.is_empty() {
            let task = new_task(app, TaskKind::MailReview, &self.cause.event.0, self.asks.join("; "));
            let mut task = about_customer(task, self.sender.customer.as_ref());
            let words: String =
                format!("{}\n\n{}", reading.subject, reading.fresh).chars().take(4_000).collect();
            task.detail = Some(app.seal.seal(&seal_for, &words).await?);
            task.sealed_for = Some(seal_for);
            change = change.create(task, &[]);
        }
        if is_empty {
            // An automatic mail that belongs to nobody: archived, and nothing to tell.
            return Ok(Attempt::Done(()));
        }
        if !mutant!("mail-claimed-apart") {
            change = change.claim(claim, r#"{"v":1}"#);
        }
        Attempt::of(change.commit(app.table.as_ref()).await, ())
    }
}

#[cfg(test)]
#[path = "act_tests.rs"]
mod tests;
