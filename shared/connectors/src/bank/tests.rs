//! Whole files: ours field by field, and those under `../shared` against another reading of them.
mod ach;
mod bai2;
mod camt_intraday;
mod collection;
mod csv;
mod fuzz;
mod mt940;
mod ofx;
mod refused;

use super::*;
use chrono::NaiveDate;
use domain::money::{Currency, Money};
use domain::statement::{
    BookingStatus, Direction, LineJudgement, NoCustomers, PayoutOriginators, Purpose, StatementKind,
    StatementLine,
};

const SEPA_V02: &str = include_str!("fixtures/sepa_v02.xml");
const BATCH: &str = include_str!("fixtures/batch.xml");
const REVERSAL: &str = include_str!("fixtures/reversal.xml");

fn on(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn read(bytes: &[u8]) -> Result<BankFile, FileError> {
    parse(bytes, &[])
}

/// The lines of the first statement.
fn lines(text: &str) -> Vec<StatementLine> {
    read(text.as_bytes()).unwrap().statements.remove(0).lines
}

#[test]
fn reads_the_statement_of_a_sepa_file() {
    let file = read(SEPA_V02.as_bytes()).unwrap();
    assert_eq!((file.message_id, file.statements.len()), (some("MSG-2026-044"), 1));
    let statement = &file.statements[0];
    assert_eq!((file.kind, statement.kind), (FileKind::Camt053, StatementKind::Final));
    assert_eq!(file.gaps, []);
    assert_eq!(statement.account, "DE75512108001245126199");
    assert_eq!(statement.account_currency, Some(Currency::EUR));
    assert_eq!((statement.statement_id.as_str(), statement.sequence.as_deref()), ("STMT-044", Some("44")));
    assert_eq!(statement.created_on, on(2026, 3, 3));
    assert_eq!((statement.from_on, statement.to_on), (on(2026, 3, 2), on(2026, 3, 2)));
    assert_eq!(
        (statement.opening_balance, statement.closing_balance),
        (Some(eur(100_000)), Some(eur(221_550)))
    );
    assert_eq!(statement.balance_gap(), Some(eur(0)));
    assert_eq!(statement.lines.len(), 2);
}

#[test]
fn reads_every_field_of_a_sepa_credit() {
    let line = lines(SEPA_V02).remove(0);
    assert_eq!((line.entry_number, line.detail_number), (1, 1));
    assert_eq!((line.booked_on, line.valued_on), (on(2026, 3, 2), on(2026, 3, 3)));
    assert_eq!(
        (line.amount, line.direction, line.status),
        (eur(124_050), Direction::Credit, BookingStatus::Booked)
    );
    assert!(!line.is_reversal && line.return_reason.is_none() && line.instructed.is_none());
    assert_eq!((line.code, line.purpose), (some("PMNT-RCDT-ESCT"), Purpose::Payment));
    assert_eq!(line.counterparty.name, some("Marten & Söhne Brewing GmbH"));
    assert_eq!(line.counterparty.ultimate_name, some("Marten Taproom KG"));
    assert_eq!(line.counterparty.account, some("DE02120300000000202051"));
    assert_eq!(line.counterparty.bank, some("BYLADEM1001"));
    let refs = &line.references;
    assert_eq!(
        (&refs.end_to_end_id, &refs.account_servicer),
        (&some("MB-2026-0311"), &some("2026030200417"))
    );
    assert_eq!((&refs.instruction, &refs.transaction), (&None, &some("T417")), "NOTPROVIDED is empty");
    assert_eq!((&refs.mandate, &refs.cheque), (&None, &some("88")));
    assert_eq!((&refs.payment_information, &refs.uetr), (&some("PI-9"), &None));
    assert_eq!(line.remittance_text, ["INV-1041 less", "credit CN-17", "returned kegs"]);
    assert_eq!(line.additional_info, some("SEPA credit transfer"));
}

#[test]
fn reads_structured_remittance() {
    let documents = lines(SEPA_V02).remove(0).remittances;
    let [invoice, credit, memo] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!((&invoice.document_type, &invoice.document_number), (&some("CINV"), &some("INV-1041")));
    assert_eq!((invoice.remitted, invoice.discount), (Some(eur(125_000)), Some(eur(950))));
    assert_eq!(invoice.creditor_reference, some("RF18539007547034"));
    assert_eq!((&credit.document_type, &memo.document_type), (&some("CREN"), &some("MEMO")));
    assert_eq!(
        (credit.remitted, memo.remitted),
        (None, None),
        "one amount for two documents belongs to neither"
    );
}

#[test]
fn an_entry_without_details_is_one_line() {
    let fee = lines(SEPA_V02).remove(1);
    assert_eq!((fee.amount, fee.direction), (eur(2_500), Direction::Debit));
    assert_eq!(fee.signed(), eur(-2_500));
    assert_eq!(fee.purpose, Purpose::Charge);
    assert_eq!((fee.code, fee.additional_info), (some("NCHG+808"), some("Account fee February")));
}

#[test]
fn reads_version_8_with_prefixes_in_an_envelope() {
    let file = read(include_bytes!("fixtures/cbpr_v08.xml")).unwrap();
    assert_eq!((file.message_id, file.statements.len()), (some("V8-1"), 2));
    assert_eq!(file.statements[0].account, "021000021-5550199");
    assert!(file.statements[1].lines.is_empty());
    let line = &file.statements[0].lines[0];
    assert_eq!(line.amount, Money::new(98_500, Currency::USD), "what was booked, after charges");
    assert_eq!(line.instructed, Some(eur(92_000)));
    assert_eq!(
        (line.booked_on, line.valued_on),
        (on(2026, 4, 30), on(2026, 5, 1)),
        "the bank's own civil day"
    );
    assert_eq!(line.counterparty.name, some("Quayside Optics BV"));
    assert_eq!(line.counterparty.ultimate_name, some("Quayside Holding"));
    assert_eq!(line.counterparty.account, some("NL-88921"));
    assert_eq!(line.counterparty.bank, some("ABNANL2A"));
    assert_eq!(line.references.uetr, some("4b2f3c1e-7d1a-4c7e-9a59-0a6c4d1f5e10"));
    assert_eq!(line.references.end_to_end_id, None);
    assert_eq!(line.remittances[0].discount, Some(Money::new(750, Currency::USD)));
}

#[test]
fn a_batch_gives_a_line_for_each_payment() {
    let lines = lines(BATCH);
    let seen: Vec<_> =
        lines.iter().map(|line| (line.entry_number, line.detail_number, line.signed())).collect();
    let parts = [(1, 1, eur(20_000)), (1, 2, eur(15_000)), (1, 3, eur(-5_000))];
    assert_eq!(seen, [&parts[..], &[(2, 1, eur(9_000)), (3, 1, eur(6_000))]].concat());
    assert_eq!(lines[0].entry_key, lines[2].entry_key);
    assert_ne!(lines[0].entry_key, lines[3].entry_key);
    assert_eq!(lines[1].references.account_servicer, some("BATCH-1"));
    assert_eq!(lines[1].references.end_to_end_id, some("E2"));
}

#[test]
fn a_batch_without_amounts_is_not_split_and_names_no_payer() {
    let whole = lines(BATCH).remove(3);
    assert_eq!(whole.counterparty.name, None);
    assert_eq!(whole.remittance_text, ["INV-7", "INV-8"]);
}

#[test]
fn reversals_returns_and_payouts_are_no_customer_credits() {
    let lines = lines(REVERSAL);
    let known = NoCustomers { payouts: PayoutOriginators::new(["STRIPE"]), own_accounts: vec![] };
    let judged: Vec<_> = lines.iter().map(|line| line.judge(&known)).collect();
    use LineJudgement::{NotBooked, Payout, Reversal};
    assert_eq!(judged, [Reversal, Reversal, Reversal, NotBooked, NotBooked, Payout]);
    assert!(lines[0].is_reversal && lines[0].direction == Direction::Credit, "the sign is not flipped again");
    assert_eq!(lines[0].counterparty.name, some("Packing Depot AG"), "a reversal keeps the roles");
    assert_eq!(lines[1].counterparty.name, some("Payer Four"));
    assert_eq!(lines[1].return_reason, some("MD06"));
    assert_eq!((lines[3].status, lines[4].status), (BookingStatus::Pending, BookingStatus::Info));
}

#[test]
fn a_re_sent_statement_has_the_same_keys_and_equal_entries_do_not() {
    let entry = "<Ntry><Amt Ccy='EUR'>70.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
                 <BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>";
    let keys = |text: &str| -> Vec<String> { lines(text).into_iter().map(|line| line.entry_key).collect() };
    let twice = REVERSAL.replacen("</Acct>", &format!("</Acct>{entry}{entry}"), 1);
    let found = keys(&twice);
    assert_ne!(found[0], found[1], "two equal payments on a day are legal");
    let later = twice.replace("REVERSALS", "ANOTHER").replace("R-1", "R-2");
    assert_eq!(keys(&later), found);
    let elsewhere = twice.replace("126199", "126200");
    assert!(keys(&elsewhere).iter().all(|key| !found.contains(key)), "a key belongs to one account");
}

#[test]
fn a_pending_entry_does_not_shift_the_key_of_the_booked_one() {
    let booked = "<Ntry><Amt Ccy='EUR'>5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
                  <BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>R9</AcctSvcrRef></Ntry>";
    let pending = booked.replace("BOOK", "PDNG");
    let key = |entries: &str| {
        let text = REVERSAL.replacen("</Acct>", &format!("</Acct>{entries}"), 1);
        lines(&text).into_iter().find(|line| line.amount == eur(500) && line.status == BookingStatus::Booked)
    };
    let alone = key(booked).unwrap().entry_key;
    assert_eq!(key(&format!("{pending}{booked}")).unwrap().entry_key, alone);
}

#[test]
fn reads_latin_1_and_utf_16() {
    let payer = |bytes: &[u8]| read(bytes).unwrap().statements[0].lines[0].counterparty.name.clone();
    assert_eq!(payer(include_bytes!("fixtures/latin1.xml")), some("Bäckerei Grünwald"));
    let wide: Vec<u8> = SEPA_V02.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(payer(&[&[0xFF, 0xFE], wide.as_slice()].concat()), some("Marten & Söhne Brewing GmbH"));
}
