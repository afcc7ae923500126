//! The deployment's keyed tokens and digests, made from its settings.
use crate::App;
use crate::settings::{SecretText, key_bytes};
use crate::tokens::{Links, ReplyTokens, SigningKey, SigningKeys, lookup_hash};
use crate::worker::Failure;
use domain::sealed::LookupHash;

fn signing_key(name: &str, key: &SecretText) -> Result<SigningKey, Failure> {
    let bytes = key_bytes(name, key).map_err(|error| Failure::retry(error.to_string()))?;
    SigningKey::new(1, &bytes).map_err(|error| Failure::retry(error.to_string()))
}

fn signing_keys(name: &str, key: &SecretText) -> Result<SigningKeys, Failure> {
    SigningKeys::new(signing_key(name, key)?, vec![]).map_err(|error| Failure::retry(error.to_string()))
}

/// The keyed digest by which an address or account is found.
///
/// # Errors
/// A retry while the key is not configured.
pub fn lookup(app: &App, text: &str) -> Result<LookupHash, Failure> {
    Ok(lookup_hash(&signing_key("lookup", &app.settings.keys.lookup)?, text))
}

/// # Errors
/// A retry while the key is not configured.
pub fn reply_tokens(app: &App) -> Result<ReplyTokens, Failure> {
    Ok(ReplyTokens::new(signing_keys("reply", &app.settings.keys.reply)?))
}

/// # Errors
/// A retry while the key is not configured.
pub fn links(app: &App) -> Result<Links, Failure> {
    Ok(Links::new(signing_keys("link", &app.settings.keys.link)?))
}
