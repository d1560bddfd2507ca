//! The team's routes.

mod categories;
mod commands;
mod conversations;
mod cursor;
mod dry_run;
mod people;
mod query;
mod services;
mod tokens;

use axum::Router;
use axum::routing::{get, post, put};

use crate::auth;
use crate::transport::Transport;
use crate::ws;

pub(crate) use commands::prepare;
pub(crate) use conversations::narrow;
pub(crate) use people::colleagues;
pub(crate) use services::visible;

pub(crate) fn routes(transport: &Transport) -> Router<Transport> {
    let identity = match transport.accounts() {
        Some(_) => auth::account_routes(),
        None => Router::new().route("/api/v1/session", get(auth::who_am_i)),
    };
    identity
        .route("/api/v1/team", get(people::list))
        .route("/api/v1/team/socket", get(ws::team_socket))
        .route(
            "/api/v1/services",
            get(services::list).post(services::create),
        )
        .route("/api/v1/services/mode", post(services::set_mode))
        .route("/api/v1/services/{id}", put(services::save))
        .route("/api/v1/services/{id}/dry-run", post(dry_run::run))
        .route("/api/v1/detectors", get(dry_run::detectors))
        .route("/api/v1/services/{id}/tokens", post(tokens::create_token))
        .route(
            "/api/v1/services/{id}/identity",
            post(tokens::create_identity_secret),
        )
        .route("/api/v1/conversations", get(conversations::list))
        .route("/api/v1/conversations/{id}", get(conversations::show))
        .route(
            "/api/v1/conversations/{id}/events",
            get(conversations::events),
        )
        .route(
            "/api/v1/conversations/{id}/summary",
            get(conversations::summary),
        )
        .route("/api/v1/conversations/{id}/commands", post(commands::run))
        .route("/api/v1/categories", get(categories::list))
        .route(
            "/api/v1/categories/{name}",
            put(categories::save).delete(categories::remove),
        )
}
