//! A folder of files, read and checked as a whole before anything is decided.
use super::lines::{CustomerLine, DocumentType, InvoiceLine, PaymentLine, PolicyFile, ResolutionLine};
use crate::Stopped;
use chrono::{DateTime, NaiveDate, Utc};
use domain::cash::book::{Discount, Document, DocumentKind};
use domain::cash::incoming::PaymentFacts;
use domain::cash::number::DocumentNumber;
use domain::cash::policy::{MatchPolicy, NameList, Rates};
use domain::ids::{CustomerId, InvoiceId, PaymentId};
use domain::money::{Currency, Money, currency};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

pub struct Files {
    pub policy: MatchPolicy,
    pub customers: Vec<CustomerLine>,
    /// With the instant from which they exist, earliest first.
    pub documents: Vec<(DateTime<Utc>, Document)>,
    /// In the order of receipt.
    pub payments: Vec<Received>,
    /// In the order of resolution.
    pub resolutions: Vec<Resolution>,
}

pub struct Received {
    pub id: PaymentId,
    pub at: DateTime<Utc>,
    pub facts: PaymentFacts,
}

/// What a person decided. Negative amounts reopen.
pub struct Resolution {
    pub payment: PaymentId,
    pub at: DateTime<Utc>,
    /// Holds whatever was decided before; otherwise it answers a review.
    pub always: bool,
    pub customer: Option<CustomerId>,
    /// In hundredths of the document's own currency unit, as text: it is read against the document.
    pub allocations: Vec<super::lines::AllocationLine>,
    pub unapplied: Option<Money>,
}

impl Files {
    /// Reads `policy.json` and `resolutions.jsonl` if they are there, and the three other files.
    ///
    /// # Errors
    /// The file, line and field of the first fault: nothing is decided then.
    pub fn read(folder: &Path) -> Result<Self, Stopped> {
        let policy = policy(folder)?;
        let customers = lines(folder, "customers.jsonl", |line: CustomerLine| Ok(line))?;
        let mut documents = lines(folder, "invoices.jsonl", document)?;
        documents.sort_by_key(|(from, _)| *from);
        let payments = lines(folder, "payments.jsonl", payment)?;
        let currencies: BTreeMap<&PaymentId, Currency> =
            payments.iter().map(|payment| (&payment.id, payment.facts.amount.currency())).collect();
        let mut resolutions = if folder.join("resolutions.jsonl").exists() {
            lines(folder, "resolutions.jsonl", |line| resolution(line, &currencies))?
        } else {
            Vec::new()
        };
        resolutions.sort_by_key(|resolution| resolution.at);
        Ok(Self { policy, customers, documents, payments, resolutions })
    }
}

/// Reads a file of JSON lines.
fn lines<L: DeserializeOwned, T>(
    folder: &Path,
    name: &str,
    convert: impl Fn(L) -> Result<T, String>,
) -> Result<Vec<T>, Stopped> {
    let text = std::fs::read_to_string(folder.join(name)).map_err(Stopped::at(name))?;
    let mut out = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = |fault: &dyn Display| Stopped(format!("{name}, line {}: {fault}", index + 1));
        let read: L = serde_json::from_str(line).map_err(|fault| at(&fault))?;
        out.push(convert(read).map_err(|fault| at(&fault))?);
    }
    Ok(out)
}

fn field<T, E: Display>(name: &str, read: Result<T, E>) -> Result<T, String> {
    read.map_err(|fault| format!("{name}: {fault}"))
}

fn day(name: &str, text: &str) -> Result<NaiveDate, String> {
    field(name, text.parse::<NaiveDate>().map_err(|fault| format!("{text:?}: {fault}")))
}

fn instant(name: &str, text: &str) -> Result<DateTime<Utc>, String> {
    let read = DateTime::parse_from_rfc3339(text).map_err(|fault| format!("{text:?}: {fault}"));
    field(name, read).map(|at| at.with_timezone(&Utc))
}

fn money(name: &str, text: &str, of: Currency) -> Result<Money, String> {
    field(name, Money::parse(text, of))
}

fn positive(name: &str, text: &str, of: Currency) -> Result<Money, String> {
    let read = money(name, text, of)?;
    if read.is_positive() { Ok(read) } else { Err(format!("{name}: {text} is not positive")) }
}

fn document(line: InvoiceLine) -> Result<(DateTime<Utc>, Document), String> {
    let of = field("currency", currency(&line.currency))?;
    let amount = positive("amount", &line.amount, of)?;
    let issued_on = day("issue_date", &line.issue_date)?;
    let discount = match (&line.discount_percent, line.discount_days) {
        (Some(percent), Some(days)) => {
            let percent: Decimal = field("discount_percent", percent.parse())?;
            let points = percent.checked_mul(Decimal::ONE_HUNDRED).filter(|points| points.fract().is_zero());
            let basis_points = points.and_then(|points| points.to_u32()).filter(|points| *points < 10_000);
            let basis_points =
                basis_points.ok_or_else(|| format!("discount_percent: {percent} is out of range"))?;
            Some(Discount { basis_points, days })
        }
        _ => None,
    };
    let document = Document {
        id: InvoiceId::new(line.invoice_id),
        kind: match line.kind {
            DocumentType::Invoice => DocumentKind::Invoice,
            DocumentType::CreditMemo => DocumentKind::CreditMemo,
        },
        number: DocumentNumber::new(line.number, issued_on),
        customer: CustomerId::new(line.customer_id),
        issued_on,
        due_on: day("due_date", &line.due_date)?,
        amount,
        open: amount,
        discount,
        purchase_order: line.po_number.filter(|text| !text.is_empty()),
        payment_reference: line.payment_reference.filter(|text| !text.is_empty()),
        stripe_id: line.stripe_invoice_id.filter(|text| !text.is_empty()),
    };
    Ok((instant("created_at", &line.created_at)?, document))
}

fn payment(line: PaymentLine) -> Result<Received, String> {
    let of = field("currency", currency(&line.currency))?;
    let some = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let instructed = match (some(line.instructed_amount), some(line.instructed_currency)) {
        (Some(amount), Some(code)) => {
            let of = field("instructed_currency", currency(&code))?;
            Some(money("instructed_amount", &amount, of)?)
        }
        _ => None,
    };
    let metadata = line.stripe_metadata.unwrap_or_default().into_values();
    let metadata = metadata.filter_map(|value| match value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let facts = PaymentFacts {
        provider_id: line.provider_id,
        source: line.source,
        rail: line.rail.into(),
        direction: line.direction.into(),
        amount: positive("amount", &line.amount, of)?,
        value_on: day("value_date", &line.value_date)?,
        instructed,
        payer_name: some(line.payer_name),
        payer_account: some(line.payer_account),
        payer_email: some(line.payer_email),
        text: line.remittance.unwrap_or_default(),
        structured_reference: some(line.structured_reference),
        end_to_end_id: some(line.end_to_end_id),
        check_number: some(line.check_number),
        stripe_customer: some(line.stripe_customer),
        stripe_invoice: some(line.stripe_invoice),
        metadata: metadata.collect(),
        related_id: some(line.related_provider_id),
    };
    Ok(Received { id: PaymentId::new(line.id), at: instant("received_at", &line.received_at)?, facts })
}

fn resolution(
    line: ResolutionLine,
    currencies: &BTreeMap<&PaymentId, Currency>,
) -> Result<Resolution, String> {
    let payment = PaymentId::new(line.payment_id);
    let unapplied = match (line.unapplied, currencies.get(&payment)) {
        (Some(text), Some(of)) => Some(money("unapplied", &text, *of)?),
        _ => None,
    };
    for allocation in &line.allocations {
        let decimal: Result<Decimal, _> = allocation.amount.parse();
        field(
            "allocations",
            decimal.map_err(|_| format!("{:?} is not a decimal amount", allocation.amount)),
        )?;
    }
    Ok(Resolution {
        payment,
        at: instant("resolved_at", &line.resolved_at)?,
        always: line.always,
        customer: line.customer_id.map(CustomerId::new),
        allocations: line.allocations,
        unapplied,
    })
}

fn policy(folder: &Path) -> Result<MatchPolicy, Stopped> {
    const NAME: &str = "policy.json";
    let path = folder.join(NAME);
    if !path.exists() {
        return Ok(MatchPolicy::default());
    }
    let text = std::fs::read_to_string(&path).map_err(Stopped::at(NAME))?;
    let file: PolicyFile = serde_json::from_str(&text).map_err(Stopped::at(NAME))?;
    converted(file).map_err(|fault| Stopped(format!("{NAME}: {fault}")))
}

/// The file's settings over the shipped ones. Its sets of items may be of any size.
fn converted(file: PolicyFile) -> Result<MatchPolicy, String> {
    let shipped = MatchPolicy::default();
    let percent = |name: &str, number: Option<serde_json::Number>, usual: i64| match number {
        Some(number) => field(name, number.to_string().parse::<i64>()),
        None => Ok(usual),
    };
    let fee_max = match file.fee_tolerance_max {
        Some(caps) => caps
            .into_iter()
            .map(|(code, cap)| money("fee_tolerance_max", &cap, field("fee_tolerance_max", currency(&code))?))
            .collect::<Result<_, String>>()?,
        None => shipped.fee_max,
    };
    let mut rates = BTreeMap::new();
    for (on, of_day) in file.fx_to_base {
        let mut list = Vec::new();
        for (code, rate) in of_day {
            let rate: Decimal = field("fx_to_base", rate.to_string().parse())?;
            list.push((field("fx_to_base", currency(&code))?, rate));
        }
        rates.insert(day("fx_to_base", &on)?, list);
    }
    let names = |list: &[String]| NameList::new(list.iter().map(String::as_str));
    let rounding = file.rounding_tolerance.map(|text| money("rounding_tolerance", &text, Currency::USD));
    Ok(MatchPolicy {
        rounding_minor: rounding.transpose()?.map_or(shipped.rounding_minor, Money::minor),
        fee_rails: file
            .fee_tolerance_rails
            .map_or(shipped.fee_rails, |rails| rails.into_iter().map(Into::into).collect()),
        fee_max,
        fee_percent: percent("fee_tolerance_percent", file.fee_tolerance_percent, shipped.fee_percent)?,
        discount_grace_days: file.discount_grace_days.unwrap_or(shipped.discount_grace_days),
        fx_percent: percent("fx_tolerance_percent", file.fx_tolerance_percent, shipped.fx_percent)?,
        rates: Rates(rates),
        own_accounts: file.own_accounts,
        processors: names(&file.payment_processors),
        lockboxes: names(&file.lockboxes),
        payout_names: names(&file.stripe_payout_names),
        subset_items_max: shipped.subset_items_max,
        subset_size_max: shipped.subset_items_max,
        oldest_first: file.fifo_guessing_allowed,
    })
}
