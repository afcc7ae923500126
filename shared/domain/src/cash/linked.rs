//! Documents that the provider's own data name: Stripe's invoice, or metadata with an id or a number.
use super::book::Document;
use super::case::Case;
use super::keys::DocumentKey;
use super::number::{normal_form, zero_free_form};
use crate::ids::InvoiceId;

/// The linked documents, each once.
pub fn documents<'a>(case: &Case<'a>) -> Vec<&'a Document> {
    let payment = case.payment;
    let mut found: Vec<&Document> = Vec::new();
    let stripe = payment.stripe_invoice.iter().cloned().map(DocumentKey::Stripe);
    let metadata = payment.metadata.iter().flat_map(|value| {
        let number = [DocumentKey::Number(normal_form(value)), DocumentKey::Number(zero_free_form(value))];
        [DocumentKey::Id(InvoiceId::new(value.trim())), DocumentKey::Stripe(value.trim().to_owned())]
            .into_iter()
            .chain(number)
    });
    for key in stripe.chain(metadata) {
        for document in case.book.documents(&key) {
            if !found.iter().any(|known| known.id == document.id) {
                found.push(document);
            }
        }
    }
    found.retain(|d| case.payer.may_pay(&d.customer));
    found
}
