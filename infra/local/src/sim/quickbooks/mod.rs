//! QuickBooks Online, Accounting API v3 (minor version 75): the part that receivables need.
//!
//! Kept: queries with their limits, single reads, payments with lines, `requestid` replay, lock tokens, both
//! shapes of faults, change data capture, rotating refresh tokens, several companies. Left out: batch, webhooks,
//! attachments and every other entity.
mod cdc;
mod draft;
pub mod oauth;
pub(crate) mod payment;
mod query;
pub mod refusal;
mod select;
pub mod store;
#[cfg(test)]
mod tests;

use crate::sim::books::{Books, BooksError};
use crate::sim::faults::{Faults, interfere};
use crate::sim::{Clock, Running, serve};
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Uri};
use oauth::{AppKeys, Tokens};
use refusal::Refusal;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Kind, stamp_millis};
use tokio::net::TcpListener;

/// The longest `requestid`.
const REQUEST_ID_LENGTH: usize = 50;

/// The simulator; clones share books, clock and faults.
#[derive(Clone)]
pub struct QuickBooks {
    books: Books,
    clock: Clock,
    keys: Arc<AppKeys>,
    faults: Faults,
    calls: Arc<AtomicU64>,
}

impl QuickBooks {
    pub fn new(books: Books, clock: Clock, keys: AppKeys) -> Self {
        Self { books, clock, keys: Arc::new(keys), faults: Faults::default(), calls: Arc::default() }
    }

    /// Where trouble is armed; it matches on `"POST /v3/company/…/payment?requestid=…"` and the like.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Connects the app to a company as a person would on the consent screen; earlier consents end.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn connect(&self, realm: &str) -> Result<Tokens, BooksError> {
        oauth::consent(&self.books, &self.keys, realm, (self.clock)())
    }

    /// Ends every token of a company: the next refresh is answered `invalid_grant`.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn disconnect(&self, realm: &str) -> Result<(), BooksError> {
        oauth::disconnect(&self.books, realm)
    }

    /// Every path of the API and of its token endpoint, on one host.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/connect/oauth2", get(oauth::authorize))
            .route("/oauth2/v1/tokens/bearer", post(oauth::token))
            .route("/v2/oauth2/tokens/revoke", post(oauth::revoke))
            .route("/v3/company/{realm}/query", get(query_by_url).post(query_by_body))
            .route("/v3/company/{realm}/cdc", get(changes))
            .route("/v3/company/{realm}/payment", post(write_payment))
            .route("/v3/company/{realm}/{entity}/{id}", get(read_one))
            .fallback(unsupported)
            .layer(from_fn_with_state(self.clone(), trouble))
            .layer(from_fn_with_state(self.clone(), name_call))
            .with_state(self.clone())
    }

    /// Serves the simulator until the handle is stopped.
    ///
    /// # Errors
    /// The listener is not on loopback.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<Running> {
        serve(self.router(), listener)
    }

    fn answer(&self, result: Result<Value, Refusal>) -> Response {
        result.map_or_else(|refusal| refusal.response((self.clock)()), |body| Json(body).into_response())
    }

    fn query(&self, realm: &str, headers: &HeaderMap, statement: &str) -> Result<Value, Refusal> {
        oauth::authorise(self, headers, realm)?;
        let query = query::parse(statement)?;
        let found = self.books.read(|db| select::select(db, realm, &query))?;
        Ok(json!({"QueryResponse": found, "time": stamp_millis((self.clock)())}))
    }

    fn changes(&self, realm: &str, headers: &HeaderMap, options: &Options) -> Result<Value, Refusal> {
        oauth::authorise(self, headers, realm)?;
        let option = |name: &'static str| options.get(name).ok_or_else(|| Refusal::missing(name));
        let wanted = cdc::Wanted::read(option("entities")?, option("changedSince")?, (self.clock)())?;
        let found = self.books.read(|db| cdc::changes(db, realm, &wanted))?;
        Ok(json!({"CDCResponse": [{"QueryResponse": found}], "time": stamp_millis((self.clock)())}))
    }

    fn read(&self, realm: &str, kind: &str, id: &str, headers: &HeaderMap) -> Result<Value, Refusal> {
        oauth::authorise(self, headers, realm)?;
        let unknown = || Refusal::not_found(format!("{kind} {id}"));
        let (kind, id) = (Kind::from_name(kind).ok_or_else(unknown)?, id.parse().map_err(|_| unknown())?);
        let body = self.books.read(|db| store::find(db, realm, kind, id))?.ok_or_else(unknown)?;
        Ok(json!({kind.name(): body, "time": stamp_millis((self.clock)())}))
    }

    /// A write under a request id that was seen before changes nothing and gives the first answer again.
    fn write(
        &self,
        realm: &str,
        options: &Options,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Value, Refusal> {
        oauth::authorise(self, headers, realm)?;
        let request: Value = serde_json::from_slice(body).map_err(|error| {
            Refusal::invalid("2010", "Request has invalid or unsupported property", error)
        })?;
        let request_id = options.get("requestid").map(String::as_str).unwrap_or_default();
        if request_id.len() > REQUEST_ID_LENGTH {
            return Err(Refusal::invalid(
                "2050",
                "String length is either shorter or longer than supported",
                "requestid",
            ));
        }
        let now = (self.clock)();
        self.books.write(|db| {
            let sql = "SELECT response FROM qbo_request WHERE realm = ?1 AND requestid = ?2";
            let first: Option<String> = db
                .query_row(sql, [realm, request_id], |row| row.get(0))
                .optional()
                .map_err(BooksError::from)?;
            if let Some(first) = first {
                return serde_json::from_str(&first).map_err(|error| BooksError::from(error).into());
            }
            let payment = operation(options, &request)?(db, realm, &request, now)?;
            let response = json!({"Payment": payment, "time": stamp_millis(now)});
            if !request_id.is_empty() {
                let sql = "INSERT INTO qbo_request VALUES (?1, ?2, ?3)";
                db.execute(sql, params![realm, request_id, response.to_string()])
                    .map_err(BooksError::from)?;
            }
            Ok(response)
        })
    }
}

type Options = HashMap<String, String>;
type Write = fn(&rusqlite::Connection, &str, &Value, DateTime<Utc>) -> Result<Value, Refusal>;

/// A body with an id is an update; void and delete say so in the query.
fn operation(options: &Options, request: &Value) -> Result<Write, Refusal> {
    let option = |name: &str| options.get(name).map(String::as_str);
    match (option("operation"), option("include")) {
        (Some("update"), Some("void")) => Ok(payment::void),
        (Some("delete"), None) => Ok(payment::delete),
        (None | Some("update"), None) if request.get("Id").is_some() => Ok(payment::update),
        (None, None) => Ok(payment::create),
        (operation, _) => Err(unsupported_operation(&operation.unwrap_or_default())),
    }
}

async fn query_by_url(
    State(sim): State<QuickBooks>,
    Path(realm): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Response {
    let statement = options.get("query").map(String::as_str).unwrap_or_default();
    sim.answer(sim.query(&realm, &headers, statement))
}

async fn query_by_body(
    State(sim): State<QuickBooks>,
    Path(realm): Path<String>,
    headers: HeaderMap,
    statement: String,
) -> Response {
    sim.answer(sim.query(&realm, &headers, &statement))
}

async fn changes(
    State(sim): State<QuickBooks>,
    Path(realm): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Response {
    sim.answer(sim.changes(&realm, &headers, &options))
}

async fn read_one(
    State(sim): State<QuickBooks>,
    Path((realm, entity, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    sim.answer(sim.read(&realm, &entity, &id, &headers))
}

async fn write_payment(
    State(sim): State<QuickBooks>,
    Path(realm): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    sim.answer(sim.write(&realm, &options, &headers, &body))
}

async fn unsupported(State(sim): State<QuickBooks>, uri: Uri) -> Response {
    sim.answer(Err(unsupported_operation(&uri.path())))
}

fn unsupported_operation(what: &dyn std::fmt::Display) -> Refusal {
    Refusal::invalid("500", "Unsupported Operation", format!("Operation {what} is not supported."))
}

async fn trouble(State(sim): State<QuickBooks>, request: Request, next: Next) -> Response {
    interfere(&sim.faults, |mishap| refusal::spell(mishap, (sim.clock)()), request, next).await
}

/// Every answer carries the vendor's id of the call.
async fn name_call(State(sim): State<QuickBooks>, request: Request, next: Next) -> Response {
    let call = sim.calls.fetch_add(1, Ordering::Relaxed);
    let mut response = next.run(request).await;
    if let Ok(tid) = HeaderValue::from_str(&format!("1-51b0f00d-{call:024x}")) {
        response.headers_mut().insert("intuit_tid", tid);
    }
    response.headers_mut().insert("qbo-version", HeaderValue::from_static("sim.75"));
    response
}
