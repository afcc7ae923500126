//! Binds the webhook to its Function URL. See the library for what it does.
use aws::bootstrap::Bootstrap;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::serve::Stopped> {
    let app = Bootstrap::start().await?.app()?;
    aws::serve::serve_http(move |request| {
        let app = app.clone();
        Box::pin(async move { payment_webhook::handle(&app, request).await })
    })
    .await
}
