//! The embedded DynamoDB: dynoxide on a SQLite file, on a thread of its own, spoken to by the real SDK adapter.
//! Its stream stays off: with it, writes slow down as records pile up.
use crate::Stopped;
use aws::dynamo::{DynamoTable, TableNames, configured};
use aws::schema::create_tables;
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, Region};
use std::path::Path;

/// The table on a file, its server already running.
///
/// # Errors
/// A file that cannot be opened (another process holds it), or tables that cannot be made.
pub async fn table(file: &Path) -> Result<DynamoTable, Stopped> {
    let path = file.to_str().ok_or_else(|| Stopped(format!("{} is not a text path", file.display())))?;
    let database = dynoxide::Database::new(path).map_err(Stopped::at("opening the ledger's file"))?;
    table_at(&serve(database)?).await
}

/// Serves a database on loopback, on a thread of its own; gives the address.
///
/// # Errors
/// No port or no thread to be had.
pub fn serve(database: dynoxide::Database) -> Result<String, Stopped> {
    let listener =
        std::net::TcpListener::bind("127.0.0.1:0").map_err(Stopped::at("a port for the ledger"))?;
    listener.set_nonblocking(true).map_err(Stopped::at("a port for the ledger"))?;
    let address = listener.local_addr().map_err(Stopped::at("a port for the ledger"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Stopped::at("a thread for the ledger"))?;
    let spawned = std::thread::Builder::new().name("ledger".into()).spawn(move || {
        runtime.block_on(async move {
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                let _ = dynoxide::server::serve_on(listener, database).await;
            }
        });
    });
    spawned.map_err(Stopped::at("a thread for the ledger"))?;
    Ok(format!("http://{address}"))
}

/// The table on a DynamoDB that takes any credentials: the embedded one, or an emulator.
///
/// # Errors
/// Tables that cannot be made.
pub async fn table_at(url: &str) -> Result<DynamoTable, Stopped> {
    let builder = Builder::new()
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "local"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    let client = Client::from_conf(configured(builder).build());
    let names = TableNames {
        ledger: "ledger".into(),
        idempotency: "idempotency".into(),
        connections: "connections".into(),
    };
    create_tables(&client, &names).await.map_err(Stopped::at("making the tables"))?;
    Ok(DynamoTable::new(client, names))
}
