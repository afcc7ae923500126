//! Writing what was planned, through the same rules that callers of the API meet.
use crate::sim::books::BooksError;
use crate::sim::quickbooks::payment;
use crate::sim::quickbooks::refusal::Refusal;
use crate::sim::quickbooks::store::{COMPANY_ZONE, Kind, head, number, put, refresh_balance, set};
use crate::sim::seed::people::{CUSTOMERS, Person, currency_ref, person, terms_ref};
use crate::sim::seed::plan::{Planned, amount, payers, plan};
use crate::sim::seed::splitmix::SplitMix64;
use crate::sim::seed::{FIRST_INVOICE, REALM};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use domain::money::{Currency, Money};
use rusqlite::Connection;
use serde_json::{Value, json};

const CREDIT_MEMOS: i64 = 15;
/// Credit memos that QuickBooks itself linked to invoices, by payments of nothing.
const LINKED_CREDITS: usize = 2;
/// Documents' ids begin here, so that none is taken for a customer's.
const FIRST_TRANSACTION: i64 = 1001;
const SERVICES: [&str; 6] = [
    "Calibration service",
    "Sensor kit",
    "Quarterly maintenance",
    "Spare parts",
    "Installation on site",
    "Software subscription",
];

pub(super) fn all(db: &Connection, rng_seed: u64, as_of: NaiveDate) -> Result<(), BooksError> {
    db.execute("INSERT OR IGNORE INTO qbo_company (realm) VALUES (?1)", [REALM])?;
    let mut random = SplitMix64::new(rng_seed);
    let mut people = Vec::new();
    for id in 1..=CUSTOMERS {
        let (person, fields) = person(id, &mut random);
        let opened_on = as_of - TimeDelta::days(200 + random.below(700));
        // A customer can only be posted to while active: those who left are closed at the end.
        let mut body = document(id, instant(opened_on, &mut random), fields);
        set(&mut body, "Active", json!(true));
        put(db, REALM, Kind::Customer, &body)?;
        people.push(person);
    }
    let planned = plan(&people, as_of, &mut random);
    for (at, invoice) in (0..).zip(&planned) {
        let Some(person) = people.get(invoice.customer) else { continue };
        let body = invoice_body(at, invoice, person, &mut random)?;
        put(db, REALM, Kind::Invoice, &body)?;
    }
    let credits = credit_memos(db, &people, &planned, as_of, &mut random)?;
    for person in &people {
        refresh_balance(db, REALM, person.id, instant(as_of - TimeDelta::days(1), &mut random))?;
    }
    payments(db, &people, &planned, as_of, &mut random)?;
    link_credits(db, &people, &planned, &credits, as_of)?;
    close_customers(db, &people)
}

fn close_customers(db: &Connection, people: &[Person]) -> Result<(), BooksError> {
    for person in people.iter().filter(|person| !person.is_active) {
        let found = crate::sim::quickbooks::store::find(db, REALM, Kind::Customer, person.id)?;
        if let Some(mut body) = found {
            set(&mut body, "Active", json!(false));
            put(db, REALM, Kind::Customer, &body)?;
        }
    }
    Ok(())
}

fn invoice_body(
    at: i64,
    invoice: &Planned,
    person: &Person,
    random: &mut SplitMix64,
) -> Result<Value, BooksError> {
    let mut fields = json!({
        "DocNumber": format!("INV-{}", FIRST_INVOICE + at),
        "TxnDate": invoice.issued_on.to_string(), "DueDate": invoice.due_on.to_string(),
        "CustomerRef": {"value": person.id.to_string(), "name": person.name},
        "CurrencyRef": currency_ref(person.ccy), "SalesTermRef": terms_ref(person.terms_days),
        "TotalAmt": number(invoice.total)?, "Balance": number(invoice.total)?,
        "Line": lines(invoice.total, random)?, "LinkedTxn": [], "EmailStatus": "EmailSent", "Deposit": 0,
        "PrintStatus": "NotSet", "AllowOnlineCreditCardPayment": false, "AllowOnlineACHPayment": false,
    });
    if let Some(email) = &person.email {
        set(&mut fields, "BillEmail", json!({"Address": email}));
    } else {
        set(&mut fields, "EmailStatus", json!("NotSet"));
    }
    if let Some(rate) = exchange_rate(person.ccy) {
        set(&mut fields, "ExchangeRate", serde_json::from_str(rate)?);
    }
    Ok(document(FIRST_TRANSACTION + at, instant(invoice.issued_on, random), fields))
}

/// One or two lines of sale, and the subtotal that QuickBooks adds.
fn lines(total: Money, random: &mut SplitMix64) -> Result<Value, BooksError> {
    let first = if random.chance(35) { total.minor() / 3 } else { total.minor() };
    let mut lines = Vec::new();
    for (n, minor) in [(1, first), (2, total.minor() - first)].into_iter().filter(|(_, minor)| *minor > 0) {
        let item = random.below(6);
        let name =
            usize::try_from(item).ok().and_then(|item| SERVICES.get(item)).copied().unwrap_or_default();
        lines.push(json!({
            "Id": n.to_string(), "LineNum": n, "Description": name,
            "Amount": number(Money::new(minor, total.currency()))?, "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": (item + 1).to_string(), "name": name}},
        }));
    }
    lines.push(
        json!({"Amount": number(total)?, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}),
    );
    Ok(Value::Array(lines))
}

/// A credit memo of some customer who owes, with what it may be used on.
struct Credit {
    id: i64,
    customer: usize,
    total: Money,
}

fn credit_memos(
    db: &Connection,
    people: &[Person],
    planned: &[Planned],
    as_of: NaiveDate,
    random: &mut SplitMix64,
) -> Result<Vec<Credit>, BooksError> {
    let open: Vec<&Planned> = planned.iter().filter(|invoice| !invoice.is_settled).collect();
    let stride = open.len() / usize::try_from(CREDIT_MEMOS).unwrap_or(1);
    let mut credits = Vec::new();
    for (n, invoice) in (0..CREDIT_MEMOS).zip(open.iter().step_by(stride.max(1))) {
        let Some(person) = people.get(invoice.customer) else { continue };
        let id = FIRST_TRANSACTION + i64::try_from(planned.len()).unwrap_or_default() + n;
        // A tenth of an invoice, in whole hundreds of minor units: a return, not a cancellation.
        let total = Money::new((invoice.total.minor() / 1000 * 100).max(100), person.ccy);
        let issued_on = as_of - TimeDelta::days(1 + random.below(40));
        let fields = json!({
            "DocNumber": format!("CM-{}", 2001 + n), "TxnDate": issued_on.to_string(),
            "CustomerRef": {"value": person.id.to_string(), "name": person.name},
            "CurrencyRef": currency_ref(person.ccy), "CustomerMemo": {"value": "Returned goods"},
            "TotalAmt": number(total)?, "Balance": number(total)?, "RemainingCredit": number(total)?,
            "Line": lines(total, random)?, "LinkedTxn": [],
        });
        put(db, REALM, Kind::CreditMemo, &document(id, instant(issued_on, random), fields))?;
        credits.push(Credit { id, customer: invoice.customer, total });
    }
    Ok(credits)
}

/// One payment of each payer over the invoices planned as settled: every third leaves half of the last one open,
/// every ninth brings more than it pays.
fn payments(
    db: &Connection,
    people: &[Person],
    planned: &[Planned],
    as_of: NaiveDate,
    random: &mut SplitMix64,
) -> Result<(), BooksError> {
    for (n, payer) in payers(people).into_iter().enumerate() {
        let Some(person) = people.get(payer) else { continue };
        let covered: Vec<(i64, &Planned)> =
            (FIRST_TRANSACTION..).zip(planned).filter(|(_, i)| i.is_settled && i.customer == payer).collect();
        let is_short = person.is_active && n % 3 == 0;
        let mut applied = Vec::new();
        for (at, (id, invoice)) in covered.iter().enumerate() {
            let is_last = at + 1 == covered.len();
            let minor = invoice.total.minor();
            applied.push((
                Kind::Invoice,
                *id,
                Money::new(if is_last && is_short { minor / 2 } else { minor }, person.ccy),
            ));
        }
        let extra = if n % 9 == 4 { amount(person.ccy, random) } else { Money::zero(person.ccy) };
        let total = Money::sum(person.ccy, applied.iter().map(|(.., amount)| *amount).chain([extra]))?;
        let issued_on = covered.iter().map(|(_, invoice)| invoice.issued_on).max().unwrap_or(as_of);
        let paid_on = (issued_on + TimeDelta::days(5 + random.below(30))).min(as_of - TimeDelta::days(1));
        let method = random.pick(&["CHK", "ACH", "WIRE"]);
        let header = json!({
            "PaymentRefNum": format!("{method} {}", 20_400 + random.below(9_000)), "TxnDate": paid_on.to_string(),
            "DepositToAccountRef": {"value": "35"},
        });
        post(db, person, (total, &applied), header, instant(paid_on, random))?;
    }
    Ok(())
}

/// QuickBooks links credits to charges by payments of zero; a reader must not take them for cash.
fn link_credits(
    db: &Connection,
    people: &[Person],
    planned: &[Planned],
    credits: &[Credit],
    as_of: NaiveDate,
) -> Result<(), BooksError> {
    for credit in credits.iter().take(LINKED_CREDITS) {
        let is_open = |invoice: &Planned| !invoice.is_settled && invoice.customer == credit.customer;
        let target = (FIRST_TRANSACTION..)
            .zip(planned)
            .find(|(_, i)| is_open(i) && i.total.minor() > credit.total.minor());
        let (Some((invoice, _)), Some(person)) = (target, people.get(credit.customer)) else { continue };
        let applied = [(Kind::Invoice, invoice, credit.total), (Kind::CreditMemo, credit.id, credit.total)];
        let linked_on = as_of - TimeDelta::days(1);
        let header = json!({
            "TxnDate": linked_on.to_string(), "PrivateNote": "Created by QB Online to link credits to charges.",
        });
        post(db, person, (Money::zero(person.ccy), &applied), header, at_hour(linked_on, 15))?;
    }
    Ok(())
}

fn post(
    db: &Connection,
    person: &Person,
    (total, applied): (Money, &[(Kind, i64, Money)]),
    header: Value,
    now: DateTime<Utc>,
) -> Result<(), BooksError> {
    let mut request = header;
    let mut lines = Vec::new();
    for (kind, id, amount) in applied {
        let linked = json!([{"TxnId": id.to_string(), "TxnType": kind.name()}]);
        lines.push(json!({"Amount": number(*amount)?, "LinkedTxn": linked}));
    }
    set(&mut request, "CustomerRef", json!({"value": person.id.to_string()}));
    set(&mut request, "TotalAmt", number(total)?);
    set(&mut request, "Line", Value::Array(lines));
    payment::create(db, REALM, &request, now).map_err(Refusal::into_books_error)?;
    Ok(())
}

fn document(id: i64, now: DateTime<Utc>, fields: Value) -> Value {
    let mut body = head(id, now);
    for (field, value) in fields.as_object().into_iter().flatten() {
        set(&mut body, field, value.clone());
    }
    body
}

/// Dollars for one unit, as on some day of the autumn.
fn exchange_rate(ccy: Currency) -> Option<&'static str> {
    match ccy {
        Currency::EUR => Some("1.0845"),
        Currency::GBP => Some("1.2710"),
        Currency::JPY => Some("0.00655"),
        _ => None,
    }
}

/// Some time in the company's office hours.
fn instant(day: NaiveDate, random: &mut SplitMix64) -> DateTime<Utc> {
    at_hour(day, 9) + TimeDelta::minutes(random.below(8 * 60))
}

fn at_hour(day: NaiveDate, hour: u32) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
    // Clocks change at night, so office hours always exist; the fallback reads them as UTC.
    COMPANY_ZONE.from_local_datetime(&local).earliest().map_or(local.and_utc(), |at| at.to_utc())
}
