//! The transport's limit: an axum WebSocket that sends back what it gets.

use super::{
    Contender, Dashboard, Durability, Racer, Visitor,
    websocket::{Socket, small_buffers},
};
use crate::compare::process::{Endpoint, Server, free_address};
use anyhow::{Result, bail};
use async_trait::async_trait;
use axum::{
    Router,
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    routing::any,
};
use std::net::SocketAddr;
use tokio::{net::TcpListener, process::Command};

/// Serves the echo at this address until the process ends.
pub(crate) async fn serve(address: SocketAddr) -> Result<()> {
    let upgrade = |upgrade: WebSocketUpgrade| async move {
        upgrade
            .read_buffer_size(4096)
            .write_buffer_size(0)
            .on_upgrade(send_back)
    };
    let listener = TcpListener::bind(address).await?;
    let router = Router::new().route("/", any(upgrade));
    let nodelay = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Without it the figures are those of Nagle's algorithm; a socket that is gone already cannot be set.
        stream.set_nodelay(true).ok();
    });
    axum::serve(nodelay, router).await?;
    Ok(())
}

async fn send_back(mut socket: WebSocket) {
    while let Some(Ok(message @ Message::Text(_))) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

pub(super) struct Echo;

#[async_trait]
impl Contender for Echo {
    async fn prepare(&self) -> Result<()> {
        Ok(())
    }

    async fn start(&self, _: Durability) -> Result<Server> {
        let address = free_address().await?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["echo", &address.to_string()]);
        Server::start(command, address, tempfile::tempdir()?).await
    }

    async fn visitor(&self, endpoint: &Endpoint, _: u32) -> Result<Box<dyn Visitor>> {
        let socket = Socket::connect(endpoint, "/", &[], small_buffers()).await?;
        Ok(Box::new(EchoVisitor(socket)))
    }

    async fn dashboard(&self, _: &Endpoint, _: u32) -> Result<Box<dyn Dashboard>> {
        bail!("the echo has no dashboards")
    }

    async fn racers(&self, _: &Endpoint, _: u32, _: u32) -> Result<Vec<Box<dyn Racer>>> {
        bail!("the echo has nothing to take over")
    }
}

struct EchoVisitor(Socket);

#[async_trait]
impl Visitor for EchoVisitor {
    async fn send(&mut self, text: &str) -> Result<()> {
        self.0.send(text.to_owned()).await?;
        self.0.next().await?;
        Ok(())
    }

    async fn idle(&mut self) -> Result<()> {
        loop {
            self.0.next().await?;
        }
    }
}
