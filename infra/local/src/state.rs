//! `dunlin state`: a digest of everything that matters, without instants, so that two runs can be compared.
use crate::Stopped;
use crate::bundle::Folder;
use crate::sim::digest::books_digest;
use crate::summary::Ledger;
use app::letter::LetterState;
use app::store::table::{Key, Record};
use domain::task::TaskState;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::fmt::Write as _;

/// All records of the ledger, straight from the embedded database's file.
///
/// # Errors
/// No such file, or not one of ours.
pub fn records(folder: &Folder) -> Result<Vec<Record>, Stopped> {
    let file = folder.file("ledger.sqlite");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let db = Connection::open_with_flags(&file, flags).map_err(Stopped::at("opening the ledger's file"))?;
    let read = || -> rusqlite::Result<Vec<String>> {
        let mut select = db.prepare("select item_json from \"ledger\" order by pk, sk")?;
        let rows = select.query_map([], |row| row.get::<_, String>(0))?;
        rows.collect()
    };
    let rows = read().map_err(Stopped::at("reading the ledger's file"))?;
    let read =
        |row: &String| record(&serde_json::from_str(row).map_err(Stopped::at("an item of the ledger"))?);
    rows.iter().map(read).collect()
}

/// A record from an item as DynamoDB writes it in JSON: every attribute with its type.
///
/// # Errors
/// An item whose version does not read.
pub fn record(item: &Value) -> Result<Record, Stopped> {
    let text = |name: &str, kind: &str| {
        item.get(name)
            .and_then(|value| value.get(kind))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let ver = text("ver", "N").parse().map_err(Stopped::at("an item's version"))?;
    Ok(Record::new(Key::new(text("pk", "S"), text("sk", "S")), ver, text("body", "S")))
}

/// The digest: balances, allocations, promises, holds, tasks, letters and both simulators' books.
///
/// # Errors
/// A ledger that does not read.
pub fn digest(folder: &Folder, ledger: &Ledger) -> Result<String, Stopped> {
    let mut out = String::new();
    for line in ledger_lines(ledger)? {
        let _ = writeln!(out, "{line}");
    }
    out.push_str(&books_digest(&folder.file("books.sqlite")).map_err(Stopped::at("the books"))?);
    Ok(out)
}

/// The digest of the ledger alone, a line an item: no instants, no sealed text, no versions.
///
/// # Errors
/// See [`digest`].
pub fn ledger_lines(ledger: &Ledger) -> Result<Vec<String>, Stopped> {
    let mut out = Vec::new();
    let mut say = |line: String| out.push(line);
    let amount = Stopped::at::<domain::refusal::Refusal>;
    for invoice in ledger.invoices.iter().map(|stored| &stored.state) {
        let open = invoice.open().map_err(amount("an open amount"))?;
        let settled: Vec<String> =
            invoice.settled.iter().map(|part| format!("{:?} {}", part.by, part.amount)).collect();
        let promise =
            invoice.promise.as_ref().map(|promise| format!(" promise {} on {}", promise.amount, promise.on));
        let dispute = invoice.dispute.as_ref().map(|dispute| format!(" dispute {}", dispute.reason));
        let letters: Vec<u8> = invoice.letters.iter().map(|sent| sent.level).collect();
        say(format!(
            "invoice {} open {open} ledger {} settled {settled:?} to-decide {} contested {}{}{} levels {letters:?}",
            invoice.number,
            invoice.ledger_balance,
            invoice.refunds_to_decide.len(),
            invoice.contested.len(),
            promise.unwrap_or_default(),
            dispute.unwrap_or_default(),
        ));
    }
    for stored in &ledger.payments {
        let payment = &stored.state;
        let lines: Vec<String> =
            payment.allocations.iter().map(|a| format!("{} {}", a.invoice, a.amount)).collect();
        say(format!(
            "payment {} received {} applied {lines:?} refunded {} reversed {} pending {:?} customer {:?}",
            payment.id,
            payment.received,
            payment.refunded,
            payment.reversed,
            stored.pending,
            payment.customer
        ));
    }
    for customer in ledger.customers.iter().map(|stored| &stored.state) {
        let statuses: Vec<String> =
            customer.contacts.iter().map(|contact| format!("{:?}", contact.status)).collect();
        let pauses: Vec<String> =
            customer.pauses.iter().map(|pause| format!("{:?} {:?}", pause.reason, pause.until)).collect();
        say(format!(
            "customer {} {statuses:?} {pauses:?} contacted {:?} debits {:?} funds {:?}",
            customer.id, customer.contacted_on, customer.debits_in_flight, customer.funds_held
        ));
    }
    for letter in ledger.letters.iter().map(|stored| &stored.state) {
        let state = match &letter.state {
            LetterState::Unknown { .. } => "unknown, waiting for a person".to_owned(),
            other => format!("{other:?}"),
        };
        say(format!("letter {} level {} {} {state}", letter.id, letter.level, letter.total));
    }
    for task in ledger.tasks.iter().map(|stored| &stored.state) {
        let state = if task.state == TaskState::Open { "open" } else { "done" };
        say(format!("task {} {:?} {state} {}", task.id, task.kind, task.why));
    }
    Ok(out)
}
