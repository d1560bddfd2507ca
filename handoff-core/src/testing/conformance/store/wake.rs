//! What is due.

use super::Store;
use crate::store::Due;
use crate::testing::conformance::fixture::{Chat, at, closed, id, message};

/// Earliest first, ties by id, those at the very moment included, at most as many as asked for.
pub async fn what_is_due_comes_earliest_first(store: Store) {
    // Each is closed for want of a word, so long after its opening.
    for (number, span) in [(1, 500), (2, 300), (3, 300), (4, 100), (5, 900)] {
        Chat::new(number)
            .closing_after(span)
            .opened_in(&*store)
            .await;
    }
    let due = |number, wake| Due {
        conversation: id(number),
        wake: at(wake),
    };
    let all = [
        due(4, 1_100),
        due(2, 1_300),
        due(3, 1_300),
        due(1, 1_500),
        due(5, 1_900),
    ];
    assert_eq!(store.due(at(1_099), 10).await.unwrap(), []);
    assert_eq!(store.due(at(1_100), 10).await.unwrap(), all[..1]);
    assert_eq!(store.due(at(1_300), 10).await.unwrap(), all[..3]);
    assert_eq!(store.due(at(i64::MAX), 2).await.unwrap(), all[..2]);
    assert_eq!(store.due(at(i64::MAX), 0).await.unwrap(), []);
    assert_eq!(store.due(at(i64::MAX), 10).await.unwrap(), all);
    assert_eq!(store.next_wake().await.unwrap(), Some(at(1_100)));
}

/// A new wake replaces the one before, and a closed conversation has none.
pub async fn a_wake_follows_its_conversation(store: Store) {
    let mut chat = Chat::new(1).closing_after(100).opened_in(&*store).await;
    let mut other = Chat::new(2).closing_after(5_000).opened_in(&*store).await;
    assert_eq!(store.next_wake().await.unwrap(), Some(at(1_100)));
    chat.set_time(50_000);
    chat.done_in(&*store, [message("I am back")]).await;
    assert_eq!(store.next_wake().await.unwrap(), Some(at(6_000)));
    let due = store.due(at(50_100), 10).await.unwrap();
    assert_eq!(
        due.iter().map(|due| due.conversation).collect::<Vec<_>>(),
        [id(2), id(1)]
    );
    other.done_in(&*store, [closed()]).await;
    assert_eq!(store.next_wake().await.unwrap(), Some(at(50_100)));
    chat.done_in(&*store, [closed()]).await;
    assert_eq!(store.next_wake().await.unwrap(), None);
    assert_eq!(store.due(at(i64::MAX), 10).await.unwrap(), []);
}
