use super::*;
use crate::sim::Mishap;
use axum::body::{Body, to_bytes};
use chrono::DateTime;
use http::StatusCode;
use tower::ServiceExt;

const KEY: &str = "rk_test_dunlin";

fn sim() -> Stripe {
    let now = DateTime::parse_from_rfc3339("2026-11-16T09:00:00Z").unwrap().to_utc();
    let sim = Stripe::new(Books::in_memory().unwrap(), Arc::new(move || now), KEY);
    for object in [
        json!({"id": "pi_1", "object": "payment_intent", "amount": 5000, "amount_received": 5000, "currency": "usd",
               "customer": "cus_1", "latest_charge": "ch_1", "status": "succeeded", "metadata": {}, "created": 10}),
        json!({"id": "ch_1", "object": "charge", "amount": 5000, "payment_intent": "pi_1", "created": 11}),
        json!({"id": "re_1", "object": "refund", "amount": 500, "payment_intent": "pi_1", "created": 12}),
        json!({"id": "re_2", "object": "refund", "amount": 700, "payment_intent": "pi_1", "created": 13}),
        json!({"id": "re_3", "object": "refund", "amount": 900, "payment_intent": "pi_2", "created": 14}),
        json!({"id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "amount_paid": 5000, "created": 15,
               "status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}}),
    ] {
        sim.put_object(&object).unwrap();
    }
    sim
}

async fn get_json(sim: &Stripe, path: &str, key: &str) -> (StatusCode, Value) {
    let request = Request::builder().uri(path).header("authorization", format!("Bearer {key}"));
    let response = sim.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert!(response.headers()["request-id"].to_str().unwrap().starts_with("req_"));
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn reads_and_expands() {
    let sim = sim();
    let (status, intent) = get_json(&sim, "/v1/payment_intents/pi_1?expand[]=latest_charge", KEY).await;
    assert_eq!((status, &intent["amount"]), (StatusCode::OK, &json!(5000)));
    assert_eq!(intent["latest_charge"]["id"], "ch_1");
}

#[tokio::test]
async fn lists_filter_and_page_newest_first() {
    let sim = sim();
    let (_, first) = get_json(&sim, "/v1/refunds?payment_intent=pi_1&limit=1", KEY).await;
    assert_eq!((&first["data"][0]["id"], &first["has_more"]), (&json!("re_2"), &json!(true)));
    let (_, next) = get_json(&sim, "/v1/refunds?payment_intent=pi_1&starting_after=re_2", KEY).await;
    assert_eq!((next["data"].as_array().unwrap().len(), &next["has_more"]), (1, &json!(false)));
    let path = "/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]=pi_1";
    assert_eq!(get_json(&sim, path, KEY).await.1["data"][0]["invoice"], "in_1");
    let path = "/v1/invoice_payments?payment%5Btype%5D=payment_intent&payment%5Bpayment_intent%5D=pi_2";
    assert_eq!(get_json(&sim, path, KEY).await.1["data"], json!([]));
    let (status, _) = get_json(&sim, "/v1/invoice_payments?payment[payment_intent]=pi_1", KEY).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn lists_events_of_a_time_and_sessions_of_a_payment() {
    let sim = sim();
    for (id, created) in [("evt_1", 100), ("evt_2", 200), ("evt_3", 300)] {
        sim.put_object(&json!({"id": id, "object": "event", "created": created, "type": "charge.succeeded"}))
            .unwrap();
    }
    let session = json!({"id": "cs_1", "object": "checkout.session", "payment_intent": "pi_1", "created": 5});
    sim.put_object(&session).unwrap();
    let ids = |page: &Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let (_, page) = get_json(&sim, "/v1/events?created[gte]=100&created[lte]=200&limit=1", KEY).await;
    assert_eq!((ids(&page), &page["has_more"]), (vec!["evt_2".to_owned()], &json!(true)));
    let path = "/v1/events?created[gte]=100&created[lte]=200&limit=1&starting_after=evt_2";
    assert_eq!(ids(&get_json(&sim, path, KEY).await.1), ["evt_1"]);
    let (_, sessions) = get_json(&sim, "/v1/checkout/sessions?payment_intent=pi_1", KEY).await;
    assert_eq!(ids(&sessions), ["cs_1"]);
    assert_eq!(get_json(&sim, "/v1/checkout/sessions/cs_1", KEY).await.1["payment_intent"], "pi_1");
    sim.put_object(&json!({"id": "in_1", "object": "invoice", "number": "R-1", "created": 4})).unwrap();
    let path = "/v1/invoice_payments?invoice=in_1&expand[]=data.invoice";
    assert_eq!(get_json(&sim, path, KEY).await.1["data"][0]["invoice"]["number"], "R-1");
}

#[tokio::test]
async fn refuses_as_documented() {
    let sim = sim();
    let (status, body) = get_json(&sim, "/v1/charges/ch_9", KEY).await;
    assert_eq!((status, &body["error"]["code"]), (StatusCode::NOT_FOUND, &json!("resource_missing")));
    let (status, body) = get_json(&sim, "/v1/charges/ch_1", "sk_test_wrong").await;
    assert_eq!((status, &body["error"]["type"]), (StatusCode::UNAUTHORIZED, &json!("invalid_request_error")));
    sim.faults().arm("GET /v1/charges/ch_1", Mishap::Throttled, 1);
    assert_eq!(get_json(&sim, "/v1/charges/ch_1", KEY).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(get_json(&sim, "/v1/charges/ch_1", KEY).await.0, StatusCode::OK);
}

#[test]
fn takes_only_shapes_of_its_version() {
    let sim = sim();
    let old = json!({"id": "pi_2", "object": "payment_intent", "invoice": "in_1"});
    assert!(sim.put_object(&old).unwrap_err().to_string().contains("has no invoice on payment_intent"));
    assert!(sim.put_object(&json!({"id": "x", "object": "coupon"})).is_err());
}

#[test]
fn an_unchanged_object_is_no_change() {
    let sim = sim();
    let before = sim.books.changes().unwrap();
    let charge = sim.find("charge", "ch_1").unwrap().unwrap();
    sim.put_object(&charge).unwrap();
    assert_eq!(sim.books.changes().unwrap(), before);
    let mut refunded = charge;
    refunded["amount_refunded"] = json!(500);
    sim.put_object(&refunded).unwrap();
    assert_eq!(sim.books.changes().unwrap(), before + 1);
}
