//! The writer's loop: takes what waits, writes it in one transaction, answers.

use std::sync::Arc;
use std::time::Duration;

use handoff_core::error::StoreError;
use handoff_core::store::CommitOutcome;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::mpsc;

use super::entry::Entry;
use super::judge::Ledger;
use super::known::KnownHeads;
use super::ledger;
use super::rows::{Rows, Statements};
use super::script::Script;
use super::searching::Searching;
use super::{Answer, Request, Step, Submission};
use crate::board;
use crate::committed::Committed;
use crate::error::Failure;

/// So many requests share a transaction at most.
const BATCH: usize = 256;
/// Those who waited for the last transaction are likely to come back at once: so often the writer lets other tasks run
/// before it goes on with fewer than came the last time.
const GATHERING: usize = 24;

pub(super) struct WriterTask {
    connection: SqliteConnection,
    requests: mpsc::Receiver<Request>,
    statements: Statements,
    known: KnownHeads,
    committed: Arc<Committed>,
    searching: Searching,
    next_num: i64,
    last_batch: usize,
}

/// After so long without a request the writer turns to the index of words.
const IDLE: Duration = Duration::from_millis(5);

/// Which commands are looked up, whether they were done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receipts {
    /// Those that would be refused otherwise.
    Doubtful,
    All,
}

/// What is done in one transaction.
#[derive(Default)]
struct Batch {
    commits: Vec<Submission>,
    steps: Vec<Box<dyn Step>>,
    /// After the transaction.
    checkpoints: Vec<Answer<()>>,
}

impl Batch {
    fn len(&self) -> usize {
        self.commits.len() + self.steps.len()
    }
}

impl WriterTask {
    pub(super) async fn new(
        mut connection: SqliteConnection,
        searching: SqliteConnection,
        committed: Arc<Committed>,
        requests: mpsc::Receiver<Request>,
    ) -> Result<Self, sqlx::Error> {
        let (last_num, last_event) = last_rows(&mut connection).await?;
        let searching = Searching::new(searching, last_event).await?;
        let mut task = Self {
            connection,
            requests,
            statements: Statements::new(),
            known: KnownHeads::default(),
            committed,
            searching,
            next_num: last_num + 1,
            last_batch: 0,
        };
        task.recount().await;
        Ok(task)
    }

    pub(super) async fn run(mut self) {
        while let Some(request) = self.next().await {
            let mut batch = Batch::default();
            let mut open = self.sort(request, &mut batch);
            open &= self.gather(&mut batch).await;
            self.last_batch = batch.len();
            let checkpoints = std::mem::take(&mut batch.checkpoints);
            if batch.len() > 0 {
                self.write(batch).await;
            }
            if !checkpoints.is_empty() {
                self.checkpoint(checkpoints).await;
            }
            if self.searching.is_awaited() {
                self.searching.advance().await;
            }
            if !open {
                break;
            }
        }
        if let Err(error) = self.searching.close().await {
            tracing::debug!(%error, "the index of words was not closed cleanly");
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database was not closed cleanly; nothing acknowledged is lost");
        }
    }

    /// The next request. While none comes the index of words is brought up to date.
    async fn next(&mut self) -> Option<Request> {
        loop {
            if self.searching.is_awaited() {
                match self.requests.try_recv() {
                    Ok(request) => return Some(request),
                    Err(mpsc::error::TryRecvError::Disconnected) => return None,
                    Err(mpsc::error::TryRecvError::Empty) => {}
                }
            } else if self.searching.is_behind() {
                if let Ok(request) = tokio::time::timeout(IDLE, self.requests.recv()).await {
                    return request;
                }
            } else {
                return self.requests.recv().await;
            }
            self.searching.advance().await;
        }
    }

    /// Puts a request where it belongs; `false` where it is the last.
    fn sort(&mut self, request: Request, batch: &mut Batch) -> bool {
        match request {
            Request::Commit(submission) => batch.commits.push(*submission),
            Request::Change(step) => batch.steps.push(step),
            Request::Checkpoint(answer) => batch.checkpoints.push(answer),
            Request::CatchUp(answer) => self.searching.wait(answer),
            Request::Close => {
                self.requests.close();
                return false;
            }
        }
        true
    }

    /// Adds what else waits; `false` where the writer is to end.
    async fn gather(&mut self, batch: &mut Batch) -> bool {
        let mut open = true;
        for _ in 0..GATHERING {
            while batch.len() < BATCH
                && let Ok(request) = self.requests.try_recv()
            {
                open &= self.sort(request, batch);
            }
            if batch.len() >= self.last_batch.min(BATCH) {
                break;
            }
            tokio::task::yield_now().await;
        }
        open
    }

    /// Writes a batch and answers everybody. Where it fails for a reason that may lie in one of its parts, each part is
    /// tried alone.
    async fn write(&mut self, mut batch: Batch) {
        let outcomes = match self.transact(&batch.commits, &mut batch.steps).await {
            Err(failure) if batch.len() > 1 && !failure.is_temporary() => {
                return Box::pin(self.write_one_by_one(batch)).await;
            }
            outcomes => outcomes,
        };
        match outcomes {
            Ok(outcomes) => {
                for (submission, outcome) in batch.commits.into_iter().zip(outcomes) {
                    // A caller who went away needs no answer.
                    submission.answer.send(Ok(outcome)).ok();
                }
                batch.steps.into_iter().for_each(|step| step.answer(Ok(())));
            }
            Err(failure) => {
                tracing::error!(error = ?failure, "a transaction failed");
                for submission in batch.commits {
                    submission.answer.send(Err(failure.clone().into())).ok();
                }
                batch
                    .steps
                    .into_iter()
                    .for_each(|step| step.answer(Err(failure.clone())));
            }
        }
    }

    async fn checkpoint(&mut self, waiting: Vec<Answer<()>>) {
        let done = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut self.connection)
            .await;
        let done = done.map(drop).map_err(Failure::from);
        for answer in waiting {
            answer.send(done.clone().map_err(StoreError::from)).ok();
        }
    }

    async fn write_one_by_one(&mut self, batch: Batch) {
        for submission in batch.commits {
            self.write(Batch {
                commits: vec![submission],
                ..Batch::default()
            })
            .await;
        }
        for step in batch.steps {
            self.write(Batch {
                steps: vec![step],
                ..Batch::default()
            })
            .await;
        }
    }

    /// That no command is done twice is left to the file, and looked up only where it says so: repeats are rare.
    async fn transact(
        &mut self,
        commits: &[Submission],
        steps: &mut [Box<dyn Step>],
    ) -> Result<Vec<CommitOutcome>, Failure> {
        let mut result = self.try_transact(commits, steps, Receipts::Doubtful).await;
        if result.as_ref().is_err_and(Failure::is_taken) {
            self.roll_back().await;
            result = self.try_transact(commits, steps, Receipts::All).await;
        }
        if result.is_err() {
            // What the file holds now is read again, and a transaction that is still open is given up.
            self.forget();
            self.roll_back().await;
        }
        result
    }

    async fn roll_back(&mut self) {
        if let Err(error) = sqlx::query("ROLLBACK").execute(&mut self.connection).await {
            tracing::debug!(%error, "nothing to roll back");
        }
    }

    fn forget(&mut self) {
        self.known.forget_all();
        self.committed.forget();
    }

    async fn try_transact(
        &mut self,
        commits: &[Submission],
        steps: &mut [Box<dyn Step>],
        receipts: Receipts,
    ) -> Result<Vec<CommitOutcome>, Failure> {
        let entries: Vec<&Entry> = commits.iter().map(|submission| &submission.entry).collect();
        let before =
            ledger::read(&mut self.connection, &self.known, &entries, self.next_num).await?;
        let (after, outcomes) = self.judge(&before, &entries, receipts).await?;
        let accepted = entries
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| **outcome == CommitOutcome::Committed);
        let accepted: Vec<&Entry> = accepted.map(|(entry, _)| *entry).collect();
        if accepted.is_empty() && steps.is_empty() {
            return Ok(outcomes);
        }
        let next_event = self.searching.next_event();
        let rows = Rows::new(&accepted, &before.heads, &after.heads, next_event);
        let mut script = Script::default();
        script.push("BEGIN IMMEDIATE;");
        rows.push(&self.statements, &mut script)?;
        for entry in &accepted {
            self.committed.withdraw(entry.id);
        }
        let replaces = steps.iter().any(|step| step.replaces());
        if replaces {
            self.forget();
        }
        let last = self.finish(script, steps).await?;
        self.searching.add(rows.events());
        self.learn(&before, after, &accepted);
        if let Some((num, event)) = last {
            self.next_num = num + 1;
            self.searching.go_on_from(event);
        }
        if replaces {
            self.forget();
        }
        self.recount().await;
        Ok(outcomes)
    }

    /// Judges all, first by what is known. Only what would be refused may be a repeat that went unseen.
    async fn judge(
        &mut self,
        before: &Ledger,
        entries: &[&Entry],
        receipts: Receipts,
    ) -> Result<(Ledger, Vec<CommitOutcome>), Failure> {
        let mut doubtful = entries.to_vec();
        if receipts == Receipts::Doubtful {
            let mut after = before.clone();
            let outcomes: Vec<_> = entries.iter().map(|entry| after.judge(entry)).collect();
            let committed = &self.committed;
            let is_certain = |entry: &Entry| {
                let receipt = entry.receipt.as_ref();
                receipt.is_none_or(|receipt| committed.lacks_receipt(entry.id, &receipt.key))
            };
            let refused = entries
                .iter()
                .zip(&outcomes)
                .filter(|(_, outcome)| **outcome != CommitOutcome::Committed);
            doubtful = refused.map(|(entry, _)| *entry).collect();
            doubtful.retain(|entry| !is_certain(entry));
            if doubtful.is_empty() {
                return Ok((after, outcomes));
            }
        }
        let mut after = before.clone();
        after.receipts =
            ledger::read_receipts(&mut self.connection, &before.heads, &doubtful).await?;
        let outcomes = entries.iter().map(|entry| after.judge(entry)).collect();
        Ok((after, outcomes))
    }

    /// Runs the script and the steps, and commits. Returns the last rows of conversations and events, where steps may
    /// have changed them.
    async fn finish(
        &mut self,
        mut script: Script,
        steps: &mut [Box<dyn Step>],
    ) -> Result<Option<(i64, i64)>, Failure> {
        if steps.is_empty() {
            script.push("COMMIT;");
            script.run(&mut self.connection).await?;
            return Ok(None);
        }
        script.run(&mut self.connection).await?;
        for step in steps {
            step.make(&mut self.connection).await?;
        }
        let last = last_rows(&mut self.connection).await?;
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        Ok(Some(last))
    }

    /// Remembers what is stored now.
    fn learn(&mut self, before: &Ledger, after: Ledger, accepted: &[&Entry]) {
        self.next_num = after.next_num;
        for entry in accepted {
            let receipt = entry.receipt.as_ref().map(|receipt| receipt.key.as_str());
            self.committed
                .learn(&entry.state, entry.expected == 0, receipt);
            let Some(now) = after.heads.get(&entry.id) else {
                continue;
            };
            let then = before.heads.get(&entry.id).map(|head| head.standing);
            if now.version == entry.version && then != Some(now.standing) {
                self.committed
                    .count(&entry.service, then.unwrap_or_default(), now.standing);
            }
        }
        for (id, head) in after.heads {
            self.known.put(id, head);
        }
    }

    /// Counts anew, where counters are not known. What fails here is tried after the next transaction.
    async fn recount(&mut self) {
        if self.committed.is_counted() {
            return;
        }
        match board::counts(&mut self.connection).await {
            Ok(counts) => self.committed.counted(counts),
            Err(error) => tracing::warn!(%error, "counters could not be read"),
        }
    }
}

/// The last row of a conversation, and the last place of the log that was taken.
async fn last_rows(connection: &mut SqliteConnection) -> Result<(i64, i64), sqlx::Error> {
    let num = sqlx::query_scalar("SELECT coalesce(max(num), 0) FROM conversations")
        .fetch_one(&mut *connection)
        .await?;
    let event = sqlx::query_scalar(include_str!("../../queries/last_event.sql"))
        .fetch_one(connection)
        .await?;
    Ok((num, event))
}
