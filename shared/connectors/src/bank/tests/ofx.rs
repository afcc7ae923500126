//! OFX and QFX, field by field, and what is refused.
use super::*;

const SGML: &[u8] = include_bytes!("../fixtures/sgml.ofx");
const XML: &str = include_str!("../fixtures/xml.ofx");

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

#[test]
fn reads_the_sgml_spelling_in_windows_1252() {
    let file = read(SGML).unwrap();
    assert_eq!((file.kind, file.message_id.as_deref()), (FileKind::Ofx, Some("T-44")));
    let statement = &file.statements[0];
    assert_eq!((statement.kind, statement.account.as_str()), (StatementKind::Final, "000123456789"));
    assert_eq!((statement.from_on, statement.to_on), (on(2026, 3, 1), on(2026, 3, 3)));
    assert_eq!((statement.opening_balance, statement.closing_balance), (None, Some(usd(231_050))));
    let [credit, cheque, fee] = statement.lines.as_slice() else { panic!("{statement:?}") };
    assert_eq!((credit.entry_number, credit.signed()), (1, usd(124_050)));
    assert_eq!((credit.booked_on, credit.valued_on), (on(2026, 3, 2), on(2026, 3, 3)));
    assert_eq!((credit.code.as_deref(), credit.purpose), (Some("CREDIT"), Purpose::Payment));
    assert_eq!(credit.counterparty.name, some("QUAYSIDE OPTICS & SØN"));
    assert_eq!(credit.references.account_servicer, some("F-1"));
    assert_eq!(credit.references.instruction, some("QO-17"));
    assert_eq!(credit.remittance_text, ["INV-1041 INV-1042"]);
    assert_eq!((cheque.signed(), &cheque.references.cheque), (usd(-31_667), &some("1042")));
    assert_eq!((fee.signed(), fee.judge(&NoCustomers::default())), (usd(-1_050), LineJudgement::Charge));
}

#[test]
fn reads_the_xml_spelling() {
    let statement = read(XML.as_bytes()).unwrap().statements.remove(0);
    assert_eq!((statement.account.as_str(), statement.account_currency), ("4111-9", Some(Currency::EUR)));
    let [deposit, hold] = statement.lines.as_slice() else { panic!("{statement:?}") };
    assert_eq!(deposit.signed(), usd(7_500), "the currency of the movement");
    assert_eq!(deposit.counterparty.name, some("Hennig & Co"));
    assert_eq!(deposit.counterparty.account_key(), some("12030000/202051"));
    assert_eq!((hold.signed(), hold.status), (eur(500), BookingStatus::Pending));
}

#[test]
fn the_key_counts_with_the_id_the_day_and_the_amount() {
    let keys = |text: &str| -> Vec<String> { lines(text).into_iter().map(|line| line.entry_key).collect() };
    let again = XML.replacen("X-2", "X-1", 1);
    assert_ne!(keys(&again)[0], keys(&again)[1], "an id that is used again");
    assert_eq!(keys(&again)[0], keys(XML)[0]);
}

#[test]
fn what_does_not_read_is_refused_with_its_place() {
    let at = "statement 1 (4111-9), entry 1 (X-1), line 10, ";
    for (from, to, says) in [
        ("+75.00", "$75", format!("{at}TRNAMT: \"$75\" is not a decimal amount")),
        ("+75.00", "75.005", format!("{at}TRNAMT: 75.005 has more decimals than USD allows (2)")),
        ("<TRNAMT>+75.00</TRNAMT>", "", format!("{at}TRNAMT: is missing")),
        ("<DTPOSTED>20260302</DTPOSTED>", "", format!("{at}DTPOSTED: is missing")),
        ("20260302</DTPOSTED>", "20261302</DTPOSTED>", format!("{at}DTPOSTED: \"20261302\" is not a date")),
        ("<CURSYM>USD", "<CURSYM>USX", format!("{at}CURRENCY/CURSYM: unknown currency \"USX\"")),
        (
            "<NAME>",
            "<FITID>X-9</FITID><NAME>",
            "statement 1 (4111-9), entry 1 (X-9), line 12, FITID: is there twice".to_owned(),
        ),
        ("<CURDEF>EUR</CURDEF>", "", "statement 1 (4111-9), line 20, CURDEF: is missing".to_owned()),
        (
            "<NAME>",
            "<CORRECTFITID>X</CORRECTFITID><NAME>",
            format!(
                "{at}CORRECTFITID: corrects or deletes what was reported before, which a person has to look at"
            ),
        ),
    ] {
        assert!(XML.contains(from), "{from}");
        let error = read(XML.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert_eq!(error, says);
    }
}

#[test]
fn every_cut_is_refused() {
    let end = XML.trim_end().len();
    for length in 0..end {
        assert!(read(&XML.as_bytes()[..length]).is_err(), "{length} of {end} bytes");
    }
}
