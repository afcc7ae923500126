//! The whole sign-in against a small issuer: discovery, keys, code, token.
use super::{WHO, World, between, field};
use app::App;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::TimeDelta;
use connectors::call::{Request, Response};
use http::StatusCode;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};

const NOW: i64 = 1_795_514_400;

/// What the issuer answers; tests change it between start and callback.
#[derive(Clone)]
struct Script {
    claims: Value,
    header: Value,
    /// `None` signs with the issuer's own key.
    forged: Option<Forgery>,
    challenge: String,
    issuer: String,
}

#[derive(Clone, Copy)]
enum Forgery {
    OtherKey,
    NoSignature,
    PublicKeyAsSecret,
}

type Shared = Arc<Mutex<Script>>;

fn script() -> Shared {
    Arc::new(Mutex::new(Script {
        claims: json!({
            "iss": "https://id.example", "aud": "dunlin", "sub": "u-1", "iat": NOW, "exp": NOW + 600,
            "email": "Ann@Harbour.example", "email_verified": true,
        }),
        header: json!({"alg": "ES256", "kid": "k1"}),
        forged: None,
        challenge: String::new(),
        issuer: "https://id.example".into(),
    }))
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).unwrap()
}

fn jwk() -> Value {
    let point = key(7).verifying_key().to_encoded_point(false);
    let part = |part: Option<&p256::FieldBytes>| URL_SAFE_NO_PAD.encode(part.unwrap());
    json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k1", "x": part(point.x()), "y": part(point.y())})
}

fn token(script: &Script) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&script.header), part(&script.claims));
    let signed = |key: SigningKey| -> Vec<u8> {
        let signature: Signature = key.sign(text.as_bytes());
        signature.to_bytes().to_vec()
    };
    let signature = match script.forged {
        None => signed(key(7)),
        Some(Forgery::OtherKey) => signed(key(8)),
        Some(Forgery::NoSignature) => vec![],
        Some(Forgery::PublicKeyAsSecret) => {
            use hmac::Mac;
            let secret = jwk().to_string();
            let mut mac = hmac::Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
    };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn answer(script: &Script, request: &Request) -> Response {
    let issuer = &script.issuer;
    let (status, body) = match request.uri().path() {
        "/.well-known/openid-configuration" => (
            200,
            json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": "https://id.example/token", "jwks_uri": "https://id.example/jwks",
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
                "scopes_supported": ["openid", "email", "groups"],
            }),
        ),
        "/jwks" => (200, json!({"keys": [jwk()]})),
        "/token" => {
            let form: Vec<(String, String)> = form_urlencoded::parse(request.body()).into_owned().collect();
            let of = |name: &str| {
                form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
            };
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
            let is_right = of("code") == "c0de" && challenge == script.challenge;
            if is_right && request.headers().contains_key("authorization") {
                (
                    200,
                    json!({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token(script)}),
                )
            } else {
                (400, json!({"error": "invalid_grant"}))
            }
        }
        other => panic!("unexpected {other}"),
    };
    let response = http::Response::builder().status(status).header("content-type", "application/json");
    response.body(Bytes::from(body.to_string())).unwrap()
}

fn world(script: &Shared) -> World {
    let script = Arc::clone(script);
    World::with_http(move |request| Ok(answer(&script.lock().unwrap(), request)))
}

/// Starts at the issuer: the state, and the cookie of the sign-in under way.
async fn started(world: &World, script: &Shared, to: &str) -> (String, String) {
    let seen = world.get(&format!("/sign-in{to}"), "").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.page);
    let query = seen.location.split_once('?').unwrap().1.to_owned();
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let of = |name: &str| query.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert!(seen.location.starts_with("https://id.example/authorize?"));
    assert_eq!((of("code_challenge_method").as_str(), of("response_type").as_str()), ("S256", "code"));
    assert_eq!(of("redirect_uri"), "https://console.harbour.example/sign-in/callback");
    let mut script = script.lock().unwrap();
    script.challenge = of("code_challenge");
    script.claims["nonce"] = json!(of("nonce"));
    let cookie = seen.cookies[0].clone();
    for part in ["__Host-dunlin-sign-in=", "; HttpOnly", "; Secure", "; SameSite=Lax", "Max-Age=600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    (of("state"), cookie.split(';').next().unwrap().to_owned())
}

async fn ended(change: impl FnOnce(&mut Script)) -> super::Seen {
    let script = script();
    let world = world(&script);
    let (state, cookie) = started(&world, &script, "").await;
    change(&mut script.lock().unwrap());
    world.get(&format!("/sign-in/callback?code=c0de&state={state}"), &cookie).await
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_sign_in() {
    let world = World::seeded().await;
    for (path, to) in [
        ("/", "/sign-in"),
        ("/review", "/sign-in?to=%2Freview"),
        ("/invoices/x", "/sign-in?to=%2Finvoices%2Fx"),
    ] {
        let seen = world.get(path, "").await;
        assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, to));
    }
    let cookie = world.session();
    let forged = format!("{}A", &cookie[..cookie.len() - 1]);
    for cookie in [forged.as_str(), "__Host-dunlin=", "__Host-dunlin=e30.e30", &cookie.replace("__Host-", "")]
    {
        assert_eq!(world.get("/", cookie).await.status, StatusCode::SEE_OTHER, "{cookie}");
    }
    world.clock.advance(TimeDelta::hours(8) - TimeDelta::seconds(1));
    assert_eq!(world.get("/", &cookie).await.status, StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.get("/", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_listed_address_signs_in_and_out() {
    let script = script();
    let world = world(&script);
    let (state, pending) = started(&world, &script, "?to=%2Freview").await;
    let seen = world.get(&format!("/sign-in/callback?code=c0de&state={state}"), &pending).await;
    assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, "/review"), "{}", seen.page);
    assert!(
        seen.cookies[0].contains("; HttpOnly; SameSite=Lax; Secure")
            && seen.cookies[0].contains("Max-Age=28800")
    );
    assert!(seen.cookies[1].starts_with("__Host-dunlin-sign-in=;") && seen.cookies[1].contains("Max-Age=0"));
    let cookie = seen.cookies[0].split(';').next().unwrap();
    assert!(world.get("/review", cookie).await.page.contains(WHO));
    assert_eq!(world.post("/sign-out", cookie, &[field("form", "x")]).await.status, StatusCode::FORBIDDEN);
    let hidden = world.hidden("/", cookie).await;
    let out = world.post("/sign-out", cookie, &hidden).await;
    assert!(out.location == "/signed-out" && out.cookies[0].contains("Max-Age=0"));
    assert!(world.get("/signed-out", "").await.page.contains("signed out"));
}

#[tokio::test]
async fn a_member_of_a_listed_group_signs_in_and_everyone_else_is_turned_away() {
    let member = ended(|s| {
        s.claims["email"] = json!("bob@harbour.example");
        s.claims["groups"] = json!(["sales", "finance"]);
    });
    assert_eq!(member.await.status, StatusCode::SEE_OTHER);
    let stranger = ended(|s| s.claims["email"] = json!("bob@harbour.example")).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
    assert!(stranger.page.contains("No access") && stranger.cookies.is_empty());
    let unverified = ended(|s| s.claims["email_verified"] = json!(false)).await;
    assert!(unverified.page.contains("No access"));
}

#[tokio::test]
async fn a_token_that_does_not_hold_opens_nothing() {
    type Change = fn(&mut Script);
    let changes: [(&str, Change); 9] = [
        ("nonce", |s| s.claims["nonce"] = json!("other")),
        ("no nonce", |s| drop(s.claims.as_object_mut().unwrap().remove("nonce"))),
        ("audience", |s| s.claims["aud"] = json!("another-app")),
        ("further audience", |s| s.claims["aud"] = json!(["dunlin", "another-app"])),
        ("issuer", |s| s.claims["iss"] = json!("https://evil.example")),
        ("expired", |s| s.claims["exp"] = json!(NOW - 1)),
        ("another key", |s| s.forged = Some(Forgery::OtherKey)),
        ("alg none", |s| {
            s.header = json!({"alg": "none"});
            s.forged = Some(Forgery::NoSignature);
        }),
        ("public key as secret", |s| {
            s.header = json!({"alg": "HS256", "kid": "k1"});
            s.forged = Some(Forgery::PublicKeyAsSecret);
        }),
    ];
    for (what, change) in changes {
        let seen = ended(change).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{what}");
        assert!(seen.page.contains("Sign-in did not work") && seen.cookies.is_empty(), "{what}");
    }
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_opens_nothing() {
    let script = script();
    let world = world(&script);
    let (state, pending) = started(&world, &script, "").await;
    let callback = |state: &str, code: &str| format!("/sign-in/callback?code={code}&state={state}");
    for (path, cookie) in [
        (callback("other", "c0de"), pending.as_str()),
        (callback(&state, "c0de"), ""),
        (callback(&state, "wrong"), &pending),
        ("/sign-in/callback?error=access_denied".into(), &pending),
    ] {
        let seen = world.get(&path, cookie).await;
        assert!(seen.status == StatusCode::FORBIDDEN && seen.cookies.is_empty(), "{path}");
    }
    let (_, other) = started(&world, &script, "").await;
    assert_eq!(world.get(&callback(&state, "c0de"), &other).await.status, StatusCode::FORBIDDEN);
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.get(&callback(&state, "c0de"), &pending).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_way_back_is_a_page_of_ours() {
    for to in ["?to=https%3A%2F%2Fevil.example", "?to=%2F%2Fevil.example", "?to=%2F%5Cevil.example", "?to=x"]
    {
        let script = script();
        let world = world(&script);
        let (state, pending) = started(&world, &script, to).await;
        let seen = world.get(&format!("/sign-in/callback?code=c0de&state={state}"), &pending).await;
        assert_eq!(seen.location, "/", "{to}");
    }
}

#[tokio::test]
async fn the_verifier_and_the_nonce_do_not_show() {
    let script = script();
    let world = world(&script);
    let (state, pending) = started(&world, &script, "").await;
    let sealed =
        base64::engine::general_purpose::STANDARD.decode(between(&format!("{pending};"), "=", ";")).unwrap();
    let nonce = script.lock().unwrap().claims["nonce"].as_str().unwrap().to_owned();
    for secret in [nonce, state] {
        assert!(!sealed.windows(secret.len()).any(|part| part == secret.as_bytes()));
    }
}

#[tokio::test]
async fn an_issuer_whose_name_ends_with_a_slash_is_the_same_and_another_is_not() {
    let with_issuer = |name: &str| {
        let script = script();
        script.lock().unwrap().issuer = name.to_owned();
        world(&script)
    };
    assert_eq!(with_issuer("https://id.example/").get("/sign-in", "").await.status, StatusCode::SEE_OTHER);
    let other = with_issuer("https://other.example").get("/sign-in", "").await;
    assert_eq!(other.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn nothing_is_asked_in_plain_text_beyond_this_machine() {
    let script = script();
    let world = world(&script);
    let with = |change: fn(&mut app::settings::Settings)| {
        let mut settings = (*world.app.settings).clone();
        change(&mut settings);
        World {
            app: Arc::new(App { settings: Arc::new(settings), ..(*world.app).clone() }),
            clock: Arc::clone(&world.clock),
            blobs: Arc::clone(&world.blobs),
        }
    };
    let issuer = with(|s| s.sign_in.issuer = "http://id.example".into());
    assert_eq!(issuer.get("/sign-in", "").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let console = with(|s| s.console_url = Some("http://console.harbour.example".into()));
    assert_eq!(console.get("/sign-in", "").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let local = with(|s| s.console_url = Some("http://127.0.0.1:8080".into()));
    let seen = local.get("/sign-in", "").await;
    assert!(seen.cookies[0].starts_with("dunlin-sign-in=") && !seen.cookies[0].contains("Secure"));
    let nowhere = with(|s| s.console_url = None);
    assert_eq!(nowhere.get("/sign-in", "").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let keyless = with(|s| s.keys.session = app::settings::SecretText::default());
    assert_eq!(keyless.get("/", "").await.status, StatusCode::INTERNAL_SERVER_ERROR);
}
