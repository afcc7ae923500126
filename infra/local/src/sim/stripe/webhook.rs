//! Webhook deliveries, signed as Stripe signs them.
use bytes::Bytes;
use hmac::{Hmac, Mac};
use http::{HeaderMap, HeaderValue, header};
use serde_json::Value;
use sha2::Sha256;

/// Headers and raw body of one delivery of `event`, signed at `at_unix` (epoch seconds) with the endpoint's
/// whole secret, `whsec_` included.
pub fn webhook(event: &Value, secret: &str, at_unix: i64) -> (HeaderMap, Bytes) {
    let body = Bytes::from(event.to_string());
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(
        header::USER_AGENT,
        HeaderValue::from_static("Stripe/1.0 (+https://stripe.com/docs/webhooks)"),
    );
    // A time and hex digits always make a header.
    if let Ok(signature) = HeaderValue::from_str(&sign(&body, secret, at_unix)) {
        headers.insert("stripe-signature", signature);
    }
    (headers, body)
}

fn sign(body: &[u8], secret: &str, at_unix: i64) -> String {
    // HMAC takes a key of any length; the error is one of the trait, not of this hash.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{at_unix}.").as_bytes());
    mac.update(body);
    format!("t={at_unix},v1={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_agree_with_the_shared_vectors() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/connectors/fixtures/signatures/vectors.json"
        );
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: ../shared is absent");
            return;
        };
        let vectors: Value = serde_json::from_str(&text).unwrap();
        let stripe = &vectors["stripe"];
        let signed = sign(
            stripe["body"].as_str().unwrap().as_bytes(),
            stripe["secret"].as_str().unwrap(),
            stripe["timestamp"].as_i64().unwrap(),
        );
        assert_eq!(signed, stripe["cases"][0]["header"].as_str().unwrap());
    }

    #[test]
    fn the_signature_covers_time_body_and_secret() {
        let event = serde_json::json!({"id": "evt_1", "object": "event"});
        let of = |secret, at| webhook(&event, secret, at).0["stripe-signature"].clone();
        let known = "t=1790000000,v1=";
        assert!(of("whsec_a", 1_790_000_000).to_str().unwrap().starts_with(known));
        assert_ne!(of("whsec_a", 1_790_000_000), of("whsec_b", 1_790_000_000));
        let digest = |header: HeaderValue| header.to_str().unwrap().split_once(",v1=").unwrap().1.to_owned();
        assert_ne!(digest(of("whsec_a", 1_790_000_000)), digest(of("whsec_a", 1_790_000_001)));
    }
}
