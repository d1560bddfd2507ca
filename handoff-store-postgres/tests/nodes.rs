//! Several nodes on one database.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use std::sync::Arc;

use common::{Chat, Schema};
use handoff_core::conversation::{Card, EventBody, apply};
use handoff_core::store::{Commit, CommitOutcome, ConversationStore};
use handoff_store_postgres::PostgresStore;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// Sends each commit through one of two nodes, all at the same time.
async fn race(nodes: &[PostgresStore; 2], commits: Vec<Commit>) -> Vec<CommitOutcome> {
    let start = Arc::new(Barrier::new(commits.len()));
    let mut racers = JoinSet::new();
    for (node, commit) in nodes.iter().cycle().cloned().zip(commits) {
        let start = start.clone();
        racers.spawn(async move {
            start.wait().await;
            node.commit(commit).await.unwrap()
        });
    }
    racers.join_all().await
}

fn count(outcomes: &[CommitOutcome], wanted: &CommitOutcome) -> usize {
    outcomes.iter().filter(|outcome| *outcome == wanted).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_claims_through_two_nodes_one_wins() {
    let schema = Schema::new().await;
    let nodes = [schema.node().await, schema.node().await];
    let mut chat = Chat::new(1);
    nodes[0].commit(chat.open()).await.unwrap();
    for round in 0..20 {
        let claims = (0..50).map(|n| {
            let mut claim = chat.copy().say(&format!("claim {n}"));
            claim.receipt = None;
            claim
        });
        let outcomes = race(&nodes, claims.collect()).await;
        assert_eq!(count(&outcomes, &CommitOutcome::Committed), 1, "{round}");
        assert_eq!(
            count(&outcomes, &CommitOutcome::VersionConflict),
            49,
            "{round}"
        );
        for node in &nodes {
            let log = node.events(chat.state.id, 0, 100).await.unwrap();
            assert_eq!(log.len() as u64, chat.state.version + 1);
        }
        chat.state = (*nodes[1].load(chat.state.id).await.unwrap().unwrap()).clone();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_openings_through_two_nodes_one_wins() {
    let schema = Schema::new().await;
    let nodes = [schema.node().await, schema.node().await];
    for round in 0..20 {
        let visitor = Chat::new(round).state.visitor;
        let openings = (0..20).map(|n| {
            let mut chat = Chat::new(1_000 + round * 100 + n);
            chat.state.visitor = visitor.clone();
            chat.open()
        });
        let outcomes = race(&nodes, openings.collect()).await;
        let current = nodes[0]
            .current(&Chat::new(1).state.service, &visitor)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(count(&outcomes, &CommitOutcome::Committed), 1, "{round}");
        let elsewhere = CommitOutcome::OpenElsewhere(current);
        assert_eq!(count(&outcomes, &elsewhere), 19, "{round}: {outcomes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_to_both_nodes_is_done_once() {
    let schema = Schema::new().await;
    let nodes = [schema.node().await, schema.node().await];
    let mut chat = Chat::new(1);
    nodes[0].commit(chat.open()).await.unwrap();
    for round in 0..20 {
        let message = chat.say("once");
        let answer = message.receipt.clone().unwrap();
        let outcomes = race(&nodes, vec![message; 20]).await;
        assert_eq!(count(&outcomes, &CommitOutcome::Committed), 1, "{round}");
        let repeated = CommitOutcome::Repeated(answer);
        assert_eq!(count(&outcomes, &repeated), 19, "{round}: {outcomes:?}");
    }
}

/// Adds an event to whatever the conversation is now, until that is stored; says how often another was faster.
async fn add(node: &PostgresStore, number: u128) -> usize {
    let mut conflicts = 0;
    loop {
        let mut chat = Chat::new(number);
        chat.state = (*node.load(chat.state.id).await.unwrap().unwrap()).clone();
        let commit = chat.say("more");
        match node.commit(commit).await.unwrap() {
            CommitOutcome::Committed => return conflicts,
            _ => conflicts += 1,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_conversations_grow_through_both_nodes() {
    const CHATS: u128 = 12;
    let schema = Schema::new().await;
    let nodes = [schema.node().await, schema.node().await];
    for number in 0..CHATS {
        nodes[0].commit(Chat::new(number).open()).await.unwrap();
    }
    let mut writers = JoinSet::new();
    for writer in 0..16_u128 {
        let node = nodes[writer as usize % 2].clone();
        writers.spawn(async move {
            for n in 0..12 {
                // Some go one way round, some the other.
                let number = if writer % 4 < 2 { n } else { CHATS - 1 - n };
                add(&node, number % CHATS).await;
            }
        });
    }
    writers.join_all().await;
    for number in 0..CHATS {
        let id = Chat::new(number).state.id;
        let log = nodes[1].events(id, 0, 1_000).await.unwrap();
        assert!(log.iter().map(|event| event.seq).eq(1..=17), "dense");
        let mut state = Chat::new(number).state;
        for event in &log {
            apply(&mut state, event);
        }
        let stored = nodes[0].load(id).await.unwrap().unwrap();
        assert_eq!(*stored, state, "state and log agree");
        assert_eq!(Card::from(&*stored), Card::from(&state));
    }
}

#[tokio::test]
async fn what_one_node_was_told_of_the_other_sees() {
    let schema = Schema::new().await;
    let nodes = [schema.node().await, schema.node().await];
    let mut chat = Chat::new(1);
    nodes[0].commit(chat.open()).await.unwrap();
    for n in 0..50 {
        nodes[n % 2].commit(chat.say(&n.to_string())).await.unwrap();
        let seen = nodes[(n + 1) % 2].load(chat.state.id).await.unwrap();
        assert_eq!(seen.as_deref(), Some(&chat.state));
    }
    let log = nodes[0].events_before(chat.state.id, u64::MAX, 1).await;
    let text = "49".to_owned();
    assert_eq!(log.unwrap()[0].body, EventBody::MessageReceived { text });
}
