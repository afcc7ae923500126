//! How Stripe says no.
use crate::sim::books::BooksError;
use crate::sim::faults::Mishap;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

/// An error as Stripe words it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: Value,
}

impl From<BooksError> for Refusal {
    fn from(error: BooksError) -> Self {
        let error = json!({"type": "api_error", "message": error.to_string()});
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, error }
    }
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: String) -> Self {
        Self { status, error: json!({"type": "invalid_request_error", "message": message}) }
    }

    pub(super) fn unauthorised(message: String) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    pub(super) fn invalid(message: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn unknown_path(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("Unrecognized request URL (GET: {path})."))
    }

    pub(super) fn missing(kind: &str, id: &str, param: &str) -> Self {
        let error = json!({
            "type": "invalid_request_error", "code": "resource_missing", "param": param,
            "doc_url": "https://stripe.com/docs/error-codes/resource-missing",
            "message": format!("No such {kind}: '{id}'"),
        });
        Self { status: StatusCode::NOT_FOUND, error }
    }

    pub(super) fn response(self) -> Response {
        (self.status, Json(json!({"error": self.error}))).into_response()
    }
}

pub(super) fn spell(mishap: &Mishap) -> Response {
    let (status, error) = match mishap {
        Mishap::Throttled => {
            let error = json!({
                "type": "invalid_request_error", "code": "rate_limit", "message": "Request rate limit exceeded.",
                "doc_url": "https://stripe.com/docs/error-codes/rate-limit",
            });
            (StatusCode::TOO_MANY_REQUESTS, error)
        }
        Mishap::ServerError => {
            let error = json!({"type": "api_error", "message": "An unknown error occurred."});
            (StatusCode::INTERNAL_SERVER_ERROR, error)
        }
        Mishap::Refused { code, message } => {
            let error = json!({"type": "invalid_request_error", "code": code, "message": message});
            (StatusCode::BAD_REQUEST, error)
        }
        Mishap::TimeoutBeforeCommit | Mishap::TimeoutAfterCommit | Mishap::ConnectionLostAfterCommit => {
            return (StatusCode::GATEWAY_TIMEOUT, "upstream request timeout").into_response();
        }
    };
    Refusal { status, error }.response()
}
