//! rusqlite, one writer thread, group commit.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use handoff_store_sqlite::Durability;
use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::payload::Growing;

/// So many requests share a transaction at most, as in the store.
const BATCH: usize = 256;

/// A message whose rows are ready.
struct Message {
    num: i64,
    seq: i64,
    key: String,
    event: Arc<str>,
    state: Arc<str>,
    answer: oneshot::Sender<bool>,
}

type Write = fn(&Connection, &Message) -> rusqlite::Result<bool>;

/// The same rows and bytes in the same tables.
pub(crate) fn same_rows(
    folder: &Path,
    durability: Durability,
    senders: usize,
    time: Duration,
) -> u64 {
    let connection = open(folder, durability);
    let tables = include_str!("../../../migrations/0001_conversations.sql");
    connection.execute_batch(tables).expect("the tables");
    run(connection, write_same_rows, senders, time)
}

/// One row a message, and the conversation's version.
pub(crate) fn message(
    folder: &Path,
    durability: Durability,
    senders: usize,
    time: Duration,
) -> u64 {
    let connection = open(folder, durability);
    let tables = "CREATE TABLE conversations (num INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;
        CREATE TABLE messages (num INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, seq INTEGER NOT NULL,
        event TEXT NOT NULL, UNIQUE (conversation, seq)) STRICT;";
    connection.execute_batch(tables).expect("the tables");
    run(connection, write_message, senders, time)
}

fn open(folder: &Path, durability: Durability) -> Connection {
    let connection = Connection::open(folder.join("raw.db")).expect("a database");
    let synchronous = if durability == Durability::Full {
        "FULL"
    } else {
        "NORMAL"
    };
    for (pragma, value) in [
        ("journal_mode", "WAL"),
        ("synchronous", synchronous),
        ("wal_autocheckpoint", "8192"),
        ("cache_size", "-16000"),
    ] {
        connection
            .pragma_update(None, pragma, value)
            .expect("a pragma");
    }
    connection.set_prepared_statement_cache_capacity(32);
    connection
}

fn write_same_rows(connection: &Connection, message: &Message) -> rusqlite::Result<bool> {
    let Message {
        num,
        seq,
        key,
        event,
        state,
        ..
    } = message;
    let known = connection
        .prepare_cached("SELECT 1 FROM receipts WHERE conversation = ? AND key = ?")?
        .exists(params![num, key])?;
    let newest = -(1_760_000_000_000 + seq * 1_000);
    let written = if *seq == 1 {
        connection
            .prepare_cached(
                "INSERT INTO conversations (num, id, service, visitor, opened_at, open_key, version, open, calm, newest,
                 waiting_since, status, follow_up, page, wake, state)
                 VALUES (?1, ?2, 'shop', ?3, ?4, ?3, 1, 1, 1, ?5, NULL, 'assistant', 0, 'https://shop.example/', ?4, ?6)",
            )?
            .execute(params![num, num.to_be_bytes().repeat(2), format!("visitor-{num}"), -newest, newest, state])?
    } else {
        connection
            .prepare_cached(
                "UPDATE conversations SET version = ?2, open = 1, calm = 1, newest = ?3, waiting_since = ?4,
                 status = 'assistant', follow_up = 0, holder = NULL, score = NULL, category = NULL,
                 page = 'https://shop.example/products/blue-one?ref=mail', wake = ?4, state = ?5
                 WHERE num = ?1 AND version = ?2 - 1",
            )?
            .execute(params![num, seq, newest, -newest, state])?
    };
    connection
        .prepare_cached("INSERT INTO events (conversation, seq, event) VALUES (?, ?, ?)")?
        .execute(params![num, seq, event])?;
    connection
        .prepare_cached("INSERT INTO receipts VALUES (?, ?, ?, ?, ?)")?
        .execute(params![num, key, seq, seq, seq])?;
    Ok(!known && written == 1)
}

fn write_message(connection: &Connection, message: &Message) -> rusqlite::Result<bool> {
    let Message {
        num, seq, event, ..
    } = message;
    let written = connection
        .prepare_cached(
            "INSERT INTO conversations VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET version = ?2 WHERE version = ?2 - 1",
        )?
        .execute(params![num, seq])?;
    connection
        .prepare_cached("INSERT INTO messages (conversation, seq, event) VALUES (?, ?, ?)")?
        .execute(params![num, seq, event])?;
    Ok(written == 1)
}

/// The writer: whatever waits goes into one transaction.
fn write_all(
    connection: &Connection,
    mut messages: mpsc::Receiver<Message>,
    write: Write,
) -> rusqlite::Result<()> {
    while let Some(first) = messages.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(message) = messages.try_recv()
        {
            batch.push(message);
        }
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut done = Vec::with_capacity(batch.len());
        for message in &batch {
            done.push(write(connection, message)?);
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        for (message, done) in batch.into_iter().zip(done) {
            message.answer.send(done).ok();
        }
    }
    Ok(())
}

fn run(connection: Connection, write: Write, senders: usize, time: Duration) -> u64 {
    let (queue, messages) = mpsc::channel(1024);
    let writer =
        std::thread::spawn(move || write_all(&connection, messages, write).expect("the writer"));
    let total = super::runtime().block_on(send_all(queue, senders, time));
    writer.join().expect("the writer");
    total
}

async fn send_all(queue: mpsc::Sender<Message>, senders: usize, time: Duration) -> u64 {
    let mut sample = Growing::new(0);
    sample.next();
    let sample = sample.next();
    let event: Arc<str> = serde_json::to_string(&sample.events[0])
        .expect("JSON")
        .into();
    let state: Arc<str> = serde_json::to_string(&*sample.state).expect("JSON").into();
    let (done, total) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let mut tasks = JoinSet::new();
    for num in 1..=i64::try_from(senders).unwrap_or(i64::MAX) {
        let (queue, done, total) = (queue.clone(), done.clone(), total.clone());
        let (event, state) = (event.clone(), state.clone());
        tasks.spawn(async move {
            let mut seq = 0;
            while !done.load(Ordering::Relaxed) {
                seq += 1;
                let (answer, answered) = oneshot::channel();
                let key = format!("v/{:032x}", seq * 7919);
                let message = Message {
                    num,
                    seq,
                    key,
                    event: event.clone(),
                    state: state.clone(),
                    answer,
                };
                queue.send(message).await.ok();
                assert!(answered.await.expect("an answer"));
                total.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    drop(queue);
    tokio::time::sleep(time).await;
    done.store(true, Ordering::Relaxed);
    tasks.join_all().await;
    total.load(Ordering::Relaxed)
}
