//! The demo shop and the help pages.

mod files;
mod help;
mod markdown;
mod page;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;

pub(crate) use help::HelpPages;

/// The shop at `/`, the help pages at `/help`, and what becomes of every other address.
pub(crate) fn routes(help: Arc<HelpPages>, demo: bool) -> Router {
    let pages = Router::new()
        .route("/help", get(help::list))
        .route("/help/{name}", get(help::show))
        .route("/shop.css", get(files::file))
        .with_state(help);
    if demo {
        pages
            .route("/", get(files::index))
            .fallback(get(files::file))
    } else {
        pages.fallback(|| async {
            (StatusCode::NOT_FOUND, "There is no such page here.\n").into_response()
        })
    }
}
