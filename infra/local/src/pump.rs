//! Works off the local queues until they rest: every queue's worker is the function's own.
use crate::Stopped;
use crate::bundle::Bundle;
use crate::mailer::message_ref;
use crate::queue::Taken;
use app::App;
use app::flows::relay::{PendingWork, sweep};
use app::queues::{Outgoing, QueueName};
use app::worker::{Verdict, Worker, verdict};
use serde_json::json;
use std::sync::Arc;

/// Messages in hand at the same time.
const BATCH: u32 = 8;
/// Virtual time that settling may pass before something must be wrong.
const SETTLE_HOURS_MAX: i64 = 6;

/// The worker of a queue.
pub fn worker(app: &App, queue: QueueName) -> Arc<dyn Worker> {
    let app = app.clone();
    match queue {
        QueueName::PaymentIntake => Arc::new(payment_intake::PaymentIntake(app)),
        QueueName::BankFile => Arc::new(bank_file::BankFile(app)),
        QueueName::ErpPull => Arc::new(erp_pull::ErpPull(app)),
        QueueName::ErpSync => Arc::new(erp_sync::ErpSync(app)),
        QueueName::CashApplication => Arc::new(cash_application::CashApplication(app)),
        QueueName::InboundEmail => Arc::new(inbound_email::InboundEmail(app)),
        QueueName::DunningTick => Arc::new(dunning_tick::DunningTickWorker(app)),
        QueueName::DunningStep => Arc::new(dunning_step::DunningStep(app)),
        QueueName::LetterSender => Arc::new(letter_sender::LetterSender(app)),
        QueueName::MailFeedback => Arc::new(mail_feedback::MailFeedback(app)),
        QueueName::WriteBack => Arc::new(write_back::WriteBackWorker(app)),
    }
}

/// Settles: works off messages, relays follow-ups and delivers letters until nothing is left. `told` hears of every
/// message that was worked off.
///
/// # Errors
/// A file that cannot be written, or work that does not come to rest.
pub async fn settle(bundle: &Bundle, told: &mut dyn FnMut(&Taken, &Verdict)) -> Result<(), Stopped> {
    let deadline = bundle.app.clock.now() + chrono::TimeDelta::hours(SETTLE_HOURS_MAX);
    loop {
        while work_some(bundle, told).await? {}
        let pending = sweep(&bundle.app).await.map_err(Stopped::at("reading pending follow-ups"))?;
        let relayed = bundle.queues.put_marked(&pending)?;
        let delivered = deliver_letters(bundle).await?;
        if relayed + delivered > 0 {
            continue;
        }
        let Some(next) = bundle.queues.next_visible()? else { return Ok(()) };
        if next > deadline {
            // A vendor's outage, say: the message waits for its time, and the day goes on.
            return Ok(());
        }
        bundle.clock.advance_to(next);
    }
}

async fn work_some(bundle: &Bundle, told: &mut dyn FnMut(&Taken, &Verdict)) -> Result<bool, Stopped> {
    let batch = bundle.queues.take(BATCH)?;
    let worked = batch.iter().map(|taken| async move {
        let ended = worker(&bundle.app, taken.queue).handle(&taken.delivery).await;
        verdict(taken.delivery.receive_count, ended)
    });
    let verdicts = futures::future::join_all(worked).await;
    for (taken, verdict) in batch.iter().zip(&verdicts) {
        bundle.queues.conclude(taken, verdict)?;
        told(taken, verdict);
    }
    Ok(!batch.is_empty())
}

/// What SES would tell of letters that were handed over: a delivery each, unless the day holds a bounce for it.
async fn deliver_letters(bundle: &Bundle) -> Result<usize, Stopped> {
    let mut told = Vec::new();
    for send_ref in bundle.mailer.handed_over().map_err(Stopped::at("reading the letters"))? {
        if bundle.bounced.contains(&send_ref) {
            continue;
        }
        let at = bundle.app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let event = json!({
            "eventType": "Delivery",
            "mail": {
                "timestamp": at, "messageId": message_ref(&send_ref), "source": bundle.app.settings.mail_from,
                "destination": ["recipient@customer.example"], "tags": {"ar_send_id": [send_ref]},
            },
            "delivery": {"timestamp": at, "recipients": ["recipient@customer.example"], "processingTimeMillis": 612,
                "smtpResponse": "250 ok", "reportingMTA": "a.mta.example"},
        });
        let body =
            json!({"Type": "Notification", "MessageId": send_ref, "Message": event.to_string()}).to_string();
        let mark = format!("delivered#{send_ref}");
        told.push(PendingWork { queue: QueueName::MailFeedback, message: Outgoing::now(body), mark });
    }
    bundle.queues.put_marked(&told)
}
