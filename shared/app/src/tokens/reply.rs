//! The token in a letter's reply address. A reply that comes back to `ar+{token}@…` names its letter, whatever the
//! mail program did to the subject and the headers.
//!
//! Twenty bytes, thus 32 characters of base32 (RFC 4648, lower case) without padding: version, key id, 64 bits that
//! stand for the letter, 80 bits of MAC. Local parts travel in any case, so the alphabet may not depend on it.
use super::{SigningKey, SigningKeys, Usage};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use domain::ids::LetterId;
use hmac::Mac;
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const TAG_BYTES: usize = 10;
const TOKEN_BYTES: usize = 2 + 8 + TAG_BYTES;
const LOCAL_PART: &str = "ar+";

/// What a reply token says: the letter's short reference, under which the letter is looked up. It does not depend on
/// any key, so it outlives every change of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyRef([u8; 8]);

impl ReplyRef {
    /// The first 64 bits of the SHA-256 of the letter's id. They identify; what cannot be forged is the token.
    pub fn of(letter: &LetterId) -> Self {
        let digest: [u8; 32] = Sha256::digest(letter.as_str().as_bytes()).into();
        let (first, _) = digest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        Self(*first)
    }

    /// Sixteen lower-case hexadecimal digits, for keys of records.
    pub fn to_hex(self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

/// Makes and checks reply tokens.
#[derive(Debug, Clone)]
pub struct ReplyTokens {
    keys: SigningKeys,
}

impl ReplyTokens {
    pub const fn new(keys: SigningKeys) -> Self {
        Self { keys }
    }

    /// The same letter and key always give the same token: 32 characters of `a-z2-7`.
    pub fn make(&self, letter: &LetterId) -> String {
        let ReplyRef(id) = ReplyRef::of(letter);
        let key = &self.keys.current;
        let mut bytes = vec![VERSION, key.id];
        bytes.extend(id);
        let tag = mac(key, &id).finalize().into_bytes();
        bytes.extend(tag.iter().take(TAG_BYTES));
        BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
    }

    /// What the token stands for, or `None` unless one of our keys made it. Upper case counts like lower case.
    pub fn check(&self, token: &str) -> Option<ReplyRef> {
        let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).ok()?;
        let bytes: [u8; TOKEN_BYTES] = bytes.try_into().ok()?;
        let ([version, key_id], rest) = bytes.split_first_chunk::<2>()?;
        let (id, tag) = rest.split_first_chunk::<8>()?;
        if *version != VERSION {
            return None;
        }
        mac(self.keys.by_id(*key_id)?, id).verify_truncated_left(tag).ok()?;
        Some(ReplyRef(*id))
    }
}

fn mac(key: &SigningKey, id: &[u8; 8]) -> super::HmacSha256 {
    key.mac(Usage::Reply, &[&[VERSION, key.id], id])
}

/// "ar+{token}@{domain}".
pub fn reply_address(token: &str, domain: &str) -> String {
    format!("{LOCAL_PART}{token}@{domain}")
}

/// The token in an envelope recipient, in lower case; `None` for any other address. Only [`ReplyTokens::check`] tells
/// whether it is one of ours.
pub fn token_of_recipient(recipient: &str) -> Option<String> {
    let recipient = recipient.trim().to_ascii_lowercase();
    let bare = recipient.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(&recipient);
    let (local, domain) = bare.rsplit_once('@')?;
    let token = local.strip_prefix(LOCAL_PART)?;
    (!token.is_empty() && !domain.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u8, byte: u8) -> SigningKey {
        SigningKey::new(id, &[byte; 32]).unwrap()
    }

    fn tokens(current: SigningKey, previous: Vec<SigningKey>) -> ReplyTokens {
        ReplyTokens::new(SigningKeys::new(current, previous).unwrap())
    }

    #[test]
    fn a_token_comes_back_through_an_address_in_any_case() {
        let tokens = tokens(key(1, 7), vec![]);
        let letter = LetterId::new("letter-2026-11-24-qbo:130");
        let token = tokens.make(&letter);
        assert_eq!(token.len(), 32);
        assert!(token.chars().all(|c| c.is_ascii_lowercase() || ('2'..='7').contains(&c)));
        assert_eq!(token, tokens.make(&letter), "no chance in it");
        let address = reply_address(&token, "in.harbourpaper.example");
        for recipient in
            [address.clone(), address.to_uppercase(), format!("<{address}>"), format!(" {address} ")]
        {
            let found = token_of_recipient(&recipient).unwrap();
            assert_eq!(tokens.check(&found), Some(ReplyRef::of(&letter)), "{recipient}");
        }
        assert_eq!(tokens.check(&token.to_uppercase()), Some(ReplyRef::of(&letter)));
        assert_ne!(tokens.make(&LetterId::new("letter-2")), token);
    }

    #[test]
    fn every_single_change_of_a_token_is_refused() {
        let tokens = tokens(key(1, 7), vec![key(2, 8)]);
        let token = tokens.make(&LetterId::new("letter-1"));
        let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(tokens.check(&BASE32_NOPAD.encode(&forged)), None, "bit {bit}");
        }
        for length in 0..token.len() {
            assert_eq!(tokens.check(&token[..length]), None, "{length} characters");
        }
        for other in [format!("{token}aa"), format!("{token}="), format!(" {token}"), "ä".repeat(16)] {
            assert_eq!(tokens.check(&other), None, "{other}");
        }
    }

    #[test]
    fn an_old_key_counts_until_it_is_dropped() {
        let letter = LetterId::new("letter-1");
        let old = tokens(key(1, 7), vec![]).make(&letter);
        let rotated = tokens(key(2, 8), vec![key(1, 7)]);
        assert_eq!(rotated.check(&old), Some(ReplyRef::of(&letter)));
        assert_ne!(rotated.make(&letter), old);
        assert_eq!(tokens(key(2, 8), vec![]).check(&old), None, "dropped");
        assert_eq!(tokens(key(1, 9), vec![]).check(&old), None, "the same id, another secret");
    }

    #[test]
    fn other_addresses_hold_no_token() {
        for recipient in
            ["ar@in.example", "ar+@in.example", "hello@in.example", "ar+abc", "ar+abc@", "xar+abc@in.example"]
        {
            assert_eq!(token_of_recipient(recipient), None, "{recipient}");
        }
    }

    #[test]
    fn the_reference_is_pinned() {
        // sha256("letter-1"), first eight bytes: stored keys depend on it.
        assert_eq!(ReplyRef::of(&LetterId::new("letter-1")).to_hex(), "07c5600974c0bdd6");
    }
}
