//! Stripe, version 2026-10-28.endive: the reads that follow a webhook, and the webhooks themselves.
//!
//! Objects are put in by whoever plays the day ([`Stripe::put_object`]); nothing here charges anyone.
mod refusal;
#[cfg(test)]
mod tests;
pub mod webhook;

pub use webhook::webhook;

use crate::sim::books::{Books, BooksError};
use crate::sim::faults::{Faults, interfere};
use crate::sim::{Clock, Running, serve};
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, header};
use refusal::{Refusal, spell};
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;

/// The version whose shapes are served, whatever the caller pins.
pub const VERSION: &str = "2026-10-28.endive";

/// Path segment, `object`, the parameter that a 404 names, and the fields a list may be filtered by.
const RESOURCES: [(&str, &str, &str, &[&str]); 9] = [
    ("payment_intents", "payment_intent", "intent", &["customer"]),
    ("charges", "charge", "id", &["customer", "payment_intent"]),
    ("refunds", "refund", "refund", &["charge", "payment_intent"]),
    ("disputes", "dispute", "dispute", &["charge", "payment_intent"]),
    ("invoice_payments", "invoice_payment", "id", &["invoice", "status"]),
    ("invoices", "invoice", "invoice", &["customer", "status"]),
    ("customers", "customer", "customer", &["email"]),
    ("checkout/sessions", "checkout.session", "session", &["customer", "payment_intent", "status"]),
    ("events", "event", "id", &["type"]),
];

/// Fields that versions before "basil" had and endive has not: an object with them would teach the wrong shape.
const REMOVED: [(&str, &str); 6] = [
    ("payment_intent", "invoice"),
    ("charge", "invoice"),
    ("invoice", "charge"),
    ("invoice", "payment_intent"),
    ("invoice", "paid"),
    ("invoice", "paid_out_of_band"),
];

/// Rows in one list where the caller names no number, and the most it may name.
const DEFAULT_LIMIT: usize = 10;
const MOST_LIMIT: usize = 100;

type Options = Vec<(String, String)>;

/// The simulator; clones share books and faults.
#[derive(Clone)]
pub struct Stripe {
    books: Books,
    clock: Clock,
    key: Arc<str>,
    faults: Faults,
    calls: Arc<AtomicU64>,
}

impl Stripe {
    /// `key` is the secret or restricted key that callers must send as bearer.
    pub fn new(books: Books, clock: Clock, key: &str) -> Self {
        Self { books, clock, key: key.into(), faults: Faults::default(), calls: Arc::default() }
    }

    /// Where trouble is armed; it matches on `"GET /v1/payment_intents/…"` and the like.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Puts an object as Stripe now has it, in place of an earlier state; the same state again changes nothing.
    ///
    /// # Errors
    /// It has no `id`, its `object` is not served here, or it has a field that this version dropped.
    pub fn put_object(&self, object: &Value) -> Result<(), BooksError> {
        let text = |field| object.get(field).and_then(Value::as_str);
        let refused = |why: String| BooksError::Refused(format!("object {object}: {why}"));
        let id = text("id").ok_or_else(|| refused("id is absent".to_owned()))?;
        let kind = text("object").ok_or_else(|| refused("object is absent".to_owned()))?;
        if !RESOURCES.iter().any(|(_, object, ..)| *object == kind) {
            return Err(refused(format!("{kind} is not served")));
        }
        let is_removed = |(of, field): &&(&str, &str)| *of == kind && object.get(*field).is_some();
        if let Some((_, field)) = REMOVED.iter().find(is_removed) {
            return Err(refused(format!("{VERSION} has no {field} on {kind}")));
        }
        let created = object.get("created").and_then(Value::as_i64).unwrap_or_default();
        self.books.write(|db| {
            db.execute(
                "INSERT INTO stripe_object VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (id) DO UPDATE SET created = excluded.created, body = excluded.body
                 WHERE body <> excluded.body",
                params![id, kind, created, object.to_string()],
            )?;
            Ok(())
        })
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/{resource}", get(list))
            .route("/v1/{resource}/{id}", get(read_one))
            .route("/v1/checkout/sessions", get(list_sessions))
            .route("/v1/checkout/sessions/{id}", get(read_session))
            .fallback(unknown_path)
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

    fn authorise(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match bearer.and_then(|value| value.strip_prefix("Bearer ")) {
            Some(key) if key == &*self.key => Ok(()),
            Some(key) => {
                let end: String = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
                Err(Refusal::unauthorised(format!("Invalid API Key provided: ****{end}")))
            }
            None => Err(Refusal::unauthorised("You did not provide an API key.".to_owned())),
        }
    }

    fn find(&self, kind: &str, id: &str) -> Result<Option<Value>, BooksError> {
        self.books.read(|db| {
            let sql = "SELECT body FROM stripe_object WHERE id = ?1 AND kind = ?2";
            let body: Option<String> = db.query_row(sql, [id, kind], |row| row.get(0)).optional()?;
            Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
        })
    }

    fn read(
        &self,
        resource: &str,
        id: &str,
        options: &Options,
        headers: &HeaderMap,
    ) -> Result<Value, Refusal> {
        self.authorise(headers)?;
        let (_, kind, param, _) = resource_of(resource)?;
        let mut object = self.find(kind, id)?.ok_or_else(|| Refusal::missing(kind, id, param))?;
        for (_, field) in options.iter().filter(|(name, _)| name == "expand[]") {
            self.expand(&mut object, field)?;
        }
        Ok(object)
    }

    /// Puts the object in place of its id; fields of objects inside objects cannot be expanded here.
    fn expand(&self, object: &mut Value, field: &str) -> Result<(), Refusal> {
        let Some(reference) = object.get_mut(field) else {
            return Err(Refusal::invalid(format!("This property cannot be expanded ({field}).")));
        };
        let id = reference.as_str().unwrap_or_default();
        let sql = "SELECT body FROM stripe_object WHERE id = ?1";
        let body: Option<String> = self
            .books
            .read(|db| Ok::<_, BooksError>(db.query_row(sql, [id], |row| row.get(0)).optional()?))?;
        if let Some(body) = body {
            *reference = serde_json::from_str(&body).map_err(BooksError::from)?;
        }
        Ok(())
    }

    /// Newest first, as Stripe lists.
    fn list(&self, resource: &str, options: &Options, headers: &HeaderMap) -> Result<Value, Refusal> {
        self.authorise(headers)?;
        let (_, kind, _, filters) = resource_of(resource)?;
        let all = self.books.read(|db| -> Result<Vec<Value>, BooksError> {
            let sql = "SELECT body FROM stripe_object WHERE kind = ?1 ORDER BY created DESC, id DESC";
            let mut statement = db.prepare(sql)?;
            let bodies = statement.query_map([kind], |row| row.get::<_, String>(0))?;
            bodies.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
        })?;
        let mut limit = DEFAULT_LIMIT;
        let mut after = None;
        let mut created = (i64::MIN, i64::MAX);
        let mut wanted: Vec<(Vec<&str>, &str)> = Vec::new();
        let mut expanded: Vec<&str> = Vec::new();
        for (name, value) in options {
            match name.as_str() {
                "limit" => limit = read_limit(value)?,
                "starting_after" => after = Some(value.as_str()),
                "created[gte]" => created.0 = read_time(value)?,
                "created[lte]" => created.1 = read_time(value)?,
                "payment[type]" if *kind == "invoice_payment" => {
                    wanted.push((vec!["payment", "type"], value))
                }
                "payment[payment_intent]" if *kind == "invoice_payment" => {
                    if !options.iter().any(|(name, _)| name == "payment[type]") {
                        return Err(Refusal::invalid("Missing required param: payment[type].".to_owned()));
                    }
                    wanted.push((vec!["payment", "payment_intent"], value));
                }
                name if filters.contains(&name) => wanted.push((vec![name], value)),
                "expand[]" => expanded.extend(value.strip_prefix("data.")),
                name => return Err(Refusal::invalid(format!("Received unknown parameter: {name}"))),
            }
        }
        let is_wanted = |object: &&Value| {
            let at = object.get("created").and_then(Value::as_i64).unwrap_or_default();
            (created.0..=created.1).contains(&at)
                && wanted.iter().all(|(path, value)| {
                    let found = path.iter().try_fold(*object, |object, field| object.get(field));
                    found.and_then(Value::as_str) == Some(value)
                })
        };
        let id = |object: &Value| object.get("id").and_then(Value::as_str).map(str::to_owned);
        let mut found: Vec<&Value> = all.iter().filter(is_wanted).collect();
        if let Some(after) = after {
            let at = found.iter().position(|object| id(object).as_deref() == Some(after));
            let at = at.ok_or_else(|| Refusal::missing(kind, after, "starting_after"))?;
            found = found.split_off(at + 1);
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        let mut found: Vec<Value> = found.into_iter().cloned().collect();
        for object in &mut found {
            for field in &expanded {
                self.expand(object, field)?;
            }
        }
        Ok(json!({"object": "list", "data": found, "has_more": has_more, "url": format!("/v1/{resource}")}))
    }
}

fn read_limit(text: &str) -> Result<usize, Refusal> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST_LIMIT).contains(limit));
    limit.ok_or_else(|| Refusal::invalid(format!("Invalid limit: {text} (from 1 to {MOST_LIMIT})")))
}

fn read_time(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::invalid(format!("Invalid timestamp: {text}")))
}

fn resource_of(
    name: &str,
) -> Result<&'static (&'static str, &'static str, &'static str, &'static [&'static str]), Refusal> {
    let found = RESOURCES.iter().find(|(resource, ..)| *resource == name);
    found.ok_or_else(|| Refusal::unknown_path(&format!("/v1/{name}")))
}

async fn list(
    State(sim): State<Stripe>,
    Path(resource): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Response {
    let result = sim.list(&resource, &options, &headers);
    result.map_or_else(Refusal::response, |found| Json(found).into_response())
}

async fn read_one(
    State(sim): State<Stripe>,
    Path((resource, id)): Path<(String, String)>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Response {
    let result = sim.read(&resource, &id, &options, &headers);
    result.map_or_else(Refusal::response, |found| Json(found).into_response())
}

/// Two words in a path, and else a resource like any other.
const SESSIONS: &str = "checkout/sessions";

async fn list_sessions(
    State(sim): State<Stripe>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Response {
    list(State(sim), Path(SESSIONS.to_owned()), Query(options), headers).await
}

async fn read_session(
    State(sim): State<Stripe>,
    Path(id): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Response {
    read_one(State(sim), Path((SESSIONS.to_owned(), id)), Query(options), headers).await
}

async fn unknown_path(uri: http::Uri) -> Response {
    Refusal::unknown_path(uri.path()).response()
}

async fn trouble(State(sim): State<Stripe>, request: Request, next: Next) -> Response {
    interfere(&sim.faults, spell, request, next).await
}

/// Every answer carries the vendor's id of the call, its time and the version of its shapes.
async fn name_call(State(sim): State<Stripe>, request: Request, next: Next) -> Response {
    let call = sim.calls.fetch_add(1, Ordering::Relaxed);
    let mut response = next.run(request).await;
    let named = [
        ("request-id", format!("req_{call:014}")),
        ("stripe-version", VERSION.to_owned()),
        ("date", (sim.clock)().format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
    ];
    for (name, value) in named {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
