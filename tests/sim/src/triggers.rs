//! What sets functions off, for the simulation and the stories alike: which worker serves a queue, and how notifications
//! look.
use app::App;
use app::queues::QueueName;
use app::worker::Worker;
use serde_json::{Value, json};

/// The function that works a queue off.
pub fn worker(app: &App, queue: QueueName) -> Box<dyn Worker> {
    let app = app.clone();
    match queue {
        QueueName::PaymentIntake => Box::new(payment_intake::PaymentIntake(app)),
        QueueName::BankFile => Box::new(bank_file::BankFile(app)),
        QueueName::ErpPull => Box::new(erp_pull::ErpPull(app)),
        QueueName::ErpSync => Box::new(erp_sync::ErpSync(app)),
        QueueName::CashApplication => Box::new(cash_application::CashApplication(app)),
        QueueName::InboundEmail => Box::new(inbound_email::InboundEmail(app)),
        QueueName::DunningTick => Box::new(dunning_tick::DunningTickWorker(app)),
        QueueName::DunningStep => Box::new(dunning_step::DunningStep(app)),
        QueueName::LetterSender => Box::new(letter_sender::LetterSender(app)),
        QueueName::MailFeedback => Box::new(mail_feedback::MailFeedback(app)),
        QueueName::WriteBack => Box::new(write_back::WriteBackWorker(app)),
    }
}

/// A message of a topic, as its queue gets it.
pub fn topic(message: &Value) -> Value {
    json!({"Type": "Notification", "MessageId": "topic-1", "Message": message.to_string()})
}

/// What S3 tells of a new object in the intake bucket.
pub fn bucket_event(key: &str) -> Value {
    json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "intake"}, "object": {"key": key}}}]})
}
