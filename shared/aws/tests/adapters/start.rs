use crate::loopback::{Loopback, Reply, ok, refusing_url, sdk};
use app::ports::{Clock, Entropy};
use app::queues::QueueName;
use aws::bootstrap::{Vars, dynamo_client, queue_urls, table_names};
use aws::clock::{OsEntropy, SystemClock};
use aws::secrets::Secrets;
use aws::warm::{WARM_MAX, warm, warm_dynamo, warm_sqs};
use serde_json::json;
use std::time::Duration;

fn vars(pairs: &[(&str, &str)]) -> Vars {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn tables_and_queues_are_named_by_the_environment() {
    let vars =
        vars(&[("LEDGER_TABLE", "l"), ("QUEUE_ERP_PULL", "https://q"), ("QUEUE_UNKNOWN", "https://u")]);
    let tables = table_names(&vars);
    assert_eq!((tables.ledger.as_str(), tables.connections.as_str()), ("l", "CONNECTIONS_TABLE"));
    assert_eq!(queue_urls(&vars).into_iter().collect::<Vec<_>>(), [(QueueName::ErpPull, "https://q".into())]);
}

#[tokio::test]
async fn secrets_are_read_by_arn_and_never_shown() {
    let server = Loopback::start(|_, seen| {
        let text = format!(r#"{{"seal":"{}"}}"#, "q6ur".repeat(10) + "q6s=");
        match seen.json()["SecretId"].as_str().unwrap() {
            "arn:seal" => ok(json!({"Name": "n", "SecretString": text}).to_string()),
            _ => ok(json!({"Name": "n", "SecretString": "{\"token\":\"hush\"}"}).to_string()),
        }
    })
    .await;
    let client = aws_sdk_secretsmanager::Client::new(&sdk(&server.url));
    let vars = vars(&[("SECRET_KEYS", "arn:seal"), ("SECRET_STRIPE", "arn:stripe"), ("OTHER", "x")]);
    let secrets = Secrets::read(&client, &vars).await.unwrap();
    assert_eq!(secrets.text("STRIPE").unwrap(), "{\"token\":\"hush\"}");
    assert_eq!(secrets.key("KEYS", "seal").unwrap().bytes(), &[0xab; 32]);
    assert!(secrets.key("STRIPE", "seal").is_err());
    assert_eq!(
        secrets.text("QBO").unwrap_err().to_string(),
        "secret unavailable: QBO: SECRET_QBO is not set"
    );
    assert_eq!(format!("{secrets:?}"), r#"{"KEYS", "STRIPE"}"#);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_named() {
    let client = aws_sdk_secretsmanager::Client::new(&sdk(&refusing_url().await));
    let error = Secrets::read(&client, &vars(&[("SECRET_STRIPE", "arn")])).await.unwrap_err();
    assert!(error.why.starts_with("STRIPE: "), "{error}");
}

async fn warmed(url: &str) -> Duration {
    let vars = vars(&[("LEDGER_TABLE", "ledger"), ("QUEUE_ERP_PULL", &format!("{url}/1/erp-pull"))]);
    let sdk = sdk(url);
    let before = tokio::time::Instant::now();
    let calls = [warm_dynamo(&dynamo_client(&sdk), &vars), warm_sqs(&aws_sdk_sqs::Client::new(&sdk), &vars)];
    warm(calls).await;
    before.elapsed()
}

#[tokio::test]
async fn warming_calls_both_services_once_and_changes_nothing() {
    let server = Loopback::start(|_, _| Reply::Answer { status: 400, body: "{}".into() }).await;
    warmed(&server.url).await;
    let mut operations: Vec<String> = server.seen().iter().map(|seen| seen.operation().to_owned()).collect();
    operations.sort();
    assert_eq!(operations, ["GetItem", "SendMessageBatch"]);
}

#[tokio::test]
async fn warming_never_holds_up_the_start() {
    let silent = Loopback::start(|_, _| Reply::Silence).await;
    let waited = warmed(&silent.url).await;
    assert!(waited < WARM_MAX + Duration::from_secs(1), "{waited:?}");
    warmed(&refusing_url().await).await;
}

#[test]
fn the_machines_own_clock_and_bytes() {
    let (mut one, mut two) = ([0; 32], [0; 32]);
    OsEntropy.fill(&mut one);
    OsEntropy.fill(&mut two);
    assert_ne!(one, two);
    assert!(SystemClock.now().timestamp() > 1_760_000_000);
}
