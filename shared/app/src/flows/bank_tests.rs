use super::booking::{PaymentIds, incoming};
use super::*;
use domain::money::{Currency, Money};

fn line(at: u32, booked_on: Option<&str>) -> StatementLine {
    StatementLine {
        entry_key: format!("key-{at}"),
        booked_on: booked_on.map(|on| on.parse().unwrap()),
        ..StatementLine::new(at, Money::new(100, Currency::USD), Direction::Credit)
    }
}

#[test]
fn a_line_without_a_date_is_named_and_never_dated_by_us() {
    let mut statement = BankStatement::new(StatementKind::Final, "000123456789".into(), "S1".into());
    statement.lines = vec![line(1, Some("2026-03-16")), line(2, None)];
    let told = |line: &StatementLine| incoming("a", &PaymentIds::default().of("a", line), line);
    assert_eq!(told(&statement.lines[0]).unwrap().received_on, "2026-03-16".parse().unwrap());
    assert!(told(&statement.lines[1]).is_err());
    let why = "statement S1, entry 2: neither a value date nor a booking date";
    assert_eq!(undated(&[statement]).as_deref(), Some(why));
}

#[test]
fn one_booking_has_one_id_in_every_file_and_two_in_one_file_are_two() {
    let with_id = |entry: u32, id: &str| {
        let mut line = line(entry, Some("2026-03-16"));
        line.references.end_to_end_id = Some(id.into());
        line
    };
    let (here, there) = (with_id(1, "MB-2026-0311"), with_id(7, "MB-2026-0311"));
    let of = |line: &StatementLine| PaymentIds::default().of("a", line);
    assert_eq!(of(&here), of(&there));
    let mut ids = PaymentIds::default();
    assert_ne!(ids.of("a", &here), ids.of("a", &there));
    assert_ne!(of(&with_id(1, "RENT")), of(&with_id(7, "RENT")), "too plain to name a payment");
}
