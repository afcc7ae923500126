//! The bundle put together on a folder: ports, simulators and the settings that are built in.
use crate::Stopped;
use crate::blobs::FolderBlobs;
use crate::clock::VirtualClock;
use crate::embedded;
use crate::mailer::EmlMailer;
use crate::own::{GuardedHttp, Own};
use crate::queue::LocalQueues;
use crate::serve::Urls;
use crate::sim::books::Books;
use crate::sim::quickbooks::oauth::AppKeys;
use crate::sim::quickbooks::{QuickBooks, store};
use crate::sim::seed::REALM;
use crate::sim::serve::Running;
use crate::sim::stripe::Stripe;
use crate::watch::WatchedTable;
use app::App;
use app::queues::QueueName;
use app::settings::{SecretText, Settings};
use aws::clock::OsEntropy;
use aws::dynamo::DynamoTable;
use aws::https::{HttpLimits, HttpsClient};
use aws::seal::TableSeal;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The company whose day is played, and its keys: made up, fixed, and good for nothing elsewhere.
const STRIPE_KEY: &str = "sk_test_dunlin_local";
const WEBHOOK_SECRET: &str = "whsec_dunlin_local";
const CLIENT_ID: &str = "dunlin-local";
const CLIENT_SECRET: &str = "dunlin-local-secret";
/// Base64 of 32 bytes each.
const KEYS: &str = r#"{"seal":"ZHVubGluLWxvY2FsLXNlYWwta2V5LS0tLS0tLS0tLS0=","lookup":"ZHVubGluLWxvY2FsLWxvb2t1cC1rZXktLS0tLS0tLS0=","reply":"ZHVubGluLWxvY2FsLXJlcGx5LWtleS0tLS0tLS0tLS0=","link":"ZHVubGluLWxvY2FsLWxpbmsta2V5LS0tLS0tLS0tLS0=","session":"ZHVubGluLWxvY2FsLXNlc3Npb24ta2V5LS0tLS0tLS0="}"#;

/// Where the bundle keeps its things.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

pub struct Bundle {
    pub folder: Folder,
    pub app: App,
    pub clock: VirtualClock,
    pub queues: LocalQueues,
    pub mailer: EmlMailer,
    pub books: Books,
    /// The simulated Stripe, if it is that one.
    pub stripe: Option<Stripe>,
    /// Whether applied payments are posted.
    pub is_posting: bool,
    pub watched: Arc<WatchedTable<DynamoTable>>,
    /// Send references of letters for which the day holds a bounce instead of a delivery.
    pub bounced: BTreeSet<String>,
    _servers: Vec<Running>,
    /// Held for as long as the process lives: a second one on the folder is refused.
    _lock: File,
}

/// Takes the folder for this process alone.
///
/// # Errors
/// Another process has it, or it cannot be made.
pub fn lock(folder: &Folder) -> Result<File, Stopped> {
    std::fs::create_dir_all(&folder.0).map_err(Stopped::at("making the data folder"))?;
    let file = File::create(folder.file("lock")).map_err(Stopped::at("the data folder's lock"))?;
    file.try_lock().map_err(|_| Stopped(format!("{} is in use by another process", folder.0.display())))?;
    Ok(file)
}

impl Bundle {
    /// Opens the folder and starts everything that the handlers need.
    ///
    /// # Errors
    /// Whatever of it cannot be opened or started.
    pub async fn open(folder: Folder, now: DateTime<Utc>, urls: &Urls, own: &Own) -> Result<Self, Stopped> {
        let lock = lock(&folder)?;
        let clock = VirtualClock::at(now);
        let books = Books::open(&folder.file("books.sqlite"))
            .map_err(Stopped::at("opening the simulators' books"))?;
        let vendor_clock = {
            let clock = clock.clone();
            Arc::new(move || app::ports::Clock::now(&clock))
        };
        let is_posting = own.is_posting();
        let mut queues = LocalQueues::open(&folder.file("queues.sqlite"), Arc::new(clock.clone()))?;
        if !is_posting {
            queues = queues.holding(QueueName::WriteBack);
        }
        let (settings, stripe, servers) = connect(own, &books, vendor_clock, &queues, urls).await?;
        let watched = Arc::new(WatchedTable::new(embedded::table(&folder.file("ledger.sqlite")).await?));
        let mailer = EmlMailer::new(folder.file("letters"));
        let master = seal_key()?;
        let entropy: Arc<dyn app::ports::Entropy> = Arc::new(OsEntropy);
        let seal = TableSeal::new(watched.clone(), master, entropy.clone(), Arc::new(clock.clone()));
        let http =
            HttpsClient::new(HttpLimits::default()).map_err(Stopped::at("starting the HTTP client"))?;
        let http = GuardedHttp { http, is_posting, token_url: settings.quickbooks.token_url.clone() };
        let app = App {
            settings: Arc::new(settings),
            table: watched.clone(),
            queue: Arc::new(queues.clone()),
            http: Arc::new(http),
            mailer: Arc::new(mailer.clone()),
            blobs: Arc::new(FolderBlobs::new(&folder.0)),
            seal: Arc::new(seal),
            clock: Arc::new(clock.clone()),
            entropy,
        };
        let bounced = BTreeSet::new();
        Ok(Self {
            folder,
            app,
            clock,
            queues,
            mailer,
            books,
            stripe,
            is_posting,
            watched,
            bounced,
            _servers: servers,
            _lock: lock,
        })
    }
}

/// The settings that are built in, with vendors at one place.
///
/// # Errors
/// None, unless a built-in one does not read.
pub fn settings(
    quickbooks: &str,
    stripe: &str,
    urls: &Urls,
    refresh_token: &str,
) -> Result<Settings, Stopped> {
    let (mut vars, mut secrets) = (vars(urls), secrets());
    let places = [
        ("QBO_API", quickbooks.to_owned()),
        ("QBO_TOKEN_URL", format!("{quickbooks}/oauth2/v1/tokens/bearer")),
        ("STRIPE_API", stripe.to_owned()),
    ];
    vars.extend(places.map(|(name, url)| (name.to_owned(), url)));
    secrets.insert("QUICKBOOKS".into(), quickbooks_secret(refresh_token));
    Settings::read(&vars, &secrets).map_err(Stopped::at("built-in settings"))
}

fn quickbooks_secret(refresh_token: &str) -> String {
    serde_json::json!({"client_secret": CLIENT_SECRET, "refresh_token": refresh_token}).to_string()
}

/// How far books and letters stood when a run began.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    books: u64,
    letters: usize,
}

impl Bundle {
    /// Starts counting what this run changes.
    ///
    /// # Errors
    /// The books' or the letters' folder.
    pub fn changes_before(&self) -> Result<Before, Stopped> {
        self.queues.set("items_changed", "0")?;
        Ok(Before { books: self.book_changes()?, letters: self.letters()? })
    }

    /// Records of the ledger, rows of the books and letters that changed since.
    ///
    /// # Errors
    /// See [`Bundle::changes_before`].
    pub fn changes_since(&self, before: &Before) -> Result<u64, Stopped> {
        let items: u64 =
            self.queues.setting("items_changed")?.and_then(|text| text.parse().ok()).unwrap_or(0);
        let letters = u64::try_from(self.letters()?.saturating_sub(before.letters)).unwrap_or(0);
        Ok(items + self.book_changes()?.saturating_sub(before.books) + letters)
    }

    fn book_changes(&self) -> Result<u64, Stopped> {
        self.books.changes().map_err(Stopped::at("the simulators' books"))
    }

    fn letters(&self) -> Result<usize, Stopped> {
        Ok(self.mailer.handed_over().map_err(Stopped::at("reading the letters"))?.len())
    }
}

/// A listener on loopback; the port is the system's choice.
///
/// # Errors
/// No port to be had.
pub async fn listener() -> Result<tokio::net::TcpListener, Stopped> {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(Stopped::at("a port on this machine"))
}

/// Starts the simulators that are wanted; gives the settings, with the vendors' addresses and secrets in them.
async fn connect(
    own: &Own,
    books: &Books,
    clock: crate::sim::Clock,
    queues: &LocalQueues,
    urls: &Urls,
) -> Result<(Settings, Option<Stripe>, Vec<Running>), Stopped> {
    let given = own.read()?;
    let (mut vars, mut secrets) = (vars(urls), secrets());
    let (mut servers, mut stripe) = (Vec::new(), None);
    if own.quickbooks_api.is_none() {
        let server = simulated_quickbooks(books, clock.clone(), queues, &mut secrets).await?;
        vars.insert("QBO_API".into(), server.url());
        vars.insert("QBO_TOKEN_URL".into(), format!("{}/oauth2/v1/tokens/bearer", server.url()));
        servers.push(server);
    }
    if own.stripe_api.is_none() {
        let simulated = Stripe::new(books.clone(), clock, STRIPE_KEY);
        let server = simulated.serve(listener().await?);
        let server = server.map_err(Stopped::at("starting the Stripe simulator"))?;
        vars.insert("STRIPE_API".into(), server.url());
        servers.push(server);
        stripe = Some(simulated);
    }
    vars.extend(given.vars);
    secrets.extend(given.secrets);
    let mut settings = Settings::read(&vars, &secrets).map_err(Stopped::at("settings"))?;
    if settings.stripe.webhook_secrets.is_empty() {
        // The day signs its webhooks itself.
        settings.stripe.webhook_secrets.push(SecretText::new(WEBHOOK_SECRET));
    }
    Ok((settings, stripe, servers))
}

/// Starts the simulated QuickBooks; the connection's secret comes with it.
async fn simulated_quickbooks(
    books: &Books,
    clock: crate::sim::Clock,
    queues: &LocalQueues,
    secrets: &mut BTreeMap<String, String>,
) -> Result<Running, Stopped> {
    store::add_company(books, REALM).map_err(Stopped::at("the simulators' books"))?;
    let keys = AppKeys { client_id: CLIENT_ID.into(), client_secret: CLIENT_SECRET.into() };
    let quickbooks = QuickBooks::new(books.clone(), clock, keys);
    let server = quickbooks.serve(listener().await?);
    let server = server.map_err(Stopped::at("starting the QuickBooks simulator"))?;
    let refresh_token = first_refresh_token(queues, &quickbooks)?;
    secrets.insert("QUICKBOOKS".into(), quickbooks_secret(&refresh_token));
    Ok(server)
}

/// The refresh token with which the connection began; the one in force is in the table, as in the cloud.
fn first_refresh_token(queues: &LocalQueues, quickbooks: &QuickBooks) -> Result<String, Stopped> {
    if let Some(token) = queues.setting("refresh_token")? {
        return Ok(token);
    }
    let tokens = quickbooks.connect(REALM).map_err(Stopped::at("connecting to the QuickBooks simulator"))?;
    queues.set("refresh_token", &tokens.refresh_token)?;
    Ok(tokens.refresh_token)
}

/// The key under which the keys of customers and payments are kept on this machine.
///
/// # Errors
/// Built-in keys that do not read.
pub fn seal_key() -> Result<app::sealing::SealingKey, Stopped> {
    let keys: BTreeMap<String, String> = serde_json::from_str(KEYS).map_err(Stopped::at("built-in keys"))?;
    let text = SecretText::new(keys.get("seal").cloned().unwrap_or_default());
    let bytes = app::settings::key_bytes("seal", &text).map_err(Stopped::at("built-in keys"))?;
    Ok(app::sealing::SealingKey::new(bytes))
}

fn secrets() -> BTreeMap<String, String> {
    let stripe = serde_json::json!({"api_key": STRIPE_KEY, "webhook_secret": WEBHOOK_SECRET});
    let oidc = serde_json::json!({"client_secret": ""});
    BTreeMap::from([
        ("KEYS".to_owned(), KEYS.to_owned()),
        ("STRIPE".to_owned(), stripe.to_string()),
        ("OIDC".to_owned(), oidc.to_string()),
    ])
}

fn vars(urls: &Urls) -> BTreeMap<String, String> {
    let pairs = [
        ("ENTITY", "main"),
        ("ENTITY_NAME", "Harbour Paper Supply Inc."),
        ("ENTITY_ADDRESS", "14 Quay Street\nPortland, ME 04101\nUnited States"),
        ("ZONE", "America/New_York"),
        ("CURRENCY", "USD"),
        ("MAIL_FROM", "receivables@harbourpaper.example"),
        ("REPLY_DOMAIN", "in.harbourpaper.example"),
        ("PORTAL_URL", urls.portal.as_str()),
        ("CONSOLE_URL", urls.console.as_str()),
        ("OIDC_ISSUER", urls.issuer.as_str()),
        ("SENDING", "live"),
        ("ARCHIVE_BUCKET", "archive"),
        ("INTAKE_BUCKET", "intake"),
        ("QBO_REALM", REALM),
        ("QBO_CLIENT_ID", CLIENT_ID),
        ("OIDC_CLIENT_ID", "dunlin-console"),
        ("OIDC_EMAILS", "ines.marsh@harbourpaper.example"),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The folder to use where none is named.
pub fn default_folder() -> Folder {
    Folder(Path::new(".dunlin").to_owned())
}
