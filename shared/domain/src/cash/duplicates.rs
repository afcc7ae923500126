//! The same movement of money told twice: a redelivery, or a second channel.
use super::book::{Book, PastPayment};
use super::incoming::PaymentFacts;
use super::keys::PaymentKey;
use super::verdict::Verdict;

/// A movement that is here already. The same provider id with another amount is for a person: banks reuse ids across
/// accounts.
pub fn find(payment: &PaymentFacts, book: &dyn Book) -> Option<Verdict> {
    let again = book.payments(&PaymentKey::Provider(payment.provider_id.clone()));
    if let Some(seen) =
        again.iter().find(|seen| seen.amount == payment.amount && is_same_account(seen, payment))
    {
        return Some(ignored("delivered before under the same id", seen));
    }
    if let Some(seen) = again.first() {
        let why = format!("{} is here under the same id, with another amount or account", seen.id);
        return Some(Verdict::Review { why, proposals: Vec::new() });
    }
    let end_to_end = payment.end_to_end_id.as_ref().filter(|id| is_specific(id))?;
    let told = book.payments(&PaymentKey::EndToEnd(end_to_end.clone()));
    let same = told.into_iter().find(|seen| {
        seen.source != payment.source
            && seen.amount == payment.amount
            && seen.value_on == payment.value_on
            && is_same_account(seen, payment)
    })?;
    Some(ignored("told before by another channel: same end-to-end id, account, amount and value date", same))
}

fn ignored(why: &str, seen: &PastPayment) -> Verdict {
    Verdict::Ignore { why: why.into(), duplicate_of: Some(seen.id.clone()) }
}

/// Not every channel tells the account; two that differ are two movements.
fn is_same_account(seen: &PastPayment, payment: &PaymentFacts) -> bool {
    match (&seen.payer_account, &payment.payer_account) {
        (Some(seen), Some(told)) => seen == told,
        _ => true,
    }
}

/// Banks fill the field where the payer gave nothing.
fn is_specific(id: &str) -> bool {
    let plain = id.trim().to_ascii_uppercase();
    plain.len() >= 4
        && !matches!(plain.as_str(), "NOTPROVIDED" | "NOT PROVIDED" | "NONREF" | "NONE" | "UNKNOWN")
}
