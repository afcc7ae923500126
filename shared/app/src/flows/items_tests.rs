//! Items to start a flow's test from, all of one customer.
use crate::doubles::app::MemoryApp;
use crate::keyring::lookup;
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{customer_group, load_many, must_load};
use crate::store::table::{Index, Key, Query};
use chrono::NaiveDate;
use domain::customer::{AddressStatus, Contact, Customer};
use domain::dunning::DunningPolicy;
use domain::ids::{ContactId, CustomerId, EntityId, ExternalRef, InvoiceId, PaymentId};
use domain::invoice::{ExternalVersion, Invoice};
use domain::money::{Currency, Money};
use domain::payment::{Payment, PaymentSource, Posting, RemittanceFacts};
use domain::task::CollectionsTask;
use domain::timeline::{Cause, Event};

/// Tuesday 24 March 2026, ten o'clock.
pub(crate) fn memory_app() -> MemoryApp {
    MemoryApp::at("2026-03-24T10:00:00Z".parse().unwrap()).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub(crate) fn cause(event: &str) -> Cause {
    Cause::new(event)
}

pub(crate) fn version(token: &str) -> ExternalVersion {
    ExternalVersion { token: token.into(), updated_at: "2026-03-01T00:00:00Z".parse().unwrap() }
}

pub(crate) fn entity() -> EntityId {
    EntityId::new("main")
}

/// An invoice of customer qbo:1, due on 10 March.
pub(crate) fn invoice(id: &str, minor: i64) -> Invoice {
    Invoice {
        entity: entity(),
        id: InvoiceId(format!("qbo:{id}")),
        external_ref: ExternalRef::new("qbo", id),
        external_version: version("0"),
        customer: CustomerId::new("qbo:1"),
        number: format!("INV-{id}"),
        issued_on: NaiveDate::from_ymd_opt(2026, 2, 10).unwrap(),
        due_on: NaiveDate::from_ymd_opt(2026, 3, 10),
        original: usd(minor),
        applied: usd(0),
        credited: usd(0),
        discounted: usd(0),
        written_off: usd(0),
        ledger_balance: usd(minor),
        is_voided: false,
        settled: vec![],
        refunds_to_decide: vec![],
        contested: vec![],
        promise: None,
        kept_promise: None,
        broken_promises: 0,
        dispute: None,
        letters: vec![],
    }
}

pub(crate) fn payment(id: &str, minor: i64) -> Payment {
    Payment {
        entity: entity(),
        id: PaymentId(format!("stripe:{id}")),
        external_ref: ExternalRef::new("stripe", id),
        source: PaymentSource::Stripe,
        customer: None,
        received: usd(minor),
        applied: usd(0),
        refunded: usd(0),
        reversed: usd(0),
        received_on: NaiveDate::from_ymd_opt(2026, 3, 20).unwrap(),
        remittance: RemittanceFacts::default(),
        allocations: vec![],
        reversals: vec![],
        posting: Posting::NotPosted,
        mirror: None,
    }
}

pub(crate) async fn customer(memory: &MemoryApp) -> Customer {
    let id = CustomerId::new("qbo:1");
    let subject = keys::customer(&entity(), &id).pk;
    let seal = &memory.app.seal;
    let contact = Contact {
        id: ContactId::new("c-1"),
        email: seal.seal(&subject, "pay@heron.example").await.unwrap(),
        email_hash: lookup(&memory.app, "pay@heron.example").unwrap(),
        status: AddressStatus::Usable,
    };
    Customer {
        entity: entity(),
        id,
        external_ref: ExternalRef::new("qbo", "1"),
        external_version: version("0"),
        name: seal.seal(&subject, "Heron Books").await.unwrap(),
        is_active: true,
        contacts: vec![contact],
        pauses: vec![],
        contacted_on: vec![],
        letter_in_hand: None,
        debits_in_flight: vec![],
        funds_held: vec![],
        last_decision: None,
    }
}

/// Levels from 3, 12, 25 and 40 days past due, letters between 8 and 18 o'clock.
pub(crate) async fn put_policy(memory: &MemoryApp) {
    let level = |days: u32, tone: &str| serde_json::json!({"days_past_due_min": days, "tone": tone});
    let policy: DunningPolicy = serde_json::from_value(serde_json::json!({
        "name": "standard",
        "levels": [level(3, "friendly"), level(12, "reminder"), level(25, "firm"), level(40, "final")],
        "interval_weekdays_min": 5, "letters_per_7_days_max": 2, "promise_tolerance_days": 2,
        "soft_promise_days": 5, "says_paid_days": 5, "hour_from": 8, "hour_before": 18
    }))
    .unwrap();
    crate::flows::policies::apply(&memory.app, &policy).await.unwrap();
}

/// Stores a new item with what is still to be done about it.
pub(crate) async fn put<T: Entity + 'static>(memory: &MemoryApp, item: T, pending: &[FollowUp]) {
    let event = Event::MailFiled { what: "seed".into() };
    let change = Change::new(entity(), memory.app.clock.now(), cause("seed"), event);
    change.create(item, pending).commit(memory.app.table.as_ref()).await.unwrap();
}

pub(crate) async fn put_number(memory: &MemoryApp, invoice: &Invoice) {
    let form = domain::cash::tokens::normal_form(&invoice.number);
    let key = Key::new(keys::number(&entity(), &form), invoice.key().pk);
    let record = crate::store::table::Record::new(key, 1, r#"{"v":1}"#);
    let write = crate::store::table::Write::Put {
        table: crate::store::table::TableName::Ledger,
        record,
        condition: crate::store::table::Condition::Absent,
    };
    memory.app.table.commit(vec![write]).await.unwrap();
}

pub(crate) async fn stored<T: Entity>(memory: &MemoryApp, key: &Key) -> Stored<T> {
    must_load(memory.app.table.as_ref(), key).await.unwrap()
}

pub(crate) async fn stored_invoice(memory: &MemoryApp, id: &str) -> Invoice {
    stored(memory, &keys::invoice(&entity(), &InvoiceId(format!("qbo:{id}")))).await.state
}

pub(crate) async fn stored_payment(memory: &MemoryApp, id: &str) -> Stored<Payment> {
    stored(memory, &keys::payment(&entity(), &PaymentId(id.to_owned()))).await
}

pub(crate) async fn stored_customer(memory: &MemoryApp) -> Customer {
    stored(memory, &keys::customer(&entity(), &CustomerId::new("qbo:1"))).await.state
}

/// The letters of the customer, oldest first.
pub(crate) async fn letters(memory: &MemoryApp) -> Vec<Stored<crate::letter::Letter>> {
    let view = keys::customer_view(&entity(), &CustomerId::new("qbo:1"));
    let table = memory.app.table.as_ref();
    load_many(table, &customer_group(table, &view, "LETTER").await.unwrap()).await.unwrap()
}

pub(crate) async fn open_tasks(memory: &MemoryApp) -> Vec<CollectionsTask> {
    let query = Query::all(keys::tasks_partition(&entity()));
    let rows = memory.app.table.query_index(Index::Due, query).await.unwrap().rows;
    let keys: Vec<Key> = rows.into_iter().map(|row| row.key).collect();
    let tasks = load_many::<CollectionsTask>(memory.app.table.as_ref(), &keys).await.unwrap();
    tasks.into_iter().map(|task| task.state).collect()
}
