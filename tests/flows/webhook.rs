//! Stripe's webhook, from the signature to the ledger.
use connectors::signature::sign_stripe;
use domain::task::TaskKind;
use domain::timeline::Event;
use http::StatusCode;
use serde_json::json;
use tests::{Telling, WEBHOOK_SECRET, World, story};

#[tokio::test]
async fn a_payment_is_received_applied_and_written_back() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_unapplied("stripe:pi_1", "0.00").await;
        world.then_open_in_quickbooks("INV-1001", "0.00");
        world.then_posted(1);
        world.then_tasks(&[]).await;
        world.then_happened(1, |event| matches!(event, Event::PaymentReceived { .. }));
        world.then_happened(1, |event| matches!(event, Event::CashApplied { .. }));
        world.then_happened(1, |event| matches!(event, Event::WrittenBack { .. }));
    })
    .await;
}

#[tokio::test]
async fn several_notices_of_one_payment_book_it_once() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "500.00", "INV-1001").await;
        world.when_notice("payment_intent.succeeded", "payment_intent", "pi_1").await;
        world.then_happened(1, |event| matches!(event, Event::PaymentReceived { .. }));
        world.then_posted(1);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_signed_is_refused_and_goes_nowhere() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    world.given_card_payment("pi_1", "500.00", "INV-1001");
    let before = world.writes();
    let event = json!({"object": "event", "id": "evt_1", "type": "payment_intent.succeeded", "livemode": false,
        "created": 1, "data": {"object": {"object": "payment_intent", "id": "pi_1"}}});
    let (body, now) = (event.to_string(), 1_773_669_600);
    let signed = |secret, at| sign_stripe(secret, body.as_bytes(), at);
    let half = &body.as_bytes()[..body.len() / 2];
    let garbage = vec![b'x'; 1_000_000];
    let good = signed(WEBHOOK_SECRET, now);
    let cases: [(&str, String, &[u8], StatusCode); 6] = [
        ("forged", signed("whsec_another", now), body.as_bytes(), StatusCode::BAD_REQUEST),
        ("stale", signed(WEBHOOK_SECRET, now - 301), body.as_bytes(), StatusCode::BAD_REQUEST),
        ("of the future", signed(WEBHOOK_SECRET, now + 301), body.as_bytes(), StatusCode::BAD_REQUEST),
        ("truncated", good.clone(), half, StatusCode::BAD_REQUEST),
        ("1 MB of garbage", good.clone(), &garbage, StatusCode::PAYLOAD_TOO_LARGE),
        ("unsigned", String::new(), body.as_bytes(), StatusCode::BAD_REQUEST),
    ];
    for (what, signature, body, status) in cases {
        assert_eq!(world.when_webhook(&signature, body).await, status, "{what}");
    }
    assert_eq!((world.writes(), world.archived("stripe")), (before, 0), "nothing was enqueued");
    world.then_open("INV-1001", "500.00").await;
    // Five minutes are within the tolerance, and the notice is good.
    assert_eq!(world.when_webhook(&signed(WEBHOOK_SECRET, now - 300), body.as_bytes()).await, StatusCode::OK);
    world.then_open("INV-1001", "0.00").await;
}

#[tokio::test]
async fn a_notice_that_does_not_read_waits_for_a_person_with_what_and_where() {
    story(async |world| {
        let event = json!({"object": "event", "id": "evt_77", "type": "refund.created", "livemode": false,
            "created": 1, "data": {"object": {"object": "refund"}}});
        world.when_signed(event.to_string().as_bytes()).await;
        world.when_signed(b"{\"object\": \"event\", ").await;
        world.then_tasks(&[TaskKind::Quarantine, TaskKind::Quarantine]).await;
        let whys: Vec<String> = world.tasks().await.into_iter().map(|(_, why)| why).collect();
        let has =
            |words: &str| whys.iter().any(|why| why.starts_with("Stripe notice: ") && why.contains(words));
        assert!(has("event evt_77: the object's id") && has("not JSON"), "{whys:?}");
        assert_eq!(world.archived("stripe"), 2);
        assert_eq!(world.dead, []);
    })
    .await;
}

#[tokio::test]
async fn a_notice_of_the_live_mode_is_not_followed_with_a_test_key() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_card_payment("pi_1", "500.00", "INV-1001");
        let event = json!({"object": "event", "id": "evt_live", "type": "payment_intent.succeeded",
            "livemode": true, "created": 1, "data": {"object": {"object": "payment_intent", "id": "pi_1"}}});
        world.when_signed(event.to_string().as_bytes()).await;
        world.then_open("INV-1001", "500.00").await;
        world.then_tasks(&[TaskKind::Quarantine]).await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_no_rule_explains_waits_and_a_person_applies_it() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "120.00", "INV-9999").await;
        world.then_open("INV-1001", "500.00").await;
        world.then_unapplied("stripe:pi_1", "120.00").await;
        world.then_tasks(&[TaskKind::PaymentReview]).await;
        world.then_posted(0);
        world.when_accepted("stripe:pi_1", "INV-1001", "120.00").await;
        world.then_open("INV-1001", "380.00").await;
        world.then_open_in_quickbooks("INV-1001", "380.00");
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_part_is_applied_as_a_part_and_a_double_payment_waits() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_card_payment("pi_1", "120.00", "INV-1001").await;
        world.then_open("INV-1001", "380.00").await;
        world.when_card_payment("pi_2", "380.00", "INV-1001").await;
        world.when_card_payment("pi_3", "380.00", "INV-1001").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_unapplied("stripe:pi_3", "380.00").await;
        world.then_tasks(&[TaskKind::PaymentReview]).await;
        world.then_posted(2);
    })
    .await;
}
