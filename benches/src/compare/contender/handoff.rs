//! Ours: the binary `handoff` on SQLite, spoken to as PROTOCOL.md says.

use super::{
    Contender, Dashboard, Durability, Outcome, Racer, Visitor,
    handoff_access::Access,
    message::number_in,
    websocket::{Socket, large_buffers, small_buffers},
};
use crate::compare::{
    binary::server_binary,
    process::{Endpoint, Server, free_address},
};
use anyhow::{Context, Result, bail, ensure};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use memchr::memmem;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::{process::Command, time::interval};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use uuid::Uuid;

const PROTOCOL: u32 = 1;
const HEARTBEAT: Duration = Duration::from_secs(15);
const OPENING_AT_ONCE: usize = 64;

pub(super) struct Handoff;

/// What a frame says as far as it matters here.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Done {
        id: Uuid,
    },
    Refused {
        id: Option<Uuid>,
    },
    #[serde(other)]
    Other,
}

#[async_trait]
impl Contender for Handoff {
    /// Builds the server, unless `HANDOFF_SERVER` names one that is to be measured.
    async fn prepare(&self) -> Result<()> {
        server_binary().await?;
        Ok(())
    }

    async fn start(&self, durability: Durability) -> Result<Server> {
        let data = tempfile::tempdir()?;
        let address = free_address().await?;
        let mut command = Command::new(server_binary().await?);
        command
            .env("HANDOFF_LISTEN", address.to_string())
            .env("HANDOFF_DATA", data.path())
            .env(
                "HANDOFF_DURABILITY",
                durability.synchronous().to_lowercase(),
            )
            .env("HANDOFF_LIMITS", "off")
            .env("HANDOFF_LOG", "warn");
        let mut server = Server::start(command, address, data).await?;
        let access = Access::arrange(&server).await?;
        server.endpoint.access = Some(serde_json::to_string(&access)?);
        Ok(server)
    }

    async fn visitor(&self, endpoint: &Endpoint, _: u32) -> Result<Box<dyn Visitor>> {
        let access = Access::of(endpoint)?;
        let visitor = access.new_visitor(endpoint).await?;
        let origin = format!("http://{}", endpoint.address);
        let path = "/api/v1/visitor/socket";
        let headers = [("origin", origin.as_str())];
        let mut socket = Socket::connect(endpoint, path, &headers, small_buffers()).await?;
        let hello = json!({
            "type": "hello",
            "protocol": PROTOCOL,
            "service": access.service,
            "visitor": visitor.visitor,
            "secret": visitor.secret,
        });
        socket.send(hello.to_string()).await?;
        let welcome = socket.next().await?;
        ensure!(welcome.contains("welcome"), "not let in: {welcome}");
        Ok(Box::new(HandoffVisitor { socket, sent: 0 }))
    }

    async fn dashboard(&self, endpoint: &Endpoint, number: u32) -> Result<Box<dyn Dashboard>> {
        let socket = team_socket(endpoint, number).await?;
        Ok(Box::new(HandoffDashboard(socket)))
    }

    async fn racers(
        &self,
        endpoint: &Endpoint,
        racers: u32,
        count: u32,
    ) -> Result<Vec<Box<dyn Racer>>> {
        let access = Access::of(endpoint)?;
        let conversations: Vec<String> = stream::iter(0..count)
            .map(|_| access.new_conversation(endpoint))
            .buffered(OPENING_AT_ONCE)
            .try_collect()
            .await?;
        let mut clients: Vec<Box<dyn Racer>> = Vec::new();
        for number in 0..racers {
            clients.push(Box::new(HandoffRacer {
                socket: team_socket(endpoint, number).await?,
                conversations: conversations.clone(),
            }));
        }
        Ok(clients)
    }
}

/// A dashboard's socket after its welcome; each number stands for another agent, as far as there are so many.
async fn team_socket(endpoint: &Endpoint, number: u32) -> Result<Socket> {
    let access = Access::of(endpoint)?;
    let origin = format!("http://{}", endpoint.address);
    let headers = [
        ("origin", origin.as_str()),
        ("cookie", access.cookie(number)?),
    ];
    let path = "/api/v1/team/socket";
    let mut socket = Socket::connect(endpoint, path, &headers, large_buffers()).await?;
    let hello = json!({ "type": "hello", "protocol": PROTOCOL });
    socket.send(hello.to_string()).await?;
    while !is_last_of_board(&socket.next().await?)? {}
    Ok(socket)
}

fn is_last_of_board(frame: &Utf8Bytes) -> Result<bool> {
    #[derive(Deserialize)]
    struct Board {
        r#type: String,
        #[serde(default)]
        last: bool,
    }
    let board: Board = serde_json::from_str(frame)?;
    Ok(board.r#type == "board" && board.last)
}

/// The next answer to a request.
async fn answer(socket: &mut Socket) -> Result<(Uuid, bool)> {
    loop {
        let frame = socket.next().await?;
        if frame.starts_with(r#"{"type":"cards""#) {
            continue; // most frames are; they need no parsing
        }
        match serde_json::from_str(&frame)? {
            Frame::Done { id } => return Ok((id, true)),
            Frame::Refused { id: Some(id) } => return Ok((id, false)),
            Frame::Refused { id: None } => bail!("refused: {frame}"),
            Frame::Other => {}
        }
    }
}

struct HandoffVisitor {
    socket: Socket,
    sent: u128,
}

#[async_trait]
impl Visitor for HandoffVisitor {
    async fn send(&mut self, text: &str) -> Result<()> {
        self.sent += 1;
        let id = Uuid::from_u128(self.sent);
        let request = json!({ "type": "send", "id": id, "text": text });
        self.socket.send(request.to_string()).await?;
        let (answered, done) = answer(&mut self.socket).await?;
        ensure!(done && answered == id, "message {} was refused", self.sent);
        Ok(())
    }

    async fn idle(&mut self) -> Result<()> {
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.tick().await;
        loop {
            tokio::select! {
                frame = self.socket.next() => { frame?; }
                _ = heartbeat.tick() => self.socket.send(r#"{"type":"ping"}"#.to_owned()).await?,
            }
        }
    }
}

struct HandoffDashboard(Socket);

/// Each card of a frame tells the first message and the last: the last is what is new.
fn last_words_in(frame: &str, numbers: &mut Vec<u32>) {
    let lasts = memmem::find_iter(frame.as_bytes(), r#""last":{"#);
    numbers.extend(lasts.filter_map(|at| number_in(frame.get(at..)?)));
}

#[async_trait]
impl Dashboard for HandoffDashboard {
    async fn receive(&mut self, numbers: &mut Vec<u32>) -> Result<()> {
        self.0.next_numbers(numbers, last_words_in).await
    }
}

struct HandoffRacer {
    socket: Socket,
    conversations: Vec<String>,
}

#[async_trait]
impl Racer for HandoffRacer {
    async fn attempt(&mut self, conversation: u32) -> Result<()> {
        let request = json!({
            "type": "do",
            "id": Uuid::from_u128(u128::from(conversation) + 1),
            "conversation": self.conversations.get(conversation as usize),
            "command": { "type": "take_over" },
        });
        self.socket.send(request.to_string()).await
    }

    async fn outcome(&mut self) -> Result<Outcome> {
        let (id, won) = answer(&mut self.socket).await?;
        let conversation = u32::try_from(id.as_u128() - 1).context("an unknown answer")?;
        Ok(Outcome { conversation, won })
    }
}
