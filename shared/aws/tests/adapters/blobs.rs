use crate::loopback::{Loopback, Reply, Seen, ok, sdk};
use app::ports::{Blobs, Shelf};
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

#[tokio::test]
async fn a_list_follows_its_pages() {
    let server = Loopback::start(|at, _| {
        let (key, more) =
            if at == 0 { ("a/1", "<NextContinuationToken>t</NextContinuationToken>") } else { ("a/2", "") };
        ok(format!("<ListBucketResult><Contents><Key>{key}</Key></Contents>{more}</ListBucketResult>"))
    })
    .await;
    let blobs = S3Blobs::new(&sdk(&server.url), true);
    assert_eq!(blobs.list("archive", "a/").await, Ok(vec!["a/1".to_owned(), "a/2".to_owned()]));
    assert!(server.seen()[1].head.contains("continuation-token=t"), "{}", server.seen()[1].head);
}

/// A key with two old versions and a delete mark under the newest, and another key that begins alike.
fn versions(deleted: usize) -> String {
    let version = |key: &str, id: &str, latest: bool| {
        format!("<Version><Key>{key}</Key><VersionId>{id}</VersionId><IsLatest>{latest}</IsLatest></Version>")
    };
    let mut told = format!("{}{}", version("mail/1", "new", true), version("mail/12", "other", false));
    if deleted == 0 {
        told += &version("mail/1", "old", false);
        told += "<DeleteMarker><Key>mail/1</Key><VersionId>mark</VersionId></DeleteMarker>";
    }
    format!("<ListVersionsResult>{told}</ListVersionsResult>")
}

#[tokio::test]
async fn an_erased_blob_has_its_tombstone_and_no_former_version() {
    let deleted = std::sync::atomic::AtomicUsize::new(0);
    let server = Loopback::start(move |_, seen| {
        use std::sync::atomic::Ordering::Relaxed;
        if seen.head.starts_with("GET /archive/mail/1") {
            ok("a mail")
        } else if seen.head.starts_with("GET /archive") {
            ok(versions(deleted.load(Relaxed)))
        } else {
            deleted.fetch_add(usize::from(seen.head.starts_with("DELETE")), Relaxed);
            ok("")
        }
    })
    .await;
    let blobs = S3Blobs::new(&sdk(&server.url), true);
    blobs.erase("archive", "mail/1", "{}".into()).await.unwrap();
    let line = |seen: &Seen| seen.head.lines().next().unwrap().to_owned();
    let told: Vec<String> = server.seen().iter().map(line).collect();
    assert!(told[1].starts_with("PUT /archive/mail/1"), "the tombstone goes first: {told:?}");
    let gone: Vec<&String> = told.iter().filter(|line| line.starts_with("DELETE")).collect();
    assert_eq!(gone.len(), 2, "{told:?}");
    assert!(gone[0].contains("versionId=old") && gone[1].contains("versionId=mark"), "{told:?}");
}
