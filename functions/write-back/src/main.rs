//! Binds the worker to its queue. See the library for what it does.
use aws::bootstrap::Bootstrap;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::serve::Error> {
    let start = Bootstrap::start().await?;
    let mut app = start.app()?;
    app.blobs = Arc::new(start.blobs());
    app.http = Arc::new(start.http()?);
    let worker = Arc::new(write_back::WriteBackWorker(app));
    aws::serve::serve_queue(worker, start.own_queue()?).await
}
