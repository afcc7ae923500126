//! The `Http` port: one request, one reply, bounded in time and size, no retries.
use app::ports::{Answer, Http};
use bytes::Bytes;
use connectors::call::{Request, Response};
use connectors::fault::{Fault, FaultKind, Phase};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::error::Error;
use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

/// What one call may take. The whole call ends below the functions' own timeout (30 s).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    pub connect: Duration,
    pub whole_call: Duration,
    pub body_bytes_max: usize,
    /// Plain http to hosts other than this machine.
    pub allows_plain_http: bool,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            whole_call: Duration::from_secs(25),
            body_bytes_max: 20_000_000,
            allows_plain_http: false,
        }
    }
}

/// A connection that slept longer may have been closed by the peer while this function was frozen; a write on it
/// would end with an unknown outcome.
const IDLE_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct HttpsClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    limits: HttpLimits,
}

impl HttpsClient {
    /// # Errors
    /// The TLS library refuses its own defaults: a broken build.
    pub fn new(limits: HttpLimits) -> Result<Self, rustls::Error> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(limits.connect));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE_MAX).build(connector);
        Ok(Self { client, limits })
    }

    async fn call(&self, request: Request) -> Result<Response, Fault> {
        let host = allowed_host(&request, self.limits.allows_plain_http)?;
        let whole_call = tokio::time::timeout(self.limits.whole_call, self.exchange(&host, request));
        whole_call.await.unwrap_or_else(|_| {
            let seconds = self.limits.whole_call.as_secs_f32();
            Err(unclear(format!("{host} has not answered within {seconds} s")))
        })
    }

    async fn exchange(&self, host: &str, request: Request) -> Result<Response, Fault> {
        let response = self.client.request(request.map(Full::new)).await.map_err(|error| {
            let message = format!("{host}: {}", chain(&error));
            if error.is_connect() {
                Fault::new(FaultKind::Retryable, Phase::BeforeSend, message)
            } else {
                unclear(message)
            }
        })?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, self.limits.body_bytes_max).collect().await;
        let body = body.map_err(|error| unclear(format!("{host}, reading the reply: {}", chain(&*error))))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

impl Http for HttpsClient {
    fn send<'a>(&'a self, request: Request) -> Answer<'a, Result<Response, Fault>> {
        Box::pin(self.call(request))
    }
}

/// The host, where its scheme may be used with it. Tokens and customer data never cross a network in the clear.
fn allowed_host(request: &Request, allows_plain_http: bool) -> Result<String, Fault> {
    let uri = request.uri();
    let host = uri.host().ok_or_else(|| Fault::before_send("the request names no host"))?;
    match uri.scheme_str() {
        Some("https") => Ok(host.to_owned()),
        Some("http") if allows_plain_http || is_this_machine(host) => Ok(host.to_owned()),
        _ => Err(Fault::before_send(format!("{host}: only https is allowed"))),
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn unclear(message: String) -> Fault {
    Fault::new(FaultKind::Retryable, Phase::AfterSend, message)
}

/// An error with all its causes; the outermost alone often says only "client error".
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        // writing to a String does not fail
        let _ = write!(text, ": {cause}");
        next = cause.source();
    }
    text
}
