//! The portal: what a debtor sees through a signed link, without any login, cookie or script. Looking never acts;
//! only a POST to the opt-out link stops the reminders.
mod pages;
#[cfg(test)]
mod tests;

use app::App;
use app::flows::opt_out::{OptOut, opt_out};
use app::keyring;
use app::tokens::{LinkClaims, Purpose};
use app::views::account::account;
use app::worker::Failure;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::Markup;
use std::sync::Arc;
use tower::ServiceExt;

/// The most that one page may weigh: what a function's answer may hold.
const PAGE_BYTES_MAX: usize = 5 * 1024 * 1024;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v/{token}", get(view))
        .route("/o/{token}", get(ask).post(stop))
        .route("/style.css", get(pages::stylesheet))
        .fallback(async || Stop::NoSuchLink)
        .layer(from_fn(with_security_headers))
        .with_state(app)
}

/// Answers one request, whole.
pub async fn handle(app: &Arc<App>, request: http::Request<Bytes>) -> http::Response<Bytes> {
    let Ok(response) = router(Arc::clone(app)).oneshot(request.map(Body::from)).await;
    let (parts, body) = response.into_parts();
    match to_bytes(body, PAGE_BYTES_MAX).await {
        Ok(bytes) => http::Response::from_parts(parts, bytes),
        Err(error) => {
            tracing::error!(%error, "page not rendered");
            let mut response = http::Response::new(Bytes::from_static(b"The page is too large to show."));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// Why there is no page. Forged, expired and unknown links look the same: none tells whether anything is behind it.
enum Stop {
    NoSuchLink,
    Later,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        tracing::error!(%failure, "portal page not served");
        Self::Later
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchLink => (StatusCode::NOT_FOUND, pages::no_such_link()).into_response(),
            Self::Later => (StatusCode::SERVICE_UNAVAILABLE, pages::later()).into_response(),
        }
    }
}

fn claims(app: &App, token: &str, purpose: Purpose) -> Result<LinkClaims, Stop> {
    let claims = keyring::links(app)?.check(token, purpose, app.clock.now());
    claims.ok().filter(|claims| claims.entity == app.settings.entity).ok_or(Stop::NoSuchLink)
}

async fn view(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Markup, Stop> {
    let claims = claims(&app, &token, Purpose::View)?;
    let account = account(&app, &claims.customer, &claims.contact).await?.ok_or(Stop::NoSuchLink)?;
    Ok(pages::account(&app, &account))
}

/// Shows what a POST would do, and does nothing: mail scanners follow links.
async fn ask(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Markup, Stop> {
    claims(&app, &token, Purpose::OptOut)?;
    Ok(pages::ask(&app))
}

/// Opts out, from the page's form or by the mail program's one click (RFC 8058); the body adds nothing.
async fn stop(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Markup, Stop> {
    let claims = claims(&app, &token, Purpose::OptOut)?;
    match opt_out(&app, &claims.customer, &claims.contact).await? {
        OptOut::Stopped { .. } => Ok(pages::stopped(&app)),
        OptOut::NoSuchContact => Err(Stop::NoSuchLink),
    }
}

const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

async fn with_security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
