//! BAI2, field by field, and what is refused.
use super::*;

const DAY: &str = include_str!("../fixtures/day.bai");

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

#[test]
fn reads_the_statement_of_an_account() {
    let file = read(DAY.as_bytes()).unwrap();
    assert_eq!((file.kind, file.message_id.as_deref()), (FileKind::Bai2, Some("121000248/77")));
    assert_eq!(file.gaps, []);
    let [day, interim] = file.statements.as_slice() else { panic!("{file:?}") };
    assert_eq!((day.kind, interim.kind), (StatementKind::Final, StatementKind::Interim));
    assert_eq!((day.account.as_str(), day.account_currency), ("000123456789", Some(Currency::USD)));
    assert_eq!((day.from_on, day.to_on), (on(2026, 3, 2), on(2026, 3, 2)));
    assert_eq!((day.opening_balance, day.closing_balance), (Some(usd(100_000)), Some(usd(231_050))));
    assert_eq!((day.lines.len(), interim.lines.len()), (5, 1));
}

#[test]
fn reads_every_field_of_a_wire() {
    let line = lines(DAY).remove(0);
    assert_eq!((line.entry_number, line.signed()), (1, usd(124_050)));
    assert_eq!((line.booked_on, line.valued_on), (on(2026, 3, 2), on(2026, 3, 3)));
    assert_eq!(
        (line.code, line.purpose, line.status),
        (some("195"), Purpose::Payment, BookingStatus::Booked)
    );
    assert_eq!(line.references.account_servicer, some("FED0417"));
    assert_eq!(line.references.instruction, some("QO-2026-17"));
    assert_eq!((line.references.end_to_end_id, line.references.cheque), (None, None));
    assert_eq!(line.remittance_text, ["QUAYSIDE OPTICS INC PAYING INV-1041, INV-1042 AND CREDIT CN-17"]);
    assert!(!line.is_reversal && line.return_reason.is_none());
}

#[test]
fn funds_types_take_their_fields_and_codes_their_meaning() {
    let lines = lines(DAY);
    let seen: Vec<_> = lines
        .iter()
        .map(|line| {
            (line.signed().minor(), line.judge(&NoCustomers::default()), line.remittance_text.join("|"))
        })
        .collect();
    let expected = [
        (124_050, LineJudgement::CustomerCredit, lines[0].remittance_text.join("|")),
        (20_000, LineJudgement::CustomerCredit, "LOCKBOX 9".to_owned()),
        (8_050, LineJudgement::CustomerCredit, "MARTEN BREWING CCD INV-1043".to_owned()),
        (-1_050, LineJudgement::Charge, "ACCOUNT ANALYSIS FEE".to_owned()),
        (-20_000, LineJudgement::Reversal, "ACH RETURN R01".to_owned()),
    ];
    assert_eq!(seen, expected);
    assert_eq!(lines[1].references.account_servicer, some("LBX9"));
    assert_eq!(
        (&lines[4].references.account_servicer, &lines[4].references.instruction),
        (&some("RET-5"), &some("HEN-41"))
    );
}

#[test]
fn minor_units_are_the_currency_s() {
    let yen = lines(&DAY.replacen("2359,USD", "2359,JPY", 1));
    assert_eq!(yen[0].amount, Money::new(124_050, Currency::JPY));
}

#[test]
fn equal_transactions_have_different_keys_and_the_same_again() {
    let keys = |text: &str| -> Vec<String> { lines(text).into_iter().map(|line| line.entry_key).collect() };
    let twice = DAY.replacen("16,142,8050", "16,142,8050,Z,,,MARTEN BREWING CCD INV-1043\n16,142,8050", 1);
    let found = keys(&twice);
    assert_ne!(found[2], found[3]);
    assert_eq!((&found[2], keys(&twice)), (&keys(DAY)[2], found.clone()));
}

#[test]
fn totals_that_do_not_add_up_and_corrections_are_told() {
    let gaps = |from: &str, to: &str| -> Vec<String> {
        assert!(DAY.contains(from), "{from}");
        let file = read(DAY.replacen(from, to, 1).as_bytes()).unwrap();
        file.gaps.iter().map(ToString::to_string).collect()
    };
    let found = gaps("49,677350,9", "49,677351,9");
    assert_eq!(
        found[0],
        "statement 1 (000123456789), line 11, 49: the control total is 677351, 9 records and the parts make 677350, 9 records"
    );
    assert!(
        gaps("16,115,20000", "16,115,20001").iter().any(|gap| gap.contains("closing balance")),
        "balances"
    );
    assert!(gaps("99,678349,2,18", "99,678349,2,17")[0].starts_with("line 18, 99: the control total"));
    let corrected = gaps("02,DUNLIN,121000248,1,260302", "02,DUNLIN,121000248,3,260302");
    assert_eq!(
        corrected,
        [
            "statement 1 (000123456789), line 11, 49: corrects or deletes what was reported before, which a person has to \
          look at"
        ]
    );
}

#[test]
fn what_does_not_read_is_refused_with_its_place() {
    let entry = "statement 1 (000123456789), entry 1, line 5, 16/";
    for (from, to, says) in [
        (
            "16,195,124050",
            "16,195,1240.50",
            format!("{entry}amount: \"1240.50\" is not a whole number of minor units"),
        ),
        (
            "16,195,124050",
            "16,195,-5",
            format!("{entry}amount: \"-5\" is not a decimal amount without a sign"),
        ),
        ("16,195", "16,795", format!("{entry}type: \"795\" is not a known code")),
        ("V,260303", "V,260332", format!("{entry}value date: \"260332\" is not a date")),
        ("V,260303", "Q,260303", format!("{entry}funds type: \"Q\" is not a known code")),
        ("1,260302,2359", "1,260352,2359", "line 2, 02/as-of date: \"260352\" is not a date".to_owned()),
        (
            "010,+100000",
            "010,x",
            "line 3, 03/amount of 010: \"x\" is not a whole number of minor units".to_owned(),
        ),
        ("USD,2/", "USD,9/", "line 2, 02/as-of-date modifier: \"9\" is not a known code".to_owned()),
        ("01,121000248", "16,121000248", "line 1, 16/01: is missing".to_owned()),
    ] {
        assert!(DAY.contains(from), "{from}");
        let error = crate::bank::bai2::parse(&DAY.replacen(from, to, 1)).unwrap_err().to_string();
        assert_eq!(error, says);
    }
    let open = DAY.replacen("49,677350,9/\n", "", 1);
    assert_eq!(
        read(open.as_bytes()).unwrap_err().to_string(),
        "statement 1 (000123456789), line 11, 98/49: is missing"
    );
}

#[test]
fn every_cut_is_refused_or_told() {
    let end = DAY.trim_end().len() - 1;
    for length in 0..end {
        let cut = read(&DAY.as_bytes()[..length]);
        assert!(cut.is_err() || !cut.unwrap().gaps.is_empty(), "{length} of {end} bytes");
    }
}
