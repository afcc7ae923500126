use super::*;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, StatusCode};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicI64, Ordering};
use tower::ServiceExt;

const URL: &str = "http://127.0.0.1:9400";
const BACK: &str = "http://127.0.0.1:8080/signed-in";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-standard-0123";

/// An issuer and the seconds that its clock is ahead.
fn issuer() -> (Issuer, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(0));
    let (start, read) = (DateTime::<Utc>::from_timestamp(1_794_819_600, 0).unwrap(), ahead.clone());
    let clock: Clock = Arc::new(move || start + TimeDelta::seconds(read.load(Ordering::Relaxed)));
    let client = Client {
        id: "console".to_owned(),
        secret: Some("s3".to_owned()),
        redirect_uris: vec![BACK.to_owned()],
    };
    let user = User {
        subject: "u-1".to_owned(),
        name: "Ines <Okafor>".to_owned(),
        email: "ines@example.com".to_owned(),
        email_verified: true,
        groups: vec!["collector".to_owned()],
    };
    (Issuer::new(URL, client, vec![user], clock).unwrap(), ahead)
}

fn query(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut params = vec![
        ("client_id", "console"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "st&1"),
        ("nonce", "n-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("login_hint", "ines@example.com"),
    ];
    for (name, value) in changes {
        params.retain(|(kept, _)| kept != name);
        params.push((name, value));
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

async fn authorize(issuer: &Issuer, changes: &[(&str, &str)]) -> Response {
    let request = Request::get(format!("/authorize?{}", query(changes))).body(Body::empty()).unwrap();
    issuer.router().oneshot(request).await.unwrap()
}

/// The query of the address that a response redirects to.
fn sent_back(response: &Response) -> HashMap<String, String> {
    let location = response.headers()["location"].to_str().unwrap();
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, BACK);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

async fn redeem(issuer: &Issuer, code: &str, verifier: &str) -> (StatusCode, Value) {
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={BACK}&code_verifier={verifier}\
         &client_id=console&client_secret=s3"
    );
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    let response = issuer.router().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
    let status = response.status();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap())
}

async fn code(issuer: &Issuer) -> String {
    sent_back(&authorize(issuer, &[]).await)["code"].clone()
}

#[tokio::test]
async fn a_sign_in_gives_a_token_that_verifies_with_the_published_key() {
    let (issuer, _) = issuer();
    let back = sent_back(&authorize(&issuer, &[]).await);
    assert_eq!(back["state"], "st&1");
    let (status, body) = redeem(&issuer, &back["code"], VERIFIER).await;
    assert_eq!(status, StatusCode::OK);
    let token = body["id_token"].as_str().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let jwk = issuer.inner.key.public();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_sec1_bytes(&[vec![4], coordinate("x"), coordinate("y")].concat()).unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["nonce"]),
        (&json!(URL), &json!("console"), &json!("n-1"))
    );
    assert_eq!((&claims["email_verified"], &claims["groups"]), (&json!(true), &json!(["collector"])));
}

#[tokio::test]
async fn a_code_works_once_in_time_and_for_its_verifier_only() {
    let (issuer, ahead) = issuer();
    let used = code(&issuer).await;
    assert_eq!(redeem(&issuer, &used, VERIFIER).await.0, StatusCode::OK);
    assert_eq!(redeem(&issuer, &used, VERIFIER).await.1["error"], "invalid_grant");
    let stolen = code(&issuer).await;
    assert_eq!(redeem(&issuer, &stolen, "another-verifier").await.1["error"], "invalid_grant");
    assert_eq!(redeem(&issuer, &stolen, VERIFIER).await.1["error"], "invalid_grant");
    let late = code(&issuer).await;
    ahead.store(60, Ordering::Relaxed);
    assert_eq!(redeem(&issuer, &late, VERIFIER).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn an_unregistered_address_gets_nothing() {
    let (issuer, _) = issuer();
    let response = authorize(&issuer, &[("redirect_uri", "http://127.0.0.1:8080/signed-in/evil")]).await;
    assert_eq!((response.status(), response.headers().get("location")), (StatusCode::BAD_REQUEST, None));
    let response = authorize(&issuer, &[("code_challenge_method", "plain")]).await;
    assert_eq!(sent_back(&response)["error"], "invalid_request");
}

#[tokio::test]
async fn without_a_known_hint_a_page_lists_the_users() {
    let (issuer, _) = issuer();
    let response = authorize(&issuer, &[("login_hint", "nobody@example.com")]).await;
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains("Ines &lt;Okafor&gt;") && page.contains("login_hint=ines%40example.com"), "{page}");
}
