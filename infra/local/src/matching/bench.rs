//! `dunlin bench match`: how fast the engine decides, over a ledger as large as asked. Reading files is not counted.
use super::files::{Files, Received};
use super::lines::CustomerLine;
use super::run::Ledger;
use crate::Stopped;
use crate::screen::write_line;
use chrono::{DateTime, Utc};
use domain::cash::book::{Document, DocumentKind, Party};
use domain::cash::names::Name;
use domain::cash::number::DocumentNumber;
use domain::ids::{CustomerId, InvoiceId};
use domain::money::Money;
use std::path::Path;
use std::time::{Duration, Instant};

/// Decides the folder's payments over its own ledger and copies of it under other names, until `open` are open; then
/// payments of one customer who has five thousand open items.
///
/// # Errors
/// A file that does not read.
pub fn run(folder: &Path, open: usize) -> Result<(), Stopped> {
    let files = Files::read(folder)?;
    let mut customers: Vec<CustomerLine> = Vec::new();
    let mut copies: Vec<Document> = Vec::new();
    let each = files.documents.len().max(1);
    for copy in 1..=open.saturating_sub(1).checked_div(each).unwrap_or(0).saturating_add(1) {
        let left = open.saturating_sub(copies.len());
        copies.extend(files.documents.iter().take(left).map(|(_, document)| renamed(document, copy)));
        customers.extend(files.customers.iter().map(|customer| renamed_customer(customer, copy)));
    }
    customers.extend(files.customers);
    let mut ledger = Ledger::new(files.policy, customers, files.documents, Vec::new());
    for document in copies {
        ledger.book.add_document(document);
    }
    let times = timed(&mut ledger, &files.payments);
    report(&format!("{} payments, {} open", times.len(), ledger.book.open_count()), &times);
    let crowded = crowded(&mut ledger, &files.payments);
    let times = timed(&mut ledger, &crowded);
    report(&format!("{} payments of a customer with {CROWD} open items", times.len()), &times);
    if let Some(peak) = peak_memory() {
        write_line(&format!("peak memory: {peak}"));
    }
    Ok(())
}

/// How long each decision takes, its booking included.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the machine's clock")]
fn timed(ledger: &mut Ledger, payments: &[Received]) -> Vec<Duration> {
    let mut times = Vec::with_capacity(payments.len());
    for payment in payments {
        ledger.advance(payment.at, |_| None);
        let start = Instant::now();
        ledger.take(payment);
        times.push(start.elapsed());
    }
    times
}

fn report(what: &str, times: &[Duration]) {
    let total: Duration = times.iter().sum();
    let count = u128::try_from(times.len()).unwrap_or(0);
    let per_second = count.saturating_mul(1_000_000_000).checked_div(total.as_nanos()).unwrap_or(0);
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = |percent: usize| {
        let place = sorted.len().saturating_mul(percent).checked_div(100).unwrap_or(0);
        sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    write_line(&format!(
        "{what}: {per_second} payments/s on one core; median {:?}, 99 % within {:?}, worst {:?}",
        at(50),
        at(99),
        at(100)
    ));
}

/// The same document of another customer, under another number.
fn renamed(document: &Document, copy: usize) -> Document {
    let number = document.number.as_str();
    let digits = number.trim_end_matches(|c: char| !c.is_ascii_digit());
    let prefix = digits.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = format!("{prefix}{copy}{}", number.get(prefix.len()..).unwrap_or(""));
    let other = |text: &String| format!("{text}{copy}");
    Document {
        id: InvoiceId::new(format!("{}-{copy}", document.id)),
        customer: CustomerId::new(format!("{}-{copy}", document.customer)),
        number: DocumentNumber::new(number, document.issued_on),
        purchase_order: document.purchase_order.as_ref().map(other),
        payment_reference: document.payment_reference.as_ref().map(other),
        stripe_id: document.stripe_id.as_ref().map(other),
        ..document.clone()
    }
}

/// Words of a name keep their length and get other letters; legal forms stay.
fn renamed_customer(customer: &CustomerLine, copy: usize) -> CustomerLine {
    let turn = u32::try_from(copy % 24).unwrap_or(0).saturating_add(1);
    let turned = |c: char| match c {
        'a'..='z' => turned_by(c, 'a', turn),
        'A'..='Z' => turned_by(c, 'A', turn),
        other => other,
    };
    let word =
        |word: &str| if word.len() <= 4 { word.to_owned() } else { word.chars().map(turned).collect() };
    let name = customer.name.split(' ').map(word).collect::<Vec<String>>().join(" ");
    CustomerLine {
        customer_id: format!("{}-{copy}", customer.customer_id),
        name: format!("{name} {copy}"),
        parent_id: customer.parent_id.as_ref().map(|parent| format!("{parent}-{copy}")),
        email_domain: customer.email_domain.as_ref().map(|domain| format!("{copy}.{domain}")),
        customer_number: customer.customer_number.as_ref().map(|number| format!("{number}{copy}")),
        bank_accounts: customer.bank_accounts.iter().map(|account| format!("{account}{copy}")).collect(),
        stripe_customer_id: customer.stripe_customer_id.as_ref().map(|id| format!("{id}{copy}")),
    }
}

fn turned_by(c: char, first: char, turn: u32) -> char {
    let from = u32::from(c).saturating_sub(u32::from(first)).saturating_add(turn) % 26;
    char::from_u32(u32::from(first).saturating_add(from)).unwrap_or(c)
}

const CROWD: usize = 5_000;
const CROWD_NAME: &str = "Crowded Harbour Works Ltd";

/// Gives one customer many open items, and payments that name none, one, a misprinted one, forty, or a part.
fn crowded(ledger: &mut Ledger, payments: &[Received]) -> Vec<Received> {
    let Some(last) = payments.last() else { return Vec::new() };
    let id = CustomerId::new("crowd");
    let party =
        Party { id: id.clone(), name: Name::read(CROWD_NAME), parent: None, subsidiaries: Vec::new() };
    ledger.book.add_party(party, Vec::new());
    let (at, template) = (last.at, &last.facts);
    let currency = template.amount.currency();
    for item in 0..CROWD {
        let amount =
            Money::new(i64::try_from(item).unwrap_or(0).saturating_mul(37).saturating_add(10_001), currency);
        ledger.book.add_document(Document {
            id: InvoiceId::new(format!("crowd-{item}")),
            kind: DocumentKind::Invoice,
            number: DocumentNumber::new(format!("CR-{}", 500_000 + item), template.value_on),
            customer: id.clone(),
            issued_on: template.value_on,
            due_on: template.value_on,
            amount,
            open: amount,
            discount: None,
            purchase_order: None,
            payment_reference: None,
            stripe_id: None,
        });
    }
    let list: Vec<String> = (0..40).map(|item| format!("CR-{}", 500_100 + item * 7)).collect();
    let texts = [
        "",
        "thank you",
        "CR-500200",
        "CR-50020O",
        "CR-5002",
        &list.join(", "),
        "CR-500300 and 3 others",
        "CR-500400 to CR-500900",
    ];
    let amounts = [10_001, 12_345_67, 99_999_999, 17_401, 5_000];
    let every = texts.iter().flat_map(|text| amounts.iter().map(move |amount| (*text, *amount)));
    every
        .enumerate()
        .map(|(index, (text, minor))| crowd_payment(last, at, index, text, Money::new(minor, currency)))
        .collect()
}

fn crowd_payment(like: &Received, at: DateTime<Utc>, index: usize, text: &str, amount: Money) -> Received {
    let mut facts = like.facts.clone();
    facts.provider_id = format!("crowd-{index}");
    facts.direction = domain::cash::incoming::Direction::Credit;
    facts.text = text.to_owned();
    facts.amount = amount;
    facts.payer_name = Some(CROWD_NAME.to_owned());
    facts.payer_account = None;
    facts.payer_email = None;
    facts.stripe_customer = None;
    facts.stripe_invoice = None;
    facts.structured_reference = None;
    facts.metadata = Vec::new();
    facts.instructed = None;
    facts.end_to_end_id = None;
    Received { id: domain::ids::PaymentId::new(format!("crowd-{index}")), at, facts }
}

/// What the operating system says, where it does.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|peak| peak.trim().to_owned())
}
