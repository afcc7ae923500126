//! The books as text, to compare two runs: no instants, no tokens, no ids that depend on the order of writes.
use crate::sim::books::BooksError;
use crate::sim::quickbooks::store::{Kind, amount, reference};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One line per customer, open item, payment, payment line and Stripe object, in an order of its own: books with
/// the same content give the same text, whichever way they came about. The file is opened for reading only.
///
/// # Errors
/// The file is absent or is not a file of books.
pub fn books_digest(path: &Path) -> Result<String, BooksError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut lines = quickbooks(&db)?;
    lines.extend(stripe(&db)?);
    lines.push(String::new());
    Ok(lines.join("\n"))
}

type Documents = BTreeMap<(String, String, i64), Value>;

fn quickbooks(db: &Connection) -> Result<Vec<String>, BooksError> {
    let mut statement = db.prepare("SELECT realm, kind, id, body FROM qbo_document")?;
    let mut rows = statement.query([])?;
    let mut documents = Documents::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get(3)?;
        documents.insert((row.get(0)?, row.get(1)?, row.get(2)?), serde_json::from_str(&body)?);
    }
    let mut lines = Vec::new();
    for ((realm, kind, id), body) in &documents {
        let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or("-");
        let customer = reference(body, "CustomerRef").unwrap_or("-");
        lines.push(match Kind::from_name(kind) {
            Some(Kind::Payment) => payment(&documents, realm, body)?,
            Some(Kind::Customer) => format!(
                "quickbooks {realm} customer {id} {:?} balance {}",
                text("DisplayName"),
                amount(body, "Balance")?
            ),
            _ => format!(
                "quickbooks {realm} {} {} customer {customer} due {} total {} balance {}",
                kind.to_lowercase(),
                text("DocNumber"),
                text("DueDate"),
                amount(body, "TotalAmt")?,
                amount(body, "Balance")?
            ),
        });
    }
    lines.sort();
    Ok(lines)
}

fn payment(documents: &Documents, realm: &str, body: &Value) -> Result<String, BooksError> {
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or("-");
    let mut applied = Vec::new();
    for line in body.get("Line").and_then(Value::as_array).into_iter().flatten() {
        let linked = line.get("LinkedTxn").and_then(|linked| linked.get(0));
        let of = |field| linked.and_then(|linked| linked.get(field)).and_then(Value::as_str).unwrap_or("-");
        let id = of("TxnId").parse().unwrap_or_default();
        let target = documents.get(&(realm.to_owned(), of("TxnType").to_owned(), id));
        let number = target.and_then(|target| target.get("DocNumber")).and_then(Value::as_str);
        let amount = line.get("Amount").map(Value::to_string).unwrap_or_default();
        applied.push(format!("\n    {} {} {amount}", of("TxnType").to_lowercase(), number.unwrap_or("-")));
    }
    applied.sort();
    Ok(format!(
        "quickbooks {realm} payment {:?} customer {} on {} total {} unapplied {} note {:?}{}",
        text("PaymentRefNum"),
        reference(body, "CustomerRef").unwrap_or("-"),
        text("TxnDate"),
        amount(body, "TotalAmt")?,
        amount(body, "UnappliedAmt")?,
        text("PrivateNote"),
        applied.concat()
    ))
}

fn stripe(db: &Connection) -> Result<Vec<String>, BooksError> {
    let mut statement = db.prepare("SELECT id, kind, body FROM stripe_object ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, kind, body): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let body: Value = serde_json::from_str(&body)?;
        let mut line = format!("stripe {kind} {id}");
        for field in ["currency", "amount", "amount_received", "amount_refunded", "amount_paid", "status"] {
            if let Some(value) = body.get(field).filter(|value| !value.is_null()) {
                line.push_str(&format!(" {field} {value}"));
            }
        }
        lines.push(line);
    }
    Ok(lines)
}
