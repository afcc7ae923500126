use crate::loopback::{Loopback, Reply, Seen, ok, sdk};
use app::ports::{Queue, Unavailable};
use app::queues::{Outgoing, QueueName};
use aws::sqs::SqsQueue;
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn send(server: &Loopback, messages: Vec<Outgoing>) -> Result<(), Unavailable> {
    let urls = BTreeMap::from([(QueueName::ErpPull, format!("{}/1/erp-pull", server.url))]);
    let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&sdk(&server.url)), urls);
    queue.send(QueueName::ErpPull, messages).await
}

/// Accepts every entry but those that `is_refused` by id.
fn answer(seen: &Seen, sender_fault: bool, is_refused: impl Fn(&str) -> bool) -> Reply {
    let seen = seen.json();
    let ids = seen["Entries"].as_array().unwrap().iter().map(|entry| entry["Id"].as_str().unwrap());
    let (refused, taken): (Vec<&str>, Vec<&str>) = ids.partition(|id| is_refused(id));
    let taken: Vec<Value> =
        taken.iter().map(|id| json!({"Id": id, "MessageId": "m", "MD5OfMessageBody": ""})).collect();
    let refused: Vec<Value> = refused
        .iter()
        .map(|id| json!({"Id": id, "Code": "Busy", "Message": "later", "SenderFault": sender_fault}))
        .collect();
    ok(json!({"Successful": taken, "Failed": refused}).to_string())
}

fn sizes(server: &Loopback) -> Vec<usize> {
    server.seen().iter().map(|seen| seen.json()["Entries"].as_array().unwrap().len()).collect()
}

fn numbered(count: u32) -> Vec<Outgoing> {
    (0..count).map(|number| Outgoing { body: format!("no {number}"), delay_seconds: number }).collect()
}

#[tokio::test]
async fn messages_go_in_tens() {
    let server = Loopback::start(|_, seen| answer(seen, false, |_| false)).await;
    send(&server, numbered(23)).await.unwrap();
    assert_eq!(sizes(&server), [10, 10, 3]);
    let third = server.seen()[2].json();
    assert_eq!(third["Entries"][2], json!({"Id": "2", "MessageBody": "no 22", "DelaySeconds": 22}));
}

#[tokio::test]
async fn a_batch_stays_within_a_mebibyte() {
    let server = Loopback::start(|_, seen| answer(seen, false, |_| false)).await;
    send(&server, vec![Outgoing::now("x".repeat(524_288)); 3]).await.unwrap();
    assert_eq!(sizes(&server), [2, 1]);
}

#[tokio::test]
async fn only_what_was_turned_down_is_sent_again() {
    let server = Loopback::start(|at, seen| answer(seen, false, move |id| at == 0 && id == "1")).await;
    send(&server, numbered(3)).await.unwrap();
    assert_eq!(sizes(&server), [3, 1]);
    assert_eq!(server.seen()[1].json()["Entries"][0]["MessageBody"], "no 1");
}

#[tokio::test]
async fn tries_end() {
    let server = Loopback::start(|_, seen| answer(seen, false, |id| id == "0")).await;
    let error = send(&server, numbered(2)).await.unwrap_err();
    assert_eq!(error.why, "erp-pull: 1 of 1 messages: Busy (later)");
    assert_eq!(sizes(&server), [2, 1, 1]);
}

#[tokio::test]
async fn what_is_our_fault_is_not_tried_again() {
    let server = Loopback::start(|_, seen| answer(seen, true, |_| true)).await;
    assert!(send(&server, numbered(2)).await.is_err());
    assert_eq!(sizes(&server), [2]);
}

#[tokio::test]
async fn a_queue_without_url_is_named() {
    let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&sdk("http://127.0.0.1:9")), BTreeMap::new());
    let error = queue.send(QueueName::WriteBack, numbered(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "queue unavailable: write-back: this function has no URL for it");
}

/// A queue with two dead letters, of which the second died after the redrive began.
fn dead_answer(at: usize, seen: &Seen) -> Reply {
    let message = |id: &str, sent: &str| {
        json!({"MessageId": id, "ReceiptHandle": format!("h-{id}"), "Body": format!("body {id}"),
            "Attributes": {"SentTimestamp": sent},
            "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "no"}}})
    };
    match seen.operation() {
        "ReceiveMessage" if at == 0 => {
            ok(json!({"Messages": [message("1", "50"), message("2", "150")]}).to_string())
        }
        "ReceiveMessage" => ok(json!({"Messages": [message("2", "150")]}).to_string()),
        "SendMessageBatch" => answer(seen, false, |_| false),
        _ => ok("{}"),
    }
}

#[tokio::test]
async fn one_empty_answer_is_not_the_end_of_a_queue() {
    let server = Loopback::start(|at, seen| if at == 0 { ok("{}") } else { dead_answer(at - 1, seen) }).await;
    assert_eq!(with_dead(&server).dead_letters(QueueName::ErpPull).await.unwrap().len(), 2);
    assert_eq!(server.seen().len(), 4, "nothing, both, and twice nothing new");
}

fn with_dead(server: &Loopback) -> SqsQueue {
    let url = |name: &str| BTreeMap::from([(QueueName::ErpPull, format!("{}/1/{name}", server.url))]);
    let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&sdk(&server.url)), url("erp-pull"));
    queue.with_dead(url("erp-pull-dead"))
}

#[tokio::test]
async fn dead_letters_are_shown_and_stay() {
    let server = Loopback::start(dead_answer).await;
    let shown = with_dead(&server).dead_letters(QueueName::ErpPull).await.unwrap();
    let shown: Vec<_> = shown.iter().map(|dead| (dead.message_id.as_str(), dead.why.as_deref())).collect();
    assert_eq!(shown, [("1", Some("no")), ("2", Some("no"))]);
    let seen = server.seen();
    assert!(
        seen.iter().all(|seen| seen.operation() == "ReceiveMessage" && seen.json()["WaitTimeSeconds"] == 1)
    );
    assert!(with_dead(&server).dead_letters(QueueName::BankFile).await.is_err());
}

#[tokio::test]
async fn a_redrive_sends_before_it_deletes_and_leaves_what_died_since() {
    let server = Loopback::start(dead_answer).await;
    let moved = with_dead(&server).redrive(QueueName::ErpPull, 100).await.unwrap();
    assert_eq!(moved.iter().map(|dead| dead.message_id.as_str()).collect::<Vec<_>>(), ["1"]);
    let seen = server.seen();
    let told: Vec<&str> = seen.iter().map(Seen::operation).collect();
    let receives = ["ReceiveMessage"; 2];
    assert_eq!(told, [&["ReceiveMessage", "SendMessageBatch", "DeleteMessage"][..], &receives].concat());
    assert_eq!(seen[1].json()["Entries"][0]["MessageBody"], "body 1");
    assert_eq!(seen[2].json()["ReceiptHandle"], "h-1");
}
