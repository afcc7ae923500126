//! Authenticated encryption of personal text, as pure functions of key and nonce.
//!
//! Format: base64 of `version ∥ nonce ∥ ciphertext ∥ tag`, AES-256-GCM (NIST SP 800-38D) with a 96-bit nonce. The
//! subject is the associated data, so a text moved to another subject does not open.
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::sealed::Sealed;
use std::fmt;

const VERSION: u8 = 1;
const NONCE_LEN: usize = 12;

/// A 256-bit key; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey([u8; 32]);

/// 96 bits that must never come twice under one key.
pub type SealingNonce = [u8; NONCE_LEN];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    #[error("the sealed text is not base64 of version, nonce and ciphertext")]
    Malformed,
    #[error("sealing version {0} is unknown")]
    UnknownVersion(u8),
    /// Another key, another subject, or a changed text.
    #[error("the sealed text does not open under this key and subject")]
    Refused,
    #[error("the text is too long to seal")]
    TooLong,
}

impl SealingKey {
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key from bytes that must be 32.
    ///
    /// # Errors
    /// [`SealingError::Malformed`] for any other length.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SealingError> {
        bytes.try_into().map(Self).map_err(|_| SealingError::Malformed)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// Seals `plain` for `subject`.
///
/// # Errors
/// [`SealingError::TooLong`] above the cipher's 64 GiB.
pub fn seal(
    key: &SealingKey,
    nonce: SealingNonce,
    subject: &str,
    plain: &[u8],
) -> Result<Sealed, SealingError> {
    let payload = Payload { msg: plain, aad: subject.as_bytes() };
    let ciphertext = cipher(key).encrypt(&Nonce::from(nonce), payload).map_err(|_| SealingError::TooLong)?;
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&ciphertext);
    Ok(Sealed(STANDARD.encode(bytes)))
}

/// Opens what [`seal`] made for the same key and subject.
///
/// # Errors
/// [`SealingError`]: malformed, of an unknown version, or not authentic.
pub fn open(key: &SealingKey, subject: &str, sealed: &Sealed) -> Result<Vec<u8>, SealingError> {
    let bytes = STANDARD.decode(&sealed.0).map_err(|_| SealingError::Malformed)?;
    let (version, rest) = bytes.split_first().ok_or(SealingError::Malformed)?;
    if *version != VERSION {
        return Err(SealingError::UnknownVersion(*version));
    }
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealingError::Malformed)?;
    let payload = Payload { msg: ciphertext, aad: subject.as_bytes() };
    cipher(key).decrypt(&Nonce::from(*nonce), payload).map_err(|_| SealingError::Refused)
}

fn cipher(key: &SealingKey) -> Aes256Gcm {
    Aes256Gcm::new(&key.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: SealingKey = SealingKey::new([7; 32]);

    #[test]
    fn what_was_sealed_opens_for_its_subject_alone() {
        let sealed = seal(&KEY, [1; 12], "customer-1", "Jo Müller".as_bytes()).unwrap();
        assert_eq!(open(&KEY, "customer-1", &sealed).unwrap(), "Jo Müller".as_bytes());
        assert_eq!(open(&KEY, "customer-2", &sealed), Err(SealingError::Refused));
        assert_eq!(open(&SealingKey::new([8; 32]), "customer-1", &sealed), Err(SealingError::Refused));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let sealed = seal(&KEY, [1; 12], "s", b"text").unwrap();
        let bytes = STANDARD.decode(&sealed.0).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(open(&KEY, "s", &Sealed(STANDARD.encode(changed))).is_err(), "byte {at}");
        }
        assert_eq!(open(&KEY, "s", &Sealed("AQ==".into())), Err(SealingError::Malformed));
        assert_eq!(open(&KEY, "s", &Sealed("Ag==".into())), Err(SealingError::UnknownVersion(2)));
    }

    // McGrew and Viega, "The Galois/Counter Mode of Operation", test case 14 (AES-256, zero key, nonce and block).
    #[test]
    fn the_cipher_is_aes_256_gcm() {
        let sealed = seal(&SealingKey::new([0; 32]), [0; 12], "", &[0; 16]).unwrap();
        let bytes = STANDARD.decode(&sealed.0).unwrap();
        assert_eq!(
            hex::encode(&bytes[13..]),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
        );
    }
}
