//! One commit after the other.

use super::Store;
use crate::conversation::EventBody;
use crate::store::{BoardQuery, Commit, CommitOutcome, Receipt};
use crate::testing::conformance::fixture::{
    Chat, at, committed, id, message, outbox_row, receipt, service, visitor,
};

/// Reads of what does not exist find nothing, and are no errors.
pub async fn what_is_unknown_is_absent(store: Store) {
    assert_eq!(store.load(id(1)).await.unwrap(), None);
    assert_eq!(store.events(id(1), 0, 10).await.unwrap(), []);
    assert_eq!(store.events_before(id(1), u64::MAX, 10).await.unwrap(), []);
    assert_eq!(store.receipt(id(1), "k").await.unwrap(), None);
    assert_eq!(
        store
            .current(&service("shop"), &visitor("nobody"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.counts().await.unwrap(), []);
    assert_eq!(store.due(at(i64::MAX), 10).await.unwrap(), []);
    assert_eq!(store.next_wake().await.unwrap(), None);
    assert_eq!(
        store
            .take_outbox(at(i64::MAX), at(i64::MAX), 10)
            .await
            .unwrap(),
        []
    );
    assert_eq!(store.dead_letters(10).await.unwrap(), []);
    let board = store
        .board(&BoardQuery {
            limit: 10,
            ..BoardQuery::default()
        })
        .await
        .unwrap();
    assert_eq!((board.cards, board.next), (Vec::new(), None));
}

/// State, events, card and receipt come back as they were given.
pub async fn a_commit_is_read_back_whole(store: Store) {
    let mut chat = Chat::new(1).named("Ana", "ana@example.org");
    let opening = chat.open();
    committed(&*store, opening.clone()).await;
    let mut second = chat.step([message("hello"), message("anybody?")]);
    second.receipt = Some(Receipt {
        key: "v/1".into(),
        digest: 42,
        first: 2,
        version: 3,
    });
    committed(&*store, second.clone()).await;

    assert_eq!(
        store.load(chat.id()).await.unwrap().as_deref(),
        Some(&chat.state)
    );
    let log: Vec<_> = opening
        .events
        .iter()
        .chain(second.events.iter())
        .cloned()
        .collect();
    assert_eq!(store.events(chat.id(), 0, 100).await.unwrap(), log);
    assert_eq!(
        store.receipt(chat.id(), "v/1").await.unwrap(),
        second.receipt
    );
    let board = store
        .board(&BoardQuery {
            limit: 10,
            ..BoardQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(board.cards, [second.card]);
}

/// A commit whose events or state do not go on from the version that it expects is refused, and leaves nothing.
pub async fn events_without_a_gap_or_nothing(store: Store) {
    let chat = Chat::new(1).opened_in(&*store).await;
    let good = chat.clone().step([message("a"), message("b")]);
    let with_seqs = |seqs: [u64; 2]| {
        let mut commit = good.clone();
        commit.events = commit
            .events
            .iter()
            .zip(seqs)
            .map(|(event, seq)| crate::conversation::Event {
                seq,
                ..event.clone()
            })
            .collect();
        commit
    };
    let mut other_state = good.clone();
    other_state.state = chat.state.clone().into();
    let without_events = Commit {
        events: [].into(),
        ..good.clone()
    };
    let shifted = Commit {
        expected: 0,
        ..good.clone()
    };
    let wrong = [
        with_seqs([2, 4]),
        with_seqs([2, 2]),
        with_seqs([3, 2]),
        with_seqs([1, 2]),
        other_state,
        without_events,
        shifted,
    ];
    for commit in wrong {
        let error = store
            .commit(commit.clone())
            .await
            .expect_err("a gap must be refused");
        assert!(!error.is_temporary(), "{error} for {commit:?}");
        assert_eq!(store.events(chat.id(), 0, 10).await.unwrap().len(), 1);
        assert_eq!(
            store.load(chat.id()).await.unwrap().as_deref(),
            Some(&chat.state)
        );
    }
    committed(&*store, good).await;
}

/// Nothing of a commit that expects another version is stored: no event, no state, no receipt, no notification.
pub async fn another_version_conflicts_and_stores_nothing(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    chat.done_in(&*store, [message("two")]).await;
    let from = |version: u64| {
        let mut state = chat.clone();
        state.state.version = version;
        let mut commit = state.step([message("x")]);
        commit.receipt = Some(receipt("late", version + 1));
        commit.outbox = vec![outbox_row(9, &chat, 0)];
        commit
    };
    // 2³² + 2 is 2 for whoever keeps 32 bits.
    for version in [0, 1, 3, (1 << 32) + 2, (1 << 62) + 2] {
        let outcome = store.commit(from(version)).await.unwrap();
        assert_eq!(outcome, CommitOutcome::VersionConflict, "from {version}");
    }
    assert_eq!(
        store.load(chat.id()).await.unwrap().as_deref(),
        Some(&chat.state)
    );
    assert_eq!(store.events(chat.id(), 0, 10).await.unwrap().len(), 2);
    assert_eq!(store.receipt(chat.id(), "late").await.unwrap(), None);
    assert_eq!(
        store
            .take_outbox(at(i64::MAX), at(i64::MAX), 10)
            .await
            .unwrap(),
        []
    );

    let mut unknown = Chat::new(2);
    unknown.state.version = 1;
    let outcome = store.commit(unknown.step([message("x")])).await.unwrap();
    assert_eq!(
        outcome,
        CommitOutcome::VersionConflict,
        "a conversation that does not exist is at version 0"
    );
    committed(&*store, from(2)).await;
}

/// An id names one conversation, whatever service another one is to be opened in.
pub async fn an_id_is_taken_once(store: Store) {
    let chat = Chat::of(1, "shop", "ana").opened_in(&*store).await;
    for (in_service, of_visitor) in [("pub", "ana"), ("shop", "bo"), ("pub", "bo")] {
        let other = Chat::of(1, in_service, of_visitor).open();
        assert_eq!(
            store.commit(other).await.unwrap(),
            CommitOutcome::VersionConflict
        );
    }
    assert_eq!(
        store.load(chat.id()).await.unwrap().as_deref(),
        Some(&chat.state)
    );
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.len(), 1, "of the shop alone: {counts:?}");
}

/// A key is answered with the first receipt for ever, and belongs to its conversation alone.
pub async fn a_repeated_command_gets_its_first_receipt(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    let first = Receipt {
        key: "v/a".into(),
        digest: 1,
        first: 2,
        version: 2,
    };
    let mut commit = chat.say("once");
    commit.receipt = Some(first.clone());
    committed(&*store, commit).await;
    for n in 3..60 {
        let mut commit = chat.say("more");
        commit.receipt = Some(receipt(&format!("v/{n}"), n));
        committed(&*store, commit).await;
    }
    let mut repeat = chat.clone().say("once");
    repeat.receipt = Some(Receipt {
        digest: 2,
        ..receipt("v/a", 60)
    });
    assert_eq!(
        store.commit(repeat).await.unwrap(),
        CommitOutcome::Repeated(first.clone())
    );
    assert_eq!(store.receipt(chat.id(), "v/a").await.unwrap(), Some(first));
    assert_eq!(
        store.load(chat.id()).await.unwrap().unwrap().version,
        chat.state.version
    );

    let mut other = Chat::new(2).opened_in(&*store).await;
    let mut commit = other.say("once");
    commit.receipt = Some(receipt("v/a", 2));
    committed(&*store, commit).await;
    assert_eq!(store.receipt(other.id(), "v/b").await.unwrap(), None);
}

/// A known command is answered before the version is looked at, and the version before the open key.
pub async fn checks_come_in_order(store: Store) {
    let mut chat = Chat::of(1, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    let stale = chat.clone();
    let mut commit = chat.say("once");
    commit.receipt = Some(receipt("k", 2));
    committed(&*store, commit).await;

    let mut repeated_and_stale = stale.clone().say("once");
    repeated_and_stale.receipt = Some(receipt("k", 2));
    let outcome = store.commit(repeated_and_stale).await.unwrap();
    assert_eq!(outcome, CommitOutcome::Repeated(receipt("k", 2)));

    let mut second = Chat::of(2, "shop", "ana").exclusive();
    second.open();
    let stale_and_elsewhere = second.say("me too");
    let outcome = store.commit(stale_and_elsewhere).await.unwrap();
    assert_eq!(outcome, CommitOutcome::VersionConflict);

    let elsewhere = Chat::of(2, "shop", "ana").exclusive().open();
    let outcome = store.commit(elsewhere).await.unwrap();
    assert_eq!(outcome, CommitOutcome::OpenElsewhere(chat.id()));
    assert_eq!(store.load(second.id()).await.unwrap(), None);
}

/// Digests use all of their 64 bits, versions 63, and keys any text.
pub async fn receipts_are_kept_bit_for_bit(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    let large = i64::MAX.unsigned_abs();
    let keys = [
        "a/é/1",
        "a/e\u{301}/1",
        "A/É/1",
        "👩‍👩‍👧",
        "مفتاح",
        "%_'\"\\",
        " a/é/1",
    ];
    for (n, key) in keys.into_iter().enumerate() {
        let given = Receipt {
            key: key.into(),
            digest: u64::MAX - n as u64,
            first: large - 1,
            version: large,
        };
        let mut commit = chat.say("x");
        commit.receipt = Some(given.clone());
        committed(&*store, commit).await;
        assert_eq!(store.receipt(chat.id(), key).await.unwrap(), Some(given));
    }
}

/// Whoever was told of a commit finds it in every read.
pub async fn what_is_acknowledged_is_seen_at_once(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    for n in 2..50 {
        let mut commit = chat.say(&format!("message {n}"));
        commit.receipt = Some(receipt(&n.to_string(), n));
        let card = commit.card.clone();
        committed(&*store, commit).await;
        assert_eq!(store.load(chat.id()).await.unwrap().unwrap().version, n);
        let events = store.events(chat.id(), n - 1, 10).await.unwrap();
        assert!(
            matches!(&events[0].body, EventBody::MessageReceived { text } if *text == format!("message {n}"))
        );
        assert!(
            store
                .receipt(chat.id(), &n.to_string())
                .await
                .unwrap()
                .is_some()
        );
        let board = store
            .board(&BoardQuery {
                limit: 1,
                ..BoardQuery::default()
            })
            .await
            .unwrap();
        assert_eq!(board.cards, [card]);
    }
}
