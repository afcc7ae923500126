//! A small ledger: two customers, invoices of all ages, a payment in review, a refund to decide, letters.
use app::App;
use app::flows::cash::apply_due;
use app::flows::reversals::{Followed, ReversalFact, Standing, follow};
use app::flows::tasks;
use app::letter::{Letter, LetterItem, LetterState};
use app::messages::CashApplicationDue;
use app::store::change::Change;
use app::store::entity::{Entity, FollowUp};
use app::store::keys;
use app::store::reads::must_load;
use app::store::table::{Condition, Record, TableName, Write};
use chrono::{NaiveDate, TimeDelta};
use domain::cash::tokens::normal_form;
use domain::credit::CreditMemo;
use domain::customer::{AddressStatus, Contact, Customer, Pause, PauseReason};
use domain::ids::*;
use domain::invoice::{ExternalVersion, Invoice, OpenDispute};
use domain::letters::Tone;
use domain::money::{Currency, Money};
use domain::payment::{Payment, PaymentSource, Posting, RemittanceFacts, ReversalKind};
use domain::sealed::LookupHash;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event, HeldItem};

pub fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn version(app: &App) -> ExternalVersion {
    ExternalVersion { token: "0".into(), updated_at: app.clock.now() }
}

fn change(app: &App, cause: &str, event: Event) -> Change {
    Change::new(app.settings.entity.clone(), app.clock.now(), Cause::new(cause), event)
}

async fn customer(app: &App, id: &str, name: &str, email: &str) -> Customer {
    let subject = keys::customer(&app.settings.entity, &CustomerId::new(id)).pk;
    Customer {
        entity: app.settings.entity.clone(),
        id: CustomerId::new(id),
        external_ref: ExternalRef::new("qbo", id),
        external_version: version(app),
        name: app.seal.seal(&subject, name).await.unwrap(),
        is_active: true,
        contacts: vec![Contact {
            id: ContactId::new(format!("{id}-c")),
            email: app.seal.seal(&subject, email).await.unwrap(),
            email_hash: LookupHash(format!("hash-{id}")),
            status: AddressStatus::Usable,
        }],
        pauses: vec![],
        contacted_on: vec![],
        letter_in_hand: None,
        debits_in_flight: vec![],
        funds_held: vec![],
        last_decision: None,
    }
}

/// An invoice so many days past due today.
pub fn invoice(app: &App, customer: &str, number: &str, days_past_due: i64, original: Money) -> Invoice {
    let due_on = app.today() - TimeDelta::days(days_past_due);
    Invoice {
        entity: app.settings.entity.clone(),
        id: InvoiceId::new(format!("qbo:{number}")),
        external_ref: ExternalRef::new("qbo", number),
        external_version: version(app),
        customer: CustomerId::new(customer),
        number: number.into(),
        issued_on: due_on - TimeDelta::days(30),
        due_on: Some(due_on),
        original,
        applied: Money::zero(original.currency()),
        credited: Money::zero(original.currency()),
        discounted: Money::zero(original.currency()),
        written_off: Money::zero(original.currency()),
        ledger_balance: original,
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

fn payment(app: &App, id: &str, received: Money, on: NaiveDate) -> Payment {
    Payment {
        entity: app.settings.entity.clone(),
        id: PaymentId::new(id),
        external_ref: ExternalRef::new("stripe", id),
        source: PaymentSource::Stripe,
        customer: None,
        received,
        applied: Money::zero(received.currency()),
        refunded: Money::zero(received.currency()),
        reversed: Money::zero(received.currency()),
        received_on: on,
        remittance: RemittanceFacts::default(),
        allocations: vec![],
        reversals: vec![],
        posting: Posting::NotPosted,
        mirror: None,
    }
}

async fn apply(app: &App, payment: Payment) {
    let id = payment.id.clone();
    let event = Event::PaymentReceived { payment: id.clone(), amount: payment.received };
    let received = change(app, &format!("stripe:{id}"), event).create(payment, &[FollowUp::ApplyCash]);
    received.commit(app.table.as_ref()).await.unwrap();
    apply_due(app, &CashApplicationDue::new(app.settings.entity.clone(), id)).await.unwrap();
}

pub async fn seed(app: &App) {
    customers(app).await;
    invoices(app).await;
    payments(app).await;
    letters(app).await;
}

async fn customers(app: &App) {
    let mut northfield = customer(app, "qbo:13", "Northfield Dental", "dana@northfield.example").await;
    northfield.pauses.push(Pause { reason: PauseReason::SaysPaid, since: app.today(), until: None });
    let quay = customer(app, "qbo:14", "Quay & Sons <Ltd>", "books@quay.example").await;
    let event = Event::LedgerRecordsPulled { kind: "customer".into(), count: 2 };
    let change = change(app, "pull:1", event).create(northfield, &[]).create(quay, &[]);
    change.commit(app.table.as_ref()).await.unwrap();
}

async fn invoices(app: &App) {
    let mut undated = invoice(app, "qbo:14", "INV-3001", 0, Money::new(75_000, Currency::EUR));
    undated.due_on = None;
    let mut disputed = invoice(app, "qbo:14", "INV-2002", 95, usd(240_000));
    disputed.dispute = Some(OpenDispute {
        id: DisputeId::new("d-1"),
        reason: "two pallets missing".into(),
        opened_on: app.today(),
        until: None,
    });
    let items = vec![
        invoice(app, "qbo:13", "INV-1001", 12, usd(123_450)),
        invoice(app, "qbo:13", "INV-1002", 41, usd(80_000)),
        invoice(app, "qbo:13", "INV-1003", -9, usd(521_000)),
        invoice(app, "qbo:14", "INV-2001", 70, usd(80_000)),
        disputed,
        invoice(app, "qbo:14", "INV-2003", 130, usd(31_075)),
        undated,
    ];
    for invoice in items {
        let number = keys::number(&app.settings.entity, &normal_form(&invoice.number));
        let pk = invoice.key().pk;
        let event = Event::LedgerRecordsPulled { kind: "invoice".into(), count: 1 };
        let change = change(app, "pull:1", event).create(invoice, &[]);
        change
            .claim(app::store::table::Key::new(number, pk), "{\"v\":1}")
            .commit(app.table.as_ref())
            .await
            .unwrap();
    }
    let memo = CreditMemo {
        entity: app.settings.entity.clone(),
        id: CreditMemoId::new("qbo:cm1"),
        external_ref: ExternalRef::new("qbo", "cm1"),
        external_version: version(app),
        customer: CustomerId::new("qbo:13"),
        number: "CM-7".into(),
        issued_on: app.today(),
        original: usd(6000),
        applied: usd(0),
        ledger_remaining: usd(6000),
        allocations: vec![],
    };
    let event = Event::LedgerRecordsPulled { kind: "credit memo".into(), count: 1 };
    change(app, "pull:1", event).create(memo, &[]).commit(app.table.as_ref()).await.unwrap();
}

async fn payments(app: &App) {
    // In review: the amount fits one item each of two customers, and the text names both.
    let mut unclear = payment(app, "pi_unclear", usd(80_000), app.today());
    let subject = unclear.key().pk;
    let text = "INV-1002 or INV-2001, please check";
    unclear.remittance.text = Some(app.seal.seal(&subject, text).await.unwrap());
    unclear.remittance.payer_name = Some(app.seal.seal(&subject, "N. Field").await.unwrap());
    apply(app, unclear).await;
    // Applied, and then refunded.
    let mut clear = payment(app, "pi_clear", usd(31_075), app.today());
    clear.remittance.structured = vec!["INV-2003".into()];
    apply(app, clear).await;
    let refund = ReversalFact {
        kind: ReversalKind::Refund,
        external_id: "re_1".into(),
        amount: usd(31_075),
        standing: Standing::Standing,
    };
    let cause = Cause::new("stripe:re_1");
    let ended = follow(app, &cause, &PaymentId::new("pi_clear"), &refund, false).await.unwrap();
    assert_eq!(ended, Followed::Done);
}

async fn letters(app: &App) {
    let entity = &app.settings.entity;
    let customer = CustomerId::new("qbo:13");
    let item = LetterItem { invoice: InvoiceId::new("qbo:INV-1001"), level: 1, amount: usd(123_450) };
    let letter = Letter {
        entity: entity.clone(),
        id: LetterId::new("qbo:13:2026-11-23"),
        customer: customer.clone(),
        contact: ContactId::new("qbo:13-c"),
        level: 1,
        tone: Tone::Friendly,
        items: vec![item],
        total: usd(123_450),
        unassigned: usd(0),
        planned_on: app.today() - TimeDelta::days(1),
        policy: "standard-1".into(),
        state: LetterState::Unknown { why: "timeout after the hand-off".into() },
    };
    let key = keys::customer(entity, &customer);
    let mut stored = must_load::<Customer>(app.table.as_ref(), &key).await.unwrap();
    stored.state.letter_in_hand = Some(letter.id.clone());
    let about = letter.key().pk;
    let event = Event::LetterPlanned {
        letter: letter.id.clone(),
        level: 1,
        invoices: letter.invoices(),
        total: letter.total,
    };
    let planned = change(app, "dunning:qbo:13", event).under_policy("standard-1").by_rule("level-1");
    planned.create(letter, &[]).update(stored).commit(app.table.as_ref()).await.unwrap();
    let task = tasks::new_task(app, TaskKind::LetterUnknown, &about, "timeout after the hand-off");
    tasks::open(app, &Cause::new("letter"), task).await.unwrap();
    let stored = must_load::<Customer>(app.table.as_ref(), &key).await.unwrap();
    let held = HeldItem { invoice: InvoiceId::new("qbo:INV-1002"), hold: "says it has paid".into() };
    let event = Event::DunningHeld { holds: vec![held] };
    let held = change(app, "dunning:qbo:13:2026-11-24", event).under_policy("standard-1");
    held.by_rule("says it has paid").update(stored).commit(app.table.as_ref()).await.unwrap();
}

/// Stores a policy, without which nobody is chased.
pub async fn policy(app: &App) {
    let policy = serde_json::json!({"version": "standard-1", "policy": {
        "name": "standard", "levels": [{"days_past_due_min": 3, "tone": "friendly", "amount_min": "1"}],
        "interval_weekdays_min": 5, "letters_per_7_days_max": 2, "promise_tolerance_days": 2,
        "soft_promise_days": 5, "says_paid_days": 5, "hour_from": 8, "hour_before": 18,
    }});
    let record = Record::new(keys::policy_current(&app.settings.entity), 1, policy.to_string());
    let write = Write::Put { table: TableName::Connections, record, condition: Condition::Absent };
    app.table.commit(vec![write]).await.unwrap();
}
