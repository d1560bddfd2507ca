//! Erasing a visitor.

use std::collections::BTreeSet;

use handoff_core::conversation::Event;
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};

use crate::client::{Client, cmd};
use crate::error::odd;
use crate::keys::ServiceKeys;
use crate::read::{json, member_id};
use crate::sortable::id;
use crate::{entry, head, script};

/// A conversation that is said something in while it is erased is looked at again so often.
const LOOKS: usize = 16;
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
    let mut touched = Vec::from(keys.of_conversation(of, visitor));
    touched.push(keys.dead());
    let name = id(of.as_uuid());
    for _ in 0..LOOKS {
        let mut get = cmd("HGET", &keys.heads());
        let head: Option<String> = client.ask(get.arg(&name)).await?;
        let Some(version) = head.as_deref().and_then(head::version) else {
            return Ok(false);
        };
        let words = words(client, keys, of).await?;
        let mut args = vec![name.as_str(), version];
        args.extend(words.iter().map(String::as_str));
        let answer: String = client.run(&script::ERASE, &touched, &args).await?;
        match answer.as_str() {
            "erased" => return Ok(true),
            "absent" => return Ok(false),
            "changed" => {}
            other => return Err(odd(&other)),
        }
    }
    Err(StoreError::unavailable(format!(
        "conversation {of} changes too fast to be erased"
    )))
}

/// The words by which a conversation is found.
async fn words(
    client: &Client,
    keys: &ServiceKeys,
    of: ConversationId,
) -> Result<BTreeSet<String>, StoreError> {
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
            return Ok(words);
        }
        first += CHUNK;
    }
}
