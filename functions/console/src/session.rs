//! The session: a signed cookie that says who signed in and until when, and the form token that belongs to it.
use app::App;
use app::settings::{SettingError, Settings, key_bytes};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How long a session lasts, however busy it is.
pub const SESSION_SECONDS: i64 = 8 * 3_600;

/// Tags of one use never fit another, and no label begins another.
#[derive(Clone, Copy)]
enum Usage {
    Session,
    Form,
    SignIn,
}

impl Usage {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"dunlin console session\n",
            Self::Form => b"dunlin console form\n",
            Self::SignIn => b"dunlin console sign-in\n",
        }
    }
}

/// What is derived from the deployment's session key.
pub struct SessionKeys(Hmac<Sha256>);

impl SessionKeys {
    /// # Errors
    /// A key that is absent or not 32 bytes: nobody can sign in.
    pub fn of(settings: &Settings) -> Result<Self, SettingError> {
        let key = key_bytes("session", &settings.keys.session)?;
        // HMAC fills a short key up to its block with zeros (RFC 2104, 2); done here, keying cannot fail.
        let mut block = [0; 64];
        for (byte, from) in block.iter_mut().zip(key) {
            *byte = from;
        }
        Ok(Self(<Hmac<Sha256> as Mac>::new(&block.into())))
    }

    fn mac(&self, usage: Usage, text: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(usage.label());
        mac.update(text);
        mac
    }

    /// The key under which the state of a sign-in under way is sealed.
    pub fn sign_in_key(&self) -> [u8; 32] {
        self.mac(Usage::SignIn, b"").finalize().into_bytes().into()
    }

    /// The session as cookie text.
    pub fn sign(&self, session: &Session) -> String {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(session).unwrap_or_default());
        let tag = self.mac(Usage::Session, text.as_bytes()).finalize().into_bytes();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// The session that cookie text stands for, if we signed it and it has not ended.
    pub fn read(&self, cookie: &str, now: DateTime<Utc>) -> Option<Session> {
        let (text, tag) = cookie.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        self.mac(Usage::Session, text.as_bytes()).verify_slice(&tag).ok()?;
        let session: Session = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (now.timestamp() < session.until).then_some(session)
    }

    /// The token that forms of this session carry.
    pub fn form_token(&self, session: &Session) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(Usage::Form, session.id.as_bytes()).finalize().into_bytes())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The verified address, or the issuer's subject where there is none.
    pub who: String,
    /// Unpredictable; the form token hangs on it.
    pub id: String,
    /// Unix seconds.
    pub until: i64,
}

impl Session {
    pub fn begin(app: &App, who: String) -> Self {
        Self { who, id: draw(app), until: app.clock.now().timestamp() + SESSION_SECONDS }
    }
}

/// 128 unpredictable bits as text.
pub fn draw(app: &App) -> String {
    let mut bytes = [0; 16];
    app.entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn is_same(one: &str, two: &str) -> bool {
    one.as_bytes().ct_eq(two.as_bytes()).into()
}

/// A cookie of ours. Over HTTPS it has the `__Host-` prefix, which ties it to this host and the whole of it.
pub struct Cookie {
    pub name: &'static str,
    pub is_secure: bool,
}

impl Cookie {
    fn full_name(&self) -> String {
        let prefix = if self.is_secure { "__Host-" } else { "" };
        format!("{prefix}{}", self.name)
    }

    pub fn get(&self, headers: &HeaderMap) -> Option<String> {
        let name = self.full_name();
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = pairs.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }

    /// The `Set-Cookie` header; 0 seconds delete the cookie. `None` for text that no header can carry.
    pub fn set(&self, value: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let name = self.full_name();
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).ok()
    }
}
