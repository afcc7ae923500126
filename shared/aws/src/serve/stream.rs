//! The run loop behind the ledger's change stream, with partial batch answers.
use super::BatchAnswer;
use app::ports::Answer;
use app::store::table::Key;
use app::stream::{StreamChange, StreamFailure};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;
use std::sync::Arc;

/// Works off changes in order; on an error that change and all after it come again.
pub type StreamHandler =
    Arc<dyn Fn(Vec<StreamChange>) -> Answer<'static, Result<(), StreamFailure>> + Send + Sync>;

/// A batch as Lambda delivers it from a DynamoDB stream with both images.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamEvent {
    #[serde(rename = "Records")]
    records: Vec<StreamRecord>,
}

#[derive(Debug, Clone, Deserialize)]
struct StreamRecord {
    dynamodb: Change,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    sequence_number: String,
    keys: Keys,
    old_image: Option<Image>,
    new_image: Option<Image>,
}

#[derive(Debug, Clone, Deserialize)]
struct Keys {
    pk: Text,
    sk: Text,
}

#[derive(Debug, Clone, Deserialize)]
struct Image {
    body: Text,
}

#[derive(Debug, Clone, Deserialize)]
struct Text {
    #[serde(rename = "S")]
    s: String,
}

/// Runs until the sandbox ends.
///
/// # Errors
/// The Lambda runtime is unreachable.
pub async fn serve_stream(handler: StreamHandler) -> Result<(), Error> {
    let handler = &handler;
    let serve =
        |event: LambdaEvent<StreamEvent>| async move { Ok::<_, Error>(answer(handler, event.payload).await) };
    lambda_runtime::run(service_fn(serve)).await
}

/// Works off one batch and names the first change that comes again.
pub async fn answer(handler: &StreamHandler, event: StreamEvent) -> BatchAnswer {
    let changes = event.records.into_iter().map(|record| change(record.dynamodb)).collect();
    let mut answer = BatchAnswer::default();
    if let Err(failure) = handler(changes).await {
        tracing::warn!(%failure, "stream not worked off");
        answer.again(failure.sequence_number);
    }
    answer
}

fn change(change: Change) -> StreamChange {
    StreamChange {
        sequence_number: change.sequence_number,
        key: Key::new(change.keys.pk.s, change.keys.sk.s),
        old_body: change.old_image.map(|image| image.body.s),
        new_body: change.new_image.map(|image| image.body.s),
    }
}
