//! Fills the index of words.

use handoff_core::conversation::Event;
use sqlx::{Connection, Row, SqliteConnection};

use super::Answer;
use super::script::{ManyRows, Script};
use crate::error::Failure;
use crate::search::{document, words};

/// So many events are indexed in one transaction, so that a commit that comes meanwhile waits for a moment only.
const CHUNK: usize = 128;

/// How far the index of words is behind the log, and who waits for it.
///
/// Events queue for it in the transaction that stores them, so that none is forgotten, and are indexed when nobody
/// waits for the writer, or when somebody searches.
///
/// It writes on a connection of its own, which does not wait for the disk: what a power cut takes is indexed again. As
/// the writer's task turns to it between two transactions only, the two never wait for each other.
pub(super) struct Searching {
    connection: SqliteConnection,
    insert: ManyRows,
    /// The place of the last event that queued.
    last: i64,
    /// The place of the last event that was indexed.
    done: i64,
    waiting: Vec<(i64, Answer<()>)>,
}

impl Searching {
    pub(super) async fn new(mut connection: SqliteConnection) -> Result<Self, sqlx::Error> {
        let row =
            sqlx::query("SELECT coalesce(max(place), 0), coalesce(min(place), 1) FROM unsearched")
                .fetch_one(&mut connection)
                .await?;
        let (last, first): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Self {
            connection,
            insert: ManyRows::new("INSERT INTO search (rowid, words)", 2, ""),
            last,
            done: first - 1,
            waiting: Vec::new(),
        })
    }

    /// The place of the next event that queues.
    pub(super) fn next_place(&self) -> i64 {
        self.last + 1
    }

    /// So many events have queued.
    pub(super) fn add(&mut self, events: usize) {
        self.last = self.last.saturating_add_unsigned(events as u64);
    }

    pub(super) fn is_behind(&self) -> bool {
        self.done < self.last
    }

    /// Whether somebody waits for the index.
    pub(super) fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Answers once everything that has queued until now is indexed.
    pub(super) fn wait(&mut self, answer: Answer<()>) {
        self.waiting.push((self.last, answer));
        self.answer_those_served();
    }

    /// Indexes a few events.
    pub(super) async fn advance(&mut self) {
        if self.is_behind()
            && let Err(failure) = self.index().await
        {
            tracing::error!(error = ?failure, "the index of words could not be filled");
            if let Err(error) = sqlx::query("ROLLBACK").execute(&mut self.connection).await {
                tracing::debug!(%error, "nothing to roll back");
            }
            for (_, answer) in self.waiting.drain(..) {
                answer.send(Err(failure.clone().into())).ok();
            }
        }
        self.answer_those_served();
    }

    fn answer_those_served(&mut self) {
        let done = self.done;
        for (_, answer) in self.waiting.extract_if(.., |(place, _)| *place <= done) {
            // A caller who went away needs no answer.
            answer.send(Ok(())).ok();
        }
    }

    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }

    async fn index(&mut self) -> Result<(), Failure> {
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let rows = sqlx::query(include_str!("../../queries/unsearched_events.sql"))
            .bind(limit)
            .fetch_all(&mut self.connection)
            .await?;
        let mut documents = Vec::with_capacity(rows.len());
        for row in &rows {
            let json: Option<&str> = row.try_get(3)?;
            // An event of a kind that this version can't read has no words for it either; an erased one has none at all.
            let event = json.and_then(|json| serde_json::from_str::<Event>(json).ok());
            let document = document(row.try_get(1)?, row.try_get(2)?);
            documents.extend(document.zip(event.map(|event| words(&event))));
        }
        let done = match rows.last() {
            Some(row) if rows.len() == CHUNK => row.try_get(0)?,
            _ => self.last,
        };
        let mut script = Script::default();
        script.push("BEGIN IMMEDIATE;");
        self.insert
            .push(&mut script, &documents, |script, (document, words)| {
                script.bind(*document)?.bind(words.as_str()).map(drop)
            })?;
        script
            .push("DELETE FROM unsearched WHERE place <= ?;")
            .bind(done)?;
        script.push("COMMIT;");
        script.run(&mut self.connection).await?;
        self.done = done;
        Ok(())
    }
}
