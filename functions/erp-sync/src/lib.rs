//! Pulls one page from the ledger and stores it.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct ErpSync(pub App);

impl Worker for ErpSync {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { flows::erp::pull::sync_page(&self.0, &messages::read(&delivery.body)?).await })
    }
}
