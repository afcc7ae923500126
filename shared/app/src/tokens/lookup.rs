//! Finding a contact by address, or a payer by account, where the plain text is not kept.
use super::{SigningKey, Usage};
use data_encoding::HEXLOWER;
use domain::mutant;
use domain::sealed::LookupHash;
use hmac::Mac;

/// The keyed digest of a mail address or an account number: lower case, and without any white space, since IBANs are
/// written in groups of four. The key must stay: under another one, nothing that is stored is found.
pub fn lookup_hash(key: &SigningKey, text: &str) -> LookupHash {
    let spelt = if mutant!("case-of-an-address-counts") { text.to_owned() } else { text.to_lowercase() };
    let normalised: String = spelt.chars().filter(|c| !c.is_whitespace()).collect();
    let digest = key.mac(Usage::Lookup, &[normalised.as_bytes()]).finalize().into_bytes();
    LookupHash(HEXLOWER.encode(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter_and_the_key_does() {
        let key = |byte: u8| SigningKey::new(1, &[byte; 32]).unwrap();
        let hash = lookup_hash(&key(7), "dana@northfield.example");
        assert_eq!(hash, lookup_hash(&key(7), "  Dana@Northfield.EXAMPLE\n"));
        assert_ne!(hash, lookup_hash(&key(8), "dana@northfield.example"));
        assert_ne!(hash, lookup_hash(&key(7), "dan@northfield.example"));
        assert!(hash.0.len() == 64 && !hash.0.contains("dana"));
        assert_eq!(
            lookup_hash(&key(7), "DE02 1203 0000 0000 2020 51"),
            lookup_hash(&key(7), "de02120300000000202051")
        );
    }
}
