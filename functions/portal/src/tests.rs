use super::handle;
use app::App;
use app::doubles::blobs::MemoryBlobs;
use app::doubles::clock::{FixedClock, SeededEntropy};
use app::doubles::http::ScriptedHttp;
use app::doubles::mailer::ScriptedMailer;
use app::doubles::queue::MemoryQueue;
use app::doubles::seal::PlainSeal;
use app::keyring;
use app::settings::{SecretText, Settings};
use app::store::change::Change;
use app::store::memory::MemoryTable;
use app::store::reads::must_load;
use app::store::{entity::Stored, keys};
use app::tokens::Purpose;
use base64::Engine;
use bytes::Bytes;
use chrono::{NaiveDate, TimeDelta};
use connectors::fault::Fault;
use domain::customer::{AddressStatus, Contact, Customer};
use domain::ids::{ContactId, CustomerId, EntityId, ExternalRef, InvoiceId};
use domain::invoice::{ExternalVersion, Invoice};
use domain::money::{Currency, Money};
use domain::sealed::LookupHash;
use domain::timeline::{Cause, Event};
use http::{Method, StatusCode};
use std::collections::BTreeMap;
use std::sync::Arc;

struct World {
    app: Arc<App>,
    clock: Arc<FixedClock>,
    blobs: Arc<MemoryBlobs>,
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

async fn world() -> World {
    let clock = Arc::new(FixedClock::at("2026-11-24T10:00:00Z".parse().unwrap()));
    let blobs = Arc::new(MemoryBlobs::new());
    let mut settings = Settings::read(&BTreeMap::new(), &BTreeMap::new()).unwrap();
    settings.entity_name = "Harbour Tools".into();
    settings.keys.link = SecretText::new(base64::engine::general_purpose::STANDARD.encode([5; 32]));
    let app = App {
        settings: Arc::new(settings),
        table: Arc::new(MemoryTable::new()),
        queue: Arc::new(MemoryQueue::new()),
        http: Arc::new(ScriptedHttp::new(|_| Err(Fault::before_send("nothing goes out")))),
        mailer: Arc::new(ScriptedMailer::new()),
        blobs: blobs.clone(),
        seal: Arc::new(PlainSeal::new()),
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(1)),
    };
    seed(&app).await;
    World { app: Arc::new(app), clock, blobs }
}

async fn seed(app: &App) {
    let entity = app.settings.entity.clone();
    let id = CustomerId::new("qbo:13");
    let subject = keys::customer(&entity, &id).pk;
    let version = ExternalVersion { token: "0".into(), updated_at: app.clock.now() };
    let customer = Customer {
        entity: entity.clone(),
        id: id.clone(),
        external_ref: ExternalRef::new("qbo", "13"),
        external_version: version.clone(),
        name: app.seal.seal(&subject, "Northfield <Dental>").await.unwrap(),
        is_active: true,
        contacts: vec![Contact {
            id: ContactId::new("c1"),
            email: app.seal.seal(&subject, "dana@northfield.example").await.unwrap(),
            email_hash: LookupHash("h1".into()),
            status: AddressStatus::Usable,
        }],
        pauses: vec![],
        contacted_on: vec![],
        letter_in_hand: None,
        debits_in_flight: vec![],
        funds_held: vec![],
        last_decision: None,
    };
    let invoice = Invoice {
        entity: entity.clone(),
        id: InvoiceId::new("qbo:901"),
        external_ref: ExternalRef::new("qbo", "901"),
        external_version: version,
        customer: id,
        number: "INV-1001".into(),
        issued_on: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
        due_on: NaiveDate::from_ymd_opt(2026, 10, 1),
        original: usd(123_450),
        applied: usd(0),
        credited: usd(0),
        discounted: usd(0),
        written_off: usd(0),
        ledger_balance: usd(123_450),
        is_voided: false,
        settled: vec![],
        refunds_to_decide: vec![],
        contested: vec![],
        promise: None,
        kept_promise: None,
        broken_promises: 0,
        dispute: None,
        letters: vec![],
    };
    let event = Event::LedgerRecordsPulled { kind: "record".into(), count: 2 };
    let change = Change::new(entity, app.clock.now(), Cause::new("pull"), event);
    change.create(customer, &[]).create(invoice, &[]).commit(app.table.as_ref()).await.unwrap();
}

impl World {
    fn token(&self, purpose: Purpose) -> String {
        let expiry = self.app.clock.now() + TimeDelta::days(30);
        let (customer, contact) = (CustomerId::new("qbo:13"), ContactId::new("c1"));
        keyring::links(&self.app).unwrap().make(
            purpose,
            &self.app.settings.entity,
            &customer,
            &contact,
            expiry,
        )
    }

    async fn call(&self, method: Method, path: &str, body: &'static str) -> (StatusCode, String) {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        let response = handle(&self.app, request).await;
        assert!(
            response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'")
        );
        assert!(!response.headers().contains_key("set-cookie"));
        (response.status(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    async fn customer(&self) -> Stored<Customer> {
        let key = keys::customer(&EntityId::new("main"), &CustomerId::new("qbo:13"));
        must_load(self.app.table.as_ref(), &key).await.unwrap()
    }
}

#[tokio::test]
async fn the_account_shows_what_is_open_and_escapes_names() {
    let world = world().await;
    let (status, page) = world.call(Method::GET, &format!("/v/{}", world.token(Purpose::View)), "").await;
    assert_eq!(status, StatusCode::OK);
    for text in
        ["Northfield &lt;Dental&gt;", "INV-1001", "2026-10-01", "1,234.50", "overdue", "Harbour Tools"]
    {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert!(!page.contains("dana@northfield.example"));
}

#[tokio::test]
async fn looking_never_opts_out_and_posting_does_once() {
    let world = world().await;
    let path = format!("/o/{}", world.token(Purpose::OptOut));
    let before = world.customer().await.ver;
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(world.call(method, &path, "").await.0, StatusCode::OK);
    }
    assert_eq!(world.customer().await.ver, before);
    let (status, _) = world.call(Method::POST, &path, "List-Unsubscribe=One-Click").await;
    assert_eq!(status, StatusCode::OK);
    let stopped = world.customer().await;
    let on = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    assert_eq!(stopped.state.contacts[0].status, AddressStatus::OptedOut { on });
    assert_eq!(stopped.ver, before + 1);
    let archived = world.blobs.keys("").into_iter().filter(|key| key.starts_with("portal/"));
    assert_eq!(archived.count(), 1, "archived before the effect");
    let (status, page) = world.call(Method::POST, &path, "").await;
    assert!(status == StatusCode::OK && page.contains("Reminders are stopped"));
    assert_eq!(world.customer().await.ver, stopped.ver, "the second time changes nothing");
}

#[tokio::test]
async fn links_that_do_not_hold_all_look_the_same() {
    let world = world().await;
    let (view, stop) = (world.token(Purpose::View), world.token(Purpose::OptOut));
    let (_, nothing) = world.call(Method::GET, "/somewhere", "").await;
    let forged = view.replace(".view.", ".stop.");
    for path in [format!("/v/{stop}"), format!("/o/{view}"), format!("/o/{forged}"), "/v/x".into()] {
        assert_eq!(
            world.call(Method::GET, &path, "").await,
            (StatusCode::NOT_FOUND, nothing.clone()),
            "{path}"
        );
    }
    let before = world.customer().await.ver;
    world.clock.advance(TimeDelta::days(30));
    for path in [format!("/v/{view}"), format!("/o/{stop}")] {
        assert_eq!(world.call(Method::GET, &path, "").await, (StatusCode::NOT_FOUND, nothing.clone()));
    }
    assert_eq!(world.call(Method::POST, &format!("/o/{stop}"), "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.customer().await.ver, before);
}
