//! Binds the worker to its queue. See the library for what it does.
use aws::bootstrap::Bootstrap;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::serve::Error> {
    let start = Bootstrap::start().await?;
    let mut app = start.app()?;
    app.blobs = Arc::new(start.blobs());
    let worker = Arc::new(bank_file::BankFile(app));
    aws::serve::serve_queue(worker, start.own_queue()?).await
}
