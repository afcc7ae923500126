//! What the ledger's table takes for one payment and one letter, in write units with index writes. The targets are 16
//! and 18; a change that costs more than today must say why.
use tests::{Sent, Telling, World};

#[tokio::test]
async fn a_payment_costs_little_and_its_duplicate_nothing() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    let before = world.write_units();
    world.when_card_payment("pi_1", "500.00", "INV-1001").await;
    let cost = world.write_units() - before;
    println!("a payment from notice to posted back: {cost} write units");
    assert!(cost > 0.0 && cost <= PAYMENT_UNITS_MAX, "{cost}");
    let before = world.write_units();
    world.when_notice("payment_intent.succeeded", "payment_intent", "pi_1").await;
    assert_eq!(world.write_units(), before, "a duplicate is free");
}

#[tokio::test]
async fn a_letter_costs_little_and_a_second_tick_nothing() {
    let mut world = World::new(Telling::Plain).await;
    world.given_larkspur().await;
    let before = world.write_units();
    // A Sunday: the tick claims its hour and asks for no decisions.
    world.when_tick("2026-03-15", "11:00").await;
    let tick = world.write_units() - before;
    let before = world.write_units();
    world.when_tick("2026-03-16", "11:00").await;
    assert_eq!(world.letters(), 1);
    world.when_letter_event("7", "2026-03-16", "ap@larkspur.example", Sent::Delivery).await;
    let cost = world.write_units() - before - tick;
    println!("a tick of 16 shards: {tick} write units");
    println!("a letter from decision to delivered: {cost} write units");
    assert!(cost > 0.0 && cost <= LETTER_UNITS_MAX, "{cost}");
    let before = world.write_units();
    world.when_tick("2026-03-16", "11:00").await;
    assert_eq!(world.write_units(), before, "a tick that comes again is free");
}

const PAYMENT_UNITS_MAX: f64 = 24.0;
const LETTER_UNITS_MAX: f64 = 34.0;
