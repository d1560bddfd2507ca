//! Opening and closing a database.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use std::time::Duration;

use common::{Chat, Schema, server};
use handoff_core::directory::{Directory, Record, RecordKind};
use handoff_core::store::{BoardQuery, CommitOutcome, ConversationStore};
use handoff_core::time::Timestamp;
use handoff_store_postgres::{OpenError, PostgresOptions, PostgresStore};
use sqlx::Executor;

const NOW: Timestamp = Timestamp::from_millis(0);

async fn connect(schema: &Schema, migrate: bool) -> Result<PostgresStore, OpenError> {
    let options = PostgresOptions::default().connections(2).migrate(migrate);
    PostgresStore::connect(&schema.url, options).await
}

fn setting() -> Record {
    Record {
        kind: RecordKind::Setting,
        key: "mode".into(),
        lookup: None,
        service: None,
        version: 0,
        expires_at: None,
        body: "x".into(),
    }
}

#[tokio::test]
async fn everything_is_there_after_closing_and_connecting() {
    let schema = Schema::new().await;
    let mut chat = Chat::new(1);
    let store = connect(&schema, true).await.unwrap();
    store.commit(chat.open()).await.unwrap();
    store.commit(chat.say("findme")).await.unwrap();
    store.put(setting(), NOW).await.unwrap();
    store.close().await;
    store.close().await;

    let again = connect(&schema, true).await.unwrap();
    assert_eq!(
        again.load(chat.state.id).await.unwrap().as_deref(),
        Some(&chat.state)
    );
    let kept = again.get(RecordKind::Setting, "mode", NOW).await.unwrap();
    assert!(kept.is_some());
    assert_eq!(
        again.commit(chat.say("more")).await.unwrap(),
        CommitOutcome::Committed
    );
    again.close().await;
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let schema = Schema::new().await;
    let store = connect(&schema, true).await.unwrap();
    let clone = store.clone();
    store.close().await;
    let chat = Chat::new(1).open();
    assert!(clone.commit(chat.clone()).await.unwrap_err().is_temporary());
    assert!(clone.load(chat.state.id).await.unwrap_err().is_temporary());
    assert!(clone.board(&BoardQuery::default()).await.is_err());
    assert!(clone.put(setting(), NOW).await.is_err());
}

#[tokio::test]
async fn tables_of_a_newer_version_are_refused() {
    let schema = Schema::new().await;
    connect(&schema, true).await.unwrap().close().await;
    schema
        .meddle("INSERT INTO _handoff_migrations VALUES (9999, 'later', now(), true, '', 0)")
        .await;
    for migrate in [true, false] {
        let refused = connect(&schema, migrate).await.unwrap_err();
        assert!(
            matches!(refused, OpenError::Newer { found: 9999, .. }),
            "{refused:?}"
        );
        assert!(
            refused.to_string().contains("newer version of Handoff"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_node_that_may_not_upgrade_waits_for_somebody_who_may() {
    let schema = Schema::new().await;
    let refused = connect(&schema, false).await.unwrap_err();
    assert!(
        matches!(refused, OpenError::Outdated { found: 0, .. }),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("`handoff migrate`"),
        "{refused}"
    );
    PostgresStore::migrate(&schema.url).await.unwrap();
    PostgresStore::migrate(&schema.url).await.unwrap();
    let store = connect(&schema, false).await.unwrap();
    store.commit(Chat::new(1).open()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_upgrade_one_after_another() {
    let schema = Schema::new().await;
    let connecting = (0..6).map(|_| connect(&schema, true));
    let stores = futures::future::try_join_all(connecting).await.unwrap();
    for (store, number) in stores.iter().zip(1..) {
        let opened = store.commit(Chat::new(number).open()).await.unwrap();
        assert_eq!(opened, CommitOutcome::Committed);
    }
}

#[tokio::test]
async fn nobody_waits_for_ever_for_another_upgrade() {
    let schema = Schema::new().await;
    connect(&schema, true).await.unwrap().close().await;
    let mut other = schema.connection().await;
    let lock = "BEGIN; LOCK TABLE _handoff_migrations IN ACCESS EXCLUSIVE MODE";
    other.execute(lock).await.unwrap();
    let options = PostgresOptions::default().migration_timeout(Duration::from_millis(100));
    let refused = PostgresStore::connect(&schema.url, options)
        .await
        .unwrap_err();
    assert!(matches!(refused, OpenError::Busy { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_host_keeps_its_own_migrations_beside() {
    let schema = Schema::new().await;
    schema
        .meddle(
            "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text, installed_on timestamptz, \
             success boolean, checksum bytea, execution_time bigint); \
             INSERT INTO _sqlx_migrations VALUES (20250101000000, 'mine', now(), true, '', 0); \
             CREATE TABLE events (mine text)",
        )
        .await;
    connect(&schema, true).await.unwrap();
}

#[tokio::test]
async fn tables_that_look_alike_are_left_alone() {
    let schema = Schema::new().await;
    schema
        .meddle("CREATE TABLE handoff_events (mine text)")
        .await;
    let refused = connect(&schema, true).await.unwrap_err();
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused:?}");
}

#[tokio::test]
async fn what_can_not_be_opened_is_said_without_the_password() {
    for url in [
        "postgres://ana:secret-word@127.0.0.1:1/handoff",
        "http://ana:secret-word@127.0.0.1",
        "postgres://ana:secret-word@127.0.0.1:port/handoff",
        "secret-word",
    ] {
        let refused = PostgresStore::connect(url, PostgresOptions::default())
            .await
            .unwrap_err();
        let said = format!("{refused} {refused:?}");
        assert!(!said.contains("secret-word"), "{said}");
    }
}

#[tokio::test]
async fn a_store_is_called_by_its_server() {
    let schema = Schema::new().await;
    let store = connect(&schema, true).await.unwrap();
    let said = format!("{store} {store:?}");
    let address = server::url().rsplit('@').next().unwrap();
    let address = address.split('/').next().unwrap();
    assert!(said.contains(address), "{said}");
}
