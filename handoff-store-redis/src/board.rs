//! Boards: pages of cards, and counters.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use handoff_core::conversation::{Card, Conversation};
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId};
use handoff_core::store::{BoardCounts, BoardCursor, BoardPage, BoardQuery, BoardSort, MAX_PAGE};

use crate::client::{Client, cmd};
use crate::head::Lane;
use crate::keys::ServiceKeys;
use crate::read::{json, member_id};
use crate::sortable::{id, signed};
use crate::{script, search};

/// So many conversations are read and sorted here; of more, an order is read until a page is full.
const FEW: usize = 1_000;
/// So many members of an order are read at once at most.
const CHUNK: usize = 1_000;

/// The first page after the query's cursor.
pub(crate) async fn page(client: &Client, query: &BoardQuery) -> Result<BoardPage, StoreError> {
    let wanted = query.limit.min(MAX_PAGE);
    let services = if query.services.is_empty() {
        client.services().await?
    } else {
        let listed: BTreeSet<&ServiceId> = query.services.iter().collect();
        listed.into_iter().cloned().collect()
    };
    let words = search::words(query.text.as_deref());
    let words = words.as_slice();
    let found = client
        .each(services, |_, keys| async move {
            of_service(client, &keys, query, words, wanted + 1).await
        })
        .await?;
    let mut cards: Vec<Arc<Card>> = found.into_iter().flatten().collect();
    cards.sort_by_cached_key(|card| query.sort.key(card).order());
    let more = cards.len() > wanted;
    cards.truncate(wanted);
    let next = cards
        .last()
        .filter(|_| more)
        .map(|card| query.sort.key(card));
    Ok(BoardPage { cards, next })
}

/// The first cards of one service.
async fn of_service(
    client: &Client,
    keys: &ServiceKeys,
    query: &BoardQuery,
    words: &[String],
    wanted: usize,
) -> Result<Vec<Arc<Card>>, StoreError> {
    let Some(among) = named(client, keys, query, words).await? else {
        return walk(client, keys, query, None, wanted).await;
    };
    if among.len() > FEW {
        return walk(client, keys, query, Some(&among), wanted).await;
    }
    let mut cards = cards(client, keys, among).await?;
    let start = query.cursor.as_ref().map(BoardCursor::order);
    cards.retain(|card| {
        query.admits(card) && start.is_none_or(|start| query.sort.key(card).order() > start)
    });
    cards.sort_by_cached_key(|card| query.sort.key(card).order());
    cards.truncate(wanted);
    Ok(cards)
}

/// The conversations that a query names by its visitor or its words; `None` where it has neither.
async fn named(
    client: &Client,
    keys: &ServiceKeys,
    query: &BoardQuery,
    words: &[String],
) -> Result<Option<HashSet<ConversationId>>, StoreError> {
    let of_visitor: Option<HashSet<ConversationId>> = match &query.visitor {
        None => None,
        Some(visitor) => {
            let mut all = cmd("ZRANGE", &keys.visitor(visitor));
            let members: Vec<String> = client.ask(all.arg(0).arg(-1)).await?;
            let ids = members.iter().map(|member| member_id(member));
            Some(ids.collect::<Result<_, _>>()?)
        }
    };
    if words.is_empty() {
        return Ok(of_visitor);
    }
    let mut with_words = search::conversations(client, keys, words).await?;
    if let Some(of_visitor) = of_visitor {
        with_words.retain(|id| of_visitor.contains(id));
    }
    Ok(Some(with_words))
}

async fn cards(
    client: &Client,
    keys: &ServiceKeys,
    of: HashSet<ConversationId>,
) -> Result<Vec<Arc<Card>>, StoreError> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let mut get = cmd("HMGET", &keys.states());
    for of in of {
        get.arg(id(of.as_uuid()));
    }
    let states: Vec<Option<Vec<u8>>> = client.ask(&get).await?;
    states.iter().flatten().map(|state| card(state)).collect()
}

fn card(state: &[u8]) -> Result<Arc<Card>, StoreError> {
    json::<Conversation>(state).map(|state| Arc::new(Card::from(&state)))
}

/// Reads the query's order, lane by lane, until enough cards are found.
async fn walk(
    client: &Client,
    keys: &ServiceKeys,
    query: &BoardQuery,
    among: Option<&HashSet<ConversationId>>,
    wanted: usize,
) -> Result<Vec<Arc<Card>>, StoreError> {
    let mut cards = Vec::new();
    for lane in Lane::ALL.into_iter().filter(|lane| lane.serves(query)) {
        if let Some(first) = start(query, lane) {
            cards.extend(walk_lane(client, keys, query, lane, first, among, wanted).await?);
        }
        // In this order nothing of a later lane stands before anything of the first.
        if query.sort == BoardSort::Attention && lane == Lane::Attention && cards.len() >= wanted {
            break;
        }
    }
    Ok(cards)
}

async fn walk_lane(
    client: &Client,
    keys: &ServiceKeys,
    query: &BoardQuery,
    lane: Lane,
    mut first: String,
    among: Option<&HashSet<ConversationId>>,
    wanted: usize,
) -> Result<Vec<Arc<Card>>, StoreError> {
    let order = match query.sort {
        BoardSort::Attention | BoardSort::Newest => keys.newest(),
        BoardSort::Oldest => keys.oldest(),
        BoardSort::LongestWaiting => keys.waiting(),
    };
    let keys = [order, keys.states()];
    let last = format!("[{}~", lane.digit());
    let mut found = Vec::new();
    let mut chunk = wanted.clamp(1, CHUNK);
    while found.len() < wanted {
        let args = [first.as_str(), last.as_str(), &chunk.to_string()];
        let members: Vec<(String, Vec<u8>)> = client.run(&script::PAGE, &keys, &args).await?;
        for (_, state) in &members {
            let card = card(state)?;
            if query.admits(&card) && among.is_none_or(|among| among.contains(&card.id)) {
                found.push(card);
            }
        }
        match members.last() {
            Some((member, _)) if members.len() == chunk => first = format!("({member}"),
            _ => break,
        }
        chunk = (chunk * 2).min(CHUNK);
    }
    Ok(found)
}

/// Where a lane is read from: after the cursor, from its beginning, or not at all. The cursor's group is a lane in one
/// order, a column in another.
fn start(query: &BoardQuery, lane: Lane) -> Option<String> {
    let digit = lane.digit();
    let whole = format!("[{digit}");
    let Some(cursor) = &query.cursor else {
        return Some(whole);
    };
    let place = signed(cursor.rank) + &id(cursor.id.as_uuid());
    match query.sort {
        BoardSort::LongestWaiting => Some(format!("({digit}{}{place}", cursor.group)),
        BoardSort::Newest | BoardSort::Oldest => Some(format!("({digit}{place}")),
        BoardSort::Attention => match i64::from(lane != Lane::Attention).cmp(&cursor.group) {
            std::cmp::Ordering::Less => None,
            std::cmp::Ordering::Equal => Some(format!("({digit}{place}")),
            std::cmp::Ordering::Greater => Some(whole),
        },
    }
}

/// The counters of every service that has a conversation.
pub(crate) async fn counts(client: &Client) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError> {
    let counted = client
        .each(client.services().await?, |service, keys| async move {
            let mut get = cmd("HMGET", &keys.counts());
            get.arg(&["conversations", "active", "attention", "paused"]);
            let [all, active, attention, paused]: [Option<u64>; 4] = client.ask(&get).await?;
            let counts = BoardCounts {
                active: active.unwrap_or_default(),
                attention: attention.unwrap_or_default(),
                paused: paused.unwrap_or_default(),
            };
            Ok(all.is_some_and(|all| all > 0).then_some((service, counts)))
        })
        .await?;
    Ok(counted.into_iter().flatten().collect())
}
