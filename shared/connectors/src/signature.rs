//! Webhook signatures, checked over the raw bytes and in constant time.
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How far a Stripe timestamp may lie from our clock, either way.
pub const TOLERANCE_SECONDS: i64 = 300;

/// Why a webhook was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the signature header is malformed")]
    Malformed,
    /// Signed by the vendor, but at another time: a replay, or a clock that is off. Negative: in the future.
    #[error("the signature is {age_seconds} s old")]
    Stale { age_seconds: i64 },
    #[error("no signature matches")]
    NoMatch,
}

/// Checks a `Stripe-Signature` header: HMAC-SHA256 of `"{t}.{raw}"` under the whole secret, `whsec_` included.
///
/// Any `v1` under any of the secrets will do (there are several while a secret is rolled); other schemes are
/// ignored. Empty secrets are ignored, so an unset secret accepts nothing.
///
/// # Errors
/// [`Refused`]; `Stale` only when the signature itself matches.
pub fn verify_stripe(
    secrets: &[&str],
    header: &str,
    raw: &[u8],
    now_unix: i64,
    tolerance_seconds: i64,
) -> Result<(), Refused> {
    let mut stamp = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=').ok_or(Refused::Malformed)? {
            ("t", _) if stamp.is_some() => return Err(Refused::Malformed),
            ("t", text) => stamp = Some((text, text.parse::<i64>().map_err(|_| Refused::Malformed)?)),
            ("v1", text) => signatures.extend(hex::decode(text).ok()),
            _ => {}
        }
    }
    let (text, signed_at) = stamp.ok_or(Refused::Malformed)?;
    let is_match = secrets
        .iter()
        .filter_map(|secret| mac(secret, &[text.as_bytes(), b".", raw]))
        .any(|mac| signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok()));
    if !is_match {
        return Err(Refused::NoMatch);
    }
    let age_seconds = now_unix.saturating_sub(signed_at);
    if age_seconds.saturating_abs() > tolerance_seconds {
        return Err(Refused::Stale { age_seconds });
    }
    Ok(())
}

/// The `Stripe-Signature` header that Stripe would send; for simulators and tests.
pub fn sign_stripe(secret: &str, raw: &[u8], unix: i64) -> String {
    let stamp = unix.to_string();
    // Without a secret there is no signature, and a header without one verifies nowhere.
    let signature =
        mac(secret, &[stamp.as_bytes(), b".", raw]).map(|mac| hex::encode(mac.finalize().into_bytes()));
    format!("t={stamp},v1={}", signature.unwrap_or_default())
}

/// Checks an `intuit-signature` header: base64 of HMAC-SHA256 of the raw body under the app's verifier token.
/// Any of the tokens will do; empty ones are ignored.
///
/// # Errors
/// [`Refused::Malformed`] or [`Refused::NoMatch`]; Intuit signs no time.
pub fn verify_intuit(verifier_tokens: &[&str], header: &str, raw: &[u8]) -> Result<(), Refused> {
    let signature = BASE64.decode(header.trim()).map_err(|_| Refused::Malformed)?;
    let is_match = verifier_tokens
        .iter()
        .filter_map(|token| mac(token, &[raw]))
        .any(|mac| mac.verify_slice(&signature).is_ok());
    if is_match { Ok(()) } else { Err(Refused::NoMatch) }
}

/// `None` for an empty secret: anyone could sign with it.
fn mac(secret: &str, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
    if secret.is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    parts.iter().for_each(|part| mac.update(part));
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const BODY: &[u8] = br#"{"id":"evt_dunlin"}"#;
    /// Computed with `openssl dgst -sha256 -hmac whsec_dunlin` over `1790000000.{"id":"evt_dunlin"}`.
    const HEADER: &str = "t=1790000000,v1=783ad75d53c82d5177ed9a6d16d1b30f4e10a833874b28b39078397ad865c8d3";

    fn check(header: &str, now: i64) -> Result<(), Refused> {
        verify_stripe(&["whsec_older", "whsec_dunlin"], header, BODY, now, TOLERANCE_SECONDS)
    }

    #[test]
    fn signs_what_it_verifies() {
        assert_eq!(sign_stripe("whsec_dunlin", BODY, 1_790_000_000), HEADER);
        assert_eq!(check(HEADER, 1_790_000_000), Ok(()));
        assert_eq!(check(&format!("{HEADER},v0=00,v1=00,v1=zz"), 1_790_000_000), Ok(()));
    }

    #[test]
    fn time_counts_in_both_directions() {
        assert_eq!(check(HEADER, 1_790_000_300), Ok(()));
        assert_eq!(check(HEADER, 1_790_000_301), Err(Refused::Stale { age_seconds: 301 }));
        assert_eq!(check(HEADER, 1_789_999_700), Ok(()));
        assert_eq!(check(HEADER, 1_789_999_699), Err(Refused::Stale { age_seconds: -301 }));
        let forever = sign_stripe("whsec_dunlin", BODY, i64::MIN);
        assert_eq!(check(&forever, i64::MAX), Err(Refused::Stale { age_seconds: i64::MAX }));
    }

    #[test]
    fn refuses_what_is_not_signed() {
        let v0 = HEADER.replace("v1=", "v0=");
        assert_eq!(check(&v0, 1_790_000_000), Err(Refused::NoMatch));
        assert_eq!(check("t=1790000000", 1_790_000_000), Err(Refused::NoMatch));
        for malformed in ["", "t", "v1=00", "t=soon,v1=00", "t=1,t=2,v1=00"] {
            assert_eq!(check(malformed, 1_790_000_000), Err(Refused::Malformed), "{malformed}");
        }
        let truncated = HEADER.get(..HEADER.len() - 2).unwrap();
        assert_eq!(check(truncated, 1_790_000_000), Err(Refused::NoMatch));
    }

    #[test]
    fn an_empty_secret_accepts_nothing() {
        let mut forged = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        forged.update(b"1790000000.");
        forged.update(BODY);
        let header = format!("t=1790000000,v1={}", hex::encode(forged.finalize().into_bytes()));
        assert_eq!(verify_stripe(&[""], &header, BODY, 1_790_000_000, 300), Err(Refused::NoMatch));
        assert_eq!(verify_stripe(&[], &header, BODY, 1_790_000_000, 300), Err(Refused::NoMatch));
        assert_eq!(sign_stripe("", BODY, 1), "t=1,v1=");
    }

    #[test]
    fn intuit_signs_the_body_alone() {
        // Computed with `openssl dgst -sha256 -hmac dunlin-verifier -binary | base64`.
        let header = "skaIaYJT0JC7cmW9EV6eiUbQET5gZyWSIjP8nr8fILI=";
        assert_eq!(verify_intuit(&["old", "dunlin-verifier"], header, BODY), Ok(()));
        assert_eq!(verify_intuit(&["dunlin-verifier"], header, b"{}"), Err(Refused::NoMatch));
        assert_eq!(verify_intuit(&[""], header, BODY), Err(Refused::NoMatch));
        assert_eq!(verify_intuit(&["dunlin-verifier"], "not base64!", BODY), Err(Refused::Malformed));
    }

    #[test]
    fn agrees_with_the_shared_vectors() {
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
        for case in stripe["cases"].as_array().unwrap() {
            let body = case["body_override"].as_str().or(stripe["body"].as_str()).unwrap();
            let secrets = [stripe["secret"].as_str().unwrap()];
            let (header, now) = (case["header"].as_str().unwrap(), case["now"].as_i64().unwrap());
            let is_ok = verify_stripe(&secrets, header, body.as_bytes(), now, TOLERANCE_SECONDS).is_ok();
            assert_eq!(is_ok, case["expect"] == "ok", "stripe: {}", case["name"]);
        }
        let intuit = &vectors["intuit"];
        for case in intuit["cases"].as_array().unwrap() {
            let tokens = [intuit["verifier_token"].as_str().unwrap()];
            let body = case["body"].as_str().unwrap();
            let is_ok = verify_intuit(&tokens, case["signature"].as_str().unwrap(), body.as_bytes()).is_ok();
            assert_eq!(is_ok, case["expect"] == "ok", "intuit: {}", case["name"]);
        }
    }
}
