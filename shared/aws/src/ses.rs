//! The `Mailer` port on SES (version 1 of its API: the local emulator keeps a raw mail of that one as it is).
//!
//! SES has no idempotency key, so a mail that may have gone out is never sent again: the SDK makes one attempt, and
//! only a failure that is certain to lie before acceptance counts as not sent.
use app::ports::{Answer, HandOff, Mailer, OutgoingMail};
use aws_config::SdkConfig;
use aws_sdk_ses::Client;
use aws_sdk_ses::config::retry::RetryConfig;
use aws_sdk_ses::config::timeout::TimeoutConfig;
use aws_sdk_ses::config::{HttpClient, SharedHttpClient};
use aws_sdk_ses::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_ses::operation::send_raw_email::SendRawEmailError;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use std::error::Error;
use std::time::Duration;

/// Below every sending function's own timeout (30 s), so that the function lives to record the outcome.
pub const HAND_OFF_SECONDS_MAX: u64 = 10;
/// The tag that comes back in every delivery event.
pub const SEND_REF_TAG: &str = "ar_send_id";

/// Refusals that the same mail meets again; all else that was refused may pass later.
const PERMANENT_CODES: &[&str] = &[
    "ConfigurationSetDoesNotExist",
    "ConfigurationSetDoesNotExistException",
    "InvalidParameterValue",
    "MailFromDomainNotVerified",
    "MailFromDomainNotVerifiedException",
    "MessageRejected",
    "ValidationError",
];

#[derive(Debug, Clone)]
pub struct SesMailer {
    client: Client,
    configuration_set: Option<String>,
}

impl SesMailer {
    /// `http` is a connection pool of its own (see [`crate::bootstrap::https_pool`]): it must not offer connections
    /// that were idle for long, since a peer that closed one in the meantime leaves the outcome unknown.
    pub fn new(sdk: &SdkConfig, http: SharedHttpClient, configuration_set: Option<String>) -> Self {
        Self::with_timeout(sdk, http, configuration_set, Duration::from_secs(HAND_OFF_SECONDS_MAX))
    }

    /// As [`Self::new`], with another bound on the whole call.
    pub fn with_timeout(
        sdk: &SdkConfig,
        http: impl HttpClient + 'static,
        configuration_set: Option<String>,
        timeout: Duration,
    ) -> Self {
        let config = aws_sdk_ses::config::Builder::from(sdk)
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(timeout).build())
            .build();
        Self { client: Client::from_conf(config), configuration_set }
    }

    async fn hand_over(&self, mail: OutgoingMail) -> HandOff {
        let tag = MessageTag::builder().name(SEND_REF_TAG).value(&mail.send_ref).build();
        let message = RawMessage::builder().data(Blob::new(mail.mime)).build();
        let (tag, message) = match (tag, message) {
            (Ok(tag), Ok(message)) => (tag, message),
            (Err(error), _) | (_, Err(error)) => {
                return HandOff::NotSent { why: format!("mail not built: {error}"), is_permanent: true };
            }
        };
        let call = self.client.send_raw_email().source(mail.from).destinations(mail.to);
        let call = call.raw_message(message).tags(tag);
        match call.set_configuration_set_name(self.configuration_set.clone()).send().await {
            Ok(answer) => HandOff::Accepted { message_ref: answer.message_id },
            Err(error) => hand_off(&error),
        }
    }
}

impl Mailer for SesMailer {
    fn send<'a>(&'a self, mail: OutgoingMail) -> Answer<'a, HandOff> {
        Box::pin(self.hand_over(mail))
    }
}

fn hand_off(error: &SdkError<SendRawEmailError>) -> HandOff {
    let why = DisplayErrorContext(error).to_string();
    match error {
        SdkError::ConstructionFailure(_) => HandOff::NotSent { why, is_permanent: true },
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(never_connected) => {
            HandOff::NotSent { why, is_permanent: false }
        }
        SdkError::ServiceError(refused) => {
            let code = refused.err().code().unwrap_or_default();
            match refused.raw().status().as_u16() {
                // 408 is a timeout by another name
                400..=407 | 409..=499 => {
                    HandOff::NotSent { why, is_permanent: PERMANENT_CODES.contains(&code) }
                }
                _ => HandOff::Unknown { why },
            }
        }
        _ => HandOff::Unknown { why },
    }
}

/// Name resolution, TCP or TLS failed, so not a byte of the mail left. The SDK's own "I/O error" is wider: it also
/// holds connections that broke after the mail was written.
fn never_connected(error: &(impl Error + 'static)) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        next = error.source();
    }
    false
}
