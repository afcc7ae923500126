//! Mail that came in, by its receipt notification.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows};

pub struct InboundEmail(pub App);

impl Worker for InboundEmail {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(flows::mail::notification(&self.0, &delivery.body))
    }
}
