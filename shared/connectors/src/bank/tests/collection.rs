//! Files of many banks, where they are at hand, against another reading of them: `expected.tsv` has, for each, what
//! `reading.py` found, as a digest over every field of every movement.
use super::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rows of file, statements, lines and digest, made by `reading.py`.
const EXPECTED: &str = include_str!("expected.tsv");

/// Files that the other reading reads and we refuse, by the end of their name, and what we say.
const REFUSED: [(&str, &str); 9] = [
    // a broken copy: the text of its movement stands under the tag of the account
    (
        "WoLpH__mt940/mt940_tests__betterplace__sepa_snippet_broken.sta",
        "statement 1 (00004/00001), line 6, :25:: is there twice",
    ),
    ("full__betterplace__sepa_snippet_broken.sta", "statement 1 (00004/00001), line 6, :25:: is there twice"),
    // no account, no closing balance
    ("special-cases__unexpected_tag.sta", "statement 1 (00000/001), :25:: is missing"),
    ("self-provided__gv_codes.sta", "statement 1 (0), :62F:: the file is cut off before its end"),
    // a hundredth of a cent, and no currency
    (
        "fidelity-savings.ofx",
        "statement 1 (X0000001), entry 2 (X0000000000000000000002), line 63, TRNAMT: 115.8331 has more decimals than USD allows (2)",
    ),
    ("ofx-v102-empty-tags.ofx", "statement 1 (12345678), line 23, CURDEF: is missing"),
    // Deutsche Mark, which is no currency since 2002
    ("cmxl__mt940.sta", "statement 1 (27/01), line 4, :60F:: unknown currency \"DEM\""),
    ("mt942__full__mBank__mt942.sta", "statement 1 (27/01), line 4, :60F:: unknown currency \"DEM\""),
    ("raphaelm.sta", "statement 1 (1/1), line 13, :60F:: unknown currency \"DEM\""),
];

/// Files that nobody reads, and what we say of them.
const BROKEN: [(&str, &str); 12] = [
    (
        "camt053_garbled_amount.xml",
        "statement 1 (GOLDEN-GARBLED), entry 1, Amt: \"12..34\" is not a decimal amount",
    ),
    ("053__valid_namespace.xml", "this is XML, which is not read"),
    ("052__valid_namespace.xml", "this is XML, which is not read"),
    ("general__invalid_namespace.xml", "this is XML, which is not read"),
    ("test3.bai", "statement 1 (10200123456), line 3, 49: the file is cut off before its end"),
    ("sample-parseError.txt", "neither a known format nor CSV"),
    (
        "fail_nice__date_missing.ofx",
        "statement 1 (192639749), entry 1 (184997056), line 33, DTPOSTED: is missing",
    ),
    (
        "fail_nice__decimal_error.ofx",
        "statement 1 (192639749), entry 1 (2000957249), line 34, TRNAMT: \"$120\" is not",
    ),
    ("special-cases__invalid_statement.sta", "neither a known format nor CSV"),
    ("return-no-batch-controls.ach", "neither a known format nor CSV"),
    ("return-no-batch-header.ach", "neither a known format nor CSV"),
    ("return-no-file-header-control.ach", "neither a known format nor CSV"),
];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/bank");
    folder.exists().then_some(folder)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// One movement as `reading.py` writes it.
fn row(line: &StatementLine) -> String {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let status = match line.status {
        BookingStatus::Booked => "b",
        BookingStatus::Pending => "p",
        BookingStatus::Info => "i",
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let refs = &line.references;
    [
        day(line.booked_on),
        day(line.valued_on),
        line.signed().minor().to_string(),
        line.amount.currency().code().to_owned(),
        status.to_owned(),
        u8::from(line.is_reversal).to_string(),
        text(&refs.account_servicer),
        text(&refs.end_to_end_id),
        text(&refs.instruction),
        text(&refs.cheque),
        letters(&text(&line.counterparty.name)),
        letters(&text(&line.counterparty.account)),
        letters(&line.remittance_text.concat()),
    ]
    .join("|")
}

fn says(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(end, _)| name.ends_with(end)).map(|(_, says)| *says)
}

#[test]
fn every_file_is_read_in_every_field_or_refused_with_its_place() {
    let Some(folder) = folder() else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mut read_files: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for expected in EXPECTED.lines() {
        let [name, statements, lines, digest] = expected.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let result = read(&std::fs::read(folder.join(name)).unwrap());
        let file = match (result, says(&REFUSED, name)) {
            (Ok(file), None) => file,
            (Err(error), Some(says)) if error.to_string() == says => continue,
            (result, _) => {
                wrong.push(format!("{name}: {:?}", result.map_err(|error| error.to_string())));
                continue;
            }
        };
        let rows: Vec<String> =
            file.statements.iter().flat_map(|statement| &statement.lines).map(row).collect();
        let found = hex::encode(Sha256::digest(rows.join("\n"))).chars().take(16).collect::<String>();
        let counts = (file.statements.len().to_string(), rows.len().to_string());
        if counts != (statements.to_owned(), lines.to_owned()) || found != digest {
            wrong.push(format!("{name}: {counts:?}\n{}", rows.join("\n")));
        }
        *read_files.entry(name.split('/').next().unwrap()).or_default() += 1;
    }
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n\n"));
    let least = [("bai2", 5), ("camt", 18), ("mt940", 58), ("nacha", 22), ("ofx", 9)];
    assert_eq!(read_files.into_iter().collect::<Vec<_>>(), least);
}

#[test]
fn what_is_broken_is_refused_with_its_place() {
    let Some(folder) = folder() else {
        println!("skipped: ../shared is absent");
        return;
    };
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let mut seen = 0;
    for name in manifest.lines().skip(1).filter_map(|row| row.split('\t').next()) {
        if let Some(says) = says(&BROKEN, name) {
            let error = read(&std::fs::read(folder.join(name)).unwrap()).unwrap_err().to_string();
            assert!(error.starts_with(says), "{name}: {error}");
            seen += 1;
        }
    }
    assert_eq!(seen, BROKEN.len());
}

/// The exports of one collection, each by the mapping that a company would declare for it.
#[test]
fn csv_exports_are_read_by_their_mappings() {
    let Some(folder) = folder() else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mapping = |json: &str| serde_json::from_str::<CsvMapping>(json).unwrap();
    let mappings = [
        r#"{"name":"de","columns":{"booked_on":"Buchungstag","remittance":["Verwendungszweck"],"amount":"Betrag",
            "currency":"CCY","account":"IBAN","reference":"Ref"}}"#,
        r#"{"name":"fr","account":"1","columns":{"booked_on":"Date opération","remittance":["Libellé"],"debit":"Débit",
            "credit":"Crédit","currency":"Devise","reference":"Référence"}}"#,
        r#"{"name":"es","columns":{"booked_on":"Fecha","remittance":["Concepto"],"amount":"Importe",
            "currency":"Moneda","account":"Cuenta","reference":"Referencia"}}"#,
        r#"{"name":"split","columns":{"booked_on":"Booking Date","remittance":["Details"],"credit":"Credit",
            "debit":"Debit","currency":"CCY","account":"IBAN","balance":"Running Balance","reference":"Ref"}}"#,
        r#"{"name":"one","columns":{"booked_on":"Date","remittance":["Description"],"amount":"Amount",
            "currency":"Currency","account":"Account","balance":"Balance","reference":"Reference"}}"#,
        r#"{"name":"bare","account":"1","columns":{"booked_on":"Date","remittance":["Description"],"amount":"Amount",
            "currency":"Currency"}}"#,
    ]
    .map(mapping);
    let read = |name: &str| {
        let path = folder.join("csv/sebastienrousseau__bankstatementparser").join(name);
        parse(&std::fs::read(path).unwrap(), &mappings)
    };
    for (name, signed) in [
        ("tests__test_data__golden__csv_european_decimals.csv", [-123_456, 350_000, -450].as_slice()),
        ("tests__test_data__golden__csv_french_headers.csv", &[-123_456, 350_000, -450]),
        ("tests__test_data__golden__csv_spanish_headers.csv", &[-123_456, 350_000, -450]),
        ("tests__test_data__sample_split_amounts.csv", &[125_050, -20_025]),
        ("tests__test_data__sample_statement.csv", &[250_000, -120_000]),
    ] {
        let file = read(name).unwrap();
        assert_eq!(file.gaps, [], "{name}");
        let lines = &file.statements[0].lines;
        assert_eq!(lines.iter().map(|line| line.signed().minor()).collect::<Vec<_>>(), signed, "{name}");
        assert!(
            lines.iter().all(|line| line.booked_on.is_some() && !line.remittance_text.is_empty()),
            "{name}"
        );
        assert!(lines.iter().all(|line| line.references.account_servicer.is_some()), "{name}");
    }
    let garbled = read("tests__test_data__golden__csv_garbled_amount.csv").unwrap_err().to_string();
    assert_eq!(garbled, "line 3, amount: \"12..34\" is not a decimal amount");
    for other in ["tests__test_data__camt_file.csv", "tests__test_data__pain_file.csv"] {
        assert_eq!(read(other).unwrap_err().reason, Reason::NotMapped);
    }
}
