//! Stripe's replies: an object as documented, or a [`Fault`].
use super::wire::Object;
use crate::call::{Response, header};
use crate::fault::{Fault, FaultKind, Phase, kind_of_status};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

/// Reads an object, checking that it is the kind that was asked for.
///
/// # Errors
/// The vendor's error, or a reply that does not read as documented.
pub fn read<T: Object>(response: &Response) -> Result<T, Fault> {
    if !response.status().is_success() {
        return Err(fault(response));
    }
    let unreadable = |why: String| {
        let mut fault = Fault::unreadable(format!("Stripe's {}: {why}", T::KIND));
        fault.request_ref = header(response, "request-id").map(str::to_owned);
        fault
    };
    let value: Value =
        serde_json::from_slice(response.body()).map_err(|error| unreadable(error.to_string()))?;
    match value.get("object").and_then(Value::as_str) {
        Some(kind) if kind == T::KIND => {
            serde_json::from_value(value).map_err(|error| unreadable(error.to_string()))
        }
        kind => Err(unreadable(format!("the reply is {kind:?}"))),
    }
}

/// The fault that a reply other than 2xx stands for.
pub fn fault(response: &Response) -> Fault {
    let status = response.status();
    let detail = serde_json::from_slice::<ErrorBody>(response.body()).ok().map(|body| body.error);
    let kind = kind(status, header(response, "stripe-should-retry"));
    let message = match (&detail, kind) {
        // Such a message may quote the key.
        (_, FaultKind::AuthRevoked) => "Stripe refused the API key".to_owned(),
        (Some(detail), _) => {
            let text = |field: &Option<String>| field.clone().unwrap_or_default();
            format!("Stripe answered {status}, {}: {}", text(&detail.kind), text(&detail.message))
        }
        (None, _) => format!("Stripe answered {status} without an error object"),
    };
    let mut fault = Fault::new(kind, Phase::AfterSend, message);
    fault.code = detail.and_then(|detail| detail.code.or(detail.kind));
    fault.request_ref = header(response, "request-id").map(str::to_owned);
    fault.retry_after_seconds = header(response, "retry-after").and_then(|text| text.trim().parse().ok());
    fault
}

/// `Stripe-Should-Retry` decides, as in Stripe's own libraries. Two statuses stand above it: a refused key stays
/// refused, and 429 only says "not now", while the header only speaks about trying again at once.
fn kind(status: http::StatusCode, should_retry: Option<&str>) -> FaultKind {
    match (status.as_u16(), should_retry) {
        (401, _) => FaultKind::AuthRevoked,
        (429, _) | (_, Some("true")) => FaultKind::Retryable,
        (_, Some("false")) => FaultKind::Permanent,
        // An idempotent request is still running, or the object is locked.
        (409, _) => FaultKind::Retryable,
        _ => kind_of_status(status),
    }
}
