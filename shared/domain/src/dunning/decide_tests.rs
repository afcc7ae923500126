use super::*;
use crate::customer::{AddressStatus, Contact, Customer, Pause, PauseReason};
use crate::dates::plus_days;
use crate::dunning::policy::tests::four_levels;
use crate::ids::{CustomerId, DisputeId, EntityId, ExternalRef, LetterId, PaymentId, PromiseId};
use crate::in_flight::{DebitInFlight, FundsHeld};
use crate::invoice::{Contested, ExternalVersion, OpenDispute, RefundToDecide, SentLevel};
use crate::money::Currency;
use crate::promise::ActivePromise;
use crate::sealed::{LookupHash, Sealed};
use chrono::NaiveDate;
use proptest::prelude::*;

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, d).unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn version() -> ExternalVersion {
    ExternalVersion { token: "0".into(), updated_at: "2026-01-01T00:00:00Z".parse().unwrap() }
}

fn invoice(number: &str, due_on: NaiveDate, open: i64) -> Invoice {
    Invoice {
        entity: EntityId::new("main"),
        id: InvoiceId::new(number),
        external_ref: ExternalRef::new("qbo", number),
        external_version: version(),
        customer: CustomerId::new("c"),
        number: number.into(),
        issued_on: due_on,
        due_on: Some(due_on),
        original: usd(open),
        applied: usd(0),
        credited: usd(0),
        discounted: usd(0),
        written_off: usd(0),
        ledger_balance: usd(open),
        is_voided: false,
        settled: vec![],
        refunds_to_decide: vec![],
        contested: vec![],
        promise: None,
        kept_promise: None,
        broken_promises: 0,
        dispute: None,
        letters: vec![],
    }
}

/// Monday 16 March 2026, ten o'clock; one invoice four days past due.
fn facts() -> DunningFacts {
    let contact = Contact {
        id: ContactId::new("a"),
        email: Sealed("x".into()),
        email_hash: LookupHash("h".into()),
        status: AddressStatus::Usable,
    };
    let customer = Customer {
        entity: EntityId::new("main"),
        id: CustomerId::new("c"),
        external_ref: ExternalRef::new("qbo", "1"),
        external_version: version(),
        name: Sealed("n".into()),
        is_active: true,
        contacts: vec![contact],
        pauses: vec![],
        contacted_on: vec![],
        letter_in_hand: None,
        debits_in_flight: vec![],
        funds_held: vec![],
        last_decision: None,
    };
    let invoices = vec![invoice("INV-1", day(12), 100_00)];
    DunningFacts { customer, invoices, unapplied: vec![], today: day(16), hour: 10, is_sending: true }
}

fn decided(facts: &DunningFacts) -> DunningDecision {
    decide(facts, &four_levels()).unwrap()
}

fn hold(change: impl FnOnce(&mut DunningFacts)) -> String {
    let mut facts = facts();
    change(&mut facts);
    match decided(&facts) {
        DunningDecision::NotNow(held) => {
            held.iter().map(|(_, hold)| hold.to_string()).collect::<Vec<_>>().join("; ")
        }
        other => format!("{other:?}"),
    }
}

fn letter(facts: &DunningFacts) -> PlannedLetter {
    match decided(facts) {
        DunningDecision::Send(letter) => letter,
        other => panic!("{other:?}"),
    }
}

fn sent(level: u8, on: NaiveDate) -> SentLevel {
    SentLevel { level, letter: LetterId::new("l"), on }
}

#[test]
fn the_first_letter_is_level_one_however_old_the_debt() {
    assert_eq!(letter(&facts()).level, 1);
    let mut old = facts();
    old.invoices[0].due_on = Some(plus_days(day(1), 0));
    old.today = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
    assert_eq!((letter(&old).level, letter(&old).tone), (1, Tone::Friendly));
}

#[test]
fn levels_follow_recorded_sends() {
    let mut facts = facts();
    facts.today = day(30);
    facts.invoices[0].letters = vec![sent(1, day(16))];
    facts.customer.contacted_on = vec![day(16)];
    assert_eq!(letter(&facts).level, 2);
    facts.invoices[0].letters.push(sent(4, day(20)));
    assert!(matches!(decided(&facts), DunningDecision::NotNow(held) if held[0].1 == Hold::AllLevelsSent));
}

#[test]
fn due_today_is_not_overdue_and_two_days_are_too_few() {
    let mut today = facts();
    today.invoices[0].due_on = Some(today.today);
    assert_eq!(decided(&today), DunningDecision::Clear);
    assert_eq!(hold(|f| f.invoices[0].due_on = Some(day(14))), "next level at 3 days past due");
}

#[test]
fn every_hold_has_its_name() {
    let promise = ActivePromise {
        id: PromiseId::new("p"),
        amount: usd(1),
        on: day(20),
        tolerance_days: 2,
        applied_before: usd(0),
        made_on: day(13),
    };
    let dispute =
        OpenDispute { id: DisputeId::new("d"), reason: "pricing".into(), opened_on: day(13), until: None };
    assert_eq!(hold(|f| f.invoices[0].promise = Some(promise)), "promise until 2026-03-22");
    assert_eq!(hold(|f| f.invoices[0].dispute = Some(dispute)), "dispute");
    assert_eq!(hold(|f| f.invoices[0].ledger_balance = usd(0)), "settled in the ledger");
    assert_eq!(hold(|f| f.unapplied = vec![usd(60_00), usd(40_00)]), "paid");
    assert_eq!(hold(|f| f.customer.contacts.clear()), "no address");
    assert_eq!(hold(|f| f.customer.contacts[0].status = AddressStatus::OptedOut { on: day(1) }), "opt-out");
    assert_eq!(
        hold(|f| f.customer.contacts[0].status = AddressStatus::Bounced { on: day(1) }),
        "address bounced"
    );
    assert_eq!(hold(|f| f.customer.contacted_on = vec![day(13)]), "too recent, last letter 2026-03-13");
    assert_eq!(hold(|f| f.customer.letter_in_hand = Some(LetterId::new("l"))), "a letter is on its way");
    assert_eq!(hold(|f| f.is_sending = false), "sending is off");
    assert_eq!(hold(|f| f.invoices[0].original = usd(99)), "below the minimum amount");
    let pause = Pause { reason: PauseReason::ReplyToRead, since: day(15), until: None };
    assert_eq!(hold(|f| f.customer.pauses = vec![pause]), "a reply waits to be read");
}

#[test]
fn a_refund_or_a_card_dispute_holds_its_part_only() {
    let refund = |amount| RefundToDecide {
        payment: PaymentId::new("p"),
        refund: "re_1".into(),
        amount: usd(amount),
        choice: None,
    };
    assert_eq!(hold(|f| f.invoices[0].refunds_to_decide = vec![refund(100_00)]), "refund to decide");
    let contested = Contested { payment: PaymentId::new("p"), dispute: "dp_1".into(), amount: usd(100_00) };
    assert_eq!(hold(|f| f.invoices[0].contested = vec![contested]), "card dispute");
    let mut part = facts();
    part.invoices[0].refunds_to_decide = vec![refund(30_00)];
    assert_eq!(letter(&part).total, usd(70_00));
}

#[test]
fn unapplied_cash_is_named_and_never_mixed_between_currencies() {
    let mut facts = facts();
    facts.unapplied = vec![usd(30_00), Money::new(100_000_00, Currency::EUR)];
    let letter = letter(&facts);
    assert_eq!((letter.total, letter.unassigned), (usd(100_00), usd(30_00)));
}

#[test]
fn a_debit_in_flight_holds_everything_until_its_time_is_over() {
    let debit = |until| DebitInFlight { payment: PaymentId::new("p"), amount: usd(1_00), until };
    let in_flight = |until| hold(|f| f.customer.debits_in_flight = vec![debit(until)]);
    assert_eq!(in_flight(day(16)), "debit in flight, until 2026-03-16 at most");
    let mut over = facts();
    over.customer.debits_in_flight = vec![debit(day(15))];
    assert_eq!(letter(&over).total, usd(100_00));
}

#[test]
fn funds_held_at_the_provider_count_like_unapplied_cash() {
    let held = |minor, ccy| FundsHeld { holder: "stripe:cus_1".into(), amount: Money::new(minor, ccy) };
    let covered = |f: &mut DunningFacts| {
        f.unapplied = vec![usd(60_00)];
        f.customer.funds_held = vec![held(40_00, Currency::USD)];
    };
    assert_eq!(hold(covered), "funds held at the payment provider");
    let mut part = facts();
    part.customer.funds_held = vec![held(30_00, Currency::USD), held(100_000_00, Currency::EUR)];
    assert_eq!((letter(&part).total, letter(&part).unassigned), (usd(100_00), usd(30_00)));
}

#[test]
fn a_hold_on_one_invoice_does_not_stop_the_others() {
    let mut facts = facts();
    facts.invoices.push(invoice("INV-2", day(10), 50_00));
    facts.invoices[1].ledger_balance = usd(0);
    assert_eq!(letter(&facts).items.len(), 1);
}

#[test]
fn letters_leave_in_office_hours_on_weekdays() {
    let later = |change: fn(&mut DunningFacts)| {
        let mut facts = facts();
        change(&mut facts);
        decided(&facts) == DunningDecision::LaterToday
    };
    assert!(later(|f| f.hour = 7) && later(|f| f.hour = 18) && later(|f| f.today = day(21)));
}

#[test]
fn many_old_items_that_reach_no_level_do_not_hold_up_the_newer_ones() {
    let mut facts = facts();
    facts.invoices = (0..70).map(|at| invoice(&format!("INV-{at:03}"), day(1), 100)).collect();
    for old in facts.invoices.iter_mut().take(65) {
        old.letters = (1..=4).map(|level| sent(level, day(1))).collect();
    }
    for new in facts.invoices.iter_mut().skip(65) {
        new.due_on = Some(day(2));
    }
    let DunningDecision::Send(letter) = decided(&facts) else { panic!("{:?}", decided(&facts)) };
    assert_eq!((letter.level, letter.items.len()), (1, 60));
    let newer = letter.items.iter().filter(|item| item.level == 1).count();
    assert_eq!(newer, 5, "each of them reaches its level by this letter");
    facts.invoices.truncate(65);
    let DunningDecision::NotNow(held) = decided(&facts) else { panic!("{:?}", decided(&facts)) };
    assert!(held.len() == 65 && held.iter().all(|(_, hold)| *hold == Hold::AllLevelsSent), "{held:?}");
}

/// One of the ways in which an invoice is not to be chased, or 0 for none.
fn held_by(mut invoice: Invoice, how: u8) -> Invoice {
    let open = invoice.original;
    match how {
        1 => {
            let (id, on) = (PromiseId::new("p"), day(1));
            let (amount, applied_before) = (usd(1), usd(0));
            let made_on = day(1);
            invoice.promise =
                Some(ActivePromise { id, amount, on, tolerance_days: 2, applied_before, made_on });
        }
        2 => {
            let (id, opened_on) = (DisputeId::new("d"), day(13));
            invoice.dispute = Some(OpenDispute { id, reason: "pricing".into(), opened_on, until: None });
        }
        3 => {
            let (payment, refund) = (PaymentId::new("p"), "re_1".into());
            invoice.refunds_to_decide = vec![RefundToDecide { payment, refund, amount: open, choice: None }];
        }
        4 => {
            let (payment, dispute) = (PaymentId::new("p"), "dp_1".into());
            invoice.contested = vec![Contested { payment, dispute, amount: open }];
        }
        5 => invoice.ledger_balance = usd(0),
        6 => invoice.is_voided = true,
        7 => invoice.due_on = None,
        8 => invoice.due_on = Some(day(16)),
        _ => {}
    }
    invoice
}

proptest! {
    #[test]
    fn no_letter_lists_what_is_held_or_more_than_is_owed(
        invoices in prop::collection::vec((0_u8..12, 1_u32..17, 1_i64..500_00, 0_u8..5), 1..8),
        unapplied in 0_i64..500_00,
        is_euro in any::<bool>(),
    ) {
        let mut facts = facts();
        facts.unapplied = vec![Money::new(unapplied, if is_euro { Currency::EUR } else { Currency::USD })];
        facts.invoices = invoices
            .iter()
            .enumerate()
            .map(|(at, (how, due, minor, level))| {
                let mut invoice = held_by(invoice(&format!("INV-{at}"), day(*due), *minor), *how);
                invoice.letters = (1..=*level).map(|level| sent(level, day(1))).collect();
                invoice
            })
            .collect();
        let find = |id: &InvoiceId| facts.invoices.iter().find(|invoice| invoice.id == *id).unwrap();
        match decided(&facts) {
            DunningDecision::Send(letter) => {
                for item in &letter.items {
                    let invoice = find(&item.invoice);
                    prop_assert_eq!(holds::on_invoice(invoice, facts.today).unwrap(), None);
                    prop_assert_eq!(item.amount, invoice.chaseable().unwrap());
                    prop_assert!(item.amount.is_positive() && is_overdue(invoice, &facts));
                }
                let sum = Money::sum(Currency::USD, letter.items.iter().map(|item| item.amount)).unwrap();
                prop_assert_eq!(letter.total, sum);
                prop_assert!(letter.unassigned.minor() < letter.total.minor());
            }
            DunningDecision::NotNow(held) => {
                let overdue = facts.invoices.iter().filter(|i| is_overdue(i, &facts)).count();
                prop_assert_eq!(held.len(), overdue, "each overdue item has its hold: {:?}", held);
            }
            DunningDecision::Clear => prop_assert!(facts.invoices.iter().all(|i| !is_overdue(i, &facts))),
            DunningDecision::LaterToday => prop_assert!(false, "it is ten o'clock on a Monday"),
        }
    }
}
