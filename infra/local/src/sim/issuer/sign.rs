//! The issuer's key: ECDSA on P-256 with SHA-256, which JOSE calls ES256 (RFC 7518, 3.4).
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey as Ecdsa};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("no randomness from the operating system: {0}")]
pub struct KeyError(getrandom::Error);

/// Random text for codes: 32 bytes, URL-safe.
#[allow(clippy::disallowed_methods, reason = "a code that can be guessed would sign anyone in")]
pub(super) fn random() -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(KeyError)?;
    Ok(bytes)
}

pub(super) struct SigningKey {
    ecdsa: Ecdsa,
    x: String,
    y: String,
    id: String,
}

impl SigningKey {
    pub(super) fn draw() -> Result<Self, KeyError> {
        loop {
            // All but one draw in 2^32 is a key: it must be below the order of the group.
            if let Ok(ecdsa) = Ecdsa::from_slice(&random()?) {
                return Ok(Self::from(ecdsa));
            }
        }
    }

    /// The public half as JSON Web Key.
    pub(super) fn public(&self) -> Value {
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": self.x, "y": self.y})
    }

    /// `claims` as a signed token in compact form.
    pub(super) fn token(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": self.id});
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature: Signature = self.ecdsa.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

impl From<Ecdsa> for SigningKey {
    fn from(ecdsa: Ecdsa) -> Self {
        let point = ecdsa.verifying_key().to_encoded_point(false);
        let encode =
            |part: Option<&p256::FieldBytes>| part.map_or(String::new(), |part| URL_SAFE_NO_PAD.encode(part));
        let (x, y) = (encode(point.x()), encode(point.y()));
        // The thumbprint of RFC 7638: the required members in this order, without spaces.
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        Self { ecdsa, x, y, id: URL_SAFE_NO_PAD.encode(thumbprint) }
    }
}
