//! How QuickBooks says no: `Fault` from the accounting service, lower-case `fault` from the gateway before it.
use crate::sim::books::BooksError;
use crate::sim::faults::Mishap;
use crate::sim::quickbooks::store::stamp_millis;
use axum::Json;
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::json;

/// An answer that is not a success.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
    detail: String,
    class: Class,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Validation,
    System,
    Throttle,
    /// From the gateway: other letter case, other instant format.
    Authentication,
}

impl From<BooksError> for Refusal {
    fn from(error: BooksError) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Class::System, "10000", "An application error", error)
    }
}

impl Refusal {
    fn new(status: StatusCode, class: Class, code: &str, message: &str, detail: impl ToString) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned(), detail: detail.to_string(), class }
    }

    /// A 400 with one of the documented codes.
    pub(crate) fn invalid(code: &str, message: &str, detail: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Class::Validation, code, message, detail)
    }

    pub(crate) fn missing(field: &str) -> Self {
        Self::invalid("2020", "Required param missing, need to supply the required value for the API", field)
    }

    pub(crate) fn business(detail: impl ToString) -> Self {
        let detail = format!("Business Validation Error: {}", detail.to_string());
        Self::invalid(
            "6000",
            "A business validation error has occurred while processing your request",
            detail,
        )
    }

    pub(crate) fn not_found(what: impl ToString) -> Self {
        let detail = format!("Object Not Found : {} does not exist or was made inactive.", what.to_string());
        Self::invalid("610", "Object Not Found", detail)
    }

    pub(crate) fn stale(what: impl ToString) -> Self {
        let detail = format!("Stale Object Error : {} was changed in the meantime.", what.to_string());
        Self::invalid("5010", "Stale Object Error", detail)
    }

    /// Like the vendor, this puts the caller's token into the body.
    pub(crate) fn token(token: &str) -> Self {
        let message = "message=AuthenticationFailed; errorCode=003200; statusCode=401";
        let detail = format!("Token expired: {token}");
        Self::new(StatusCode::UNAUTHORIZED, Class::Authentication, "3200", message, detail)
    }

    pub(crate) fn other_company() -> Self {
        let message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403";
        let detail = "The application is not connected to this company";
        Self::new(StatusCode::FORBIDDEN, Class::Authentication, "3100", message, detail)
    }

    fn throttled() -> Self {
        let message = "message=ThrottleExceeded; errorCode=003001; statusCode=429";
        let detail = "More requests than the limit allows";
        Self::new(StatusCode::TOO_MANY_REQUESTS, Class::Throttle, "3001", message, detail)
    }

    pub(crate) fn response(&self, now: DateTime<Utc>) -> Response {
        let body = match self.class {
            Class::Authentication => json!({
                "warnings": null, "intuitObject": null,
                "fault": {
                    "error": [{"message": self.message, "detail": self.detail, "code": self.code, "element": null}],
                    "type": "AUTHENTICATION",
                },
                "queryResponse": null, "batchItemResponse": [], "requestId": null,
                "time": now.timestamp_millis(), "status": null, "cdcresponse": [],
            }),
            class => json!({
                "Fault": {
                    "Error": [{"Message": self.message, "Detail": self.detail, "code": self.code, "element": ""}],
                    "type": match class {
                        Class::System => "SystemFault",
                        Class::Throttle => "THROTTLE",
                        _ => "ValidationFault",
                    },
                },
                "time": stamp_millis(now),
            }),
        };
        (self.status, Json(body)).into_response()
    }

    /// For errors met outside a request, as in seeding.
    pub(crate) fn into_books_error(self) -> BooksError {
        BooksError::Refused(format!("{} {}: {}", self.code, self.message, self.detail))
    }
}

/// The answer in place of the one a [`Mishap`] swallowed.
pub(super) fn spell(mishap: &Mishap, now: DateTime<Utc>) -> Response {
    match mishap {
        Mishap::Throttled => Refusal::throttled().response(now),
        Mishap::ServerError => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            let message = "An application error has occurred while processing your request";
            Refusal::new(status, Class::System, "10000", message, "System Failure Error").response(now)
        }
        Mishap::Refused { code, message } => Refusal::invalid(code, message, message).response(now),
        // The edge answers in HTML, not in the service's JSON.
        Mishap::TimeoutBeforeCommit | Mishap::TimeoutAfterCommit | Mishap::ConnectionLostAfterCommit => {
            let page = "<html><body><h1>504 Gateway Time-out</h1></body></html>";
            (StatusCode::GATEWAY_TIMEOUT, Html(page)).into_response()
        }
    }
}
