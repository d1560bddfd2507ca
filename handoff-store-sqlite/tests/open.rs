//! Opening and closing a file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Chat;
use handoff_core::directory::{Directory, Record, RecordKind};
use handoff_core::store::{BoardQuery, CommitOutcome, ConversationStore};
use handoff_core::time::Timestamp;
use handoff_store_sqlite::{Durability, OpenError, SqliteOptions, SqliteStore};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_millis(0);

async fn open(folder: &TempDir) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(
        folder.path().join("data/handoff.db"),
        SqliteOptions::default(),
    )
    .await
}

/// Works on the file as somebody else.
fn meddle(folder: &TempDir, sql: &str) {
    let database = rusqlite::Connection::open(folder.path().join("data/handoff.db")).unwrap();
    database.execute_batch(sql).unwrap();
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
async fn everything_is_there_after_closing_and_opening() {
    let folder = tempfile::tempdir().unwrap();
    let mut chat = Chat::new(1);
    let store = open(&folder).await.unwrap();
    store.commit(chat.open()).await.unwrap();
    store.commit(chat.say("findme")).await.unwrap();
    store.put(setting(), NOW).await.unwrap();
    store.close().await;
    store.close().await;

    let again = open(&folder).await.unwrap();
    assert_eq!(
        again.load(chat.state.id).await.unwrap().as_deref(),
        Some(&chat.state)
    );
    assert!(
        again
            .get(RecordKind::Setting, "mode", NOW)
            .await
            .unwrap()
            .is_some()
    );
    let search = BoardQuery {
        text: Some("findme".into()),
        limit: 1,
        ..BoardQuery::default()
    };
    assert_eq!(
        again.board(&search).await.unwrap().cards.len(),
        1,
        "words that waited for the index are not forgotten"
    );
    assert_eq!(
        again.commit(chat.say("more")).await.unwrap(),
        CommitOutcome::Committed
    );
    assert_eq!(
        again.commit(Chat::new(2).open()).await.unwrap(),
        CommitOutcome::Committed,
        "rows have new numbers"
    );
    again.close().await;
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await.unwrap();
    let clone = store.clone();
    store.close().await;
    let chat = Chat::new(1).open();
    assert!(clone.commit(chat.clone()).await.unwrap_err().is_temporary());
    assert!(clone.load(chat.state.id).await.unwrap_err().is_temporary());
    assert!(
        clone
            .board(&BoardQuery {
                text: Some("x".into()),
                ..BoardQuery::default()
            })
            .await
            .is_err()
    );
    assert!(clone.put(setting(), NOW).await.is_err());
}

#[tokio::test]
async fn a_file_belongs_to_one_store_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await.unwrap();
    let refused = open(&folder).await.unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }));
    assert!(
        refused.to_string().contains("in use by another process"),
        "{refused}"
    );
    store.close().await;
    open(&folder).await.unwrap().close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).await.unwrap().close().await;
    meddle(
        &folder,
        "INSERT INTO _handoff_migrations SELECT 99, 'future', installed_on, 1, x'00', 1 FROM _handoff_migrations LIMIT 1",
    );
    let refused = open(&folder).await.unwrap_err();
    assert!(
        matches!(
            refused,
            OpenError::Newer {
                found: 99,
                known: 3,
                ..
            }
        ),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("newer version of Handoff"),
        "{refused}"
    );
    meddle(
        &folder,
        "DELETE FROM _handoff_migrations WHERE version = 99",
    );
    open(&folder).await.unwrap().close().await;
}

#[tokio::test]
async fn a_schema_of_somebody_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).await.unwrap().close().await;
    meddle(
        &folder,
        "UPDATE _handoff_migrations SET checksum = x'00' WHERE version = 1",
    );
    assert!(matches!(
        open(&folder).await,
        Err(OpenError::Foreign { .. })
    ));
}

#[tokio::test]
async fn a_host_keeps_its_own_tables_and_migrations_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    meddle(
        &folder,
        "CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (7);
         CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
         installed_on TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
         INSERT INTO _sqlx_migrations VALUES (20250101000000, 'host', NULL, 1, x'00', 1);",
    );
    let store = open(&folder).await.unwrap();
    store.commit(Chat::new(1).open()).await.unwrap();
    store.close().await;
    let database = rusqlite::Connection::open(folder.path().join("data/handoff.db")).unwrap();
    let orders: i64 = database
        .query_row("SELECT sum(id) FROM orders", [], |row| row.get(0))
        .unwrap();
    assert_eq!(orders, 7);
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(
        folder.path().join("data/handoff.db"),
        "These are my notes, not a database. ".repeat(200),
    )
    .unwrap();
    let refused = open(&folder).await.unwrap_err();
    assert!(matches!(refused, OpenError::Database { .. }), "{refused:?}");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let below_a_file = SqliteStore::open(
        folder.path().join("file/handoff.db"),
        SqliteOptions::default(),
    )
    .await;
    assert!(matches!(below_a_file, Err(OpenError::Folder { .. })));
}

#[tokio::test]
async fn what_is_erased_is_in_no_file_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await.unwrap();
    let canaries = ["canaryalpha", "canarybravo"];
    for number in 1..=20 {
        let mut chat = Chat::new(number);
        store.commit(chat.open()).await.unwrap();
        for _ in 0..20 {
            let word = if number == 7 {
                canaries.concat()
            } else {
                format!("word{number}")
            };
            store
                .commit(chat.say(&format!("{word} {}", canaries[usize::from(number != 7)])))
                .await
                .unwrap();
        }
    }
    // The index of words is filled before the half of them is erased.
    let search = BoardQuery {
        text: Some(canaries.concat()),
        limit: 50,
        ..BoardQuery::default()
    };
    assert_eq!(store.board(&search).await.unwrap().cards.len(), 1);
    let erased = Chat::new(7).state;
    assert_eq!(
        store.erase(&erased.service, &erased.visitor).await.unwrap(),
        1
    );
    assert!(
        found(&folder, canaries[1]),
        "the others' words are still there"
    );
    for canary in [&canaries.concat(), canaries[0], "visitor 7\""] {
        assert!(!found(&folder, canary), "{canary} is still in a file");
    }
    let search = BoardQuery {
        text: Some(canaries[1].into()),
        limit: 50,
        ..BoardQuery::default()
    };
    assert_eq!(store.board(&search).await.unwrap().cards.len(), 19);
    store.close().await;
}

/// Whether any file of the database holds these bytes.
fn found(folder: &TempDir, text: &str) -> bool {
    let files = std::fs::read_dir(folder.path().join("data")).unwrap();
    let mut contents = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    contents.any(|bytes| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn a_store_that_need_not_survive_a_power_cut_works_alike() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::default()
        .durability(Durability::Normal)
        .readers(1);
    let store = SqliteStore::open(folder.path().join("handoff.db"), options)
        .await
        .unwrap();
    let mut chat = Chat::new(1);
    assert_eq!(
        store.commit(chat.open()).await.unwrap(),
        CommitOutcome::Committed
    );
    assert_eq!(
        store.load(chat.state.id).await.unwrap().as_deref(),
        Some(&chat.state)
    );
    assert!(store.to_string().contains("handoff.db"));
    store.close().await;
}
