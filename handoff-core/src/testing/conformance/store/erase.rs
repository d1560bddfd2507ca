//! Erasing a visitor.

use super::Store;
use crate::conversation::{Card, Event, EventBody};
use crate::id::ConversationId;
use crate::store::{BoardCounts, BoardQuery, CommitOutcome, Due, Receipt, Settlement};
use crate::testing::conformance::fixture::{
    Chat, at, closed, committed, escalation, message, outbox_row, receipt, service, visitor,
};

/// A conversation with everything that one can have.
pub(in crate::testing::conformance) async fn full(
    store: &Store,
    number: u128,
    in_service: &str,
    of_visitor: &str,
) -> Chat {
    let chat = Chat::of(number, in_service, of_visitor)
        .exclusive()
        .named(of_visitor, "canary@example.org");
    let mut chat = chat.opened_in(&**store).await;
    let mut commit = chat.step([message("canary"), escalation()]);
    commit.receipt = Some(receipt("v/canary", 2));
    commit.outbox = vec![
        outbox_row(number * 10, &chat, 5_000),
        outbox_row(number * 10 + 1, &chat, 5_001),
    ];
    committed(&**store, commit).await;
    store
        .settle_outbox(uuid::Uuid::from_u128(number * 10 + 1), Settlement::Dead)
        .await
        .unwrap();
    chat
}

/// Everything that can be read of these conversations, and of all.
#[derive(Debug, PartialEq)]
pub(in crate::testing::conformance) struct Everything {
    logs: Vec<Vec<Event>>,
    receipts: Vec<Option<Receipt>>,
    current: Vec<Option<ConversationId>>,
    cards: Vec<Card>,
    found: Vec<Card>,
    counts: Vec<(String, BoardCounts)>,
    due: Vec<Due>,
    dead: Vec<u128>,
}

async fn cards(store: &Store, text: Option<&str>) -> Vec<Card> {
    let query = BoardQuery {
        limit: 100,
        text: text.map(Into::into),
        ..BoardQuery::default()
    };
    let page = store.board(&query).await.unwrap();
    page.cards.iter().map(|card| Card::clone(card)).collect()
}

pub(in crate::testing::conformance) async fn everything(
    store: &Store,
    chats: &[&Chat],
) -> Everything {
    let (mut logs, mut receipts, mut current) = (Vec::new(), Vec::new(), Vec::new());
    for chat in chats {
        logs.push(store.events(chat.id(), 0, 100).await.unwrap());
        receipts.push(store.receipt(chat.id(), "v/canary").await.unwrap());
        current.push(
            store
                .current(&chat.state.service, &chat.state.visitor)
                .await
                .unwrap(),
        );
    }
    let counts = store.counts().await.unwrap();
    let mut counts: Vec<_> = counts
        .into_iter()
        .map(|(service, counts)| (service.to_string(), counts))
        .collect();
    counts.sort_by(|one, other| one.0.cmp(&other.0));
    Everything {
        logs,
        receipts,
        current,
        cards: cards(store, None).await,
        found: cards(store, Some("canary")).await,
        counts,
        due: store.due(at(i64::MAX), 100).await.unwrap(),
        dead: store
            .dead_letters(100)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id.as_u128())
            .collect(),
    }
}

/// A visitor who is not there, or is there under a name that is only alike, takes nothing away.
pub async fn erasing_nobody_changes_nothing(store: Store) {
    let (ana, bo) = (
        full(&store, 1, "shop", "ana").await,
        full(&store, 2, "shop", "bo").await,
    );
    let before = everything(&store, &[&ana, &bo]).await;
    for (in_service, of_visitor) in [
        ("shop", "nobody"),
        ("pub", "ana"),
        ("shop", "Ana"),
        ("shop", "%"),
        ("shop", "an_"),
        ("sho", "pana"),
    ] {
        assert_eq!(
            store
                .erase(&service(in_service), &visitor(of_visitor))
                .await
                .unwrap(),
            0
        );
    }
    assert_eq!(everything(&store, &[&ana, &bo]).await, before);
}

/// Nothing of the visitor is left, in no index, and the visitor may come again.
pub async fn erasing_a_visitor_leaves_no_trace(store: Store) {
    let mut first = full(&store, 1, "shop", "ana").await;
    first.done_in(&*store, [closed()]).await;
    let second = full(&store, 2, "shop", "ana").await;
    assert_eq!(
        store
            .erase(&service("shop"), &visitor("ana"))
            .await
            .unwrap(),
        2
    );
    let after = everything(&store, &[&first, &second]).await;
    let nothing = Everything {
        logs: vec![Vec::new(), Vec::new()],
        receipts: vec![None, None],
        current: vec![None, None],
        cards: Vec::new(),
        found: Vec::new(),
        counts: Vec::new(),
        due: Vec::new(),
        dead: Vec::new(),
    };
    assert_eq!(after, nothing);
    assert_eq!(store.load(second.id()).await.unwrap(), None);
    assert_eq!(store.next_wake().await.unwrap(), None);
    assert_eq!(
        store
            .take_outbox(at(i64::MAX), at(i64::MAX), 10)
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        store
            .erase(&service("shop"), &visitor("ana"))
            .await
            .unwrap(),
        0,
        "done already"
    );

    let late = second.clone().step([message("I was faster")]);
    assert_eq!(
        store.commit(late).await.unwrap(),
        CommitOutcome::VersionConflict
    );
    let again = full(&store, 3, "shop", "ana").await;
    assert_eq!(
        store.load(again.id()).await.unwrap().as_deref(),
        Some(&again.state)
    );
    assert_eq!(cards(&store, Some("canary")).await.len(), 1);
}

/// Other visitors, and the same one in other services, keep everything.
pub async fn erasing_leaves_all_others_alone(store: Store) {
    let bo = full(&store, 1, "shop", "bo").await;
    let elsewhere = full(&store, 2, "pub", "ana").await;
    let before = everything(&store, &[&bo, &elsewhere]).await;
    full(&store, 3, "shop", "ana").await;
    assert_ne!(everything(&store, &[&bo, &elsewhere]).await, before);
    assert_eq!(
        store
            .erase(&service("shop"), &visitor("ana"))
            .await
            .unwrap(),
        1
    );
    assert_eq!(everything(&store, &[&bo, &elsewhere]).await, before);
    let rows = store
        .take_outbox(at(i64::MAX), at(i64::MAX), 10)
        .await
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>(),
        [10, 20]
    );
    let mut bo = bo;
    bo.done_in(&*store, [message("still here"), EventBody::Resolved])
        .await;
}
