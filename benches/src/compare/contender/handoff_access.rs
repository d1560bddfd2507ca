//! What lets the clients of a run in: the owner's account and colleagues, made at the start, and visitors' secrets.

use crate::compare::{
    clock,
    process::{Endpoint, Server},
};
use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;
use uuid::Uuid;

/// As many people race for a conversation; more dashboards than that share accounts.
const AGENTS: u32 = 8;
const LINK_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Access {
    pub(super) service: String,
    cookies: Vec<String>,
    #[serde(skip)]
    client: Client,
}

#[derive(Debug, Deserialize)]
pub(super) struct VisitorKey {
    pub(super) visitor: String,
    pub(super) secret: String,
}

impl Access {
    /// Makes the owner and colleagues, and leaves the floor of every conversation to people: no automated word is
    /// in the figures, and none in those of the peers.
    pub(super) async fn arrange(server: &Server) -> Result<Self> {
        let endpoint = &server.endpoint;
        let mut access = Self {
            service: String::new(),
            cookies: Vec::new(),
            client: Client::new(),
        };
        let token = setup_token(server).await?;
        let owner = access.accept(endpoint, &token, 0).await?;
        access.cookies.push(owner);
        for number in 1..AGENTS {
            let body = json!({ "role": "agent" });
            let invitation: Value = access.post(endpoint, "team/invitations", &body).await?;
            let link = invitation.get("link").and_then(Value::as_str);
            let token = link.and_then(token_in).context("no link")?.to_owned();
            let cookie = access.accept(endpoint, &token, number).await?;
            access.cookies.push(cookie);
        }
        let mode = json!({ "mode": "human_only" });
        let services: Vec<Value> = access.post(endpoint, "services/mode", &mode).await?;
        let first = services.first().context("no service")?;
        let id = first.pointer("/service/id").and_then(Value::as_str);
        id.context("no service id")?.clone_into(&mut access.service);
        Ok(access)
    }

    pub(super) fn of(endpoint: &Endpoint) -> Result<Self> {
        let access = endpoint.access.as_deref().context("no access")?;
        Ok(serde_json::from_str(access)?)
    }

    pub(super) fn cookie(&self, number: u32) -> Result<&str> {
        let cookie = self.cookies.get((number % AGENTS) as usize);
        Ok(cookie.context("no cookie")?)
    }

    pub(super) async fn new_visitor(&self, endpoint: &Endpoint) -> Result<VisitorKey> {
        let body = json!({ "service": self.service });
        self.post(endpoint, "visitor/session", &body).await
    }

    /// A conversation with one message in it; its id.
    pub(super) async fn new_conversation(&self, endpoint: &Endpoint) -> Result<String> {
        let VisitorKey { visitor, secret } = self.new_visitor(endpoint).await?;
        let response = self
            .client
            .post(url(endpoint, "visitor/messages"))
            .bearer_auth(format!("{visitor}.{secret}"))
            .json(&json!({ "id": Uuid::from_u128(1), "text": "Is anybody there?" }))
            .send()
            .await?;
        let said: Value = checked(response).await?.json().await?;
        let id = said.get("conversation").and_then(Value::as_str);
        Ok(id.context("no conversation")?.to_owned())
    }

    async fn accept(&self, endpoint: &Endpoint, token: &str, number: u32) -> Result<String> {
        let body = json!({
            "token": token,
            "name": format!("Agent {number}"),
            "email": format!("agent{number}@example.com"),
            "password": format!("a long password {number}"),
        });
        let response = self
            .client
            .post(url(endpoint, "invitations/accept"))
            .header("origin", format!("http://{}", endpoint.address))
            .json(&body)
            .send()
            .await?;
        let response = checked(response).await?;
        let cookie = response.headers().get("set-cookie").context("no cookie")?;
        let cookie = cookie.to_str()?.split(';').next().context("no cookie")?;
        Ok(cookie.to_owned())
    }

    async fn post<T: DeserializeOwned>(
        &self,
        endpoint: &Endpoint,
        path: &str,
        body: &Value,
    ) -> Result<T> {
        let mut request = self
            .client
            .post(url(endpoint, path))
            .header("origin", format!("http://{}", endpoint.address));
        if let Some(owner) = self.cookies.first() {
            request = request.header("cookie", owner);
        }
        let response = request.json(body).send().await?;
        Ok(checked(response).await?.json().await?)
    }
}

fn url(endpoint: &Endpoint, path: &str) -> String {
    format!("http://{}/api/v1/{path}", endpoint.address)
}

async fn checked(response: Response) -> Result<Response> {
    let (status, url) = (response.status(), response.url().clone());
    if status.is_success() {
        return Ok(response);
    }
    bail!("{url}: {status} {}", response.text().await?)
}

/// The token of the one-time link that the server prints for its owner.
async fn setup_token(server: &Server) -> Result<String> {
    let started = clock::now();
    loop {
        if let Some(token) = token_in(&server.printed()?) {
            return Ok(token.to_owned());
        }
        ensure!(
            started.elapsed() < LINK_LIMIT,
            "the server prints no link for its owner"
        );
        sleep(Duration::from_millis(20)).await;
    }
}

/// The token at the end of a link that makes an account.
fn token_in(text: &str) -> Option<&str> {
    let link = |page| text.split_once(page);
    let (_, rest) = link("/setup#").or_else(|| link("/join#"))?;
    rest.split_whitespace().next()
}
