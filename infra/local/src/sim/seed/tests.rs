use super::*;
use std::collections::BTreeSet;

fn monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 16).unwrap()
}

fn books(rng_seed: u64) -> Books {
    let books = Books::in_memory().unwrap();
    seed(&books, rng_seed, monday()).unwrap();
    books
}

fn all(books: &Books) -> Vec<SeededInvoice> {
    (FIRST_INVOICE..FIRST_INVOICE + 1000).map(|n| invoice(books, n).unwrap().unwrap()).collect()
}

fn count(books: &Books, wanted: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM qbo_document WHERE {wanted}");
    books.read(|db| Ok::<_, BooksError>(db.query_row(&sql, [], |row| row.get(0))?)).unwrap()
}

#[test]
fn one_seed_gives_one_set_of_books() {
    let (first, again) = (books(7), books(7));
    let bodies = |books: &Books| -> Vec<String> {
        books
            .read(|db| {
                let mut statement = db.prepare("SELECT body FROM qbo_document ORDER BY kind, id")?;
                let bodies = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
                Ok::<_, BooksError>(bodies)
            })
            .unwrap()
    };
    assert_eq!(bodies(&first), bodies(&again));
    assert_ne!(dump_csv(&first).unwrap(), dump_csv(&books(8)).unwrap());
    let changes = first.changes().unwrap();
    seed(&first, 7, monday()).unwrap();
    assert_eq!(first.changes().unwrap(), changes, "seeding twice changes nothing");
}

#[test]
fn the_books_are_as_large_and_as_late_as_announced() {
    let books = books(7);
    assert_eq!(count(&books, "kind = 'Customer'"), 200);
    assert_eq!(count(&books, "kind = 'Invoice'"), 1000);
    assert_eq!(count(&books, "kind = 'CreditMemo'"), 15);
    assert_eq!(count(&books, "kind = 'Payment'"), 40);
    let invoices = all(&books);
    let overdue = invoices.iter().filter(|i| i.balance.is_positive() && i.due_on < monday()).count();
    assert!((330..=370).contains(&overdue), "{overdue} overdue");
    let partly = invoices.iter().filter(|i| i.balance.is_positive() && i.balance != i.total).count();
    let paid = invoices.iter().filter(|i| i.balance.is_zero()).count();
    assert!(partly >= 8 && paid >= 120, "{partly} partly, {paid} paid");
    let days = invoices.iter().map(|i| (i.due_on - monday()).num_days());
    assert!(days.clone().min().unwrap() >= -120 && days.max().unwrap() <= 61);
    let currencies: BTreeSet<_> = invoices.iter().map(|i| i.total.currency().code()).collect();
    assert_eq!(currencies, BTreeSet::from(["EUR", "GBP", "JPY", "USD"]));
    assert!(invoices.iter().any(|i| i.email.is_none()));
}

#[test]
fn customers_are_distinct_and_those_who_left_owe_nothing() {
    let books = books(7);
    let customers: Vec<_> = (1..=200).map(|i| customer(&books, i).unwrap().unwrap()).collect();
    let names: BTreeSet<_> = customers.iter().map(|customer| &customer.name).collect();
    assert_eq!(names.len(), 200);
    let left: Vec<_> = customers.iter().filter(|customer| !customer.is_active).collect();
    assert_eq!(left.len(), 8);
    assert!(left.iter().all(|customer| !customer.balance.is_positive()), "{left:?}");
    for customer in &customers {
        let is_reserved = |email: &String| email.ends_with(".example") || email.ends_with("@example.com");
        assert!(customer.email.iter().all(is_reserved) && !customer.name.contains([',', '"']));
    }
}

/// Total = balance + what the payments' lines applied, for every invoice.
#[test]
fn every_invoice_adds_up() {
    let books = books(7);
    let payments = books
        .read(|db| {
            let mut statement = db.prepare("SELECT body FROM qbo_document WHERE kind = 'Payment'")?;
            let bodies =
                statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok::<_, BooksError>(bodies)
        })
        .unwrap();
    let payments: Vec<Value> = payments.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let lines: Vec<&Value> =
        payments.iter().flat_map(|payment| payment["Line"].as_array().unwrap()).collect();
    for invoice in all(&books) {
        let (ccy, id) = (invoice.total.currency(), invoice.id.to_string());
        let is_of = |line: &&&Value| {
            let linked = &line["LinkedTxn"][0];
            linked["TxnType"] == "Invoice" && linked["TxnId"].as_str() == Some(&id)
        };
        let applied =
            lines.iter().filter(is_of).map(|line| Money::parse(&line["Amount"].to_string(), ccy).unwrap());
        let applied = Money::sum(ccy, applied).unwrap();
        assert_eq!(invoice.balance.plus(applied).unwrap(), invoice.total, "{}", invoice.number);
    }
}
