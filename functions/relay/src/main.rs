//! Binds the relay to the ledger's stream. See the library for what it does.
use app::ports::Answer;
use aws::bootstrap::Bootstrap;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::serve::Error> {
    let app = Bootstrap::start().await?.app()?;
    let relay = move |changes: Vec<app::stream::StreamChange>| -> Answer<'static, _> {
        let app = app.clone();
        Box::pin(async move { relay::relay(&app, &changes).await })
    };
    aws::serve::serve_stream(Arc::new(relay)).await
}
