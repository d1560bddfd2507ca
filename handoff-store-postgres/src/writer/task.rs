//! The writer's loop: takes what waits, writes it in one transaction, answers.

use handoff_core::store::CommitOutcome;
use sqlx::PgConnection;
use tokio::sync::mpsc;

use super::entry::Entry;
use super::ledger;
use super::link::Link;
use super::rows::Rows;
use super::{Request, Submission};
use crate::error::Failure;
use crate::session::{TRIES, too_late};

/// So many commits share a transaction at most.
const BATCH: usize = 256;
/// And not many more bytes than these.
const BATCH_BYTES: usize = 8 << 20;
/// Those who waited for the last transaction are likely to come back at once: so often the writer lets other tasks run
/// before it goes on with fewer than came the last time.
const GATHERING: usize = 24;

pub(super) struct WriterTask {
    link: Link,
    requests: mpsc::Receiver<Request>,
    last_batch: usize,
}

/// What is written in one transaction.
#[derive(Default)]
struct Batch {
    submissions: Vec<Submission>,
    bytes: usize,
}

impl Batch {
    fn has_room(&self) -> bool {
        self.submissions.len() < BATCH && self.bytes < BATCH_BYTES
    }

    fn add(&mut self, submission: Submission) {
        self.bytes += submission.entry.size();
        self.submissions.push(submission);
    }
}

impl WriterTask {
    pub(super) fn new(link: Link, requests: mpsc::Receiver<Request>) -> Self {
        Self {
            link,
            requests,
            last_batch: 0,
        }
    }

    pub(super) async fn run(mut self) {
        while let Some(request) = self.requests.recv().await {
            let mut batch = Batch::default();
            let mut open = self.sort(request, &mut batch);
            open &= self.gather(&mut batch).await;
            self.last_batch = batch.submissions.len();
            if !batch.submissions.is_empty() {
                self.write(batch.submissions).await;
            }
            if !open {
                break;
            }
        }
        self.link.close().await;
    }

    /// Puts a request where it belongs; `false` where it is the last.
    fn sort(&mut self, request: Request, batch: &mut Batch) -> bool {
        match request {
            Request::Commit(submission) => {
                batch.add(*submission);
                true
            }
            Request::Close => {
                self.requests.close();
                false
            }
        }
    }

    /// Adds what else waits; `false` where the writer is to end.
    async fn gather(&mut self, batch: &mut Batch) -> bool {
        let mut open = true;
        for _ in 0..GATHERING {
            while batch.has_room()
                && let Ok(request) = self.requests.try_recv()
            {
                open &= self.sort(request, batch);
            }
            if batch.submissions.len() >= self.last_batch || !batch.has_room() {
                break;
            }
            tokio::task::yield_now().await;
        }
        open
    }

    /// Writes a batch and answers everybody. Where it fails for a reason that may lie in one of its parts, each part is
    /// tried alone.
    async fn write(&mut self, submissions: Vec<Submission>) {
        match self.transact(&submissions).await {
            Ok(outcomes) => {
                for (submission, outcome) in submissions.into_iter().zip(outcomes) {
                    // A caller who went away needs no answer.
                    submission.answer.send(Ok(outcome)).ok();
                }
            }
            Err(failure) if submissions.len() > 1 && !failure.is_temporary() => {
                for submission in submissions {
                    Box::pin(self.write(vec![submission])).await;
                }
            }
            Err(failure) => {
                tracing::error!(error = ?failure, "a transaction failed");
                for submission in submissions {
                    submission.answer.send(Err(failure.clone().into())).ok();
                }
            }
        }
    }

    /// One transaction, tried again where another node was faster: each time it sees what that one left.
    async fn transact(
        &mut self,
        submissions: &[Submission],
    ) -> Result<Vec<CommitOutcome>, Failure> {
        let entries: Vec<&Entry> = submissions.iter().map(|one| &one.entry).collect();
        let mut tries = 1;
        loop {
            match self.try_in_time(&entries).await {
                Err(failure) if failure.lost_race() && tries < TRIES => {
                    tracing::debug!(error = ?failure, tries, "another node was faster");
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    async fn try_in_time(&mut self, entries: &[&Entry]) -> Result<Vec<CommitOutcome>, Failure> {
        let patience = self.link.patience;
        tokio::time::timeout(patience, self.try_transact(entries))
            .await
            .unwrap_or_else(|_| Err(Failure::unknown(too_late("no answer"))))
    }

    async fn try_transact(&mut self, entries: &[&Entry]) -> Result<Vec<CommitOutcome>, Failure> {
        let mut connection = self.link.begin().await?;
        match write(&mut connection, entries).await {
            Ok(outcomes) => {
                // Whether it is stored is known only by the answer.
                let committed = sqlx::raw_sql("COMMIT").execute(&mut connection).await;
                committed.map_err(Failure::unknown)?;
                self.link.put_back(connection);
                Ok(outcomes)
            }
            Err(failure) => {
                self.link.roll_back(connection).await;
                Err(failure)
            }
        }
    }
}

/// Judges the commits by what is stored, and writes those that are accepted.
async fn write(
    connection: &mut PgConnection,
    entries: &[&Entry],
) -> Result<Vec<CommitOutcome>, Failure> {
    let mut ledger = ledger::read(connection, entries).await?;
    let before = ledger.heads.clone();
    let outcomes: Vec<CommitOutcome> = entries.iter().map(|entry| ledger.judge(entry)).collect();
    let accepted: Vec<&Entry> = entries
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome == CommitOutcome::Committed)
        .map(|(entry, _)| *entry)
        .collect();
    if !accepted.is_empty() {
        let rows = Rows::new(accepted, &before, &ledger.heads);
        rows.write(connection).await?;
    }
    Ok(outcomes)
}
