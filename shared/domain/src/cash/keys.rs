//! The keys under which documents, customers and payments are found: each a row of an index.
use super::book::{Document, Party, PastPayment};
use super::names::name_keys;
use super::number::{normal_form, zero_free_form};
use crate::ids::{CustomerId, InvoiceId};
use crate::money::Money;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKey {
    Id(InvoiceId),
    /// A whole number, in normal form or free of leading zeros.
    Number(String),
    /// The last four digits of the number, among the documents of one customer: finds digits without their prefix.
    Tail(CustomerId, String),
    PurchaseOrder(String),
    /// A structured reference in normal form.
    Reference(String),
    Stripe(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomerKey {
    /// A bank account, known from the start or learned.
    Account(String),
    Stripe(String),
    MailDomain(String),
    /// A part of a name, as [`name_keys`] makes them.
    Name(String),
    /// A whole name that was learned as another name of the customer, folded.
    Alias(String),
    /// The number under which we keep the customer.
    Number(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentKey {
    /// The provider's id: finds redeliveries and originals.
    Provider(String),
    EndToEnd(String),
    Check(String),
    /// The payments that settle or name an invoice.
    Invoice(InvoiceId),
    /// Payments of this amount from this account.
    AccountAmount(String, i64),
    /// Payments of this amount from a payer of this folded name.
    NameAmount(String, i64),
    /// Payments of this amount of a customer.
    CustomerAmount(CustomerId, i64),
}

/// The keys under which a document must be found.
pub fn of_document(document: &Document) -> Vec<DocumentKey> {
    let text = document.number.as_str();
    let (normal, zero_free) = (normal_form(text), zero_free_form(text));
    let mut keys = vec![DocumentKey::Id(document.id.clone())];
    if normal != zero_free {
        keys.push(DocumentKey::Number(normal));
    }
    keys.push(DocumentKey::Number(zero_free));
    keys.extend(tail(text).map(|tail| DocumentKey::Tail(document.customer.clone(), tail)));
    keys.extend(document.purchase_order.as_deref().map(|po| DocumentKey::PurchaseOrder(normal_form(po))));
    keys.extend(document.payment_reference.as_deref().map(|text| DocumentKey::Reference(normal_form(text))));
    keys.extend(document.stripe_id.clone().map(DocumentKey::Stripe));
    keys
}

/// The last four digits of a number, of those that stand together at its end; filled up with zeros.
pub fn tail(number: &str) -> Option<String> {
    let end = number.trim_end_matches(|c: char| !c.is_ascii_digit());
    let digits: String = end.chars().rev().take_while(char::is_ascii_digit).take(4).collect();
    if digits.is_empty() {
        return None;
    }
    Some(format!("{:0>4}", digits.chars().rev().collect::<String>()))
}

/// The keys under which a customer's name must be found. Accounts, aliases and ids are keys of their own.
pub fn of_name(party: &Party) -> Vec<CustomerKey> {
    name_keys(&party.name).into_iter().map(CustomerKey::Name).collect()
}

/// The keys under which a decided payment must be found.
pub fn of_payment(payment: &PastPayment) -> Vec<PaymentKey> {
    let amount = payment.amount.minor();
    let mut keys = vec![PaymentKey::Provider(payment.provider_id.clone())];
    keys.extend(payment.end_to_end_id.clone().map(PaymentKey::EndToEnd));
    keys.extend(payment.check_number.clone().map(PaymentKey::Check));
    keys.extend(payment.payer_account.clone().map(|account| PaymentKey::AccountAmount(account, amount)));
    keys.extend(
        payment.payer_name.as_deref().map(|name| PaymentKey::NameAmount(super::names::folded(name), amount)),
    );
    keys.extend(payment.customer.clone().map(|customer| PaymentKey::CustomerAmount(customer, amount)));
    let mut invoices: Vec<&InvoiceId> = payment
        .settles
        .iter()
        .map(|(invoice, _): &(InvoiceId, Money)| invoice)
        .chain(&payment.named)
        .collect();
    invoices.sort();
    invoices.dedup();
    keys.extend(invoices.into_iter().cloned().map(PaymentKey::Invoice));
    keys
}
