//! The store's limit: one thread that groups the rows that wait together into one transaction, on bare rusqlite.

use crate::compare::{
    clock,
    contender::{Durability, text},
};
use anyhow::{Context, Result};
use rusqlite::{Connection, params};
use std::{path::Path, thread, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

const QUEUE: usize = 1024;
const BATCH: usize = 256;
/// As large as the stored state of one of our conversations with its card.
const STATE_BYTES: usize = 1500;

/// What is written for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// The message alone.
    Message,
    /// The message, and its conversation's new state if the version is still the one that was read: what it takes to
    /// arbitrate between two agents.
    MessageAndState,
}

#[derive(Debug)]
struct Write {
    conversation: u32,
    version: u32,
    body: String,
    done: oneshot::Sender<bool>,
}

/// Messages a second of so many senders, each of which waits for its commit.
pub(super) async fn rate(
    folder: &Path,
    durability: Durability,
    rows: Rows,
    senders: u32,
    duration: Duration,
) -> Result<f64> {
    let connection = open(&folder.join("raw.db"), durability, senders)?;
    let (queue, writes) = mpsc::channel(QUEUE);
    let writing = thread::spawn(move || write_all(connection, rows, writes));
    let started = clock::now();
    let mut sending = JoinSet::new();
    for conversation in 0..senders {
        let queue = queue.clone();
        sending.spawn(async move {
            let mut version = 0;
            while started.elapsed() < duration {
                let (done, committed) = oneshot::channel();
                let body = format!("{{\"kind\":\"message\",\"text\":\"{}\"}}", text(version));
                let write = Write {
                    conversation,
                    version,
                    body,
                    done,
                };
                queue.send(write).await?;
                anyhow::ensure!(committed.await?, "a lost update");
                version += 1;
            }
            Ok(version)
        });
    }
    drop(queue);
    let mut messages = 0.0;
    while let Some(sent) = sending.join_next().await {
        messages += f64::from(sent??);
    }
    let seconds = started.elapsed().as_secs_f64();
    writing.join().ok().context("the writer panicked")??;
    Ok(messages / seconds)
}

fn open(file: &Path, durability: Durability, conversations: u32) -> Result<Connection> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = {};
         CREATE TABLE message (conversation INTEGER, version INTEGER, body TEXT, PRIMARY KEY (conversation, version))
             WITHOUT ROWID;
         CREATE TABLE conversation (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL);",
        durability.synchronous()
    ))?;
    let transaction = connection.transaction()?;
    for id in 0..conversations {
        let first = "INSERT INTO conversation VALUES (?, 0, '')";
        transaction.execute(first, params![id])?;
    }
    transaction.commit()?;
    Ok(connection)
}

fn write_all(
    mut connection: Connection,
    rows: Rows,
    mut writes: mpsc::Receiver<Write>,
) -> Result<()> {
    let state = "s".repeat(STATE_BYTES);
    let mut batch = Vec::with_capacity(BATCH);
    while writes.blocking_recv_many(&mut batch, BATCH) > 0 {
        let mut outcomes = Vec::with_capacity(batch.len());
        let transaction = connection.transaction()?;
        for write in &batch {
            let Write {
                conversation,
                version,
                ref body,
                ..
            } = *write;
            let is_current = rows == Rows::Message
                || transaction
                    .prepare_cached("UPDATE conversation SET version = ?2 + 1, state = ?3 WHERE id = ?1 AND version = ?2")?
                    .execute(params![conversation, version, state])?
                    == 1;
            if is_current {
                transaction
                    .prepare_cached("INSERT INTO message VALUES (?, ?, ?)")?
                    .execute(params![conversation, version, body])?;
            }
            outcomes.push(is_current);
        }
        transaction.commit()?;
        for (write, outcome) in batch.drain(..).zip(outcomes) {
            // A sender that went away is not told.
            write.done.send(outcome).ok();
        }
    }
    Ok(())
}
