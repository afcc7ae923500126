//! One's own vendors: a second `dunlin` plays them, and the bundle is pointed at it as at any other.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test binary: a failure is a panic")]
use app::ports::Http;
use aws::https::{HttpLimits, HttpsClient};
use bytes::Bytes;
use domain::money::{Currency, Money};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const DUNLIN: &str = env!("CARGO_BIN_EXE_dunlin");

/// `dunlin simulators` in a process of its own, ended with the test.
struct Vendors {
    process: Child,
    ready: Value,
}

impl Vendors {
    fn start(data: &Path) -> Self {
        let mut command = Command::new(DUNLIN);
        command.args(["simulators", "--customers", "3", "--data"]).arg(data);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { process, ready: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap().trim_end_matches('/')
    }

    fn documents(&self, kind: &str) -> Vec<Value> {
        let books = rusqlite::Connection::open(self.text("books")).unwrap();
        let mut select =
            books.prepare("select body from qbo_document where kind = ?1 collate nocase").unwrap();
        let rows = select.query_map([kind], |row| row.get::<_, String>(0)).unwrap();
        rows.map(|body| serde_json::from_str(&body.unwrap()).unwrap()).collect()
    }

    async fn put(&self, object: &Value) {
        let url = format!("{}/sim/objects", self.text("stripe"));
        let request =
            http::Request::builder().method("POST").uri(url).header("content-type", "application/json");
        let request = request.body(Bytes::from(object.to_string())).unwrap();
        let answer = HttpsClient::new(HttpLimits::default()).unwrap().send(request).await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }
}

impl Drop for Vendors {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder of its own, gone when the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dunlin-own-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, content: &Value) -> PathBuf {
        let file = self.0.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, content.to_string()).unwrap();
        file
    }

    fn settings(&self, vendors: &Vendors) -> PathBuf {
        let quickbooks =
            json!({"client_secret": "e2e-client-secret", "refresh_token": vendors.text("refresh_token")});
        let settings = json!({"QBO_REALM": vendors.text("realm"), "QBO_CLIENT_ID": "e2e-client",
            "QUICKBOOKS": quickbooks, "STRIPE": {"api_key": "sk_test_e2e", "webhook_secret": "whsec_own"}});
        self.write("settings.json", &settings)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(folder: &Temporary, given: &[&str]) -> Output {
    let mut command = Command::new(DUNLIN);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(["--once", "--data"]);
    command.arg(folder.0.join("data")).args(given).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn ones_own_vendors_are_read_and_posted_to() {
    let folder = Temporary::new("both");
    let vendors = Vendors::start(&folder.0.join("vendors"));
    let is_unpaid = |row: &&Value| row["CurrencyRef"]["value"] == "USD" && row["Balance"] == row["TotalAmt"];
    let invoices = vendors.documents("Invoice");
    let invoice = invoices.iter().find(is_unpaid).unwrap();
    let cents = Money::parse(&invoice["TotalAmt"].to_string(), Currency::USD).unwrap().minor();
    let charge = json!({"object": "charge", "id": "ch_own", "amount": cents, "amount_captured": cents,
        "captured": true, "created": 1_795_000_000, "currency": "usd", "livemode": false, "metadata": {},
        "amount_refunded": 0, "paid": true, "payment_intent": "pi_own", "status": "succeeded"});
    let intent = json!({"object": "payment_intent", "id": "pi_own", "amount": cents, "amount_received": cents,
        "created": 1_795_000_000, "currency": "usd", "status": "succeeded", "livemode": false,
        "latest_charge": "ch_own", "metadata": {"invoice_number": invoice["DocNumber"]}});
    vendors.put(&charge).await;
    vendors.put(&intent).await;
    let event = json!({"object": "event", "id": "evt_own", "type": "payment_intent.succeeded",
        "api_version": "2026-10-28.endive", "created": 1_795_000_000, "livemode": false,
        "data": {"object": intent}});
    folder.write("events/paid.json", &event);
    let steps =
        json!([{"at": "06:00", "what": "pull"}, {"at": "07:00", "what": "webhook", "file": "paid.json"}]);
    folder.write("events/day.json", &json!({"on": "2026-11-24", "seed": 1, "steps": steps}));
    let (settings, events) = (folder.settings(&vendors), folder.0.join("events"));
    let token_url = format!("{}/oauth2/v1/tokens/bearer", vendors.text("qbo"));
    let given = ["--stripe-api", vendors.text("stripe"), "--quickbooks-api", vendors.text("qbo")];
    let given = [&given[..], &["--quickbooks-token-url", &token_url]].concat();
    let given =
        [&given[..], &["--settings", settings.to_str().unwrap(), "--events", events.to_str().unwrap()]];
    let output = run(&folder, &given.concat());
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    for line in
        ["Stripe at http://127.0.0.1:", "QuickBooks at http://127.0.0.1:", "written back            1"]
    {
        assert!(told.contains(line), "{line}: {told}");
    }
    let links = |payment: &Value| payment.to_string().contains(&format!("\"TxnId\":{}", invoice["Id"]));
    assert_eq!(vendors.documents("Payment").iter().filter(|payment| links(payment)).count(), 1, "{told}");
    // The folder is kept for these vendors from now on.
    let output = run(&folder, &[]);
    assert!(!output.status.success() && said(&output).contains("is kept for Stripe http://"), "{output:?}");
}

#[tokio::test]
async fn the_shipped_day_is_played_without_the_made_up_company() {
    let folder = Temporary::new("shipped");
    let vendors = Vendors::start(&folder.0.join("vendors"));
    let settings = folder.settings(&vendors);
    let token_url = format!("{}/oauth2/v1/tokens/bearer", vendors.text("qbo"));
    let given = ["--quickbooks-api", vendors.text("qbo"), "--quickbooks-token-url", &token_url];
    let output = run(&folder, &[&given[..], &["--settings", settings.to_str().unwrap()]].concat());
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    for line in ["of the shipped day, not played: ", " bank, ", " webhook", "payments received       0"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("Stripe at"), "{told}");
}
