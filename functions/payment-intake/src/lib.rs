//! Takes Stripe's events in, from webhooks and from the hourly sweep: the object is read again, its state counts.
use app::messages::EventSweepDue;
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct PaymentIntake(pub App);

impl Worker for PaymentIntake {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            match messages::read::<EventSweepDue>(&delivery.body) {
                Ok(due) => flows::stripe::sweep::sweep(&self.0, &delivery.body, &due).await,
                Err(_) => flows::stripe::notice(&self.0, &messages::read(&delivery.body)?).await,
            }
        })
    }
}
