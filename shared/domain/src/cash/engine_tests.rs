//! The rules on small ledgers of our own making.
use super::book::{Book, Discount, Document, DocumentKind, Party, PastPayment};
use super::engine::decide;
use super::incoming::{Direction, PaymentFacts, Rail};
use super::keys::{CustomerKey, DocumentKey, PaymentKey, of_document, of_name, of_payment};
use super::names::Name;
use super::number::DocumentNumber;
use super::policy::{MatchPolicy, NameList};
use super::verdict::{LineKind, Verdict};
use crate::ids::{CustomerId, InvoiceId, PaymentId};
use crate::money::{Currency, Money};
use chrono::NaiveDate;
use proptest::prelude::*;

#[derive(Default)]
struct Small {
    documents: Vec<Document>,
    parties: Vec<(Party, Vec<CustomerKey>)>,
    payments: Vec<PastPayment>,
}

impl Book for Small {
    fn documents(&self, key: &DocumentKey) -> Vec<&Document> {
        self.documents.iter().filter(|d| of_document(d).contains(key)).collect()
    }

    fn open_items(&self, customer: &CustomerId) -> Vec<&Document> {
        self.documents.iter().filter(|d| d.customer == *customer && d.is_open()).collect()
    }

    fn customers(&self, key: &CustomerKey) -> Vec<&Party> {
        let has =
            |(party, keys): &&(Party, Vec<CustomerKey>)| keys.contains(key) || of_name(party).contains(key);
        self.parties.iter().filter(has).map(|(party, _)| party).collect()
    }

    fn party(&self, customer: &CustomerId) -> Option<&Party> {
        self.parties.iter().map(|(party, _)| party).find(|party| party.id == *customer)
    }

    fn payments(&self, key: &PaymentKey) -> Vec<&PastPayment> {
        self.payments.iter().filter(|payment| of_payment(payment).contains(key)).collect()
    }
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn invoice(number: &str, customer: &str, minor: i64) -> Document {
    Document {
        id: InvoiceId::new(number),
        kind: DocumentKind::Invoice,
        number: DocumentNumber::new(number, day(2, 1)),
        customer: CustomerId::new(customer),
        issued_on: day(2, 1),
        due_on: day(3, 1),
        amount: eur(minor),
        open: eur(minor),
        discount: None,
        purchase_order: None,
        payment_reference: None,
        stripe_id: None,
    }
}

fn credit(number: &str, customer: &str, minor: i64) -> Document {
    Document { kind: DocumentKind::CreditMemo, ..invoice(number, customer, minor) }
}

fn party(id: &str, name: &str) -> (Party, Vec<CustomerKey>) {
    let party =
        Party { id: CustomerId::new(id), name: Name::read(name), parent: None, subsidiaries: Vec::new() };
    (party, vec![CustomerKey::Account(format!("account of {id}"))])
}

/// Ahorn owes three invoices and has a credit memo; Birke, a stranger, owes one.
fn small() -> Small {
    Small {
        documents: vec![
            invoice("RG2026/04711", "ahorn", 500_00),
            invoice("RG2026/04712", "ahorn", 300_10),
            invoice("RG2026/04790", "ahorn", 90_00),
            credit("GU00031", "ahorn", 20_00),
            invoice("RG2026/05555", "birke", 777_00),
        ],
        parties: vec![party("ahorn", "Ahorn Möbel GmbH"), party("birke", "Birke Textil AG")],
        payments: Vec::new(),
    }
}

fn paid(minor: i64, text: &str) -> PaymentFacts {
    PaymentFacts {
        provider_id: "new".into(),
        source: "bank:camt.053".into(),
        rail: Rail::Sepa,
        direction: Direction::Credit,
        amount: eur(minor),
        value_on: day(3, 2),
        instructed: None,
        payer_name: Some("AHORN MOEBEL GMBH".into()),
        payer_account: Some("account of ahorn".into()),
        payer_email: None,
        text: text.into(),
        structured_reference: None,
        end_to_end_id: None,
        check_number: None,
        stripe_customer: None,
        stripe_invoice: None,
        metadata: Vec::new(),
        related_id: None,
    }
}

/// "rule: number amount kind, …", or why not.
fn shown(book: &Small, payment: &PaymentFacts) -> String {
    let policy = MatchPolicy { fee_percent: 5, ..MatchPolicy::default() };
    match decide(payment, &policy, book).verdict {
        Verdict::Apply { lines, unapplied, evidence, .. } => {
            let kind = |kind| match kind {
                LineKind::Payment => "",
                LineKind::Discount => " discount",
                LineKind::FeeWriteoff => " written off",
                LineKind::CreditMemo => " credit",
            };
            let mut said: Vec<String> = lines
                .iter()
                .map(|l| format!("{} {}{}", l.document, l.amount.to_decimal(), kind(l.kind)))
                .collect();
            if !unapplied.is_zero() {
                said.push(format!("unapplied {}", unapplied.to_decimal()));
            }
            format!("{}: {}", evidence.rule, said.join(", "))
        }
        Verdict::Review { why, .. } => format!("review: {why}"),
        Verdict::Ignore { why, .. } => format!("ignore: {why}"),
        Verdict::Reverse { of, amount, evidence } => {
            format!("{}: {of} {}", evidence.rule, amount.to_decimal())
        }
    }
}

#[test]
fn numbers_are_read_in_every_spelling() {
    for text in [
        "RG2026/04711",
        "rg 2026 4711",
        "Rechnung 04711",
        "Re-Nr. 4711, Auftrag 4712",
        "ZAHLUNGRG2026/04711VOM0203",
        "?20Ahorn RG2026/047?2111",
        "RG2026/0471l",
        "RG2026/047",
        "RG2026/04171",
    ] {
        let said = shown(&small(), &paid(500_00, text));
        assert!(said.ends_with(": RG2026/04711 500.00"), "{text}: {said}");
    }
}

#[test]
fn a_difference_needs_a_reason() {
    let said = |minor, text: &str| shown(&small(), &paid(minor, text));
    assert_eq!(
        said(499_97, "RG2026/04711"),
        "named-within-rounding: RG2026/04711 499.97, RG2026/04711 0.03 written off"
    );
    assert_eq!(
        said(490_00, "RG2026/04711"),
        "named-less-fee: RG2026/04711 490.00, RG2026/04711 10.00 written off"
    );
    assert_eq!(said(490_00, "RG2026/04711 abzgl. 10,00 Bruch"), "named-part: RG2026/04711 490.00");
    assert_eq!(said(480_00, "RG2026/04711"), "named-less-credit: RG2026/04711 500.00, GU00031 20.00 credit");
    assert_eq!(
        said(480_00, "RG2026/04711 ./. GU00031"),
        "named-in-full: RG2026/04711 500.00, GU00031 20.00 credit"
    );
    assert_eq!(said(123_00, "RG2026/04711"), "named-in-part: RG2026/04711 123.00");
    assert_eq!(said(510_00, "RG2026/04711"), "named-overpaid: RG2026/04711 500.00, unapplied 10.00");
    assert!(said(300_10, "RG2026/04711").starts_with("review: another open invoice is EUR 300.10 exactly"));
}

#[test]
fn lists_are_read_to_their_end() {
    let said = |minor, text: &str| shown(&small(), &paid(minor, text));
    let both = "named-in-full: RG2026/04711 500.00, RG2026/04712 300.10";
    assert_eq!(said(800_10, "RG2026/04711 und RG2026/04712"), both);
    assert_eq!(said(800_10, "RG2026/04711, 12"), both);
    assert!(said(890_10, "RG2026/04711 - RG2026/04790").starts_with("named-range"));
    assert!(
        said(590_00, "RG2026/04711 und 1 weitere")
            .starts_with("named-list-goes-on: RG2026/04711 500.00, RG2026/04790")
    );
    assert_eq!(
        said(700_00, "RG2026/04711 450,00; RG2026/04712 250,00"),
        "named-with-amounts: RG2026/04711 450.00, RG2026/04712 250.00"
    );
    assert!(said(700_00, "RG2026/04711 und RG2026/04712").starts_with("review"));
}

#[test]
fn a_discount_is_earned_in_time_and_once() {
    let mut book = small();
    book.documents[0].discount = Some(Discount { basis_points: 200, days: 10 });
    let in_time = PaymentFacts { value_on: day(2, 14), ..paid(490_00, "RG2026/04711") };
    assert_eq!(
        shown(&book, &in_time),
        "named-less-discount: RG2026/04711 490.00, RG2026/04711 10.00 discount"
    );
    let late = PaymentFacts { value_on: day(2, 15), rail: Rail::Ach, ..in_time.clone() };
    assert_eq!(shown(&book, &late), "named-in-part: RG2026/04711 490.00");
    book.documents[0].open = eur(499_00);
    assert!(!shown(&book, &in_time).contains("discount"), "part of it was paid before");
}

#[test]
fn without_a_reference_exactly_one_explanation_must_fit() {
    let said = |minor| shown(&small(), &paid(minor, "danke"));
    assert_eq!(said(300_10), "payer-one-invoice: RG2026/04712 300.10");
    assert_eq!(said(590_00), "payer-only-set: RG2026/04711 500.00, RG2026/04790 90.00");
    assert!(said(890_10).starts_with("payer-statement"));
    assert!(said(123_45).starts_with("review"));
    let mut book = small();
    book.documents.push(invoice("RG2026/04800", "ahorn", 300_10));
    assert!(shown(&book, &paid(300_10, "danke")).starts_with("review: 2 open invoices fit"));
    let stranger = PaymentFacts {
        payer_name: Some("Zeder Holz KG".into()),
        payer_account: None,
        ..paid(300_10, "danke")
    };
    assert!(shown(&small(), &stranger).starts_with("review: the payer is unknown"));
}

#[test]
fn who_pays_for_others_must_say_so() {
    let said = |minor, text: &str| shown(&small(), &paid(minor, text));
    assert!(said(777_00, "RG2026/05555").starts_with("review: names RG2026/05555 of another customer"));
    let mut book = small();
    book.parties[0].0.subsidiaries = vec![CustomerId::new("birke")];
    assert_eq!(shown(&book, &paid(777_00, "RG2026/05555")), "named-in-full: RG2026/05555 777.00");
    let policy = MatchPolicy { processors: NameList::new(["SAMMELPAY GMBH"]), ..MatchPolicy::default() };
    let collected = PaymentFacts {
        payer_name: Some("SAMMELPAY GMBH".into()),
        ..paid(777_00, "im Auftrag von Birke Textil AG 05555")
    };
    assert!(
        matches!(decide(&collected, &policy, &small()).verdict, Verdict::Apply { customer, .. } if customer.as_str() == "birke")
    );
}

fn past(id: &str, provider_id: &str, minor: i64) -> PastPayment {
    PastPayment {
        id: PaymentId::new(id),
        provider_id: provider_id.into(),
        source: "bank:camt.052".into(),
        amount: eur(minor),
        value_on: day(3, 2),
        end_to_end_id: Some("E2E-2026-1".into()),
        check_number: None,
        payer_name: Some("Ahorn Möbel GmbH".into()),
        payer_account: Some("account of ahorn".into()),
        customer: Some(CustomerId::new("ahorn")),
        settles: vec![(InvoiceId::new("RG2026/04711"), eur(minor))],
        named: Vec::new(),
        unapplied: eur(0),
        reversed: eur(0),
    }
}

#[test]
fn the_same_money_is_booked_once() {
    let mut book = small();
    book.payments.push(past("first", "seen", 500_00));
    let again = PaymentFacts { provider_id: "seen".into(), text: "other words".into(), ..paid(500_00, "") };
    assert!(shown(&book, &again).starts_with("ignore: delivered before"));
    let other_amount = PaymentFacts { amount: eur(300_10), ..again };
    assert!(shown(&book, &other_amount).starts_with("review"));
    let told = PaymentFacts { end_to_end_id: Some("E2E-2026-1".into()), ..paid(500_00, "RG2026/04711") };
    assert!(shown(&book, &told).starts_with("ignore: told before"));
    let next_day = PaymentFacts { value_on: day(3, 3), ..told };
    assert!(!shown(&book, &next_day).starts_with("ignore"), "a real second payment");
}

#[test]
fn money_that_goes_back_finds_its_payment() {
    let mut book = small();
    book.payments.push(past("first", "seen", 500_00));
    let back = |text: &str| PaymentFacts { direction: Direction::Debit, ..paid(500_00, text) };
    let related = PaymentFacts { related_id: Some("seen".into()), ..back("") };
    assert_eq!(shown(&book, &related), "reversal-related: first 500.00");
    assert_eq!(shown(&book, &back("Rueckzahlung RG2026/04711")), "reversal-invoice: first 500.00");
    assert_eq!(shown(&book, &back("RETURN 2026-03-02")), "reversal-payer-amount: first 500.00");
    book.payments[0].reversed = eur(500_00);
    assert!(shown(&book, &related).starts_with("review"), "it went back already");
    let rent = PaymentFacts { payer_name: Some("Landlord".into()), payer_account: None, ..back("rent") };
    assert!(shown(&book, &rent).starts_with("ignore"));
}

#[test]
fn an_advance_waits_for_its_invoice() {
    assert_eq!(
        shown(&small(), &paid(1_000_00, "Vorkasse Bestellung 88123")),
        "prepayment: unapplied 1000.00"
    );
}

proptest! {
    /// Whatever is paid with whatever text: cash is conserved, and nothing is settled beyond what is open.
    #[test]
    fn money_is_conserved(
        minor in 1i64..120_000,
        text in "(RG2026/0(4711|4712|4790|5555)|GU00031|04711|, |\\+ 1 more|abzgl\\. 2% Skonto|Teil| [0-9]{1,6}|[A-Za-z. ]){0,8}",
        known in any::<bool>(),
    ) {
        let mut payment = paid(minor, &text);
        if !known {
            payment.payer_account = None;
            payment.payer_name = None;
        }
        let book = small();
        if let Verdict::Apply { lines, unapplied, .. } = decide(&payment, &MatchPolicy::default(), &book).verdict {
            let of = |kind| lines.iter().filter(|line| line.kind == kind).map(|line| line.amount.minor()).sum::<i64>();
            prop_assert_eq!(minor, of(LineKind::Payment) - of(LineKind::CreditMemo) + unapplied.minor());
            prop_assert!(!unapplied.is_negative());
            for document in &book.documents {
                let lines = lines.iter().filter(|line| line.document == document.id);
                prop_assert!(lines.map(|line| line.amount.minor()).sum::<i64>() <= document.open.minor());
            }
        }
    }

    #[test]
    fn any_text_is_decided(text in "\\PC{0,200}") {
        let _ = decide(&paid(500_00, &text), &MatchPolicy::default(), &small());
    }
}
