//! Why a request ends without its page, as a page that says what to do.
use crate::pages::layout::plain;
use app::settings::SettingError;
use app::worker::Failure;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Nothing stands at this address.
    NotFound,
    /// A form of somebody who is not signed in any more.
    SignedOut,
    /// A form that is not ours, or one that outlived its session.
    ForeignForm,
    /// A form that does not read.
    Malformed(&'static str),
    /// Not signed in with an account that may enter.
    NoAccess,
    /// The sign-in did not hold; the reason is for the log alone.
    SignInFailed,
    /// The action was refused, with the reason.
    Refused(String),
    /// Something of ours is not reachable right now.
    Later(String),
    /// Stored data or settings that do not hold.
    Broken(String),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Retry { why, .. } => Self::Later(why),
            Failure::Poison(why) => Self::Broken(why),
        }
    }
}

impl From<SettingError> for Stop {
    fn from(error: SettingError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        if let Self::Later(why) | Self::Broken(why) = &self {
            tracing::error!(%why, "console page not served");
        }
        let (status, title, text) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found", "Nothing stands at this address.".to_owned()),
            Self::SignedOut => (
                StatusCode::UNAUTHORIZED,
                "Signed out",
                "Your session has ended. Nothing was changed. Sign in and send the form again.".to_owned(),
            ),
            Self::ForeignForm => (
                StatusCode::FORBIDDEN,
                "Not accepted",
                "This form did not come from your signed-in session. Nothing was changed. Reload the page and try again."
                    .to_owned(),
            ),
            Self::Malformed(what) => {
                (StatusCode::BAD_REQUEST, "Not accepted", format!("{what} Nothing was changed."))
            }
            Self::NoAccess => (
                StatusCode::FORBIDDEN,
                "No access",
                "This account may not use the console. Ask whoever runs Dunlin to add your address or group."
                    .to_owned(),
            ),
            Self::SignInFailed => (
                StatusCode::FORBIDDEN,
                "Sign-in did not work",
                "The answer of the sign-in service was not accepted. Start again.".to_owned(),
            ),
            Self::Refused(why) => {
                (StatusCode::CONFLICT, "Not done", format!("{why}. Nothing was changed."))
            }
            Self::Later(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not available right now",
                "A part of Dunlin did not answer. Reload in a moment; a form can safely be sent again.".to_owned(),
            ),
            Self::Broken(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "This cannot be shown",
                "What is stored or configured here does not hold. The function's log says what and where.".to_owned(),
            ),
        };
        (status, plain(title, &text)).into_response()
    }
}
