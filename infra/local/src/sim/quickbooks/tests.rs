use super::*;
use crate::sim::faults::Mishap;
use crate::sim::{books_digest, seed};
use axum::body::{Body, to_bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDate, TimeDelta};
use http::StatusCode;
use std::sync::atomic::AtomicI64;
use tower::ServiceExt;

const REALM: &str = "71";

struct World {
    sim: QuickBooks,
    tokens: Tokens,
    ahead: Arc<AtomicI64>,
}

fn put(books: &Books, kind: Kind, id: i64, fields: Value) {
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let mut body = store::head(id, now);
    for (field, value) in fields.as_object().unwrap() {
        body[field] = value.clone();
    }
    books.write(|db| store::put(db, REALM, kind, &body)).unwrap();
}

/// Customers 1 and 2 (inactive: 3), invoices 11 (100.00) and 12 (250.50) of customer 1, 13 of customer 2.
fn world() -> World {
    let ahead = Arc::new(AtomicI64::new(0));
    let (start, read) = (DateTime::from_timestamp(1_794_819_600, 0).unwrap(), ahead.clone());
    let clock: Clock = Arc::new(move || start + TimeDelta::seconds(read.load(Ordering::Relaxed)));
    let keys = AppKeys { client_id: "app".to_owned(), client_secret: "secret".to_owned() };
    let books = Books::in_memory().unwrap();
    for (id, is_active) in [(1, true), (2, true), (3, false)] {
        put(
            &books,
            Kind::Customer,
            id,
            json!({
                "DisplayName": format!("Customer {id}"), "Active": is_active, "Balance": 0, "BalanceWithJobs": 0,
                "CurrencyRef": {"value": "USD"},
            }),
        );
    }
    for (id, customer, total) in [(11, "1", "100.00"), (12, "1", "250.50"), (13, "2", "75.00")] {
        let total: Value = serde_json::from_str(total).unwrap();
        put(
            &books,
            Kind::Invoice,
            id,
            json!({
                "DocNumber": format!("INV-{id}"), "DueDate": "2026-11-01", "CustomerRef": {"value": customer},
                "CurrencyRef": {"value": "USD"}, "TotalAmt": total, "Balance": total,
            }),
        );
    }
    put(
        &books,
        Kind::CreditMemo,
        14,
        json!({
            "DocNumber": "CM-14", "CustomerRef": {"value": "1"}, "CurrencyRef": {"value": "USD"}, "TotalAmt": 40,
            "Balance": 40, "RemainingCredit": 40,
        }),
    );
    let sim = QuickBooks::new(books, clock, keys);
    let tokens = sim.connect(REALM).unwrap();
    World { sim, tokens, ahead }
}

impl World {
    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.sim.router().oneshot(request).await.unwrap();
        assert!(response.headers().contains_key("intuit_tid"));
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let bearer = format!("Bearer {}", self.tokens.access_token);
        Request::builder()
            .method(method)
            .uri(format!("/v3/company/{REALM}/{path}"))
            .header("authorization", bearer)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, options: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.request("POST", &format!("payment?{options}"));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn query(&self, statement: &str) -> (StatusCode, Value) {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("query", statement).finish();
        self.get(&format!("query?{query}")).await
    }

    async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        let request = Request::post("/oauth2/v1/tokens/bearer")
            .header("authorization", format!("Basic {}", STANDARD.encode("app:secret")))
            .header("content-type", "application/x-www-form-urlencoded");
        let form = format!("grant_type=refresh_token&refresh_token={token}");
        self.send(request.body(Body::from(form)).unwrap()).await
    }

    async fn balance(&self, invoice: i64) -> String {
        self.get(&format!("invoice/{invoice}")).await.1["Invoice"]["Balance"].to_string()
    }
}

fn payment(total: &str, lines: &[(&str, &str, &str)]) -> Value {
    let amount = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let lines: Vec<Value> = lines
        .iter()
        .map(
            |(kind, id, text)| json!({"Amount": amount(text), "LinkedTxn": [{"TxnId": id, "TxnType": kind}]}),
        )
        .collect();
    json!({"CustomerRef": {"value": "1"}, "CurrencyRef": {"value": "USD"}, "TotalAmt": amount(total),
           "PaymentRefNum": "WIRE-1", "Line": lines})
}

fn code(body: &Value) -> &str {
    body["Fault"]["Error"][0]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_payment_moves_balances_tokens_and_times() {
    let world = world();
    let before = world.get("invoice/12").await.1["Invoice"].clone();
    let lines = [("Invoice", "11", "100.00"), ("Invoice", "12", "120.10")];
    let (status, body) = world.post("requestid=a", &payment("250.00", &lines)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let made = &body["Payment"];
    assert_eq!((made["UnappliedAmt"].to_string(), &made["SyncToken"]), ("29.90".to_owned(), &json!("0")));
    assert_eq!(
        made["Line"][1]["LineEx"]["any"][1]["value"],
        json!({"Name": "txnOpenBalance", "Value": "250.50"})
    );
    assert_eq!((world.balance(11).await, world.balance(12).await), ("0.00".to_owned(), "130.40".to_owned()));
    let after = world.get("invoice/12").await.1["Invoice"].clone();
    assert_eq!(after["SyncToken"], "1");
    assert_ne!(after["MetaData"]["LastUpdatedTime"], before["MetaData"]["LastUpdatedTime"]);
    assert_eq!(after["LinkedTxn"], json!([{"TxnId": made["Id"], "TxnType": "Payment"}]));
    let customer = world.get("customer/1").await.1["Customer"]["Balance"].to_string();
    assert_eq!(customer, "60.50", "130.40 open, less 40.00 of credit and 29.90 not applied");
}

#[tokio::test]
async fn a_request_id_is_replayed_and_changes_nothing() {
    let world = world();
    let body = payment("100.00", &[("Invoice", "11", "100.00")]);
    let first = world.post("requestid=once&minorversion=75", &body).await;
    let changes = world.sim.books.changes().unwrap();
    world.ahead.store(90, Ordering::Relaxed);
    assert_eq!(world.post("requestid=once", &body).await, first);
    assert_eq!(world.sim.books.changes().unwrap(), changes);
    let (status, refused) = world.post("requestid=twice", &body).await;
    assert_eq!((status, code(&refused)), (StatusCode::BAD_REQUEST, "6000"));
    assert_eq!(world.query("SELECT COUNT(*) FROM Payment").await.1["QueryResponse"]["totalCount"], 1);
}

#[tokio::test]
async fn refuses_what_does_not_fit_and_leaves_the_books_alone() {
    let world = world();
    let good = payment("100.00", &[("Invoice", "11", "60.00")]);
    let with = |field: &str, value: Value| {
        let mut changed = good.clone();
        changed[field] = value;
        changed
    };
    let changes = world.sim.books.changes().unwrap();
    for (body, expected) in [
        (with("CustomerRef", json!({"value": "2"})), "6000"),
        (with("CustomerRef", json!({"value": "99"})), "2500"),
        (with("CustomerRef", json!({"value": "3"})), "610"),
        (with("CurrencyRef", json!({"value": "EUR"})), "6000"),
        (with("PaymentRefNum", json!("1234567890123456789012")), "2050"),
        (with("Colour", json!("red")), "2010"),
        (with("TotalAmt", serde_json::from_str("100.005").unwrap()), "2010"),
        (with("TotalAmt", json!(59)), "6000"),
        (payment("500.00", &[("Invoice", "11", "60.00"), ("Invoice", "11", "60.00")]), "6000"),
        (payment("500.00", &[("Invoice", "77", "60.00")]), "610"),
        (payment("500.00", &[("Invoice", "11", "0")]), "6000"),
    ] {
        let (status, answer) = world.post("", &body).await;
        assert_eq!((status, code(&answer)), (StatusCode::BAD_REQUEST, expected), "{body} {answer}");
    }
    assert_eq!(world.sim.books.changes().unwrap(), changes);
}

#[tokio::test]
async fn updates_replace_lines_and_need_the_latest_token() {
    let world = world();
    let body = world.post("", &payment("150.00", &[("Invoice", "11", "100.00")])).await.1;
    let id = body["Payment"]["Id"].clone();
    let line = &payment("0", &[("Invoice", "12", "30.00")])["Line"];
    let update = json!({"Id": id, "SyncToken": "0", "sparse": true, "Line": line});
    let (status, body) = world.post("", &update).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let updated = &body["Payment"];
    assert_eq!((&updated["SyncToken"], &updated["PaymentRefNum"]), (&json!("1"), &json!("WIRE-1")));
    assert_eq!(updated["UnappliedAmt"].to_string(), "120.00");
    assert_eq!(
        (world.balance(11).await, world.balance(12).await),
        ("100.00".to_owned(), "220.50".to_owned())
    );
    let (status, stale) = world.post("", &update).await;
    assert_eq!((status, code(&stale)), (StatusCode::BAD_REQUEST, "5010"));
    let void = json!({"Id": id, "SyncToken": "1", "sparse": true});
    let (status, body) = world.post("operation=update&include=void", &void).await;
    assert_eq!((status, &body["Payment"]["PrivateNote"]), (StatusCode::OK, &json!("Voided")));
    assert_eq!(world.balance(12).await, "250.50");
    assert_eq!(world.get("invoice/12").await.1["Invoice"]["LinkedTxn"], json!([]));
}

#[tokio::test]
async fn a_credit_memo_is_applied_by_a_payment_of_nothing() {
    let world = world();
    let lines = [("Invoice", "11", "40.00"), ("CreditMemo", "14", "40.00")];
    assert_eq!(world.post("", &payment("0", &lines)).await.0, StatusCode::OK);
    assert_eq!(world.balance(11).await, "60.00");
    assert_eq!(world.get("creditmemo/14").await.1["CreditMemo"]["RemainingCredit"].to_string(), "0.00");
}

#[tokio::test]
async fn queries_filter_page_count_and_hide_the_inactive() {
    let world = world();
    let ids = |body: &Value, kind: &str| -> Vec<String> {
        let rows = body["QueryResponse"][kind].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["Id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&world.query("SELECT * FROM Customer").await.1, "Customer"), ["1", "2"]);
    let all = world.query("SELECT * FROM Customer WHERE Active IN (true,false) ORDERBY Id DESC").await.1;
    assert_eq!(ids(&all, "Customer"), ["3", "2", "1"]);
    let page = world.query("SELECT * FROM Invoice ORDERBY Id STARTPOSITION 2 MAXRESULTS 1").await.1;
    assert_eq!(
        (ids(&page, "Invoice"), &page["QueryResponse"]["startPosition"]),
        (vec!["12".to_owned()], &json!(2))
    );
    assert_eq!(
        world.query("SELECT * FROM Payment WHERE PaymentRefNum = 'WIRE-1'").await.1["QueryResponse"],
        json!({})
    );
    world.post("", &payment("100.00", &[("Invoice", "11", "100.00")])).await;
    let found = world.query("SELECT * FROM Payment WHERE PaymentRefNum = 'WIRE-1'").await.1;
    assert_eq!(ids(&found, "Payment"), ["15"]);
    let changed = "SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime >= '2026-11-01T00:00:00-08:00'";
    assert_eq!(ids(&world.query(changed).await.1, "Invoice"), ["11"]);
    let open = world.query("SELECT COUNT(*) FROM Invoice WHERE Balance > '0'").await.1;
    assert_eq!(open["QueryResponse"], json!({"totalCount": 2}));
    let (status, body) = world.query("SELECT * FROM Invoice WHERE Colour = 'red'").await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "4001"));
}

#[tokio::test]
async fn refresh_tokens_rotate_and_the_former_ends_when_the_new_one_is_used() {
    let world = world();
    let first = world.tokens.refresh_token.clone();
    let (_, lost) = world.refresh(&first).await;
    let (status, second) = world.refresh(&first).await;
    assert_eq!(status, StatusCode::OK, "the answer may have been lost: the former still works");
    assert_ne!(lost["refresh_token"], second["refresh_token"]);
    let second = second["refresh_token"].as_str().unwrap();
    assert_eq!(world.refresh(second).await.0, StatusCode::OK);
    let (status, body) = world.refresh(&first).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    world.sim.disconnect(REALM).unwrap();
    assert_eq!(world.refresh(second).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn access_ends_with_the_hour_and_at_the_companys_door() {
    let world = world();
    world.sim.connect("72").unwrap();
    let other = Request::get("/v3/company/72/query?query=x");
    let other = other.header("authorization", format!("Bearer {}", world.tokens.access_token));
    let (status, body) = world.send(other.body(Body::empty()).unwrap()).await;
    assert_eq!((status, &body["fault"]["error"][0]["code"]), (StatusCode::FORBIDDEN, &json!("3100")));
    world.ahead.store(3600, Ordering::Relaxed);
    let (status, body) = world.get("invoice/11").await;
    assert_eq!((status, &body["fault"]["type"]), (StatusCode::UNAUTHORIZED, &json!("AUTHENTICATION")));
    let detail = body["fault"]["error"][0]["detail"].as_str().unwrap();
    assert_eq!(detail, format!("Token expired: {}", world.tokens.access_token));
}

#[tokio::test]
async fn the_consent_screen_sends_a_code_that_works_once() {
    let world = world();
    let uri = "/connect/oauth2?client_id=app&response_type=code&redirect_uri=http://127.0.0.1/back&state=s1";
    let response = world.sim.router().oneshot(Request::get(uri).body(Body::empty()).unwrap()).await.unwrap();
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let query = location.split_once('?').unwrap().1;
    let sent: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!((sent["state"].as_str(), sent["realmId"].as_str()), ("s1", REALM));
    for expected in [StatusCode::OK, StatusCode::BAD_REQUEST] {
        let form =
            format!("grant_type=authorization_code&code={}&redirect_uri=http://127.0.0.1/back", sent["code"]);
        let request = Request::post("/oauth2/v1/tokens/bearer")
            .header("authorization", format!("Basic {}", STANDARD.encode("app:secret")))
            .header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(world.send(request.body(Body::from(form)).unwrap()).await.0, expected);
    }
}

#[tokio::test]
async fn armed_mishaps_answer_as_the_vendor_does_and_keep_their_word_about_the_commit() {
    let world = world();
    let body = payment("100.00", &[("Invoice", "11", "100.00")]);
    world.sim.faults().arm("/payment", Mishap::Throttled, 1);
    world.sim.faults().arm("/payment", Mishap::TimeoutBeforeCommit, 1);
    world.sim.faults().arm("/payment", Mishap::TimeoutAfterCommit, 1);
    let (status, throttled) = world.post("requestid=a", &body).await;
    assert_eq!((status, code(&throttled)), (StatusCode::TOO_MANY_REQUESTS, "3001"));
    assert_eq!(world.post("requestid=a", &body).await.0, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(world.balance(11).await, "100.00");
    assert_eq!(world.post("requestid=a", &body).await.0, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(world.balance(11).await, "0.00");
    assert_eq!(world.post("requestid=a", &body).await.0, StatusCode::OK, "the replay tells what was done");
    world.sim.faults().arm("/payment", Mishap::ConnectionLostAfterCommit, 1);
    let request = world.request("POST", "payment?requestid=b");
    let second = payment("50.50", &[("Invoice", "12", "50.50")]).to_string();
    let response = world.sim.router().oneshot(request.body(Body::from(second)).unwrap()).await.unwrap();
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
    assert_eq!(world.balance(12).await, "200.00");
    let closed = Mishap::Refused { code: "6210".to_owned(), message: "Account Period Closed".to_owned() };
    world.sim.faults().arm("/payment", closed, 1);
    assert_eq!(code(&world.post("requestid=c", &body).await.1), "6210");
}

#[tokio::test]
async fn books_in_a_file_outlive_the_process_and_digest_the_same() {
    let path = std::env::temp_dir().join(format!("dunlin-books-{}.sqlite", std::process::id()));
    let wipe =
        || ["", "-wal", "-shm"].map(|end| std::fs::remove_file(format!("{}{end}", path.display())).ok());
    wipe();
    let books = Books::open(&path).unwrap();
    seed::seed(&books, 7, NaiveDate::from_ymd_opt(2026, 11, 16).unwrap()).unwrap();
    let digest = books_digest(&path).unwrap();
    let changes = books.changes().unwrap();
    // A killed process closes nothing: the second connection finds the log as it was left.
    std::mem::forget(books);
    let again = Books::open(&path).unwrap();
    assert_eq!((books_digest(&path).unwrap(), again.changes().unwrap()), (digest.clone(), changes));
    assert!(digest.contains("invoice INV-10001 customer") && !digest.contains("T09:"));
    store::edit(
        &again,
        seed::REALM,
        (Kind::Invoice, 1001),
        &json!({"DueDate": "2027-01-04"}),
        DateTime::UNIX_EPOCH,
    )
    .unwrap();
    assert_ne!(books_digest(&path).unwrap(), digest);
    wipe();
}

#[tokio::test]
async fn a_deleted_payment_is_told_by_change_data_capture_only() {
    let world = world();
    let body = world.post("", &payment("100.00", &[("Invoice", "11", "100.00")])).await.1;
    let id = body["Payment"]["Id"].clone();
    let gone = json!({"Id": id, "SyncToken": "0"});
    let (status, body) = world.post("operation=delete", &gone).await;
    assert_eq!((status, &body["Payment"]["status"]), (StatusCode::OK, &json!("Deleted")), "{body}");
    assert_eq!(world.balance(11).await, "100.00");
    let found = world.query("SELECT * FROM Payment WHERE PaymentRefNum = 'WIRE-1'").await.1;
    assert_eq!(found["QueryResponse"], json!({}));
    let since = |since: &str| format!("cdc?entities=Payment,Invoice&changedSince={since}");
    let (status, body) = world.get(&since("2026-11-15T00:00:00Z")).await;
    let lists = &body["CDCResponse"][0]["QueryResponse"];
    assert_eq!((status, &lists[0]["Payment"][0]["Id"]), (StatusCode::OK, &id), "{body}");
    assert_eq!(lists[0]["Payment"][0]["status"], json!("Deleted"));
    assert_eq!(lists[1]["Invoice"][0]["Id"], json!("11"));
    let next = world.post("", &payment("1.00", &[])).await.1;
    assert_ne!(next["Payment"]["Id"], id, "an id is given once");
    let (status, body) = world.get(&since("2026-09-01T00:00:00Z")).await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "4001"));
}
