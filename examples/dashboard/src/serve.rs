//! Accepts connections, and keeps slow and greedy ones within bounds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

/// The headers of a request may take so long to arrive.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// A request may have so many headers, and so many bytes of them.
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// So many connections at once; further ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 65_536;
/// After a failed accept (no more file handles, say) others get a moment to end.
const PAUSE: Duration = Duration::from_millis(100);
/// Requests that are under way at the end have so long.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// A server that accepts connections.
#[derive(Debug)]
pub(crate) struct Server {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    /// Begins to accept.
    pub(crate) fn start(listener: TcpListener, app: Router) -> Self {
        let server = Self {
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let (stop, tasks) = (server.stop.clone(), server.tasks.clone());
        server.tasks.spawn(async move {
            stop.run_until_cancelled(accept(listener, app, &stop, &tasks))
                .await;
        });
        server
    }

    /// Takes no new connections or requests; those under way go on.
    pub(crate) fn stop_accepting(&self) {
        self.stop.cancel();
    }

    /// Waits for the requests under way.
    pub(crate) async fn drain(&self) {
        self.tasks.close();
        if tokio::time::timeout(DRAIN_TIME, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                connections = self.tasks.len(),
                "some requests did not end in time"
            );
        }
    }
}

async fn accept(listener: TcpListener, app: Router, stop: &CancellationToken, tasks: &TaskTracker) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let connection = serve(stream, peer, app.clone(), stop.clone());
                tasks.spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, app: Router, stop: CancellationToken) {
    // A chat sends small frames, and each must go at once.
    stream.set_nodelay(true).ok();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
