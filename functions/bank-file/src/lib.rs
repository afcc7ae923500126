//! A bank file dropped into the bucket: its S3 event, through the queue, becomes payments.
use app::ports::Answer;
use app::worker::{Delivery, Failure, Worker};
use app::{App, flows};
use connectors::ses::inbound::BareObject;
use connectors::ses::{Notification, parse};

pub struct BankFile(pub App);

impl Worker for BankFile {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            for object in objects(&delivery.body)? {
                flows::bank::file(&self.0, &object.bucket, &object.key).await?;
            }
            Ok(())
        })
    }
}

/// The objects of an S3 event; the test event that S3 sends when the notification is set up has none.
fn objects(body: &str) -> Result<Vec<BareObject>, Failure> {
    match parse(body) {
        Ok(Notification::Objects(objects)) => Ok(objects),
        Ok(Notification::Ignored { .. }) => Ok(Vec::new()),
        Ok(_) => Err(Failure::poison("not an event of the bank bucket")),
        Err(error) => Err(Failure::poison(error.to_string())),
    }
}
