//! A widget's socket.

mod hello;
mod requests;
mod session;
mod thread;

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::end::End;
use super::wire::{Duplex, Wire};
use crate::limits::Seat;
use crate::transport::Transport;

pub(in crate::ws) use hello::{first_frame, refused};

/// So many bytes may wait for a widget that reads slowly.
const QUEUE: usize = 512 * 1024;

/// Serves a widget until it goes; the seat is its address's, where that is counted.
pub(super) async fn run<S: Duplex>(
    transport: Transport,
    socket: S,
    site: HeaderMap,
    seat: Result<Option<Seat<IpAddr>>, End>,
) {
    let mut wire = Wire::new(socket, QUEUE);
    let end = match &seat {
        Ok(_) => serve(&transport, &mut wire, site).await,
        Err(full) => full.clone(),
    };
    wire.finish(end).await;
}

async fn serve<S: Duplex>(transport: &Transport, wire: &mut Wire<S>, site: HeaderMap) -> End {
    let greeted = Box::pin(hello::greet(transport, wire, &site)).await;
    // Thousands of visitors may stay for long: what they need is kept once, and nothing else.
    let greeted = greeted.map(Box::new);
    drop(site);
    let served = match greeted {
        Ok(mut session) => session.run(wire).await,
        Err(end) => Err(end),
    };
    served.err().unwrap_or(End::Gone)
}

#[cfg(test)]
mod tests {
    use axum::extract::ws::WebSocket;

    use super::*;

    fn size_of_future<A, B, C, D, F>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn thousands_of_widgets_fit_into_little_memory() {
        let size = size_of_future(run::<WebSocket>);
        assert!(size < 4_096, "{size} bytes for the task of a widget");
    }
}
