//! From an invoice number to its invoice.
use super::layout::{self, Notice, invoice_path};
use crate::guard::Person;
use crate::stop::Stop;
use app::App;
use app::views::invoices_by_number;
use axum::extract::{Extension, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize)]
pub struct FindQuery {
    #[serde(default)]
    q: String,
}

/// Goes to the invoice, or says that there is none.
pub async fn page(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Query(query): Query<FindQuery>,
) -> Result<Response, Stop> {
    let number = query.q.trim();
    let found = invoices_by_number(&app, number).await?;
    if let [id] = found.as_slice() {
        return Ok(Redirect::to(&invoice_path(id)).into_response());
    }
    let body = html! {
        h1 { "Invoices with the number “" (number) "”" }
        @if found.is_empty() {
            p.empty {
                "There is none. Numbers are compared whole, without spaces, dashes and case: type the complete one."
            }
        } @else {
            ul { @for id in &found { li { a href=(invoice_path(id)) { (id) } } } }
        }
    };
    Ok(layout::page(&person, "/find", "Find", &Notice::default(), &body).into_response())
}
