//! Lambda and its triggers: messages become invocations of the functions' own handlers, one step of one invocation at
//! a time. An invocation that ends at an await leaves its messages to be delivered again.
use crate::engine::{Due, Engine, InvocationId, Running};
use crate::ports::{Mailroom, Message, SimQueue};
use crate::store::SimTable;
use crate::triggers::{bucket_event, topic, worker};
use crate::world::{Happening, MailFact, World, event_of};
use app::App;
use app::messages::{ErpPullDue, EventSweepDue, TickDue, outgoing};
use app::queues::{Outgoing, QueueName};
use app::settings::SecretText;
use app::stream::StreamFailure;
use app::worker::{Delivery, Verdict, work_off};
use bytes::Bytes;
use connectors::signature::sign_stripe;
use domain::timeline::entry_hash;
use futures::task::noop_waker_ref;
use http::StatusCode;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub const WEBHOOK_SECRET: &str = "whsec_sim";
/// The redrive limit of every queue (infra/template.yaml).
const RECEIVES_MAX: u32 = 30;
/// The visibility timeout of every queue, in milliseconds (infra/template.yaml).
const VISIBILITY: i64 = 180_000;
/// Receives of a message after which its invocation is not ended any more.
const SPARED_AFTER: u32 = 12;
/// Changes of the stream that one invocation of the relay gets.
const STREAM_BATCH: usize = 20;

/// How an invocation ended.
pub enum Ended {
    Batch(Vec<Verdict>),
    Relay(Result<(), StreamFailure>),
    /// With the digest of what came.
    Webhook(StatusCode, String),
    /// A person's action, or a customer's: whether to try again.
    Person {
        again: bool,
    },
}

pub type Work = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// What an invocation was for.
enum Task {
    Batch(QueueName, Vec<u64>),
    Relay(usize),
    Notice(Happening),
    Person,
    OptOut { customer: usize, tries: u32 },
}

struct Invocation {
    running: Running,
    work: Work,
    task: Task,
}

pub struct Runtime {
    pub engine: Engine,
    pub app: App,
    pub table: Arc<SimTable>,
    pub queue: SimQueue,
    pub clock: Arc<app::doubles::clock::FixedClock>,
    pub blobs: Arc<crate::ports::SimBlobs>,
    pub mailer: Arc<crate::ports::SimMailer>,
    pub world: World,
    /// Every input that came in from outside, as its queue got it: for the replay.
    pub inputs: BTreeSet<(QueueName, String)>,
    invocations: BTreeMap<InvocationId, Invocation>,
    last: InvocationId,
    is_relaying: bool,
}

impl Runtime {
    #[expect(clippy::too_many_arguments, reason = "the parts of the whole")]
    pub fn new(
        engine: Engine,
        app: App,
        table: Arc<SimTable>,
        queue: SimQueue,
        clock: Arc<app::doubles::clock::FixedClock>,
        blobs: Arc<crate::ports::SimBlobs>,
        mailer: Arc<crate::ports::SimMailer>,
        world: World,
    ) -> Self {
        Self {
            engine,
            app,
            table,
            queue,
            clock,
            blobs,
            mailer,
            world,
            inputs: BTreeSet::new(),
            invocations: BTreeMap::new(),
            last: 0,
            is_relaying: false,
        }
    }

    /// Whether nothing is under way but what is on a calendar.
    pub fn is_at_rest(&self) -> bool {
        self.invocations.is_empty()
            && self.queue.room.lock().unwrap().is_empty()
            && self.table.changes(1).is_empty()
            && self.engine.lock().is_idle()
    }

    /// Runs until an instant, or until a rule is broken, or until there is rest where that is enough.
    pub fn run_until(&mut self, until: i64, is_rest_enough: bool) {
        loop {
            if is_rest_enough && self.is_at_rest() {
                return;
            }
            let due = {
                let mut core = self.engine.lock();
                if core.violation.is_some() {
                    return;
                }
                core.step()
            };
            let Some(due) = due else { return };
            let at = {
                let core = self.engine.lock();
                self.clock.set(core.instant());
                core.now
            };
            if at > until {
                self.engine.lock().schedule(at, due);
                return;
            }
            self.step(due);
        }
    }

    fn step(&mut self, due: Due) {
        match due {
            Due::Wake(id) => self.wake(id),
            Due::Poll(queue) => self.poll(queue),
            Due::Relay => self.relay(),
            Due::Outside(happening) => self.outside(happening),
        }
        if !self.is_relaying && !self.table.changes(1).is_empty() {
            self.is_relaying = true;
            let mut core = self.engine.lock();
            let after = core.latency();
            core.after(after, Due::Relay);
        }
    }

    /// A person connects QuickBooks again: the secret that new invocations read holds another token.
    pub fn reconnect(&mut self) {
        let token = self.world.vendors.lock().unwrap().quickbooks.reconnect();
        let mut settings = app::settings::Settings::clone(&self.app.settings);
        settings.quickbooks.refresh_token = SecretText::new(token);
        self.app.settings = Arc::new(settings);
    }

    fn start(&mut self, function: &'static str, task: Task, work: Work, is_spared: bool) {
        self.last += 1;
        let id = self.last;
        let running = {
            let mut core = self.engine.lock();
            let skew = core.plan.skew;
            let skew = if skew > 0 { core.rng.between(-skew, skew) } else { 0 };
            if skew != 0 {
                core.counts.fired("skewed clock");
            }
            core.note(5, || format!("start {function} #{id}"));
            Running { id, function, skew, is_spared }
        };
        self.invocations.insert(id, Invocation { running, work, task });
        self.go_on(id);
    }

    fn wake(&mut self, id: InvocationId) {
        let Some(invocation) = self.invocations.get(&id) else { return };
        let is_killed = self.engine.lock().kills(id, invocation.running.is_spared);
        if is_killed {
            let Some(invocation) = self.invocations.remove(&id) else { return };
            self.engine.lock().note(6, || format!("KILL {} #{id}", invocation.running.function));
            self.killed(invocation.task);
            return;
        }
        self.go_on(id);
    }

    fn go_on(&mut self, id: InvocationId) {
        let Some(invocation) = self.invocations.get_mut(&id) else { return };
        {
            let mut core = self.engine.lock();
            core.waiting.remove(&id);
            core.running = Some(invocation.running);
        }
        let polled = invocation.work.as_mut().poll(&mut Context::from_waker(noop_waker_ref()));
        self.engine.lock().running = None;
        if let Poll::Ready(ended) = polled
            && let Some(invocation) = self.invocations.remove(&id)
        {
            self.engine.lock().note(7, || format!("end {} #{id}", invocation.running.function));
            self.ended(invocation.task, ended);
        }
    }

    /// The queues keep their messages, the stream its place, and whoever waits for an answer asks again.
    fn killed(&mut self, task: Task) {
        match task {
            Task::Batch(..) | Task::Person => {}
            Task::Relay(_) => self.engine.lock().after(5_000, Due::Relay),
            Task::Notice(notice) => self.tell_again(notice),
            Task::OptOut { customer, tries } => self.click_again(customer, tries),
        }
    }

    fn ended(&mut self, task: Task, ended: Ended) {
        match (task, ended) {
            (Task::Batch(queue, ids), Ended::Batch(verdicts)) => self.settle(queue, &ids, verdicts),
            (Task::Relay(count), Ended::Relay(told)) => self.relayed(count, told),
            (Task::Notice(notice), Ended::Webhook(status, _)) if !status.is_success() => {
                self.tell_again(notice)
            }
            (Task::Notice(_), Ended::Webhook(_, digest)) => {
                self.world.answered.insert(digest);
            }
            (Task::OptOut { customer, tries }, Ended::Person { again: true }) => {
                self.click_again(customer, tries);
            }
            (Task::OptOut { customer, .. }, Ended::Person { again: false }) => {
                let id = self.world.customers[customer].id.clone();
                self.world.stopped.insert(id);
            }
            _ => {}
        }
    }

    /// Stripe tells again, later each time, for three days.
    fn tell_again(&mut self, notice: Happening) {
        let Happening::Notice { event, kind, object, id, tries } = notice else { return };
        let wait = 60_000_i64 << tries.min(6);
        let again = Happening::Notice { event, kind, object, id, tries: tries + 1 };
        self.engine.lock().after(wait, Due::Outside(again));
    }

    fn click_again(&mut self, customer: usize, tries: u32) {
        if tries > 12 {
            return;
        }
        let again = Happening::OptOut { customer, tries: tries + 1 };
        self.engine.lock().after(60_000_i64 << tries.min(8), Due::Outside(again));
    }

    /// Gives the visible messages of a queue to an invocation.
    fn poll(&mut self, queue: QueueName) {
        let mut core = self.engine.lock();
        let mut room = self.queue.room.lock().unwrap();
        let Mailroom { waiting, dead: dead_letters, .. } = &mut *room;
        let now = core.now;
        let Some(waiting) = waiting.get_mut(&queue) else { return };
        let mut visible: Vec<u64> =
            waiting.iter().filter(|(_, message)| message.visible_at <= now).map(|(id, _)| *id).collect();
        if visible.is_empty() {
            return;
        }
        // No order: a queue is not a list.
        let turn = core.rng.index(visible.len());
        visible.rotate_left(turn);
        visible.truncate(usize::try_from(core.rng.between(1, 10)).unwrap());
        let mut batch = Vec::new();
        let mut dead = Vec::new();
        for id in &visible {
            let Some(message) = waiting.get_mut(id) else { continue };
            message.receives += 1;
            message.visible_at = now + VISIBILITY;
            if !core.is_deploying() && message.body.starts_with("{\"v\":2,") {
                message.body.replace_range(..7, "{\"v\":1,");
            }
            if message.receives > RECEIVES_MAX {
                dead.push(*id);
            } else {
                batch.push((*id, message.clone()));
            }
        }
        for id in dead {
            if let Some(message) = waiting.remove(&id) {
                core.note(8, || format!("DEAD {}: received too often", queue.as_str()));
                dead_letters.push((queue, message.body, "received too often".into()));
            }
        }
        core.after(VISIBILITY, Due::Poll(queue));
        core.after(0, Due::Poll(queue));
        drop((core, room));
        if !batch.is_empty() {
            self.deliver(queue, batch);
        }
    }

    fn deliver(&mut self, queue: QueueName, batch: Vec<(u64, Message)>) {
        let ids = batch.iter().map(|(id, _)| *id).collect();
        let is_spared = batch.iter().any(|(_, message)| message.receives > SPARED_AFTER);
        let deliveries: Vec<Delivery> = batch
            .into_iter()
            .map(|(id, message)| Delivery {
                message_id: format!("m{id}"),
                body: message.body,
                receive_count: message.receives,
            })
            .collect();
        let worker = worker(&self.app, queue);
        let work = async move { Ended::Batch(work_off(worker.as_ref(), &deliveries).await) };
        self.start(queue.as_str(), Task::Batch(queue, ids), Box::pin(work), is_spared);
    }

    fn settle(&mut self, queue: QueueName, ids: &[u64], verdicts: Vec<Verdict>) {
        let mut core = self.engine.lock();
        let mut room = self.queue.room.lock().unwrap();
        let now = core.now;
        let delete_lost = core.plan.delete_lost;
        for (id, verdict) in ids.iter().zip(verdicts) {
            let waiting = room.waiting.entry(queue).or_default();
            match verdict {
                Verdict::Done => {
                    if !core.strikes("lost delete", delete_lost) {
                        waiting.remove(id);
                    }
                }
                Verdict::Again { after_seconds, why } => {
                    core.note(9, || format!("again {} m{id} in {after_seconds} s: {why}", queue.as_str()));
                    if let Some(message) = waiting.get_mut(id) {
                        message.visible_at = now + i64::from(after_seconds) * 1_000;
                        core.schedule(message.visible_at, Due::Poll(queue));
                    }
                }
                Verdict::Dead { why } => {
                    core.note(8, || format!("DEAD {} m{id}: {why}", queue.as_str()));
                    if let Some(message) = waiting.remove(id) {
                        room.dead.push((queue, message.body, why));
                    }
                }
            }
        }
    }

    fn relay(&mut self) {
        let changes = self.table.changes(STREAM_BATCH);
        if changes.is_empty() {
            self.is_relaying = false;
            return;
        }
        let is_lost = {
            let mut core = self.engine.lock();
            let lost = core.plan.stream_lost;
            core.strikes("stream lost", lost)
        };
        if is_lost {
            self.relayed(changes.len(), Ok(()));
            return;
        }
        let (app, count) = (self.app.clone(), changes.len());
        let work = async move { Ended::Relay(relay::relay(&app, &changes).await) };
        self.start("relay", Task::Relay(count), Box::pin(work), false);
    }

    fn relayed(&mut self, count: usize, told: Result<(), StreamFailure>) {
        let mut core = self.engine.lock();
        let twice = core.plan.stream_twice;
        let wait = if told.is_err() { 1_000 } else { core.latency() };
        if told.is_ok() && !core.strikes("stream told twice", twice) {
            self.table.forget_changes(count);
        }
        core.after(wait, Due::Relay);
    }

    /// A message from outside comes to a queue, and is remembered for the replay.
    pub fn enqueue(&mut self, queue: QueueName, body: String) {
        self.inputs.insert((queue, body.clone()));
        self.queue.deliver(queue, Outgoing::now(body));
    }

    fn outside(&mut self, happening: Happening) {
        self.engine.lock().note(10, || format!("outside: {happening:?}"));
        match happening {
            Happening::Act => {
                self.garbage();
                if self.world.act().is_some() {
                    let work = crate::people::work(self);
                    self.start("console", Task::Person, work, false);
                }
            }
            Happening::Tick => self.tick(),
            Happening::Pull => {
                let due = ErpPullDue::new(self.app.settings.entity.clone());
                self.queue.deliver(QueueName::ErpPull, outgoing(&due).unwrap());
            }
            Happening::Sweep => {
                let at = self.engine.lock().instant().to_rfc3339();
                let due = EventSweepDue::new(self.app.settings.entity.clone(), Some(at), None);
                self.queue.deliver(QueueName::PaymentIntake, outgoing(&due).unwrap());
            }
            Happening::Notice { .. } => self.notice(happening),
            Happening::BankFile { key } => {
                self.file(&key);
                self.enqueue(QueueName::BankFile, bucket_event(&key).to_string());
            }
            Happening::Mail { key, from, customer, dmarc, is_stop } => {
                let id = self.world.customers[customer].id.clone();
                // Only who has been pulled is known.
                if is_stop && crate::people::is_known(self, &id) {
                    self.world.stopped.insert(id.clone());
                }
                self.mail(&key, &from, &id, dmarc);
            }
            Happening::MailEvent { mail, what } => self.mail_event(&mail, what),
            Happening::OptOut { customer, tries } => {
                let work = crate::people::opt_out(self, customer);
                self.start("portal", Task::OptOut { customer, tries }, work, false);
            }
        }
    }

    fn tick(&mut self) {
        crate::people::connect_again(self);
        let at = self.engine.lock().instant().to_rfc3339();
        let due = TickDue::new(self.app.settings.entity.clone(), Some(at));
        let (missed, twice) = {
            let mut core = self.engine.lock();
            let plan = core.plan.clone();
            (core.strikes("tick missed", plan.tick_missed), core.strikes("tick twice", plan.tick_twice))
        };
        let times = if missed { 0 } else { 1 + u32::from(twice) };
        for _ in 0..times {
            self.queue.deliver(QueueName::DunningTick, outgoing(&due).unwrap());
        }
    }

    fn notice(&mut self, notice: Happening) {
        let Happening::Notice { event, kind, object, id, .. } = &notice else { return };
        let now = {
            let mut core = self.engine.lock();
            let lost = core.plan.webhook_lost;
            if core.strikes("webhook lost", lost) {
                return;
            }
            core.instant()
        };
        let body = Bytes::from(event_of(event, kind, object, id, now.timestamp()).to_string());
        let signature = sign_stripe(WEBHOOK_SECRET, &body, now.timestamp());
        self.webhook(Task::Notice(notice), &signature, body);
    }

    fn webhook(&mut self, task: Task, signature: &str, body: Bytes) {
        let request = http::Request::builder().method("POST").uri("/").header("stripe-signature", signature);
        let digest = entry_hash(&String::from_utf8_lossy(&body));
        let request = request.body(body).unwrap();
        let app = self.app.clone();
        let work =
            async move { Ended::Webhook(payment_webhook::handle(&app, request).await.status(), digest) };
        self.start("payment-webhook", task, Box::pin(work), false);
    }

    fn file(&self, key: &str) {
        let bytes = Bytes::from(self.world.files.get(key).cloned().unwrap_or_default());
        self.blobs.stored.lock().unwrap().insert(("intake".into(), key.into()), bytes);
    }

    /// A mail comes: addressed to the thread of the customer's last letter, if there is one.
    fn mail(&mut self, key: &str, from: &str, to: &str, dmarc: Option<&str>) {
        self.file(key);
        let to = crate::people::reply_address(self, to);
        let at = self.engine.lock().instant().to_rfc3339();
        let body = match dmarc {
            None => bucket_event(key),
            Some(dmarc) => {
                let (pass, dmarc) = (json!({"status": "PASS"}), json!({"status": dmarc}));
                topic(&json!({"notificationType": "Received",
                    "mail": {"timestamp": at, "source": from, "messageId": key.replace('/', "-"),
                        "destination": [to]},
                    "receipt": {"timestamp": at, "recipients": [to], "spamVerdict": pass, "virusVerdict": pass,
                        "spfVerdict": dmarc, "dkimVerdict": dmarc, "dmarcVerdict": dmarc,
                        "action": {"type": "S3", "bucketName": "intake", "objectKey": key}}}))
            }
        };
        self.enqueue(QueueName::InboundEmail, body.to_string());
    }

    fn mail_event(&mut self, mail: &(String, String, String), what: MailFact) {
        let (send_ref, message_ref, to) = mail;
        let at = self.engine.lock().instant().to_rfc3339();
        let (kind, name, detail) = match what {
            MailFact::Send => ("Send", "send", json!({})),
            MailFact::Delivery => ("Delivery", "delivery", json!({"timestamp": at, "recipients": [to]})),
            MailFact::PermanentBounce => {
                let bounced = json!([{"emailAddress": to, "diagnosticCode": "550 no such user"}]);
                let detail = json!({"timestamp": at, "bounceType": "Permanent", "bounceSubType": "NoEmail",
                    "bouncedRecipients": bounced});
                ("Bounce", "bounce", detail)
            }
            MailFact::Complaint => {
                let detail = json!({"timestamp": at, "complainedRecipients": [{"emailAddress": to}]});
                ("Complaint", "complaint", detail)
            }
        };
        let mut event = json!({"eventType": kind, "mail": {"timestamp": at, "messageId": message_ref,
            "source": "us@harbour.example", "destination": [to], "tags": {"ar_send_id": [send_ref]}}});
        event[name] = detail;
        if matches!(what, MailFact::PermanentBounce | MailFact::Complaint) {
            let customer = self.world.customers.iter().find(|customer| customer.email == *to);
            let id = customer.map(|customer| customer.id.clone());
            self.world.unreachable.extend(id);
        }
        self.world.came("mail event", 1);
        self.enqueue(QueueName::MailFeedback, topic(&event).to_string());
    }

    /// Bytes that mean nothing come in anywhere.
    fn garbage(&mut self) {
        let (queue, at) = {
            let mut core = self.engine.lock();
            let garbage = core.plan.garbage;
            if !core.strikes("garbage", garbage) {
                return;
            }
            let at = core.now;
            (core.rng.pick(QueueName::ALL).copied(), at)
        };
        let Some(queue) = queue else { return };
        self.world.garbage.push((queue, format!("garbage {at}")));
        self.queue.deliver(queue, Outgoing::now(format!("garbage {at}")));
        self.webhook(Task::Person, "t=1,v1=00", Bytes::from(format!("garbage {at}")));
    }

    /// Puts what is in the dead-letter queues back, after what was wrong was mended; poison is told apart by its body.
    pub fn redrive(&mut self) -> Vec<(QueueName, String, String)> {
        let dead = std::mem::take(&mut self.queue.room.lock().unwrap().dead);
        let (poison, dead): (Vec<_>, Vec<_>) =
            dead.into_iter().partition(|(_, body, _)| body.starts_with("garbage"));
        for (queue, body, _) in &dead {
            self.queue.deliver(*queue, Outgoing::now(body.clone()));
        }
        self.queue.room.lock().unwrap().dead = poison;
        dead
    }
}
