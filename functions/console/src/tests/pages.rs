use super::{World, seed};
use connectors::fault::Fault;
use http::StatusCode;

fn has(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "{text:?} is not in {page}");
    }
}

#[tokio::test]
async fn the_ageing_counts_every_item_once_and_nets_nothing() {
    let world = World::seeded().await;
    let seen = world.get("/", &world.session()).await;
    assert_eq!(seen.status, StatusCode::OK);
    has(
        &seen.page,
        &[
            "10,755.25",
            "5,210.00",
            "1,234.50",
            "3,510.75",
            "2,400.00",
            "9,895.25",
            "60.00",
            "EUR",
            "750.00",
            "Undated",
            "Northfield Dental",
            "Quay &amp; Sons &lt;Ltd&gt;",
            "Payment to review",
            "Refund to decide",
        ],
    );
}

#[tokio::test]
async fn an_empty_ledger_says_what_to_do() {
    let world = World::with_http(|_| Err(Fault::before_send("nothing goes out")));
    let cookie = world.session();
    for (path, text) in
        [("/", "Nothing is open"), ("/review", "No payment waits"), ("/tasks", "No task waits")]
    {
        has(&world.get(path, &cookie).await.page, &[text]);
    }
}

#[tokio::test]
async fn the_review_shows_what_the_payment_says_and_why_it_waits() {
    let world = World::seeded().await;
    let page = world.get("/review", &world.session()).await.page;
    has(
        &page,
        &[
            "INV-1002 or INV-2001, please check",
            "N. Field",
            "belong to different customers",
            "INV-2001",
            "Accept",
            "Leave unapplied",
        ],
    );
}

#[tokio::test]
async fn an_invoice_tells_the_reason_for_each_send_and_non_send() {
    let world = World::seeded().await;
    let cookie = world.session();
    let page = world.get("/invoices/qbo:INV-1001", &cookie).await.page;
    has(&page, &["Letter planned", "level-1", "standard-1", "dunning:qbo:13", "no dunning policy is stored"]);
    seed::policy(&world.app).await;
    let page = world.get("/invoices/qbo:INV-1002", &cookie).await.page;
    has(&page, &["On hold", "41 days overdue", "Not sent", "says it has paid", "Northfield Dental"]);
    assert!(!page.contains("Letter planned"), "that letter did not name this invoice");
    has(&world.get("/invoices/qbo:INV-2003", &cookie).await.page, &["Refund to decide", "re_1", "Applied"]);
}

#[tokio::test]
async fn a_customer_shows_contacts_items_money_and_pauses() {
    let world = World::seeded().await;
    let page = world.get("/customers/qbo:13", &world.session()).await.page;
    has(
        &page,
        &[
            "dana@northfield.example",
            "usable",
            "INV-1003",
            "due in 9 days",
            "CM-7",
            "End pause",
            "unknown",
            "60.00",
        ],
    );
}

#[tokio::test]
async fn an_invoice_is_found_by_its_number_in_any_spelling() {
    let world = World::seeded().await;
    let cookie = world.session();
    let seen = world.get("/find?q=inv%201001", &cookie).await;
    assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, "/invoices/qbo:INV-1001"));
    has(&world.get("/find?q=1001", &cookie).await.page, &["There is none"]);
    for path in ["/invoices/qbo:nothing", "/customers/x", "/nowhere"] {
        assert_eq!(world.get(path, &cookie).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_timeline_that_was_changed_says_so() {
    use app::store::table::{Condition, Record, TableName, Write};
    let world = World::seeded().await;
    let key = app::store::table::Key::new("main#INV#qbo:INV-1003", "T#0000000001");
    let entry = world.app.table.get(TableName::Ledger, &key).await.unwrap().unwrap();
    let record = Record::new(key, 2, entry.body.replace("pull:1", "pull:2"));
    let write = Write::Put { table: TableName::Ledger, record, condition: Condition::Version(entry.ver) };
    world.app.table.commit(vec![write]).await.unwrap();
    has(&world.get("/invoices/qbo:INV-1003", &world.session()).await.page, &["The record does not hold"]);
}
