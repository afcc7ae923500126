//! The DynamoDB adapter, through the real SDK, against an embedded DynamoDB.
use app::store::contract;
use app::store::table::{CommitError, Condition, Key, Record, Table, TableName, Write};
use aws::convert;
use aws::dynamo::{DynamoTable, TableNames, configured};
use aws::schema::create_tables;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, ConsumedCapacity};
use aws_smithy_http_client::Builder;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn client(endpoint: &str) -> Client {
    let builder = aws_sdk_dynamodb::Config::builder()
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(Builder::new().build_http());
    Client::from_conf(configured(builder).build())
}

fn names() -> TableNames {
    TableNames {
        ledger: "dunlin-ledger".into(),
        idempotency: "dunlin-idempotency".into(),
        connections: "dunlin-connections".into(),
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn at(address: SocketAddr) -> DynamoTable {
    let client = client(&format!("http://{address}"));
    create_tables(&client, &names()).await.unwrap();
    DynamoTable::new(client, names())
}

async fn serve(database: dynoxide::Database) -> DynamoTable {
    let (listener, address) = listen().await;
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    at(address).await
}

fn create(record: &Record) -> Write {
    Write::Put { table: TableName::Ledger, record: record.clone(), condition: Condition::Absent }
}

async fn embedded() -> DynamoTable {
    serve(dynoxide::Database::memory().unwrap()).await
}

#[tokio::test]
async fn keeps_the_contract_in_memory() {
    assert_eq!(contract::suite(&embedded().await, "memory").await, Ok(()));
    assert_eq!(contract::listing(&embedded().await, "memory").await, Ok(()));
}

#[tokio::test]
async fn keeps_the_contract_on_a_file_and_finds_it_again() {
    let text = concat!(env!("CARGO_TARGET_TMPDIR"), "/table.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{text}{suffix}"));
    }
    let table = serve(dynoxide::Database::new(text).unwrap()).await;
    assert_eq!(contract::suite(&table, "file").await, Ok(()));
    let record = Record::new(Key::new("kept", "a"), 1, "{}");
    table.commit(vec![create(&record)]).await.unwrap();
    let again = serve(dynoxide::Database::new(text).unwrap()).await;
    assert_eq!(again.get(TableName::Ledger, &record.key).await, Ok(Some(record)));
}

/// `dunlin contract` runs any number of sequences, also on other stores.
#[tokio::test]
async fn answers_random_sequences_like_the_memory_table() {
    let tally = contract::compare(&embedded().await, "r", 0..300, 20).await.unwrap();
    println!("{tally}");
    assert!(tally.half_units > 0, "costs were not compared");
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let (listener, address) = listen().await;
    drop(listener);
    let table = DynamoTable::new(client(&format!("http://{address}")), names());
    let record = Record::new(Key::new("a", "a"), 1, "{}");
    assert!(matches!(table.commit(vec![create(&record)]).await, Err(CommitError::Unavailable(_))));
    assert!(table.get(TableName::Ledger, &record.key).await.is_err());
}

/// Passes connections on; the answer of the first is lost after the store has given it.
async fn lose_the_first_answer(listener: TcpListener, store: SocketAddr) {
    for n in 0.. {
        let (mut here, _) = listener.accept().await.unwrap();
        let mut there = TcpStream::connect(store).await.unwrap();
        if n == 0 {
            let (mut asked, mut answer) = (vec![0; 64 * 1024], [0]);
            loop {
                tokio::select! {
                    size = here.read(&mut asked) => {
                        let size = size.unwrap();
                        there.write_all(&asked[..size]).await.unwrap();
                    }
                    _ = there.read(&mut answer) => break,
                }
            }
        } else {
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut here, &mut there).await });
        }
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_not_a_conflict() {
    let (store_listener, store) = listen().await;
    tokio::spawn(dynoxide::server::serve_on(store_listener, dynoxide::Database::memory().unwrap()));
    let straight = at(store).await;
    let (listener, lossy) = listen().await;
    tokio::spawn(lose_the_first_answer(listener, store));
    let table = DynamoTable::new(client(&format!("http://{lossy}")), names());
    let record = Record::new(Key::new("a", "a"), 1, "{}");
    assert!(table.commit(vec![create(&record)]).await.is_ok());
    assert_eq!(straight.get(TableName::Ledger, &record.key).await, Ok(Some(record)));
}

#[tokio::test]
async fn a_batch_of_more_than_16_mb_is_read_in_rounds() {
    let table = embedded().await;
    let body = "x".repeat(400_000);
    let record = |n: u32| Record::new(Key::new("a", n.to_string()), 1, body.as_str());
    let keys: Vec<Key> = (0..45).map(|n| record(n).key).collect();
    for first in (0..45).step_by(9) {
        table.commit((first..first + 9).map(|n| create(&record(n))).collect()).await.unwrap();
    }
    assert_eq!(table.get_many(TableName::Ledger, &keys).await.unwrap().len(), 45);
}

#[test]
fn a_cancelled_transaction_is_told_by_its_reasons() {
    let keys = ["a", "b", "c"].map(String::from);
    let cancelled = |codes: [&str; 3]| {
        convert::cancelled(&codes.map(|code| CancellationReason::builder().code(code).build()), &keys)
    };
    let conflict = |at: usize| CommitError::Conflict { at, key: keys[at].clone() };
    assert_eq!(cancelled(["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]), conflict(1));
    assert_eq!(cancelled(["TransactionConflict", "None", "ConditionalCheckFailed"]), conflict(2));
    assert_eq!(cancelled(["ValidationError", "None", "ConditionalCheckFailed"]), conflict(2));
    assert_eq!(cancelled(["None", "TransactionConflict", "TransactionConflict"]), conflict(1));
    for code in ["ThrottlingError", "ProvisionedThroughputExceeded", "SomethingNew"] {
        let told = cancelled(["TransactionConflict", code, "None"]);
        assert!(matches!(&told, CommitError::Unavailable(why) if why.contains(code)), "{told:?}");
    }
    for code in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
        let told = cancelled(["None", "TransactionConflict", code]);
        assert!(matches!(&told, CommitError::Refused(why) if why.contains("write 2 (c)")), "{told:?}");
    }
    assert!(matches!(cancelled(["None"; 3]), CommitError::Unavailable(_)));
}

#[test]
fn a_damaged_item_is_named() {
    let whole =
        convert::item(&Record { due: Some(Key::new("d", "1")), ..Record::new(Key::new("p", "s"), 3, "{}") });
    let damaged = |name: &str, value: Option<AttributeValue>| {
        let mut item = whole.clone();
        match value {
            Some(value) => item.insert(name.into(), value),
            None => item.remove(name),
        };
        convert::record(item).unwrap_err()
    };
    assert_eq!(damaged("sk", None), "sk is missing");
    assert_eq!(damaged("ver", None), "item p|s: ver is missing");
    assert_eq!(
        damaged("ver", Some(AttributeValue::N("-1".into()))),
        "item p|s: ver is '-1', which is out of range"
    );
    assert_eq!(damaged("body", Some(AttributeValue::Bool(true))), "item p|s: body is not a string");
    assert_eq!(damaged("dsk", None), "item p|s: dpk and dsk must come together");
    assert_eq!(damaged("expires_at", Some(convert::text("1"))), "item p|s: expires_at is not a number");
}

#[test]
fn a_page_token_is_opaque_and_checked() {
    let last = convert::key_item(&Key::new("p\0|", "é"));
    let token = convert::page_token(&last).unwrap();
    assert_eq!(convert::start_key(&token), Ok(last));
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    assert!(convert::start_key("not base64!").is_err());
    assert!(convert::start_key("bm90IGpzb24").is_err());
}

#[test]
fn capacity_is_summed_in_halves() {
    let used = |units| ConsumedCapacity::builder().capacity_units(units).build();
    assert_eq!(convert::half_units(&[used(2.0), used(0.5)]), 5);
    assert_eq!(convert::half_units(&[ConsumedCapacity::builder().build()]), 0);
}
