//! Visitors: who they are, what they may see, their routes.

mod cors;
mod identity;
mod known;
mod messages;
mod projection;
mod registry;
mod say;
mod session;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::transport::Transport;
use crate::ws;

pub(crate) use identity::IdentitySecrets;
pub(crate) use known::KnownVisitor;
pub use projection::visitor_event;
pub(crate) use registry::{Entry, Nudge, Registry};
pub(crate) use say::{Place, say};

pub(crate) fn routes(transport: &Transport) -> Router<Transport> {
    Router::new()
        .route("/api/v1/visitor/session", post(session::begin))
        .route("/api/v1/visitor/services/{service}", get(session::look))
        .route("/api/v1/visitor/events", get(messages::events))
        .route("/api/v1/visitor/messages", post(messages::send))
        .route("/api/v1/visitor/socket", get(ws::visitor_socket))
        .layer(from_fn_with_state(transport.clone(), cors::layer))
}
