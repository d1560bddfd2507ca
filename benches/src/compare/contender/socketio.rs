//! socket.io with better-sqlite3 (`peers/socketio`), spoken to in Engine.IO 4 over a plain WebSocket.

use super::{
    Contender, Dashboard, Durability, Outcome, Racer, Visitor,
    message::numbers_in,
    websocket::{KeepAlive, Socket, large_buffers, small_buffers},
};
use crate::compare::process::{Endpoint, Server, free_address};
use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use tokio::process::Command;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/socketio");
const PING: KeepAlive = KeepAlive {
    question: "2",
    answer: "3",
};
const CONNECT: &str = "40";
const EVENT: &str = "42";
const ACKNOWLEDGEMENT: &str = "43";

pub(super) struct SocketIo;

#[async_trait]
impl Contender for SocketIo {
    async fn prepare(&self) -> Result<()> {
        Command::new("node")
            .arg("--version")
            .output()
            .await
            .context("Node.js is not installed")?;
        let built = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";
        if Path::new(FOLDER).join(built).exists() {
            return Ok(());
        }
        let output = Command::new("bash")
            .arg("install.sh")
            .current_dir(FOLDER)
            .output()
            .await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "peers/socketio/install.sh failed: {said}"
        );
        Ok(())
    }

    async fn start(&self, durability: Durability) -> Result<Server> {
        let data = tempfile::tempdir()?;
        let address = free_address().await?;
        let mut command = Command::new("node");
        command
            .arg("server.mjs")
            .current_dir(FOLDER)
            .env("NODE_ENV", "production")
            .env("PORT", address.port().to_string())
            .env("DATABASE", data.path().join("peer.db"))
            .env("SYNCHRONOUS", durability.synchronous());
        Server::start(command, address, data).await
    }

    async fn visitor(&self, endpoint: &Endpoint, number: u32) -> Result<Box<dyn Visitor>> {
        let auth = json!({ "role": "visitor", "conversation": number });
        Ok(Box::new(
            Client::connect(endpoint, &auth, small_buffers()).await?,
        ))
    }

    async fn dashboard(&self, endpoint: &Endpoint, _: u32) -> Result<Box<dyn Dashboard>> {
        let auth = json!({ "role": "dashboard" });
        Ok(Box::new(
            Client::connect(endpoint, &auth, large_buffers()).await?,
        ))
    }

    async fn racers(
        &self,
        endpoint: &Endpoint,
        racers: u32,
        count: u32,
    ) -> Result<Vec<Box<dyn Racer>>> {
        let auth = json!({ "role": "agent" });
        let mut opener = Client::connect(endpoint, &auth, small_buffers()).await?;
        opener.emit(0, &json!(["open", 0, count])).await?;
        opener.acknowledgement().await?;
        let mut clients: Vec<Box<dyn Racer>> = Vec::new();
        for number in 0..racers {
            let client = Client::connect(endpoint, &auth, small_buffers()).await?;
            clients.push(Box::new(Contestant {
                client,
                name: format!("agent-{number}"),
            }));
        }
        Ok(clients)
    }
}

struct Client {
    socket: Socket,
    sent: u32,
}

/// What an acknowledgement may say; the answer to a message says more, which is of no interest here.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    won: bool,
}

impl Client {
    async fn connect(endpoint: &Endpoint, auth: &Value, config: WebSocketConfig) -> Result<Self> {
        let path = "/socket.io/?EIO=4&transport=websocket";
        let socket = Socket::connect(endpoint, path, &[], config).await?;
        let mut socket = socket.answering(PING);
        let hello = socket.next().await?;
        ensure!(hello.starts_with('0'), "not an Engine.IO server: {hello}");
        socket.send(format!("{CONNECT}{auth}")).await?;
        let welcome = socket.next().await?;
        ensure!(welcome.starts_with(CONNECT), "not let in: {welcome}");
        Ok(Self { socket, sent: 0 })
    }

    async fn emit(&mut self, id: u32, event: &Value) -> Result<()> {
        self.socket.send(format!("{EVENT}{id}{event}")).await
    }

    async fn acknowledgement(&mut self) -> Result<(u32, Answer)> {
        loop {
            let frame = self.socket.next().await?;
            let Some(rest) = frame.strip_prefix(ACKNOWLEDGEMENT) else {
                continue;
            };
            let (id, arguments) = rest.split_once('[').context("no arguments")?;
            let answer = serde_json::from_str(arguments.trim_end_matches(']'))?;
            return Ok((id.parse()?, answer));
        }
    }
}

#[async_trait]
impl Visitor for Client {
    async fn send(&mut self, text: &str) -> Result<()> {
        self.sent += 1;
        self.emit(self.sent, &json!(["message", text])).await?;
        let (id, _) = self.acknowledgement().await?;
        ensure!(id == self.sent, "acknowledged {id}, not {}", self.sent);
        Ok(())
    }

    async fn idle(&mut self) -> Result<()> {
        loop {
            self.socket.next().await?;
        }
    }
}

#[async_trait]
impl Dashboard for Client {
    async fn receive(&mut self, numbers: &mut Vec<u32>) -> Result<()> {
        self.socket.next_numbers(numbers, numbers_in).await
    }
}

struct Contestant {
    client: Client,
    name: String,
}

#[async_trait]
impl Racer for Contestant {
    /// The acknowledgement's id is the conversation's.
    async fn attempt(&mut self, conversation: u32) -> Result<()> {
        let event = json!(["claim", conversation, self.name]);
        self.client.emit(conversation, &event).await
    }

    async fn outcome(&mut self) -> Result<Outcome> {
        let (conversation, answer) = self.client.acknowledgement().await?;
        Ok(Outcome {
            conversation,
            won: answer.won,
        })
    }
}
