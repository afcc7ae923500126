//! The issuer: discovered when somebody signs in, never at start, so that its outage stops sign-ins and nothing else.
//! Sign-ins are rare; asking anew each time means that rotated keys are never stale.
use super::access::Account;
use super::pending::Pending;
use crate::guard::is_private;
use crate::stop::Stop;
use app::App;
use app::ports::{Answer, Http};
use bytes::Bytes;
use connectors::fault::Fault;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
    CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, DiscoveryError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IdTokenFields, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Signatures by the issuer's own keys. Without HS256, a public key can never pass for a shared secret; "none" is no
/// signature at all and is in no list.
const SIGNATURES: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Groups are no standard claim; issuers that send them send a list, or one name.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Groups {
    #[serde(default)]
    groups: serde_json::Value,
}

impl AdditionalClaims for Groups {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Groups,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Discovered = Client<
    Groups,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

pub struct Issuer {
    client: Discovered,
    asks_groups: bool,
}

/// Our HTTP port in the form that the library calls; nothing goes out in plain text beyond this machine.
struct HttpPort(Arc<dyn Http>);

impl<'c> AsyncHttpClient<'c> for HttpPort {
    type Error = Fault;
    type Future = Answer<'c, Result<HttpResponse, Fault>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let url = request.uri().to_string();
            if !is_private(&url) {
                let host = connectors::call::host(&url);
                return Err(Fault::before_send(format!("{host}: an issuer must be reached by HTTPS")));
            }
            let answer = self.0.send(request.map(Bytes::from)).await?;
            Ok(answer.map(Into::into))
        })
    }
}

/// Asks the issuer for its addresses and keys.
///
/// # Errors
/// Sign-in is not configured; an issuer that does not answer, or answers as another one.
pub async fn discover(app: &App, redirect_url: &str) -> Result<Issuer, Stop> {
    let settings = app.settings.sign_in.clone();
    let http = HttpPort(Arc::clone(&app.http));
    if settings.issuer.is_empty() || settings.client_id.is_empty() {
        return Err(Stop::Broken("setting OIDC_ISSUER: sign-in needs an issuer and a client id".into()));
    }
    let metadata = match metadata(&http, settings.issuer.clone()).await {
        // Some issuers end their name with a slash, which settings do not keep.
        Err(DiscoveryError::Validation(_)) => metadata(&http, format!("{}/", settings.issuer)).await,
        other => other,
    };
    let metadata = metadata.map_err(|error| Stop::Later(format!("issuer: {}", chain(&error))))?;
    let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
    let scopes = metadata.scopes_supported().cloned().unwrap_or_default();
    let redirect_url = RedirectUrl::new(redirect_url.to_owned())
        .map_err(|error| Stop::Broken(format!("setting CONSOLE_URL: {error}")))?;
    let secret = Some(settings.client_secret.reveal()).filter(|secret| !secret.is_empty());
    let client = Discovered::from_provider_metadata(
        metadata,
        ClientId::new(settings.client_id.clone()),
        secret.map(|secret| ClientSecret::new(secret.to_owned())),
    )
    .set_redirect_uri(redirect_url);
    let is_by_form = methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
    let client = if is_by_form { client.set_auth_type(AuthType::RequestBody) } else { client };
    Ok(Issuer { client, asks_groups: scopes.iter().any(|scope| scope.as_str() == "groups") })
}

async fn metadata(http: &HttpPort, issuer: String) -> Result<CoreProviderMetadata, DiscoveryError<Fault>> {
    let issuer = IssuerUrl::new(issuer).map_err(DiscoveryError::UrlParse)?;
    CoreProviderMetadata::discover_async(issuer, http).await
}

/// An error with its sources, without any token: none of them holds a body.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

impl Issuer {
    /// Where the browser goes to sign in.
    pub fn authorize_url(&self, pending: &Pending) -> String {
        let (state, nonce) = (pending.state.clone(), pending.nonce.clone());
        let verifier = PkceCodeVerifier::new(pending.verifier.clone());
        let mut request = self
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".into()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if self.asks_groups {
            request = request.add_scope(Scope::new("groups".into()));
        }
        request.url().0.to_string()
    }

    /// Redeems the code and checks the ID token: signature, issuer, audience, expiry and nonce.
    ///
    /// # Errors
    /// An issuer that does not answer, or an answer that does not hold.
    pub async fn redeem(&self, app: &App, code: String, pending: &Pending) -> Result<Account, Stop> {
        let refused = |why: String| {
            tracing::warn!(%why, "sign-in refused");
            Stop::SignInFailed
        };
        let request = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Stop::Broken(format!("issuer: {error}")))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()));
        let http = HttpPort(Arc::clone(&app.http));
        let tokens = request.request_async(&http).await.map_err(|error| refused(chain(&error)))?;
        let token = tokens.id_token().ok_or_else(|| refused("there is no ID token".into()))?;
        let now = app.clock.now();
        let verifier = self.client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || now);
        let claims = token
            .claims(&verifier, &Nonce::new(pending.nonce.clone()))
            .map_err(|error| refused(chain(&error)))?;
        let email = claims.email().filter(|_| claims.email_verified() == Some(true));
        Ok(Account {
            subject: claims.subject().to_string(),
            email: email.map(|email| email.to_lowercase()),
            groups: groups(&claims.additional_claims().groups),
        })
    }
}

fn groups(claim: &serde_json::Value) -> Vec<String> {
    match claim {
        serde_json::Value::String(one) => vec![one.clone()],
        serde_json::Value::Array(several) => {
            several.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect()
        }
        _ => vec![],
    }
}
