//! From a request to a socket.

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::end::End;
use super::protocol::{CloseCode, MAX_CLIENT_FRAME};
use super::{team, visitor};
use crate::failure::Failure;
use crate::origin;
use crate::transport::Transport;

/// Visitors say little: a small buffer each keeps thousands of them cheap.
const VISITOR_READ_BUFFER: usize = 512;
/// Dashboards are few, and may ask for many things at once.
const TEAM_READ_BUFFER: usize = 4 * 1_024;
/// Frames that go out together are written together.
const WRITE_BUFFER: usize = 16 * 1024;

/// `GET /api/v1/team/socket`
pub(crate) async fn team_socket(
    State(transport): State<Transport>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    // Browsers send cookies with the upgrades of any site, and ask nobody before.
    check_own(&transport, &parts.headers)?;
    let me = transport
        .inner
        .identify
        .identify(&parts.headers)
        .await?
        .ok_or_else(Failure::unauthorised)?;
    let seat = transport.inner.agent_seats.take(me.agent.id.clone());
    let upgrade = upgrade(&mut parts, &transport, TEAM_READ_BUFFER).await?;
    let tasks = transport.inner.tasks.clone();
    Ok(upgrade.on_upgrade(move |socket: WebSocket| {
        tasks.track_future(team::run(transport, socket, me, parts.headers, seat))
    }))
}

/// `GET /api/v1/visitor/socket`
pub(crate) async fn visitor_socket(
    State(transport): State<Transport>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let address = transport.address(&parts.extensions, &parts.headers);
    let full = || End::new(CloseCode::TooMany, "too many connections from this address");
    let seat = address.map(|address| transport.inner.address_seats.take(address).ok_or_else(full));
    let seat = seat.transpose();
    let upgrade = upgrade(&mut parts, &transport, VISITOR_READ_BUFFER).await?;
    // All that is needed later is where the page stands.
    let site = parts
        .headers
        .remove(header::ORIGIN)
        .map(|origin| (header::ORIGIN, origin))
        .into_iter()
        .collect();
    let tasks = transport.inner.tasks.clone();
    Ok(upgrade.on_upgrade(move |socket: WebSocket| {
        tasks.track_future(visitor::run(transport, socket, site, seat))
    }))
}

fn check_own(transport: &Transport, headers: &HeaderMap) -> Result<(), Failure> {
    let inner = &transport.inner;
    match origin::asked(headers) {
        Some(Ok(origin)) if inner.hosts.is_own(&inner.options.base_url, origin) => Ok(()),
        _ => Err(Failure::forbidden(
            "wrong_origin",
            "Dashboards connect from the server's own address alone.",
        )),
    }
}

async fn upgrade(
    parts: &mut Parts,
    transport: &Transport,
    read_buffer: usize,
) -> Result<WebSocketUpgrade, Failure> {
    let upgrade = WebSocketUpgrade::from_request_parts(parts, transport).await;
    let upgrade =
        upgrade.map_err(|refused| Failure::of_status(refused.into_response().status()))?;
    Ok(upgrade
        .read_buffer_size(read_buffer)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(MAX_CLIENT_FRAME)
        .max_frame_size(MAX_CLIENT_FRAME))
}
