//! How a Lambda binary starts: settings from the environment, one connection pool, secrets, warm connections.
//!
//! | variable | meaning |
//! |---|---|
//! | `LEDGER_TABLE`, `IDEMPOTENCY_TABLE`, `CONNECTIONS_TABLE` | table names |
//! | `QUEUE_<NAME>` (`QUEUE_ERP_PULL`) | URL of a queue this function may send to |
//! | `DEAD_<NAME>` | URL of a dead-letter queue this function may look into |
//! | `QUEUE_SELF`, `DEAD_SELF` | a worker's own queue and its dead-letter queue |
//! | `SECRET_<NAME>` | ARN of a secret (JSON of texts); `seal` in `SECRET_KEYS` wraps the keys of sealed text |
//! | `CONFIGURATION_SET` | the SES configuration set that reports deliveries |
//! | `HTTP_PLAIN_ALLOWED` | `yes` lets outside calls use plain http (a stand-in on a private network) |
//! | `RUST_LOG` | log filter; `info` where absent |
//!
//! Region, credentials and endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`) are the SDK's own.
use crate::clock::{OsEntropy, SystemClock};
use crate::dynamo::{DynamoTable, TableNames, configured};
use crate::https::{HttpLimits, HttpsClient};
use crate::not_given::NotGiven;
use crate::s3::S3Blobs;
use crate::seal::{NoSeal, TableSeal};
use crate::secrets::Secrets;
use crate::serve::OwnQueue;
use crate::ses::SesMailer;
use crate::sqs::SqsQueue;
use crate::warm::{warm, warm_dynamo, warm_sqs};
use app::App;
use app::ports::{Queue, Seal, Table, Unavailable};
use app::queues::QueueName;
use app::settings::Settings;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::config::SharedHttpClient;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The environment.
pub type Vars = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not set in the environment")]
pub struct MissingSetting(pub &'static str);

/// Connections of the mailer live this long unused: enough for a batch, too short to go stale in a frozen sandbox.
const MAIL_IDLE_MAX: Duration = Duration::from_secs(5);
const IDLE_MAX: Duration = Duration::from_secs(60);

/// What every binary has after its start; the ports are made from it, each function those it uses.
pub struct Bootstrap {
    pub vars: Vars,
    pub sdk: SdkConfig,
    pub secrets: Secrets,
    pub dynamo: aws_sdk_dynamodb::Client,
    queue: Arc<dyn Queue>,
}

impl Bootstrap {
    /// Starts logging, reads settings and secrets, and warms the connections, the last two at the same time.
    ///
    /// # Errors
    /// A secret that this function was given cannot be read.
    pub async fn start() -> Result<Self, Unavailable> {
        let (vars, sdk) = begin();
        let sqs = aws_sdk_sqs::Client::new(&sdk);
        let warming = warm_sqs(&sqs, &vars);
        let queue = Arc::new(SqsQueue::new(sqs, queue_urls(&vars)).with_dead(dead_urls(&vars)));
        Self::started(vars, sdk, queue, warming).await
    }

    /// The same for a function that sends no messages and works off none: SQS does not come into its binary.
    ///
    /// # Errors
    /// See [`Bootstrap::start`].
    pub async fn start_without_queues() -> Result<Self, Unavailable> {
        let (vars, sdk) = begin();
        Self::started(vars, sdk, Arc::new(NotGiven), None).await
    }

    async fn started(
        vars: Vars,
        sdk: SdkConfig,
        queue: Arc<dyn Queue>,
        warming: Option<JoinHandle<()>>,
    ) -> Result<Self, Unavailable> {
        let dynamo = dynamo_client(&sdk);
        let keeper = aws_sdk_secretsmanager::Client::new(&sdk);
        let warming = [warming, warm_dynamo(&dynamo, &vars)];
        let (secrets, ()) = tokio::join!(Secrets::read(&keeper, &vars), warm(warming));
        Ok(Self { vars, sdk, secrets: secrets?, dynamo, queue })
    }

    /// The same for an operator's machine: `vars` as a deployed function has them, credentials of the operator's own.
    ///
    /// # Errors
    /// A secret named in `vars` cannot be read.
    pub async fn operator(vars: Vars) -> Result<Self, Unavailable> {
        let sdk = sdk_config().await;
        let dynamo = dynamo_client(&sdk);
        let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&sdk), queue_urls(&vars));
        let queue = Arc::new(queue.with_dead(dead_urls(&vars)));
        let secrets = Secrets::read(&aws_sdk_secretsmanager::Client::new(&sdk), &vars).await?;
        Ok(Self { vars, sdk, secrets, dynamo, queue })
    }

    /// # Errors
    /// The variable is not set.
    pub fn setting(&self, name: &'static str) -> Result<&str, MissingSetting> {
        setting(&self.vars, name)
    }

    pub fn table(&self) -> DynamoTable {
        DynamoTable::new(self.dynamo.clone(), table_names(&self.vars))
    }

    /// Queues at other places than the variables say.
    pub fn queues_at(
        &self,
        live: BTreeMap<QueueName, String>,
        dead: BTreeMap<QueueName, String>,
    ) -> SqsQueue {
        SqsQueue::new(aws_sdk_sqs::Client::new(&self.sdk), live).with_dead(dead)
    }

    /// # Errors
    /// One of a worker's two queue variables is not set.
    pub fn own_queue(&self) -> Result<OwnQueue, MissingSetting> {
        Ok(OwnQueue {
            client: aws_sdk_sqs::Client::new(&self.sdk),
            url: self.setting("QUEUE_SELF")?.to_owned(),
            dead_url: self.setting("DEAD_SELF")?.to_owned(),
        })
    }

    pub fn mailer(&self) -> SesMailer {
        let own_endpoint = self.vars.get("AWS_ENDPOINT_URL_SES");
        let sdk = own_endpoint
            .map_or_else(|| self.sdk.clone(), |url| self.sdk.to_builder().endpoint_url(url).build());
        SesMailer::new(&sdk, https_pool(MAIL_IDLE_MAX), self.vars.get("CONFIGURATION_SET").cloned())
    }

    pub fn blobs(&self) -> S3Blobs {
        let has_own_endpoint = |name| self.vars.contains_key(name);
        S3Blobs::new(
            &self.sdk,
            has_own_endpoint("AWS_ENDPOINT_URL") || has_own_endpoint("AWS_ENDPOINT_URL_S3"),
        )
    }

    /// # Errors
    /// The TLS library refuses its own defaults: a broken build.
    pub fn http(&self) -> Result<HttpsClient, rustls::Error> {
        let allows_plain_http = self.vars.get("HTTP_PLAIN_ALLOWED").is_some_and(|value| value == "yes");
        HttpsClient::new(HttpLimits { allows_plain_http, ..HttpLimits::default() })
    }

    /// The application with what every function has: table, seal, and the queues it may send to. A function adds the ports that it uses
    /// ([`Bootstrap::blobs`], [`Bootstrap::http`], [`Bootstrap::mailer`]); another's code does not come into its binary.
    ///
    /// # Errors
    /// A setting that does not read.
    pub fn app(&self) -> Result<App, Box<dyn std::error::Error + Send + Sync>> {
        let settings = Settings::read(&self.vars, self.secrets.texts())?;
        let table: Arc<dyn Table> = Arc::new(self.table());
        Ok(App {
            seal: self.seal(table.clone()),
            settings: Arc::new(settings),
            table,
            queue: self.queue.clone(),
            http: Arc::new(NotGiven),
            mailer: Arc::new(NotGiven),
            blobs: Arc::new(NotGiven),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
        })
    }

    fn seal(&self, table: Arc<dyn Table>) -> Arc<dyn Seal> {
        match self.secrets.key("KEYS", "seal") {
            Ok(master) => Arc::new(TableSeal::new(table, master, Arc::new(OsEntropy), Arc::new(SystemClock))),
            Err(missing) => Arc::new(NoSeal(missing)),
        }
    }
}

/// The names of the tables. One that this function was not given is called like the variable that is missing, so
/// that a call to it fails and says why.
pub fn table_names(vars: &Vars) -> TableNames {
    let name = |var: &str| vars.get(var).map_or(var, String::as_str).to_owned();
    TableNames {
        ledger: name("LEDGER_TABLE"),
        idempotency: name("IDEMPOTENCY_TABLE"),
        connections: name("CONNECTIONS_TABLE"),
    }
}

/// The DynamoDB client of the `Table` port.
pub fn dynamo_client(sdk: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(configured(aws_sdk_dynamodb::config::Builder::from(sdk)).build())
}

/// The URLs of the queues this function was given.
pub fn queue_urls(vars: &Vars) -> BTreeMap<QueueName, String> {
    urls(vars, "QUEUE")
}

/// The URLs of the dead-letter queues this function was given.
pub fn dead_urls(vars: &Vars) -> BTreeMap<QueueName, String> {
    urls(vars, "DEAD")
}

fn urls(vars: &Vars, prefix: &str) -> BTreeMap<QueueName, String> {
    let url = |queue: &QueueName| {
        let var = format!("{prefix}_{}", queue.as_str().replace('-', "_").to_ascii_uppercase());
        Some((*queue, vars.get(&var)?.clone()))
    };
    QueueName::ALL.iter().filter_map(url).collect()
}

/// The configuration inside Lambda: region, credentials and endpoint as the sandbox gives them, and nothing that looks
/// elsewhere for them, so that none of it comes into the binary.
pub fn lambda_config(vars: &Vars) -> SdkConfig {
    let region = vars.get("AWS_REGION").cloned().map(Region::new);
    let builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .retry_config(RetryConfig::standard())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SystemTimeSource::new())
        .http_client(https_pool(IDLE_MAX));
    match vars.get("AWS_ENDPOINT_URL") {
        Some(url) => builder.endpoint_url(url).build(),
        None => builder.build(),
    }
}

/// For people's machines: region, credentials and endpoints wherever the SDK finds them; standard retries; one TLS stack (rustls with ring).
pub async fn sdk_config() -> SdkConfig {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(https_pool(IDLE_MAX))
        .retry_config(RetryConfig::standard());
    config.load().await
}

/// A connection pool that drops connections after `idle`.
pub fn https_pool(idle: Duration) -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .pool_idle_timeout(idle)
        .build_https()
}

fn setting<'a>(vars: &'a Vars, name: &'static str) -> Result<&'a str, MissingSetting> {
    vars.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or(MissingSetting(name))
}

fn begin() -> (Vars, SdkConfig) {
    let vars = environment();
    start_logs(vars.get("RUST_LOG").map_or("info", String::as_str));
    let sdk = lambda_config(&vars);
    (vars, sdk)
}

/// Variables that are not UTF-8 are none of ours.
fn environment() -> Vars {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// JSON lines on standard output.
fn start_logs(filter: &str) {
    let filter: Targets = filter.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_filter(filter);
    if tracing_subscriber::registry().with(lines).try_init().is_err() {
        tracing::debug!("logs were started before");
    }
}
