//! `dunlin simulators`: QuickBooks and Stripe alone, on the machine's clock, for tests that bring their own bundle.
//! What Stripe shall know is posted to `/sim/objects`, which only this command serves.
use crate::Stopped;
use crate::bundle::Folder;
use crate::screen::write_line;
use crate::sim::books::{Books, BooksError};
use crate::sim::quickbooks::QuickBooks;
use crate::sim::quickbooks::oauth::AppKeys;
use crate::sim::seed::{REALM, keep_customers, seed};
use crate::sim::serve::serve;
use crate::sim::stripe::Stripe;
use aws::clock::SystemClock;
use axum::Json;
use axum::extract::State;
use axum::routing::post;
use clap::Args;
use http::StatusCode;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What the vendors answer to, and how large the company is.
#[derive(Debug, Args)]
pub struct Simulators {
    /// Where QuickBooks listens on loopback; 0 takes a free port.
    #[arg(long, default_value_t = 0)]
    qbo_port: u16,
    /// Where Stripe listens on loopback; 0 takes a free port.
    #[arg(long, default_value_t = 0)]
    stripe_port: u16,
    #[arg(long, default_value = "e2e-client")]
    client_id: String,
    #[arg(long, default_value = "e2e-client-secret")]
    client_secret: String,
    #[arg(long, default_value = "sk_test_e2e")]
    stripe_key: String,
    /// What the seeded company is made from; the same seed and day give the same books.
    #[arg(long, default_value_t = 20_261_116)]
    seed: u64,
    /// Customers that the seeded company has, with their documents.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(i64).range(1..=200))]
    customers: i64,
}

/// Serves until the process is ended, after one line of JSON that says where and with what.
///
/// # Errors
/// The folder, the books or a port.
pub async fn serve_alone(folder: &Folder, given: &Simulators) -> Result<(), Stopped> {
    std::fs::create_dir_all(&folder.0).map_err(Stopped::at("making the data folder"))?;
    let file = folder.file("books.sqlite");
    let books = books(&file, given).map_err(Stopped::at("seeding the books"))?;
    let clock: crate::sim::Clock = Arc::new(|| app::ports::Clock::now(&SystemClock));
    let keys = AppKeys { client_id: given.client_id.clone(), client_secret: given.client_secret.clone() };
    let quickbooks = QuickBooks::new(books.clone(), clock.clone(), keys);
    let stripe = Stripe::new(books, clock, &given.stripe_key);
    let tokens = quickbooks.connect(REALM).map_err(Stopped::at("connecting to the QuickBooks simulator"))?;
    let objects = axum::Router::new().route("/sim/objects", post(put_object)).with_state(stripe.clone());
    let qbo = quickbooks
        .serve(listener(given.qbo_port).await?)
        .map_err(Stopped::at("starting the QuickBooks simulator"))?;
    let stripe = serve(objects.merge(stripe.router()), listener(given.stripe_port).await?)
        .map_err(Stopped::at("starting the Stripe simulator"))?;
    let ready = json!({"qbo": qbo.url(), "stripe": stripe.url(), "realm": REALM,
        "refresh_token": tokens.refresh_token, "books": file.display().to_string()});
    write_line(&ready.to_string());
    std::future::pending().await
}

fn books(file: &Path, given: &Simulators) -> Result<Books, BooksError> {
    let books = Books::open(file)?;
    let today = app::ports::Clock::now(&SystemClock).date_naive();
    seed(&books, given.seed, today)?;
    keep_customers(&books, given.customers)?;
    Ok(books)
}

async fn listener(port: u16) -> Result<TcpListener, Stopped> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(Stopped::at("a port on this machine"))
}

/// Puts one object as Stripe shall have it.
async fn put_object(State(stripe): State<Stripe>, Json(object): Json<Value>) -> (StatusCode, String) {
    match stripe.put_object(&object) {
        Ok(()) => (StatusCode::NO_CONTENT, String::new()),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::seed::{customer, dump_csv};

    #[test]
    fn a_small_company_has_its_first_customers_and_only_their_documents() {
        let folder = std::env::temp_dir().join(format!("dunlin-simulators-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let given = Simulators {
            qbo_port: 0,
            stripe_port: 0,
            client_id: String::new(),
            client_secret: String::new(),
            stripe_key: String::new(),
            seed: 7,
            customers: 12,
        };
        let books = books(&folder.join("books.sqlite"), &given).unwrap();
        assert!(customer(&books, 12).unwrap().is_some());
        assert_eq!(customer(&books, 13).unwrap(), None);
        let invoices = dump_csv(&books).unwrap();
        let owners: Vec<i64> =
            invoices.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect();
        assert!(owners.len() > 12, "{} invoices", owners.len());
        assert!(owners.iter().all(|owner| *owner <= 12));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
