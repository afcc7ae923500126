//! The secrets a function was given: `SECRET_<NAME>` in its environment is the ARN of one.
use crate::bootstrap::Vars;
use app::ports::Unavailable;
use app::sealing::SealingKey;
use app::settings::{SecretText, key_bytes};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use futures::future::try_join_all;
use std::collections::BTreeMap;
use std::fmt;

const PREFIX: &str = "SECRET_";

/// Secret texts (JSON) by name; never shown.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    pub fn new(texts: BTreeMap<String, String>) -> Self {
        Self(texts)
    }

    /// Reads every secret named in `vars`, all at once.
    ///
    /// # Errors
    /// The first secret that could not be read, by name.
    pub async fn read(client: &Client, vars: &Vars) -> Result<Self, Unavailable> {
        let named = vars.iter().filter_map(|(var, arn)| Some((var.strip_prefix(PREFIX)?, arn)));
        let texts = try_join_all(named.map(|(name, arn)| read_one(client, name, arn))).await?;
        Ok(Self(texts.into_iter().collect()))
    }

    /// The JSON text of a secret.
    ///
    /// # Errors
    /// `Unavailable` naming the secret, where this function was not given it.
    pub fn text(&self, name: &str) -> Result<&str, Unavailable> {
        let text = self.0.get(name).map(String::as_str);
        text.ok_or_else(|| unavailable(name, format!("{PREFIX}{name} is not set")))
    }

    /// All texts by name.
    pub const fn texts(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// A 256-bit key in base64, kept under `field` of a secret.
    ///
    /// # Errors
    /// `Unavailable` naming the secret, where it is absent or of another form.
    pub fn key(&self, name: &str, field: &str) -> Result<SealingKey, Unavailable> {
        let wrong = || unavailable(name, format!("{field} is not base64 of 32 bytes"));
        let held: BTreeMap<String, String> = serde_json::from_str(self.text(name)?).map_err(|_| wrong())?;
        let text = SecretText::new(held.get(field).cloned().unwrap_or_default());
        Ok(SealingKey::new(key_bytes(field, &text).map_err(|_| wrong())?))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

async fn read_one(client: &Client, name: &str, arn: &str) -> Result<(String, String), Unavailable> {
    let answer = client.get_secret_value().secret_id(arn).send().await;
    let answer = answer.map_err(|error| unavailable(name, DisplayErrorContext(error).to_string()))?;
    let text = answer.secret_string.ok_or_else(|| unavailable(name, "it holds no text".to_owned()))?;
    Ok((name.to_owned(), text))
}

fn unavailable(name: &str, why: String) -> Unavailable {
    Unavailable { what: "secret", why: format!("{name}: {why}") }
}
