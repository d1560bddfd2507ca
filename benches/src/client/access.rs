//! Signs in, invites the agents, makes visitors, reads transcripts.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use handoff_core::conversation::Event;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// A request that is refused as too many is sent again so often.
const TRIES: u32 = 60;
/// Events of a transcript are read in pages of so many.
const PAGE: usize = 500;

/// A visitor's id and secret.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct VisitorKey {
    pub(crate) visitor: String,
    pub(crate) secret: String,
}

#[derive(Deserialize)]
struct EventPage {
    events: Vec<Event>,
}

/// The HTTP side of the server.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    client: Client,
    base: String,
    origin: String,
    owner: String,
}

impl Access {
    /// Of the server at this address.
    pub(crate) fn at(url: &str) -> Self {
        Self {
            client: Client::new(),
            base: url.trim_end_matches('/').to_owned(),
            origin: url.trim_end_matches('/').to_owned(),
            owner: String::new(),
        }
    }

    /// With the owner's cookie.
    pub(crate) fn owned_by(self, owner: String) -> Self {
        Self { owner, ..self }
    }

    /// A new agent's cookie.
    pub(crate) async fn invite(&self, number: usize) -> Result<String> {
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

    /// Makes the account that a one-time link is for; its cookie.
    pub(crate) async fn accept(&self, link: &str, name: &str, salt: u64) -> Result<String> {
        let token = link
            .trim()
            .split_once('#')
            .context("that is no one-time link")?
            .1;
        let email = format!("{name}-{salt}@example.com");
        let body = json!({ "token": token, "name": name, "email": email, "password": uuid::Uuid::from_u128(salt.into()) });
        self.cookie("invitations/accept", &body).await
    }

    /// The cookie that a request sets.
    pub(crate) async fn cookie(&self, path: &str, body: &Value) -> Result<String> {
        let response = self.answer(self.post(path, body)).await?;
        let cookie = response
            .headers()
            .get("set-cookie")
            .context("no cookie came")?
            .to_str()?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    pub(crate) async fn new_visitor(&self, service: &str) -> Result<VisitorKey> {
        Ok(self
            .answer(self.post("visitor/session", &json!({ "service": service })))
            .await?
            .json()
            .await?)
    }

    /// Every event of a conversation.
    pub(crate) async fn transcript(&self, conversation: &str) -> Result<Vec<Event>> {
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

    /// Who a cookie signs in, or whatever else this path answers to it.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, cookie: &str) -> Result<T> {
        let url = format!("{}/api/v1/{path}", self.base);
        let request = self.client.get(url).header("cookie", cookie);
        let request = request.header("host", self.host());
        Ok(self.answer(request).await?.json().await?)
    }

    /// Replaces something as the owner.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<()> {
        let url = format!("{}/api/v1/{path}", self.base);
        let request = self.client.put(url).header("origin", &self.origin);
        let request = request.header("cookie", &self.owner).json(body);
        self.answer(request).await?;
        Ok(())
    }

    /// Sends something once; status and body of the answer.
    ///
    /// # Errors
    /// The connection came to no answer.
    pub(crate) async fn try_post(
        &self,
        path: &str,
        body: &Value,
        cookie: &str,
    ) -> Result<(u16, String)> {
        let response = self
            .post(path, body)
            .header("cookie", cookie)
            .send()
            .await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    /// The same server by another address: requests still name the origin that it is known by.
    pub(crate) fn through(&self, url: &str) -> Self {
        Self {
            base: url.trim_end_matches('/').to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn socket_url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base.replacen("http", "ws", 1))
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}/api/v1/{path}", self.base))
            .header("origin", &self.origin)
            .header("host", self.host())
            .json(body)
    }

    /// The host that the server is known by, whatever the address.
    fn host(&self) -> &str {
        let (_, host) = self.origin.split_once("://").unwrap_or_default();
        host
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
