//! One payment with everything that was looked up for it: what the rules are functions of.
use super::book::{Book, Document, DocumentKind};
use super::incoming::PaymentFacts;
use super::mentions::Mentions;
use super::payer::{Certainty, Payer, Phrases, named_in_text};
use super::policy::MatchPolicy;
use super::reading::Reading;
use super::verdict::{Line, LineKind, Proposal};
use crate::dates::plus_days;
use crate::ids::CustomerId;
use crate::money::{Currency, Money};

pub struct Case<'a> {
    pub payment: &'a PaymentFacts,
    pub policy: &'a MatchPolicy,
    pub book: &'a dyn Book,
    pub reading: Reading,
    pub payer: Payer<'a>,
    /// What the payer may pay: open invoices and credit memos of the group.
    pub open: Vec<&'a Document>,
    pub mentions: Mentions<'a>,
}

impl<'a> Case<'a> {
    pub fn new(payment: &'a PaymentFacts, policy: &'a MatchPolicy, book: &'a dyn Book) -> Self {
        let reading = Reading::of(payment);
        let mut payer = Payer::of(payment, &reading, policy, book);
        if payer.certainty == Certainty::Certain && payer.group.len() > payer.parties.len() {
            narrow_to_named(&mut payer, payment, book);
        }
        let open = payer
            .group
            .iter()
            .flat_map(|customer| book.open_items(customer))
            .filter(|d| d.is_open())
            .collect();
        let mentions = Mentions::find(payment, &reading, &payer, book);
        Self { payment, policy, book, reading, payer, open, mentions }
    }

    /// What the payment is worth in a currency, and by how much it may be off: nothing, unless it was converted.
    pub fn worth(&self, currency: Currency) -> Option<Worth> {
        let amount = self.payment.amount;
        if amount.currency() == currency {
            return Some(Worth { minor: amount.minor(), off_by: 0, is_foreign: false });
        }
        if let Some(instructed) = self.payment.instructed.filter(|i| i.currency() == currency) {
            return Some(Worth { minor: instructed.minor(), off_by: 0, is_foreign: true });
        }
        let converted = self.policy.rates.convert(amount, currency, self.payment.value_on)?;
        let percent = self.policy.fx_percent;
        let off_by = converted.minor().saturating_mul(percent).checked_div(100).unwrap_or(0);
        Some(Worth { minor: converted.minor(), off_by, is_foreign: true })
    }

    /// The discount that the payment earns on an invoice; 0 where none is due.
    pub fn discount(&self, document: &Document) -> i64 {
        let Some(discount) = document.discount.filter(|_| document.is_untouched()) else { return 0 };
        let last =
            plus_days(document.issued_on, discount.days.saturating_add(self.policy.discount_grace_days));
        if self.payment.value_on > last || document.kind != DocumentKind::Invoice {
            return 0;
        }
        share(document.amount.minor(), discount.basis_points)
    }

    /// Open invoices of the group in a currency.
    pub fn invoices(&self, currency: Currency) -> impl Iterator<Item = &'a Document> + '_ {
        let wanted = move |d: &&Document| d.kind == DocumentKind::Invoice && d.open.currency() == currency;
        self.open.iter().copied().filter(wanted)
    }

    /// Open credit memos of a customer in a currency.
    pub fn credits<'b>(
        &'b self,
        customer: &'b CustomerId,
        currency: Currency,
    ) -> impl Iterator<Item = &'a Document> + 'b {
        self.open.iter().copied().filter(move |d| {
            d.kind == DocumentKind::CreditMemo && d.customer == *customer && d.open.currency() == currency
        })
    }

    /// A way to explain the payment by these documents, as much of it as each takes.
    pub fn proposal(&self, documents: &[&Document], why: impl Into<String>) -> Proposal {
        let mut left =
            documents.first().and_then(|d| self.worth(d.open.currency())).map_or(0, |worth| worth.minor);
        let mut lines = Vec::new();
        for document in documents.iter().filter(|d| d.is_open_invoice()) {
            let part = document.open.minor().min(left);
            if part > 0 {
                let amount = Money::new(part, document.open.currency());
                lines.push(Line { document: document.id.clone(), amount, kind: LineKind::Payment });
                left -= part;
            }
        }
        let customer = documents.first().map(|d| d.customer.clone());
        Proposal { customer: customer.or_else(|| self.only_party()), lines, why: why.into() }
    }

    pub fn only_party(&self) -> Option<CustomerId> {
        match self.payer.parties.as_slice() {
            [one] => Some(one.id.clone()),
            _ => None,
        }
    }
}

/// What a payment is worth in another currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    pub minor: i64,
    pub off_by: i64,
    pub is_foreign: bool,
}

/// `basis_points` of an amount, rounded half up.
fn share(minor: i64, basis_points: u32) -> i64 {
    let product = i128::from(minor).saturating_mul(i128::from(basis_points)).saturating_add(5_000);
    i64::try_from(product.checked_div(10_000).unwrap_or(0)).unwrap_or(0)
}

/// A parent that says for which subsidiary it pays pays for that one.
fn narrow_to_named<'a>(payer: &mut Payer<'a>, payment: &PaymentFacts, book: &'a dyn Book) {
    let named = named_in_text(&payment.text, book, Phrases::Behalf);
    if let [one] = named.as_slice()
        && payer.group.contains(&&one.id)
    {
        payer.group = vec![&one.id];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_rounds_half_up() {
        assert_eq!(share(88_453, 200), 17_69);
        assert_eq!(share(11_125, 200), 223);
        assert_eq!(share(i64::MAX, 10_000), i64::MAX);
    }
}
