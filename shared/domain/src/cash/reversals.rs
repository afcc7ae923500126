//! Money that went back: which payment it takes back.
use super::book::PastPayment;
use super::case::Case;
use super::incoming::Direction;
use super::keys::PaymentKey;
use super::lexicon::Word;
use super::names::folded;
use super::near::spans;
use super::verdict::{Evidence, Verdict};
use crate::ids::CustomerId;
use chrono::NaiveDate;

type Way = fn(&Case<'_>) -> Vec<PastPayment>;

/// How the payment that is taken back is found, surest first.
const WAYS: [(&str, Way); 5] = [
    ("reversal-related", related),
    ("reversal-end-to-end", end_to_end),
    ("reversal-invoice", of_invoices),
    ("reversal-check", check),
    ("reversal-payer-amount", payer_amount),
];

/// Every debit is a reversal of a payment, somebody else's business, or for a person.
pub fn find(case: &Case<'_>) -> Option<Verdict> {
    if case.payment.direction != Direction::Debit {
        return None;
    }
    for (rule, way) in WAYS {
        let mut found: Vec<PastPayment> = way(case).into_iter().filter(|past| covers(case, past)).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.dedup_by(|a, b| a.id == b.id);
        if let Some(of) = likeliest(case, &found) {
            let why = format!("takes back {}: {} of {}", of.id, case.payment.amount, of.amount);
            let evidence =
                Evidence { rule, spans: spans(case, &case.mentions), why, confidence_ppm: 995_000 };
            return Some(Verdict::Reverse { of: of.id.clone(), amount: case.payment.amount, evidence });
        }
        if !found.is_empty() {
            let why = format!("{} payments may be taken back", found.len());
            return Some(Verdict::Review { why, proposals: Vec::new() });
        }
    }
    if case.payer.is_known() || !case.mentions.own.is_empty() {
        let why = "money went to a customer, and no payment of that amount is known".into();
        return Some(Verdict::Review { why, proposals: Vec::new() });
    }
    Some(Verdict::Ignore { why: "money went out, to nobody who is a customer".into(), duplicate_of: None })
}

/// The payment still has this much.
fn covers(case: &Case<'_>, past: &PastPayment) -> bool {
    let left = past.amount.minus(past.reversed);
    left.and_then(|left| left.minus(case.payment.amount)).is_ok_and(|rest| !rest.is_negative())
        && past.value_on <= case.payment.value_on
}

fn by(case: &Case<'_>, key: PaymentKey) -> Vec<PastPayment> {
    case.book.payments(&key).into_iter().cloned().collect()
}

fn related(case: &Case<'_>) -> Vec<PastPayment> {
    let given = case.payment.related_id.iter().map(String::as_str);
    let written = case.payment.text.split_whitespace().filter(|word| word.len() >= PROVIDER_ID_MIN);
    given.chain(written).flat_map(|id| by(case, PaymentKey::Provider(id.to_owned()))).collect()
}

/// Shorter words of a text are no provider's id.
const PROVIDER_ID_MIN: usize = 6;

fn end_to_end(case: &Case<'_>) -> Vec<PastPayment> {
    let id = case.payment.end_to_end_id.clone().filter(|id| id.len() >= 4 && id != "NOTPROVIDED");
    id.map_or(Vec::new(), |id| by(case, PaymentKey::EndToEnd(id)))
}

/// Payments that settle or name an invoice that the text names.
fn of_invoices(case: &Case<'_>) -> Vec<PastPayment> {
    let named = case.mentions.documents();
    named.flat_map(|document| by(case, PaymentKey::Invoice(document.id.clone()))).collect()
}

fn check(case: &Case<'_>) -> Vec<PastPayment> {
    let digits = case.reading.segments.iter().filter(|s| s.is_digits && s.text.len() >= 3);
    let found = digits.flat_map(|segment| by(case, PaymentKey::Check(segment.text.clone())));
    found.filter(|past| past.amount == case.payment.amount).collect()
}

fn payer_amount(case: &Case<'_>) -> Vec<PastPayment> {
    let amount = case.payment.amount.minor();
    let account =
        case.payment.payer_account.clone().map(|account| PaymentKey::AccountAmount(account, amount));
    let name = case.payment.payer_name.as_deref().map(|name| PaymentKey::NameAmount(folded(name), amount));
    let customers =
        case.payer.group.iter().map(|id| PaymentKey::CustomerAmount(CustomerId::clone(id), amount));
    account.into_iter().chain(name).chain(customers).flat_map(|key| by(case, key)).collect()
}

/// One; or the one of the day that the text names; or what was paid twice; or the one of just this amount; the latest
/// where they do not differ otherwise.
fn likeliest<'p>(case: &Case<'_>, found: &'p [PastPayment]) -> Option<&'p PastPayment> {
    let amount = case.payment.amount;
    let mut left: Vec<&PastPayment> = found.iter().collect();
    let mut keep = |test: &dyn Fn(&PastPayment) -> bool| {
        if left.iter().any(|past| test(past)) {
            left.retain(|past| test(past));
        }
    };
    keep(&|past| is_dated(&case.payment.text, past.value_on));
    if case.reading.says(Word::Twice) {
        keep(&|past| past.unapplied.minor() >= amount.minor());
        keep(&|past| past.unapplied == amount);
    }
    keep(&|past| past.amount == amount);
    keep(&|past| past.unapplied == amount || past.settles.iter().any(|(_, settled)| *settled == amount));
    keep(&|past| past.payer_name.as_deref().map(folded) == case.payment.payer_name.as_deref().map(folded));
    left.into_iter().max_by(|a, b| (a.value_on, &a.id).cmp(&(b.value_on, &b.id)))
}

/// Whether the text names the day, in any of the usual spellings.
fn is_dated(text: &str, day: NaiveDate) -> bool {
    const SPELLINGS: [&str; 7] =
        ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%y%m%d", "%d.%m.%y"];
    SPELLINGS.iter().any(|spelling| text.contains(&day.format(spelling).to_string()))
}
