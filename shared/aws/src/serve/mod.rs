//! Run loops: one for each kind of trigger. Events are read by the few fields that are used, so an event that AWS
//! extends still reads, and nothing in an outside request can panic on the way in.
pub mod http;
pub mod queue;
pub mod stream;

pub use self::http::{HttpHandler, serve_http};
pub use self::queue::{OwnQueue, serve_queue};
pub use self::stream::{StreamHandler, serve_stream};

pub use lambda_runtime::Error;

use serde::Serialize;

/// Which of a batch come again; the rest is gone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    pub batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    pub item_identifier: String,
}

impl BatchAnswer {
    fn again(&mut self, item_identifier: impl Into<String>) {
        self.batch_item_failures.push(ItemFailure { item_identifier: item_identifier.into() });
    }
}
