//! An OpenID Connect issuer for development: authorization code with PKCE, and ID tokens signed with ES256.
//!
//! There are no passwords: whoever reaches the page picks the user to be. [`crate::sim::serve`] therefore takes
//! loopback listeners only.
mod grant;
mod page;
mod sign;
#[cfg(test)]
mod tests;

pub use sign::KeyError;

use crate::sim::{Clock, Running, serve};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use grant::Grant;
use serde_json::{Value, json};
use sign::SigningKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// Someone who can sign in.
#[derive(Debug, Clone)]
pub struct User {
    /// The subject: stable where name and address change.
    pub subject: String,
    pub name: String,
    pub email: String,
    pub email_verified: bool,
    pub groups: Vec<String>,
}

/// The one application that may ask for sign-in.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: String,
    /// Absent for a public client, which PKCE alone protects.
    pub secret: Option<String>,
    /// Compared whole, never by prefix.
    pub redirect_uris: Vec<String>,
}

/// The issuer; clones share its key and the codes not used yet.
#[derive(Clone)]
pub struct Issuer {
    inner: Arc<Inner>,
}

struct Inner {
    url: String,
    client: Client,
    users: Vec<User>,
    clock: Clock,
    key: SigningKey,
    grants: Mutex<HashMap<String, Grant>>,
}

impl Issuer {
    /// `url` is the issuer as tokens name it, without a slash at the end; the signing key is drawn afresh.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn new(url: &str, client: Client, users: Vec<User>, clock: Clock) -> Result<Self, KeyError> {
        let key = SigningKey::draw()?;
        let grants = Mutex::default();
        Ok(Self { inner: Arc::new(Inner { url: url.to_owned(), client, users, clock, key, grants }) })
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/authorize", get(page::authorize))
            .route("/token", post(grant::token))
            .with_state(self.clone())
    }

    /// Serves the issuer until the handle is stopped.
    ///
    /// # Errors
    /// The listener is not on loopback.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<Running> {
        serve(self.router(), listener)
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let url = &issuer.inner.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "email", "profile", "groups"],
        "claims_supported": ["sub", "name", "email", "email_verified", "groups", "nonce"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

async fn jwks(State(issuer): State<Issuer>) -> Json<Value> {
    Json(json!({"keys": [issuer.inner.key.public()]}))
}
