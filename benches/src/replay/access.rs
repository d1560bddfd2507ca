//! Signs in, invites the agents, makes visitors, reads transcripts.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use handoff_core::conversation::Event;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Options;

/// A request that is refused as too many is sent again so often.
const TRIES: u32 = 60;
/// Events of a transcript are read in pages of so many.
const PAGE: usize = 500;

/// A visitor's id and secret.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct VisitorKey {
    pub(super) visitor: String,
    pub(super) secret: String,
}

#[derive(Deserialize)]
struct EventPage {
    events: Vec<Event>,
}

/// The HTTP side of the server.
#[derive(Debug, Clone)]
pub(super) struct Access {
    client: Client,
    base: String,
    owner: String,
}

impl Access {
    pub(super) async fn sign_in(options: &Options) -> Result<Self> {
        let base = options.url.trim_end_matches('/').to_owned();
        let mut access = Self {
            client: Client::new(),
            base,
            owner: String::new(),
        };
        access.owner = match (&options.email, &options.password) {
            (Some(email), Some(password)) => {
                let body = json!({ "email": email, "password": password });
                access
                    .cookie("session", &body)
                    .await
                    .context("signing in")?
            }
            _ => access.become_owner(options).await?,
        };
        Ok(access)
    }

    async fn become_owner(&self, options: &Options) -> Result<String> {
        let file = options.data_folder.join("owner-link.txt");
        let link = match &options.owner_link {
            Some(link) => link.clone(),
            None => std::fs::read_to_string(&file).with_context(|| {
                format!(
                    "no owner link at {}: start a new server here, or give --email and --password",
                    file.display()
                )
            })?,
        };
        self.accept(&link, "replay-owner", options.seed)
            .await
            .context("becoming the owner")
    }

    /// A new agent's cookie.
    pub(super) async fn invite(&self, number: usize) -> Result<String> {
        let request = self
            .post("team/invitations", &json!({ "role": "agent" }))
            .header("cookie", &self.owner);
        let invitation: Value = self.answer(request).await?.json().await?;
        let link = invitation
            .get("link")
            .and_then(Value::as_str)
            .context("the invitation has no link")?;
        self.accept(
            link,
            &format!("replay-agent-{number}"),
            u64::from(std::process::id()),
        )
        .await
    }

    async fn accept(&self, link: &str, name: &str, salt: u64) -> Result<String> {
        let token = link
            .trim()
            .split_once('#')
            .context("that is no one-time link")?
            .1;
        let email = format!("{name}-{salt}@example.com");
        let body = json!({ "token": token, "name": name, "email": email, "password": uuid::Uuid::from_u128(salt.into()) });
        self.cookie("invitations/accept", &body).await
    }

    async fn cookie(&self, path: &str, body: &Value) -> Result<String> {
        let response = self.answer(self.post(path, body)).await?;
        let cookie = response
            .headers()
            .get("set-cookie")
            .context("no cookie came")?
            .to_str()?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    pub(super) async fn new_visitor(&self, service: &str) -> Result<VisitorKey> {
        Ok(self
            .answer(self.post("visitor/session", &json!({ "service": service })))
            .await?
            .json()
            .await?)
    }

    /// Every event of a conversation.
    pub(super) async fn transcript(&self, conversation: &str) -> Result<Vec<Event>> {
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.seq);
            let path = format!(
                "{}/api/v1/conversations/{conversation}/events?after={after}&limit={PAGE}",
                self.base
            );
            let request = self.client.get(path).header("cookie", &self.owner);
            let page: EventPage = self.answer(request).await?.json().await?;
            if page.events.is_empty() {
                return Ok(events);
            }
            events.extend(page.events);
        }
    }

    pub(super) fn socket_url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base.replacen("http", "ws", 1))
    }

    pub(super) fn origin(&self) -> &str {
        &self.base
    }

    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}/api/v1/{path}", self.base))
            .header("origin", &self.base)
            .json(body)
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Response> {
        for _ in 0..TRIES {
            let request = request
                .try_clone()
                .context("the request can't be repeated")?;
            let response = request.send().await?;
            if response.status() != StatusCode::TOO_MANY_REQUESTS {
                let (status, url) = (response.status(), response.url().clone());
                if status.is_success() {
                    return Ok(response);
                }
                bail!("{url}: {status} {}", response.text().await?);
            }
            let after = response
                .headers()
                .get("retry-after")
                .and_then(|after| after.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(after.unwrap_or(1).min(60))).await;
        }
        bail!("the server says again and again that these are too many requests")
    }
}
