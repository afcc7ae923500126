//! Files that are refused, and where they say they are wrong.
use super::*;
use proptest::prelude::*;

fn refused(text: &str) -> FileError {
    read(text.as_bytes()).unwrap_err()
}

/// The refusal of the SEPA fixture with one thing changed.
fn changed(from: &str, to: &str) -> String {
    assert!(SEPA_V02.contains(from), "{from} is not in the fixture");
    refused(&SEPA_V02.replacen(from, to, 1)).to_string()
}

#[test]
fn a_bad_amount_refuses_the_file_and_is_located() {
    let error = read(include_bytes!("../fixtures/bad_amount.xml")).unwrap_err();
    assert_eq!(error.statement(), Some(&Position { number: 1, id: some("STMT-044") }));
    assert_eq!(error.entry(), Some(&Position { number: 1, id: some("2026030200417") }));
    assert_eq!(error.field(), Some("Amt"));
    assert_eq!(error.reason, Reason::NotAnAmount("1240,50".into()));
    assert_eq!(
        error.to_string(),
        "statement 1 (STMT-044), entry 1 (2026030200417), Amt: \"1240,50\" is not a decimal amount without a sign"
    );
}

#[test]
fn a_file_cut_in_half_is_refused_where_it_ends() {
    let error = read(include_bytes!("../fixtures/cut_in_half.xml")).unwrap_err();
    assert_eq!(error.reason, Reason::CutOff);
    assert_eq!(error.entry().map(|entry| entry.number), Some(1));
    assert!(error.line() > Some(30), "{error}");
}

#[test]
fn a_document_type_and_foreign_entities_are_refused() {
    let error = read(include_bytes!("../fixtures/doctype.xml")).unwrap_err();
    assert_eq!((error.reason.clone(), error.line()), (Reason::Doctype, Some(2)));
    let error = refused(&SEPA_V02.replace("&amp;", "&payer;"));
    assert_eq!(error.reason, Reason::Entity("payer".into()));
}

#[test]
fn other_formats_are_named() {
    let notification = include_bytes!("../fixtures/notification_054.xml");
    assert_eq!(identify(notification), FileKind::Camt054);
    for (start, kind, says) in [
        ("01,BANK,US,260302,0500,1,,,2/", FileKind::Bai2, "line 1, 99: the file is cut off before its end"),
        ("{1:F01BANKDEFF}{4:\r\n:20:X", FileKind::Mt940, "statement 1 (X), :60F:: is missing"),
        ("\r\n:20:STARTUMS", FileKind::Mt940, "statement 1 (STARTUMS), :60F:: is missing"),
        ("words\n:20:A\n:34F:EUR0,", FileKind::Mt942, "statement 1 (A), :25:: is missing"),
        ("OFXHEADER:100", FileKind::Ofx, "line 1, OFX: the file is cut off before its end"),
        ("<html></html>", FileKind::OtherXml, "this is XML, which is not read"),
        (
            &include_str!("../fixtures/ctx.ach")[..94],
            FileKind::Nacha,
            "line 1, 9: the file is cut off before its end",
        ),
        ("Date;Amount", FileKind::Unknown, "neither a known format nor CSV"),
        ("", FileKind::Unknown, "neither a known format nor CSV"),
    ] {
        assert_eq!(identify(start.as_bytes()), kind, "{start}");
        let error = refused(start).to_string();
        assert!(error.starts_with(says), "{start}: {error}");
    }
    let empty = "<?xml version='1.0'?><?OFX OFXHEADER='200'?><OFX></OFX>";
    assert_eq!(identify(empty.as_bytes()), FileKind::Ofx);
    assert_eq!(identify(SEPA_V02.as_bytes()), FileKind::Camt053);
}

#[test]
fn each_field_that_money_rests_on_is_required_and_read_strictly() {
    let at = "statement 1 (STMT-044), entry 1 (2026030200417), ";
    for (from, to, says) in [
        ("<Amt Ccy=\"EUR\">1240.50</Amt>", "", "Amt: is missing"),
        ("\"EUR\">1240.50", "\"EUX\">1240.50", "Amt/@Ccy: unknown currency \"EUX\""),
        ("<Amt Ccy=\"EUR\">1240.50", "<Amt>1240.50", "Amt/@Ccy: is missing"),
        (">1240.50", ">-1240.50", "Amt: \"-1240.50\" is not a decimal amount without a sign"),
        (">1240.50", ">1.2e3", "Amt: \"1.2e3\" is not a decimal amount without a sign"),
        (">1240.50", ">12..5", "Amt: \"12..5\" is not a decimal amount without a sign"),
        (">1240.50", ">1240.505", "Amt: 1240.505 has more decimals than EUR allows (2)"),
        (">1240.50", "/><Amt Ccy=\"EUR\">1", "Amt: is there twice"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>\n        <Sts>", "<Sts>", "CdtDbtInd: is missing"),
        (">CRDT</CdtDbtInd>\n        <Sts>", ">C</CdtDbtInd><Sts>", "CdtDbtInd: \"C\" is not a known code"),
        ("<Sts>BOOK</Sts>", "", "Sts: is missing"),
        ("<Sts>BOOK</Sts>", "<Sts>DONE</Sts>", "Sts: \"DONE\" is not a known code"),
        ("<Sts>BOOK</Sts>", "<Sts>BOOK</Sts><RvslInd>no</RvslInd>", "RvslInd: \"no\" is not a known code"),
        ("<BookgDt><Dt>2026-03-02", "<BookgDt><Dt>2026-02-30", "BookgDt: \"2026-02-30\" is not a date"),
        ("<BookgDt><Dt>2026-03-02", "<BookgDt><Dt>02.03.2026", "BookgDt: \"02.03.2026\" is not a date"),
        (
            "<RmtdAmt Ccy=\"EUR\">1250.00",
            "<RmtdAmt Ccy=\"EUR\">x",
            "NtryDtls/TxDtls[1]/RmtInf/Strd[1]/RfrdDocAmt/RmtdAmt: \"x\" is not a decimal amount without a sign",
        ),
        (
            "<TxAmt><Amt Ccy=\"EUR\">1240.50",
            "<TxAmt><Amt Ccy=\"EUR\">240.50",
            "NtryDtls: the details add up to EUR 240.50 and the entry is EUR 1240.50",
        ),
    ] {
        assert_eq!(changed(from, to), format!("{at}{says}"));
    }
}

#[test]
fn the_message_and_the_statement_need_their_ids() {
    assert_eq!(changed("<MsgId>MSG-2026-044</MsgId>", ""), "GrpHdr/MsgId: is missing");
    assert_eq!(changed("<Id>STMT-044</Id>", ""), "statement 1, Id: is missing");
    let no_account = changed("<Id><IBAN>DE75 5121 0800 1245 1261 99</IBAN></Id>", "");
    assert_eq!(no_account, "statement 1 (STMT-044), Acct/Id: is missing");
    let two_accounts = changed("</Acct>", "</Acct><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>");
    assert_eq!(two_accounts, "statement 1 (STMT-044), Acct: is there twice");
    let bad_balance = changed("2215.5", "2.215,5");
    assert_eq!(
        bad_balance,
        "statement 1 (STMT-044), Bal/Amt: \"2.215,5\" is not a decimal amount without a sign"
    );
    assert_eq!(
        changed("</BkToCstmrStmt>", "</BkToCstmrStmt><BkToCstmrStmt/>"),
        "the file holds a second message"
    );
    assert!(changed("</Document>", "</Document>rest").ends_with("text outside the document"));
}

#[test]
fn a_batch_must_add_up_and_be_complete() {
    let wrong = |from: &str, to: &str| refused(&BATCH.replacen(from, to, 1));
    let error = wrong(">150.00", ">150.01");
    assert_eq!(error.reason, Reason::DoesNotAddUp { entry: eur(30_000), details: eur(30_001) });
    assert_eq!(error.entry().map(|entry| entry.number), Some(1));
    let error = wrong("<NbOfTxs>3", "<NbOfTxs>4");
    assert_eq!(error.reason, Reason::DetailCount { stated: "4".into(), found: 3 });
    let error = wrong("<Amt Ccy=\"EUR\">200.00</Amt>", "");
    assert_eq!((error.field(), error.reason.clone()), (Some("NtryDtls/TxDtls[1]/Amt"), Reason::Missing));
}

#[test]
fn size_and_depth_are_bounded() {
    let large = vec![b' '; FILE_BYTES_MAX + 1];
    assert_eq!(read(&large).unwrap_err().reason, Reason::TooLarge { bytes: FILE_BYTES_MAX + 1 });
    assert_eq!(identify(&large), FileKind::Unknown);
    let deep = SEPA_V02.replacen("<RmtInf>", &format!("<RmtInf>{}", "<X>".repeat(200)), 1);
    assert_eq!(refused(&deep).reason, Reason::TooDeep);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err());
        prop_assert_ne!(identify(&bytes), FileKind::Camt053);
    }

    #[test]
    fn every_cut_is_refused(length in 0..SEPA_V02.trim_end().len()) {
        prop_assert!(read(&SEPA_V02.as_bytes()[..length]).is_err());
    }

    #[test]
    fn a_flipped_byte_never_panics(at in 0..SEPA_V02.len(), byte in any::<u8>()) {
        let mut bytes = SEPA_V02.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(file) = read(&bytes) {
            prop_assert_eq!(file.statements.iter().map(|statement| statement.lines.len()).sum::<usize>(), 2);
        }
    }
}
