//! The console: what finance people see and decide. Every page is rendered from `app::views`; every action is
//! archived, guarded against forgery and double submits, and then carried out by a flow of `app`.
mod actions;
mod guard;
mod pages;
mod session;
mod sign_in;
mod stop;
mod submit;
#[cfg(test)]
mod tests;

use app::App;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use std::sync::Arc;
use tower::ServiceExt;

/// The most that one page may weigh: what a function's answer may hold.
const PAGE_BYTES_MAX: usize = 5 * 1024 * 1024;

/// All routes: pages and actions behind sign-in, the sign-in itself, and the stylesheet.
pub fn router(app: Arc<App>) -> Router {
    let behind_sign_in = Router::new()
        .route("/", get(pages::ageing::page))
        .route("/review", get(pages::review::page))
        .route("/review/{task}/accept", post(actions::accept))
        .route("/tasks", get(pages::tasks::page))
        .route("/tasks/{task}/done", post(actions::finish_task))
        .route("/tasks/{task}/letter", post(actions::resolve_letter))
        .route("/tasks/{task}/post", post(actions::post_payment))
        .route("/tasks/{task}/same", post(actions::same_money))
        .route("/customers/{id}", get(pages::customer::page))
        .route("/customers/{id}/end-pause", post(actions::end_pause))
        .route("/invoices/{id}", get(pages::invoice::page))
        .route("/invoices/{id}/refund", post(actions::decide_refund))
        .route("/invoices/{id}/close-dispute", post(actions::close_dispute))
        .route("/invoices/{id}/undo", post(actions::undo_application))
        .route("/find", get(pages::find::page))
        .route("/sign-out", post(sign_in::sign_out))
        .route_layer(from_fn_with_state(Arc::clone(&app), guard::signed_in));
    Router::new()
        .merge(behind_sign_in)
        .route("/sign-in", get(sign_in::start))
        .route("/sign-in/callback", get(sign_in::callback))
        .route("/signed-out", get(sign_in::signed_out))
        .route("/style.css", get(pages::layout::stylesheet))
        .fallback(pages::layout::not_found)
        .layer(from_fn(guard::with_security_headers))
        .with_state(app)
}

/// Answers one request, whole: what a function URL or HTTP API sends and expects.
pub async fn handle(app: &Arc<App>, request: Request<Bytes>) -> Response<Bytes> {
    let Ok(response) = router(Arc::clone(app)).oneshot(request.map(Body::from)).await;
    let (parts, body) = response.into_parts();
    match to_bytes(body, PAGE_BYTES_MAX).await {
        Ok(bytes) => Response::from_parts(parts, bytes),
        Err(error) => {
            tracing::error!(%error, "page not rendered");
            let mut response = Response::new(Bytes::from_static(b"The page is too large to show."));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}
