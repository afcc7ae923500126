//! The run loop behind a Lambda Function URL (payload format 2.0).
use ::http::header::{COOKIE, SET_COOKIE};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use app::ports::Answer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The domain that the request came in by, as AWS saw it; never as the sender claims it.
pub const DOMAIN_HEADER: &str = "x-dunlin-domain";

pub type HttpHandler = Arc<dyn Fn(Request<Bytes>) -> Answer<'static, Response<Bytes>> + Send + Sync>;

/// A request as a Function URL delivers it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpEvent {
    raw_path: String,
    raw_query_string: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RequestContext,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    domain_name: Option<String>,
    http: RequestLine,
}

#[derive(Debug, Clone, Deserialize)]
struct RequestLine {
    method: String,
}

/// A reply as a Function URL takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    pub status_code: u16,
    pub headers: BTreeMap<String, String>,
    pub cookies: Vec<String>,
    pub body: String,
    pub is_base64_encoded: bool,
}

/// Runs until the sandbox ends.
///
/// # Errors
/// The Lambda runtime is unreachable.
pub async fn serve_http(handler: HttpHandler) -> Result<(), Error> {
    let handler = &handler;
    let serve = |event: LambdaEvent<HttpEvent>| async move {
        let response = match request(event.payload) {
            Ok(request) => handler(request).await,
            Err(error) => {
                tracing::info!(%error, "request refused");
                let mut refusal = Response::new(Bytes::new());
                *refusal.status_mut() = StatusCode::BAD_REQUEST;
                refusal
            }
        };
        Ok::<_, Error>(answer(&response))
    };
    lambda_runtime::run(service_fn(serve)).await
}

/// The request as it was sent: path and query unchanged, the body's own bytes, cookies from either place.
///
/// # Errors
/// A path, header, method or body that HTTP does not allow.
pub fn request(event: HttpEvent) -> Result<Request<Bytes>, Error> {
    let uri = match event.raw_query_string.as_deref() {
        None | Some("") => event.raw_path,
        Some(query) => format!("{}?{query}", event.raw_path),
    };
    let body = match (event.body, event.is_base64_encoded) {
        (None, _) => Bytes::new(),
        (Some(text), false) => Bytes::from(text),
        (Some(text), true) => Bytes::from(STANDARD.decode(text)?),
    };
    let mut headers = HeaderMap::with_capacity(event.headers.len() + 2);
    for (name, value) in &event.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_bytes(value.as_bytes())?);
    }
    // AWS gives cookies in a list of their own, local emulators only in the header.
    if let Some(cookies) = event.cookies.filter(|cookies| !cookies.is_empty()) {
        headers.insert(COOKIE, HeaderValue::from_bytes(cookies.join("; ").as_bytes())?);
    }
    headers.remove(DOMAIN_HEADER);
    if let Some(domain) = event.request_context.domain_name {
        headers.insert(DOMAIN_HEADER, HeaderValue::from_bytes(domain.as_bytes())?);
    }
    let method = Method::from_bytes(event.request_context.http.method.as_bytes())?;
    let mut request = Request::builder().method(method).uri(uri).body(body)?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// The reply in the form that a Function URL takes: text as it is, other bytes as base64.
pub fn answer(response: &Response<Bytes>) -> HttpAnswer {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != SET_COOKIE) {
        headers
            .entry(name.to_string())
            .and_modify(|joined| *joined = format!("{joined}, {}", text(value)))
            .or_insert_with(|| text(value));
    }
    let (body, is_base64_encoded) = match std::str::from_utf8(response.body()) {
        Ok(body) => (body.to_owned(), false),
        Err(_) => (STANDARD.encode(response.body()), true),
    };
    HttpAnswer {
        status_code: response.status().as_u16(),
        headers,
        cookies: response.headers().get_all(SET_COOKIE).iter().map(text).collect(),
        body,
        is_base64_encoded,
    }
}
