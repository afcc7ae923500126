use super::*;

fn line() -> StatementLine {
    StatementLine {
        booked_on: NaiveDate::from_ymd_opt(2026, 3, 2),
        counterparty: Counterparty { name: Some("Marten Brewing GmbH".into()), ..Counterparty::default() },
        remittance_text: vec!["INV-1041".into()],
        ..StatementLine::new(1, Money::new(12_500, Currency::EUR), Direction::Credit)
    }
}

fn judged(change: impl FnOnce(&mut StatementLine)) -> LineJudgement {
    let mut line = line();
    change(&mut line);
    line.judge(&NoCustomers {
        payouts: PayoutOriginators::new(["Stripe", "ADYEN N.V."]),
        own_accounts: vec!["DE75512108001245126199".into()],
    })
}

fn paid_by(name: &str) -> LineJudgement {
    judged(|line| line.counterparty.name = Some(name.into()))
}

#[test]
fn only_booked_money_in_from_a_customer_is_a_customer_credit() {
    assert_eq!(judged(|_| ()), LineJudgement::CustomerCredit);
    assert_eq!(judged(|line| line.status = BookingStatus::Pending), LineJudgement::NotBooked);
    assert_eq!(judged(|line| line.status = BookingStatus::Info), LineJudgement::NotBooked);
    assert_eq!(judged(|line| line.amount = Money::zero(Currency::EUR)), LineJudgement::NotBooked);
    assert_eq!(judged(|line| line.direction = Direction::Debit), LineJudgement::Debit);
    assert_eq!(judged(|line| line.is_reversal = true), LineJudgement::Reversal);
    assert_eq!(judged(|line| line.return_reason = Some("AC04".into())), LineJudgement::Reversal);
    assert_eq!(line().judge(&NoCustomers::default()), LineJudgement::CustomerCredit);
}

#[test]
fn charges_interest_own_transfers_and_returns_are_no_customer_credits() {
    for (purpose, judgement) in [
        (Purpose::Charge, LineJudgement::Charge),
        (Purpose::Interest, LineJudgement::Interest),
        (Purpose::OwnTransfer, LineJudgement::OwnTransfer),
        (Purpose::Return, LineJudgement::Reversal),
    ] {
        assert_eq!(judged(|line| line.purpose = purpose), judgement);
    }
    let own = |line: &mut StatementLine| line.counterparty.account = Some("DE75512108001245126199".into());
    assert_eq!(judged(own), LineJudgement::OwnTransfer);
}

#[test]
fn a_booking_is_named_by_a_specific_end_to_end_id_only() {
    let key = |id: &str| {
        let mut line = line();
        line.references.end_to_end_id = Some(id.into());
        line.booking_key("DE00")
    };
    assert_eq!(key("MB-2026-0311").unwrap(), ["DE00", "MB-2026-0311", "EUR 125.00", "2026-03-02"]);
    for plain in ["RENT", "1", "MARCH-26", "00000000", "PAYMENT"] {
        assert_eq!(key(plain), None, "{plain}");
    }
    assert_eq!(line().booking_key("DE00"), None);
}

#[test]
fn an_account_number_names_a_payer_only_together_with_its_bank() {
    let key = |account: &str, bank: Option<&str>| {
        let (account, bank) = (Some(account.to_owned()), bank.map(str::to_owned));
        Counterparty { account, bank, ..Counterparty::default() }.account_key()
    };
    assert_eq!(key("DE02120300000000202051", None).unwrap(), "DE02120300000000202051");
    assert_eq!(key("DE03120300000000202051", None), None, "the check digits are wrong");
    assert_eq!(key("202051", Some("12030000")).unwrap(), "12030000/202051");
}

#[test]
fn a_payout_is_known_by_whole_words() {
    assert_eq!(paid_by("STRIPE"), LineJudgement::Payout);
    assert_eq!(paid_by("Stripe Payments Europe, Ltd"), LineJudgement::Payout);
    assert_eq!(paid_by("adyen n v"), LineJudgement::Payout);
    assert_eq!(paid_by("Stripes Carpets Ltd"), LineJudgement::CustomerCredit);
    assert_eq!(paid_by("Blue Stripe Ltd"), LineJudgement::CustomerCredit);
    assert!(!PayoutOriginators::new(["", " - "]).has("anyone"), "an empty name matches nobody");
}

#[test]
fn the_party_behind_or_the_text_may_name_the_processor() {
    let behind = judged(|line| line.counterparty.ultimate_name = Some("Stripe".into()));
    assert_eq!(behind, LineJudgement::Payout);
    let text = |line: &mut StatementLine| line.remittance_text = vec!["STRIPE TRANSFER ST-J4K2".into()];
    assert_eq!(judged(text), LineJudgement::CustomerCredit, "a named payer outweighs its text");
    let unnamed = judged(|line| {
        text(line);
        line.counterparty.name = None;
    });
    assert_eq!(unnamed, LineJudgement::Payout);
}

#[test]
fn equal_entries_get_different_keys_and_the_same_again() {
    let keys = || {
        let mut keys = EntryKeys::default();
        [keys.next(&["a", "bc"]), keys.next(&["a", "bc"]), keys.next(&["ab", "c"])]
    };
    let [first, second, other] = keys();
    assert!(first != second && first != other && second != other);
    assert_eq!(keys(), [first, second, other]);
}

#[test]
fn a_statement_ties_or_tells_the_gap() {
    let mut statement = BankStatement::new(StatementKind::Final, "DE00".into(), "1".into());
    assert_eq!(statement.balance_gap(), None);
    statement.opening_balance = Some(Money::new(-2_500, Currency::EUR));
    statement.closing_balance = Some(Money::new(10_000, Currency::EUR));
    statement.lines = vec![line()];
    assert_eq!(statement.balance_gap(), Some(Money::zero(Currency::EUR)));
    statement.lines.push(StatementLine { direction: Direction::Debit, ..line() });
    assert_eq!(statement.balance_gap(), Some(Money::new(12_500, Currency::EUR)));
    statement.lines.push(StatementLine { amount: Money::new(1, Currency::USD), ..line() });
    assert_eq!(statement.balance_gap(), None, "currencies are never added");
}
