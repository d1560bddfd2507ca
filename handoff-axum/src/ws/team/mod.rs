//! A dashboard's socket.

mod board;
mod requests;
mod session;
mod watch;

use axum::http::HeaderMap;
use handoff_core::id::AgentId;

use super::end::End;
use super::protocol::{CloseCode, Me};
use super::wire::{Duplex, Wire};
use crate::limits::Seat;
use crate::transport::Transport;

/// So many bytes may wait for a dashboard that reads slowly.
const QUEUE: usize = 4 * 1024 * 1024;

/// Serves a dashboard until it goes. `seat`: none where this person has too many.
pub(super) async fn run<S: Duplex>(
    transport: Transport,
    socket: S,
    me: Me,
    headers: HeaderMap,
    seat: Option<Seat<AgentId>>,
) {
    let mut wire = Wire::new(socket, QUEUE);
    let end = if seat.is_some() {
        let greeted = Box::pin(session::greet(&transport, &mut wire, me, headers)).await;
        let served = match greeted {
            Ok(session) => session.run(&mut wire).await,
            Err(end) => Err(end),
        };
        served.err().unwrap_or(End::Gone)
    } else {
        End::new(CloseCode::TooMany, "too many connections of this person")
    };
    wire.finish(end).await;
}
