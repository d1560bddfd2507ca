//! Signing in and out, and joining.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use handoff_core::conversation::Role;
use handoff_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::NewPerson;
use super::accounts::Accounts;
use super::identify::Signed;
use super::password;
use super::session::LIFE;
use crate::extract::Body;
use crate::failure::Failure;
use crate::transport::Transport;
use crate::ws::protocol::Me;

/// Longest address that is looked up.
const MAX_EMAIL_BYTES: usize = 320;

/// The routes that only built-in accounts have.
pub(crate) fn account_routes() -> Router<Transport> {
    Router::new()
        .route(
            "/api/v1/session",
            get(who_am_i).post(sign_in).delete(sign_out),
        )
        .route("/api/v1/invitations/accept", post(accept))
        .route("/api/v1/team/invitations", post(invite))
}

/// `GET /api/v1/session`
pub(crate) async fn who_am_i(Signed(me): Signed) -> Json<Me> {
    Json(me)
}

fn accounts(transport: &Transport) -> Result<&Accounts, Failure> {
    transport.accounts().ok_or_else(Failure::not_found)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
}

async fn sign_in(
    State(transport): State<Transport>,
    request: Request,
) -> Result<Response, Failure> {
    let accounts = accounts(&transport)?;
    let address = transport.address(request.extensions(), request.headers());
    let headers = request.headers().clone();
    let Body(credentials) =
        <Body<Credentials> as axum::extract::FromRequest<_>>::from_request(request, &transport)
            .await?;
    password::check_form(&credentials.password)?;
    if credentials.email.is_empty() || credentials.email.len() > MAX_EMAIL_BYTES {
        return Err(Failure::malformed("Write your e-mail address."));
    }
    accounts
        .hold_back(&credentials.email, address)
        .map_err(|after| {
            let title = "Too many tries to sign in. Wait a moment, then try again.";
            Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many", title).retry_after(after)
        })?;
    let wrong = || {
        Failure::new(
            StatusCode::UNAUTHORIZED,
            "wrong_credentials",
            "E-mail address or password is wrong.",
        )
    };
    let me = accounts
        .check(&credentials.email, credentials.password)
        .await?
        .ok_or_else(wrong)?;
    // Whoever signs in anew leaves the session that this browser had.
    accounts.end_session(&headers).await?;
    signed_in(accounts, me).await
}

async fn signed_in(accounts: &Accounts, me: Me) -> Result<Response, Failure> {
    let token = accounts.begin_session(&me.agent.id).await?;
    let seconds = i64::try_from(LIFE.get() / 1_000).unwrap_or(i64::MAX);
    let cookie = accounts.cookie.set(&token, seconds)?;
    tracing::info!(agent = %me.agent.id, "signed in");
    Ok(([(header::SET_COOKIE, cookie)], Json(me)).into_response())
}

async fn sign_out(
    State(transport): State<Transport>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let accounts = accounts(&transport)?;
    accounts.end_session(&headers).await?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, accounts.cookie.clear()?)],
    )
        .into_response())
}

async fn accept(
    State(transport): State<Transport>,
    Body(person): Body<NewPerson>,
) -> Result<Response, Failure> {
    let accounts = accounts(&transport)?;
    let me = accounts.accept(person).await?;
    tracing::info!(agent = %me.agent.id, role = ?me.role, "joined the team");
    signed_in(accounts, me).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewInvitation {
    role: Role,
}

#[derive(Debug, Serialize)]
struct Invited {
    link: String,
    expires_at: Timestamp,
}

async fn invite(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Body(new): Body<NewInvitation>,
) -> Result<Json<Invited>, Failure> {
    me.require(Role::Admin)?;
    // Nobody can give more than they have.
    me.require(new.role)?;
    let (link, expires_at) = accounts(&transport)?.invite(new.role).await?;
    tracing::info!(agent = %me.agent.id, role = ?new.role, "invited a colleague");
    Ok(Json(Invited { link, expires_at }))
}
