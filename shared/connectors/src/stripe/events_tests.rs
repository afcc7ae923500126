//! Events of every kind and shape, and what the objects behind the newer ones come to.
use super::facts::{BalanceKind, DisputeFunds};
use super::map::{self, INVOICE_REF_KEYS};
use super::notice::{Notice, Subject};
use super::tests::{api, notice, read, shared, snapshot};
use super::wire::{BalanceTransaction, Dispute, PaymentIntent};
use serde_json::{Value, json};

fn some(id: &str) -> Option<String> {
    Some(id.to_owned())
}

fn thin(event_type: &str, kind: &str, id: &str, url: &str) -> Value {
    json!({"id": "evt_2", "object": "v2.core.event", "type": format!("v1.{event_type}"), "livemode": false,
        "created": "2026-11-05T10:00:00Z", "related_object": {"id": id, "type": kind, "url": url}})
}

#[test]
fn what_comes_before_and_beside_a_payment_is_named() {
    let intent = json!({"object": "payment_intent", "id": "pi_1", "customer": "cus_1"});
    for kind in ["processing", "payment_failed", "canceled", "requires_action"] {
        let subject = notice(&snapshot(&format!("payment_intent.{kind}"), intent.clone())).unwrap().subject;
        assert_eq!(subject, Subject::PaymentIntentChanged { payment_intent: "pi_1".into() });
    }
    let session = json!({"object": "checkout.session", "id": "cs_1", "payment_intent": "pi_1", "payment_status": "unpaid"});
    let charge = json!({"object": "charge", "id": "ch_1", "payment_intent": null});
    let cases = [
        (
            snapshot("payment_intent.partially_funded", intent),
            Subject::PartiallyFunded { payment_intent: "pi_1".into(), customer: some("cus_1") },
        ),
        (
            snapshot("checkout.session.completed", session.clone()),
            Subject::SessionChanged { session: "cs_1".into(), payment_intent: some("pi_1") },
        ),
        (
            snapshot("checkout.session.async_payment_failed", session),
            Subject::SessionChanged { session: "cs_1".into(), payment_intent: some("pi_1") },
        ),
        (
            snapshot("charge.captured", charge),
            Subject::ChargeChanged { charge: "ch_1".into(), payment_intent: None },
        ),
        (
            snapshot("charge.refund.updated", json!({"object": "refund", "id": "re_1", "charge": "ch_1"})),
            Subject::RefundChanged { refund: "re_1".into(), payment_intent: None, charge: some("ch_1") },
        ),
        (
            thin("checkout.session.completed", "checkout.session", "cs_1", "/v1/checkout/sessions/cs_1"),
            Subject::SessionChanged { session: "cs_1".into(), payment_intent: None },
        ),
    ];
    for (body, subject) in cases {
        assert_eq!(notice(&body).unwrap().subject, subject, "{body}");
    }
}

#[test]
fn an_invoice_that_was_paid_names_its_payment_only_in_older_versions() {
    let page = read(api().events(0, 1, 25, None), "events.json");
    let subjects: Vec<Subject> =
        page.data.iter().map(|event| Notice::of(&event.0).unwrap().subject).collect();
    let older = Subject::InvoicePaid {
        invoice: "in_Dunlin07".into(),
        payment_intent: some("pi_Dunlin07"),
        charge: some("ch_Dunlin07"),
    };
    let newer =
        |invoice: &str| Subject::InvoicePaid { invoice: invoice.into(), payment_intent: None, charge: None };
    assert_eq!((page.has_more, subjects), (true, vec![older, newer("in_Dunlin08")]));
    let thin = thin("invoice.paid", "invoice", "in_9", "/v1/invoices/in_9");
    assert_eq!(notice(&thin).unwrap().subject, newer("in_9"));
}

#[test]
fn balances_are_their_customers() {
    let funds = |customer: &str| Subject::FundsChanged { customer: customer.into() };
    let transaction =
        json!({"object": "customer_cash_balance_transaction", "id": "ccsbtxn_1", "customer": "cus_1"});
    let created = "customer_cash_balance_transaction.created";
    assert_eq!(notice(&snapshot(created, transaction)).unwrap().subject, funds("cus_1"));
    let balance = json!({"object": "cash_balance", "customer": "cus_2", "available": {"eur": 100}});
    assert_eq!(notice(&snapshot("cash_balance.funds_available", balance)).unwrap().subject, funds("cus_2"));
    let url = "/v1/customers/cus_3/cash_balance_transactions/ccsbtxn_1";
    let of_address = thin(created, "customer_cash_balance_transaction", "ccsbtxn_1", url);
    assert_eq!(notice(&of_address).unwrap().subject, funds("cus_3"));
    let nobodys = thin(created, "customer_cash_balance_transaction", "ccsbtxn_1", "/v1/customers/");
    let why = notice(&nobodys).unwrap_err().to_string();
    assert_eq!(why, "event evt_2: the object's customer is missing or not of its type");
}

#[test]
fn only_a_change_of_a_balance_makes_a_customer_of_interest() {
    let mut body = snapshot("customer.updated", json!({"object": "customer", "id": "cus_1"}));
    body["data"]["previous_attributes"] = json!({"email": "old@reed.example"});
    assert_eq!(notice(&body).unwrap().subject, Subject::Ignored("customer.updated".into()));
    body["data"]["previous_attributes"] = json!({"balance": 0, "email": "old@reed.example"});
    let funds = Subject::FundsChanged { customer: "cus_1".into() };
    assert_eq!(notice(&body).unwrap().subject, funds);
    // A thin event does not tell what changed.
    assert_eq!(
        notice(&thin("customer.updated", "customer", "cus_1", "/v1/customers/cus_1")).unwrap().subject,
        funds
    );
}

#[test]
fn what_lies_in_balances_is_exact_by_kind_and_currency() {
    let mut customer = read(api().customer_with_funds("cus_Heron"), "customer_with_funds.json");
    let funds = map::customer_funds(&customer).unwrap();
    let held: Vec<(BalanceKind, String)> =
        funds.iter().map(|(kind, amount)| (*kind, amount.to_string())).collect();
    let expected = [
        (BalanceKind::Cash, "EUR 980.00".to_owned()),
        (BalanceKind::Cash, "JPY 1200".to_owned()),
        (BalanceKind::Credit, "EUR 15.00".to_owned()),
    ];
    assert_eq!(held, expected);
    // A debt is none of these, and nor is what is not there.
    customer.balance = Some(700);
    customer.cash_balance = None;
    assert_eq!(map::customer_funds(&customer).unwrap(), []);
    customer.balance = Some(-700);
    customer.currency = None;
    let why = map::customer_funds(&customer).unwrap_err().to_string();
    assert_eq!(why, "customer cus_Heron: currency is missing");
    let gone = read(api().customer_with_funds("cus_Gone"), "customer_deleted.json");
    assert_eq!(map::customer_funds(&gone).unwrap(), []);
}

#[test]
fn a_transfer_that_came_short_is_told_until_the_payment_succeeds() {
    let mut intent = read(api().payment_intent("pi_Dunlin04"), "payment_intent_short.json");
    let part = |intent: &PaymentIntent| {
        let payment = map::payment_of_intent(intent, chrono_tz::Europe::Berlin, &[]).unwrap();
        (payment.asked.to_string(), payment.part_funded.to_string(), payment.money.minor())
    };
    assert_eq!(part(&intent), ("EUR 250.00".to_owned(), "EUR 150.00".to_owned(), 0));
    intent.status = "succeeded".to_owned();
    intent.amount_received = Some(25_000);
    assert_eq!(part(&intent), ("EUR 250.00".to_owned(), "EUR 0.00".to_owned(), 25_000));
}

#[test]
fn a_dispute_is_known_by_what_it_did_to_our_balance() {
    let dispute = read(api().dispute("dp_Dunlin02"), "dispute_withdrawn.json");
    let after = |moved: &[i64]| {
        let balance_transactions =
            moved.iter().map(|amount| BalanceTransaction { amount: *amount }).collect();
        map::card_dispute(&Dispute { balance_transactions, ..dispute.clone() }).unwrap().funds
    };
    assert_eq!(map::card_dispute(&dispute).unwrap().funds, DisputeFunds::Withdrawn);
    assert_eq!(after(&[]), DisputeFunds::Untold);
    assert_eq!(after(&[-38_710, 38_710]), DisputeFunds::Reinstated);
    // Given back at another rate of exchange: the status says whether it was all.
    assert_eq!(after(&[-38_710, 38_500]), DisputeFunds::Untold);
    assert_eq!(after(&[-38_710, i64::MIN]), DisputeFunds::Withdrawn);
}

#[test]
fn a_payment_without_metadata_is_for_what_its_invoices_or_its_session_name() {
    let page = read(api().invoice_payments_of("pi_Dunlin05", None), "invoice_payments_expanded.json");
    let invoices = page.data.iter().filter_map(|paid| paid.invoice.object.as_deref());
    let refs: Vec<String> =
        invoices.flat_map(|invoice| map::invoice_refs_of_invoice(invoice, INVOICE_REF_KEYS)).collect();
    assert_eq!(refs, ["HERON-0005", "R-2061"]);
    let mut sessions = read(api().sessions_of("pi_Dunlin03"), "sessions.json");
    let session = sessions.data.pop().unwrap();
    assert_eq!(map::invoice_refs_of_session(&session, INVOICE_REF_KEYS), ["R-2050"]);
    let named = [("invoice".to_owned(), "R-2051; R-2052".to_owned())];
    let named = super::wire::Session { metadata: Some(named.into()), ..session };
    assert_eq!(map::invoice_refs_of_session(&named, INVOICE_REF_KEYS), ["R-2051", "R-2052"]);
}

#[test]
fn a_shared_dispute_that_was_won_is_reinstated() {
    for (name, body) in shared("dj_stripe") {
        if name == "dispute_dp_funds_reinstated_full.json" {
            let dispute: Dispute = serde_json::from_value(body).unwrap();
            assert_eq!(map::card_dispute(&dispute).unwrap().funds, DisputeFunds::Reinstated);
        }
    }
}
