//! NATS JetStream: a message log with fan-out and compare-and-set. It does not fsync each message, so it is
//! compared with `synchronous=NORMAL` only.

use super::{
    Contender, Dashboard, Durability, Outcome, Racer, Visitor, message::numbers_in,
    nats_wire::Connection,
};
use crate::compare::process::{Endpoint, Server, free_address};
use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use serde_json::json;
use tokio::process::Command;

const STREAM: &str = "bench";

pub(super) struct Nats;

#[async_trait]
impl Contender for Nats {
    async fn prepare(&self) -> Result<()> {
        Command::new("nats-server")
            .arg("--version")
            .output()
            .await
            .context("nats-server is not installed")?;
        Ok(())
    }

    async fn start(&self, durability: Durability) -> Result<Server> {
        ensure!(
            durability == Durability::Normal,
            "NATS JetStream has no mode that syncs each message"
        );
        let data = tempfile::tempdir()?;
        let address = free_address().await?;
        let mut command = Command::new("nats-server");
        command
            .args(["--addr", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--jetstream", "--store_dir"])
            .arg(data.path());
        let server = Server::start(command, address, data).await?;
        let mut connection = Connection::connect(&server.endpoint, "_INBOX.setup".into()).await?;
        let stream = json!({
            "name": STREAM,
            "subjects": ["conversation.*", "holder.*"],
            "storage": "file",
            "retention": "limits",
            "discard": "old",
            "num_replicas": 1,
        });
        let create = format!("$JS.API.STREAM.CREATE.{STREAM}");
        connection.call(&create, &stream).await?;
        Ok(server)
    }

    async fn visitor(&self, endpoint: &Endpoint, number: u32) -> Result<Box<dyn Visitor>> {
        let inbox = format!("_INBOX.visitor{number}");
        Ok(Box::new(NatsVisitor {
            connection: Connection::connect(endpoint, inbox).await?,
            subject: format!("conversation.{number}"),
        }))
    }

    /// A push consumer of its own from now on, set up as the official clients' ordered consumer is: what a dashboard
    /// that can resume would be.
    async fn dashboard(&self, endpoint: &Endpoint, number: u32) -> Result<Box<dyn Dashboard>> {
        let inbox = format!("_INBOX.dashboard{number}");
        let mut connection = Connection::connect(endpoint, inbox).await?;
        let deliveries = format!("dashboard.{number}");
        connection.subscribe(&deliveries).await?;
        let consumer = json!({
            "stream_name": STREAM,
            "config": {
                "deliver_subject": deliveries,
                "deliver_policy": "new",
                "ack_policy": "none",
                "filter_subject": "conversation.*",
                "max_deliver": 1,
                "flow_control": true,
                "idle_heartbeat": 5_000_000_000_u64,
                "replay_policy": "instant",
                "mem_storage": true,
            },
        });
        let create = format!("$JS.API.CONSUMER.CREATE.{STREAM}");
        connection.call(&create, &consumer).await?;
        Ok(Box::new(NatsDashboard(connection)))
    }

    async fn racers(
        &self,
        endpoint: &Endpoint,
        racers: u32,
        _: u32,
    ) -> Result<Vec<Box<dyn Racer>>> {
        let mut clients: Vec<Box<dyn Racer>> = Vec::new();
        for number in 0..racers {
            let inbox = format!("_INBOX.racer{number}");
            clients.push(Box::new(NatsRacer {
                connection: Connection::connect(endpoint, inbox).await?,
                name: format!("agent-{number}"),
            }));
        }
        Ok(clients)
    }
}

struct NatsVisitor {
    connection: Connection,
    subject: String,
}

#[async_trait]
impl Visitor for NatsVisitor {
    async fn send(&mut self, text: &str) -> Result<()> {
        self.connection
            .publish(&self.subject, "stored", text)
            .await?;
        let reply = self.connection.next().await?.payload;
        ensure!(reply.contains("\"seq\""), "not stored: {reply}");
        Ok(())
    }

    async fn idle(&mut self) -> Result<()> {
        loop {
            self.connection.next().await?;
        }
    }
}

struct NatsDashboard(Connection);

#[async_trait]
impl Dashboard for NatsDashboard {
    async fn receive(&mut self, numbers: &mut Vec<u32>) -> Result<()> {
        loop {
            let message = self.0.next().await?;
            numbers_in(&message.payload, numbers);
            if !self.0.has_more() {
                return Ok(());
            }
        }
    }
}

struct NatsRacer {
    connection: Connection,
    name: String,
}

#[async_trait]
impl Racer for NatsRacer {
    async fn attempt(&mut self, conversation: u32) -> Result<()> {
        let subject = format!("holder.{conversation}");
        let reply = conversation.to_string();
        self.connection
            .publish_if_last(&subject, 0, &reply, &self.name)
            .await
    }

    async fn outcome(&mut self) -> Result<Outcome> {
        let reply = self.connection.next().await?;
        let conversation = reply
            .subject
            .rsplit_once('.')
            .context("no conversation")?
            .1
            .parse()?;
        Ok(Outcome {
            conversation,
            won: !reply.payload.contains("\"error\""),
        })
    }
}
