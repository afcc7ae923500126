//! One run through an archive: each input at its own time, and all that follows from it before the next.
use super::archive::Archive;
use super::{Onto, Replayed};
use crate::Stopped;
use crate::pump::worker;
use app::App;
use app::archive::Arrival;
use app::doubles::clock::FixedClock;
use app::doubles::queue::MemoryQueue;
use app::flows::opt_out::{ArchivedOptOut, OptOut, opt_out};
use app::flows::{lost_actions, policies, relay};
use app::messages::{WebhookReceived, outgoing};
use app::ports::Clock;
use app::queues::QueueName;
use app::worker::{Delivery, Verdict, verdict};
use base64::Engine as _;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// How long after the last input work that waits is still tried.
const AFTER_THE_LAST: TimeDelta = TimeDelta::hours(30);
const RECEIVES_MAX: u32 = 30;

pub(super) struct Run<'a> {
    app: &'a App,
    archive: &'a Archive,
    clock: &'a FixedClock,
    queue: &'a MemoryQueue,
    onto: &'a Onto,
    /// What a live ledger had to do by itself, which a replay leaves to it.
    not_ours: BTreeSet<(QueueName, String)>,
    /// By when they become visible, then in the order in which they came.
    waiting: BTreeMap<(DateTime<Utc>, u64), (QueueName, Delivery)>,
    sent: u64,
    /// Follow-ups that were relayed.
    relayed: BTreeSet<String>,
    told: Replayed,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        app: &'a App,
        archive: &'a Archive,
        clock: &'a FixedClock,
        queue: &'a MemoryQueue,
        onto: &'a Onto,
    ) -> Self {
        let (waiting, relayed, not_ours) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let told = Replayed::default();
        Self { app, archive, clock, queue, onto, not_ours, waiting, sent: 0, relayed, told }
    }

    pub(super) async fn all(mut self) -> Result<Replayed, Stopped> {
        if *self.onto == Onto::Live {
            let pending = relay::sweep(self.app).await.map_err(Stopped::at("pending follow-ups"))?;
            self.not_ours.extend(pending.into_iter().map(|work| (work.queue, work.message.body)));
        }
        for arrival in self.archive.arrivals().iter().filter(|arrival| arrival.reply.is_none()) {
            self.work_until(arrival.at).await?;
            self.clock.set(arrival.at);
            match self.archive.bytes(arrival).await? {
                Some(bytes) => self.deliver(arrival, &bytes).await?,
                None => self.told.erased.push(arrival.key.clone()),
            }
            self.work_until(arrival.at).await?;
        }
        self.work_until(self.clock.now() + AFTER_THE_LAST).await?;
        let left = std::mem::take(&mut self.waiting);
        self.told.undone.extend(left.into_values().map(|(queue, delivery)| {
            format!("{}: still waiting after {} tries", queue.as_str(), delivery.receive_count - 1)
        }));
        Ok(self.told)
    }

    async fn deliver(&mut self, arrival: &Arrival, bytes: &Bytes) -> Result<(), Stopped> {
        let text = || String::from_utf8_lossy(bytes).into_owned();
        let (queue, body) = match arrival.source.as_str() {
            "stripe" => {
                let body = base64::engine::general_purpose::STANDARD.encode(bytes);
                let message = WebhookReceived::new("stripe".into(), BTreeMap::new(), body);
                (QueueName::PaymentIntake, outgoing(&message).map_err(Stopped::at("a notice"))?.body)
            }
            "bank" => {
                let (bucket, key) =
                    arrival.found.as_deref().and_then(|found| found.split_once('/')).unwrap_or_default();
                let event = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
                    "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]});
                (QueueName::BankFile, event.to_string())
            }
            "ses-inbound" => (QueueName::InboundEmail, text()),
            "ses-event" => (QueueName::MailFeedback, text()),
            "tick" => (QueueName::DunningTick, text()),
            "schedule" => (QueueName::ErpPull, text()),
            "event-sweep" => (QueueName::PaymentIntake, text()),
            "policy" => {
                let policy = serde_json::from_slice(bytes).map_err(Stopped::at(&arrival.key))?;
                policies::apply(self.app, &policy).await.map_err(Stopped::at(&arrival.key))?;
                self.told.delivered += 1;
                return Ok(());
            }
            // Its notification brings it.
            "mail" => return Ok(()),
            "portal" => return self.opt_out(arrival, bytes).await,
            "person" if self.onto.has_lost(arrival) => {
                let told = lost_actions::tell(self.app, &arrival.key, bytes).await;
                told.map_err(Stopped::at(&arrival.key))?;
                self.told.by_people.push(arrival.key.clone());
                return Ok(());
            }
            _ => {
                self.told.by_people.push(arrival.key.clone());
                return Ok(());
            }
        };
        self.told.delivered += 1;
        self.put(queue, body, arrival.at);
        Ok(())
    }

    /// An opt-out by a link is taken in like any other input: nobody may be written to against it.
    async fn opt_out(&mut self, arrival: &Arrival, bytes: &[u8]) -> Result<(), Stopped> {
        let Some(input) = ArchivedOptOut::read(bytes) else {
            self.told.by_people.push(arrival.key.clone());
            return Ok(());
        };
        self.told.delivered += 1;
        let ended = opt_out(self.app, &input.customer, &input.contact).await;
        if ended.map_err(Stopped::at(&arrival.key))? == OptOut::NoSuchContact {
            self.told.undone.push(format!("{}: there is no such contact of {}", arrival.key, input.customer));
        }
        Ok(())
    }

    fn put(&mut self, queue: QueueName, body: String, visible_at: DateTime<Utc>) {
        if self.not_ours.contains(&(queue, body.clone())) {
            return;
        }
        self.sent += 1;
        let delivery = Delivery { message_id: self.sent.to_string(), body, receive_count: 1 };
        self.waiting.insert((visible_at, self.sent), (queue, delivery));
    }

    /// Works off what is visible until then, relaying follow-ups whenever the queues are empty.
    async fn work_until(&mut self, until: DateTime<Utc>) -> Result<(), Stopped> {
        loop {
            let is_visible = self.waiting.first_key_value().is_some_and(|(place, _)| place.0 <= until);
            let next = if is_visible { self.waiting.pop_first() } else { None };
            if let Some(((visible_at, _), (queue, delivery))) = next {
                self.clock.set(self.clock.now().max(visible_at));
                self.work(queue, delivery).await;
            } else if !self.relay().await? {
                return Ok(());
            }
        }
    }

    async fn work(&mut self, queue: QueueName, mut delivery: Delivery) {
        let ended = worker(self.app, queue).handle(&delivery).await;
        let now = self.clock.now();
        match verdict(delivery.receive_count, ended) {
            Verdict::Done => {}
            Verdict::Again { after_seconds, .. } if delivery.receive_count < RECEIVES_MAX => {
                delivery.receive_count += 1;
                self.sent += 1;
                let visible_at = now + TimeDelta::seconds(i64::from(after_seconds));
                self.waiting.insert((visible_at, self.sent), (queue, delivery));
            }
            Verdict::Again { why, .. } | Verdict::Dead { why } => {
                self.told.undone.push(format!("{}: {why}", queue.as_str()));
            }
        }
        for queue in QueueName::ALL {
            for message in self.queue.take(*queue) {
                let visible_at = now + TimeDelta::seconds(i64::from(message.delay_seconds));
                self.put(*queue, message.body, visible_at);
            }
        }
    }

    /// Sends what commits left to do; false where there is nothing new.
    async fn relay(&mut self) -> Result<bool, Stopped> {
        let mut is_any = false;
        for work in relay::sweep(self.app).await.map_err(Stopped::at("pending follow-ups"))? {
            if self.relayed.insert(work.mark) {
                is_any = true;
                self.put(work.queue, work.message.body, self.clock.now());
            }
        }
        Ok(is_any)
    }
}
