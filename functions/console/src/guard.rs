//! What stands before every page: who may enter, and the headers that keep a browser in bounds.
use crate::session::{Cookie, Session, SessionKeys, draw};
use crate::stop::Stop;
use app::App;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::sync::Arc;

/// Set by our own serve loop from the gateway's request context; whatever a client sends under it is dropped there.
const DOMAIN_HEADER: &str = "x-dunlin-domain";

/// Whoever is signed in, with what the forms of this page carry.
#[derive(Debug, Clone)]
pub struct Person {
    pub session: Session,
    pub form_token: String,
    /// Drawn for each page: the same form sent twice is recognised by it.
    pub once: String,
}

impl Person {
    pub fn who(&self) -> &str {
        &self.session.who
    }
}

/// Where the console is reached.
///
/// # Errors
/// Neither the setting nor the header names it, or it would be plain HTTP beyond this machine.
pub fn base_url(app: &App, headers: &HeaderMap) -> Result<String, Stop> {
    let url = match &app.settings.console_url {
        Some(url) => url.clone(),
        None => {
            let domain = headers.get(DOMAIN_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            if domain.is_empty() || !domain.chars().all(is_host) {
                return Err(Stop::Broken(
                    "setting CONSOLE_URL: must name where the console is reached".into(),
                ));
            }
            format!("https://{domain}")
        }
    };
    if is_private(&url) {
        return Ok(url);
    }
    Err(Stop::Broken("setting CONSOLE_URL: plain HTTP is for this machine alone".into()))
}

/// Whether nobody on the way can read or change what is sent there: HTTPS, or this machine.
pub fn is_private(url: &str) -> bool {
    if url.starts_with("https://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    matches!(host, "127.0.0.1" | "localhost" | "::1")
}

pub fn session_cookie(base_url: &str) -> Cookie {
    Cookie { name: "dunlin", is_secure: base_url.starts_with("https://") }
}

/// Lets signed-in people pass; sends everyone else to the sign-in, or tells them that their form did nothing.
pub async fn signed_in(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    match person(&app, request.headers()) {
        Ok(Some(person)) => {
            request.extensions_mut().insert(person);
            next.run(request).await
        }
        Ok(None) if request.method() == Method::GET => Redirect::to(&sign_in_path(&request)).into_response(),
        Ok(None) => Stop::SignedOut.into_response(),
        Err(stop) => stop.into_response(),
    }
}

fn person(app: &App, headers: &HeaderMap) -> Result<Option<Person>, Stop> {
    let keys = SessionKeys::of(&app.settings)?;
    let cookie = session_cookie(&base_url(app, headers)?).get(headers);
    let session = cookie.and_then(|cookie| keys.read(&cookie, app.clock.now()));
    Ok(session.map(|session| {
        let form_token = keys.form_token(&session);
        Person { session, form_token, once: draw(app) }
    }))
}

/// The sign-in, and afterwards back to the page that was asked for.
fn sign_in_path(request: &Request) -> String {
    let to = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if to == "/" {
        return "/sign-in".to_owned();
    }
    format!("/sign-in?to={}", percent_encoding::utf8_percent_encode(to, percent_encoding::NON_ALPHANUMERIC))
}

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
];

pub async fn with_security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn plain_http_is_for_this_machine() {
        for url in ["https://a.example", "http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:1/"] {
            assert!(is_private(url), "{url}");
        }
        let public =
            ["http://a.example", "http://127.0.0.1.a.example", "http://localhost@a.example", "ftp://x", ""];
        for url in public {
            assert!(!is_private(url), "{url}");
        }
    }
}
