//! Erasing a visitor.

use std::collections::BTreeSet;

use handoff_core::conversation::Event;
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};

use crate::client::{Client, cmd};
use crate::entry::push_words;
use crate::error::odd;
use crate::keys::ServiceKeys;
use crate::read::{json, member_id};
use crate::sortable::id;
use crate::{entry, head, script};

/// A conversation that is said something in while it is erased is looked at again so often.
pub(crate) const LOOKS: usize = 16;
/// So many events are read at once.
const CHUNK: usize = 500;

/// Erases every conversation of one visitor of one service, one step each: a caller who is told of a failure in between
/// asks again for the rest.
pub(crate) async fn visitor(
    client: &Client,
    service: &ServiceId,
    visitor: &VisitorId,
) -> Result<u64, StoreError> {
    let keys = client.keys.service(service);
    let mut all = cmd("ZRANGE", &keys.visitor(visitor));
    let members: Vec<String> = client.ask(all.arg(0).arg(-1)).await?;
    let mut erased = 0;
    for member in &members {
        let of = member_id(member)?;
        erased += u64::from(conversation(client, &keys, visitor, of).await?);
        client.forget(of).await?;
    }
    Ok(erased)
}

async fn conversation(
    client: &Client,
    keys: &ServiceKeys,
    visitor: &VisitorId,
    of: ConversationId,
) -> Result<bool, StoreError> {
    let touched = keys.of_conversation(of, visitor);
    for _ in 0..LOOKS {
        let Some((version, words)) = known(client, keys, of).await? else {
            return Ok(false);
        };
        let mut args = vec![id(of.as_uuid()).into_bytes(), version.into_bytes()];
        push_words(&mut args, words);
        let answer: String = client.run(&script::ERASE, &touched, &args).await?;
        match answer.as_str() {
            "erased" => return Ok(true),
            "absent" => return Ok(false),
            "changed" => {}
            other => return Err(odd(&other)),
        }
    }
    Err(restless(of))
}

/// What is answered where a conversation was never the same at two looks.
pub(crate) fn restless(of: ConversationId) -> StoreError {
    StoreError::unavailable(format!("conversation {of} changes too fast to be replaced"))
}

/// The version of a conversation and the words by which it is found, as scripts must know them that remove it.
pub(crate) async fn known(
    client: &Client,
    keys: &ServiceKeys,
    of: ConversationId,
) -> Result<Option<(String, BTreeSet<String>)>, StoreError> {
    let mut get = cmd("HGET", &keys.heads());
    let head: Option<String> = client.ask(get.arg(id(of.as_uuid()))).await?;
    let Some(version) = head.as_deref().and_then(head::version) else {
        return Ok(None);
    };
    let mut words = BTreeSet::new();
    let mut first = 0;
    loop {
        let mut range = cmd("LRANGE", &keys.log(of));
        range.arg(first).arg(first + CHUNK - 1);
        let events: Vec<Vec<u8>> = client.ask(&range).await?;
        let chunk = events.len();
        let events: Vec<Event> = events.iter().map(|e| json(e)).collect::<Result<_, _>>()?;
        words.extend(entry::words(events.iter()));
        if chunk < CHUNK {
            return Ok(Some((version.to_owned(), words)));
        }
        first += CHUNK;
    }
}
