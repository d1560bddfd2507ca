//! The one writer of a file.

mod entry;
mod judge;
mod known;
mod ledger;
mod rows;
mod script;
mod searching;
mod task;

use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::error::StoreError;
use handoff_core::store::{Commit, CommitOutcome};
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

pub(crate) use ledger::receipt_of;

use crate::committed::Committed;
use crate::error::{Failure, closed};
use crate::lock::FileLock;
use entry::Entry;
use task::WriterTask;

/// So many requests wait at most; whoever comes then waits for a place among them.
const QUEUE: usize = 1024;

/// What became of a transaction's part.
type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something that the writer does in the middle of a transaction, beside commits of conversations.
#[async_trait]
pub(crate) trait Change: Send + 'static {
    /// What its caller learns.
    type Made: Send;
    /// Whether it takes conversations away, or puts others in their place.
    const REPLACES: bool;

    /// Does it. An error fails the whole transaction.
    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<Self::Made, Failure>;
}

/// A [`Change`] with the caller who waits for it.
#[async_trait]
trait Step: Send {
    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure>;
    fn replaces(&self) -> bool;
    /// Tells the caller, once the transaction has ended.
    fn answer(self: Box<Self>, ended: Result<(), Failure>);
}

struct Asked<C: Change> {
    change: C,
    made: Option<C::Made>,
    answer: Answer<C::Made>,
}

#[async_trait]
impl<C: Change> Step for Asked<C> {
    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        self.made = Some(self.change.make(connection).await?);
        Ok(())
    }

    fn replaces(&self) -> bool {
        C::REPLACES
    }

    fn answer(self: Box<Self>, ended: Result<(), Failure>) {
        let Self { made, answer, .. } = *self;
        let made = ended
            .map_err(StoreError::from)
            .and_then(|()| made.ok_or_else(closed));
        // A caller who went away needs no answer.
        answer.send(made).ok();
    }
}

/// A commit with the caller who waits for it.
struct Submission {
    entry: Entry,
    answer: Answer<CommitOutcome>,
}

/// What is asked of the writer.
enum Request {
    Commit(Box<Submission>),
    Change(Box<dyn Step>),
    /// End, after what was asked before.
    Close,
    /// Move everything from the write-ahead log into the file, and empty the log.
    Checkpoint(Answer<()>),
    /// Bring the index of words up to what is committed now.
    CatchUp(Answer<()>),
}

/// Asks the writer. It ends when the last of these is gone or closed, after it did what was asked before.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    requests: mpsc::Sender<Request>,
    tasks: TaskTracker,
}

impl Writer {
    /// Starts the writer on two connections that nobody else uses, one for commits and one for the index of words. It
    /// keeps the lock until it has ended.
    pub(crate) async fn start(
        connection: SqliteConnection,
        searching: SqliteConnection,
        committed: Arc<Committed>,
        lock: FileLock,
    ) -> Result<Self, sqlx::Error> {
        let (requests, incoming) = mpsc::channel(QUEUE);
        let task = WriterTask::new(connection, searching, committed, incoming).await?;
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            task.run().await;
            drop(lock);
        });
        tasks.close();
        Ok(Self { requests, tasks })
    }

    pub(crate) async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let entry = Entry::new(commit)?;
        self.ask(|answer| Request::Commit(Box::new(Submission { entry, answer })))
            .await
    }

    pub(crate) async fn make<C: Change>(&self, change: C) -> Result<C::Made, StoreError> {
        let asked = |answer| {
            Request::Change(Box::new(Asked {
                change,
                made: None,
                answer,
            }))
        };
        self.ask(asked).await
    }

    /// Empties the write-ahead log, so that what was deleted is in no file any more.
    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        self.ask(Request::Checkpoint).await
    }

    /// Waits until the index of words holds everything that was committed before.
    pub(crate) async fn catch_up(&self) -> Result<(), StoreError> {
        self.ask(Request::CatchUp).await
    }

    async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.requests
            .send(request(answer))
            .await
            .map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Takes no more requests, and waits until those before are done and the file is closed.
    pub(crate) async fn close(&self) {
        self.requests.send(Request::Close).await.ok();
        self.tasks.wait().await;
    }
}
