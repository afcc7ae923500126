//! The `Queue` port on SQS.
use app::ports::{Answer, Queue, Unavailable};
use app::queues::{Outgoing, QueueName};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry as Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// SQS takes ten messages and 1 MiB of bodies in one call.
const BATCH_MESSAGES_MAX: usize = 10;
const BATCH_BYTES_MAX: usize = 1_048_576;
const DELAY_SECONDS_MAX: u32 = 900;
/// How often the entries that SQS turned down by themselves are sent again; whole calls are the SDK's to repeat.
const PARTIAL_TRIES_MAX: u32 = 3;
const PARTIAL_PAUSE: Duration = Duration::from_millis(100);

/// Sends to the queues whose URLs this function was given.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    urls: BTreeMap<QueueName, String>,
}

impl SqsQueue {
    pub fn new(client: Client, urls: BTreeMap<QueueName, String>) -> Self {
        Self { client, urls }
    }

    async fn send_all(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), Unavailable> {
        let url = self
            .urls
            .get(&queue)
            .ok_or_else(|| unavailable(queue, "this function has no URL for it".to_owned()))?;
        for batch in batches(messages) {
            self.send_batch(queue, url, batch).await?;
        }
        Ok(())
    }

    async fn send_batch(&self, queue: QueueName, url: &str, batch: Vec<Outgoing>) -> Result<(), Unavailable> {
        let mut left = entries(batch).map_err(|why| unavailable(queue, why))?;
        for round in 1..=PARTIAL_TRIES_MAX {
            let call = self.client.send_message_batch().queue_url(url).set_entries(Some(left.clone()));
            let answer = call.send().await;
            let answer =
                answer.map_err(|error| unavailable(queue, DisplayErrorContext(error).to_string()))?;
            let failed = answer.failed();
            if failed.is_empty() {
                return Ok(());
            }
            let ours = failed.iter().find(|entry| entry.sender_fault());
            if let Some(entry) = ours.or(failed.first().filter(|_| round == PARTIAL_TRIES_MAX)) {
                let why = entry.message().unwrap_or("no reason given");
                let why = format!("{} of {} messages: {} ({why})", failed.len(), left.len(), entry.code());
                return Err(unavailable(queue, why));
            }
            let ids: BTreeSet<&str> = failed.iter().map(|entry| entry.id()).collect();
            left.retain(|entry| ids.contains(entry.id()));
            tokio::time::sleep(PARTIAL_PAUSE * round).await;
        }
        Ok(())
    }
}

fn unavailable(queue: QueueName, why: String) -> Unavailable {
    Unavailable { what: "queue", why: format!("{}: {why}", queue.as_str()) }
}

/// Splits by both limits; a message that is too long alone stays alone and is for SQS to refuse.
fn batches(messages: Vec<Outgoing>) -> Vec<Vec<Outgoing>> {
    let mut batches = Vec::new();
    let mut batch: Vec<Outgoing> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let is_full = batch.len() == BATCH_MESSAGES_MAX || bytes + message.body.len() > BATCH_BYTES_MAX;
        if is_full && !batch.is_empty() {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += message.body.len();
        batch.push(message);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

fn entries(batch: Vec<Outgoing>) -> Result<Vec<Entry>, String> {
    let entry = |(at, message): (usize, Outgoing)| {
        let delay = i32::try_from(message.delay_seconds.min(DELAY_SECONDS_MAX)).unwrap_or_default();
        let entry = Entry::builder().id(at.to_string()).message_body(message.body).delay_seconds(delay);
        entry.build().map_err(|error| error.to_string())
    };
    batch.into_iter().enumerate().map(entry).collect()
}

impl Queue for SqsQueue {
    fn send<'a>(&'a self, queue: QueueName, messages: Vec<Outgoing>) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(self.send_all(queue, messages))
    }
}
