//! As much of the NATS client protocol as the measurements need.

use crate::compare::process::Endpoint;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

const STALLED: &str = "Nats-Consumer-Stalled:";

/// A connection to a NATS server.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    inbox: String,
    line: String,
}

/// A message, or a reply to one of ours.
pub(super) struct Incoming {
    pub(super) subject: String,
    pub(super) payload: String,
}

impl Connection {
    /// Connects, and subscribes to an inbox of its own.
    pub(super) async fn connect(endpoint: &Endpoint, inbox: String) -> Result<Self> {
        let tcp = TcpStream::connect(endpoint.address).await?;
        tcp.set_nodelay(true)?;
        let mut connection = Self {
            stream: BufReader::with_capacity(128 * 1024, tcp),
            inbox,
            line: String::new(),
        };
        connection.read_line().await?;
        ensure!(connection.line.starts_with("INFO"), "not a NATS server");
        let options =
            json!({ "verbose": false, "pedantic": false, "headers": true, "name": "bench" });
        let inbox = connection.inbox.clone();
        connection
            .write(&format!("CONNECT {options}\r\nSUB {inbox}.> 1\r\n"))
            .await?;
        Ok(connection)
    }

    /// Subscribes to a subject. A push consumer sees interest only in its exact deliver subject, no wildcard.
    pub(super) async fn subscribe(&mut self, subject: &str) -> Result<()> {
        self.write(&format!("SUB {subject} 2\r\n")).await
    }

    async fn write(&mut self, bytes: &str) -> Result<()> {
        Ok(self.stream.write_all(bytes.as_bytes()).await?)
    }

    /// Publishes; `reply` names what comes back at the end of the inbox.
    pub(super) async fn publish(
        &mut self,
        subject: &str,
        reply: &str,
        payload: &str,
    ) -> Result<()> {
        let inbox = &self.inbox;
        let frame = format!(
            "PUB {subject} {inbox}.{reply} {}\r\n{payload}\r\n",
            payload.len()
        );
        self.write(&frame).await
    }

    /// Publishes if the last message of the subject in its stream has this sequence (0: there is none).
    pub(super) async fn publish_if_last(
        &mut self,
        subject: &str,
        last: u64,
        reply: &str,
        payload: &str,
    ) -> Result<()> {
        let header = format!("NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: {last}\r\n\r\n");
        let (inbox, head, all) = (&self.inbox, header.len(), header.len() + payload.len());
        let frame = format!("HPUB {subject} {inbox}.{reply} {head} {all}\r\n{header}{payload}\r\n");
        self.write(&frame).await
    }

    /// The next message; pings are answered on the way.
    pub(super) async fn next(&mut self) -> Result<Incoming> {
        loop {
            self.read_line().await?;
            let words: Vec<&str> = self.line.split_ascii_whitespace().collect();
            match words.as_slice() {
                ["PING"] => self.write("PONG\r\n").await?,
                ["MSG", subject, .., size] => {
                    let (subject, size) = ((*subject).to_owned(), size.parse()?);
                    let payload = self.read_payload(size).await?;
                    return Ok(Incoming { subject, payload });
                }
                ["HMSG", _, _, rest @ .., _, size] => {
                    let (reply, size) =
                        (rest.first().map(|reply| (*reply).to_owned()), size.parse()?);
                    let headers = self.read_payload(size).await?;
                    self.keep_flowing(reply, &headers).await?;
                }
                ["-ERR", ..] => bail!("the NATS server says {}", self.line.trim()),
                _ => {}
            }
        }
    }

    /// Answers what a push consumer asks under flow control; no measured message has headers.
    async fn keep_flowing(&mut self, reply: Option<String>, headers: &str) -> Result<()> {
        let stalled = headers.lines().find_map(|line| line.strip_prefix(STALLED));
        if let Some(subject) = reply.as_deref().or(stalled) {
            self.write(&format!("PUB {} 0\r\n\r\n", subject.trim()))
                .await?;
        }
        Ok(())
    }

    /// Whether another message has already arrived.
    pub(super) fn has_more(&self) -> bool {
        !self.stream.buffer().is_empty()
    }

    /// A call of the JetStream API.
    pub(super) async fn call(&mut self, subject: &str, request: &Value) -> Result<()> {
        self.publish(subject, "api", &request.to_string()).await?;
        let reply: Value = serde_json::from_str(&self.next().await?.payload)?;
        ensure!(reply.get("error").is_none(), "{subject}: {reply}");
        Ok(())
    }

    async fn read_line(&mut self) -> Result<()> {
        self.line.clear();
        let read = self.stream.read_line(&mut self.line).await?;
        ensure!(read > 0, "the NATS server went away");
        Ok(())
    }

    async fn read_payload(&mut self, size: usize) -> Result<String> {
        let mut payload = vec![0; size + 2];
        self.stream.read_exact(&mut payload).await?;
        payload.truncate(size);
        String::from_utf8(payload).context("not UTF-8")
    }
}
