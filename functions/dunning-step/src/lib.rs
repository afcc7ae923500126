//! Decides about one customer: a letter, or not now because.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct DunningStep(pub App);

impl Worker for DunningStep {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move { flows::dunning::step(&self.0, &messages::read(&delivery.body)?).await })
    }
}
