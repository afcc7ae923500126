//! The consent screen and the token endpoint. Each refresh gives a new refresh token; using it ends the former.
use crate::sim::books::{Books, BooksError};
use crate::sim::quickbooks::QuickBooks;
use crate::sim::quickbooks::refusal::Refusal;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, body::Bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode, header};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Life of an access token and of an authorization code, in seconds.
const ACCESS_SECONDS: i64 = 3600;
const CODE_SECONDS: i64 = 600;
/// A refresh token ends when it was not used for 101 days.
const REFRESH_SECONDS: i64 = 8_726_400;

/// The app's keys, as the developer portal shows them.
#[derive(Clone)]
pub struct AppKeys {
    pub client_id: String,
    pub client_secret: String,
}

/// One grant of tokens for a company.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

type Params = HashMap<String, String>;

enum Denied {
    Client,
    Grant(&'static str),
    Request(&'static str),
    Books(BooksError),
}

impl From<BooksError> for Denied {
    fn from(error: BooksError) -> Self {
        Self::Books(error)
    }
}

impl Denied {
    fn response(self) -> Response {
        let (status, error, description) = match self {
            Self::Client => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "Unknown client or wrong secret".to_owned())
            }
            Self::Grant(why) => (StatusCode::BAD_REQUEST, "invalid_grant", why.to_owned()),
            Self::Request(why) => (StatusCode::BAD_REQUEST, "invalid_request", why.to_owned()),
            Self::Books(error) => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", error.to_string()),
        };
        (status, Json(json!({"error": error, "error_description": description}))).into_response()
    }
}

/// Consents for a company as a person would on the consent screen; earlier consents end.
pub(super) fn consent(
    books: &Books,
    keys: &AppKeys,
    realm: &str,
    now: DateTime<Utc>,
) -> Result<Tokens, BooksError> {
    books.write(|db| {
        db.execute("INSERT OR IGNORE INTO qbo_company (realm) VALUES (?1)", [realm])?;
        db.execute("DELETE FROM qbo_refresh WHERE realm = ?1", [realm])?;
        issue(db, keys, realm, now)
    })
}

/// Ends every token of a company, as when a person disconnects the app.
pub(super) fn disconnect(books: &Books, realm: &str) -> Result<(), BooksError> {
    books.write(|db| {
        db.execute("DELETE FROM qbo_refresh WHERE realm = ?1", [realm])?;
        db.execute("DELETE FROM qbo_access WHERE realm = ?1", [realm])?;
        Ok(())
    })
}

/// Checks the bearer token of a call for `realm`.
pub(super) fn authorise(sim: &QuickBooks, headers: &HeaderMap, realm: &str) -> Result<(), Refusal> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let granted: Option<String> = sim.books.read(|db| -> Result<_, BooksError> {
        let sql = "SELECT realm FROM qbo_access WHERE token = ?1 AND expires_at > ?2";
        Ok(db.query_row(sql, params![token, (sim.clock)().timestamp()], |row| row.get(0)).optional()?)
    })?;
    match granted {
        None => Err(Refusal::token(token)),
        Some(granted) if granted != realm => Err(Refusal::other_company()),
        Some(_) => Ok(()),
    }
}

/// `GET /connect/oauth2`: there is no one to ask, so it redirects at once, with a code for the company that the
/// query names as `realmId`, or else for the first one.
pub(super) async fn authorize(State(sim): State<QuickBooks>, Query(query): Query<Params>) -> Response {
    let wanted = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let redirect_uri = wanted("redirect_uri");
    if wanted("client_id") != sim.keys.client_id
        || wanted("response_type") != "code"
        || redirect_uri.is_empty()
    {
        return Denied::Request("client_id, response_type=code and redirect_uri are required").response();
    }
    match code(&sim, query.get("realmId"), redirect_uri) {
        Ok(None) => Denied::Request("there is no such company").response(),
        Ok(Some((realm, code))) => {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("code", &code)
                .append_pair("state", wanted("state"))
                .append_pair("realmId", &realm)
                .finish();
            Redirect::to(&format!("{redirect_uri}?{query}")).into_response()
        }
        Err(error) => Denied::Books(error).response(),
    }
}

fn code(
    sim: &QuickBooks,
    realm: Option<&String>,
    redirect_uri: &str,
) -> Result<Option<(String, String)>, BooksError> {
    sim.books.write(|db| {
        let sql = "SELECT realm FROM qbo_company WHERE realm = COALESCE(?1, realm) ORDER BY rowid LIMIT 1";
        let realm: Option<String> = db.query_row(sql, [realm], |row| row.get(0)).optional()?;
        let Some(realm) = realm else { return Ok(None) };
        let code = derive(&sim.keys, "code", &realm, serial(db, &realm)?);
        let expires_at = ((sim.clock)() + TimeDelta::seconds(CODE_SECONDS)).timestamp();
        db.execute(
            "INSERT INTO qbo_code VALUES (?1, ?2, ?3, ?4)",
            params![code, realm, redirect_uri, expires_at],
        )?;
        Ok(Some((realm, code)))
    })
}

/// `POST /oauth2/v1/tokens/bearer`.
pub(super) async fn token(
    State(sim): State<QuickBooks>,
    headers: HeaderMap,
    Form(form): Form<Params>,
) -> Response {
    match grant(&sim, &headers, &form) {
        Ok(Tokens { access_token, refresh_token }) => Json(json!({
            "access_token": access_token, "expires_in": ACCESS_SECONDS, "refresh_token": refresh_token,
            "x_refresh_token_expires_in": REFRESH_SECONDS, "token_type": "bearer",
        }))
        .into_response(),
        Err(denied) => denied.response(),
    }
}

fn grant(sim: &QuickBooks, headers: &HeaderMap, form: &Params) -> Result<Tokens, Denied> {
    client(sim, headers)?;
    let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let now = (sim.clock)();
    sim.books.write(|db| {
        let realm = match given("grant_type") {
            "authorization_code" => from_code(db, given("code"), given("redirect_uri"), now)?,
            "refresh_token" => from_refresh(db, given("refresh_token"), now)?,
            _ => return Err(Denied::Request("grant_type is authorization_code or refresh_token")),
        };
        Ok(issue(db, &sim.keys, &realm, now)?)
    })
}

fn client(sim: &QuickBooks, headers: &HeaderMap) -> Result<(), Denied> {
    let basic = STANDARD.encode(format!("{}:{}", sim.keys.client_id, sim.keys.client_secret));
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if sent.and_then(|value| value.strip_prefix("Basic ")) == Some(basic.as_str()) {
        return Ok(());
    }
    Err(Denied::Client)
}

fn from_code(db: &Connection, code: &str, redirect_uri: &str, now: DateTime<Utc>) -> Result<String, Denied> {
    let sql =
        "DELETE FROM qbo_code WHERE code = ?1 AND redirect_uri = ?2 AND expires_at > ?3 RETURNING realm";
    let realm: Option<String> = db
        .query_row(sql, params![code, redirect_uri, now.timestamp()], |row| row.get(0))
        .optional()
        .map_err(BooksError::from)?;
    let realm = realm.ok_or(Denied::Grant("Invalid authorization code"))?;
    db.execute("DELETE FROM qbo_refresh WHERE realm = ?1", [&realm]).map_err(BooksError::from)?;
    Ok(realm)
}

/// Using a token shows that its receiver has it, so those before it end; itself it lives until its successor is
/// used.
fn from_refresh(db: &Connection, token: &str, now: DateTime<Utc>) -> Result<String, Denied> {
    let sql = "SELECT realm, serial FROM qbo_refresh WHERE token = ?1 AND expires_at > ?2";
    let found: Option<(String, i64)> = db
        .query_row(sql, params![token, now.timestamp()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(BooksError::from)?;
    let (realm, serial) = found.ok_or(Denied::Grant("Incorrect or invalid refresh token"))?;
    db.execute("DELETE FROM qbo_refresh WHERE realm = ?1 AND serial < ?2", params![realm, serial])
        .map_err(BooksError::from)?;
    Ok(realm)
}

fn issue(db: &Connection, keys: &AppKeys, realm: &str, now: DateTime<Utc>) -> Result<Tokens, BooksError> {
    let serial = serial(db, realm)?;
    let tokens = Tokens {
        access_token: derive(keys, "access", realm, serial),
        refresh_token: derive(keys, "refresh", realm, serial),
    };
    let seconds = now.timestamp();
    db.execute(
        "INSERT INTO qbo_refresh VALUES (?1, ?2, ?3, ?4)",
        params![tokens.refresh_token, realm, serial, seconds + REFRESH_SECONDS],
    )?;
    db.execute(
        "INSERT INTO qbo_access VALUES (?1, ?2, ?3)",
        params![tokens.access_token, realm, seconds + ACCESS_SECONDS],
    )?;
    Ok(tokens)
}

fn serial(db: &Connection, realm: &str) -> Result<i64, BooksError> {
    let sql = "UPDATE qbo_company SET grants = grants + 1 WHERE realm = ?1 RETURNING grants";
    Ok(db.query_row(sql, [realm], |row| row.get(0))?)
}

/// Tokens of the simulator are derived, not drawn, so that a run can be repeated.
fn derive(keys: &AppKeys, what: &str, realm: &str, serial: i64) -> String {
    let hash = Sha256::digest(format!("{what}\n{realm}\n{serial}\n{}", keys.client_secret));
    format!("sim-{what}-{}", hex::encode(hash))
}

/// `POST /v2/oauth2/tokens/revoke` with `{"token": "…"}`.
pub(super) async fn revoke(State(sim): State<QuickBooks>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(denied) = client(&sim, &headers) {
        return denied.response();
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let token = body.get("token").and_then(Value::as_str).unwrap_or_default();
    let revoked = sim.books.read(|db| -> Result<Option<String>, BooksError> {
        let sql = "SELECT realm FROM qbo_refresh WHERE token = ?1 UNION SELECT realm FROM qbo_access WHERE token = ?1";
        Ok(db.query_row(sql, [token], |row| row.get(0)).optional()?)
    });
    let ended = match revoked {
        Ok(Some(realm)) => disconnect(&sim.books, &realm),
        Ok(None) => return Denied::Grant("Unknown token").response(),
        Err(error) => Err(error),
    };
    ended.map_or_else(|error| Denied::Books(error).response(), |()| StatusCode::OK.into_response())
}
