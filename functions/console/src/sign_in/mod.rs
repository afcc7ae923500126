//! Sign-in by OpenID Connect: authorization code with PKCE (RFC 7636, S256), state and nonce. The state of a sign-in
//! under way travels in a sealed cookie of its own, so the server keeps nothing.
mod access;
mod issuer;
mod pending;

use crate::guard::{Person, base_url, session_cookie};
use crate::pages::layout::plain_with;
use crate::session::{Cookie, Session, SessionKeys, is_same};
use crate::stop::Stop;
use crate::submit::Fields;
use app::App;
use axum::extract::{Extension, Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, header};
use maud::{Markup, html};
use pending::{PENDING_SECONDS, Pending};
use serde::Deserialize;
use std::sync::Arc;

const CALLBACK: &str = "/sign-in/callback";

fn pending_cookie(base_url: &str) -> Cookie {
    Cookie { name: "dunlin-sign-in", is_secure: base_url.starts_with("https://") }
}

#[derive(Debug, Deserialize)]
pub struct StartQuery {
    to: Option<String>,
}

/// Sends the browser to the issuer.
pub async fn start(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(query): Query<StartQuery>,
) -> Result<Response, Stop> {
    let base_url = base_url(&app, &headers)?;
    let pending = Pending::begin(&app, query.to);
    let issuer = issuer::discover(&app, &format!("{base_url}{CALLBACK}")).await?;
    let mut response = Redirect::to(&issuer.authorize_url(&pending)).into_response();
    let sealed = pending.seal(&app, &SessionKeys::of(&app.settings)?)?;
    let cookie = pending_cookie(&base_url).set(&sealed, PENDING_SECONDS);
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
}

/// Takes the issuer's answer: everything about it must hold before a session begins.
pub async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(query): Query<CallbackQuery>,
) -> Result<Response, Stop> {
    let base_url = base_url(&app, &headers)?;
    let keys = SessionKeys::of(&app.settings)?;
    let sealed = pending_cookie(&base_url).get(&headers).ok_or(Stop::SignInFailed)?;
    let pending = Pending::open(&sealed, &keys, app.clock.now()).ok_or(Stop::SignInFailed)?;
    if !is_same(query.state.as_deref().unwrap_or_default(), &pending.state) {
        return Err(Stop::SignInFailed);
    }
    let code = query.code.ok_or(Stop::SignInFailed)?;
    let issuer = issuer::discover(&app, &format!("{base_url}{CALLBACK}")).await?;
    let account = issuer.redeem(&app, code, &pending).await?;
    let who = access::person(&app.settings.sign_in, &account).ok_or(Stop::NoAccess)?;
    let session = keys.sign(&Session::begin(&app, who));
    let mut response = Redirect::to(&pending.to).into_response();
    let cookies = [
        session_cookie(&base_url).set(&session, crate::session::SESSION_SECONDS),
        pending_cookie(&base_url).set("", 0),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends the session on this browser.
pub async fn sign_out(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Form(fields): Form<Fields>,
) -> Result<Response, Stop> {
    let token = fields.get("form").map(String::as_str).unwrap_or_default();
    if !is_same(token, &person.form_token) {
        return Err(Stop::ForeignForm);
    }
    let mut response = Redirect::to("/signed-out").into_response();
    let cookie = session_cookie(&base_url(&app, &headers)?).set("", 0);
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

pub async fn signed_out() -> Markup {
    plain_with(
        "Signed out",
        html! { p { "You are signed out of the console." } p { a href="/sign-in" { "Sign in" } } },
    )
}
