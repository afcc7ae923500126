//! A whole application in memory, its doubles at hand.
use super::blobs::MemoryBlobs;
use super::clock::{FixedClock, SeededEntropy};
use super::http::ScriptedHttp;
use super::mailer::ScriptedMailer;
use super::queue::MemoryQueue;
use super::seal::PlainSeal;
use crate::App;
use crate::settings::{Keys, SecretText, SettingError, Settings};
use crate::store::memory::MemoryTable;
use base64::Engine as _;
use chrono::{DateTime, Utc};
use connectors::fault::{Fault, FaultKind, Phase};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The application and the doubles behind its ports.
#[derive(Clone)]
pub struct MemoryApp {
    pub app: App,
    pub table: Arc<MemoryTable>,
    pub queue: Arc<MemoryQueue>,
    pub mailer: Arc<ScriptedMailer>,
    pub blobs: Arc<MemoryBlobs>,
    pub clock: Arc<FixedClock>,
}

impl MemoryApp {
    /// Everything empty, letters live, every outside system unreachable.
    ///
    /// # Errors
    /// None: the settings are the defaults and read.
    pub fn at(now: DateTime<Utc>) -> Result<Self, SettingError> {
        let vars = [
            ("SENDING", "live"),
            ("ENTITY_NAME", "Kestrel Paper Ltd"),
            ("ENTITY_ADDRESS", "1 Mill Lane, Bristol"),
            ("MAIL_FROM", "accounts@kestrel.example"),
            ("REPLY_DOMAIN", "reply.kestrel.example"),
            ("PORTAL_URL", "https://pay.kestrel.example"),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut settings = Settings::read(&BTreeMap::from(vars), &BTreeMap::new())?;
        let key = |byte: u8| SecretText::new(base64::engine::general_purpose::STANDARD.encode([byte; 32]));
        settings.keys = Keys { lookup: key(1), reply: key(2), link: key(3), session: key(4) };
        let table = Arc::new(MemoryTable::new());
        let queue = Arc::new(MemoryQueue::new());
        let mailer = Arc::new(ScriptedMailer::new());
        let blobs = Arc::new(MemoryBlobs::new());
        let clock = Arc::new(FixedClock::at(now));
        let unreachable =
            |_: &_| Err(Fault::new(FaultKind::Retryable, Phase::BeforeSend, "no route to any host"));
        let app = App {
            settings: Arc::new(settings),
            table: table.clone(),
            queue: queue.clone(),
            http: Arc::new(ScriptedHttp::new(unreachable)),
            mailer: mailer.clone(),
            blobs: blobs.clone(),
            seal: Arc::new(PlainSeal::new()),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
        };
        Ok(Self { app, table, queue, mailer, blobs, clock })
    }

    /// The same with another mailer.
    #[must_use]
    pub fn with_mailer(mut self, mailer: ScriptedMailer) -> Self {
        self.mailer = Arc::new(mailer);
        self.app.mailer = self.mailer.clone();
        self
    }

    /// The same with outside systems that answer by script.
    #[must_use]
    pub fn with_http(mut self, http: ScriptedHttp) -> Self {
        self.app.http = Arc::new(http);
        self
    }
}
