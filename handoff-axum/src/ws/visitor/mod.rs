//! A widget's socket.

mod hello;
mod requests;
mod session;
mod thread;

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::end::End;
use super::protocol::CloseCode;
use super::wire::{Duplex, Wire};
use crate::limits::Seat;
use crate::transport::Transport;

pub(in crate::ws) use hello::{first_frame, refused};

/// So many bytes may wait for a widget that reads slowly.
const QUEUE: usize = 512 * 1024;

/// Serves a widget until it goes. `seat`: `Some(None)` where its address has too many sockets.
pub(super) async fn run<S: Duplex>(
    transport: Transport,
    socket: S,
    site: HeaderMap,
    seat: Option<Option<Seat<IpAddr>>>,
) {
    let mut wire = Wire::new(socket, QUEUE);
    let end = if matches!(seat, Some(None)) {
        End::new(CloseCode::TooMany, "too many connections from this address")
    } else {
        serve(&transport, &mut wire, &site).await
    };
    wire.finish(end).await;
}

async fn serve<S: Duplex>(transport: &Transport, wire: &mut Wire<S>, site: &HeaderMap) -> End {
    let greeted = Box::pin(hello::greet(transport, wire, site)).await;
    let served = match greeted {
        Ok(session) => session.run(wire).await,
        Err(end) => Err(end),
    };
    served.err().unwrap_or(End::Gone)
}
