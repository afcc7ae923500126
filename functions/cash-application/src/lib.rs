//! Decides what a payment settles.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct CashApplication(pub App);

impl Worker for CashApplication {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { flows::cash::apply_due(&self.0, &messages::read(&delivery.body)?).await })
    }
}
