//! Notifications that wait for delivery.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::Store;
use crate::store::{OutboxRow, Settlement};
use crate::testing::conformance::fixture::{Chat, at, committed, message, outbox_row};

/// Stores rows that are due at these times, numbered from 1.
async fn rows(store: &Store, dues: &[i64]) -> Vec<OutboxRow> {
    let mut chat = Chat::new(1).opened_in(&**store).await;
    let mut commit = chat.step([message("help")]);
    commit.outbox = (1..)
        .zip(dues)
        .map(|(number, due)| outbox_row(number, &chat, *due))
        .collect();
    committed(&**store, commit.clone()).await;
    commit.outbox
}

fn ids(rows: &[OutboxRow]) -> Vec<u128> {
    rows.iter().map(|row| row.id.as_u128()).collect()
}

/// What is taken is whole, comes longest due first, and does not come again before its retry.
pub async fn a_taken_row_is_hidden_until_its_retry(store: Store) {
    let stored = rows(&store, &[3_000, 1_000, 2_000, 2_000, 9_000]).await;
    let take = |now, retry, limit| {
        let store = store.clone();
        async move { store.take_outbox(at(now), at(retry), limit).await.unwrap() }
    };
    assert_eq!(take(999, 60_000, 10).await, []);
    assert_eq!(take(3_000, 60_000, 0).await, []);
    let first = take(1_000, 60_000, 10).await;
    assert_eq!(first, [stored[1].clone()], "as it was stored");
    assert_eq!(ids(&take(3_000, 61_000, 2).await), [3, 4]);
    assert_eq!(ids(&take(3_000, 62_000, 10).await), [1]);
    assert_eq!(take(8_999, 60_000, 10).await, []);
    let again = take(60_000, 70_000, 10).await;
    assert_eq!(ids(&again), [5, 2]);
    assert_eq!(
        again[1],
        OutboxRow {
            attempts: 1,
            due: at(60_000),
            ..stored[1].clone()
        },
        "one attempt was made"
    );
    assert_eq!(take(70_000, 80_000, 10).await.len(), 5);
}

/// A delivered row is gone, a failed one comes back when it is told to, a dead one is kept aside.
pub async fn settled_rows_go_return_or_die(store: Store) {
    let stored = rows(&store, &[1_000, 1_001, 1_002, 1_003]).await;
    assert_eq!(
        store
            .take_outbox(at(2_000), at(5_000), 10)
            .await
            .unwrap()
            .len(),
        4
    );
    let settle = |number: u128, settlement| {
        let store = store.clone();
        async move {
            store
                .settle_outbox(Uuid::from_u128(number), settlement)
                .await
                .unwrap();
        }
    };
    settle(1, Settlement::Delivered).await;
    settle(2, Settlement::RetryAt(at(3_000))).await;
    settle(3, Settlement::Dead).await;
    settle(4, Settlement::Dead).await;
    settle(99, Settlement::Delivered).await;
    settle(98, Settlement::Dead).await;

    assert_eq!(
        store.take_outbox(at(2_999), at(9_000), 10).await.unwrap(),
        []
    );
    let retried = store.take_outbox(at(3_000), at(9_000), 10).await.unwrap();
    assert_eq!(ids(&retried), [2]);
    assert_eq!(retried[0].attempts, 1);
    let dead = store.dead_letters(10).await.unwrap();
    assert_eq!(ids(&dead), [4, 3], "the newest first");
    assert_eq!(dead[0].notification, stored[3].notification);
    assert_eq!(dead[0].attempts, 1);
    assert_eq!(ids(&store.dead_letters(1).await.unwrap()), [4]);
    assert_eq!(
        ids(&store
            .take_outbox(at(i64::MAX), at(9_000), 10)
            .await
            .unwrap()),
        [2],
        "the dead stay dead"
    );

    settle(3, Settlement::RetryAt(at(4_000))).await;
    settle(4, Settlement::Delivered).await;
    assert_eq!(store.dead_letters(10).await.unwrap(), []);
    assert_eq!(
        ids(&store.take_outbox(at(4_000), at(9_000), 10).await.unwrap()),
        [3],
        "revived"
    );
}

/// Eight callers who take at once share the rows among them.
pub async fn two_takers_never_get_the_same_row(store: Store) {
    rows(&store, &[1_000; 200]).await;
    let start = Arc::new(Barrier::new(8));
    let mut takers = JoinSet::new();
    for _ in 0..8 {
        let (store, start) = (store.clone(), start.clone());
        takers.spawn(async move {
            start.wait().await;
            let mut taken = Vec::new();
            loop {
                let rows = store.take_outbox(at(1_000), at(60_000), 7).await.unwrap();
                assert!(rows.len() <= 7);
                if rows.is_empty() {
                    return taken;
                }
                taken.extend(ids(&rows));
            }
        });
    }
    let taken: Vec<u128> = takers.join_all().await.concat();
    assert_eq!(taken.len(), 200, "each once");
    assert_eq!(
        taken.into_iter().collect::<BTreeSet<_>>(),
        (1..=200).collect()
    );
}
