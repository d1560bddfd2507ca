//! One open conversation a visitor, where the service wants that.

use super::Store;
use crate::conversation::EventBody;
use crate::store::CommitOutcome;
use crate::testing::conformance::fixture::{Chat, closed, committed, service, visitor};

/// A second one is refused with the first one's id; other visitors, other services and services that allow several are
/// not touched by that.
pub async fn a_visitor_has_one_open_conversation_in_a_service(store: Store) {
    let first = Chat::of(1, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    let second = Chat::of(2, "shop", "ana").exclusive().open();
    assert_eq!(
        store.commit(second).await.unwrap(),
        CommitOutcome::OpenElsewhere(first.id())
    );
    // Neither two halves that join to the same text, nor what looks alike, is the same visitor.
    for (number, in_service, of_visitor) in [
        (3, "shop", "Ana"),
        (4, "shop2", "ana"),
        (5, "sho", "pana"),
        (6, "shop", "bo"),
    ] {
        Chat::of(number, in_service, of_visitor)
            .exclusive()
            .opened_in(&*store)
            .await;
    }
    Chat::of(7, "shop", "ana").opened_in(&*store).await;
    Chat::of(8, "shop", "ana").opened_in(&*store).await;
}

/// Resolving and closing let the visitor open another one.
pub async fn an_end_frees_the_open_key(store: Store) {
    let mut first = Chat::of(1, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    first.done_in(&*store, [EventBody::Resolved]).await;
    let mut second = Chat::of(2, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    second.done_in(&*store, [closed()]).await;
    let third = Chat::of(3, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    let fourth = Chat::of(4, "shop", "ana").exclusive().open();
    assert_eq!(
        store.commit(fourth).await.unwrap(),
        CommitOutcome::OpenElsewhere(third.id())
    );
}

/// A resolved conversation can't come back while another is open, and can once that has ended.
pub async fn a_reopening_finds_the_key_taken(store: Store) {
    let mut first = Chat::of(1, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    first.done_in(&*store, [EventBody::Resolved]).await;
    let mut second = Chat::of(2, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    let reopening = first.clone().step([EventBody::Reopened { holder: None }]);
    assert_eq!(
        store.commit(reopening).await.unwrap(),
        CommitOutcome::OpenElsewhere(second.id())
    );
    second.done_in(&*store, [closed()]).await;
    let reopening = first.step([EventBody::Reopened { holder: None }]);
    committed(&*store, reopening).await;
    let third = Chat::of(3, "shop", "ana").exclusive().open();
    assert_eq!(
        store.commit(third).await.unwrap(),
        CommitOutcome::OpenElsewhere(first.id())
    );
}

/// The conversation with the open key, else the one opened last that is not closed.
pub async fn current_is_the_open_one_or_the_latest(store: Store) {
    let (shop, ana) = (service("shop"), visitor("ana"));
    let mut old = Chat::of(1, "shop", "ana")
        .exclusive()
        .at(1_000)
        .opened_in(&*store)
        .await;
    Chat::of(8, "shop", "bo").at(9_000).opened_in(&*store).await;
    Chat::of(9, "pub", "ana").at(9_000).opened_in(&*store).await;
    // The larger id is the older one: the time of opening counts.
    let mut middle = Chat::of(7, "shop", "ana")
        .at(2_000)
        .opened_in(&*store)
        .await;
    let mut young = Chat::of(6, "shop", "ana")
        .at(3_000)
        .opened_in(&*store)
        .await;
    assert_eq!(
        store.current(&shop, &ana).await.unwrap(),
        Some(old.id()),
        "it has the open key"
    );
    old.done_in(&*store, [EventBody::Resolved]).await;
    assert_eq!(
        store.current(&shop, &ana).await.unwrap(),
        Some(young.id()),
        "opened last"
    );
    young.done_in(&*store, [closed()]).await;
    assert_eq!(store.current(&shop, &ana).await.unwrap(), Some(middle.id()));
    middle.done_in(&*store, [closed()]).await;
    assert_eq!(
        store.current(&shop, &ana).await.unwrap(),
        Some(old.id()),
        "resolved, not closed"
    );
    old.done_in(&*store, [closed()]).await;
    assert_eq!(store.current(&shop, &ana).await.unwrap(), None);
}
