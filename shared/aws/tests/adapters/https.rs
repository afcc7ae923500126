use crate::loopback::{Loopback, Reply, ok, refusing_url};
use app::ports::Http;
use aws::https::{HttpLimits, HttpsClient};
use connectors::call::{Response, request};
use connectors::fault::{Fault, FaultKind, Phase};
use std::time::Duration;

async fn call(url: &str) -> Result<Response, Fault> {
    let limits =
        HttpLimits { whole_call: Duration::from_millis(400), body_bytes_max: 100, ..HttpLimits::default() };
    let request = request(http::Method::POST, url, &[("x-kind", "test")], "question".into()).unwrap();
    HttpsClient::new(limits).unwrap().send(request).await
}

#[tokio::test]
async fn a_reply_is_handed_on_whatever_its_status() {
    let server = Loopback::start(|_, _| Reply::Answer { status: 429, body: "later".into() }).await;
    let response = call(&format!("{}/v1/things?x=1", server.url)).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_ref()), (429, b"later".as_ref()));
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/things?x=1 HTTP/1.1\r\n"), "{}", seen.head);
    assert!(seen.head.contains("x-kind: test"));
    assert_eq!(seen.body, "question");
}

#[tokio::test]
async fn what_never_connected_was_not_sent() {
    let fault = call(&refusing_url().await).await.unwrap_err();
    assert_eq!((fault.kind, fault.phase), (FaultKind::Retryable, Phase::BeforeSend));
    assert!(fault.message.contains("refused"), "{fault}");
}

#[tokio::test]
async fn whatever_goes_wrong_later_may_have_been_seen() {
    let replies: [fn() -> Reply; 3] = [|| Reply::Close, || Reply::Silence, || ok("x".repeat(101))];
    for reply in replies {
        let server = Loopback::start(move |_, _| reply()).await;
        let fault = call(&server.url).await.unwrap_err();
        assert_eq!((fault.kind, fault.phase), (FaultKind::Retryable, Phase::AfterSend), "{fault}");
        assert_eq!(server.seen().len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn nothing_goes_out_in_the_clear() {
    for url in ["http://api.vendor.test/", "http://127.0.0.1.vendor.test/", "ftp://vendor.test/"] {
        let fault = call(url).await.unwrap_err();
        assert_eq!((fault.kind, fault.phase), (FaultKind::Permanent, Phase::BeforeSend), "{url}");
    }
    let local = call("http://[::1]:9/").await.unwrap_err();
    assert_eq!(local.kind, FaultKind::Retryable, "{local}");
}
