//! What is measured: each contender starts its server and speaks its own protocol to it.

mod echo;
mod handoff;
mod handoff_access;
mod message;
mod nats;
mod nats_wire;
mod parlant;
mod socketio;
mod websocket;

pub(crate) use echo::serve as serve_echo;
pub(crate) use message::text;

use super::process::{Endpoint, Server};
use anyhow::Result;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Whether an acknowledged write is on the disk (`Full`) or only with the operating system (`Normal`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Durability {
    Full,
    Normal,
}

impl Durability {
    /// The value of SQLite's `synchronous`.
    pub(crate) fn synchronous(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }
}

/// Names a contender across the two processes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Name {
    Handoff,
    SocketIo,
    Nats,
    Parlant,
    Echo,
}

impl Name {
    pub(crate) fn contender(self) -> Box<dyn Contender> {
        match self {
            Self::Handoff => Box::new(handoff::Handoff),
            Self::SocketIo => Box::new(socketio::SocketIo),
            Self::Nats => Box::new(nats::Nats),
            Self::Parlant => Box::new(parlant::Parlant),
            Self::Echo => Box::new(echo::Echo),
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Handoff => "handoff",
            Self::SocketIo => "socket.io",
            Self::Nats => "NATS JetStream",
            Self::Parlant => "Parlant",
            Self::Echo => "raw echo",
        }
    }
}

/// A server and its clients' protocol.
#[async_trait]
pub(crate) trait Contender: Send + Sync {
    /// Builds or installs what it needs; an error says why it cannot take part.
    async fn prepare(&self) -> Result<()>;
    /// Starts the server with an empty data folder.
    async fn start(&self, durability: Durability) -> Result<Server>;
    async fn visitor(&self, endpoint: &Endpoint, number: u32) -> Result<Box<dyn Visitor>>;
    /// A dashboard that sees every visitor's messages from now on.
    async fn dashboard(&self, endpoint: &Endpoint, number: u32) -> Result<Box<dyn Dashboard>>;
    /// Makes `count` conversations that anybody may claim, and racers that know them by their place.
    async fn racers(
        &self,
        endpoint: &Endpoint,
        racers: u32,
        count: u32,
    ) -> Result<Vec<Box<dyn Racer>>>;
}

#[async_trait]
pub(crate) trait Visitor: Send {
    /// Sends a message and waits until the server has acknowledged it as stored.
    async fn send(&mut self, text: &str) -> Result<()>;
    /// Answers what keeps the connection alive, without end.
    async fn idle(&mut self) -> Result<()>;
}

#[async_trait]
pub(crate) trait Dashboard: Send {
    /// Waits for messages, and adds the number of each that arrived (see [`message`]).
    async fn receive(&mut self, numbers: &mut Vec<u32>) -> Result<()>;
}

/// How an attempt to take a conversation over ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) conversation: u32,
    pub(crate) won: bool,
}

#[async_trait]
pub(crate) trait Racer: Send {
    /// Sends an attempt without waiting for its outcome.
    async fn attempt(&mut self, conversation: u32) -> Result<()>;
    /// The next outcome; outcomes may come in another order than the attempts.
    async fn outcome(&mut self) -> Result<Outcome>;
}
