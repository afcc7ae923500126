//! Keyed tokens: what we hand out and recognise when it comes back. All are HMAC-SHA256, compared in constant time;
//! each names the key that made it, so that keys can be changed while old tokens are still about.
mod links;
mod lookup;
mod reply;

pub use links::{LinkClaims, LinkRefused, Links, Purpose};
pub use lookup::lookup_hash;
pub use reply::{ReplyRef, ReplyTokens, reply_address, token_of_recipient};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

type HmacSha256 = Hmac<Sha256>;

/// A key no shorter than the digest: less would be weaker than the tag (RFC 2104, 3).
const SECRET_BYTES_MIN: usize = 32;

/// A secret and the number by which tokens name it. Shows nothing of the secret.
#[derive(Clone)]
pub struct SigningKey {
    id: u8,
    keyed: HmacSha256,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    #[error("signing key {id}: {bytes} bytes of secret, at least {SECRET_BYTES_MIN} are needed")]
    TooShort { id: u8, bytes: usize },
    #[error("signing key {id}: the secret does not make a key")]
    Unusable { id: u8 },
    #[error("two signing keys have the id {id}")]
    DuplicateId { id: u8 },
}

impl SigningKey {
    /// # Errors
    /// [`KeyRefused::TooShort`] below 32 bytes.
    pub fn new(id: u8, secret: &[u8]) -> Result<Self, KeyRefused> {
        if secret.len() < SECRET_BYTES_MIN {
            return Err(KeyRefused::TooShort { id, bytes: secret.len() });
        }
        let keyed = HmacSha256::new_from_slice(secret).map_err(|_| KeyRefused::Unusable { id })?;
        Ok(Self { id, keyed })
    }

    /// The MAC of `parts` for one use of the key: a tag made for one use never fits another.
    fn mac(&self, usage: Usage, parts: &[&[u8]]) -> HmacSha256 {
        let mut mac = self.keyed.clone();
        mac.update(usage.label().as_bytes());
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

#[derive(Debug, Clone, Copy)]
enum Usage {
    Reply,
    Link,
    Lookup,
}

impl Usage {
    /// None is another's beginning, so no message under one label reads as a message under another.
    const fn label(self) -> &'static str {
        match self {
            Self::Reply => "dunlin reply token\n",
            Self::Link => "dunlin link\n",
            Self::Lookup => "dunlin lookup\n",
        }
    }
}

/// The key that signs, and the former ones that still count.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    current: SigningKey,
    previous: Vec<SigningKey>,
}

impl SigningKeys {
    /// # Errors
    /// [`KeyRefused::DuplicateId`]: which of the two made a token could not be told.
    pub fn new(current: SigningKey, previous: Vec<SigningKey>) -> Result<Self, KeyRefused> {
        let mut seen = vec![current.id];
        for key in &previous {
            if seen.contains(&key.id) {
                return Err(KeyRefused::DuplicateId { id: key.id });
            }
            seen.push(key.id);
        }
        Ok(Self { current, previous })
    }

    fn by_id(&self, id: u8) -> Option<&SigningKey> {
        std::iter::once(&self.current).chain(&self.previous).find(|key| key.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_ambiguous_keys_are_refused_and_none_is_shown() {
        assert_eq!(SigningKey::new(1, &[7; 31]).unwrap_err(), KeyRefused::TooShort { id: 1, bytes: 31 });
        let key = |id| SigningKey::new(id, &[7; 32]).unwrap();
        assert_eq!(SigningKeys::new(key(1), vec![key(1)]).unwrap_err(), KeyRefused::DuplicateId { id: 1 });
        assert_eq!(
            SigningKeys::new(key(1), vec![key(2), key(2)]).unwrap_err(),
            KeyRefused::DuplicateId { id: 2 }
        );
        assert_eq!(format!("{:?}", key(1)), "SigningKey(1)");
    }
}
