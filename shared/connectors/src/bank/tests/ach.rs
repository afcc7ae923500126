//! ACH files, field by field, and what is refused.
use super::*;

const RETURNS: &str = include_str!("../fixtures/returns.ach");
const CTX: &str = include_str!("../fixtures/ctx.ach");

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

#[test]
fn reads_returns_and_notices_of_change() {
    let file = read(RETURNS.as_bytes()).unwrap();
    assert_eq!((file.kind, file.message_id.as_deref()), (FileKind::Nacha, Some("123456789/260303/0400/A")));
    assert_eq!(file.gaps, []);
    let [returns, changes] = file.statements.as_slice() else { panic!("{file:?}") };
    assert_eq!((returns.kind, changes.kind), (StatementKind::Final, StatementKind::Notice));
    assert_eq!(returns.account, "1234567890");
    let [debit, credit] = returns.lines.as_slice() else { panic!("{returns:?}") };
    assert_eq!((debit.signed(), credit.signed()), (usd(-20_000), usd(1_500)));
    assert_eq!((debit.booked_on, debit.valued_on), (on(2026, 3, 2), on(2026, 3, 2)));
    assert_eq!((&debit.code, &debit.return_reason), (&some("PPD-26"), &some("R01")));
    assert_eq!(debit.judge(&NoCustomers::default()), LineJudgement::Reversal);
    assert_eq!(debit.references.instruction, some("HEN-2026-41"));
    assert_eq!(debit.references.transaction, some("121000240000007"), "the entry that came back");
    assert_eq!(debit.references.account_servicer, some("091400600000041"));
    assert_eq!(debit.counterparty.name, some("HENNIG DRUCKE"));
    assert_eq!(debit.counterparty.account_key(), some("091400606/202051"));
    assert_eq!(debit.additional_info, some("NOT SUFFICIENT FUNDS"));
    let change = &changes.lines[0];
    assert_eq!((change.status, change.amount), (BookingStatus::Info, usd(0)));
    assert_eq!(change.additional_info, some("C01 1918171614"));
}

#[test]
fn reads_the_advice_of_a_corporate_payment() {
    let file = read(CTX.as_bytes()).unwrap();
    assert_eq!(file.gaps, []);
    let line = &file.statements[0].lines[0];
    assert_eq!((file.statements[0].kind, line.signed()), (StatementKind::Notice, usd(195_000)));
    assert_eq!(line.counterparty.name, some("QUAYSIDE OPTICS"));
    assert_eq!(line.counterparty.ultimate_name, some("QUAYSIDE OPTICS"));
    assert_eq!(line.references.end_to_end_id, some("PAY-4711"));
    let documents: Vec<_> = line
        .remittances
        .iter()
        .map(|document| (document.document_number.clone().unwrap(), document.remitted))
        .collect();
    let expected = [("INV-1041".to_owned(), Some(usd(100_000))), ("INV-1042".to_owned(), Some(usd(95_000)))];
    assert_eq!(documents, expected);
    assert_eq!(line.remittances[1].discount, Some(usd(1_939)));
    let [plain, prenote] = file.statements[1].lines.as_slice() else { panic!("{file:?}") };
    assert_eq!(
        (plain.signed(), &plain.remittance_text),
        (usd(8_050), &vec!["INV-1043 thank you".to_owned()])
    );
    assert_eq!(prenote.status, BookingStatus::Info);
}

#[test]
fn totals_that_do_not_add_up_are_told() {
    let changed = RETURNS.replacen("0000020000HEN", "0000020001HEN", 1);
    let gaps: Vec<String> = read(changed.as_bytes()).unwrap().gaps.iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps[0],
        "statement 1 (1234567890), line 7, 8: the control total is 4 records, hash 18280120, debits 20000, credits 1500 \
         and the parts make 4 records, hash 18280120, debits 20001, credits 1500"
    );
    assert_eq!(gaps.len(), 2, "the file's too");
}

#[test]
fn what_does_not_read_is_refused_with_its_place() {
    let at = "statement 1 (1234567890), ";
    for (from, to, says) in [
        (
            "0000020000HEN",
            "00000200.0HEN",
            format!("{at}line 3, amount: \"00000200.0\" is not a whole number of minor units"),
        ),
        ("626091400606", "620091400606", format!("{at}line 3, transaction code: \"20\" is not a known code")),
        (
            "626091400606",
            "62609140060X",
            format!("{at}line 3, routing number: \"09140060X\" is not nine digits"),
        ),
        (
            "799R01",
            "799X01",
            format!("{at}entry 1 (091400600000041), line 4, return reason: \"X01\" is not a known code"),
        ),
        (
            "799R01",
            "777R01",
            format!("{at}entry 1 (091400600000041), line 4, addenda type: \"77\" is not a known code"),
        ),
        (
            "101 121000248 1234567892603030400",
            "101 121000248 1234567892613030400",
            "line 1, file creation date: \"261303\" is not a date".to_owned(),
        ),
        (
            "82000000040018280120",
            "820000000x0018280120",
            format!("{at}entry 2 (091400600000042), line 7, entry count: \"00000x\" is not a count"),
        ),
    ] {
        assert!(RETURNS.contains(from), "{from}");
        let error = read(RETURNS.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert_eq!(error, says);
    }
}

#[test]
fn a_file_without_its_end_is_cut_off() {
    let rows: Vec<&str> = RETURNS.lines().collect();
    let trailer = rows.iter().position(|row| row.starts_with('9')).unwrap();
    for count in 1..trailer {
        let error = read(rows[..count].join("\n").as_bytes()).unwrap_err();
        assert_eq!(error.reason, Reason::CutOff, "{count} lines: {error}");
    }
}
