//! A company's receivables, made from one seed: 200 customers, 1,000 invoices, 15 credit memos, 40 payments that
//! people have posted. The same seed and date give the same books, byte for byte.
mod people;
mod plan;
mod splitmix;
#[cfg(test)]
mod tests;
mod write;

use crate::sim::books::{Books, BooksError};
use crate::sim::quickbooks::store::{Kind, amount, currency_of, find, reference, reference_id};
use chrono::NaiveDate;
use domain::money::{Currency, Money};
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

/// The seeded company.
pub const REALM: &str = "9341452026111601";
/// The number of the first invoice; the others follow without a gap.
pub const FIRST_INVOICE: i64 = 10_001;

/// An invoice with the customer facts that event files are written against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededInvoice {
    pub id: i64,
    /// "INV-10001".
    pub number: String,
    pub customer_id: i64,
    pub customer_name: String,
    pub email: Option<String>,
    pub total: Money,
    pub balance: Money,
    pub due_on: NaiveDate,
}

/// A customer of the seeded company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededCustomer {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub ccy: Currency,
    pub is_active: bool,
    pub balance: Money,
}

/// Fills the books of [`REALM`] as they stand on the morning of `as_of`, in one transaction. Books that have
/// this company's customers already stay as they are.
///
/// # Errors
/// The books cannot be written.
pub fn seed(books: &Books, rng_seed: u64, as_of: NaiveDate) -> Result<(), BooksError> {
    books.write(|db| {
        if find(db, REALM, Kind::Customer, 1)?.is_some() {
            return Ok(());
        }
        write::all(db, rng_seed, as_of)
    })
}

/// Takes every customer after the `count`th out of the seeded books, and all that is theirs.
///
/// # Errors
/// The books cannot be written.
pub fn keep_customers(books: &Books, count: i64) -> Result<(), BooksError> {
    books.write(|db| {
        let sql = "DELETE FROM qbo_document
                   WHERE realm = ?1 AND (customer > ?2 OR (kind = 'Customer' AND id > ?2))";
        db.execute(sql, params![REALM, count])?;
        Ok(())
    })
}

/// The customer with number `i`, from 1 to 200.
///
/// # Errors
/// The books cannot be read.
pub fn customer(books: &Books, i: i64) -> Result<Option<SeededCustomer>, BooksError> {
    let body = books.read(|db| find(db, REALM, Kind::Customer, i))?;
    body.map(|body| {
        Ok(SeededCustomer {
            id: i,
            name: text(&body, "DisplayName"),
            email: address(&body, "PrimaryEmailAddr"),
            ccy: currency_of(&body)?,
            is_active: body.get("Active").and_then(Value::as_bool).unwrap_or_default(),
            balance: amount(&body, "Balance")?,
        })
    })
    .transpose()
}

/// The invoice with number `n`, from 10001 to 11000.
///
/// # Errors
/// The books cannot be read.
pub fn invoice(books: &Books, n: i64) -> Result<Option<SeededInvoice>, BooksError> {
    let number = format!("INV-{n}");
    let body = books.read(|db| -> Result<Option<String>, BooksError> {
        let sql = "SELECT body FROM qbo_document WHERE realm = ?1 AND kind = 'Invoice' AND reference = ?2";
        Ok(db.query_row(sql, params![REALM, number], |row| row.get(0)).optional()?)
    })?;
    body.map(|body| read(&serde_json::from_str(&body)?)).transpose()
}

/// Every invoice as CSV with a header line, by number. No seeded name holds a comma or a quote.
///
/// # Errors
/// The books cannot be read.
pub fn dump_csv(books: &Books) -> Result<String, BooksError> {
    let bodies = books.read(|db| -> Result<Vec<String>, BooksError> {
        let sql = "SELECT body FROM qbo_document WHERE realm = ?1 AND kind = 'Invoice' ORDER BY reference";
        let mut statement = db.prepare(sql)?;
        let bodies = statement.query_map([REALM], |row| row.get(0))?;
        Ok(bodies.collect::<Result<_, _>>()?)
    })?;
    let mut csv = "invoice,customer_id,customer_name,email,currency,total,balance,due_on\n".to_owned();
    for body in bodies {
        let row = read(&serde_json::from_str(&body)?)?;
        csv.push_str(&format!(
            "{},{},{},{},{},{},{},{}\n",
            row.number,
            row.customer_id,
            row.customer_name,
            row.email.unwrap_or_default(),
            row.total.currency().code(),
            row.total.to_decimal(),
            row.balance.to_decimal(),
            row.due_on
        ));
    }
    Ok(csv)
}

fn read(body: &Value) -> Result<SeededInvoice, BooksError> {
    let number = text(body, "DocNumber");
    let absent = |field| BooksError::Field { document: number.clone(), field };
    Ok(SeededInvoice {
        id: text(body, "Id").parse().map_err(|_| absent("Id"))?,
        customer_id: reference_id(body, "CustomerRef").ok_or_else(|| absent("CustomerRef"))?,
        customer_name: body
            .get("CustomerRef")
            .and_then(|customer| customer.get("name"))
            .and_then(Value::as_str)
            .or_else(|| reference(body, "CustomerRef"))
            .unwrap_or_default()
            .to_owned(),
        email: address(body, "BillEmail"),
        total: amount(body, "TotalAmt")?,
        balance: amount(body, "Balance")?,
        due_on: text(body, "DueDate").parse().map_err(|_| absent("DueDate"))?,
        number: number.clone(),
    })
}

fn text(body: &Value, field: &str) -> String {
    body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn address(body: &Value, field: &str) -> Option<String> {
    body.get(field)?.get("Address")?.as_str().map(str::to_owned)
}
