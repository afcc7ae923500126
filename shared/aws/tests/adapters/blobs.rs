use crate::loopback::{Loopback, Reply, ok, sdk};
use app::ports::Blobs;
use aws::s3::S3Blobs;

#[tokio::test]
async fn a_blob_is_stored_as_it_is_under_bucket_and_key() {
    let server = Loopback::start(|_, _| ok("")).await;
    let blobs = S3Blobs::new(&sdk(&server.url), true);
    blobs.put("archive", "stripe/ab12", "raw body".into()).await.unwrap();
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("PUT /archive/stripe/ab12"), "{}", seen.head);
    assert_eq!(seen.body, "raw body");
}

#[tokio::test]
async fn a_blob_comes_back_or_is_absent_or_the_store_is_down() {
    let server = Loopback::start(|_, seen| {
        if seen.head.starts_with("GET /archive/there") {
            ok("raw body")
        } else if seen.head.starts_with("GET /archive/absent") {
            Reply::Answer { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>".into() }
        } else if seen.head.starts_with("GET /no-bucket/") {
            Reply::Answer { status: 404, body: "<Error><Code>NoSuchBucket</Code></Error>".into() }
        } else {
            Reply::Answer { status: 500, body: String::new() }
        }
    })
    .await;
    let blobs = S3Blobs::new(&sdk(&server.url), true);
    assert_eq!(blobs.get("archive", "there").await, Ok(Some("raw body".into())));
    assert_eq!(blobs.get("archive", "absent").await, Ok(None));
    assert!(blobs.get("no-bucket", "k").await.is_err());
    let error = blobs.get("archive", "broken").await.unwrap_err();
    assert!(error.why.starts_with("archive/broken: "), "{error}");
}
