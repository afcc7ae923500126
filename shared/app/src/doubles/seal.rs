//! Real sealing under keys derived from the subject, with counted nonces: no text leaks into a snapshot unsealed.
use super::lock;
use crate::ports::{Answer, Seal, Unavailable};
use crate::sealing::{self, SealingError, SealingKey};
use domain::sealed::Sealed;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct PlainSeal {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sealed: u64,
    destroyed: BTreeSet<String>,
}

impl PlainSeal {
    pub fn new() -> Self {
        Self::default()
    }

    fn key(subject: &str) -> Result<SealingKey, SealingError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"the doubles' master key")
            .map_err(|_| SealingError::Malformed)?;
        mac.update(subject.as_bytes());
        Ok(SealingKey::new(mac.finalize().into_bytes().into()))
    }

    fn seal_now(&self, subject: &str, text: &str) -> Result<Sealed, SealingError> {
        let count = {
            let mut state = lock(&self.state);
            state.sealed += 1;
            state.sealed
        };
        let mut nonce = [0; 12];
        for (byte, from) in nonce.iter_mut().zip(count.to_le_bytes()) {
            *byte = from;
        }
        sealing::seal(&Self::key(subject)?, nonce, subject, text.as_bytes())
    }

    fn open_now(&self, subject: &str, sealed: &Sealed) -> Result<Option<String>, SealingError> {
        if lock(&self.state).destroyed.contains(subject) {
            return Ok(None);
        }
        let plain = sealing::open(&Self::key(subject)?, subject, sealed)?;
        String::from_utf8(plain).map(Some).map_err(|_| SealingError::Malformed)
    }
}

fn unavailable(error: SealingError) -> Unavailable {
    Unavailable { what: "seal", why: error.to_string() }
}

impl Seal for PlainSeal {
    fn seal<'a>(&'a self, subject: &'a str, text: &'a str) -> Answer<'a, Result<Sealed, Unavailable>> {
        Box::pin(async move { self.seal_now(subject, text).map_err(unavailable) })
    }

    fn open<'a>(
        &'a self,
        subject: &'a str,
        sealed: &'a Sealed,
    ) -> Answer<'a, Result<Option<String>, Unavailable>> {
        Box::pin(async move { self.open_now(subject, sealed).map_err(unavailable) })
    }

    fn destroy<'a>(&'a self, subject: &'a str) -> Answer<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            lock(&self.state).destroyed.insert(subject.to_owned());
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_text_seals_differently_and_opens_until_destroyed() {
        let seal = PlainSeal::new();
        let one = seal.seal("c-1", "Jo").await.unwrap();
        let two = seal.seal("c-1", "Jo").await.unwrap();
        assert_ne!(one, two);
        assert_eq!(seal.open("c-1", &one).await, Ok(Some("Jo".into())));
        assert!(seal.open("c-2", &one).await.is_err());
        seal.destroy("c-1").await.unwrap();
        assert_eq!(seal.open("c-1", &two).await, Ok(None));
    }
}
