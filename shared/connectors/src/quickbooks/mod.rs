//! QuickBooks Online (Accounting API v3): customers, invoices, credit memos and payments, and payments written back.
pub mod cdc;
pub mod facts;
pub mod fault;
pub mod map;
pub mod oauth;
pub mod payment;
pub mod query;
pub mod wire;

#[cfg(test)]
mod tests;

use crate::call::{Request, request};
use crate::fault::Fault;
use bytes::Bytes;
use http::Method;
use http::header::AUTHORIZATION;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Lower values are ignored since August 2025; still sent, so that a later change of the default does not reach us.
pub const MINOR_VERSION: u32 = 75;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One company ("realm") at QuickBooks. Access tokens live an hour and are therefore given per call.
#[derive(Debug, Clone)]
pub struct QuickBooksApi {
    pub base_url: String,
    pub realm: String,
    pub minor_version: u32,
}

impl QuickBooksApi {
    /// `base_url` without a path: `https://quickbooks.api.intuit.com`.
    pub fn new(base_url: impl Into<String>, realm: impl Into<String>) -> Self {
        Self { base_url: base_url.into(), realm: realm.into(), minor_version: MINOR_VERSION }
    }

    fn get(&self, access_token: &str, path: &str, parameters: &[(&str, &str)]) -> Result<Request, Fault> {
        self.send(Method::GET, access_token, path, parameters, None)
    }

    fn post(
        &self,
        access_token: &str,
        path: &str,
        parameters: &[(&str, &str)],
        json: Bytes,
    ) -> Result<Request, Fault> {
        self.send(Method::POST, access_token, path, parameters, Some(json))
    }

    fn send(
        &self,
        method: Method,
        access_token: &str,
        path: &str,
        parameters: &[(&str, &str)],
        json: Option<Bytes>,
    ) -> Result<Request, Fault> {
        let mut url =
            format!("{}/v3/company/{}/{path}?", self.base_url.trim_end_matches('/'), encoded(&self.realm));
        for (name, value) in parameters {
            url.push_str(&format!("{name}={}&", encoded(value)));
        }
        url.push_str(&format!("minorversion={}", self.minor_version));
        let bearer = format!("Bearer {access_token}");
        let mut headers = vec![("authorization", bearer.as_str()), ("accept", "application/json")];
        headers.extend(json.as_ref().map(|_| ("content-type", "application/json")));
        Ok(hide_authorization(request(method, &url, &headers, json.unwrap_or_default())?))
    }
}

/// Spaces as `%20`: QuickBooks reads `+` in a query statement as a plus sign.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// Marks the header, so that printing the request does not print the token.
fn hide_authorization(mut request: Request) -> Request {
    if let Some(value) = request.headers_mut().get_mut(AUTHORIZATION) {
        value.set_sensitive(true);
    }
    request
}
