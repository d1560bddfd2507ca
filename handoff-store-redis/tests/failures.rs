//! A server that goes away, is full, or must not be written to.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::time::{Duration, Instant};

use common::{Chat, OwnServer};
use futures::StreamExt;
use handoff_core::bus::{Bus, Heard, Notice};
use handoff_core::directory::RecordKind;
use handoff_core::store::{Commit, CommitOutcome, ConversationStore};
use handoff_store_redis::{OpenError, RedisBus, RedisOptions, RedisStore};

/// Whatever has not healed after so long does not heal.
const PATIENCE: Duration = Duration::from_secs(20);

fn options() -> RedisOptions {
    RedisOptions::default()
        .response_timeout(Duration::from_secs(2))
        .connect_timeout(Duration::from_secs(1))
}

async fn store(server: &OwnServer) -> RedisStore {
    RedisStore::connect(&server.url(), options()).await.unwrap()
}

/// Sends a commit again, as a caller does, until its outcome is known.
#[expect(clippy::disallowed_methods, reason = "a test's own patience")]
async fn until_known(store: &RedisStore, commit: Commit) -> CommitOutcome {
    let begun = Instant::now();
    loop {
        match store.commit(commit.clone()).await {
            Ok(outcome) => return outcome,
            Err(error) => {
                assert!(error.is_temporary(), "{error}");
                assert!(begun.elapsed() < PATIENCE, "it does not heal: {error}");
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn tell(server: &OwnServer, words: &str) {
    let mut link = redis::Client::open(server.url())
        .unwrap()
        .get_connection()
        .unwrap();
    let mut words = words.split(' ');
    let mut cmd = redis::cmd(words.next().unwrap());
    cmd.arg(words.collect::<Vec<_>>());
    cmd.exec(&mut link).unwrap();
}

/// Killed and started again with its append-only file: temporary errors, and then everything that was acknowledged is
/// there, and the store goes on with a server that has forgotten its scripts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_costs_time_and_nothing_else() {
    let mut server = OwnServer::with(&["--appendonly", "yes", "--appendfsync", "always"]).await;
    let store = store(&server).await;
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();
    for round in 0..3 {
        for n in 0..20 {
            let said = chat.say(&format!("{round}/{n}"));
            assert_eq!(store.commit(said).await.unwrap(), CommitOutcome::Committed);
        }
        let before = chat.state.version;
        server.kill().await;
        let cut_off = chat.say("into the void");
        let error = store.commit(cut_off.clone()).await.unwrap_err();
        assert!(error.is_temporary(), "{error}");
        assert!(store.load(chat.state.id).await.unwrap_err().is_temporary());
        server.up().await;
        let outcome = until_known(&store, cut_off).await;
        assert!(
            matches!(
                outcome,
                CommitOutcome::Committed | CommitOutcome::Repeated(_)
            ),
            "{outcome:?}"
        );
        let state = store.load(chat.state.id).await.unwrap().unwrap();
        assert_eq!(state.version, before + 1, "what was acknowledged is there");
        let log = store.events(chat.state.id, 0, 1_000).await.unwrap();
        assert!(log.iter().map(|event| event.seq).eq(1..=before + 1));
    }
}

/// Without memory, as a replica, or paused: commits fail as temporary and nothing of them is stored, and after that it
/// heals. Reads go on where the server answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_refuses_is_temporary() {
    let server = OwnServer::start().await;
    let store = store(&server).await;
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();
    for (trouble, relief) in [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    ] {
        let before = chat.state.version;
        let said = chat.say(trouble);
        tell(&server, trouble);
        let error = store.commit(said.clone()).await.unwrap_err();
        assert!(error.is_temporary(), "{trouble}: {error}");
        let state = store.load(chat.state.id).await.unwrap().unwrap();
        assert_eq!(state.version, before, "{trouble}");
        assert!(
            store
                .receipt(chat.state.id, &(before + 1).to_string())
                .await
                .unwrap()
                .is_none()
        );
        tell(&server, relief);
        assert_eq!(
            until_known(&store, said).await,
            CommitOutcome::Committed,
            "{relief}"
        );
    }
    // It does the commit after the caller gave it up: the repeat learns that.
    tell(&server, "CLIENT PAUSE 3000");
    let said = chat.say("late");
    let error = store.commit(said.clone()).await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    let outcome = until_known(&store, said).await;
    assert!(
        matches!(
            outcome,
            CommitOutcome::Committed | CommitOutcome::Repeated(_)
        ),
        "{outcome:?}"
    );
    let log = store.events(chat.state.id, 0, 1_000).await.unwrap();
    assert!(
        log.iter().map(|event| event.seq).eq(1..=chat.state.version),
        "done once"
    );
}

/// However many wait for a server that does not answer, each of them is told within a few times the limit for one answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "a test's own patience")]
async fn nobody_waits_for_the_whole_queue() {
    let server = OwnServer::start().await;
    let store = store(&server).await;
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();
    tell(&server, "CLIENT PAUSE 60000");
    let begun = Instant::now();
    let mut waiting = tokio::task::JoinSet::new();
    for n in 0..1_000 {
        let (store, said) = (store.clone(), chat.clone().say(&n.to_string()));
        waiting.spawn(async move { store.commit(said).await.unwrap_err() });
    }
    for error in waiting.join_all().await {
        assert!(error.is_temporary(), "{error}");
    }
    // Eight batches of two seconds each otherwise.
    assert!(
        begun.elapsed() < Duration::from_secs(9),
        "{:?}",
        begun.elapsed()
    );
}

/// A server that would throw conversations away is refused; so is one that is not there, without a password in the text.
#[tokio::test]
async fn what_can_keep_nothing_is_refused() {
    let server =
        OwnServer::with(&["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]).await;
    let refused = RedisStore::connect(&server.url(), options())
        .await
        .unwrap_err();
    assert!(matches!(refused, OpenError::Evicts { .. }), "{refused}");
    RedisBus::connect(&server.url(), options())
        .await
        .expect("a bus keeps nothing");
    let refused = RedisStore::connect("redis://ana:secret@127.0.0.1:1/", options())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, OpenError::Unreachable { .. }),
        "{refused}"
    );
    assert!(
        !format!("{refused} {refused:?}").contains("secret"),
        "{refused:?}"
    );
    for odd in ["http://127.0.0.1/", "nonsense", ""] {
        let refused = RedisStore::connect(odd, options()).await.unwrap_err();
        assert!(
            matches!(refused, OpenError::Address { .. }),
            "{odd}: {refused}"
        );
    }
    for odd in ["", "a{b", "a b"] {
        let refused = RedisStore::connect(&server.url(), options().prefix(odd))
            .await
            .unwrap_err();
        assert!(
            matches!(refused, OpenError::Prefix { .. }),
            "{odd}: {refused}"
        );
    }
}

fn notice(key: &str) -> Notice {
    Notice::Record {
        kind: RecordKind::Setting,
        key: key.to_owned(),
    }
}

/// A subscriber who was cut off hears that it missed something, and then hears on; a publisher is told in time, and
/// tells everybody when it can again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_off_bus_says_so_and_heals() {
    let mut server = OwnServer::start().await;
    let bus = RedisBus::connect(&server.url(), options()).await.unwrap();
    let mut ear = bus.subscribe().await.unwrap();
    bus.publish(&[notice("before")]).await.unwrap();
    assert_eq!(ear.next().await, Some(Heard::Notice(notice("before"))));
    server.kill().await;
    let lost = tokio::time::timeout(PATIENCE, bus.publish(&[notice("lost")])).await;
    lost.expect("a publisher is told in time").unwrap_err();
    server.up().await;
    let heard = tokio::time::timeout(PATIENCE, ear.next()).await.unwrap();
    assert_eq!(heard, Some(Heard::Lagged), "after the reconnect");
    publish(&bus, "after").await;
    let mut told = 0;
    loop {
        match tokio::time::timeout(PATIENCE, ear.next()).await.unwrap() {
            Some(Heard::Lagged) => told += 1,
            Some(Heard::Notice(heard)) => break assert_eq!(heard, notice("after")),
            None => panic!("a subscription never ends by itself"),
        }
    }
    assert_eq!(told, 1, "the publisher says that it lost something");
}

#[expect(clippy::disallowed_methods, reason = "a test's own patience")]
async fn publish(bus: &RedisBus, key: &str) {
    let begun = Instant::now();
    while let Err(error) = bus.publish(&[notice(key)]).await {
        assert!(begun.elapsed() < PATIENCE, "it does not heal: {error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
