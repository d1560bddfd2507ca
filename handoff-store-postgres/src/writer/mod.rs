//! The one writer of a store.

mod entry;
mod judge;
mod ledger;
mod link;
mod log;
mod rows;
mod task;

use handoff_core::error::StoreError;
use handoff_core::store::{Commit, CommitOutcome};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

pub(crate) use entry::Entry;
pub(crate) use ledger::receipt_of;
pub(crate) use link::Link;
pub(crate) use log::Log;
pub(crate) use rows::insert;

use crate::error::closed;
use task::WriterTask;

/// So many commits wait at most; whoever comes then waits for a place among them.
const QUEUE: usize = 1024;

/// A commit with the caller who waits for it.
struct Submission {
    entry: Entry,
    answer: oneshot::Sender<Result<CommitOutcome, StoreError>>,
}

/// What is asked of the writer.
enum Request {
    Commit(Box<Submission>),
    /// End, after what was asked before.
    Close,
}

/// Asks the writer. It ends when the last of these is gone or closed, after it did what was asked before.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    requests: mpsc::Sender<Request>,
    tasks: TaskTracker,
}

impl Writer {
    /// Starts the writer on a connection that nobody else uses.
    pub(crate) fn start(link: Link) -> Self {
        let (requests, incoming) = mpsc::channel(QUEUE);
        let tasks = TaskTracker::new();
        tasks.spawn(WriterTask::new(link, incoming).run());
        tasks.close();
        Self { requests, tasks }
    }

    /// Once it is in the queue it is written, also where the caller goes away.
    pub(crate) async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let entry = Entry::new(commit)?;
        let (answer, answered) = oneshot::channel();
        let submission = Box::new(Submission { entry, answer });
        self.requests
            .send(Request::Commit(submission))
            .await
            .map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Takes no more commits, and waits until those before are done and the connection is closed.
    pub(crate) async fn close(&self) {
        self.requests.send(Request::Close).await.ok();
        self.tasks.wait().await;
    }
}
