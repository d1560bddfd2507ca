//! Reads of single conversations, and of what is due.

use std::sync::Arc;

use handoff_core::conversation::{Conversation, Event};
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::store::{Due, Receipt};
use handoff_core::time::Timestamp;
use redis::Cmd;

use crate::client::{Client, cmd};
use crate::keys::ServiceKeys;
use crate::outbox::limit;
use crate::sortable::{NUMBER, id, read_id, read_signed, signed, split};
use crate::{entry, script};

async fn keys_of(client: &Client, id: ConversationId) -> Result<Option<ServiceKeys>, StoreError> {
    let service = client.service_of(id).await?;
    Ok(service.map(|service| client.keys.service(&service)))
}

/// Something stored, from its JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(text).map_err(StoreError::corrupt)
}

pub(crate) async fn state(
    client: &Client,
    of: ConversationId,
) -> Result<Option<Arc<Conversation>>, StoreError> {
    let Some(keys) = keys_of(client, of).await? else {
        return Ok(None);
    };
    let mut get = cmd("HGET", &keys.states());
    let state: Option<Vec<u8>> = client.ask(get.arg(id(of.as_uuid()))).await?;
    state.map(|state| json(&state).map(Arc::new)).transpose()
}

pub(crate) async fn events(
    client: &Client,
    of: ConversationId,
    after: u64,
    rows: usize,
) -> Result<Vec<Event>, StoreError> {
    // The log is dense from 1 on: an event's place in it is its seq less one.
    let first = i64::try_from(after);
    let (Ok(first), 1.., Some(keys)) = (first, rows, keys_of(client, of).await?) else {
        return Ok(Vec::new());
    };
    let last = first.saturating_add_unsigned(rows as u64 - 1);
    let mut range = cmd("LRANGE", &keys.log(of));
    let events: Vec<Vec<u8>> = client.ask(range.arg(first).arg(last)).await?;
    events.iter().map(|event| json(event)).collect()
}

pub(crate) async fn events_before(
    client: &Client,
    of: ConversationId,
    until: u64,
    rows: usize,
) -> Result<Vec<Event>, StoreError> {
    let Some(keys) = keys_of(client, of).await? else {
        return Ok(Vec::new());
    };
    let until = i64::try_from(until).unwrap_or(i64::MAX).to_string();
    let events: Vec<Vec<u8>> = client
        .run(
            &script::EVENTS_UNTIL,
            &[keys.log(of)],
            &[&until, &limit(rows)],
        )
        .await?;
    events.iter().map(|event| json(event)).collect()
}

pub(crate) async fn receipt(
    client: &Client,
    of: ConversationId,
    key: &str,
) -> Result<Option<Receipt>, StoreError> {
    let Some(keys) = keys_of(client, of).await? else {
        return Ok(None);
    };
    let mut get = cmd("HGET", &keys.receipts(of));
    let line: Option<String> = client.ask(get.arg(key)).await?;
    line.map(|line| entry::receipt(key.to_owned(), &line))
        .transpose()
}

pub(crate) async fn current(
    client: &Client,
    service: &ServiceId,
    visitor: &VisitorId,
) -> Result<Option<ConversationId>, StoreError> {
    let keys = client.keys.service(service);
    let mut open = cmd("HGET", &keys.open());
    // As `Conversation::open_key` has it.
    open.arg(format!("{service}\u{1f}{visitor}"));
    let mut latest = cmd("ZREVRANGEBYSCORE", &keys.visitor(visitor));
    latest.arg(entry::NOT_CLOSED).arg(entry::NOT_CLOSED);
    latest.arg("LIMIT").arg(0).arg(1);
    let (open, latest): (Option<String>, Vec<String>) = client.ask_at_once([open, latest]).await?;
    if let Some(open) = open {
        return read_id(&open).map(|id| Some(ConversationId::from_uuid(id)));
    }
    latest.first().map(|member| member_id(member)).transpose()
}

/// The conversation of a member that begins with a number.
pub(crate) fn member_id(member: &str) -> Result<ConversationId, StoreError> {
    let (_, id) = split(member, NUMBER)?;
    read_id(id).map(ConversationId::from_uuid)
}

fn due_of(member: &str) -> Result<Due, StoreError> {
    let (wake, _) = split(member, NUMBER)?;
    Ok(Due {
        conversation: member_id(member)?,
        wake: Timestamp::from_millis(read_signed(wake)?),
    })
}

pub(crate) async fn due(
    client: &Client,
    now: Timestamp,
    rows: usize,
) -> Result<Vec<Due>, StoreError> {
    let until = format!("[{}~", signed(now.as_millis()));
    let mut due = wakes(client, |keys| {
        let mut range = cmd("ZRANGEBYLEX", &keys.wakes());
        range.arg("-").arg(&until);
        range.arg("LIMIT").arg(0).arg(limit(rows));
        range
    })
    .await?;
    due.sort_unstable_by_key(|due| (due.wake, due.conversation));
    due.truncate(rows);
    Ok(due)
}

pub(crate) async fn next_wake(client: &Client) -> Result<Option<Timestamp>, StoreError> {
    let first = wakes(client, |keys| {
        let mut range = cmd("ZRANGE", &keys.wakes());
        range.arg(0).arg(0);
        range
    })
    .await?;
    Ok(first.into_iter().map(|due| due.wake).min())
}

/// Wakes of every service.
async fn wakes(
    client: &Client,
    look: impl Fn(&ServiceKeys) -> Cmd,
) -> Result<Vec<Due>, StoreError> {
    let asked = client.each(client.services().await?, |_, keys| {
        let look = look(&keys);
        async move { client.ask::<Vec<String>>(&look).await }
    });
    let members = asked.await?;
    members
        .iter()
        .flatten()
        .map(|member| due_of(member))
        .collect()
}
