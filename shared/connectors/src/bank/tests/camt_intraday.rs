//! camt.052 and camt.054: the same entries, which inform and do not book.
use super::*;

#[test]
fn a_report_within_the_day_has_the_lines_of_a_statement_and_is_interim() {
    let text = SEPA_V02
        .replace("BkToCstmrStmt", "BkToCstmrAcctRpt")
        .replace("<Stmt>", "<Rpt>")
        .replace("</Stmt>", "</Rpt>");
    let file = read(text.as_bytes()).unwrap();
    assert_eq!((file.kind, file.statements[0].kind), (FileKind::Camt052, StatementKind::Interim));
    assert_eq!(file.statements[0].lines, lines(SEPA_V02));
}

#[test]
fn a_notification_splits_its_batch_and_is_a_notice() {
    let file = read(include_bytes!("../fixtures/notification_054.xml")).unwrap();
    let statement = &file.statements[0];
    assert_eq!((file.kind, statement.kind), (FileKind::Camt054, StatementKind::Notice));
    assert_eq!(statement.statement_id, "NTF-7");
    let [first, second] = statement.lines.as_slice() else { panic!("{statement:?}") };
    assert_eq!((first.amount, second.amount), (eur(20_000), eur(15_000)));
    assert_eq!(first.entry_key, second.entry_key);
    assert_eq!(first.counterparty.name, some("Hennig Drucke"));
    assert_eq!(first.counterparty.account, some("DE02120300000000202051"));
    assert_eq!(second.references.end_to_end_id, some("OLS-2026-07"));
    assert_eq!((first.booked_on, first.valued_on), (on(2026, 3, 2), on(2026, 3, 2)));
    assert_eq!(second.remittance_text, ["INV-1042"]);
}

#[test]
fn the_entry_of_a_notification_has_the_key_of_its_entry_in_the_statement() {
    let notice = include_str!("../fixtures/notification_054.xml");
    let (start, rest) = notice.split_once("<NtryDtls>").unwrap();
    let (_, end) = rest.split_once("</NtryDtls>").unwrap();
    let statement =
        format!("{start}{end}").replace("BkToCstmrDbtCdtNtfctn", "BkToCstmrStmt").replace("Ntfctn>", "Stmt>");
    let booked = lines(&statement);
    assert_eq!(booked.len(), 1);
    assert_eq!(booked[0].entry_key, lines(notice)[0].entry_key);
}

#[test]
fn balances_that_do_not_tie_are_told_with_the_figures() {
    let text = SEPA_V02.replacen("2215.5", "2215.6", 1);
    let gaps = read(text.as_bytes()).unwrap().gaps;
    let says = "statement 1 (STMT-044): the opening balance and the booked lines make EUR 2215.50, and the closing \
                balance is EUR 2215.60";
    assert_eq!(gaps.iter().map(ToString::to_string).collect::<Vec<_>>(), [says]);
}
