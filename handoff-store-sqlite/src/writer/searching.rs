//! Fills the index of words.

use handoff_core::conversation::Event;
use sqlx::{Connection, Row, SqliteConnection};

use super::Answer;
use super::script::{ManyRows, Script};
use crate::error::Failure;
use crate::read::limit;
use crate::search::{document, words};

/// So many events are indexed in one transaction while somebody waits for the index.
const CHUNK: usize = 128;
/// And so many while nobody does, so that a commit that comes meanwhile waits for a moment only.
const STEP: usize = 16;

/// How far the index of words is behind the log, and who waits for it.
///
/// Events are indexed in the order in which they were stored, when nobody waits for the writer, or when somebody
/// searches. The transaction that indexes some also stores how far it came, so that none is forgotten or taken twice.
///
/// It writes on a connection of its own, which does not wait for the disk: what a power cut takes is indexed again. As
/// the writer's task turns to it between two transactions only, the two never wait for each other.
pub(super) struct Searching {
    connection: SqliteConnection,
    insert: ManyRows,
    /// The num of the last event that was stored.
    last: i64,
    /// The num of the last event that was indexed.
    done: i64,
    /// The last try failed: there is no other before something changes.
    failed: bool,
    waiting: Vec<(i64, Answer<()>)>,
}

impl Searching {
    /// `last` is the num of the last event that is stored or was indexed.
    pub(super) async fn new(
        mut connection: SqliteConnection,
        last: i64,
    ) -> Result<Self, sqlx::Error> {
        let done = done(&mut connection).await?;
        Ok(Self {
            connection,
            insert: ManyRows::new("INSERT INTO search (rowid, words)", 2, ""),
            last,
            done,
            failed: false,
            waiting: Vec::new(),
        })
    }

    /// The num of the next event.
    pub(super) fn next_event(&self) -> i64 {
        self.last + 1
    }

    /// So many events were stored.
    pub(super) fn add(&mut self, events: usize) {
        self.go_on_from(self.last.saturating_add_unsigned(events as u64));
    }

    /// Nums up to this one are taken. It never goes back, also where the last events were erased: somebody may wait for
    /// their place.
    pub(super) fn go_on_from(&mut self, last: i64) {
        self.last = self.last.max(last);
        self.failed = false;
    }

    pub(super) fn is_behind(&self) -> bool {
        self.done < self.last && !self.failed
    }

    /// Whether somebody waits for the index.
    pub(super) fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Answers once everything that is stored now is indexed.
    pub(super) fn wait(&mut self, answer: Answer<()>) {
        self.failed = false;
        self.waiting.push((self.last, answer));
        self.answer_those_served();
    }

    /// Indexes a few events.
    pub(super) async fn advance(&mut self) {
        if self.is_behind()
            && let Err(failure) = self.index().await
        {
            tracing::error!(error = ?failure, "the index of words could not be filled");
            self.failed = true;
            self.recover().await;
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

    /// Gives up what is half done, and looks how far it came.
    async fn recover(&mut self) {
        if let Err(error) = sqlx::query("ROLLBACK").execute(&mut self.connection).await {
            tracing::debug!(%error, "nothing to roll back");
        }
        if let Ok(done) = done(&mut self.connection).await {
            self.done = done;
        }
    }

    async fn index(&mut self) -> Result<(), Failure> {
        let most = if self.is_awaited() { CHUNK } else { STEP };
        let rows = sqlx::query(include_str!("../../queries/unsearched_events.sql"))
            .bind(self.done)
            .bind(limit(most))
            .fetch_all(&mut self.connection)
            .await?;
        let mut documents = Vec::with_capacity(rows.len());
        for row in &rows {
            // An event of a kind that this version can't read has no words for it either.
            let event = serde_json::from_str::<Event>(row.try_get(3)?).ok();
            let words = event.map(|event| words(&event));
            let document = document(row.try_get(1)?, row.try_get(2)?);
            documents.extend(document.zip(words.filter(|words| !words.is_empty())));
        }
        let done = match rows.last() {
            Some(row) if rows.len() == most => row.try_get(0)?,
            _ => self.last,
        };
        let mut script = Script::default();
        script.push("BEGIN IMMEDIATE;");
        self.insert
            .push(&mut script, &documents, |script, (document, words)| {
                script.bind(*document)?.bind(words.as_str()).map(drop)
            })?;
        script.push("UPDATE searched SET num = ?;").bind(done)?;
        script.push("COMMIT;");
        script.run(&mut self.connection).await?;
        self.done = done;
        Ok(())
    }
}

/// The num of the last event that was indexed.
async fn done(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT num FROM searched")
        .fetch_one(connection)
        .await
}
