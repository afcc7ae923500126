//! Plays the day: every step is a file in `events/` or a schedule, delivered as the outside world would, and settled
//! before the next. How far it got is durable, so a day that was cut off goes on where it stopped.
use crate::Stopped;
use crate::bundle::Bundle;
use crate::own::Own;
use crate::screen::Screen;
use crate::sim::stripe::webhook::webhook;
use crate::{pump, sim};
use app::flows::dunning::stored_policy;
use app::flows::policies;
use app::messages::{ErpPullDue, EventSweepDue, TickDue, outgoing};
use app::ports::Queue;
use app::queues::{Outgoing, QueueName};
use app::settings::SecretText;
use app::worker::Verdict;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use domain::dunning::DunningPolicy;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One thing that happens.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// The entity's local time, "HH:MM".
    pub at: String,
    /// `pull`, `tick`, `sweep`, `webhook`, `webhook-lost`, `bank`, `mail` or `mail-event`.
    pub what: String,
    /// Under the events folder.
    #[serde(default)]
    pub file: String,
    /// What is wrong with a webhook: `forged`, `stale`, `truncated` or `garbage`.
    #[serde(default)]
    pub tampered: Option<String>,
    /// The receiver's DMARC verdict on a mail.
    #[serde(default)]
    pub dmarc: Option<String>,
}

/// The day's plan, `events/day.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Day {
    pub on: NaiveDate,
    pub seed: u64,
    pub steps: Vec<Step>,
    #[serde(skip)]
    pub events: PathBuf,
    /// Whether the simulated QuickBooks is filled.
    #[serde(skip)]
    pub has_made_up_company: bool,
}

/// The default dunning policy, which a user's own replaces.
pub const DEFAULT_POLICY: &str = include_str!("../../policies/default.toml");

impl Day {
    /// Reads the plan from the events folder.
    ///
    /// # Errors
    /// No plan there, or one that does not read.
    pub fn read(events: &Path) -> Result<Self, Stopped> {
        let text =
            std::fs::read_to_string(events.join("day.json")).map_err(Stopped::at("events/day.json"))?;
        let mut day: Self = serde_json::from_str(&text).map_err(Stopped::at("events/day.json"))?;
        day.events = events.to_owned();
        day.has_made_up_company = true;
        Ok(day)
    }

    /// The shipped day for one's own vendors: without what happens to the made-up company, and for one's own QuickBooks
    /// today. Says what is left out, by kind.
    pub fn made_own(&mut self, own: &Own, today: NaiveDate) -> BTreeMap<String, usize> {
        let mut left_out = BTreeMap::new();
        if own.quickbooks_api.is_some() {
            self.on = today;
        }
        self.steps.retain(|step| {
            let is_played = own.plays(&step.what);
            if !is_played {
                *left_out.entry(step.what.clone()).or_default() += 1;
            }
            is_played
        });
        left_out
    }

    /// The instant of a local time of the day.
    ///
    /// # Errors
    /// A time that does not read or does not exist on that day.
    pub fn instant(&self, bundle: &Bundle, time: &str) -> Result<DateTime<Utc>, Stopped> {
        let time = NaiveTime::parse_from_str(time, "%H:%M").map_err(Stopped::at("a step's time"))?;
        let local = bundle.app.settings.zone.from_local_datetime(&self.on.and_time(time)).earliest();
        local
            .map(|at| at.with_timezone(&Utc))
            .ok_or_else(|| Stopped(format!("{time} does not exist on {}", self.on)))
    }

    /// Plays the day from where it stopped; a day that was over is delivered again, whole.
    ///
    /// # Errors
    /// A step that cannot be delivered.
    pub async fn play(&self, bundle: &mut Bundle, screen: &Screen) -> Result<(), Stopped> {
        bundle.bounced = self.bounces()?;
        let count = self.steps.len();
        let mut next =
            bundle.queues.setting("next_step")?.and_then(|text| text.parse().ok()).unwrap_or(0_usize);
        if next >= count {
            next = 0;
        }
        let first = self.steps.get(next).map_or("06:00", |step| step.at.as_str());
        bundle.clock.set(self.instant(bundle, first)?);
        if self.has_made_up_company {
            sim::seed::seed(&bundle.books, self.seed, self.on).map_err(Stopped::at("seeding the books"))?;
        }
        put_default_policy(&bundle.app).await?;
        // What was in the queues when the process ended comes first.
        settle(bundle, screen).await?;
        for (at, step) in self.steps.iter().enumerate().skip(next) {
            bundle.clock.advance_to(self.instant(bundle, &step.at)?);
            self.deliver(bundle, step, screen).await?;
            // From here on the step's message is durable; were it delivered twice, it would be a duplicate.
            bundle.queues.set("next_step", &(at + 1).to_string())?;
            settle(bundle, screen).await?;
            screen.step(&format!("{} {} {}", step.at, step.what, step.file));
        }
        Ok(())
    }

    /// The letters that bounce: the send references named by the day's bounce events.
    fn bounces(&self) -> Result<std::collections::BTreeSet<String>, Stopped> {
        let mut found = std::collections::BTreeSet::new();
        for step in self.steps.iter().filter(|step| step.what == "mail-event") {
            let outer: Value =
                serde_json::from_slice(&self.bytes(step)?).map_err(Stopped::at("a mail event"))?;
            let inner = outer.get("Message").and_then(Value::as_str).unwrap_or_default();
            let inner: Value = serde_json::from_str(inner).map_err(Stopped::at("a mail event"))?;
            let tag = inner.pointer("/mail/tags/ar_send_id/0").and_then(Value::as_str);
            found.extend(tag.map(str::to_owned));
        }
        Ok(found)
    }

    fn bytes(&self, step: &Step) -> Result<Vec<u8>, Stopped> {
        let path = self.events.join(&step.file);
        std::fs::read(&path).map_err(|error| Stopped(format!("{}: {error}", path.display())))
    }

    async fn deliver(&self, bundle: &Bundle, step: &Step, screen: &Screen) -> Result<(), Stopped> {
        let entity = bundle.app.settings.entity.clone();
        match step.what.as_str() {
            "pull" => enqueue(bundle, QueueName::ErpPull, outgoing(&ErpPullDue::new(entity))).await,
            "tick" => {
                let at = Some(self.instant(bundle, &step.at)?.to_rfc3339());
                enqueue(bundle, QueueName::DunningTick, outgoing(&TickDue::new(entity, at))).await
            }
            "sweep" => {
                let at = Some(self.instant(bundle, &step.at)?.to_rfc3339());
                enqueue(bundle, QueueName::PaymentIntake, outgoing(&EventSweepDue::new(entity, at, None)))
                    .await
            }
            "webhook" => self.deliver_webhook(bundle, step, screen).await,
            "webhook-lost" => {
                let event = serde_json::from_slice(&self.bytes(step)?).map_err(Stopped::at(&step.file))?;
                self.change_vendor(bundle, &event)
            }
            "bank" => {
                let key = self.upload(bundle, step, "bank").await?;
                let event = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
                    "s3": {"bucket": {"name": "intake"}, "object": {"key": key}}}]});
                enqueue(bundle, QueueName::BankFile, Ok(Outgoing::now(event.to_string()))).await
            }
            "mail" => {
                let key = self.upload(bundle, step, "mail").await?;
                let notice = self.receipt(bundle, step, &key)?;
                enqueue(bundle, QueueName::InboundEmail, Ok(Outgoing::now(notice))).await
            }
            "mail-event" => {
                let body = String::from_utf8(self.bytes(step)?).map_err(Stopped::at("a mail event"))?;
                enqueue(bundle, QueueName::MailFeedback, Ok(Outgoing::now(body))).await
            }
            other => Err(Stopped(format!("events/day.json: no step is called {other:?}"))),
        }
    }

    async fn upload(&self, bundle: &Bundle, step: &Step, prefix: &str) -> Result<String, Stopped> {
        let name = step.file.rsplit('/').next().unwrap_or(&step.file);
        let key = format!("{prefix}/{name}");
        let put = bundle.app.blobs.put("intake", &key, Bytes::from(self.bytes(step)?)).await;
        put.map_err(Stopped::at("dropping a file"))?;
        Ok(key)
    }

    /// The receipt notification as SES publishes it: envelope recipients and verdicts.
    fn receipt(&self, bundle: &Bundle, step: &Step, key: &str) -> Result<String, Stopped> {
        let raw = self.bytes(step)?;
        let text = String::from_utf8_lossy(&raw).into_owned();
        let header = |name: &str| {
            let line = text
                .lines()
                .take_while(|line| !line.trim().is_empty())
                .find(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))?;
            let value = line.split_once(':')?.1.trim();
            Some(
                value.rsplit_once('<').map_or(value, |(_, address)| address.trim_end_matches('>')).to_owned(),
            )
        };
        let at = bundle.app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let dmarc = step.dmarc.clone().unwrap_or_else(|| "PASS".into());
        // The envelope is there even where the message is broken.
        let to = header("To:").unwrap_or_else(|| format!("ar@{}", bundle.app.settings.reply_domain));
        let from = header("From:").unwrap_or_else(|| "unknown@nowhere.example".into());
        let message_id = key.rsplit('/').next().unwrap_or(key);
        let pass = json!({"status": "PASS"});
        let message = json!({
            "notificationType": "Received",
            "mail": {"timestamp": at, "source": from, "messageId": message_id, "destination": [to]},
            "receipt": {"timestamp": at, "processingTimeMillis": 380, "recipients": [to],
                "spamVerdict": pass, "virusVerdict": pass, "spfVerdict": {"status": dmarc},
                "dkimVerdict": {"status": dmarc}, "dmarcVerdict": {"status": dmarc},
                "action": {"type": "S3", "bucketName": "intake", "objectKey": key,
                    "topicArn": "arn:aws:sns:us-east-1:000000000000:inbound"}},
        });
        let topic = "arn:aws:sns:us-east-1:000000000000:inbound";
        let body = json!({"Type": "Notification", "MessageId": message_id, "TopicArn": topic,
            "Message": message.to_string(), "Timestamp": at});
        Ok(body.to_string())
    }

    /// Stripe changes the object, then tells: signed at this moment, or tampered with on the way.
    async fn deliver_webhook(&self, bundle: &Bundle, step: &Step, screen: &Screen) -> Result<(), Stopped> {
        let raw = self.bytes(step)?;
        let at = bundle.app.clock.now().timestamp();
        let secret = bundle.app.settings.stripe.webhook_secrets.first().map_or("", SecretText::reveal);
        let (headers, body) = match step.tampered.as_deref() {
            None => {
                let event: Value = serde_json::from_slice(&raw).map_err(Stopped::at(&step.file))?;
                self.change_vendor(bundle, &event)?;
                webhook(&event, secret, at)
            }
            Some(how) => tampered(how, &raw, secret, at)?,
        };
        let mut request = http::Request::builder().method("POST").uri("/");
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let request = request.body(body).map_err(Stopped::at("a webhook"))?;
        let answer = payment_webhook::handle(&bundle.app, request).await;
        let is_expected = answer.status().is_success() == step.tampered.is_none();
        if !is_expected {
            return Err(Stopped(format!("{}: the webhook answered {}", step.file, answer.status())));
        }
        if let Some(how) = &step.tampered {
            screen.line(&format!("  webhook {how:<10} refused with {}", answer.status()));
        }
        Ok(())
    }
}

impl Day {
    /// What the event tells has happened at Stripe, once: an event that is delivered again changes nothing there.
    fn change_vendor(&self, bundle: &Bundle, event: &Value) -> Result<(), Stopped> {
        let name = format!("vendor#{}", event.get("id").and_then(Value::as_str).unwrap_or_default());
        let Some(stripe) = &bundle.stripe else { return Ok(()) };
        if bundle.queues.is_marked(&name)? {
            return Ok(());
        }
        let object =
            event.pointer("/data/object").filter(|object| object.get("object") != Some(&json!("payout")));
        for put in object.into_iter().chain([event]) {
            stripe.put_object(put).map_err(Stopped::at("the Stripe simulator's books"))?;
        }
        bundle.queues.mark(&name)?;
        Ok(())
    }
}

/// Puts the policy that ships in force where there is none: one that a person applied stays.
async fn put_default_policy(app: &app::App) -> Result<(), Stopped> {
    let there = stored_policy(app, &app.settings.entity).await.map_err(Stopped::at("the policy in force"))?;
    if there.is_none() {
        let policy: DunningPolicy =
            toml::from_str(DEFAULT_POLICY).map_err(Stopped::at("the default policy"))?;
        policies::apply(app, &policy).await.map_err(Stopped::at("the default policy"))?;
    }
    Ok(())
}

fn tampered(how: &str, raw: &[u8], secret: &str, at: i64) -> Result<(http::HeaderMap, Bytes), Stopped> {
    let event: Value = serde_json::from_slice(raw).unwrap_or(Value::Null);
    let (headers, body) = match how {
        "forged" => webhook(&event, "whsec_somebody_else", at),
        "stale" => webhook(&event, secret, at - 301),
        "truncated" => {
            let (headers, body) = webhook(&event, secret, at);
            let half = body.slice(..body.len() / 2);
            (headers, half)
        }
        "garbage" => {
            let (headers, _) = webhook(&event, secret, at);
            (headers, Bytes::from(vec![b'x'; 1_000_000]))
        }
        other => return Err(Stopped(format!("events/day.json: no webhook is {other:?}"))),
    };
    Ok((headers, body))
}

async fn enqueue(
    bundle: &Bundle,
    queue: QueueName,
    message: Result<Outgoing, app::worker::Failure>,
) -> Result<(), Stopped> {
    let message = message.map_err(Stopped::at("a message"))?;
    bundle.queues.send(queue, vec![message]).await.map_err(Stopped::at("a queue"))
}

async fn settle(bundle: &Bundle, screen: &Screen) -> Result<(), Stopped> {
    let mut told = |taken: &crate::queue::Taken, verdict: &Verdict| match verdict {
        Verdict::Done => {}
        Verdict::Again { after_seconds, why } => {
            tracing::debug!(queue = taken.queue.as_str(), after_seconds, %why, "again");
        }
        Verdict::Dead { why } => screen.line(&format!("  {:<17} dead letter: {why}", taken.queue.as_str())),
    };
    pump::settle(bundle, &mut told).await?;
    let now = bundle.app.clock.now().with_timezone(&bundle.app.settings.zone).format("%H:%M").to_string();
    let seen = bundle.watched.take();
    bundle.queues.count(&seen)?;
    for line in crate::summary::hops(&seen) {
        screen.line(&format!("{now}  {line}"));
    }
    Ok(())
}
