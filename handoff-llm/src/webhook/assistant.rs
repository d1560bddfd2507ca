//! [`Webhook`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::error::Unreachable;
use handoff_core::runtime::{Clock, SystemClock};
use reqwest::{RequestBuilder, StatusCode};
use url::Url;

use super::options::{InvalidWebhook, WebhookOptions};
use super::signature::Key;

/// A message has at most so many bytes: of a longer conversation a bot gets what was said last.
const MAX_BYTES: usize = 512 << 10;

/// Tells a bot of one's own of each turn, by a message signed by the rules of Standard Webhooks; the bot answers with the
/// turn's ticket over the transport's routes for bots, as one that waits for its turns there does.
///
/// The message is sent at least once: an attempt that failed is repeated with the same `webhook-id`, within bounds and
/// the turn's deadline, and so is the turn of a server that was killed. A bot that refuses or can't be reached has
/// failed, at once; where nobody knows whether it got the message, the turn's deadline decides. Messages go to the
/// configured address alone: no redirect is followed, no proxy asked, and of the bot's answer only the status is read.
/// A takeover ends an attempt under way.
#[derive(Debug)]
pub struct Webhook {
    options: WebhookOptions,
    url: Url,
    key: Key,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

/// Why an attempt failed. It names no address: that may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Failure {
    #[error("the bot can't be reached: check its address, and that it runs")]
    Unreachable,
    #[error("the bot did not say in time that it has the turn")]
    Unknown,
    #[error("the bot answered {0}")]
    Refused(StatusCode),
    #[error("the turn can't be written as a message")]
    Unwritable,
}

impl Failure {
    fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable | Self::Unknown => true,
            Self::Refused(status) => {
                status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
            }
            Self::Unwritable => false,
        }
    }
}

impl Webhook {
    /// One that tells the bot at this address.
    ///
    /// # Errors
    /// [`InvalidWebhook`] names the first setting that can't work.
    pub fn new(options: WebhookOptions) -> Result<Self, InvalidWebhook> {
        let (url, key) = options.validate()?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(options.attempt)
            .build()
            .map_err(|_| InvalidWebhook {
                field: "url",
                problem: "this system has no certificates to trust: install them",
            })?;
        Ok(Self {
            options,
            url,
            key,
            http,
            clock: Arc::new(SystemClock),
        })
    }

    /// Delivers a message; an attempt whose outcome is unknown makes the whole unknown.
    async fn deliver(&self, id: &str, body: &[u8]) -> Result<(), Failure> {
        let (mut pause, mut unknown) = (self.options.first_pause, false);
        for tries_left in (0..=self.options.retries).rev() {
            let Err(failure) = self.attempt(id, body).await else {
                return Ok(());
            };
            unknown |= failure == Failure::Unknown;
            if tries_left == 0 || !failure.is_temporary() {
                return Err(if unknown { Failure::Unknown } else { failure });
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(Failure::Unknown)
    }

    async fn attempt(&self, id: &str, body: &[u8]) -> Result<(), Failure> {
        let sent = self.request(id, body)?.send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Failure::Refused(answer.status())),
            Err(error) if error.is_connect() => Err(Failure::Unreachable),
            Err(_) => Err(Failure::Unknown),
        }
    }

    fn request(&self, id: &str, body: &[u8]) -> Result<RequestBuilder, Failure> {
        let seconds = self.clock.now().as_millis().div_euclid(1_000);
        let signature = self.key.sign(id, seconds, body);
        Ok(self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature.ok_or(Failure::Unwritable)?)
            .body(body.to_vec()))
    }
}

/// The turn as a message: without the oldest lines where it were too long.
fn message(turn: &Turn) -> Result<Vec<u8>, Failure> {
    let write = |turn: &Turn| serde_json::to_vec(turn).map_err(|_| Failure::Unwritable);
    let mut bytes = write(turn)?;
    let mut shorter = turn.clone();
    while bytes.len() > MAX_BYTES {
        let half = shorter.transcript.len().div_ceil(2);
        if half < 1 {
            return Err(Failure::Unwritable);
        }
        shorter.transcript.drain(..half);
        bytes = write(&shorter)?;
    }
    Ok(bytes)
}

#[async_trait]
impl Assistant for Webhook {
    async fn reply(&self, turn: &Turn, _: &dyn ReplySink) -> Result<Answer, AssistantError> {
        let ticket = turn.ticket;
        // The same for each attempt, also one after a restart.
        let id = format!(
            "turn_{}_{}_{}",
            ticket.conversation, ticket.epoch, ticket.turn
        );
        let left = Duration::from(turn.deadline.since(self.clock.now()));
        let delivered = match message(turn) {
            Ok(body) => tokio::time::timeout(left, self.deliver(&id, &body)).await,
            Err(failure) => Ok(Err(failure)),
        };
        match delivered.unwrap_or(Err(Failure::Unknown)) {
            Ok(()) => Ok(Answer::Elsewhere),
            Err(failure @ Failure::Unknown) => {
                tracing::warn!(conversation = %ticket.conversation, turn = ticket.turn, %failure, "the deadline decides");
                Ok(Answer::Elsewhere)
            }
            Err(failure) => Err(AssistantError::Provider(Unreachable::new(failure))),
        }
    }
}
