//! [`SqliteStore`].

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use handoff_core::conversation::{Conversation, Event};
use handoff_core::directory::{Directory, PutError, Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::store::{
    BoardCounts, BoardPage, BoardQuery, Commit, CommitOutcome, ConversationStore, Due, OutboxRow,
    Receipt, Settlement,
};
use handoff_core::time::Timestamp;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{ConnectOptions, SqlitePool};

use crate::committed::Committed;
use crate::directory::{Delete, Put, Refusal};
use crate::erase::Erase;
use crate::error::OpenError;
use crate::lock::FileLock;
use crate::outbox::{Settle, Take};
use crate::writer::Writer;
use crate::{SqliteOptions, board, directory, options, outbox, read, schema};

/// Whoever reads waits at most so long for a connection.
const READER_TIMEOUT: Duration = Duration::from_secs(10);

/// Conversations and records in one SQLite file. Clones share it.
#[derive(Clone)]
pub struct SqliteStore {
    path: Arc<Path>,
    writer: Writer,
    committed: Arc<Committed>,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens a file, or makes it and its folder, and brings its tables up to date.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about it, for instance where another process has the file open.
    ///
    /// # Cancellation
    /// Dropping the future leaves a file that can be opened again.
    pub async fn open(path: impl AsRef<Path>, settings: SqliteOptions) -> Result<Self, OpenError> {
        let path = path.as_ref();
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder {
                path: folder.to_owned(),
                source,
            })?;
        }
        let lock = FileLock::take(path)?;
        let failed = |source| OpenError::Database {
            path: PathBuf::from(path),
            source,
        };
        let mut connection = settings.writer(path).connect().await.map_err(failed)?;
        schema::migrate(&mut connection, path).await?;
        let searching = settings.searching(path).connect().await.map_err(failed)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(settings.readers.clamp(1, 64))
            .acquire_timeout(READER_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            // A connection to a file does not go away.
            .test_before_acquire(false)
            .connect_with(options::reader(path))
            .await
            .map_err(failed)?;
        let committed = Arc::new(Committed::new());
        let writer = Writer::start(connection, searching, committed.clone(), lock)
            .await
            .map_err(failed)?;
        Ok(Self {
            path: path.into(),
            writer,
            committed,
            readers,
        })
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Does what was asked before, closes the file, and lets another process have it. Later calls on any clone fail.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl fmt::Display for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLite store in {}", self.path.display())
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ConversationStore for SqliteStore {
    async fn commit(&self, commit: Commit) -> Result<CommitOutcome, StoreError> {
        self.writer.commit(&commit).await
    }

    async fn load(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError> {
        match self.committed.state(id) {
            Some(state) => Ok(Some(state)),
            None => read::state(&self.readers, id).await,
        }
    }

    async fn events(
        &self,
        id: ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        read::events(&self.readers, id, after, limit).await
    }

    async fn events_before(
        &self,
        id: ConversationId,
        until: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        read::events_before(&self.readers, id, until, limit).await
    }

    async fn receipt(&self, id: ConversationId, key: &str) -> Result<Option<Receipt>, StoreError> {
        if self.committed.lacks_receipt(id, key) {
            return Ok(None);
        }
        read::receipt(&self.readers, id, key).await
    }

    async fn current(
        &self,
        service: &ServiceId,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError> {
        read::current(&self.readers, service, visitor).await
    }

    async fn board(&self, query: &BoardQuery) -> Result<BoardPage, StoreError> {
        if query.text.is_some() {
            self.writer.catch_up().await?;
        }
        board::page(&self.readers, query).await
    }

    async fn counts(&self) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError> {
        match self.committed.counts() {
            Some(counts) => Ok(counts),
            None => board::counts(&self.readers).await,
        }
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        read::due(&self.readers, now, limit).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        read::next_wake(&self.readers).await
    }

    async fn take_outbox(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        if !outbox::is_due(&self.readers, now).await? {
            return Ok(Vec::new());
        }
        let rows = self
            .writer
            .make(Take {
                now,
                retry_at,
                limit,
            })
            .await?;
        rows.into_iter().map(OutboxRow::try_from).collect()
    }

    async fn settle_outbox(
        &self,
        id: uuid::Uuid,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.writer.make(Settle { id, settlement }).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        outbox::dead_letters(&self.readers, limit).await
    }

    async fn erase(&self, service: &ServiceId, visitor: &VisitorId) -> Result<u64, StoreError> {
        let erased = self
            .writer
            .make(Erase {
                service: service.clone(),
                visitor: visitor.clone(),
            })
            .await?;
        if erased > 0
            && let Err(error) = self.writer.checkpoint().await
        {
            tracing::warn!(%error, "what was erased stays in the write-ahead log until its next checkpoint");
        }
        Ok(erased)
    }
}

#[async_trait]
impl Directory for SqliteStore {
    async fn get(
        &self,
        kind: RecordKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        directory::get(&self.readers, kind, key, now).await
    }

    async fn find(
        &self,
        kind: RecordKind,
        lookup: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        directory::find(&self.readers, kind, lookup, now).await
    }

    async fn list(
        &self,
        kind: RecordKind,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        directory::list(&self.readers, kind, after, limit, now).await
    }

    async fn put(&self, record: Record, now: Timestamp) -> Result<u64, PutError> {
        match self.writer.make(Put::new(record, now)?).await? {
            Ok(version) => Ok(version),
            Err(Refusal::Version(current)) => Err(PutError::VersionConflict { current }),
            Err(Refusal::Lookup) => Err(PutError::LookupTaken),
        }
    }

    async fn delete(&self, kind: RecordKind, key: &str) -> Result<bool, StoreError> {
        self.writer
            .make(Delete {
                kind,
                key: key.to_owned(),
            })
            .await
    }
}
