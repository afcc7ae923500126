//! Files of many banks and versions, where they are at hand, against the counts in their manifest.
use super::*;
use std::collections::HashSet;
use std::path::Path;

/// Files of the collection that are wrong, by the end of their name, and what has to be said of them.
const WRONG: [(&str, &str); 3] = [
    (
        "camt053_garbled_amount.xml",
        "statement 1 (GOLDEN-GARBLED), entry 1, Amt: \"12..34\" is not a decimal amount",
    ),
    ("053__valid_namespace.xml", "this is XML; only camt.053 is read"),
    ("general__invalid_namespace.xml", "this is XML; only camt.053 is read"),
];

#[test]
fn every_file_is_read_completely_or_refused_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/bank");
    let Ok(manifest) = std::fs::read_to_string(folder.join("MANIFEST.tsv")) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mut read = 0;
    for row in manifest.lines().filter(|row| row.starts_with("camt/")) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (name, transactions, details) = (columns[0], columns[6], columns[7]);
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let result = parse(&bytes);
        if let Some((_, says)) = WRONG.iter().find(|(wrong, _)| name.ends_with(wrong)) {
            let error = result.unwrap_err().to_string();
            assert!(error.starts_with(says), "{name}: {error}");
        } else if columns[8].starts_with("camt.052") || columns[8].starts_with("camt.054") {
            assert!(result.is_err(), "{name}");
        } else {
            let file = result.unwrap_or_else(|error| panic!("{name}: {error}"));
            let (transactions, details): (usize, usize) =
                (transactions.parse().unwrap(), details.parse().unwrap());
            let without_details = entries_without_details(&String::from_utf8_lossy(&bytes));
            assert_eq!(entries_and_lines(&file), (transactions, details + without_details), "{name}");
            read += 1;
        }
    }
    assert!(read >= 15, "only {read} files were read");
}

fn entries_and_lines(file: &BankFile) -> (usize, usize) {
    let mut entries = HashSet::new();
    let mut lines = 0;
    for (number, statement) in file.statements.iter().enumerate() {
        entries.extend(statement.lines.iter().map(|line| (number, line.entry_number)));
        lines += statement.lines.len();
    }
    (entries.len(), lines)
}

/// Each of these gives a line of its own, which the manifest does not count.
fn entries_without_details(text: &str) -> usize {
    text.split("<Ntry>").skip(1).filter(|entry| !entry.contains("<TxDtls>")).count()
}
