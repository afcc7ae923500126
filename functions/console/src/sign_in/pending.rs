//! A sign-in under way: what its answer must agree with, sealed for the browser to carry.
use crate::session::{SessionKeys, draw};
use crate::stop::Stop;
use app::App;
use app::sealing::{SealingKey, open, seal};
use chrono::{DateTime, Utc};
use domain::sealed::Sealed;
use serde::{Deserialize, Serialize};

/// How long someone may take at the issuer.
pub const PENDING_SECONDS: i64 = 600;
const SUBJECT: &str = "sign-in";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub state: String,
    pub nonce: String,
    /// The PKCE verifier: whoever reads it could redeem the code, hence sealed and not just signed.
    pub verifier: String,
    /// The page to go to afterwards: a path here.
    pub to: String,
    /// Unix seconds.
    until: i64,
}

impl Pending {
    pub fn begin(app: &App, to: Option<String>) -> Self {
        // A path of ours and no other host's: browsers read "//" and "/\" as the start of an address.
        let is_ours = |to: &String| {
            to.starts_with('/')
                && !to.starts_with("//")
                && to.chars().all(|c| c.is_ascii_graphic() && c != '\\')
        };
        Self {
            state: draw(app),
            nonce: draw(app),
            // RFC 7636, 4.1: at least 43 characters.
            verifier: [draw(app), draw(app), draw(app)].concat(),
            to: to.filter(is_ours).unwrap_or_else(|| "/".to_owned()),
            until: app.clock.now().timestamp() + PENDING_SECONDS,
        }
    }

    /// # Errors
    /// Text too long to seal, which this never is.
    pub fn seal(&self, app: &App, keys: &SessionKeys) -> Result<String, Stop> {
        let broken = |why: String| Stop::Broken(format!("sign-in state: {why}"));
        let text = serde_json::to_vec(self).map_err(|error| broken(error.to_string()))?;
        let mut nonce = [0; 12];
        app.entropy.fill(&mut nonce);
        let sealed = seal(&SealingKey::new(keys.sign_in_key()), nonce, SUBJECT, &text);
        Ok(sealed.map_err(|error| broken(error.to_string()))?.0)
    }

    pub fn open(sealed: &str, keys: &SessionKeys, now: DateTime<Utc>) -> Option<Self> {
        let text = open(&SealingKey::new(keys.sign_in_key()), SUBJECT, &Sealed(sealed.to_owned())).ok()?;
        let pending: Self = serde_json::from_slice(&text).ok()?;
        (now.timestamp() < pending.until).then_some(pending)
    }
}
