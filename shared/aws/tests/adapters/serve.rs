use crate::loopback::{Loopback, Reply, ok, sdk};
use app::ports::Answer;
use app::store::table::Key;
use app::stream::{StreamChange, StreamFailure};
use app::worker::{Delivery, Failure, Worker};
use aws::serve::http::{answer, request};
use aws::serve::{OwnQueue, StreamHandler, queue, stream};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Does what the message's body says.
struct Obedient;

impl Worker for Obedient {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> Answer<'a, Result<(), Failure>> {
        Box::pin(async move {
            match delivery.body.as_str() {
                "done" => Ok(()),
                "retry" => Err(Failure::retry("vendor busy")),
                _ => Err(Failure::poison("not\nJSON")),
            }
        })
    }
}

async fn work_off(server: &Loopback) -> Value {
    let queue = OwnQueue {
        client: aws_sdk_sqs::Client::new(&sdk(&server.url)),
        url: format!("{}/1/own", server.url),
        dead_url: format!("{}/1/dead", server.url),
    };
    let record = |id: &str, body: &str, receives: &str| {
        json!({"messageId": id, "receiptHandle": format!("handle-{id}"), "body": body,
            "attributes": {"ApproximateReceiveCount": receives, "SentTimestamp": "1"}, "awsRegion": "eu"})
    };
    let records =
        [record("a", "done", "1"), record("b", "retry", "3"), record("c", "{", "5"), record("d", "{", "1")];
    let event = serde_json::from_value(json!({"Records": records})).unwrap();
    serde_json::to_value(queue::answer(&Obedient, &queue, event).await).unwrap()
}

#[tokio::test]
async fn each_message_of_a_batch_ends_in_its_own_way() {
    let server = Loopback::start(|_, seen| match seen.operation() {
        "SendMessage" => ok(json!({"MessageId": "m", "MD5OfMessageBody": ""}).to_string()),
        _ => ok(json!({"Successful": [], "Failed": []}).to_string()),
    })
    .await;
    let again = work_off(&server).await;
    assert_eq!(again, json!({"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "d"}]}));
    let [dead, hidden] = &server.seen()[..] else { panic!("two calls") };
    assert_eq!((dead.operation(), hidden.operation()), ("SendMessage", "ChangeMessageVisibilityBatch"));
    let dead = dead.json();
    assert!(dead["QueueUrl"].as_str().unwrap().ends_with("/dead"));
    assert_eq!(dead["MessageBody"], "{");
    assert_eq!(dead["MessageAttributes"]["reason"], json!({"DataType": "String", "StringValue": "not JSON"}));
    assert_eq!(dead["MessageAttributes"]["source_message_id"]["StringValue"], "c");
    let entries = json!([
        {"Id": "0", "ReceiptHandle": "handle-b", "VisibilityTimeout": 240},
        {"Id": "1", "ReceiptHandle": "handle-d", "VisibilityTimeout": 10},
    ]);
    assert_eq!(hidden.json()["Entries"], entries);
}

#[tokio::test]
async fn a_message_that_cannot_be_moved_stays() {
    let server = Loopback::start(|_, _| Reply::Answer { status: 500, body: "{}".into() }).await;
    let again = work_off(&server).await;
    let ids = json!([{"itemIdentifier": "b"}, {"itemIdentifier": "c"}, {"itemIdentifier": "d"}]);
    assert_eq!(again["batchItemFailures"], ids);
}

fn event(change: impl Fn(&mut Value)) -> Result<http::Request<Bytes>, String> {
    let mut event = json!({
        "version": "2.0", "rawPath": "/hooks/stripe", "rawQueryString": "a=1&a=2", "cookies": null,
        "headers": {"content-type": "application/json", "cookie": "sid=1", "X-Dunlin-Domain": "evil.test"},
        "requestContext": {"domainName": "abc.lambda-url.test", "http": {"method": "POST", "path": "/x"}},
        "body": "{\"id\": \"evt_1\"}", "isBase64Encoded": false
    });
    change(&mut event);
    request(serde_json::from_value(event).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn a_request_arrives_byte_for_byte_with_the_domain_that_aws_saw() {
    let request = event(|_| {}).unwrap();
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(request.uri(), "/hooks/stripe?a=1&a=2");
    assert_eq!(request.body().as_ref(), br#"{"id": "evt_1"}"#);
    assert_eq!(request.headers()["cookie"], "sid=1");
    let domains: Vec<_> = request.headers().get_all("x-dunlin-domain").iter().collect();
    assert_eq!(domains, ["abc.lambda-url.test"]);
    let unknown = event(|event| event["requestContext"]["domainName"] = Value::Null).unwrap();
    assert!(!unknown.headers().contains_key("x-dunlin-domain"));
}

#[test]
fn cookies_and_base64_bodies_are_read_and_nonsense_is_refused() {
    let request = event(|event| {
        event["cookies"] = json!(["sid=1", "csrf=2"]);
        event["body"] = json!("/wD+");
        event["isBase64Encoded"] = json!(true);
        event["rawQueryString"] = json!("");
    });
    let request = request.unwrap();
    assert_eq!(request.headers()["cookie"], "sid=1; csrf=2");
    assert_eq!(request.body().as_ref(), [255, 0, 254]);
    assert_eq!(request.uri(), "/hooks/stripe");
    let not_base64 = event(|event| event["isBase64Encoded"] = json!(true));
    assert!(not_base64.is_err());
    assert!(event(|event| event["rawPath"] = json!("/a b")).is_err());
    assert!(event(|event| event["headers"]["x"] = json!("a\r\nb: c")).is_err());
}

#[test]
fn a_reply_keeps_its_bytes_and_sets_cookies_apart() {
    let text = http::Response::builder().status(303).header("location", "/").header("set-cookie", "a=1");
    let text = text.header("set-cookie", "b=2").body(Bytes::from("gehört")).unwrap();
    let expected = json!({"statusCode": 303, "headers": {"location": "/"}, "cookies": ["a=1", "b=2"],
        "body": "gehört", "isBase64Encoded": false});
    assert_eq!(serde_json::to_value(answer(&text)).unwrap(), expected);
    let binary = http::Response::new(Bytes::from_static(&[255, 0, 254]));
    assert_eq!(serde_json::to_value(answer(&binary)).unwrap()["body"], "/wD+");
}

#[tokio::test]
async fn changes_arrive_in_order_and_the_failed_one_comes_again() {
    let got: Arc<Mutex<Vec<StreamChange>>> = Arc::default();
    let kept = got.clone();
    let handler: StreamHandler = Arc::new(move |changes| {
        kept.lock().unwrap().extend(changes);
        Box::pin(async { Err(StreamFailure { sequence_number: "11".into(), why: "queue down".into() }) })
    });
    let keys = json!({"pk": {"S": "PAYMENT#1"}, "sk": {"S": "PAYMENT"}});
    let image = |body: &str| json!({"pk": {"S": "PAYMENT#1"}, "ver": {"N": "1"}, "body": {"S": body}});
    let event = json!({"Records": [
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "10", "Keys": keys, "NewImage": image("one")}},
        {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": "11", "Keys": keys, "OldImage": image("one"),
            "NewImage": image("two"), "ApproximateCreationDateTime": 1.79e9}},
    ]});
    let again = stream::answer(&handler, serde_json::from_value(event).unwrap()).await;
    let again = serde_json::to_value(again).unwrap();
    assert_eq!(again, json!({"batchItemFailures": [{"itemIdentifier": "11"}]}));
    let got = got.lock().unwrap();
    let change = |number: &str, old: Option<&str>, new: &str| StreamChange {
        sequence_number: number.into(),
        key: Key::new("PAYMENT#1", "PAYMENT"),
        old_body: old.map(str::to_owned),
        new_body: Some(new.into()),
    };
    assert_eq!(*got, [change("10", None, "one"), change("11", Some("one"), "two")]);
}
