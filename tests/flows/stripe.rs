//! What Stripe tells beside payments that succeeded: debits under way, money in its balances, checkout pages, invoices of
//! its own, and what no webhook brought.
use connectors::signature::sign_stripe;
use domain::task::TaskKind;
use domain::timeline::Event;
use serde_json::{Value, json};
use tests::{Telling, WEBHOOK_SECRET, World, story};

const EMAIL: &str = "ap@larkspur.example";

async fn given_processing(world: &mut World) {
    world.given_larkspur().await;
    world.given_debit("pi_1", "500.00", "INV-1001", "someone@bank.example", "processing");
    world.when_notice("payment_intent.processing", "payment_intent", "pi_1").await;
}

#[tokio::test]
async fn nobody_is_chased_while_a_debit_is_in_flight() {
    story(async |world| {
        given_processing(world).await;
        world.then_open("INV-1001", "500.00").await;
        world.then_held("7", "INV-1001", "debit in flight, until 2026-03-30 at most").await;
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 0);
        world.then_posted(0);
        world.then_tasks(&[]).await;
        world.then_happened(1, |event| matches!(event, Event::DebitStarted { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_debit_that_succeeds_is_applied_and_one_that_fails_is_chased_again() {
    story(async |world| {
        given_processing(world).await;
        world.given_invoice("INV-1002", "7", "80.00", "2026-03-06");
        world.when_pull().await;
        world.given_debit("pi_2", "80.00", "INV-1002", "someone@bank.example", "processing");
        world.when_notice("payment_intent.processing", "payment_intent", "pi_2").await;
        world.when_it_is("2026-03-20", "10:00");
        world.given_debit("pi_1", "500.00", "INV-1001", "someone@bank.example", "succeeded");
        world.when_notice("payment_intent.succeeded", "payment_intent", "pi_1").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_held("7", "INV-1002", "debit in flight, until 2026-03-30 at most").await;
        world.given_debit("pi_2", "80.00", "INV-1002", "someone@bank.example", "requires_payment_method");
        world.when_notice("payment_intent.payment_failed", "payment_intent", "pi_2").await;
        // Until the day is over, the payment that succeeded holds on.
        world.then_held("7", "INV-1002", "debit in flight, until 2026-03-20 at most").await;
        world.when_pull().await;
        world.when_tick("2026-03-23", "11:00").await;
        assert_eq!(world.letters(), 1);
        world.then_happened(2, |event| matches!(event, Event::DebitEnded { .. }));
    })
    .await;
}

#[tokio::test]
async fn an_old_word_of_a_debit_holds_nothing_up_after_it_ended() {
    story(async |world| {
        given_processing(world).await;
        world.given_debit("pi_1", "500.00", "INV-1001", "someone@bank.example", "canceled");
        world.when_notice("payment_intent.canceled", "payment_intent", "pi_1").await;
        world.when_notice("payment_intent.processing", "payment_intent", "pi_1").await;
        assert_eq!(world.customer("7").await.debits_in_flight, []);
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!(world.letters(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_debit_that_never_ends_holds_for_a_fortnight() {
    let mut world = World::new(Telling::Plain).await;
    given_processing(&mut world).await;
    world.when_tick("2026-03-30", "11:00").await;
    assert_eq!(world.letters(), 0);
    world.when_tick("2026-03-31", "11:00").await;
    assert_eq!(world.letters(), 1);
}

#[tokio::test]
async fn a_debit_of_an_address_holds_all_that_its_customer_owes() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_debit("pi_1", "120.00", "", EMAIL, "processing");
        world.when_notice("payment_intent.processing", "payment_intent", "pi_1").await;
        world.then_held("7", "INV-1001", "debit in flight, until 2026-03-30 at most").await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_debit_of_nobody_known_is_put_before_a_person_until_it_ends() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_debit("pi_1", "120.00", "INV-77", "someone@bank.example", "processing");
        world.when_notice("payment_intent.processing", "payment_intent", "pi_1").await;
        world.then_tasks(&[TaskKind::FundsAtProvider]).await;
        assert!(
            world.tasks().await[0]
                .1
                .starts_with("USD 120.00 of stripe:pi_1 is being debited, until 2026-03-30")
        );
        world.given_debit("pi_1", "120.00", "INV-77", "someone@bank.example", "canceled");
        world.when_notice("payment_intent.canceled", "payment_intent", "pi_1").await;
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn money_in_a_cash_balance_is_named_and_counts_before_anybody_is_chased() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_cash_balance("cus_7", EMAIL, "500.00");
        let funded =
            json!({"object": "customer_cash_balance_transaction", "id": "ccsbtxn_1", "customer": "cus_7"});
        world.when_notice_of("customer_cash_balance_transaction.created", &funded).await;
        world.then_held("7", "INV-1001", "funds held at the payment provider").await;
        let tasks = world.tasks().await;
        let why = "stripe:cus_7 has USD 500.00 in its cash balance, which no payment has taken";
        assert_eq!(tasks, [(TaskKind::FundsAtProvider, why.to_owned())]);
        world.when_tick("2026-03-17", "11:00").await;
        assert_eq!((world.letters(), world.payments().await.len()), (0, 0));
        // Taken by a payment, nothing is left to name.
        world.given_cash_balance("cus_7", EMAIL, "0.00");
        world.when_notice_of("customer_cash_balance_transaction.created", &funded).await;
        world.then_tasks(&[]).await;
        assert_eq!(world.customer("7").await.funds_held, []);
    })
    .await;
}

/// A payment of 500.00 by bank transfer, of which 350.00 are missing until it succeeds.
fn transfer(invoice: &str, status: &str) -> Value {
    let (received, action) = match status {
        "succeeded" => (50_000, Value::Null),
        _ => (0, json!({"display_bank_transfer_instructions": {"amount_remaining": 35_000}})),
    };
    json!({"object": "payment_intent", "id": "pi_1", "amount": 50_000, "amount_received": received,
        "currency": "usd", "status": status, "created": 1_773_669_600, "livemode": false, "customer": "cus_7",
        "metadata": {"invoice_number": invoice}, "next_action": action})
}

#[tokio::test]
async fn a_transfer_of_nobody_known_is_put_before_a_person_until_it_is_whole() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_at_stripe(transfer("INV-77", "requires_action"));
        world.given_cash_balance("cus_7", "treasury@larkspur.example", "0.00");
        world.when_notice("payment_intent.partially_funded", "payment_intent", "pi_1").await;
        world.then_tasks(&[TaskKind::FundsAtProvider]).await;
        world.given_at_stripe(transfer("INV-77", "succeeded"));
        world.when_notice("payment_intent.succeeded", "payment_intent", "pi_1").await;
        world.then_tasks(&[TaskKind::PaymentReview]).await;
    })
    .await;
}

#[tokio::test]
async fn a_transfer_that_came_short_is_no_payment_until_the_rest_has_come() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_at_stripe(transfer("INV-1001", "requires_action"));
        world.given_cash_balance("cus_7", "treasury@larkspur.example", "0.00");
        world.when_notice("payment_intent.partially_funded", "payment_intent", "pi_1").await;
        assert_eq!(world.payments().await, []);
        let why = "stripe:pi_1 has USD 150.00 of a transfer that came short, and waits for the rest";
        assert_eq!(world.tasks().await, [(TaskKind::FundsAtProvider, why.to_owned())]);
        assert_eq!(world.customer("7").await.funds_held[0].amount.to_string(), "USD 150.00");
        world.given_at_stripe(transfer("INV-1001", "succeeded"));
        world.when_notice("payment_intent.succeeded", "payment_intent", "pi_1").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_tasks(&[]).await;
        assert_eq!(world.customer("7").await.funds_held, []);
    })
    .await;
}

#[tokio::test]
async fn what_covers_a_part_only_is_taken_off_in_the_letter() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    world.given_cash_balance("cus_7", EMAIL, "150.00");
    let balance = json!({"object": "cash_balance", "customer": "cus_7"});
    world.when_notice_of("cash_balance.funds_available", &balance).await;
    world.when_tick("2026-03-17", "11:00").await;
    assert_eq!(world.letters(), 1);
}

#[tokio::test]
async fn a_checkout_page_that_is_not_paid_yet_is_waited_for() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_debit("pi_1", "500.00", "", "someone@bank.example", "processing");
        world.given_at_stripe(json!({"object": "checkout.session", "id": "cs_1", "payment_intent": "pi_1",
            "payment_status": "unpaid", "client_reference_id": "INV-1001", "metadata": {}}));
        world.when_notice("checkout.session.completed", "checkout.session", "cs_1").await;
        world.then_open("INV-1001", "500.00").await;
        world.then_held("7", "INV-1001", "debit in flight, until 2026-03-30 at most").await;
        world.given_debit("pi_1", "500.00", "", "someone@bank.example", "succeeded");
        world.when_notice("checkout.session.async_payment_succeeded", "checkout.session", "cs_1").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_posted(1);
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn what_paid_an_invoice_of_stripes_is_for_what_that_invoice_names() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_debit("pi_1", "500.00", "", "someone@bank.example", "succeeded");
        world.given_at_stripe(
            json!({"object": "invoice", "id": "in_1", "number": "INV-1001", "metadata": {}}),
        );
        world.given_at_stripe(json!({"object": "invoice_payment", "id": "inpay_1", "invoice": "in_1",
            "amount_paid": 50_000, "currency": "usd", "status": "paid",
            "payment": {"type": "payment_intent", "payment_intent": "pi_1"}}));
        world.given_at_stripe(json!({"object": "invoice_payment", "id": "inpay_2", "invoice": "in_1",
            "amount_paid": 100, "currency": "usd", "status": "paid", "payment": {"type": "payment_record"}}));
        world.when_notice("invoice.paid", "invoice", "in_1").await;
        world.when_notice("invoice.payment_succeeded", "invoice", "in_1").await;
        world.when_notice("invoice_payment.paid", "invoice_payment", "inpay_2").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_happened(1, |event| matches!(event, Event::PaymentReceived { .. }));
        world.then_tasks(&[]).await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_of_an_older_version_names_its_payment_itself() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_card_payment("pi_1", "500.00", "INV-1001");
        let old = json!({"object": "invoice", "id": "in_1", "paid": true, "charge": "ch_pi_1", "payment_intent": "pi_1"});
        world.when_notice_of("invoice.payment_succeeded", &old).await;
        world.then_open("INV-1001", "0.00").await;
    })
    .await;
}

#[tokio::test]
async fn a_charge_without_a_payment_intent_is_a_payment_and_goes_back_as_one() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_at_stripe(json!({"object": "charge", "id": "ch_1", "amount": 50_000, "amount_captured": 50_000,
            "captured": true, "currency": "usd", "status": "succeeded", "created": 1_773_669_600, "livemode": false,
            "metadata": {"invoice_number": "INV-1001"}}));
        world.when_notice("charge.succeeded", "charge", "ch_1").await;
        world.then_open("INV-1001", "0.00").await;
        world.given_at_stripe(json!({"object": "refund", "id": "re_1", "amount": 20_000, "currency": "usd",
            "status": "succeeded", "created": 1_773_669_600, "charge": "ch_1"}));
        world.when_notice("charge.refunded", "charge", "ch_1").await;
        world.then_open("INV-1001", "200.00").await;
        world.then_held("7", "INV-1001", "refund to decide").await;
    })
    .await;
}

#[tokio::test]
async fn a_thin_event_is_read_at_stripe() {
    story(async |world| {
        world.given_larkspur().await;
        world.given_card_payment("pi_1", "500.00", "INV-1001");
        let thin = json!({"object": "v2.core.event", "id": "evt_thin", "type": "v1.payment_intent.succeeded",
            "created": "2026-03-16T14:00:00.000Z", "livemode": false,
            "related_object": {"id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1"}});
        world.when_signed(thin.to_string().as_bytes()).await;
        world.then_open("INV-1001", "0.00").await;
    })
    .await;
}

#[tokio::test]
async fn a_payout_and_what_is_none_of_our_business_change_nothing() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    let before = world.writes();
    for (kind, object) in [
        ("payout.paid", json!({"object": "payout", "id": "po_1", "amount": 50_000, "currency": "usd"})),
        ("payout.reconciliation_completed", json!({"object": "payout", "id": "po_1"})),
        ("invoice.finalized", json!({"object": "invoice", "id": "in_1"})),
        ("charge.succeeded", json!({"object": "charge", "id": "ch_1", "payment_intent": "pi_9"})),
        ("customer.updated", json!({"object": "customer", "id": "cus_1"})),
    ] {
        let mut event = world.when_webhook_is_lost(kind, &object);
        event["data"]["previous_attributes"] = json!({"name": "Larkspur"});
        world.when_signed(event.to_string().as_bytes()).await;
    }
    assert_eq!((world.writes(), world.payments().await.len()), (before, 0));
    world.then_tasks(&[]).await;
}

#[tokio::test]
async fn a_lost_webhook_is_found_by_the_sweep() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_swept("2026-03-16", "11:00").await;
        world.when_it_is("2026-03-16", "11:20");
        world.given_card_payment("pi_1", "500.00", "INV-1001");
        world.when_webhook_is_lost("payment_intent.succeeded", &object("payment_intent", "pi_1"));
        // Not yet: it may still come as a webhook.
        world.when_swept("2026-03-16", "11:30").await;
        world.then_open("INV-1001", "500.00").await;
        world.when_swept("2026-03-16", "12:00").await;
        world.then_open("INV-1001", "0.00").await;
        world.then_posted(1);
        world.then_tasks(&[]).await;
    })
    .await;
}

fn object(kind: &str, id: &str) -> Value {
    json!({"object": kind, "id": id})
}

#[tokio::test]
async fn what_is_known_costs_the_sweep_no_write() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    world.when_swept("2026-03-16", "11:00").await;
    world.when_it_is("2026-03-16", "11:20");
    world.when_card_payment("pi_1", "500.00", "INV-1001").await;
    world.given_refund("re_1", "pi_1", "200.00", "succeeded");
    world.when_notice("refund.created", "refund", "re_1").await;
    let before = world.writes();
    world.when_swept("2026-03-16", "12:00").await;
    world.when_swept("2026-03-16", "12:00").await;
    world.when_swept("2026-03-16", "13:00").await;
    assert_eq!(world.writes(), before);
}

#[tokio::test]
async fn what_happened_before_the_bundle_was_there_is_not_taken_in() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    world.given_card_payment("pi_1", "500.00", "INV-1001");
    world.when_webhook_is_lost("payment_intent.succeeded", &object("payment_intent", "pi_1"));
    for time in ["11:00", "12:00", "13:00"] {
        world.when_swept("2026-03-16", time).await;
    }
    assert_eq!(world.payments().await, []);
}

#[tokio::test]
async fn many_lost_webhooks_are_found_page_by_page_and_one_that_cannot_be_followed_stops_none() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    world.when_swept("2026-03-16", "11:00").await;
    world.when_it_is("2026-03-16", "11:20");
    for at in 0..60 {
        let id = format!("pi_{at}");
        world.given_card_payment(&id, "5.00", "INV-1001");
        world.when_webhook_is_lost("payment_intent.succeeded", &object("payment_intent", &id));
    }
    world.when_webhook_is_lost("refund.created", &object("refund", "re_unknown"));
    world.when_webhook_is_lost("refund.created", &json!({"object": "refund"}));
    world.when_swept("2026-03-16", "12:00").await;
    world.then_open("INV-1001", "200.00").await;
    world.then_tasks(&[TaskKind::Quarantine, TaskKind::Quarantine]).await;
    world.when_swept("2026-03-16", "13:00").await;
    world.then_tasks(&[TaskKind::Quarantine, TaskKind::Quarantine]).await;
    assert_eq!(world.dead, []);
}

#[tokio::test]
async fn a_sweep_after_more_than_thirty_days_tells_what_it_cannot_know() {
    story(async |world| {
        world.given_larkspur().await;
        world.when_swept("2026-03-16", "11:00").await;
        world.when_swept("2026-05-16", "11:00").await;
        world.then_tasks(&[TaskKind::StuckWork]).await;
        assert!(world.tasks().await[0].1.contains("2026-03-16 14:45:00 UTC to 2026-05-16 14:45:00 UTC"));
    })
    .await;
}

#[tokio::test]
async fn a_webhook_that_comes_after_the_sweep_is_a_duplicate() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    world.when_swept("2026-03-16", "11:00").await;
    world.when_it_is("2026-03-16", "11:20");
    world.given_card_payment("pi_1", "500.00", "INV-1001");
    let event = world.when_webhook_is_lost("payment_intent.succeeded", &object("payment_intent", "pi_1"));
    world.when_swept("2026-03-16", "12:00").await;
    let before = world.writes();
    let now = app::ports::Clock::now(world.app.clock.as_ref()).timestamp();
    let signature = sign_stripe(WEBHOOK_SECRET, event.to_string().as_bytes(), now);
    world.when_webhook(&signature, event.to_string().as_bytes()).await;
    assert_eq!(world.writes(), before);
}
