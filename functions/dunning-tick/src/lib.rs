//! The hourly tick: values promises that fell due and asks for a decision about each customer that is overdue.
use app::messages::TickShardDue;
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows, messages};

pub struct DunningTickWorker(pub App);

impl Worker for DunningTickWorker {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            match messages::read::<TickShardDue>(&delivery.body) {
                Ok(shard) => flows::tick::shard(&self.0, &shard).await,
                Err(_) => flows::tick::start(&self.0, &delivery.body, &messages::read(&delivery.body)?).await,
            }
        })
    }
}
