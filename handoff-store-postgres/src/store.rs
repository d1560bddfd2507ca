//! [`PostgresStore`].

use std::fmt;
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
use sqlx::PgPool;

use crate::directory::{Put, Refusal};
use crate::error::{Failure, OpenError, failed};
use crate::session::{TRIES, too_late};
use crate::writer::{Link, Writer};
use crate::{PostgresOptions, board, directory, erase, outbox, read, schema, session};

/// Conversations and records in a Postgres database. Clones share its connections; other nodes have theirs.
#[derive(Clone)]
pub struct PostgresStore {
    name: Arc<str>,
    writer: Writer,
    pool: PgPool,
    patience: Duration,
}

impl PostgresStore {
    /// Connects to `postgres://user:password@host:port/database`, and brings the tables up to date if the options say so.
    /// Encrypts where the server can, and always with `?sslmode=require` (or `verify-full`) in the URL.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about it, for instance where a newer version of Handoff upgraded the tables.
    ///
    /// # Cancellation
    /// Dropping the future leaves a database that can be connected to again.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Self, OpenError> {
        let server = session::parse(url)?;
        let name = session::name(&server);
        let failed = |source| OpenError::database(&name, source);
        if options.migrate {
            let limit = options.connect_timeout;
            schema::migrate(&server, limit, options.migration_timeout).await?;
        }
        let settings = session::settings(&options);
        let patience = options.patience();
        let pool = session::pool(
            server.clone(),
            settings.clone(),
            options.connections.clamp(1, 128),
            options.connect_timeout,
            options.acquire_timeout,
        )
        .await
        .map_err(failed)?;
        let mut connection = pool.acquire().await.map_err(failed)?;
        schema::check(&mut connection, &name).await?;
        drop(connection);
        let link = Link::open(server, settings, options.connect_timeout, patience)
            .await
            .map_err(failed)?;
        Ok(Self {
            name: name.into(),
            writer: Writer::start(link),
            pool,
            patience,
        })
    }

    /// Makes or upgrades the tables, and does nothing else: for an upgrade by somebody who may, before nodes that may not.
    ///
    /// # Errors
    /// Like [`connect`](Self::connect).
    pub async fn migrate(url: &str) -> Result<(), OpenError> {
        let options = PostgresOptions::default();
        let server = session::parse(url)?;
        schema::migrate(&server, options.connect_timeout, options.migration_timeout).await
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Does what was asked before, and closes the connections. Later calls on any clone fail.
    pub async fn close(&self) {
        self.writer.close().await;
        self.pool.close().await;
    }

    /// Gives up on a server that does not answer.
    pub(crate) async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        tokio::time::timeout(self.patience, answer)
            .await
            .unwrap_or_else(|_| Err(failed(too_late("no answer"))))
    }

    /// Tries a transaction again that met another one; each time it sees what that one left.
    pub(crate) async fn retried<T, F>(
        &self,
        transaction: impl Fn() -> F + Send + Sync,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        let trying = async {
            let mut tries = 1;
            loop {
                match transaction().await {
                    Err(failure) if failure.lost_race() && tries < TRIES => tries += 1,
                    result => return result.map_err(StoreError::from),
                }
            }
        };
        self.in_time(trying).await
    }
}

impl fmt::Display for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres store in {}", self.name)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ConversationStore for PostgresStore {
    async fn commit(&self, commit: Commit) -> Result<CommitOutcome, StoreError> {
        self.in_time(self.writer.commit(&commit)).await
    }

    async fn load(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError> {
        self.in_time(read::state(&self.pool, id)).await
    }

    async fn events(
        &self,
        id: ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.in_time(read::events(&self.pool, id, after, limit))
            .await
    }

    async fn events_before(
        &self,
        id: ConversationId,
        until: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.in_time(read::events_before(&self.pool, id, until, limit))
            .await
    }

    async fn receipt(&self, id: ConversationId, key: &str) -> Result<Option<Receipt>, StoreError> {
        self.in_time(read::receipt(&self.pool, id, key)).await
    }

    async fn current(
        &self,
        service: &ServiceId,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError> {
        self.in_time(read::current(&self.pool, service, visitor))
            .await
    }

    async fn board(&self, query: &BoardQuery) -> Result<BoardPage, StoreError> {
        self.in_time(board::page(&self.pool, query)).await
    }

    async fn counts(&self) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError> {
        self.in_time(board::counts(&self.pool)).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        self.in_time(read::due(&self.pool, now, limit)).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.in_time(read::next_wake(&self.pool)).await
    }

    async fn take_outbox(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        self.in_time(outbox::take(&self.pool, now, retry_at, limit))
            .await
    }

    async fn settle_outbox(
        &self,
        id: uuid::Uuid,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.in_time(outbox::settle(&self.pool, id, settlement))
            .await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.in_time(outbox::dead_letters(&self.pool, limit)).await
    }

    async fn erase(&self, service: &ServiceId, visitor: &VisitorId) -> Result<u64, StoreError> {
        self.retried(|| erase::erase(&self.pool, service, visitor))
            .await
    }
}

#[async_trait]
impl Directory for PostgresStore {
    async fn get(
        &self,
        kind: RecordKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        self.in_time(directory::get(&self.pool, kind, key, now))
            .await
    }

    async fn find(
        &self,
        kind: RecordKind,
        lookup: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        self.in_time(directory::find(&self.pool, kind, lookup, now))
            .await
    }

    async fn list(
        &self,
        kind: RecordKind,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        self.in_time(directory::list(&self.pool, kind, after, limit, now))
            .await
    }

    async fn put(&self, record: Record, now: Timestamp) -> Result<u64, PutError> {
        let put = Put::new(record, now)?;
        match self.retried(|| put.make(&self.pool)).await? {
            Ok(version) => Ok(version),
            Err(Refusal::Version(current)) => Err(PutError::VersionConflict { current }),
            Err(Refusal::Lookup) => Err(PutError::LookupTaken),
        }
    }

    async fn delete(&self, kind: RecordKind, key: &str) -> Result<bool, StoreError> {
        self.in_time(directory::delete(&self.pool, kind, key)).await
    }
}
