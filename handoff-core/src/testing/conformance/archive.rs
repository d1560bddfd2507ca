//! Cases for an [`Archive`], each for a store that is new and empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::fixture::{
    Chat, at, closed, committed, id, message, outbox_row, receipt, service, visitor,
};
use super::store::{everything, full};
use crate::archive::{Archive, Whole};
use crate::conversation::EventBody;
use crate::id::ConversationId;
use crate::memory::MemoryStore;
use crate::store::{BoardQuery, CommitOutcome, ConversationStore};

/// The archive of a case.
type Chest = Arc<dyn Archive>;

/// Moves every conversation.
async fn copy(from: &dyn Archive, to: &dyn Archive) {
    let mut after = None;
    loop {
        let ids = from.conversations(after, 2).await.unwrap();
        let Some(last) = ids.last() else { return };
        after = Some(*last);
        for id in ids {
            to.restore(&whole(from, id).await).await.unwrap();
        }
    }
}

async fn whole(archive: &dyn Archive, id: ConversationId) -> Whole {
    Whole::read(archive, id).await.unwrap().unwrap()
}

/// Three visitors' conversations: one goes on, one was closed, one goes on after one that was closed.
async fn filled(store: &Arc<dyn ConversationStore>) -> [Chat; 4] {
    let going_on = full(store, 1, "shop", "ana").await;
    let mut ended = full(store, 2, "shop", "bo").await;
    ended.done_in(&**store, [closed()]).await;
    let mut first = full(store, 3, "pub", "ana").await;
    first.done_in(&**store, [closed()]).await;
    let second = full(store, 4, "pub", "ana").await;
    [going_on, ended, first, second]
}

async fn found(store: &dyn Archive, text: &str) -> usize {
    let query = BoardQuery {
        limit: 100,
        text: Some(text.into()),
        ..BoardQuery::default()
    };
    store.board(&query).await.unwrap().cards.len()
}

/// In the order of their bytes, each once, from any of them on.
pub async fn conversations_are_listed_in_order(archive: Chest) {
    let high = u128::MAX - 1;
    for number in [5, high, 1, 3 << 64, 0x80, 2] {
        Chat::new(number).opened_in(&*archive).await;
    }
    let all = [1, 2, 5, 0x80, 3 << 64, high].map(id);
    assert_eq!(archive.conversations(None, 100).await.unwrap(), all);
    assert_eq!(archive.conversations(None, 2).await.unwrap(), all[..2]);
    assert_eq!(archive.conversations(None, 0).await.unwrap(), []);
    for (nth, after) in all.iter().enumerate() {
        assert_eq!(
            archive.conversations(Some(*after), 100).await.unwrap(),
            all[nth + 1..]
        );
    }
    let between = archive.conversations(Some(id(3)), 1).await.unwrap();
    assert_eq!(between, [id(5)], "after an id that is not there");
}

/// What was committed is read with everything that belongs to it, and with nothing of others.
pub async fn a_conversation_is_read_whole(archive: Chest) {
    let reference = MemoryStore::new();
    let [here, there]: [Arc<dyn ConversationStore>; 2] =
        [archive.clone(), Arc::new(reference.clone())];
    let chats = filled(&here).await;
    filled(&there).await;
    for chat in chats {
        let read = whole(&*archive, chat.id()).await;
        let expected = whole(&reference, chat.id()).await;
        assert_eq!(read, expected);
        assert_eq!(read.belongings.receipts.len(), 1);
        assert_eq!(
            read.belongings
                .outbox
                .iter()
                .map(|kept| kept.dead)
                .collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(read.digest().unwrap(), expected.digest().unwrap());
    }
    assert_eq!(Whole::read(&*archive, id(9)).await.unwrap(), None);
}

/// Boards, search, counters, wakes, receipts, outbox and dead letters are as they were, also after a copy that was
/// broken off and repeated.
pub async fn what_is_restored_is_as_if_committed(archive: Chest) {
    let source = MemoryStore::new();
    let [here, there]: [Arc<dyn ConversationStore>; 2] =
        [archive.clone(), Arc::new(source.clone())];
    let chats = filled(&there).await;
    let chats: Vec<&Chat> = chats.iter().collect();
    let expected = everything(&there, &chats).await;
    for chat in chats.iter().take(2) {
        archive
            .restore(&whole(&source, chat.id()).await)
            .await
            .unwrap();
    }
    assert_ne!(everything(&here, &chats).await, expected);
    for _ in 0..2 {
        copy(&source, &*archive).await;
        assert_eq!(everything(&here, &chats).await, expected);
        assert_eq!(
            archive.next_wake().await.unwrap(),
            source.next_wake().await.unwrap()
        );
    }
    let taken = archive
        .take_outbox(at(i64::MAX - 1), at(i64::MAX), 100)
        .await;
    let expected = source
        .take_outbox(at(i64::MAX - 1), at(i64::MAX), 100)
        .await;
    assert_eq!(taken.unwrap(), expected.unwrap());
}

/// A repeated command gets its first receipt, the next commit is accepted, a second opening is not.
pub async fn a_restored_conversation_goes_on(archive: Chest) {
    let source = MemoryStore::new();
    let there: Arc<dyn ConversationStore> = Arc::new(source.clone());
    let mut chat = full(&there, 1, "shop", "ana").await;
    copy(&source, &*archive).await;
    let before = chat.clone();
    let mut repeated = chat.step([message("canary")]);
    repeated.receipt = Some(receipt("v/canary", 9));
    assert_eq!(
        archive.commit(repeated).await.unwrap(),
        CommitOutcome::Repeated(receipt("v/canary", 2))
    );
    let second = Chat::of(2, "shop", "ana").exclusive().open();
    assert_eq!(
        archive.commit(second).await.unwrap(),
        CommitOutcome::OpenElsewhere(id(1))
    );
    let mut chat = before;
    chat.done_in(&*archive, [message("parrot"), EventBody::Resolved])
        .await;
    assert_eq!(found(&*archive, "parrot").await, 1);
    let loaded = archive.load(id(1)).await.unwrap();
    assert_eq!(loaded.as_deref(), Some(&chat.state));
    // New conversations get places of their own.
    for number in 2..6 {
        let mut other = Chat::of(number, "shop", "bo").opened_in(&*archive).await;
        other.done_in(&*archive, [message("owl")]).await;
    }
    assert_eq!(found(&*archive, "owl").await, 4);
    assert_eq!(found(&*archive, "canary").await, 1);
}

/// Nothing of what was there under the same id is left.
pub async fn a_restore_replaces_what_is_there(archive: Chest) {
    let source = MemoryStore::new();
    let there: Arc<dyn ConversationStore> = Arc::new(source.clone());
    let chat = full(&there, 1, "shop", "ana").await;
    let mut stray = Chat::of(1, "shop", "ana")
        .exclusive()
        .opened_in(&*archive)
        .await;
    let mut commit = stray.step([
        message("obsolete"),
        message("and more"),
        message("and more"),
    ]);
    commit.receipt = Some(receipt("v/obsolete", 2));
    commit.outbox = vec![outbox_row(77, &stray, 1_000)];
    committed(&*archive, commit).await;
    assert_eq!(found(&*archive, "obsolete").await, 1);
    copy(&source, &*archive).await;
    let here: Arc<dyn ConversationStore> = archive.clone();
    assert_eq!(
        everything(&here, &[&chat]).await,
        everything(&there, &[&chat]).await
    );
    assert_eq!(found(&*archive, "obsolete").await, 0);
    assert_eq!(archive.receipt(id(1), "v/obsolete").await.unwrap(), None);
    assert_eq!(whole(&*archive, id(1)).await, whole(&source, id(1)).await);
}

/// Another conversation that still counts as open gives way, and can be restored afterwards.
pub async fn a_restore_takes_the_open_key(archive: Chest) {
    let source = MemoryStore::new();
    let mut second = Chat::of(2, "shop", "ana")
        .exclusive()
        .opened_in(&source)
        .await;
    copy(&source, &*archive).await;
    // The source goes on: the second one ends, the first one is opened.
    second.done_in(&source, [closed()]).await;
    Chat::of(1, "shop", "ana")
        .exclusive()
        .opened_in(&source)
        .await;
    copy(&source, &*archive).await;
    let current = archive.current(&service("shop"), &visitor("ana")).await;
    assert_eq!(current.unwrap(), Some(id(1)));
    for number in [1, 2] {
        assert_eq!(
            whole(&*archive, id(number)).await,
            whole(&source, id(number)).await
        );
    }
    let third = Chat::of(3, "shop", "ana").exclusive().open();
    assert_eq!(
        archive.commit(third).await.unwrap(),
        CommitOutcome::OpenElsewhere(id(1))
    );
}

/// A log that is not dense is refused, and what is there stays.
pub async fn a_restore_with_a_gap_is_refused(archive: Chest) {
    let source = MemoryStore::new();
    let there: Arc<dyn ConversationStore> = Arc::new(source.clone());
    full(&there, 1, "shop", "ana").await;
    copy(&source, &*archive).await;
    let good = whole(&source, id(1)).await;
    let (mut short, mut holed, mut empty) = (good.clone(), good.clone(), good.clone());
    short.events.pop();
    holed.events.remove(0);
    empty.events.clear();
    for bad in [short, holed, empty] {
        assert!(archive.restore(&bad).await.is_err());
        assert_eq!(whole(&*archive, id(1)).await, good);
    }
}

/// Whoever reads meanwhile sees one whole state or another, never a mixture.
pub async fn a_restore_is_seen_whole_or_not_at_all(archive: Chest) {
    let source = MemoryStore::new();
    let there: Arc<dyn ConversationStore> = Arc::new(source.clone());
    let mut chat = full(&there, 1, "shop", "ana").await;
    let short = whole(&source, id(1)).await;
    let mut commit = chat.step([message("more")]);
    commit.receipt = Some(receipt("v/more", 4));
    commit.outbox = vec![outbox_row(99, &chat, 6_000)];
    committed(&source, commit).await;
    let long = whole(&source, id(1)).await;
    archive.restore(&short).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    {
        let (archive, done) = (archive.clone(), done.clone());
        let versions = [short.belongings.clone(), long.belongings.clone()];
        readers.spawn(async move {
            while !done.load(Ordering::Acquire) {
                let read = archive
                    .belongings(id(1))
                    .await
                    .unwrap()
                    .expect("it is there");
                assert!(versions.contains(&read), "{read:?}");
            }
        });
    }
    for _ in 0..25 {
        archive.restore(&long).await.unwrap();
        archive.restore(&short).await.unwrap();
    }
    done.store(true, Ordering::Release);
    readers.join_all().await;
}
