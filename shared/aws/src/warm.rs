//! Opens the connections of the first invocation while the sandbox starts.
//!
//! A Lambda's start runs on a whole processor, its invocations on a share of one; at small memory sizes the first TLS
//! handshake inside an invocation costs most of a second, in the start some 50 ms. So the two services on a first
//! invocation's path are called once before the run loop, at the same time, with calls that change nothing and need
//! no permission beyond those the function has:
//!
//! * DynamoDB: one read of an absent item, in any table this function knows;
//! * SQS: an empty batch to any queue this function may send to, which SQS refuses after the handshake.
//!
//! Secrets are read in the start anyway. S3, SES and outside systems are behind queues, where nobody waits for them.
//! Answers are ignored. On loopback the calls take two or three milliseconds together; where they take longer than
//! [`WARM_MAX`], the run loop starts and the connections finish beside it.
use crate::bootstrap::{Vars, queue_urls};
use app::store::limits::attribute;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::config::retry::RetryConfig;
use futures::future::join_all;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long the start waits for warm connections.
pub const WARM_MAX: Duration = Duration::from_millis(200);

const TABLES: [&str; 3] = ["LEDGER_TABLE", "CONNECTIONS_TABLE", "IDEMPOTENCY_TABLE"];

/// Waits for connections that are being opened, for at most [`WARM_MAX`]; failures are left to the first real call.
pub async fn warm(calls: impl IntoIterator<Item = Option<JoinHandle<()>>>) {
    let calls: Vec<JoinHandle<()>> = calls.into_iter().flatten().collect();
    if tokio::time::timeout(WARM_MAX, join_all(calls)).await.is_err() {
        tracing::info!("connections are still being opened");
    }
}

/// Connects with the client that the port uses, so that it finds the connection in its pool.
pub fn warm_dynamo(client: &aws_sdk_dynamodb::Client, vars: &Vars) -> Option<JoinHandle<()>> {
    let table = TABLES.iter().find_map(|var| vars.get(*var))?;
    let absent = || AttributeValue::S("WARM".to_owned());
    let call = client.get_item().table_name(table).key(attribute::PK, absent()).key(attribute::SK, absent());
    let once = aws_sdk_dynamodb::Config::builder().retry_config(RetryConfig::disabled());
    Some(tokio::spawn(async move {
        if let Err(error) = call.customize().config_override(once).send().await {
            tracing::debug!(%error, "DynamoDB not warmed");
        }
    }))
}

/// As [`warm_dynamo`].
pub fn warm_sqs(client: &aws_sdk_sqs::Client, vars: &Vars) -> Option<JoinHandle<()>> {
    let (_, url) = queue_urls(vars).pop_first()?;
    let call = client.send_message_batch().queue_url(url).set_entries(Some(Vec::new()));
    let once = aws_sdk_sqs::Config::builder().retry_config(RetryConfig::disabled());
    Some(tokio::spawn(async move {
        // refused as empty, which is the point
        let _refused = call.customize().config_override(once).send().await;
    }))
}
