use super::*;
use domain::money::{Currency, Money};
use domain::statement::{BankReferences, BookingStatus, Counterparty, Direction};

fn line(at: u32, booked_on: Option<&str>) -> StatementLine {
    StatementLine {
        entry_key: format!("key-{at}"),
        entry_number: at,
        detail_number: 1,
        booked_on: booked_on.map(|on| on.parse().unwrap()),
        valued_on: None,
        amount: Money::new(100, Currency::USD),
        direction: Direction::Credit,
        status: BookingStatus::Booked,
        is_reversal: false,
        return_reason: None,
        code: None,
        counterparty: Counterparty::default(),
        references: BankReferences::default(),
        remittance_text: vec![],
        remittances: vec![],
        instructed: None,
        additional_info: None,
    }
}

#[test]
fn a_line_without_a_date_is_named_and_never_dated_by_us() {
    let statement = BankStatement {
        account: "000123456789".into(),
        account_currency: None,
        statement_id: "S1".into(),
        sequence: None,
        created_on: None,
        from_on: None,
        to_on: None,
        opening_balance: None,
        closing_balance: None,
        lines: vec![line(1, Some("2026-03-16")), line(2, None)],
    };
    assert_eq!(incoming("a", &statement.lines[0]).unwrap().received_on, "2026-03-16".parse().unwrap());
    assert!(incoming("a", &statement.lines[1]).is_err());
    let why = "statement S1, entry 2: neither a value date nor a booking date";
    assert_eq!(undated(&[statement]).as_deref(), Some(why));
}
