//! Stripe: payments, debits under way, balances, refunds and card disputes, read back after a notice.
//!
//! A webhook is a hint: [`notice::Notice`] says what to read, the calls here read it, [`map`] says what it means. The
//! list of events has what no webhook brought.
pub mod currency;
pub mod facts;
pub mod fault;
pub mod map;
pub mod notice;
pub mod wire;

#[cfg(test)]
mod events_tests;
#[cfg(test)]
mod tests;

use crate::call::{Call, request};
use crate::fault::Fault;
use bytes::Bytes;
use http::Method;
use http::header::AUTHORIZATION;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use wire::{Charge, Customer, Dispute, Event, InvoicePayment, List, Object, PaymentIntent, Refund, Session};

/// The API version that the readers are written for; sent with every request.
pub const VERSION: &str = "2026-10-28.endive";

/// Rows asked for per list page; Stripe's maximum.
const PAGE_ROWS: &str = "100";

const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');

/// Where Stripe is and who we are there.
#[derive(Clone)]
pub struct StripeApi {
    pub base_url: String,
    pub version: String,
    api_key: String,
}

impl fmt::Debug for StripeApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StripeApi({}, {})", self.base_url, self.version)
    }
}

impl StripeApi {
    /// `base_url` without a path: `https://api.stripe.com`.
    pub fn new(base_url: impl Into<String>, api_key: impl Into<String>) -> Self {
        Self { base_url: base_url.into(), version: VERSION.to_owned(), api_key: api_key.into() }
    }

    /// With its latest charge, which tells who paid and when.
    ///
    /// # Errors
    /// Like every call here: a [`Fault`] when the base URL or the key does not make a request.
    pub fn payment_intent(&self, id: &str) -> Result<Call<PaymentIntent>, Fault> {
        self.get_one("payment_intents", id, &[("expand[]", "latest_charge")])
    }

    pub fn charge(&self, id: &str) -> Result<Call<Charge>, Fault> {
        self.get_one("charges", id, &[])
    }

    pub fn refund(&self, id: &str) -> Result<Call<Refund>, Fault> {
        self.get_one("refunds", id, &[])
    }

    pub fn dispute(&self, id: &str) -> Result<Call<Dispute>, Fault> {
        self.get_one("disputes", id, &[])
    }

    pub fn invoice_payment(&self, id: &str) -> Result<Call<InvoicePayment>, Fault> {
        self.get_one("invoice_payments", id, &[])
    }

    pub fn customer(&self, id: &str) -> Result<Call<Customer>, Fault> {
        self.get_one("customers", id, &[])
    }

    /// With its cash balance, which is left out unless asked for.
    pub fn customer_with_funds(&self, id: &str) -> Result<Call<Customer>, Fault> {
        self.get_one("customers", id, &[("expand[]", "cash_balance")])
    }

    pub fn session(&self, id: &str) -> Result<Call<Session>, Fault> {
        self.get_one("checkout/sessions", id, &[])
    }

    /// The checkout session that made a payment intent; there is one at most.
    pub fn sessions_of(&self, payment_intent: &str) -> Result<Call<List<Session>>, Fault> {
        self.get_page("checkout/sessions", &[("payment_intent", payment_intent)], None)
    }

    /// What happened from `since` to `until`, both included, in Unix seconds; newest first, `rows` at a time. Stripe
    /// keeps events for 30 days.
    pub fn events(
        &self,
        since: i64,
        until: i64,
        rows: u8,
        after: Option<&str>,
    ) -> Result<Call<List<Event>>, Fault> {
        let (since, until, rows) = (since.to_string(), until.to_string(), rows.to_string());
        let mut query = vec![("created[gte]", &*since), ("created[lte]", &*until), ("limit", &*rows)];
        query.extend(after.map(|id| ("starting_after", id)));
        self.get("events", &query)
    }

    /// The refunds of a charge that was made without a payment intent.
    pub fn refunds_of_charge(&self, charge: &str, after: Option<&str>) -> Result<Call<List<Refund>>, Fault> {
        self.get_page("refunds", &[("charge", charge)], after)
    }

    /// The refunds of a payment intent; `after` is the last id of the page before.
    pub fn refunds_of(&self, payment_intent: &str, after: Option<&str>) -> Result<Call<List<Refund>>, Fault> {
        self.get_page("refunds", &[("payment_intent", payment_intent)], after)
    }

    /// What paid, or is to pay, a Stripe invoice.
    pub fn payments_of_invoice(
        &self,
        invoice: &str,
        after: Option<&str>,
    ) -> Result<Call<List<InvoicePayment>>, Fault> {
        self.get_page("invoice_payments", &[("invoice", invoice)], after)
    }

    /// Which Stripe invoices a payment intent paid, each with the invoice itself.
    pub fn invoice_payments_of(
        &self,
        payment_intent: &str,
        after: Option<&str>,
    ) -> Result<Call<List<InvoicePayment>>, Fault> {
        let filter = [
            ("payment[type]", "payment_intent"),
            ("payment[payment_intent]", payment_intent),
            ("expand[]", "data.invoice"),
        ];
        self.get_page("invoice_payments", &filter, after)
    }

    fn get_one<T: Object>(&self, folder: &str, id: &str, query: &[(&str, &str)]) -> Result<Call<T>, Fault> {
        self.get(&format!("{folder}/{}", utf8_percent_encode(id, ID)), query)
    }

    fn get_page<T: Object>(
        &self,
        folder: &str,
        filter: &[(&str, &str)],
        after: Option<&str>,
    ) -> Result<Call<List<T>>, Fault> {
        let mut query = filter.to_vec();
        query.push(("limit", PAGE_ROWS));
        query.extend(after.map(|id| ("starting_after", id)));
        self.get(folder, &query)
    }

    fn get<T: Object>(&self, path: &str, query: &[(&str, &str)]) -> Result<Call<T>, Fault> {
        let mut url = format!("{}/v1/{path}", self.base_url.trim_end_matches('/'));
        if !query.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            url = format!("{url}?{query}");
        }
        let bearer = format!("Bearer {}", self.api_key);
        let headers = [("authorization", bearer.as_str()), ("stripe-version", self.version.as_str())];
        let mut request = request(Method::GET, &url, &headers, Bytes::new())?;
        // Marked, so that printing the request does not print the key.
        if let Some(value) = request.headers_mut().get_mut(AUTHORIZATION) {
            value.set_sensitive(true);
        }
        Ok(Call { request, is_write: false, read: fault::read })
    }
}
