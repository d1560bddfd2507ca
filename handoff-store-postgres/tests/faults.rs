//! A server that fails, hangs or gives way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use std::time::Duration;

use common::{Chat, Schema};
use handoff_core::directory::{Directory, RecordKind};
use handoff_core::store::{CommitOutcome, ConversationStore};
use handoff_core::time::Timestamp;
use handoff_store_postgres::{PostgresOptions, PostgresStore};
use sqlx::{Connection, Executor};

/// Waits for something that another task is about to do.
async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "it did not come to pass that {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_cut_off_fails_for_now_and_the_store_heals() {
    let schema = Schema::new().await;
    let store = schema.node().await;
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();

    let mut other = schema.connection().await;
    let lock = "BEGIN; SELECT id FROM handoff_conversations FOR UPDATE";
    other.execute(lock).await.unwrap();
    let message = chat.say("cut off");
    let committing = store.commit(message.clone());
    let cutting = until("the commit waits and is cut off", || async {
        schema.cut(true).await > 0
    });
    let (committed, ()) = tokio::join!(committing, cutting);
    let error = committed.unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
    other.close().await.unwrap();

    assert_eq!(store.events(chat.state.id, 0, 9).await.unwrap().len(), 1);
    let again = store.commit(message).await.unwrap();
    assert_eq!(again, CommitOutcome::Committed);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_lost_at_rest_are_replaced_without_a_word() {
    let schema = Schema::new().await;
    let store = schema.node().await;
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();
    store.load(chat.state.id).await.unwrap();
    for _ in 0..3 {
        assert!(schema.cut(false).await >= 2, "the writer's and a reader's");
        let outcome = store.commit(chat.say("still here")).await.unwrap();
        assert_eq!(outcome, CommitOutcome::Committed);
        let state = store.load(chat.state.id).await.unwrap().unwrap();
        assert_eq!(*state, chat.state);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_cut_off_at_its_end_may_be_stored_and_is_told_apart_by_its_receipt() {
    let schema = Schema::new().await;
    let store = schema.node().await;
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();
    schema
        .meddle(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON handoff_events DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION cut()",
        )
        .await;
    let message = chat.say("perhaps");
    let error = store.commit(message.clone()).await.unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
    schema.meddle("DROP TRIGGER cut ON handoff_events").await;
    let again = store.commit(message.clone()).await.unwrap();
    assert_eq!(again, CommitOutcome::Committed);
    let repeat = store.commit(message.clone()).await.unwrap();
    assert_eq!(repeat, CommitOutcome::Repeated(message.receipt.unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_too_long_for_a_lock_fails_for_now() {
    let schema = Schema::new().await;
    let options = PostgresOptions::default()
        .connections(2)
        .lock_timeout(Duration::from_millis(100));
    let store = PostgresStore::connect(&schema.url, options).await.unwrap();
    let mut chat = Chat::new(1);
    store.commit(chat.open()).await.unwrap();
    let mut other = schema.connection().await;
    let lock = "BEGIN; LOCK TABLE handoff_conversations IN ACCESS EXCLUSIVE MODE";
    other.execute(lock).await.unwrap();
    let message = chat.say("x");
    let state = &chat.state;
    for error in [
        store.commit(message.clone()).await.unwrap_err(),
        store.load(state.id).await.unwrap_err(),
        store
            .erase(&state.service, &state.visitor)
            .await
            .unwrap_err(),
    ] {
        assert!(error.is_temporary(), "{error:?}");
    }
    other.close().await.unwrap();
    let again = store.commit(message).await.unwrap();
    assert_eq!(again, CommitOutcome::Committed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_fails_for_now() {
    let schema = Schema::new().await;
    let options = PostgresOptions::default()
        .connections(2)
        .statement_timeout(Duration::from_millis(200));
    let store = PostgresStore::connect(&schema.url, options).await.unwrap();
    schema
        .meddle(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$; \
             CREATE TRIGGER slow BEFORE INSERT ON handoff_events FOR EACH ROW EXECUTE FUNCTION slow()",
        )
        .await;
    let mut chat = Chat::new(1);
    let opening = chat.open();
    let error = store.commit(opening.clone()).await.unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
    schema.meddle("DROP TRIGGER slow ON handoff_events").await;
    let again = store.commit(opening).await.unwrap();
    assert_eq!(again, CommitOutcome::Committed);
}

/// The server says so often that a transaction must give way. The count is kept by a sequence, which no rollback resets.
const GIVE_WAY: &str = "CREATE SEQUENCE tries; CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN IF nextval('tries') <= TG_ARGV[0]::bigint THEN \
    RAISE EXCEPTION 'give way' USING ERRCODE = TG_ARGV[1]; END IF; RETURN NULL; END $$; ";

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_must_give_way_is_tried_again() {
    let schema = Schema::new().await;
    let store = schema.node().await;
    schema.meddle(GIVE_WAY).await;
    schema
        .meddle(
            "CREATE TRIGGER deadlock BEFORE INSERT ON handoff_events EXECUTE FUNCTION give_way(2, '40P01'); \
             CREATE TRIGGER serialization BEFORE INSERT ON handoff_records EXECUTE FUNCTION give_way(6, '40001')",
        )
        .await;
    let mut chat = Chat::new(1);
    let opened = store.commit(chat.open()).await.unwrap();
    assert_eq!(opened, CommitOutcome::Committed);
    let record = handoff_core::directory::Record {
        kind: RecordKind::Setting,
        key: "mode".into(),
        lookup: None,
        service: None,
        version: 0,
        expires_at: None,
        body: "x".into(),
    };
    let written = store.put(record, Timestamp::from_millis(0)).await.unwrap();
    assert_eq!(written, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_always_gives_way_is_given_up() {
    let schema = Schema::new().await;
    let store = schema.node().await;
    schema.meddle(GIVE_WAY).await;
    schema
        .meddle(
            "CREATE TRIGGER deadlock BEFORE INSERT ON handoff_events EXECUTE FUNCTION give_way(1000000, '40P01')",
        )
        .await;
    let opening = Chat::new(1).open();
    let error = store.commit(opening.clone()).await.unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
    schema
        .meddle("DROP TRIGGER deadlock ON handoff_events")
        .await;
    let again = store.commit(opening).await.unwrap();
    assert_eq!(again, CommitOutcome::Committed);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_commit_fails_alone() {
    let schema = Schema::new().await;
    let store = schema.node().await;
    schema
        .meddle(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF position('poison'::bytea IN NEW.event) > 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT ON handoff_events FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;
    let mut chats: Vec<Chat> = (0..20).map(Chat::new).collect();
    for chat in &mut chats {
        store.commit(chat.open()).await.unwrap();
    }
    let commits = (0..).zip(&mut chats).map(|(n, chat)| {
        let text = if n == 7 { "poison" } else { "fine" };
        store.commit(chat.say(text))
    });
    let outcomes = futures::future::join_all(commits).await;
    for (n, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(outcome) => assert_eq!((outcome, n == 7), (CommitOutcome::Committed, false)),
            Err(error) => assert_eq!((error.is_temporary(), n), (false, 7), "{error:?}"),
        }
    }
}
