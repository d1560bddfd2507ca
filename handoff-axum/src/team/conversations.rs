//! Boards, search, and one conversation.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use handoff_core::conversation::{Card, Draft, Event, EventBody, Fact, Page, Summary};
use handoff_core::store::BoardQuery;
use serde::{Deserialize, Serialize};

use super::{cursor, query};
use crate::auth::Signed;
use crate::extract::{self, Params};
use crate::failure::Failure;
use crate::transport::Transport;
use crate::ws::protocol::Me;

/// Most events of one answer.
const MAX_EVENTS: usize = 1_000;

#[derive(Debug, Serialize)]
pub(super) struct CardPage {
    cards: Vec<Arc<Card>>,
    next: Option<String>,
}

/// `GET /api/v1/conversations`
pub(super) async fn list(
    State(transport): State<Transport>,
    Signed(me): Signed,
    uri: Uri,
) -> Result<Json<CardPage>, Failure> {
    let mut query = query::parse(&uri)?;
    if !narrow(&mut query, &me) {
        return Ok(Json(CardPage {
            cards: Vec::new(),
            next: None,
        }));
    }
    let page = transport.handoff().store().board(&query).await?;
    Ok(Json(CardPage {
        cards: page.cards,
        next: page.next.as_ref().and_then(cursor::encode),
    }))
}

/// Narrows a query down to the services that somebody sees; `false` where nothing is left of it. (An empty list would
/// mean every service.)
pub(crate) fn narrow(query: &mut BoardQuery, me: &Me) -> bool {
    if let Some(own) = &me.services {
        if query.services.is_empty() {
            query.services.clone_from(own);
        } else {
            query.services.retain(|service| own.contains(service));
        }
        return !query.services.is_empty();
    }
    true
}

#[derive(Debug, Serialize)]
pub(super) struct Detail {
    card: Card,
    facts: Arc<Vec<Fact>>,
    instruction: Option<Arc<str>>,
    draft: Option<Draft>,
    opened_page: Option<Page>,
}

/// `GET /api/v1/conversations/{id}`
pub(super) async fn show(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Json<Detail>, Failure> {
    let state = transport
        .conversation_for(&me, extract::conversation(&id)?)
        .await?;
    let first = transport.handoff().store().events(state.id, 0, 1).await?;
    let opened_page = first.into_iter().next().and_then(|event| match event.body {
        EventBody::Opened { page, .. } => Some(page),
        _ => None,
    });
    Ok(Json(Detail {
        card: Card::from(&*state),
        facts: state.facts.clone(),
        instruction: state.instruction.clone(),
        draft: state.draft.clone(),
        opened_page,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    #[serde(default)]
    after: u64,
    #[serde(default = "most")]
    limit: usize,
}

fn most() -> usize {
    MAX_EVENTS
}

#[derive(Debug, Serialize)]
pub(super) struct Log {
    events: Vec<Event>,
    version: u64,
}

/// `GET /api/v1/conversations/{id}/events`
pub(super) async fn events(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Params(from): Params<From>,
) -> Result<Json<Log>, Failure> {
    if !(1..=MAX_EVENTS).contains(&from.limit) {
        return Err(Failure::malformed(format!("limit is 1 to {MAX_EVENTS}.")));
    }
    let state = transport
        .conversation_for(&me, extract::conversation(&id)?)
        .await?;
    let events = transport
        .handoff()
        .store()
        .events(state.id, from.after, from.limit)
        .await?;
    let version = events
        .last()
        .map_or(state.version, |last| last.seq.max(state.version));
    Ok(Json(Log { events, version }))
}

/// `GET /api/v1/conversations/{id}/summary`
pub(super) async fn summary(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Json<Summary>, Failure> {
    let state = transport
        .conversation_for(&me, extract::conversation(&id)?)
        .await?;
    let summary = transport.handoff().summary(state.id).await?;
    summary.map(Json).ok_or_else(Failure::not_found)
}

#[cfg(test)]
mod tests {
    use handoff_core::conversation::{AgentRef, Role};
    use handoff_core::id::{AgentId, ServiceId};

    use super::*;

    #[test]
    fn nobody_sees_more_than_their_services() {
        let id = |text: &str| ServiceId::new(text).unwrap();
        let me = |services| Me {
            agent: AgentRef {
                id: AgentId::new("ann").unwrap(),
                name: "Ann".into(),
            },
            role: Role::Agent,
            services,
        };
        let narrowed = |asked: &[&str], own: Option<&[&str]>| {
            let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect::<Vec<_>>();
            let mut query = BoardQuery {
                services: ids(asked),
                ..BoardQuery::default()
            };
            narrow(&mut query, &me(own.map(ids))).then_some(query.services)
        };
        assert_eq!(narrowed(&[], None), Some(vec![]));
        assert_eq!(narrowed(&[], Some(&["a"])), Some(vec![id("a")]));
        assert_eq!(narrowed(&["a", "b"], Some(&["a"])), Some(vec![id("a")]));
        assert_eq!(narrowed(&["b"], Some(&["a"])), None);
        assert_eq!(narrowed(&[], Some(&[])), None);
    }
}
