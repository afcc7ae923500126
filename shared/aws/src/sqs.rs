//! The `Queue` port on SQS.
use app::ports::{Answer, Queue, Unavailable};
use app::queues::{DeadLetter, Outgoing, QueueName};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, SendMessageBatchRequestEntry as Entry};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// SQS takes ten messages and 1 MiB of bodies in one call.
const BATCH_MESSAGES_MAX: usize = 10;
const BATCH_BYTES_MAX: usize = 1_048_576;
const DELAY_SECONDS_MAX: u32 = 900;
/// How often the entries that SQS turned down by themselves are sent again; whole calls are the SDK's to repeat.
const PARTIAL_TRIES_MAX: u32 = 3;
const PARTIAL_PAUSE: Duration = Duration::from_millis(100);

/// Messages that one receive takes, and for how long they are out of sight then.
const RECEIVE_MAX: i32 = 10;
const LOOK_SECONDS: i32 = 30;
/// A receive that waits asks every server of SQS; one that does not asks some, and may find nothing where there is
/// something.
const WAIT_SECONDS: i32 = 1;
/// Receives in a row without news after which a queue counts as seen to its end.
const EMPTY_MAX: u32 = 2;
/// The most dead letters that one look at a queue shows; more are seen once these are gone.
const DEAD_SHOWN_MAX: usize = 200;

/// Sends to the queues whose URLs this function was given, and looks into their dead letters.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    urls: BTreeMap<QueueName, String>,
    dead_urls: BTreeMap<QueueName, String>,
}

impl SqsQueue {
    pub fn new(client: Client, urls: BTreeMap<QueueName, String>) -> Self {
        Self { client, urls, dead_urls: BTreeMap::new() }
    }

    /// The same, which also knows where dead letters lie.
    #[must_use]
    pub fn with_dead(self, dead_urls: BTreeMap<QueueName, String>) -> Self {
        Self { dead_urls, ..self }
    }

    async fn receive_dead(&self, queue: QueueName, url: &str) -> Result<Vec<Message>, Unavailable> {
        let call = self.client.receive_message().queue_url(url);
        let call = call.max_number_of_messages(RECEIVE_MAX).visibility_timeout(LOOK_SECONDS);
        let call = call.wait_time_seconds(WAIT_SECONDS);
        let call = call.message_attribute_names(REASON);
        let call = call.message_system_attribute_names(MessageSystemAttributeName::SentTimestamp);
        let answer = call.send().await;
        let answer = answer.map_err(|error| unavailable(queue, DisplayErrorContext(error).to_string()))?;
        Ok(answer.messages.unwrap_or_default())
    }

    async fn look(&self, queue: QueueName) -> Result<Vec<DeadLetter>, Unavailable> {
        let Some(url) = self.dead_urls.get(&queue) else {
            return Err(unavailable(queue, "this function has no URL for its dead letters".to_owned()));
        };
        let mut found: BTreeMap<String, DeadLetter> = BTreeMap::new();
        let mut empty = 0;
        while found.len() < DEAD_SHOWN_MAX && empty < EMPTY_MAX {
            let before = found.len();
            for message in self.receive_dead(queue, url).await? {
                let dead = dead_letter(queue, &message);
                found.insert(dead.message_id.clone(), dead);
            }
            empty = if found.len() == before { empty + 1 } else { 0 };
        }
        Ok(found.into_values().collect())
    }

    /// Puts the dead letters of a queue back for another round of tries; gives those it put back. What dies again
    /// after `began`, an instant in milliseconds, stays. A crash between sending and deleting leaves a duplicate.
    ///
    /// # Errors
    /// SQS'. What was put back until then is not told.
    pub async fn redrive(&self, queue: QueueName, began: i64) -> Result<Vec<DeadLetter>, Unavailable> {
        let told = |error: String| unavailable(queue, error);
        let url = self.dead_urls.get(&queue);
        let url = url.ok_or_else(|| told("there is no URL for its dead letters".to_owned()))?;
        let (mut moved, mut empty) = (Vec::new(), 0);
        while empty < EMPTY_MAX {
            let messages = self.receive_dead(queue, url).await?;
            let old: Vec<&Message> = messages.iter().filter(|message| sent_at(message) < began).collect();
            empty = if old.is_empty() { empty + 1 } else { 0 };
            for message in old {
                let body = message.body().unwrap_or_default();
                self.send_all(queue, vec![Outgoing::now(body)]).await?;
                let delete = self.client.delete_message().queue_url(url);
                let delete = delete.set_receipt_handle(message.receipt_handle().map(str::to_owned));
                delete.send().await.map_err(|error| told(DisplayErrorContext(error).to_string()))?;
                moved.push(dead_letter(queue, message));
            }
        }
        Ok(moved)
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

/// The attribute in which a worker that gave a message up says why.
pub const REASON: &str = "reason";

fn dead_letter(queue: QueueName, message: &Message) -> DeadLetter {
    let reason = message.message_attributes().and_then(|attributes| attributes.get(REASON));
    let why = reason.and_then(|reason| reason.string_value()).map(str::to_owned);
    DeadLetter { queue, message_id: message.message_id().unwrap_or_default().to_owned(), why }
}

/// When a message came into a queue first, in milliseconds.
fn sent_at(message: &Message) -> i64 {
    let attributes = message.attributes();
    let sent = attributes.and_then(|attributes| attributes.get(&MessageSystemAttributeName::SentTimestamp));
    sent.and_then(|sent| sent.parse().ok()).unwrap_or(0)
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

    fn dead_letters<'a>(&'a self, queue: QueueName) -> Answer<'a, Result<Vec<DeadLetter>, Unavailable>> {
        Box::pin(self.look(queue))
    }
}
