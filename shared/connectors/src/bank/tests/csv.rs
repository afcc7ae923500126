//! CSV by declared mappings, field by field, and what is refused.
use super::*;

fn mapping() -> CsvMapping {
    let columns = Columns {
        booked_on: "Buchungstag".into(),
        valued_on: Some("Valuta".into()),
        amount: Some("Betrag".into()),
        balance: Some("Saldo".into()),
        reference: Some("Ref".into()),
        end_to_end_id: Some("E2E".into()),
        payer_name: Some("Name".into()),
        payer_account: Some("IBAN".into()),
        remittance: vec!["Zweck".into()],
        ..Columns::default()
    };
    CsvMapping {
        name: "house bank".into(),
        account: Some("de75 5121 0800 1245 1261 99".into()),
        currency: Some("EUR".into()),
        columns,
        ..CsvMapping::default()
    }
}

const FILE: &str = "Umsätze;Konto 1245126199\n\
    Buchungstag;Valuta;Name;IBAN;Zweck;Betrag;Ref;E2E;Saldo\n\
    03.03.2026;03.03.2026;Quayside;;\"INV-7;\nINV-8\";1.240,50;R-3;;2.215,50\n\
    02.03.2026;13.03.2026;Hennig  Drucke;DE02 1203 0000 0000 2020 51;INV-1041;-25,00;R-2;HEN-2026-41;975,00\n\
    02.03.2026;;Hennig Drucke;;;12;R-1;;1.000,00\n";

fn parsed(text: &str) -> Result<BankFile, FileError> {
    parse(text.as_bytes(), &[mapping()])
}

#[test]
fn reads_every_mapped_column() {
    let file = parsed(FILE).unwrap();
    assert_eq!((file.kind, file.statements.len()), (FileKind::Csv, 1));
    assert_eq!(file.gaps, [], "newest first");
    let statement = &file.statements[0];
    assert_eq!(
        (statement.kind, statement.account.as_str()),
        (StatementKind::Final, "DE75512108001245126199")
    );
    let [credit, debit, plain] = statement.lines.as_slice() else { panic!("{statement:?}") };
    assert_eq!((credit.signed(), credit.booked_on), (eur(124_050), on(2026, 3, 3)));
    assert_eq!(credit.remittance_text, ["INV-7; INV-8"]);
    assert_eq!(
        (&credit.references.account_servicer, &credit.references.end_to_end_id),
        (&some("R-3"), &None)
    );
    assert_eq!((debit.signed(), debit.valued_on), (eur(-2_500), on(2026, 3, 13)));
    assert_eq!(debit.counterparty.name, some("Hennig Drucke"));
    assert_eq!(debit.counterparty.account, some("DE02120300000000202051"));
    assert_eq!(debit.references.end_to_end_id, some("HEN-2026-41"));
    assert_eq!((plain.signed(), plain.valued_on), (eur(1_200), None));
}

#[test]
fn a_credit_and_a_debit_column_give_the_sign() {
    let columns = Columns {
        booked_on: "Date".into(),
        credit: Some("In".into()),
        debit: Some("Out".into()),
        currency: Some("Ccy".into()),
        account: Some("Account".into()),
        ..Columns::default()
    };
    let mapping = CsvMapping { name: "split".into(), columns, ..CsvMapping::default() };
    let text = "Date,In,Out,Ccy,Account\n2026-03-02,10.50,,USD,1\n2026-03-02,0.00,3.00,USD,1\n2026-03-02,,-4.00,EUR,1\n";
    let file = parse(text.as_bytes(), std::slice::from_ref(&mapping)).unwrap();
    let signed: Vec<Vec<i64>> =
        file.statements.iter().map(|s| s.lines.iter().map(|line| line.signed().minor()).collect()).collect();
    assert_eq!(signed, [vec![1_050, -300], vec![-400]]);
    for (row, says) in [
        ("2026-03-02,1.00,2.00,USD,1", "line 2, credit: is there twice"),
        ("2026-03-02,,,USD,1", "line 2, credit: is missing"),
        ("2026-03-02,-1.00,,USD,1", "line 2, credit: is there twice"),
        ("2026-03-02,1.00,,,1", "line 2, currency: is missing"),
        ("2026-03-02,1.00,,USD,", "line 2, account: is missing"),
    ] {
        let text = format!("Date,In,Out,Ccy,Account\n{row}\n");
        assert_eq!(parse(text.as_bytes(), std::slice::from_ref(&mapping)).unwrap_err().to_string(), says);
    }
}

#[test]
fn what_does_not_read_is_refused_with_its_line() {
    for (from, to, says) in [
        ("1.240,50", "12..34", "line 3, amount: \"12..34\" is not a decimal amount"),
        ("03.03.2026;03", "32.03.2026;03", "line 3, booked_on: \"32.03.2026\" is not a date"),
        ("02.03.2026;;", ";;", "line 6, booked_on: is missing"),
        (";;12;", ";;;", "line 6, amount: is missing"),
        (";R-3;", ";", "line 3: the header has 9 columns and the row has 8"),
        ("\"INV-7", "INV-7", "line 3: the header has 9 columns and the row has 6"),
        ("INV-8\"", "INV-8", "line 3: the file is cut off before its end"),
        ("1.000,00\n", "1.000,00", "line 6: the file is cut off before its end"),
        ("Ref", "Reference", "neither a known format nor CSV"),
    ] {
        assert!(FILE.contains(from), "{from}");
        let error = parsed(&FILE.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
    }
    assert_eq!(read(FILE.as_bytes()).unwrap_err().reason, Reason::NotMapped);
}

#[test]
fn what_can_be_read_in_two_ways_needs_a_declaration() {
    let short = "Buchungstag;Valuta;Name;IBAN;Zweck;Betrag;Ref;E2E;Saldo\n02.03.2026;;;;;1.240;;;\n";
    assert_eq!(
        parsed(short).unwrap_err().to_string(),
        "date_order: all values can be read in two ways; declare which in the mapping"
    );
    let mut declared = mapping();
    declared.date_order = Some(DateOrder::Dmy);
    let error = parse(short.as_bytes(), &[declared.clone()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "decimal: all values can be read in two ways; declare which in the mapping"
    );
    declared.decimal = Some(Decimal::Comma);
    let file = parse(short.as_bytes(), &[declared]).unwrap();
    assert_eq!(file.statements[0].lines[0].signed(), eur(124_000));
}

#[test]
fn a_running_balance_that_does_not_follow_is_told() {
    let gaps = parsed(&FILE.replacen("-25,00", "-26,00", 1)).unwrap().gaps;
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].to_string().starts_with("line "), "{}", gaps[0]);
}
