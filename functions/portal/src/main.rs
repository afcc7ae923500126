//! Binds the portal to its Function URL. See the library for what it does.
use app::ports::Answer;
use aws::bootstrap::Bootstrap;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::serve::Error> {
    let start = Bootstrap::start_without_queues().await?;
    let mut app = start.app()?;
    app.blobs = Arc::new(start.blobs());
    let app = Arc::new(app);
    let handler = move |request| -> Answer<'static, _> {
        let app = app.clone();
        Box::pin(async move { portal::handle(&app, request).await })
    };
    aws::serve::serve_http(Arc::new(handler)).await
}
