//! Visitors over plain HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use handoff_core::conversation::Rejection;
use handoff_core::id::{CommandId, ConversationId};
use serde::{Deserialize, Serialize};

use super::known::KnownVisitor;
use super::projection::visitor_event;
use super::say::{Place, say};
use crate::extract::{self, Body, Params};
use crate::failure::Failure;
use crate::transport::Transport;
use crate::ws::protocol::VisitorEvent;

/// Most events that one answer looks at.
const PAGE: usize = 500;

async fn known(transport: &Transport, headers: &HeaderMap) -> Result<KnownVisitor, Failure> {
    let visitor = KnownVisitor::of(transport.handoff(), headers).await?;
    if let Some(service) = transport.handoff().service(&visitor.service).await? {
        transport.check_site(&service.value, headers)?;
    }
    Ok(visitor)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    conversation: String,
    #[serde(default)]
    after: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Seen {
    events: Vec<VisitorEvent>,
    /// Go on from here.
    version: u64,
}

/// `GET /api/v1/visitor/events`
pub(super) async fn events(
    State(transport): State<Transport>,
    headers: HeaderMap,
    Params(from): Params<From>,
) -> Result<Json<Seen>, Failure> {
    let visitor = known(&transport, &headers).await?;
    let id: ConversationId = extract::conversation(&from.conversation)?;
    let state = transport
        .handoff()
        .state(id)
        .await?
        .filter(|state| visitor.owns(state));
    state.ok_or(Rejection::NoSuchConversation)?;
    let events = transport
        .handoff()
        .store()
        .events(id, from.after, PAGE)
        .await?;
    let version = events.last().map_or(from.after, |last| last.seq);
    Ok(Json(Seen {
        events: events.iter().filter_map(visitor_event).collect(),
        version,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMessage {
    #[serde(default)]
    id: Option<CommandId>,
    text: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Stored {
    conversation: ConversationId,
    seq: u64,
}

/// `POST /api/v1/visitor/messages`
pub(super) async fn send(
    State(transport): State<Transport>,
    headers: HeaderMap,
    Body(message): Body<NewMessage>,
) -> Result<Json<Stored>, Failure> {
    let visitor = known(&transport, &headers).await?;
    let id = extract::command_id(message.id, &headers)?;
    let pace = &transport.inner.visitor_pace;
    pace.pass(&(visitor.service.clone(), visitor.id.clone()))
        .map_err(Failure::too_many)?;
    let handoff = transport.handoff();
    let current = handoff
        .store()
        .current(&visitor.service, &visitor.id)
        .await?;
    let said = say(
        handoff,
        &visitor,
        current,
        &Place::default(),
        &id,
        &message.text,
    )
    .await?;
    Ok(Json(Stored {
        conversation: said.conversation,
        seq: said.seq,
    }))
}
