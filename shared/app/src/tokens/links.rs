//! Signed links for debtors: whoever holds one may see one customer's open invoices at one entity, or stop the
//! reminders to one contact, until it expires. No login, and nothing to guess.
//!
//! `1.{key id}.{purpose}.{expiry, Unix seconds}.{entity}.{customer}.{contact}.{tag}`: ids and tag in base64url, the
//! tag 128 bits over everything before it. The text is signed as it stands, so no token has two spellings.
use super::{SigningKeys, Usage};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use domain::ids::{ContactId, CustomerId, EntityId};
use hmac::Mac;

const VERSION: &str = "1";
const TAG_BYTES: usize = 16;

/// What a link is good for. A link for one purpose is refused for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// See the open invoices, pay, promise or dispute.
    View,
    /// Stop automatic reminders to the contact.
    OptOut,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::OptOut => "stop",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::View, Self::OptOut].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// What a link says, once checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkClaims {
    pub purpose: Purpose,
    pub entity: EntityId,
    pub customer: CustomerId,
    pub contact: ContactId,
    /// To the second.
    pub expires_at: DateTime<Utc>,
}

/// Why a link does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefused {
    #[error("the link is incomplete or garbled")]
    Malformed,
    /// Also a link under a key that no longer counts.
    #[error("the link was not made by us")]
    Forged,
    #[error("the link has expired")]
    Expired,
    #[error("the link is for something else")]
    WrongPurpose,
}

/// Makes and checks link tokens.
#[derive(Debug, Clone)]
pub struct Links {
    keys: SigningKeys,
}

impl Links {
    pub const fn new(keys: SigningKeys) -> Self {
        Self { keys }
    }

    /// A token of letters, digits, `-`, `_` and `.`, safe in a path or a query. It hides nothing of the ids.
    pub fn make(
        &self,
        purpose: Purpose,
        entity: &EntityId,
        customer: &CustomerId,
        contact: &ContactId,
        expires_at: DateTime<Utc>,
    ) -> String {
        let key = &self.keys.current;
        let ids = [entity.as_str(), customer.as_str(), contact.as_str()];
        let ids = ids.map(|id| BASE64URL_NOPAD.encode(id.as_bytes())).join(".");
        let signed = format!("{VERSION}.{}.{}.{}.{ids}", key.id, purpose.as_str(), expires_at.timestamp());
        let tag = key.mac(Usage::Link, &[signed.as_bytes()]).finalize().into_bytes();
        let tag: Vec<u8> = tag.into_iter().take(TAG_BYTES).collect();
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&tag))
    }

    /// Checks a token for a purpose at an instant.
    ///
    /// # Errors
    /// [`LinkRefused`]; nothing a token says counts before its tag does.
    pub fn check(
        &self,
        token: &str,
        purpose: Purpose,
        now: DateTime<Utc>,
    ) -> Result<LinkClaims, LinkRefused> {
        let (signed, tag) = token.rsplit_once('.').ok_or(LinkRefused::Malformed)?;
        let parts: Vec<&str> = signed.split('.').collect();
        let [VERSION, key_id, made_for, expires_at, entity, customer, contact] = parts.as_slice() else {
            return Err(LinkRefused::Malformed);
        };
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).map_err(|_| LinkRefused::Malformed)?;
        if tag.len() != TAG_BYTES {
            return Err(LinkRefused::Malformed);
        }
        let key_id = key_id.parse().map_err(|_| LinkRefused::Malformed)?;
        let key = self.keys.by_id(key_id).ok_or(LinkRefused::Forged)?;
        key.mac(Usage::Link, &[signed.as_bytes()])
            .verify_truncated_left(&tag)
            .map_err(|_| LinkRefused::Forged)?;
        let claims = LinkClaims {
            purpose: Purpose::parse(made_for).ok_or(LinkRefused::Malformed)?,
            entity: EntityId::new(id(entity)?),
            customer: CustomerId::new(id(customer)?),
            contact: ContactId::new(id(contact)?),
            expires_at: instant(expires_at)?,
        };
        if claims.purpose != purpose {
            return Err(LinkRefused::WrongPurpose);
        }
        if now >= claims.expires_at {
            return Err(LinkRefused::Expired);
        }
        Ok(claims)
    }
}

fn id(encoded: &str) -> Result<String, LinkRefused> {
    let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).map_err(|_| LinkRefused::Malformed)?;
    String::from_utf8(bytes).map_err(|_| LinkRefused::Malformed)
}

fn instant(seconds: &str) -> Result<DateTime<Utc>, LinkRefused> {
    let seconds = seconds.parse().map_err(|_| LinkRefused::Malformed)?;
    DateTime::from_timestamp(seconds, 0).ok_or(LinkRefused::Malformed)
}

#[cfg(test)]
mod tests {
    use super::super::SigningKey;
    use super::*;

    fn links(current: (u8, u8), previous: &[(u8, u8)]) -> Links {
        let key = |(id, byte): (u8, u8)| SigningKey::new(id, &[byte; 32]).unwrap();
        Links::new(SigningKeys::new(key(current), previous.iter().copied().map(key).collect()).unwrap())
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    const NOW: &str = "2026-11-24T09:30:00Z";
    const EXPIRY: &str = "2027-01-01T00:00:00Z";

    fn made(links: &Links, purpose: Purpose) -> String {
        let (entity, customer, contact) =
            (EntityId::new("hp-us"), CustomerId::new("qbo:13"), ContactId::new("c.7ü"));
        links.make(purpose, &entity, &customer, &contact, at(EXPIRY))
    }

    #[test]
    fn a_link_says_what_was_put_in() {
        let links = links((1, 7), &[]);
        let token = made(&links, Purpose::View);
        assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{token}");
        let claims = links.check(&token, Purpose::View, at(NOW)).unwrap();
        assert_eq!(
            (claims.entity.as_str(), claims.customer.as_str(), claims.contact.as_str()),
            ("hp-us", "qbo:13", "c.7ü")
        );
        assert_eq!((claims.purpose, claims.expires_at), (Purpose::View, at(EXPIRY)));
    }

    #[test]
    fn a_link_ends_on_the_second_and_serves_one_purpose() {
        let links = links((1, 7), &[]);
        let token = made(&links, Purpose::View);
        assert!(links.check(&token, Purpose::View, at("2026-12-31T23:59:59Z")).is_ok());
        assert_eq!(links.check(&token, Purpose::View, at(EXPIRY)), Err(LinkRefused::Expired));
        assert_eq!(links.check(&token, Purpose::OptOut, at(NOW)), Err(LinkRefused::WrongPurpose));
        assert_eq!(
            links.check(&token.replace(".view.", ".stop."), Purpose::OptOut, at(NOW)),
            Err(LinkRefused::Forged)
        );
    }

    #[test]
    fn every_single_change_is_refused() {
        let links = links((1, 7), &[(2, 8)]);
        let token = made(&links, Purpose::OptOut);
        for i in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[i] = if forged[i] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            let refused = links.check(&forged, Purpose::OptOut, at(NOW));
            assert!(
                matches!(refused, Err(LinkRefused::Forged | LinkRefused::Malformed)),
                "{forged}: {refused:?}"
            );
            let cut = links.check(&token[..i], Purpose::OptOut, at(NOW));
            assert!(matches!(cut, Err(LinkRefused::Forged | LinkRefused::Malformed)), "{i}: {cut:?}");
        }
        let later = token.replace(&at(EXPIRY).timestamp().to_string(), "4102444800");
        assert_eq!(links.check(&later, Purpose::OptOut, at(NOW)), Err(LinkRefused::Forged));
        let rekeyed = token.replacen("1.1.", "1.2.", 1);
        assert_eq!(links.check(&rekeyed, Purpose::OptOut, at(NOW)), Err(LinkRefused::Forged));
        for garbled in ["", ".", "1.1.view.0...", &format!("{token}.x"), &token.to_uppercase()] {
            assert!(links.check(garbled, Purpose::OptOut, at(NOW)).is_err(), "{garbled}");
        }
    }

    #[test]
    fn an_old_key_counts_until_it_is_dropped() {
        let token = made(&links((1, 7), &[]), Purpose::View);
        assert!(links((2, 8), &[(1, 7)]).check(&token, Purpose::View, at(NOW)).is_ok());
        assert_eq!(links((2, 8), &[]).check(&token, Purpose::View, at(NOW)), Err(LinkRefused::Forged));
        assert_eq!(links((1, 8), &[]).check(&token, Purpose::View, at(NOW)), Err(LinkRefused::Forged));
    }
}
