//! Sends a planned letter, at most once.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct LetterSender(pub App);

impl Worker for LetterSender {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { flows::letters::send_due(&self.0, &messages::read(&delivery.body)?).await })
    }
}
