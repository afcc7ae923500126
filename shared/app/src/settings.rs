//! The deployment's settings, read once from variables and secrets that `shared/aws` or `infra/local` gives.
use base64::Engine as _;
use chrono_tz::Tz;
use connectors::bank::CsvMapping;
use domain::ids::EntityId;
use domain::money::{Currency, currency};
use std::collections::BTreeMap;
use std::fmt;

/// Text that never shows in `Debug` output or logs.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SecretText(String);

impl SecretText {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "SecretText(none)" } else { "SecretText(…)" })
    }
}

/// The deployment's own keys; each base64 of 32 bytes.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    pub lookup: SecretText,
    pub reply: SecretText,
    pub link: SecretText,
    pub session: SecretText,
}

#[derive(Debug, Clone, Default)]
pub struct StripeSettings {
    pub api: String,
    pub api_key: SecretText,
    /// The current secret and, while it is rolled, the previous one.
    pub webhook_secrets: Vec<SecretText>,
}

#[derive(Debug, Clone, Default)]
pub struct QuickBooksSettings {
    pub api: String,
    pub token_url: String,
    pub realm: String,
    pub client_id: String,
    pub client_secret: SecretText,
    /// The refresh token to start with; the current one is kept in `connections`.
    pub refresh_token: SecretText,
}

#[derive(Debug, Clone, Default)]
pub struct SignInSettings {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretText,
    /// Verified addresses that may enter, lower case.
    pub emails: Vec<String>,
    /// Groups that may enter.
    pub groups: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Settings {
    pub entity: EntityId,
    /// The creditor's name and postal address, as letters show them.
    pub entity_name: String,
    pub entity_address: String,
    pub zone: Tz,
    /// The ledger's home currency.
    pub currency: Currency,
    pub mail_from: String,
    /// The domain whose mail comes back to us.
    pub reply_domain: String,
    pub portal_url: String,
    pub console_url: Option<String>,
    /// Letters leave, and payments are posted to the ledger, only when this says `live`.
    pub is_sending: bool,
    pub archive_bucket: String,
    pub intake_bucket: String,
    pub stripe: StripeSettings,
    pub quickbooks: QuickBooksSettings,
    pub sign_in: SignInSettings,
    pub keys: Keys,
    /// Originators on a bank statement whose credits are payouts, never customer payments.
    pub payout_originators: Vec<String>,
    /// Bank accounts of the company: what comes from one is no customer payment. Capitals, no spaces.
    pub own_accounts: Vec<String>,
    /// How the CSV exports of the company's banks are to be read.
    pub bank_csv: Vec<CsvMapping>,
}

/// A setting that is missing or does not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("setting {name}: {why}")]
pub struct SettingError {
    pub name: String,
    pub why: String,
}

type Secrets = BTreeMap<String, String>;

impl Settings {
    /// Reads settings from variables by name and secrets by name (`STRIPE`, `QUICKBOOKS`, `KEYS`, `OIDC`; JSON).
    /// What a function does not use may be absent: it then holds empty text, and using it fails.
    ///
    /// # Errors
    /// The first variable that is there and does not read, by name.
    pub fn read(vars: &BTreeMap<String, String>, secrets: &Secrets) -> Result<Self, SettingError> {
        let text = |name: &str| vars.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let or = |name: &str, default: &str| {
            Some(text(name)).filter(|t| !t.is_empty()).unwrap_or(default.to_owned())
        };
        let list = |name: &str| split(&text(name));
        let fault = |name: &str, why: String| SettingError { name: name.to_owned(), why };
        let zone = or("ZONE", "UTC").parse().map_err(|error| fault("ZONE", format!("{error}")))?;
        let home = currency(&or("CURRENCY", "USD")).map_err(|error| fault("CURRENCY", error.to_string()))?;
        let is_sending = match or("SENDING", "dry-run").as_str() {
            "live" => true,
            "dry-run" => false,
            other => return Err(fault("SENDING", format!("{other:?} is neither live nor dry-run"))),
        };
        let stripe = secret(secrets, "STRIPE")?;
        let quickbooks = secret(secrets, "QUICKBOOKS")?;
        let keys = secret(secrets, "KEYS")?;
        let oidc = secret(secrets, "OIDC")?;
        let of = |map: &Secrets, name: &str| SecretText::new(map.get(name).cloned().unwrap_or_default());
        let webhook_secrets = ["webhook_secret", "webhook_secret_previous"].map(|name| of(&stripe, name));
        Ok(Self {
            entity: EntityId::new(or("ENTITY", "main")),
            entity_name: text("ENTITY_NAME"),
            entity_address: text("ENTITY_ADDRESS"),
            zone,
            currency: home,
            mail_from: text("MAIL_FROM"),
            reply_domain: text("REPLY_DOMAIN"),
            portal_url: text("PORTAL_URL").trim_end_matches('/').to_owned(),
            console_url: Some(text("CONSOLE_URL").trim_end_matches('/').to_owned())
                .filter(|url| !url.is_empty()),
            is_sending,
            archive_bucket: text("ARCHIVE_BUCKET"),
            intake_bucket: text("INTAKE_BUCKET"),
            stripe: StripeSettings {
                api: or("STRIPE_API", "https://api.stripe.com"),
                api_key: of(&stripe, "api_key"),
                webhook_secrets: webhook_secrets.into_iter().filter(|secret| !secret.is_empty()).collect(),
            },
            quickbooks: QuickBooksSettings {
                api: or("QBO_API", "https://quickbooks.api.intuit.com"),
                token_url: or("QBO_TOKEN_URL", "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
                realm: text("QBO_REALM"),
                client_id: text("QBO_CLIENT_ID"),
                client_secret: of(&quickbooks, "client_secret"),
                refresh_token: of(&quickbooks, "refresh_token"),
            },
            sign_in: SignInSettings {
                issuer: text("OIDC_ISSUER").trim_end_matches('/').to_owned(),
                client_id: text("OIDC_CLIENT_ID"),
                client_secret: of(&oidc, "client_secret"),
                emails: list("OIDC_EMAILS").into_iter().map(|email| email.to_lowercase()).collect(),
                groups: list("OIDC_GROUPS"),
            },
            keys: Keys {
                lookup: of(&keys, "lookup"),
                reply: of(&keys, "reply"),
                link: of(&keys, "link"),
                session: of(&keys, "session"),
            },
            payout_originators: split(&or("PAYOUT_ORIGINATORS", "STRIPE")),
            own_accounts: list("OWN_ACCOUNTS").iter().map(|account| compact(account)).collect(),
            bank_csv: bank_csv(&text("BANK_CSV")).map_err(|why| fault("BANK_CSV", why))?,
        })
    }
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn compact(account: &str) -> String {
    account.split_whitespace().collect::<String>().to_uppercase()
}

/// Mappings as a JSON list; none where the setting is empty.
fn bank_csv(json: &str) -> Result<Vec<CsvMapping>, String> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    let mappings: Vec<CsvMapping> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let faults = mappings.iter().flat_map(|mapping| {
        mapping.faults().into_iter().map(|fault| format!("mapping {:?}, {fault}", mapping.name))
    });
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { Ok(mappings) } else { Err(faults.join("; ")) }
}

fn secret(secrets: &Secrets, name: &str) -> Result<Secrets, SettingError> {
    let Some(json) = secrets.get(name) else { return Ok(Secrets::new()) };
    serde_json::from_str(json).map_err(|error| SettingError {
        name: format!("secret {name}"),
        why: format!("is not a JSON object of texts (line {}, column {})", error.line(), error.column()),
    })
}

/// Decodes one of the deployment's keys.
///
/// # Errors
/// Anything but base64 of 32 bytes; the key itself is not shown.
pub fn key_bytes(name: &str, key: &SecretText) -> Result<[u8; 32], SettingError> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(key.reveal()).unwrap_or_default();
    let why = "must be base64 of 32 bytes".to_owned();
    bytes.try_into().map_err(|_| SettingError { name: format!("key {name}"), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn sending_is_off_unless_it_says_live() {
        let read = |value: &str| Settings::read(&vars(&[("SENDING", value)]), &Secrets::new());
        assert!(!read("").unwrap().is_sending && !read("dry-run").unwrap().is_sending);
        assert!(read("live").unwrap().is_sending);
        assert_eq!(read("yes").unwrap_err().name, "SENDING");
    }

    #[test]
    fn a_csv_mapping_is_read_whole_or_refused_by_name() {
        let read = |json: &str| Settings::read(&vars(&[("BANK_CSV", json)]), &Secrets::new());
        let good = r#"[{"name":"house bank","account":"DE1","currency":"EUR",
            "columns":{"booked_on":"Date","amount":"Amount"}}]"#;
        assert_eq!(read(good).unwrap().bank_csv[0].name, "house bank");
        assert!(read("").unwrap().bank_csv.is_empty());
        let error =
            read(r#"[{"name":"b","account":"1","currency":"EUX","columns":{"booked_on":"D","amount":"A"}}]"#);
        let why = error.unwrap_err().to_string();
        assert_eq!(why, "setting BANK_CSV: mapping \"b\", currency: unknown currency \"EUX\"");
        assert!(read(r#"[{"name":"b","columns":{"booked":"D"}}]"#).is_err());
    }

    #[test]
    fn secrets_do_not_show() {
        let secrets = vars(&[("STRIPE", r#"{"api_key":"sk_live_1","webhook_secret":"whsec_1"}"#)]);
        let settings = Settings::read(&vars(&[]), &secrets).unwrap();
        let shown = format!("{settings:?}");
        assert!(!shown.contains("sk_live_1") && !shown.contains("whsec_1"), "{shown}");
        assert_eq!(settings.stripe.webhook_secrets.len(), 1);
    }
}
