//! Several nodes on one server.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::HashSet;
use std::sync::Arc;

use common::{Chat, Place};
use handoff_core::bus::{Bus, Heard, Notice};
use handoff_core::directory::RecordKind;
use handoff_core::store::{BoardQuery, CommitOutcome, ConversationStore};
use handoff_store_redis::{RedisBus, RedisStore};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use futures::StreamExt;

/// A conversation's id as it stands in keys.
fn sortable(chat: &Chat) -> String {
    chat.state.id.as_uuid().as_simple().to_string()
}

async fn node(place: &Place) -> RedisStore {
    RedisStore::connect(&place.url, place.options.clone())
        .await
        .unwrap()
}

/// Fifty agents on two nodes claim one conversation: one of them gets it, round after round.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_fifty_claims_on_two_nodes_wins() {
    let place = Place::new().await;
    let nodes = [node(&place).await, node(&place).await];
    let mut winners = HashSet::new();
    for round in 0..20_u128 {
        let mut chat = Chat::new(round + 1);
        nodes[0].commit(chat.open()).await.unwrap();
        let start = Arc::new(Barrier::new(50));
        let mut racers = JoinSet::new();
        for racer in 0..50 {
            let store = nodes[racer % 2].clone();
            let start = start.clone();
            let claim = chat.claimed_by(&format!("agent {racer}"));
            racers.spawn(async move {
                start.wait().await;
                (racer, store.commit(claim).await.unwrap())
            });
        }
        let ended = racers.join_all().await;
        let won: Vec<usize> = ended
            .iter()
            .filter(|(_, outcome)| *outcome == CommitOutcome::Committed)
            .map(|(racer, _)| *racer)
            .collect();
        let lost = ended
            .iter()
            .filter(|(_, outcome)| *outcome == CommitOutcome::VersionConflict);
        assert_eq!((won.len(), lost.count()), (1, 49), "round {round}");
        for node in &nodes {
            let state = node.load(chat.state.id).await.unwrap().unwrap();
            let holder = state.holder().unwrap().name.to_string();
            assert_eq!(
                holder,
                format!("agent {}", won[0]),
                "every node names the winner"
            );
        }
        winners.insert(won[0] % 2);
    }
    assert!(!winners.is_empty());
}

/// A node that never heard of a conversation finds it by its id alone, also where the hint to its service is lost.
#[tokio::test]
async fn a_lost_hint_is_found_again() {
    let place = Place::new().await;
    let mut chat = Chat::new(1);
    node(&place).await.commit(chat.open()).await.unwrap();
    let hint = format!("{}:c:{}", place.options.prefix, sortable(&chat));
    let mut link = redis::Client::open(place.url.as_str())
        .unwrap()
        .get_connection()
        .unwrap();
    for _ in 0..2 {
        let found = node(&place).await.load(chat.state.id).await.unwrap();
        assert_eq!(found.as_deref(), Some(&chat.state));
        let hints: u64 = redis::cmd("DEL").arg(&hint).query(&mut link).unwrap();
        assert_eq!(hints, 1, "it was written anew");
    }
}

/// A node that goes down between the hint and the commit leaves a service without conversations, which nobody sees.
#[tokio::test]
async fn a_hint_to_nothing_does_no_harm() {
    let place = Place::new().await;
    let store = node(&place).await;
    let mut chat = Chat::new(1);
    let opening = chat.open();
    let prefix = &place.options.prefix;
    let id = sortable(&chat);
    let mut link = redis::Client::open(place.url.as_str())
        .unwrap()
        .get_connection()
        .unwrap();
    redis::pipe()
        .set(format!("{prefix}:c:{id}"), "shop")
        .sadd(format!("{prefix}:services"), "shop")
        .exec(&mut link)
        .unwrap();
    assert_eq!(store.load(chat.state.id).await.unwrap(), None);
    assert_eq!(store.counts().await.unwrap(), []);
    let all = BoardQuery {
        limit: 10,
        ..BoardQuery::default()
    };
    assert!(store.board(&all).await.unwrap().cards.is_empty());
    let opened = store.commit(opening).await.unwrap();
    assert_eq!(
        opened,
        CommitOutcome::Committed,
        "the repeat of the opening"
    );
    assert!(store.load(chat.state.id).await.unwrap().is_some());
}

/// What one node publishes, another hears; other prefixes do not.
#[tokio::test]
async fn nodes_hear_each_other_and_nobody_else() {
    let (place, other) = (Place::new().await, Place::new().await);
    let here = RedisBus::connect(&place.url, place.options.clone())
        .await
        .unwrap();
    let there = RedisBus::connect(&place.url, place.options.clone())
        .await
        .unwrap();
    let stranger = RedisBus::connect(&other.url, other.options.clone())
        .await
        .unwrap();
    let mut ear = there.subscribe().await.unwrap();
    let notice = |key: &str| Notice::Record {
        kind: RecordKind::Setting,
        key: key.to_owned(),
    };
    stranger.publish(&[notice("strange")]).await.unwrap();
    here.publish(&[notice("ours")]).await.unwrap();
    assert_eq!(ear.next().await, Some(Heard::Notice(notice("ours"))));
    drop(there);
    here.publish(&[notice("again")]).await.unwrap();
    assert_eq!(
        ear.next().await,
        Some(Heard::Notice(notice("again"))),
        "a subscription outlives the handle"
    );
}

/// A closed store has done what it acknowledged, and refuses what comes later.
#[tokio::test]
async fn a_closed_store_refuses_everything() {
    let place = Place::new().await;
    let store = node(&place).await;
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();
    let id = chat.state.id;
    let mut last = JoinSet::new();
    let said = chat.say("just in time");
    let clone = store.clone();
    last.spawn(async move { clone.commit(said).await });
    tokio::task::yield_now().await;
    store.close().await;
    let version = match last.join_next().await.unwrap().unwrap() {
        Ok(outcome) => {
            assert_eq!(outcome, CommitOutcome::Committed);
            2
        }
        Err(error) => {
            assert!(error.is_temporary(), "{error}");
            1
        }
    };
    let stored = node(&place).await.load(id).await.unwrap().unwrap();
    assert_eq!(stored.version, version, "what was acknowledged is stored");
    for error in [
        store.load(id).await.unwrap_err(),
        store.commit(chat.say("too late")).await.unwrap_err(),
    ] {
        assert!(error.is_temporary(), "{error}");
        assert!(error.to_string().contains("closed"), "{error}");
    }
    store.close().await;
}
