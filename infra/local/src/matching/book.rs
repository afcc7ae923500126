//! A book in memory: documents, customers and payments by the keys that the store keeps rows for.
use super::index::Index;
use domain::cash::book::{Book, Document, Party, PastPayment};
use domain::cash::keys::{CustomerKey, DocumentKey, PaymentKey, of_document, of_name, of_payment};
use domain::cash::number::{normal_form, zero_free_form};
use domain::ids::{CustomerId, InvoiceId, PaymentId};
use domain::money::Money;
use std::collections::HashMap;

#[derive(Default)]
pub struct MemoryBook {
    documents: Vec<Document>,
    by_key: Index<DocumentKey>,
    /// Positions of open documents.
    open: HashMap<CustomerId, Vec<u32>>,
    parties: Vec<Party>,
    by_id: HashMap<CustomerId, usize>,
    customers: HashMap<CustomerKey, Vec<usize>>,
    payments: Vec<PastPayment>,
    payment_at: HashMap<PaymentId, usize>,
    payment_keys: HashMap<PaymentKey, Vec<usize>>,
}

impl MemoryBook {
    pub fn add_document(&mut self, document: Document) {
        let Ok(at) = u32::try_from(self.documents.len()) else { return };
        for key in of_document(&document) {
            self.by_key.insert(&key, at);
        }
        if document.is_open() {
            self.open.entry(document.customer.clone()).or_default().push(at);
        }
        self.documents.push(document);
    }

    /// Adds a customer with the keys that lead to it beside its name.
    pub fn add_party(&mut self, party: Party, keys: Vec<CustomerKey>) {
        let at = self.parties.len();
        for key in of_name(&party).into_iter().chain(keys) {
            self.customers.entry(key).or_default().push(at);
        }
        self.by_id.insert(party.id.clone(), at);
        self.parties.push(party);
    }

    /// From now on the key leads to the customer too.
    pub fn learn(&mut self, key: CustomerKey, customer: &CustomerId) {
        if let Some(at) = self.by_id.get(customer) {
            let known = self.customers.entry(key).or_default();
            if !known.contains(at) {
                known.push(*at);
            }
        }
    }

    pub fn add_payment(&mut self, payment: PastPayment) {
        let at = self.payments.len();
        self.payment_at.insert(payment.id.clone(), at);
        self.payments.push(payment);
        self.index_payment(at);
    }

    /// Changes a payment; it is found under its new keys too.
    pub fn change_payment(&mut self, id: &PaymentId, change: impl FnOnce(&mut PastPayment)) {
        let Some(at) = self.payment_at.get(id).copied() else { return };
        if let Some(payment) = self.payments.get_mut(at) {
            change(payment);
        }
        self.index_payment(at);
    }

    pub fn payment(&self, id: &PaymentId) -> Option<&PastPayment> {
        self.payment_at.get(id).and_then(|at| self.payments.get(*at))
    }

    fn index_payment(&mut self, at: usize) {
        for key in self.payments.get(at).map(of_payment).unwrap_or_default() {
            let known = self.payment_keys.entry(key).or_default();
            if !known.contains(&at) {
                known.push(at);
            }
        }
    }

    pub fn document(&self, id: &InvoiceId) -> Option<&Document> {
        self.documents(&DocumentKey::Id(id.clone())).into_iter().next()
    }

    /// Lowers what is open by an amount, or raises it where the amount is negative; within nothing and the whole.
    pub fn settle(&mut self, id: &InvoiceId, amount: Money) {
        let key = DocumentKey::Id(id.clone());
        let Some(at) = self.by_key.find(&key).find(|at| self.at(*at).is_some_and(|d| d.id == *id)) else {
            return;
        };
        let Some(document) = usize::try_from(at).ok().and_then(|at| self.documents.get_mut(at)) else {
            return;
        };
        let left = document.open.minor().saturating_sub(amount.minor()).clamp(0, document.amount.minor());
        document.open = Money::new(left, document.open.currency());
        let open = self.open.entry(document.customer.clone()).or_default();
        if left == 0 {
            open.retain(|known| *known != at);
        } else if !open.contains(&at) {
            open.push(at);
        }
    }

    pub fn open_count(&self) -> usize {
        self.open.values().map(Vec::len).sum()
    }

    fn at(&self, at: u32) -> Option<&Document> {
        usize::try_from(at).ok().and_then(|at| self.documents.get(at))
    }

    fn party_at(&self, at: &usize) -> Option<&Party> {
        self.parties.get(*at)
    }
}

impl Book for MemoryBook {
    fn documents(&self, key: &DocumentKey) -> Vec<&Document> {
        self.by_key.find(key).filter_map(|at| self.at(at)).filter(|document| has(document, key)).collect()
    }

    fn open_items(&self, customer: &CustomerId) -> Vec<&Document> {
        self.open.get(customer).into_iter().flatten().filter_map(|at| self.at(*at)).collect()
    }

    fn customers(&self, key: &CustomerKey) -> Vec<&Party> {
        self.customers.get(key).into_iter().flatten().filter_map(|at| self.party_at(at)).collect()
    }

    fn party(&self, customer: &CustomerId) -> Option<&Party> {
        self.by_id.get(customer).and_then(|at| self.party_at(at))
    }

    fn payments(&self, key: &PaymentKey) -> Vec<&PastPayment> {
        self.payment_keys.get(key).into_iter().flatten().filter_map(|at| self.payments.get(*at)).collect()
    }
}

/// Whether the document has the key: the index holds digests only.
fn has(document: &Document, key: &DocumentKey) -> bool {
    match key {
        DocumentKey::Id(id) => document.id == *id,
        DocumentKey::Number(form) => {
            let number = document.number.as_str();
            zero_free_form(number) == *form || normal_form(number) == *form
        }
        DocumentKey::Tail(customer, _) => document.customer == *customer,
        DocumentKey::PurchaseOrder(form) => {
            document.purchase_order.as_deref().map(normal_form).as_ref() == Some(form)
        }
        DocumentKey::Reference(form) => {
            document.payment_reference.as_deref().map(normal_form).as_ref() == Some(form)
        }
        DocumentKey::Stripe(id) => document.stripe_id.as_ref() == Some(id),
    }
}
