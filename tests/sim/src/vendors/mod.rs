//! Stripe and QuickBooks, as far as the bundle speaks with them, behind one closure from request to reply.
pub mod quickbooks;
pub mod stripe;

use bytes::Bytes;
use connectors::call::{Request, Response};
use connectors::fault::Fault;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub const STRIPE_URL: &str = "https://stripe.example";
pub const QUICKBOOKS_URL: &str = "https://quickbooks.example";

pub struct Vendors {
    pub stripe: stripe::Stripe,
    pub quickbooks: quickbooks::QuickBooks,
}

pub type SharedVendors = Arc<Mutex<Vendors>>;

/// Answers a request as the system it is addressed to would.
pub fn answer(vendors: &SharedVendors, request: &Request) -> Result<Response, Fault> {
    let mut vendors = vendors.lock().unwrap();
    match request.uri().host() {
        Some("stripe.example") => Ok(vendors.stripe.answer(request)),
        Some("quickbooks.example") => vendors.quickbooks.answer(request),
        host => panic!("nobody expects a request to {host:?}"),
    }
}

fn reply(status: u16, body: &Value) -> Response {
    http::Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()
}

fn parameters(request: &Request) -> BTreeMap<String, String> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect()
}
