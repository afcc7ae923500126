//! The world itself: ports in memory, settings from variables, and queues that are worked off by the functions' own
//! handlers until they rest.
use crate::effects::{Counted, Effect, Effects, Failing};
use crate::ledger::WatchedTable;
use app::doubles::blobs::MemoryBlobs;
use app::doubles::clock::{FixedClock, SeededEntropy};
use app::doubles::http::ScriptedHttp;
use app::doubles::mailer::ScriptedMailer;
use app::doubles::queue::MemoryQueue;
use app::doubles::seal::PlainSeal;
use app::flows::relay::sweep;
use app::queues::QueueName;
use app::settings::Settings;
use app::worker::{Delivery, Verdict, verdict};
use app::{App, flows};
use domain::dunning::DunningPolicy;
use serde_json::json;
use sim::triggers::worker;
use sim::vendors::quickbooks::{FIRST_REFRESH_TOKEN, QuickBooks};
use sim::vendors::stripe::Stripe;
use sim::vendors::{QUICKBOOKS_URL, STRIPE_URL, SharedVendors, Vendors, answer};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

pub const WEBHOOK_SECRET: &str = "whsec_story";
/// The redrive limit of every queue (infra/template.yaml).
const RECEIVES_MAX: u32 = 30;
/// Rounds of working off and sweeping after which a story would never rest.
const ROUNDS_MAX: usize = 100;

/// Monday, 16 March 2026, ten o'clock in New York.
const BEGINNING: &str = "2026-03-16T14:00:00Z";

pub struct World {
    pub app: App,
    pub(crate) effects: Arc<Effects>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) table: Arc<WatchedTable>,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) blobs: Arc<MemoryBlobs>,
    pub(crate) mailers: Vec<Arc<ScriptedMailer>>,
    pub(crate) vendors: SharedVendors,
    pub(crate) telling: Telling,
    /// Queues that nobody works off for now.
    pub(crate) stopped: BTreeSet<QueueName>,
    /// What the sweep has sent already.
    swept: BTreeSet<String>,
    /// What went to a dead-letter queue, and why.
    pub dead: Vec<(QueueName, String)>,
    /// Counts messages, so that each gets an id of its own.
    sent: u32,
    /// Counts notices of Stripe, for the same end.
    pub(crate) notices: u32,
}

/// How a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// Each message is delivered once, and its work succeeds.
    Plain,
    /// Everything is delivered twice: each message, webhook and change of the stream.
    Twice,
    /// The effect of this number fails in this way; what it was done for comes again.
    Failing(usize, Failing),
}

/// Tells a story plainly, with everything delivered twice, and once for each effect and each way in which it can fail:
/// every telling must end in the same ledger, with the same books and letters.
pub async fn story(tell: impl AsyncFn(&mut World)) {
    let (plain, effects) = told(&tell, Telling::Plain).await;
    let ways = |(at, effect): (usize, &Effect)| effect.ways.iter().map(move |how| Telling::Failing(at, *how));
    let failing: Vec<Telling> = effects.iter().enumerate().flat_map(ways).collect();
    println!("{} effects, told {} times", effects.len(), failing.len() + 2);
    for telling in std::iter::once(Telling::Twice).chain(failing) {
        let what = match telling {
            Telling::Failing(at, _) => effects[at].what.as_str(),
            Telling::Plain | Telling::Twice => "",
        };
        let _named = Named(telling, what);
        let (digest, met) = told(&tell, telling).await;
        if let Telling::Failing(at, _) = telling {
            assert_eq!(met.get(at), effects.get(at), "the story does not repeat itself");
        }
        for (what, state) in &plain {
            assert_eq!(digest.get(what), Some(state), "{what} ends differently");
        }
        assert_eq!(plain.len(), digest.len(), "there is more: {:?}", digest.keys());
    }
}

async fn told(tell: &impl AsyncFn(&mut World), telling: Telling) -> (BTreeMap<String, String>, Vec<Effect>) {
    let mut world = World::new(telling).await;
    tell(&mut world).await;
    (world.digest().await, world.effects.seen())
}

/// Says which telling it was that failed.
struct Named<'a>(Telling, &'a str);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("told as {:?} {}", self.0, self.1);
        }
    }
}

impl World {
    pub async fn new(telling: Telling) -> Self {
        let clock = Arc::new(FixedClock::at(BEGINNING.parse().unwrap()));
        let vendors = Vendors { stripe: Stripe::default(), quickbooks: QuickBooks::new(clock.clone()) };
        let vendors: SharedVendors = Arc::new(Mutex::new(vendors));
        let table = Arc::new(WatchedTable::default());
        let (queue, blobs) = (Arc::new(MemoryQueue::new()), Arc::new(MemoryBlobs::new()));
        let mailer = Arc::new(ScriptedMailer::new());
        let http = {
            let vendors = vendors.clone();
            Arc::new(ScriptedHttp::new(move |request| answer(&vendors, request)))
        };
        let failing = if let Telling::Failing(at, how) = telling { Some((at, how)) } else { None };
        let effects = Arc::new(Effects::new(failing));
        let app = App {
            settings: Arc::new(settings()),
            table: Counted::new(&table, &effects),
            queue: Counted::new(&queue, &effects),
            http: Counted::new(&http, &effects),
            mailer: Counted::new(&mailer, &effects),
            blobs: Counted::new(&blobs, &effects),
            seal: Arc::new(PlainSeal::new()),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
        };
        let policy: DunningPolicy =
            toml::from_str(include_str!("../../infra/policies/default.toml")).unwrap();
        flows::policies::apply(&app, &policy).await.unwrap();
        let (mailers, swept, dead) = (vec![mailer], BTreeSet::new(), Vec::new());
        let (stopped, sent, notices) = (BTreeSet::new(), 0, 0);
        Self {
            app,
            effects,
            clock,
            table,
            queue,
            blobs,
            mailers,
            vendors,
            telling,
            stopped,
            swept,
            dead,
            sent,
            notices,
        }
    }

    /// Relays changes and works off messages until nothing is left; what is still pending then, the sweep sends.
    pub async fn settle(&mut self) {
        let mut waiting: VecDeque<(QueueName, Delivery)> = VecDeque::new();
        for _ in 0..ROUNDS_MAX {
            self.relay().await;
            for queue in QueueName::ALL.iter().filter(|queue| !self.stopped.contains(*queue)) {
                let sent = self.queue.take(*queue);
                waiting.extend(sent.into_iter().map(|message| {
                    self.sent += 1;
                    let message_id = format!("message-{}", self.sent);
                    (*queue, Delivery { message_id, body: message.body, receive_count: 1 })
                }));
            }
            if waiting.is_empty() && self.sweep().await == 0 {
                return;
            }
            for _ in 0..waiting.len() {
                let Some((queue, delivery)) = waiting.pop_front() else { break };
                waiting.extend(self.deliver(queue, delivery).await.map(|again| (queue, again)));
            }
        }
        panic!("the queues do not come to rest: {waiting:?}");
    }

    async fn relay(&mut self) {
        let changes = self.table.take_changes();
        for _ in 0..self.deliveries() {
            self.insist("relay", async |app| relay::relay(app, &changes).await).await;
        }
    }

    /// Someone outside who tries again until it is done.
    pub(crate) async fn insist<T, E: Debug>(
        &self,
        who: &'static str,
        act: impl AsyncFn(&App) -> Result<T, E>,
    ) -> T {
        self.effects.are_of(Some(who));
        let mut ended = act(&self.app).await;
        if ended.is_err() && matches!(self.telling, Telling::Failing(..)) {
            ended = act(&self.app).await;
        }
        self.effects.are_of(None);
        ended.unwrap()
    }

    async fn sweep(&mut self) -> usize {
        let mut sent = 0;
        for work in sweep(&self.app).await.unwrap() {
            if self.swept.insert(work.mark) {
                self.app.queue.send(work.queue, vec![work.message]).await.unwrap();
                sent += 1;
            }
        }
        sent
    }

    pub(crate) const fn deliveries(&self) -> u32 {
        if matches!(self.telling, Telling::Twice) { 2 } else { 1 }
    }

    /// Gives the message as it is delivered again, if it is.
    async fn deliver(&mut self, queue: QueueName, delivery: Delivery) -> Option<Delivery> {
        let worker = worker(&self.app, queue);
        self.effects.are_of(Some(queue.as_str()));
        let mut ended = worker.handle(&delivery).await;
        for _ in 1..self.deliveries() {
            ended = worker.handle(&delivery).await;
        }
        self.effects.are_of(None);
        match verdict(delivery.receive_count, ended) {
            Verdict::Done => None,
            Verdict::Again { .. } if delivery.receive_count < RECEIVES_MAX => {
                Some(Delivery { receive_count: delivery.receive_count + 1, ..delivery })
            }
            Verdict::Again { why, .. } | Verdict::Dead { why } => {
                self.dead.push((queue, why));
                None
            }
        }
    }
}

fn settings() -> Settings {
    let text = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let token_url = format!("{QUICKBOOKS_URL}/tokens");
    let vars = text(&[
        ("ENTITY", "main"),
        ("ENTITY_NAME", "Harbour Paper Supply Inc."),
        ("ENTITY_ADDRESS", "14 Quay Street\nPortland, ME 04101"),
        ("ZONE", "America/New_York"),
        ("CURRENCY", "USD"),
        ("MAIL_FROM", "receivables@harbourpaper.example"),
        ("REPLY_DOMAIN", "in.harbourpaper.example"),
        ("PORTAL_URL", "https://pay.harbourpaper.example"),
        ("SENDING", "live"),
        ("ARCHIVE_BUCKET", "archive"),
        ("INTAKE_BUCKET", "intake"),
        ("STRIPE_API", STRIPE_URL),
        ("QBO_API", QUICKBOOKS_URL),
        ("QBO_TOKEN_URL", &token_url),
        ("QBO_REALM", "9130"),
        ("QBO_CLIENT_ID", "story"),
    ]);
    // Base64 of 32 times one letter each.
    let keys = json!({
        "lookup": "bGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGw=",
        "reply": "cnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=",
        "link": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "session": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=",
    });
    let secrets = text(&[
        ("KEYS", &keys.to_string()),
        ("STRIPE", &json!({"api_key": "sk_test_story", "webhook_secret": WEBHOOK_SECRET}).to_string()),
        (
            "QUICKBOOKS",
            &json!({"client_secret": "story-secret", "refresh_token": FIRST_REFRESH_TOKEN}).to_string(),
        ),
    ]);
    Settings::read(&vars, &secrets).unwrap()
}
