//! Parlant (`peers/parlant`) in its manual mode: visitors post events, the dashboard long-polls each session.

use super::{Contender, Dashboard, Durability, Racer, Visitor, message::numbers_in};
use crate::compare::{
    clock,
    process::{Endpoint, Server, free_address},
};
use anyhow::{Context, Result, bail, ensure};
use async_trait::async_trait;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use tokio::{process::Command, sync::mpsc, task::JoinSet, time::sleep};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/parlant");
const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/peers/parlant/.venv/bin/python"
);
/// Visitors of a light load: their sessions are there before the dashboard looks.
const SESSIONS: usize = 8;
const START_LIMIT: Duration = Duration::from_mins(1);

pub(super) struct Parlant;

#[derive(Debug, Serialize, Deserialize)]
struct Access {
    sessions: Vec<String>,
}

impl Access {
    fn of(endpoint: &Endpoint) -> Result<Self> {
        let access = endpoint.access.as_deref().context("no access")?;
        Ok(serde_json::from_str(access)?)
    }
}

#[async_trait]
impl Contender for Parlant {
    async fn prepare(&self) -> Result<()> {
        if Path::new(PYTHON).exists() {
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
            "peers/parlant/install.sh failed: {said}"
        );
        Ok(())
    }

    async fn start(&self, _: Durability) -> Result<Server> {
        let data = tempfile::tempdir()?;
        let (address, tools) = (free_address().await?, free_address().await?);
        let mut command = Command::new(PYTHON);
        command
            .arg(Path::new(FOLDER).join("server.py"))
            .current_dir(data.path())
            .env("PORT", address.port().to_string())
            .env("TOOL_PORT", tools.port().to_string());
        let mut server = Server::start(command, address, data).await?;
        let sessions = manual_sessions(&server).await?;
        server.endpoint.access = Some(serde_json::to_string(&Access { sessions })?);
        Ok(server)
    }

    async fn visitor(&self, endpoint: &Endpoint, number: u32) -> Result<Box<dyn Visitor>> {
        let sessions = Access::of(endpoint)?.sessions;
        let session = sessions.get(number as usize).context("no session")?;
        Ok(Box::new(ParlantVisitor {
            client: Client::new(),
            events: events(endpoint, session),
        }))
    }

    async fn dashboard(&self, endpoint: &Endpoint, _: u32) -> Result<Box<dyn Dashboard>> {
        let (sender, texts) = mpsc::channel(1024);
        let mut polls = JoinSet::new();
        for session in Access::of(endpoint)?.sessions {
            polls.spawn(poll(events(endpoint, &session), sender.clone()));
        }
        Ok(Box::new(ParlantDashboard {
            texts,
            _polls: polls,
        }))
    }

    async fn racers(&self, _: &Endpoint, _: u32, _: u32) -> Result<Vec<Box<dyn Racer>>> {
        bail!("Parlant has no claim: its manual mode belongs to nobody")
    }
}

fn events(endpoint: &Endpoint, session: &str) -> String {
    format!("http://{}/sessions/{session}/events", endpoint.address)
}

async fn manual_sessions(server: &Server) -> Result<Vec<String>> {
    let started = clock::now();
    let agent = loop {
        let printed = server.printed()?;
        if let Some(id) = printed.lines().find_map(|line| line.strip_prefix("agent ")) {
            break id.to_owned();
        }
        ensure!(started.elapsed() < START_LIMIT, "no agent: {printed}");
        sleep(Duration::from_millis(50)).await;
    };
    let client = Client::new();
    let url = format!("http://{}/sessions", server.endpoint.address);
    let mut sessions = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        let body = json!({ "agent_id": agent });
        let response = client.post(&url).json(&body).send().await?;
        let session: Value = response.error_for_status()?.json().await?;
        let id = session.get("id").and_then(Value::as_str);
        let id = id.context("no session id")?.to_owned();
        let manual = client.patch(format!("{url}/{id}"));
        let response = manual.json(&json!({ "mode": "manual" })).send().await?;
        response.error_for_status()?;
        sessions.push(id);
    }
    Ok(sessions)
}

/// Asks again and again for what comes after the last event; the server answers as soon as there is one.
async fn poll(url: String, texts: mpsc::Sender<String>) -> Result<()> {
    let client = Client::new();
    let mut next = 0;
    loop {
        let query = format!("{url}?min_offset={next}&wait_for_data=20");
        let response = client.get(query).send().await?;
        if response.status() == StatusCode::GATEWAY_TIMEOUT {
            continue; // nothing was said meanwhile
        }
        let events: Vec<Value> = response.error_for_status()?.json().await?;
        for event in events {
            let offset = event.get("offset").and_then(Value::as_u64).unwrap_or(next);
            next = next.max(offset + 1);
            texts.send(event.to_string()).await?;
        }
    }
}

struct ParlantVisitor {
    client: Client,
    events: String,
}

#[async_trait]
impl Visitor for ParlantVisitor {
    async fn send(&mut self, text: &str) -> Result<()> {
        let body = json!({ "kind": "message", "source": "customer", "message": text });
        let response = self.client.post(&self.events).json(&body).send().await?;
        response.error_for_status()?.bytes().await?;
        Ok(())
    }

    async fn idle(&mut self) -> Result<()> {
        bail!("a Parlant visitor has no connection to keep")
    }
}

struct ParlantDashboard {
    texts: mpsc::Receiver<String>,
    _polls: JoinSet<Result<()>>,
}

#[async_trait]
impl Dashboard for ParlantDashboard {
    async fn receive(&mut self, numbers: &mut Vec<u32>) -> Result<()> {
        let text = self.texts.recv().await.context("every poll ended")?;
        numbers_in(&text, numbers);
        Ok(())
    }
}
