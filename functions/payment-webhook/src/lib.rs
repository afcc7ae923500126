//! Stripe's webhook: verified over the raw bytes, put on the queue as it is, answered. Nothing else happens here, so
//! an outage of ours never makes Stripe give up on us.
use app::App;
use app::messages::{WebhookReceived, send};
use app::settings::SecretText;
use base64::Engine as _;
use bytes::Bytes;
use connectors::signature::{TOLERANCE_SECONDS, verify_stripe};
use http::{Request, Response, StatusCode};
use std::collections::BTreeMap;

/// The most bytes a notice may have; more is refused before it is hashed.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// Handles one request of the Function URL.
pub async fn handle(app: &App, request: Request<Bytes>) -> Response<Bytes> {
    if request.method() != http::Method::POST {
        return answer(StatusCode::METHOD_NOT_ALLOWED, "POST only");
    }
    if request.body().len() > BODY_BYTES_MAX {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, "more than 256 KB");
    }
    let header = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok());
    let secrets: Vec<&str> = app.settings.stripe.webhook_secrets.iter().map(SecretText::reveal).collect();
    let now = app.clock.now().timestamp();
    if let Err(refused) =
        verify_stripe(&secrets, header.unwrap_or_default(), request.body(), now, TOLERANCE_SECONDS)
    {
        tracing::warn!(%refused, bytes = request.body().len(), "webhook refused");
        return answer(StatusCode::BAD_REQUEST, "the signature does not verify");
    }
    let headers = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect::<BTreeMap<_, _>>();
    let body = base64::engine::general_purpose::STANDARD.encode(request.body());
    match send(app, &WebhookReceived::new("stripe".into(), headers, body)).await {
        Ok(()) => answer(StatusCode::OK, "queued"),
        Err(_) if domain::mutant!("webhook-answered-before-it-is-queued") => answer(StatusCode::OK, "queued"),
        Err(failure) => {
            tracing::error!(%failure, "webhook not queued");
            answer(StatusCode::SERVICE_UNAVAILABLE, "try again")
        }
    }
}

fn answer(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response
}
