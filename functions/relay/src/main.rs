//! Binds the relay to the ledger's stream. See the library for what it does.
use aws::bootstrap::Bootstrap;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::serve::Stopped> {
    let app = Bootstrap::start().await?.app()?;
    aws::serve::serve_stream(move |changes| {
        let app = app.clone();
        Box::pin(async move { relay::relay(&app, &changes).await })
    })
    .await
}
