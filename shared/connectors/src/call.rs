//! A call to an outside system as plain data.
use crate::fault::Fault;
use bytes::Bytes;

pub type Request = http::Request<Bytes>;
pub type Response = http::Response<Bytes>;

/// What to send, and how to read what comes back.
pub struct Call<T> {
    pub request: Request,
    /// A call that changes something outside: an unclear answer must be looked up before it is sent again.
    pub is_write: bool,
    pub read: fn(&Response) -> Result<T, Fault>,
}

/// Builds a request; a URL or header that does not parse is a configuration fault.
///
/// # Errors
/// [`Fault`] of kind `Permanent`, before anything was sent.
pub fn request(
    method: http::Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Result<Request, Fault> {
    let mut builder = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder
        .body(body)
        .map_err(|error| Fault::before_send(format!("request to {} not built: {error}", host(url))))
}

/// The host of a URL, for messages: paths and queries may hold customer data.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

/// A response header as text.
pub fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}
