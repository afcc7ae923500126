//! MT940 and MT942, field by field, and what is refused.
use super::*;

const GERMAN: &[u8] = include_bytes!("../fixtures/german.sta");
const DUTCH: &str = include_str!("../fixtures/dutch.sta");
const INTERIM: &str = include_str!("../fixtures/interim.mt942");

fn german() -> BankFile {
    read(GERMAN).unwrap()
}

#[test]
fn pages_become_one_statement_that_ties() {
    let file = german();
    assert_eq!(
        (file.kind, file.message_id.as_deref(), file.statements.len()),
        (FileKind::Mt940, Some("STARTUMS"), 1)
    );
    let statement = &file.statements[0];
    assert_eq!((statement.kind, statement.account.as_str()), (StatementKind::Final, "12030000/0012345678"));
    assert_eq!((statement.statement_id.as_str(), statement.sequence.as_deref()), ("00044/001", Some("001")));
    assert_eq!(statement.account_currency, Some(Currency::EUR));
    assert_eq!((statement.from_on, statement.to_on), (on(2026, 2, 27), on(2026, 3, 3)));
    assert_eq!(
        (statement.opening_balance, statement.closing_balance),
        (Some(eur(100_000)), Some(eur(196_250)))
    );
    assert_eq!(statement.lines.len(), 6);
    assert_eq!(file.gaps, []);
}

#[test]
fn reads_every_field_of_a_german_credit() {
    let line = german().statements.remove(0).lines.remove(0);
    assert_eq!((line.entry_number, line.detail_number), (1, 1));
    assert_eq!((line.booked_on, line.valued_on), (on(2026, 3, 2), on(2026, 3, 2)));
    assert_eq!((line.signed(), line.status), (eur(124_050), BookingStatus::Booked));
    assert_eq!((line.code, line.purpose), (some("NTRF+166"), Purpose::Payment));
    assert!(!line.is_reversal && line.return_reason.is_none() && line.instructed.is_none());
    assert_eq!(line.counterparty.name, some("Marten & Söhne Brewing GmbH Taproom"));
    assert_eq!(line.counterparty.account, some("DE02120300000000202051"));
    assert_eq!((line.counterparty.bank, line.counterparty.ultimate_name), (some("BYLADEM1001"), None));
    let refs = line.references;
    assert_eq!((refs.end_to_end_id, refs.instruction), (some("MB-2026-0311"), some("PI-9")));
    assert_eq!((refs.mandate, refs.account_servicer), (some("M-77"), some("B26061-7")));
    assert_eq!(
        (refs.transaction, refs.uetr, refs.cheque, refs.payment_information),
        (None, None, None, None)
    );
    assert_eq!(line.remittance_text, ["INV-1041 less credit note CN-17"]);
    assert_eq!(line.remittances, []);
    assert_eq!(line.additional_info, some("INCOMING CREDIT GUTSCHR. UEBERWEISUNG"));
}

#[test]
fn charges_returns_and_reversals_are_told_apart() {
    let lines = german().statements.remove(0).lines;
    let seen: Vec<_> =
        lines.iter().map(|line| (line.signed().minor(), line.judge(&NoCustomers::default()))).collect();
    let expected = [
        (124_050, LineJudgement::CustomerCredit),
        (-2_500, LineJudgement::Charge),
        (-20_000, LineJudgement::Reversal),
        (-10_000, LineJudgement::Reversal),
        (4_000, LineJudgement::Reversal),
        (700, LineJudgement::CustomerCredit),
    ];
    assert_eq!(seen, expected);
    let returned = &lines[2];
    assert_eq!(
        (returned.booked_on, returned.valued_on),
        (on(2026, 1, 2), on(2025, 12, 31)),
        "the nearest year"
    );
    assert_eq!(returned.return_reason, some("914"));
    assert_eq!(returned.references.end_to_end_id, some("HEN-2026-41"));
    assert_eq!(returned.counterparty.account_key(), some("DRESDEFF/00202051"));
    assert!(lines[3].is_reversal && lines[4].is_reversal);
    let cheque = &lines[5];
    assert_eq!((cheque.valued_on, cheque.booked_on), (on(2026, 2, 28), None), "30 February");
    assert_eq!(
        (cheque.references.cheque.as_deref(), cheque.references.instruction.as_deref()),
        (Some("0815"), None)
    );
}

#[test]
fn reads_the_dutch_dialect_and_free_text() {
    let file = read(DUTCH.as_bytes()).unwrap();
    let statement = &file.statements[0];
    assert_eq!(
        (statement.account.as_str(), statement.opening_balance),
        ("NL91ABNA0417164300", Some(eur(-5_000)))
    );
    assert_eq!(file.gaps, []);
    let [credit, debit] = statement.lines.as_slice() else { panic!("{statement:?}") };
    assert_eq!((credit.signed(), credit.valued_on), (eur(98_500), on(2026, 3, 2)));
    assert_eq!(credit.counterparty.name, some("Quayside Optics BV"));
    assert_eq!(credit.counterparty.account, some("NL69INGB0123456789"));
    assert_eq!(credit.counterparty.bank, some("INGBNL2A"));
    assert_eq!(credit.references.end_to_end_id, some("QO-2026-17"));
    assert_eq!(
        (&credit.references.instruction, &credit.references.account_servicer),
        (&None, &some("B7-001"))
    );
    assert_eq!(credit.remittance_text, ["INV-7 and INV-8"]);
    assert_eq!(credit.additional_info, some("NL69INGB0123456789 SEPA OVERBOEKING"));
    assert_eq!((debit.signed(), debit.judge(&NoCustomers::default())), (eur(-1_500), LineJudgement::Debit));
    assert_eq!(debit.counterparty.account, some("NL69INGB0123456789"));
    assert_eq!(debit.remittance_text[1], "returned goods");
}

#[test]
fn a_report_within_the_day_needs_no_balances_and_is_interim() {
    let file = read(INTERIM.as_bytes()).unwrap();
    let statement = &file.statements[0];
    assert_eq!((file.kind, statement.kind), (FileKind::Mt942, StatementKind::Interim));
    let [booked, expected] = statement.lines.as_slice() else { panic!("{statement:?}") };
    assert_eq!((booked.signed(), booked.status), (eur(98_500), BookingStatus::Booked));
    assert_eq!((expected.signed(), expected.status), (eur(1_000), BookingStatus::Pending));
}

#[test]
fn keys_are_the_same_again_and_differ_for_equal_movements() {
    let keys = |file: BankFile| -> Vec<String> {
        file.statements.into_iter().flat_map(|statement| statement.lines).map(|line| line.entry_key).collect()
    };
    assert_eq!(keys(german()), keys(german()));
    let (start, rest) = DUTCH.split_once(":61:2603020302D15").unwrap();
    let twice = format!("{start}:61:2603020302D15{}", rest.replacen(":62F:", ":61:2603020302D15,00NTRFNONREF\n:86:NL69INGB0123456789 Quayside Optics BV\nreturned goods\n:62F:", 1));
    let twice = keys(read(twice.as_bytes()).unwrap());
    assert_eq!(twice.len(), 3);
    assert_ne!(twice[1], twice[2], "two equal movements are two");
}

#[test]
fn what_does_not_read_is_refused_with_its_place() {
    let at = "statement 1 (61/1), ";
    for (from, to, says) in [
        ("C985,00", "C985.00", "entry 1, line 5, :61:/transaction type: \".00N\" is not a known code"),
        (
            "C985,00",
            "C9,85,00",
            "entry 1, line 5, :61:/amount: \"9,85,00\" is not a decimal amount without a sign",
        ),
        (
            "C985,00",
            "C985,001",
            "entry 1, line 5, :61:/amount: 985.001 has more decimals than EUR allows (2)",
        ),
        ("C985,00", "X985,00", "entry 1, line 5, :61:/debit or credit: \"X\" is not a known code"),
        (":61:260302", ":61:261302", "entry 1, line 5, :61:/value date: \"261302\" is not a date"),
        (":61:2603020302", ":61:2603020332", "entry 1, line 5, :61:/entry date: \"0332\" is not a date"),
        ("N541EREF", "+541EREF", "entry 1, line 5, :61:/transaction type: \"+541\" is not a known code"),
        (":60F:D260301EUR", ":60F:D260301EUX", "line 4, :60F:: unknown currency \"EUX\""),
        (":60F:D260301EUR50,00\n", "", "entry 1, line 4, :61:/:60F:: is missing"),
        (":62F:C260302EUR920,00\n", "", ":62F:: the file is cut off before its end"),
        (":62F:C260302", ":62F:C260302EUR1,\n:62F:C260302", "line 13, :62F:: is there twice"),
        (":25:NL91ABNA0417164300\n", "", ":25:: is missing"),
    ] {
        assert!(DUTCH.contains(from), "{from}");
        let error = read(DUTCH.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert_eq!(error, format!("{at}{says}"));
    }
}

#[test]
fn every_cut_is_refused_or_told() {
    let closing = DUTCH.find(":62F:").unwrap() + ":62F:C260302EUR920".len();
    for length in 0..closing {
        let cut = read(&DUTCH.as_bytes()[..length]);
        assert!(cut.is_err() || !cut.unwrap().gaps.is_empty(), "{length} of {closing} bytes");
    }
    let untied = read(DUTCH.replacen("920,00", "930,00", 1).as_bytes()).unwrap().gaps;
    assert_eq!(
        untied[0].to_string(),
        "statement 1 (61/1): the opening balance and the booked lines make EUR 920.00, and the closing balance is EUR 930.00"
    );
}
