//! Bots of one's own, in any language: they wait for turns and answer by their tickets.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Json, Router};
use handoff_core::assistant::Turn;
use handoff_core::conversation::{Caller, Command, Conversation, Rejection, Reply, Ticket};
use handoff_core::directory::RecordKind;
use handoff_core::id::{CommandId, ConversationId, ServiceId};
use handoff_core::runtime::Request;
use serde::{Deserialize, Serialize};

use crate::extract::{self, Body, Params};
use crate::failure::Failure;
use crate::secret;
use crate::transport::Transport;

/// A bot waits so long for a turn where it does not say, in seconds.
const DEFAULT_WAIT: u64 = 25;
/// The longest that a bot may wait, in seconds.
const MAX_WAIT: u64 = 60;

/// What is stored of a bot's token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BotToken {
    /// What people call it.
    pub(crate) name: String,
}

pub(crate) fn routes() -> Router<Transport> {
    Router::new()
        .route("/api/v1/bot/turns", get(turns))
        .route("/api/v1/bot/replies", post(reply))
        .route("/api/v1/bot/pieces", post(piece))
}

/// A bot, by the token of its service.
struct Bot(ServiceId);

impl FromRequestParts<Transport> for Bot {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, transport: &Transport) -> Result<Self, Failure> {
        let wrong = || {
            let title = "This needs the token of a service, as Authorization: Bearer.";
            Failure::new(axum::http::StatusCode::UNAUTHORIZED, "unauthorised", title)
        };
        let token = extract::bearer(&parts.headers).ok_or_else(wrong)?;
        let handoff = transport.handoff();
        let record = handoff
            .directory()
            .get(RecordKind::Token, &secret::digest(token), handoff.now())
            .await?;
        record
            .and_then(|record| record.service)
            .map(Self)
            .ok_or_else(wrong)
    }
}

impl Bot {
    /// The ticket's conversation, if it is one of this bot's service.
    async fn conversation(
        &self,
        transport: &Transport,
        id: ConversationId,
    ) -> Result<Arc<Conversation>, Failure> {
        let state = transport.handoff().state(id).await?;
        state
            .filter(|state| state.service == self.0)
            .ok_or_else(|| Rejection::NoSuchConversation.into())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    #[serde(default = "default_wait")]
    wait: u64,
}

fn default_wait() -> u64 {
    DEFAULT_WAIT
}

#[derive(Debug, Serialize)]
struct Turns {
    turns: Vec<Arc<Turn>>,
}

async fn turns(
    State(transport): State<Transport>,
    Bot(service): Bot,
    Params(wait): Params<Wait>,
) -> Result<Json<Turns>, Failure> {
    if wait.wait > MAX_WAIT {
        return Err(Failure::malformed(format!(
            "wait is 0 to {MAX_WAIT} seconds."
        )));
    }
    let waiting = transport
        .handoff()
        .pending_turns(&service, Duration::from_secs(wait.wait));
    let turns = transport
        .inner
        .closing
        .run_until_cancelled(waiting)
        .await
        .unwrap_or_default();
    Ok(Json(Turns { turns }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    #[serde(default)]
    id: Option<CommandId>,
    ticket: Ticket,
    reply: Reply,
}

#[derive(Debug, Serialize)]
struct Said {
    version: u64,
}

async fn reply(
    State(transport): State<Transport>,
    bot: Bot,
    headers: HeaderMap,
    Body(answer): Body<Answer>,
) -> Result<Json<Said>, Failure> {
    let id = extract::command_id(answer.id, &headers)?;
    let state = bot
        .conversation(&transport, answer.ticket.conversation)
        .await?;
    let command = Command::CommitReply {
        ticket: answer.ticket,
        reply: answer.reply,
    };
    let request = Request {
        id: Some(id),
        caller: Caller::Assistant,
        command,
    };
    let outcome = transport.handoff().dispatch(state.id, request).await?;
    Ok(Json(Said {
        version: outcome.version,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    ticket: Ticket,
    offset: u64,
    text: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    shown: bool,
}

async fn piece(
    State(transport): State<Transport>,
    bot: Bot,
    Body(piece): Body<Piece>,
) -> Result<Json<Shown>, Failure> {
    let state = bot
        .conversation(&transport, piece.ticket.conversation)
        .await?;
    let shown = transport
        .handoff()
        .piece(piece.ticket, piece.offset, &piece.text);
    shown.map_err(|_| {
        let holder = state.holder().cloned();
        Rejection::FloorLost {
            ticket: piece.ticket,
            why: None,
            holder,
        }
    })?;
    Ok(Json(Shown { shown: true }))
}
