//! Brings the ledger's record of a payment in line with ours.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct WriteBackWorker(pub App);

impl Worker for WriteBackWorker {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { flows::write_back::post_due(&self.0, &messages::read(&delivery.body)?).await })
    }
}
