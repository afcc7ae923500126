//! The token endpoint: one code, once, for whoever holds its PKCE verifier.
use crate::sim::issuer::{Client, Issuer, User};
use axum::Json;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::PoisonError;

/// Life of an ID token, in seconds.
const TOKEN_SECONDS: i64 = 600;

/// A sign-in that waits to be redeemed.
pub(super) struct Grant {
    pub user: User,
    pub redirect_uri: String,
    pub challenge: String,
    pub nonce: Option<String>,
    pub expires_at: DateTime<Utc>,
}

pub(super) fn text<'a>(params: &'a HashMap<String, String>, name: &str) -> &'a str {
    params.get(name).map(String::as_str).unwrap_or_default()
}

/// `POST /token`.
pub(super) async fn token(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    match redeem(&issuer, &headers, &form) {
        Ok(body) => ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response(),
        Err((status, error)) => (status, Json(json!({"error": error}))).into_response(),
    }
}

fn redeem(
    issuer: &Issuer,
    headers: &HeaderMap,
    form: &HashMap<String, String>,
) -> Result<Value, (StatusCode, &'static str)> {
    if !is_client(&issuer.inner.client, headers, form) {
        return Err((StatusCode::UNAUTHORIZED, "invalid_client"));
    }
    if text(form, "grant_type") != "authorization_code" {
        return Err((StatusCode::BAD_REQUEST, "unsupported_grant_type"));
    }
    let invalid = (StatusCode::BAD_REQUEST, "invalid_grant");
    // Taken out before it is checked: a code that was tried with the wrong verifier is spent.
    let grant = issuer.inner.grants.lock().unwrap_or_else(PoisonError::into_inner).remove(text(form, "code"));
    let grant = grant.ok_or(invalid)?;
    let now = (issuer.inner.clock)();
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(text(form, "code_verifier")));
    let is_holder = verifier == grant.challenge && text(form, "redirect_uri") == grant.redirect_uri;
    if !is_holder || now >= grant.expires_at {
        return Err(invalid);
    }
    let id_token = issuer.inner.key.token(&claims(issuer, &grant, now));
    let access_token = format!("unused-{}", grant.user.subject);
    Ok(json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": id_token,
    }))
}

fn claims(issuer: &Issuer, grant: &Grant, now: DateTime<Utc>) -> Value {
    let user = &grant.user;
    let mut claims = json!({
        "iss": issuer.inner.url, "aud": issuer.inner.client.id, "sub": user.subject,
        "iat": now.timestamp(), "exp": now.timestamp() + TOKEN_SECONDS, "auth_time": now.timestamp(),
        "name": user.name, "email": user.email, "email_verified": user.email_verified, "groups": user.groups,
    });
    if let (Some(nonce), Some(claims)) = (&grant.nonce, claims.as_object_mut()) {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    claims
}

/// By header or by form; a public client names itself and has no secret to show.
fn is_client(client: &Client, headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
    let Some(secret) = &client.secret else {
        return text(form, "client_id") == client.id;
    };
    // RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(&client.id), encode(secret))));
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    sent == Some(basic.as_str())
        || (text(form, "client_id") == client.id && text(form, "client_secret") == secret)
}
