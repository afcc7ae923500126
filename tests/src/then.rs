//! What must be the case after it.
use crate::given::usd;
use crate::world::World;
use app::flows::dunning::{facts, letter_id, policy_in_force};
use app::letter::{Letter, LetterState};
use app::store::entity::Stored;
use app::store::keys;
use app::store::reads::{chain, load, must_load};
use app::store::table::{Key, TableName};
use domain::customer::Customer;
use domain::dunning::{DunningDecision, decide};
use domain::ids::{CustomerId, InvoiceId, PaymentId};
use domain::invoice::Invoice;
use domain::money::{Currency, Money};
use domain::payment::Payment;
use domain::task::{CollectionsTask, TaskKind, TaskState};
use domain::timeline::Event;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that hold sealed text: the same text is sealed differently every time. (`token` is a vendor's version.)
const SEALED: [&str; 5] = ["name", "email", "text", "payer_name", "detail"];

impl World {
    pub async fn invoice(&self, number: &str) -> Invoice {
        let id = format!("qbo:{}", self.vendors.lock().unwrap().quickbooks.id_of(number));
        self.invoice_of(&id).await
    }

    /// An invoice by our own id: its number may be gone in QuickBooks.
    pub async fn invoice_of(&self, id: &str) -> Invoice {
        let id = InvoiceId::new(id);
        let key = keys::invoice(&self.app.settings.entity, &id);
        must_load::<Invoice>(self.app.table.as_ref(), &key).await.unwrap().state
    }

    pub async fn payment(&self, id: &str) -> Option<Payment> {
        let key = keys::payment(&self.app.settings.entity, &PaymentId::new(id));
        load::<Payment>(self.app.table.as_ref(), &key).await.unwrap().map(|stored| stored.state)
    }

    pub async fn customer(&self, id: &str) -> Customer {
        let key = keys::customer(&self.app.settings.entity, &CustomerId::new(format!("qbo:{id}")));
        must_load::<Customer>(self.app.table.as_ref(), &key).await.unwrap().state
    }

    /// All payments, in the order of their ids.
    pub async fn payments(&self) -> Vec<Payment> {
        let mut found = Vec::new();
        for key in self.table.items().into_iter().filter(|key| key.pk.contains("#PAY#")) {
            found.push(must_load::<Payment>(self.app.table.as_ref(), &key).await.unwrap().state);
        }
        found
    }

    /// The id here of the newest payment that people keep in QuickBooks.
    pub fn payment_by_people(&self) -> String {
        format!("qbo:{}", self.vendors.lock().unwrap().quickbooks.last_payment())
    }

    pub async fn then_open(&self, number: &str, amount: &str) {
        assert_eq!(self.invoice(number).await.open().unwrap(), usd(amount), "open on {number}");
    }

    pub async fn then_unapplied(&self, payment: &str, amount: &str) {
        let found = self.payment(payment).await.unwrap_or_else(|| panic!("no payment {payment}"));
        assert_eq!(found.unapplied().unwrap(), usd(amount), "unapplied of {payment}");
    }

    /// What QuickBooks calls open.
    pub fn then_open_in_quickbooks(&self, number: &str, amount: &str) {
        assert_eq!(
            self.vendors.lock().unwrap().quickbooks.balance(number),
            usd(amount),
            "balance of {number}"
        );
    }

    /// How many payments QuickBooks has.
    pub fn then_posted(&self, count: usize) {
        let payments = self.vendors.lock().unwrap().quickbooks.payments();
        assert_eq!(payments.len(), count, "payments in QuickBooks: {payments:?}");
    }

    /// What all payments in QuickBooks come to.
    pub fn then_posted_in_all(&self, amount: &str) {
        let payments = self.vendors.lock().unwrap().quickbooks.payments();
        let total = Money::sum(Currency::USD, payments.iter().map(|payment| payment.total)).unwrap();
        assert_eq!(total, usd(amount), "payments in QuickBooks: {payments:?}");
    }

    /// How many writes of payments QuickBooks has carried out.
    pub fn postings(&self) -> usize {
        self.vendors.lock().unwrap().quickbooks.postings()
    }

    /// How often QuickBooks' refresh token was replaced.
    pub fn rotations(&self) -> u32 {
        self.vendors.lock().unwrap().quickbooks.rotations()
    }

    /// The holds that the decision about a customer names now, by invoice number.
    pub async fn holds(&self, customer: &str) -> BTreeMap<String, String> {
        let entity = &self.app.settings.entity;
        let policy = policy_in_force(&self.app, entity).await.unwrap().policy;
        let id = CustomerId::new(format!("qbo:{customer}"));
        let (facts, _, invoices) = facts(&self.app, entity, &id).await.unwrap();
        let DunningDecision::NotNow(held) = decide(&facts, &policy).unwrap() else { return BTreeMap::new() };
        let number = |id: &InvoiceId| {
            let found = invoices.iter().find(|invoice: &&Stored<Invoice>| invoice.state.id == *id);
            found.map(|invoice| invoice.state.number.clone()).unwrap_or_default()
        };
        held.iter().map(|(invoice, hold)| (number(invoice), hold.to_string())).collect()
    }

    pub async fn then_held(&self, customer: &str, number: &str, hold: &str) {
        let holds = self.holds(customer).await;
        assert_eq!(holds.get(number).map(String::as_str), Some(hold), "hold on {number} of {holds:?}");
    }

    /// How many mails were handed over so far, however that ended.
    pub fn letters(&self) -> usize {
        self.mailers.iter().map(|mailer| mailer.handed_over().len()).sum()
    }

    pub async fn letter_state(&self, customer: &str, day: &str) -> LetterState {
        let id = letter_id(&CustomerId::new(format!("qbo:{customer}")), day.parse().unwrap());
        let key = keys::letter(&self.app.settings.entity, &id);
        must_load::<Letter>(self.app.table.as_ref(), &key).await.unwrap().state.state
    }

    /// The open tasks: what kind, and why.
    pub async fn tasks(&self) -> Vec<(TaskKind, String)> {
        self.open_tasks().await.into_iter().map(|task| (task.kind, task.why)).collect()
    }

    pub(crate) async fn open_tasks(&self) -> Vec<CollectionsTask> {
        let mut open = Vec::new();
        for key in self.table.items().into_iter().filter(|key| key.pk.contains("#TSK#")) {
            let task = must_load::<CollectionsTask>(self.app.table.as_ref(), &key).await.unwrap().state;
            if task.state == TaskState::Open {
                open.push(task);
            }
        }
        open
    }

    pub async fn then_tasks(&self, kinds: &[TaskKind]) {
        let tasks = self.tasks().await;
        assert_eq!(tasks.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), kinds, "{tasks:?}");
    }

    /// Everything that happened, oldest first.
    pub fn events(&self) -> Vec<Event> {
        self.table.entries().into_iter().map(|entry| entry.event).collect()
    }

    pub fn then_happened(&self, times: usize, what: impl Fn(&Event) -> bool) {
        let events = self.events();
        assert_eq!(events.iter().filter(|event| what(event)).count(), times, "{events:#?}");
    }

    /// How many inputs of a source are in the archive.
    pub fn archived(&self, source: &str) -> usize {
        self.blobs.keys("archive").iter().filter(|key| key.starts_with(&format!("{source}/"))).count()
    }

    /// Write units that the table has taken so far, index writes included.
    pub fn write_units(&self) -> f64 {
        f64::from(u32::try_from(self.table.half_units()).unwrap()) / 2.0
    }

    /// Records of the ledger written so far.
    pub fn writes(&self) -> usize {
        self.table.writes()
    }

    /// Every item's state without its version and what is sealed, the books of QuickBooks and what left by mail; and
    /// the proof that every timeline's chain is whole.
    pub async fn digest(&self) -> BTreeMap<String, String> {
        let audit = self.table.audit(self.app.clock.now()).await;
        assert_eq!(audit.findings, [], "the record does not hold");
        let mut digest = BTreeMap::new();
        for key in self.table.items() {
            digest.insert(key.to_string(), self.item_digest(&key).await);
        }
        let mut events: Vec<String> =
            without_releases(self.events()).iter().map(|event| format!("{event:?}")).collect();
        // What comes again comes later.
        events.sort();
        digest.insert("what happened".into(), events.join("\n"));
        digest.insert("letters".into(), self.letters().to_string());
        let books = self.vendors.lock().unwrap().quickbooks.payments();
        digest.insert("QuickBooks' payments".into(), format!("{books:?}"));
        // A message that was sent twice may be dead twice, and the last try may have failed otherwise.
        let dead: BTreeSet<_> = self.dead.iter().map(|(queue, _)| queue).collect();
        digest.insert("dead letters".into(), format!("{dead:?}"));
        digest
    }

    async fn item_digest(&self, key: &Key) -> String {
        let table = self.app.table.as_ref();
        let record = table.get(TableName::Ledger, key).await.unwrap().unwrap();
        let mut body: Value = serde_json::from_str(&record.body).unwrap();
        let head = serde_json::from_value(body["head"].take()).unwrap();
        chain(table, &key.pk, Some(&head), usize::MAX).await.unwrap();
        redact(&mut body);
        serde_json::to_string_pretty(&body).unwrap()
    }
}

/// A release takes a claim back, exactly: together they are nothing.
fn without_releases(mut events: Vec<Event>) -> Vec<Event> {
    let is_release = |event: &Event| matches!(event, Event::LetterReleased { .. });
    while let Some(at) = events.iter().position(is_release) {
        let Event::LetterReleased { letter: released, .. } = events.remove(at) else { break };
        let is_its_claim =
            |event: &Event| matches!(event, Event::LetterClaimed { letter } if *letter == released);
        let claim = events[..at].iter().rposition(is_its_claim).expect("a release without a claim");
        events.remove(claim);
    }
    events
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if SEALED.contains(&name.as_str()) || name == "token" {
                    *value = Value::Null;
                } else {
                    redact(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(redact),
        _ => {}
    }
}
