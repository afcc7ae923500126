//! The nightly pull: makes the page jobs.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct ErpPull(pub App);

impl Worker for ErpPull {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            flows::erp::pull::start(&self.0, &delivery.body, &messages::read(&delivery.body)?).await
        })
    }
}
