//! The run loop of a queue worker, with partial batch answers.
use super::BatchAnswer;
use crate::sqs::REASON;
use app::worker::{Delivery, Verdict, Worker, work_off};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry as Visibility, MessageAttributeValue};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;
use std::sync::Arc;

/// The most entries that SQS takes in one call.
const ENTRIES_MAX: usize = 10;
const REASON_CHARS_MAX: usize = 1_000;

/// The queue that this function works off.
#[derive(Debug, Clone)]
pub struct OwnQueue {
    pub client: Client,
    pub url: String,
    /// Its dead-letter queue.
    pub dead_url: String,
}

/// A batch as Lambda delivers it from SQS.
#[derive(Debug, Clone, Deserialize)]
pub struct QueueEvent {
    #[serde(rename = "Records")]
    records: Vec<Message>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    receipt_handle: String,
    body: String,
    attributes: Attributes,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    approximate_receive_count: String,
}

/// Runs until the sandbox ends.
///
/// # Errors
/// The Lambda runtime is unreachable.
pub async fn serve_queue(worker: Arc<dyn Worker>, queue: OwnQueue) -> Result<(), Error> {
    let queue = &queue;
    let worker = &*worker;
    let handler = |event: LambdaEvent<QueueEvent>| async move {
        Ok::<_, Error>(answer(worker, queue, event.payload).await)
    };
    lambda_runtime::run(service_fn(handler)).await
}

/// Works off one batch and says which of its messages come again. A message leaves the queue only when it is done or
/// lies in the dead-letter queue; where SQS refuses either move, the message comes again after the queue's own
/// visibility timeout.
pub async fn answer(worker: &dyn Worker, queue: &OwnQueue, event: QueueEvent) -> BatchAnswer {
    let (deliveries, handles): (Vec<Delivery>, Vec<String>) = event.records.into_iter().map(delivery).unzip();
    let verdicts = work_off(worker, &deliveries).await;
    let mut answer = BatchAnswer::default();
    let mut hidden = Vec::new();
    for ((delivery, handle), verdict) in deliveries.iter().zip(handles).zip(verdicts) {
        match verdict {
            Verdict::Done => {}
            Verdict::Again { after_seconds, .. } => {
                answer.again(&delivery.message_id);
                hidden.push((handle, after_seconds));
            }
            Verdict::Dead { why } => {
                if let Err(error) = bury(queue, delivery, &why).await {
                    tracing::error!(message = %delivery.message_id, %error, "not moved to the dead-letter queue");
                    answer.again(&delivery.message_id);
                }
            }
        }
    }
    hide(queue, hidden).await;
    answer
}

fn delivery(message: Message) -> (Delivery, String) {
    let receive_count = message.attributes.approximate_receive_count.parse().unwrap_or(1);
    let delivery = Delivery { message_id: message.message_id, body: message.body, receive_count };
    (delivery, message.receipt_handle)
}

/// Puts a message into the dead-letter queue, with the reason beside it.
async fn bury(queue: &OwnQueue, delivery: &Delivery, why: &str) -> Result<(), String> {
    let reason = attribute(why).ok_or("no reason")?;
    let source = attribute(&delivery.message_id).ok_or("no message id")?;
    let call = queue.client.send_message().queue_url(&queue.dead_url).message_body(&delivery.body);
    let call = call.message_attributes(REASON, reason).message_attributes("source_message_id", source);
    call.send().await.map(|_| ()).map_err(|error| DisplayErrorContext(error).to_string())
}

/// Text that SQS takes as an attribute: not empty, no control characters, of bounded length.
fn attribute(text: &str) -> Option<MessageAttributeValue> {
    let plain = |c: char| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c };
    let mut text: String = text.chars().take(REASON_CHARS_MAX).map(plain).collect();
    if text.is_empty() {
        "not given".clone_into(&mut text);
    }
    MessageAttributeValue::builder().data_type("String").string_value(text).build().ok()
}

/// Keeps messages invisible until their next try.
async fn hide(queue: &OwnQueue, hidden: Vec<(String, u32)>) {
    for chunk in hidden.chunks(ENTRIES_MAX) {
        let entry = |(at, (handle, seconds)): (usize, &(String, u32))| {
            let entry = Visibility::builder().id(at.to_string()).receipt_handle(handle);
            entry.visibility_timeout(i32::try_from(*seconds).unwrap_or(i32::MAX)).build().ok()
        };
        let entries = chunk.iter().enumerate().filter_map(entry).collect();
        let call = queue.client.change_message_visibility_batch().queue_url(&queue.url);
        match call.set_entries(Some(entries)).send().await {
            Ok(done) => {
                for failed in done.failed() {
                    tracing::warn!(code = failed.code(), "visibility not changed");
                }
            }
            Err(error) => tracing::warn!(error = %DisplayErrorContext(error), "visibility not changed"),
        }
    }
}
