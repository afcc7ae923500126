//! OAuth 2.0 at Intuit: a new access token for the refresh token, which is replaced along with it.
use super::{fault, hide_authorization};
use crate::call::{Call, Response, request};
use crate::fault::{Fault, FaultKind, Phase, kind_of_status};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use std::fmt;

/// Our app at Intuit and where it asks for tokens.
#[derive(Clone)]
pub struct OAuthApp {
    /// `https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer`
    pub token_url: String,
    pub client_id: String,
    client_secret: String,
}

impl OAuthApp {
    pub fn new(
        token_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        Self { token_url: token_url.into(), client_id: client_id.into(), client_secret: client_secret.into() }
    }
}

impl fmt::Debug for OAuthApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OAuthApp({}, {})", self.token_url, self.client_id)
    }
}

/// What a connection holds. Store it before using the access token: the former refresh token may be void already.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    /// Seconds.
    pub expires_in: u32,
    pub refresh_token: String,
    /// Seconds; renewed by every refresh.
    #[serde(rename = "x_refresh_token_expires_in")]
    pub refresh_expires_in: u32,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens(access {} s, refresh {} s)", self.expires_in, self.refresh_expires_in)
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// Asks for new tokens. One refresher per company at a time; the request's body holds the refresh token.
///
/// # Errors
/// A [`Fault`] when the URL does not make a request. The reader gives `AuthRevoked` for `invalid_grant`: unless
/// another worker has just stored a newer token, a person has to reconnect.
pub fn refresh(app: &OAuthApp, refresh_token: &str) -> Result<Call<Tokens>, Fault> {
    let basic = format!("Basic {}", BASE64.encode(format!("{}:{}", app.client_id, app.client_secret)));
    let headers = [
        ("authorization", basic.as_str()),
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "refresh_token")
        .append_pair("refresh_token", refresh_token)
        .finish();
    let request = hide_authorization(request(Method::POST, &app.token_url, &headers, Bytes::from(body))?);
    // Not a write: there is nothing to look up, asking again is the only way to find out.
    Ok(Call { request, is_write: false, read: read_tokens })
}

/// Nothing of the body goes into a message: it is made of tokens.
fn read_tokens(response: &Response) -> Result<Tokens, Fault> {
    let status = response.status();
    if status.is_success() {
        return serde_json::from_slice(response.body())
            .map_err(|_| fault::unreadable(response, "token endpoint: the reply does not hold the tokens"));
    }
    let refusal = serde_json::from_slice::<Refusal>(response.body()).ok();
    let (kind, code) = match refusal {
        Some(Refusal { error }) if error == "invalid_grant" => (FaultKind::AuthRevoked, Some(error)),
        // Wrong client credentials come as 401, which must not lead to another refresh.
        refusal if status.as_u16() == 401 => (FaultKind::Permanent, refusal.map(|refusal| refusal.error)),
        refusal => (kind_of_status(status), refusal.map(|refusal| refusal.error)),
    };
    let mut fault = Fault::new(kind, Phase::AfterSend, format!("Intuit's token endpoint answered {status}"));
    fault.code = code;
    fault.request_ref = fault::request_ref(response);
    Err(fault)
}
