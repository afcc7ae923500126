//! The authorization endpoint: a list of users to pick from, or no page at all with `login_hint`.
use crate::sim::issuer::grant::{Grant, text};
use crate::sim::issuer::{Issuer, User, sign};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};
use std::collections::HashMap;
use std::sync::PoisonError;

/// A code must be redeemed within this many seconds.
const CODE_SECONDS: i64 = 60;

type Params = HashMap<String, String>;

/// `GET /authorize`. A wrong client or address is told to the person, everything else to the client: an address
/// that was not registered must not receive anything.
pub(super) async fn authorize(State(issuer): State<Issuer>, Query(query): Query<Params>) -> Response {
    let client = &issuer.inner.client;
    let redirect_uri = text(&query, "redirect_uri");
    if text(&query, "client_id") != client.id || !client.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        let message = "The client or its redirect address is not registered here.";
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    if let Err(error) = check(&query) {
        return back(&query, &[("error", error)]);
    }
    let hint = query.get("login_hint");
    let user = issuer.inner.users.iter().find(|user| hint.is_some_and(|hint| *hint == user.email));
    match user {
        None => page(&issuer.inner.users, &query).into_response(),
        Some(user) => match code(&issuer, user, &query) {
            Ok(code) => back(&query, &[("code", &code)]),
            Err(_) => back(&query, &[("error", "server_error")]),
        },
    }
}

fn check(query: &Params) -> Result<(), &'static str> {
    if text(query, "response_type") != "code" {
        return Err("unsupported_response_type");
    }
    if !text(query, "scope").split(' ').any(|scope| scope == "openid") {
        return Err("invalid_scope");
    }
    // The digest of SHA-256 in URL-safe base64 is 43 characters.
    if text(query, "code_challenge_method") != "S256" || text(query, "code_challenge").len() != 43 {
        return Err("invalid_request");
    }
    Ok(())
}

fn code(issuer: &Issuer, user: &User, query: &Params) -> Result<String, sign::KeyError> {
    let code = URL_SAFE_NO_PAD.encode(sign::random()?);
    let grant = Grant {
        user: user.clone(),
        redirect_uri: text(query, "redirect_uri").to_owned(),
        challenge: text(query, "code_challenge").to_owned(),
        nonce: query.get("nonce").cloned(),
        expires_at: (issuer.inner.clock)() + TimeDelta::seconds(CODE_SECONDS),
    };
    issuer.inner.grants.lock().unwrap_or_else(PoisonError::into_inner).insert(code.clone(), grant);
    Ok(code)
}

/// Back to the client, with its state.
fn back(query: &Params, answer: &[(&str, &str)]) -> Response {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(answer);
    if let Some(state) = query.get("state") {
        form.append_pair("state", state);
    }
    let redirect_uri = text(query, "redirect_uri");
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{redirect_uri}{joint}{}", form.finish())).into_response()
}

fn page(users: &[User], query: &Params) -> Markup {
    let link = |user: &User| {
        let mut kept: Vec<_> = query.iter().filter(|(name, _)| *name != "login_hint").collect();
        kept.sort();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(kept).append_pair("login_hint", &user.email);
        format!("/authorize?{}", form.finish())
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Sign in (development)" }
            }
            body {
                h1 { "Sign in" }
                p { "Development issuer: pick who you are. It asks for no password." }
                ul {
                    @for user in users {
                        li { a href=(link(user)) { (user.name) } " " (user.email) " (" (user.groups.join(", ")) ")" }
                    }
                }
            }
        }
    }
}
