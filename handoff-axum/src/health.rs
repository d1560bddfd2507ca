//! Whether the process lives and serves.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::failure::Failure;
use crate::transport::Transport;

pub(crate) fn routes() -> Router<Transport> {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
}

/// Ready: the store answers, and nobody is being sent away.
async fn ready(State(transport): State<Transport>) -> Result<Response, Failure> {
    let inner = &transport.inner;
    if inner.draining.is_cancelled() || inner.closing.is_cancelled() {
        let title = "The server is restarting.";
        return Err(Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "restarting",
            title,
        ));
    }
    transport.handoff().store().next_wake().await?;
    Ok("ready".into_response())
}
