use super::*;
use crate::doubles::app::MemoryApp;
use crate::doubles::http::ScriptedHttp;
use crate::flows::items::{entity, memory_app, open_tasks, payment, put, stored_payment, usd};
use connectors::call::{Request, Response};
use domain::ids::{CustomerId, InvoiceId, PaymentId};
use domain::payment::ReversalKind;
use domain::task::TaskKind;
use serde_json::json;
use std::sync::{Arc, Mutex};

type Seen = Arc<Mutex<Vec<serde_json::Value>>>;

fn answered(status: u16, body: &serde_json::Value) -> Response {
    http::Response::builder().status(status).body(body.to_string().into()).unwrap()
}

/// QuickBooks with one payment of ours over 100.00 on invoice 1001; keeps what is written.
fn quickbooks(memory: MemoryApp) -> (MemoryApp, Seen) {
    let seen = Seen::default();
    let writes = seen.clone();
    let http = ScriptedHttp::new(move |request: &Request| {
        let row = json!({
            "Id": "7", "SyncToken": "0", "TxnDate": "2026-03-20", "TotalAmt": 100.0, "UnappliedAmt": 0,
            "CustomerRef": {"value": "1"}, "CurrencyRef": {"value": "USD"},
            "MetaData": {"LastUpdatedTime": "2026-03-20T00:00:00Z"},
            "Line": [{"Amount": 100.0, "LinkedTxn": [{"TxnId": "1001", "TxnType": "Invoice"}]}]
        });
        let uri = request.uri().to_string();
        Ok(if uri.contains("oauth2") {
            answered(
                200,
                &json!({"access_token": "at", "refresh_token": "rt", "expires_in": 3600,
                "x_refresh_token_expires_in": 8_640_000}),
            )
        } else if uri.contains("query?") {
            answered(200, &json!({"QueryResponse": {"Payment": [row]}, "time": "2026-03-24T10:00:00Z"}))
        } else if request.method() == http::Method::GET {
            answered(200, &json!({"Payment": row}))
        } else {
            writes.lock().unwrap().push(serde_json::from_slice(request.body()).unwrap());
            answered(200, &json!({"Payment": {"Id": "7", "SyncToken": "1"}}))
        })
    });
    (memory.with_http(http), seen)
}

/// A payment of 100.00 whose `minor` settle invoice 1001.
fn applied(minor: i64) -> Payment {
    let mut payment = payment("pi_1", 10_000).allocate(InvoiceId::new("qbo:1001"), usd(minor)).unwrap();
    payment.customer = Some(CustomerId::new("qbo:1"));
    payment
}

async fn post(memory: &MemoryApp) -> Stored<Payment> {
    let due = WriteBackDue::new(entity(), PaymentId::new("stripe:pi_1"));
    post_due(&memory.app, &due).await.unwrap();
    stored_payment(memory, "stripe:pi_1").await
}

#[tokio::test]
async fn an_earlier_try_that_arrived_is_not_posted_again() {
    let (memory, seen) = quickbooks(memory_app());
    put(&memory, applied(10_000), &[FollowUp::WriteBack]).await;
    let stored = post(&memory).await;
    assert!(matches!(stored.state.posting, Posting::Posted { .. }));
    assert!(seen.lock().unwrap().is_empty());
    let units = memory.table.half_units();
    post(&memory).await;
    assert_eq!(memory.table.half_units(), units, "a duplicate writes nothing");
}

#[tokio::test]
async fn an_earlier_try_is_brought_in_line_when_a_refund_came_between() {
    let (memory, seen) = quickbooks(memory_app());
    let refunded = applied(10_000).reverse(ReversalKind::Refund, "re_1", usd(4_000)).unwrap();
    put(&memory, refunded, &[FollowUp::WriteBack]).await;
    let stored = post(&memory).await;
    let body = seen.lock().unwrap().remove(0);
    let amounts = (body["TotalAmt"].to_string(), body["Line"][0]["Amount"].to_string());
    assert_eq!(amounts, ("60.00".into(), "60.00".into()));
    assert!(matches!(stored.state.posting, Posting::Posted { token, .. } if token == "1"));
}

#[tokio::test]
async fn a_whole_refund_between_voids_the_earlier_try() {
    let (memory, seen) = quickbooks(memory_app());
    let refunded = applied(10_000).reverse(ReversalKind::Refund, "re_1", usd(10_000)).unwrap();
    put(&memory, refunded, &[FollowUp::WriteBack]).await;
    post(&memory).await;
    assert_eq!(seen.lock().unwrap().remove(0)["SyncToken"], json!("0"));
}

#[tokio::test]
async fn a_refund_of_unapplied_cash_shrinks_the_ledgers_payment() {
    use crate::flows::reversals::{Followed, ReversalFact, Standing, follow};
    let (memory, seen) = quickbooks(memory_app());
    let mut payment = applied(6_000);
    // As QuickBooks still has it.
    let lines = applied(10_000).allocations;
    payment.posting = Posting::Posted { external_id: "7".into(), token: "0".into(), lines, total: None };
    put(&memory, payment, &[]).await;
    let (kind, standing) = (ReversalKind::Refund, Standing::Standing);
    let fact = ReversalFact { kind, external_id: "re_1".into(), amount: usd(4_000), standing };
    let ended = follow(&memory.app, &Cause::new("evt"), &PaymentId::new("stripe:pi_1"), &fact, false).await;
    assert_eq!(ended.unwrap(), Followed::Done);
    post(&memory).await;
    assert_eq!(seen.lock().unwrap().remove(0)["TotalAmt"].to_string(), "60.00");
}

#[tokio::test]
async fn what_people_made_of_a_posting_is_not_overwritten() {
    let (memory, seen) = quickbooks(memory_app());
    let mut payment = applied(6_000);
    let (lines, total) = (applied(8_000).allocations, Some(usd(10_000)));
    payment.posting = Posting::Posted { external_id: "7".into(), token: "0".into(), lines, total };
    put(&memory, payment, &[FollowUp::WriteBack]).await;
    let stored = post(&memory).await;
    assert!(!stored.is_pending(FollowUp::WriteBack) && seen.lock().unwrap().is_empty());
    let task = open_tasks(&memory).await.remove(0);
    assert!(task.why.contains("was changed in QuickBooks"), "{}", task.why);
}

fn dry(mut memory: MemoryApp) -> MemoryApp {
    let settings = crate::settings::Settings::clone(&memory.app.settings);
    memory.app.settings = Arc::new(crate::settings::Settings { is_sending: false, ..settings });
    memory
}

#[tokio::test]
async fn a_dry_run_withholds_what_the_ledger_has_not_and_leaves_what_it_has() {
    let (memory, seen) = quickbooks(memory_app());
    let memory = dry(memory);
    put(&memory, applied(10_000), &[FollowUp::WriteBack]).await;
    let stored = post(&memory).await;
    assert_eq!((&stored.state.posting, stored.pending.len()), (&Posting::Withheld, 0));
    let (memory, there) = (dry(memory_app()), applied(6_000));
    let lines = applied(10_000).allocations;
    let posting = Posting::Posted { external_id: "7".into(), token: "0".into(), lines, total: None };
    put(&memory, Payment { posting, ..there }, &[FollowUp::WriteBack]).await;
    memory.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(crate::flows::relay::send_overdue(&memory.app).await, Ok(0), "not every hour once more");
    assert!(post(&memory).await.is_pending(FollowUp::WriteBack), "it is brought in line once live");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_withheld_waits_for_a_person_though_something_asks_for_it() {
    let (memory, seen) = quickbooks(memory_app());
    let withheld = Payment { posting: Posting::Withheld, ..applied(10_000) };
    put(&memory, withheld, &[FollowUp::WriteBack]).await;
    assert_eq!(post(&memory).await.state.posting, Posting::Withheld);
    assert!(seen.lock().unwrap().is_empty());
    let task = open_tasks(&memory).await.remove(0);
    assert!(task.why.contains("was applied in a dry run"), "{}", task.why);
}

#[tokio::test]
async fn a_connection_that_is_refused_again_asks_again() {
    let refuse = |_: &Request| Ok(answered(400, &json!({"error": "invalid_grant"})));
    let memory = memory_app().with_http(ScriptedHttp::new(refuse));
    put(&memory, applied(10_000), &[FollowUp::WriteBack]).await;
    let due = WriteBackDue::new(entity(), PaymentId::new("stripe:pi_1"));
    for _ in 0..2 {
        assert!(matches!(post_due(&memory.app, &due).await, Err(Failure::Retry { .. })));
        let task = open_tasks(&memory).await.remove(0);
        assert_eq!(task.kind, TaskKind::Reconnect);
        let cause = Cause::new("console");
        crate::flows::tasks::finish(&memory.app, &cause, &task.id, "jo", "done").await.unwrap();
    }
}
