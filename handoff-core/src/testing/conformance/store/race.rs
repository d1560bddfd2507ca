//! Many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Store;
use crate::conversation::EventBody;
use crate::id::ConversationId;
use crate::store::{BoardQuery, Commit, CommitOutcome};
use crate::testing::conformance::fixture::{Chat, agent, committed, message, receipt, takeover};

/// Stores these commits all at the same time.
async fn race(store: &Store, commits: impl IntoIterator<Item = Commit>) -> Vec<CommitOutcome> {
    let commits: Vec<Commit> = commits.into_iter().collect();
    let start = Arc::new(Barrier::new(commits.len()));
    let mut racers = JoinSet::new();
    for commit in commits {
        let (store, start) = (store.clone(), start.clone());
        racers.spawn(async move {
            start.wait().await;
            store.commit(commit).await.unwrap()
        });
    }
    racers.join_all().await
}

fn count(outcomes: &[CommitOutcome], wanted: &CommitOutcome) -> usize {
    outcomes.iter().filter(|outcome| *outcome == wanted).count()
}

/// Of fifty agents who take over at the same version one gets the conversation, ten times over.
pub async fn one_of_fifty_commits_wins(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    for round in 0..10 {
        let outcomes = race(
            &store,
            (0..50).map(|n| chat.clone().step([takeover(&format!("agent {n}"))])),
        )
        .await;
        assert_eq!(
            count(&outcomes, &CommitOutcome::Committed),
            1,
            "round {round}"
        );
        assert_eq!(
            count(&outcomes, &CommitOutcome::VersionConflict),
            49,
            "round {round}"
        );
        let log = store
            .events(chat.id(), chat.state.version, 100)
            .await
            .unwrap();
        let EventBody::TakenOver { agent: winner, .. } = &log[0].body else {
            unreachable!("{log:?}")
        };
        assert_eq!(log.len(), 1);
        let state = store.load(chat.id()).await.unwrap().unwrap();
        assert_eq!(
            state.holder(),
            Some(winner),
            "state and log name the same winner"
        );
        assert_ne!(*winner, agent("nobody"));
        chat.state = (*state).clone();
    }
}

/// Of fifty conversations that one visitor opens at once one comes to be, and the others name it.
pub async fn one_of_many_openings_wins(store: Store) {
    for round in 0..10_u128 {
        let chat =
            |n: u128| Chat::of(round * 100 + n, "shop", &format!("visitor {round}")).exclusive();
        let outcomes = race(&store, (0..50).map(|n| chat(n).open())).await;
        assert_eq!(
            count(&outcomes, &CommitOutcome::Committed),
            1,
            "round {round}"
        );
        let state = &chat(0).state;
        let winner = store
            .current(&state.service, &state.visitor)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            count(&outcomes, &CommitOutcome::OpenElsewhere(winner)),
            49,
            "round {round}"
        );
    }
}

/// A command that is sent thirty times at once is done once, and the others learn how.
pub async fn a_raced_command_is_done_once(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    for round in 0..10 {
        let version = chat.state.version;
        let answer = receipt(&format!("k{round}"), version + 1);
        let outcomes = race(
            &store,
            (0..30).map(|_| Commit {
                receipt: Some(answer.clone()),
                ..chat.clone().say("once")
            }),
        )
        .await;
        assert_eq!(
            count(&outcomes, &CommitOutcome::Committed),
            1,
            "round {round}"
        );
        assert_eq!(
            count(&outcomes, &CommitOutcome::Repeated(answer)),
            29,
            "round {round}"
        );
        chat.say("once");
        let log = store.events(chat.id(), version, 10).await.unwrap();
        assert_eq!(log.len(), 1);
    }
}

/// Forty conversations grow side by side, each dense and its own.
pub async fn many_conversations_grow_at_once(store: Store) {
    let mut writers = JoinSet::new();
    for number in 1..=40_u128 {
        let store = store.clone();
        writers.spawn(async move {
            let mut chat = Chat::new(number).opened_in(&*store).await;
            for n in 0..20 {
                chat.done_in(
                    &*store,
                    [message(&format!("{number}/{n}")), message("and more")],
                )
                .await;
            }
            chat
        });
    }
    for chat in writers.join_all().await {
        let log = store.events(chat.id(), 0, 100).await.unwrap();
        assert!(log.iter().map(|event| event.seq).eq(1..=41), "dense");
        assert_eq!(
            store.load(chat.id()).await.unwrap().as_deref(),
            Some(&chat.state)
        );
    }
}

/// Commits of one conversation that are sent without waiting for the answers before are stored in their order, up to
/// the first that comes too early, and none after it.
pub async fn commits_may_follow_without_waiting(store: Store) {
    for number in 1..=20 {
        let mut chat = Chat::new(number).opened_in(&*store).await;
        let mut commits = Vec::new();
        for n in 0..10 {
            let mut commit = chat.say(&n.to_string());
            commit.receipt = Some(receipt(&n.to_string(), commit.expected + 1));
            commits.push(store.commit(commit));
        }
        let outcomes: Vec<_> = futures::future::try_join_all(commits).await.unwrap();
        let stored = count(&outcomes, &CommitOutcome::Committed);
        let conflicts = count(&outcomes, &CommitOutcome::VersionConflict);
        assert_eq!(stored + conflicts, 10, "{outcomes:?}");
        let log = store.events(chat.id(), 0, 100).await.unwrap();
        assert!(log.iter().map(|event| event.seq).eq(1..=1 + stored as u64));
        let state = store.load(chat.id()).await.unwrap().unwrap();
        assert_eq!(state.version, log.len() as u64);
        for (n, outcome) in outcomes.iter().enumerate() {
            let receipt = store.receipt(chat.id(), &n.to_string()).await.unwrap();
            assert_eq!(receipt.is_some(), *outcome == CommitOutcome::Committed);
        }
    }
}

/// While one conversation is closed another is opened, and the first reopened: never are two of them open.
pub async fn an_open_key_passes_from_hand_to_hand(store: Store) {
    let mut first = Chat::of(1, "shop", "ana")
        .exclusive()
        .opened_in(&*store)
        .await;
    let mut second = Chat::of(2, "shop", "ana").exclusive();
    let opening = second.open();
    first.done_in(&*store, [EventBody::Resolved]).await;
    committed(&*store, opening).await;
    for round in 0..40 {
        // The second is open, the first is resolved.
        let ending = second.clone().step([EventBody::Resolved]);
        let reopening = first.clone().step([EventBody::Reopened { holder: None }]);
        let outcomes = race(&store, [ending.clone(), reopening.clone()]).await;
        assert_eq!(
            count(&outcomes, &CommitOutcome::VersionConflict),
            0,
            "round {round}"
        );
        assert!(
            store
                .load(second.id())
                .await
                .unwrap()
                .unwrap()
                .open_key()
                .is_none()
        );
        let was_reopened = count(&outcomes, &CommitOutcome::Committed) == 2;
        assert!(was_reopened || count(&outcomes, &CommitOutcome::OpenElsewhere(second.id())) == 1);
        if !was_reopened {
            committed(&*store, reopening).await;
        }
        second.step([EventBody::Resolved]);
        first.step([EventBody::Reopened { holder: None }]);
        let current = store
            .current(&first.state.service, &first.state.visitor)
            .await
            .unwrap();
        assert_eq!(current, Some(first.id()), "round {round}");
        std::mem::swap(&mut first, &mut second);
    }
}

/// The version that one read shows.
#[derive(Clone, Copy)]
enum Look {
    State,
    Log,
    Board,
}

async fn version_by(look: Look, store: &Store, id: ConversationId) -> u64 {
    match look {
        Look::State => store.load(id).await.unwrap().unwrap().version,
        Look::Log => {
            let log = store.events(id, 0, 1_000).await.unwrap();
            assert!(
                log.iter().map(|event| event.seq).eq(1..=log.len() as u64),
                "no gap"
            );
            assert_eq!(
                log.len() % 3,
                1,
                "a commit of three events is seen whole or not at all"
            );
            log.len() as u64
        }
        Look::Board => {
            let board = store
                .board(&BoardQuery {
                    limit: 5,
                    ..BoardQuery::default()
                })
                .await
                .unwrap();
            assert_eq!(board.cards.len(), 1, "one conversation, one card");
            board.cards[0].version
        }
    }
}

/// Whatever was seen by one read, no later read by anybody sees less, however it looks.
pub async fn no_reader_sees_a_version_go_back(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    let id = chat.id();
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for reader in 0..6 {
        let (store, done) = (store.clone(), done.clone());
        readers.spawn(async move {
            let (mut seen, mut looks) = (0, 0_usize);
            while !done.load(Ordering::Acquire) || looks < 10 {
                let look = [Look::State, Look::Log, Look::Board][(looks + reader) % 3];
                let version = version_by(look, &store, id).await;
                assert!(version >= seen, "saw {seen}, then {version}");
                seen = version;
                looks += 1;
                tokio::task::yield_now().await;
            }
        });
    }
    for n in 0..100 {
        chat.done_in(
            &*store,
            [message(&n.to_string()), message("two"), message("three")],
        )
        .await;
        let version = store.load(id).await.unwrap().unwrap().version;
        assert_eq!(
            version, chat.state.version,
            "whoever was told of a commit sees it"
        );
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::Release);
    readers.join_all().await;
}

/// A caller who goes away in the middle leaves a commit that is whole, or none.
pub async fn a_dropped_commit_is_whole_or_absent(store: Store) {
    let mut tasks = Vec::new();
    for number in 1..=60_u128 {
        let store = store.clone();
        let mut chat = Chat::new(number);
        let id = chat.id();
        let opening = chat.open();
        let mut set = JoinSet::new();
        set.spawn(async move { store.commit(opening).await.unwrap() });
        tasks.push((id, set));
        tokio::task::yield_now().await;
        if let Some((_, set)) = tasks.get_mut((number / 2) as usize) {
            set.abort_all();
        }
    }
    for (id, mut set) in tasks {
        let answer = set.join_next().await.unwrap();
        // Whatever is stored in the end is stored before this.
        let mut next = Chat::new(id.as_uuid().as_u128());
        let again = next.open();
        let outcome = store.commit(again).await.unwrap();
        let was_stored = outcome == CommitOutcome::VersionConflict;
        assert!(
            was_stored || outcome == CommitOutcome::Committed,
            "{outcome:?}"
        );
        assert!(
            was_stored || answer.is_err(),
            "an acknowledged commit is gone"
        );
        assert_eq!(store.events(id, 0, 10).await.unwrap().len(), 1);
        assert_eq!(store.load(id).await.unwrap().unwrap().version, 1);
    }
}
