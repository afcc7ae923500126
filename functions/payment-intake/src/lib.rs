//! Takes a Stripe notice in: the object is read again, its state counts.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct PaymentIntake(pub App);

impl Worker for PaymentIntake {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { flows::stripe::notice(&self.0, &messages::read(&delivery.body)?).await })
    }
}
