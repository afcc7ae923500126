//! What became of the mail that was sent.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows};

pub struct MailFeedback(pub App);

impl Worker for MailFeedback {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(flows::feedback::mail_event(&self.0, &delivery.body))
    }
}
