//! One's own Stripe or QuickBooks in place of the simulated ones: where they are, with which keys, and the guard that
//! lets nothing be written to them without consent.
use crate::Stopped;
use crate::bundle::Bundle;
use app::ports::{Answer, Http};
use clap::Args;
use connectors::call::{Request, Response};
use connectors::fault::Fault;
use http::{Method, Uri};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

/// Settings that the file may hold, named as in a deployed bundle; texts are variables, objects are secrets.
const VARIABLES: [&str; 11] = [
    "ENTITY_NAME",
    "ENTITY_ADDRESS",
    "ZONE",
    "CURRENCY",
    "MAIL_FROM",
    "REPLY_DOMAIN",
    "PAYOUT_ORIGINATORS",
    "OWN_ACCOUNTS",
    "BANK_CSV",
    "QBO_REALM",
    "QBO_CLIENT_ID",
];
const SECRETS: [&str; 2] = ["STRIPE", "QUICKBOOKS"];

/// Which vendors are one's own.
#[derive(Debug, Clone, Default, Args)]
pub struct Own {
    /// Read payments from this Stripe; the simulated one is off.
    #[arg(long, value_name = "URL", requires = "settings")]
    pub stripe_api: Option<String>,
    /// Pull from this QuickBooks; the simulated one is off.
    #[arg(long, value_name = "URL", requires_all = ["settings", "quickbooks_token_url"])]
    pub quickbooks_api: Option<String>,
    /// Where its tokens are renewed.
    #[arg(long, value_name = "URL", requires = "quickbooks_api")]
    pub quickbooks_token_url: Option<String>,
    /// JSON with what they need (README, "Try it on your own data"); keys never stand on the command line.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Post applied payments to a QuickBooks that is not on this machine.
    #[arg(long)]
    pub live_posting: bool,
}

/// What the settings file says.
#[derive(Debug, Default)]
pub struct OwnSettings {
    pub vars: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, String>,
}

impl Own {
    /// Whether everything is simulated.
    pub fn is_none(&self) -> bool {
        self.stripe_api.is_none() && self.quickbooks_api.is_none()
    }

    /// Names the vendors, so that a data folder can be kept for one set of them.
    fn vendors(&self) -> String {
        let name = |api: &Option<String>| api.clone().unwrap_or_else(|| "simulated".into());
        format!("Stripe {}, QuickBooks {}", name(&self.stripe_api), name(&self.quickbooks_api))
    }

    /// Whether applied payments are posted: to this machine always, elsewhere with consent.
    pub fn is_posting(&self) -> bool {
        self.live_posting || self.quickbooks_api.as_deref().is_none_or(is_this_machine)
    }

    /// Whether a step of the shipped day makes sense: what happens to the made-up company does not happen to one's own.
    pub fn plays(&self, what: &str) -> bool {
        match what {
            "pull" | "tick" => true,
            "webhook" | "webhook-lost" | "sweep" => self.is_none(),
            _ => self.quickbooks_api.is_none(),
        }
    }

    /// Reads the settings file.
    ///
    /// # Errors
    /// A file that does not read, or a name that has no place in it; no value is shown.
    pub fn read(&self) -> Result<OwnSettings, Stopped> {
        let mut own = OwnSettings::default();
        if let Some(file) = &self.settings {
            let shown = file.display().to_string();
            let text = std::fs::read_to_string(file).map_err(Stopped::at(&shown))?;
            let given: BTreeMap<String, Value> = serde_json::from_str(&text).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                Stopped(format!("{shown}: is not a JSON object (line {line}, column {column})"))
            })?;
            for (name, value) in given {
                match value {
                    Value::String(text) if VARIABLES.contains(&name.as_str()) => {
                        own.vars.insert(name, text);
                    }
                    Value::Object(_) if SECRETS.contains(&name.as_str()) => {
                        own.secrets.insert(name, value.to_string());
                    }
                    _ => {
                        let (texts, objects) = (VARIABLES.join(", "), SECRETS.join(", "));
                        let why = format!("texts are {texts}, and objects {objects}");
                        return Err(Stopped(format!("{shown}: {name} has no place there: {why}")));
                    }
                }
            }
        }
        let endpoints = [
            ("STRIPE_API", &self.stripe_api),
            ("QBO_API", &self.quickbooks_api),
            ("QBO_TOKEN_URL", &self.quickbooks_token_url),
        ];
        for (name, url) in endpoints {
            own.vars.extend(url.iter().map(|url| (name.to_owned(), url.trim_end_matches('/').to_owned())));
        }
        Ok(own)
    }

    /// Keeps a data folder for these vendors: customers and invoices of two companies must not mix.
    ///
    /// # Errors
    /// A folder that is kept for others.
    pub fn keep(&self, bundle: &Bundle) -> Result<(), Stopped> {
        let (queues, vendors) = (&bundle.queues, self.vendors());
        // Folders from before this was recorded.
        let was_played = queues.setting("next_step")?.is_some();
        let simulated = was_played.then(|| Self::default().vendors());
        match queues.setting("vendors")?.or(simulated) {
            Some(kept) if kept != vendors => {
                let folder = bundle.folder.0.display();
                Err(Stopped(format!("{folder} is kept for {kept}: name another folder with --data")))
            }
            _ => queues.set("vendors", &vendors),
        }
    }

    /// What to say before the day, one line each.
    pub fn told(&self) -> Vec<String> {
        let off = |what: &str, url: &String| format!("{what} at {url}; the simulated one is off");
        let mut lines: Vec<String> = self.stripe_api.iter().map(|url| off("Stripe", url)).collect();
        lines.extend(self.quickbooks_api.iter().map(|url| off("QuickBooks", url)));
        if !self.is_posting() {
            lines.push("applied payments are not posted to QuickBooks without --live-posting".into());
        }
        lines.push("letters are files and go nowhere".into());
        lines
    }
}

/// Whether a URL leads back to this machine.
fn is_this_machine(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| is_loopback(&uri))
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Sends what reads, and what stays on this machine; anything else only if posting is allowed. Tokens are renewed in
/// any case.
pub struct GuardedHttp<H> {
    pub http: H,
    pub is_posting: bool,
    pub token_url: String,
}

impl<H: Http> Http for GuardedHttp<H> {
    fn send<'a>(&'a self, request: Request) -> Answer<'a, Result<Response, Fault>> {
        let (method, uri) = (request.method(), request.uri());
        let changes_nothing = method == Method::GET || *uri == self.token_url.as_str();
        if self.is_posting || changes_nothing || is_loopback(uri) {
            return self.http.send(request);
        }
        let host = uri.host().unwrap_or_default().to_owned();
        Box::pin(async move {
            Err(Fault::before_send(format!("nothing is written to {host} without --live-posting")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::doubles::http::ScriptedHttp;
    use bytes::Bytes;

    fn own(quickbooks: &str, live_posting: bool) -> Own {
        Own { quickbooks_api: Some(quickbooks.into()), live_posting, ..Own::default() }
    }

    #[test]
    fn posting_elsewhere_needs_consent() {
        for here in ["http://127.0.0.1:9", "http://localhost:9/x", "http://[::1]:9"] {
            assert!(own(here, false).is_posting(), "{here}");
        }
        for there in ["https://quickbooks.api.intuit.com", "http://127.0.0.1.example", "x y"] {
            assert!(!own(there, false).is_posting(), "{there}");
            assert!(own(there, true).is_posting(), "{there}");
        }
    }

    #[tokio::test]
    async fn the_guard_lets_reads_and_tokens_through() {
        let answer = |_: &Request| Ok(http::Response::new(Bytes::new()));
        let token_url = "https://oauth.example/token".to_owned();
        let guarded = GuardedHttp { http: ScriptedHttp::new(answer), is_posting: false, token_url };
        let send = async |method: &str, url: &str| {
            let request = http::Request::builder().method(method).uri(url).body(Bytes::new()).unwrap();
            guarded.send(request).await.is_ok()
        };
        assert!(send("GET", "https://api.example/v3/company/1/query").await);
        assert!(send("POST", "https://oauth.example/token").await);
        assert!(send("POST", "http://127.0.0.1:9/v3/company/1/payment").await);
        assert!(!send("POST", "https://api.example/v3/company/1/payment").await);
        assert!(!send("DELETE", "https://oauth.example/").await);
        assert_eq!(guarded.http.seen().len(), 3);
    }

    #[test]
    fn a_settings_file_names_what_is_out_of_place_and_shows_no_value() {
        let file = std::env::temp_dir().join(format!("dunlin-own-{}.json", std::process::id()));
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Own { settings: Some(file.clone()), ..Own::default() }.read()
        };
        let good = read(r#"{"QBO_REALM": "9130", "QUICKBOOKS": {"refresh_token": "secret-1"}}"#).unwrap();
        assert_eq!((good.vars.len(), good.secrets.len()), (1, 1));
        let faults = [
            r#"{"QBO_API": "secret-1"}"#,
            r#"{"STRIPE": "secret-1"}"#,
            r#"{"SENDING": "secret-1"}"#,
            "secret-1",
        ];
        for text in faults {
            let why = read(text).unwrap_err().to_string();
            assert!(why.contains(".json: ") && !why.contains("secret-1"), "{why}");
        }
        std::fs::remove_file(&file).unwrap();
    }
}
