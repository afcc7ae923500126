//! The other ports, simulated: queues, blobs, outside systems, the mailer and everyone's clock.
use crate::engine::{Due, Engine};
use crate::vendors::{SharedVendors, answer};
use crate::world::{Happening, MailFact};
use app::ports::{Answer, Blobs, Clock, HandOff, Http, Mailer, OutgoingMail, Queue, Unavailable};
use app::queues::{Outgoing, QueueName};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use connectors::call::{Request, Response};
use connectors::fault::{Fault, FaultKind, Phase};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone)]
pub struct Message {
    pub body: String,
    pub receives: u32,
    pub visible_at: i64,
}

/// What is in the queues, and what went to their dead-letter queues.
#[derive(Debug, Default)]
pub struct Mailroom {
    pub waiting: BTreeMap<QueueName, BTreeMap<u64, Message>>,
    pub dead: Vec<(QueueName, String, String)>,
    last: u64,
}

impl Mailroom {
    pub fn put(&mut self, queue: QueueName, body: String, visible_at: i64) {
        self.last += 1;
        self.waiting.entry(queue).or_default().insert(self.last, Message { body, receives: 0, visible_at });
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.values().all(BTreeMap::is_empty)
    }
}

#[derive(Clone)]
pub struct SimQueue {
    pub engine: Engine,
    pub room: Arc<Mutex<Mailroom>>,
}

impl SimQueue {
    /// Puts a message on its way, once or twice.
    pub fn deliver(&self, queue: QueueName, message: Outgoing) {
        let mut core = self.engine.lock();
        let mut room = self.room.lock().unwrap();
        let duplicated = core.plan.duplicated;
        let newer = if core.is_deploying() { core.plan.newer_messages } else { 0 };
        let mut body = message.body;
        if body.starts_with("{\"v\":1,") && core.strikes("newer message", newer) {
            body.replace_range(..7, "{\"v\":2,");
        }
        let ordinal = core.deliveries;
        core.deliveries += 1;
        let is_struck = core.strikes.contains(&crate::engine::Strike::Duplicate(ordinal));
        let copies = if core.strikes("duplicate delivery", duplicated) || is_struck { 2 } else { 1 };
        for copy in 0..copies {
            let late = if copy == 0 { core.latency() } else { core.rng.between(0, 60_000) };
            let at = core.now + i64::from(message.delay_seconds) * 1_000 + late;
            room.put(queue, body.clone(), at);
            core.schedule(at, Due::Poll(queue));
        }
    }
}

impl Queue for SimQueue {
    fn send<'a>(&'a self, queue: QueueName, messages: Vec<Outgoing>) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            let effect = || {
                for message in messages {
                    self.deliver(queue, message);
                }
            };
            let unavailable = || Unavailable { what: "queue", why: "simulated".into() };
            self.engine.write("send", effect).await.ok_or_else(unavailable)
        })
    }
}

pub struct SimBlobs {
    pub engine: Engine,
    pub stored: Mutex<BTreeMap<(String, String), Bytes>>,
}

impl Blobs for SimBlobs {
    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, bytes: Bytes) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            let effect = || {
                self.stored.lock().unwrap().insert((bucket.to_owned(), key.to_owned()), bytes);
            };
            let unavailable = || Unavailable { what: "blobs", why: "simulated".into() };
            self.engine.write("put blob", effect).await.ok_or_else(unavailable)
        })
    }

    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Result<Option<Bytes>, Unavailable>> {
        Box::pin(async move {
            let effect = || self.stored.lock().unwrap().get(&(bucket.to_owned(), key.to_owned())).cloned();
            let unavailable = || Unavailable { what: "blobs", why: "simulated".into() };
            self.engine.read("get blob", effect).await.ok_or_else(unavailable)
        })
    }
}

pub struct SimHttp {
    pub engine: Engine,
    pub vendors: SharedVendors,
}

impl Http for SimHttp {
    fn send<'a>(&'a self, request: Request) -> Answer<'a, Result<Response, Fault>> {
        Box::pin(async move {
            let (refuses, unreachable, lost) = {
                let mut core = self.engine.lock();
                let plan = core.plan.clone();
                (
                    core.strikes("vendor refuses", plan.vendor_refuses),
                    core.strikes("vendor unreachable", plan.vendor_unreachable),
                    core.strikes("vendor's answer lost", plan.vendor_answer_lost),
                )
            };
            let effect = || {
                if unreachable {
                    return Err(Fault::new(FaultKind::Retryable, Phase::BeforeSend, "no connection"));
                }
                if refuses {
                    let status = if self.engine.lock().rng.percent(50) { 429 } else { 503 };
                    return Ok(http::Response::builder().status(status).body(Bytes::from("{}")).unwrap());
                }
                answer(&self.vendors, &request)
            };
            let (answer, is_lost) = self.engine.call("http", effect).await;
            if is_lost || (lost && !unreachable && !refuses) {
                return Err(Fault::new(FaultKind::Retryable, Phase::AfterSend, "timeout"));
            }
            answer
        })
    }
}

/// A mail that SES accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub at: i64,
    pub send_ref: String,
    pub to: String,
    pub message_ref: String,
}

pub struct SimMailer {
    pub engine: Engine,
    pub accepted: Mutex<Vec<Accepted>>,
}

impl SimMailer {
    /// SES takes the mail, and will tell what becomes of it.
    fn accept(&self, mail: &OutgoingMail) -> String {
        let mut core = self.engine.lock();
        let mut accepted = self.accepted.lock().unwrap();
        let message_ref = format!("ses-{}", accepted.len() + 1);
        core.counts.letters += 1;
        if let Some(first) = accepted.iter().find(|other| other.send_ref == mail.send_ref) {
            let what = format!("letter {} was accepted as {} already", mail.send_ref, first.message_ref);
            core.violate("I4", what);
        }
        accepted.push(Accepted {
            at: core.now,
            send_ref: mail.send_ref.clone(),
            to: mail.to.clone(),
            message_ref: message_ref.clone(),
        });
        core.note(4, || format!("    SES accepts {} as {message_ref}", mail.send_ref));
        let last = match core.rng.below(100) {
            0..=9 => MailFact::PermanentBounce,
            10..=12 => MailFact::Complaint,
            _ => MailFact::Delivery,
        };
        let lost = core.plan.mail_event_lost;
        for what in [MailFact::Send, last] {
            if core.strikes("mail event lost", lost) {
                continue;
            }
            let after = core.rng.between(100, 600_000);
            let mail = (mail.send_ref.clone(), message_ref.clone(), mail.to.clone());
            core.after(after, Due::Outside(Happening::MailEvent { mail, what }));
        }
        message_ref
    }
}

impl Mailer for SimMailer {
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff> {
        Box::pin(async move {
            let (refused, unclear, is_before, is_permanent) = {
                let mut core = self.engine.lock();
                let plan = core.plan.clone();
                let refused = core.strikes("mail refused", plan.mail_refused);
                let unclear = !refused && core.strikes("mail unclear", plan.mail_unclear);
                (refused, unclear, core.rng.percent(50), core.rng.percent(10))
            };
            let effect = || {
                if refused {
                    return HandOff::NotSent { why: "throttled".into(), is_permanent };
                }
                if unclear && is_before {
                    return HandOff::Unknown { why: "timeout".into() };
                }
                HandOff::Accepted { message_ref: self.accept(&mail) }
            };
            let (answer, is_lost) = self.engine.call("mail", effect).await;
            if unclear || is_lost {
                self.engine.lock().counts.unclear_letters += 1;
                return HandOff::Unknown { why: "timeout".into() };
            }
            answer
        })
    }
}

pub struct SimClock(pub Engine);

impl Clock for SimClock {
    fn now(&self) -> DateTime<Utc> {
        let core = self.0.lock();
        core.instant() + TimeDelta::milliseconds(core.running.map_or(0, |running| running.skew))
    }
}
