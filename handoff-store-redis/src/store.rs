//! [`RedisStore`].

use std::fmt;
use std::sync::Arc;

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

use crate::client::Client;
use crate::error::OpenError;
use crate::keys::Keys;
use crate::link::Server;
use crate::writer::Writer;
use crate::{RedisOptions, board, directory, erase, outbox, read};

/// Conversations and records on one Redis server, or on a cluster. Clones share two connections: one for commits, one
/// for everything else. How durable they are is the server's affair, see the [crate's documentation](crate).
#[derive(Clone)]
pub struct RedisStore {
    name: Arc<str>,
    writer: Writer,
    client: Arc<Client>,
}

impl RedisStore {
    /// Connects to a server, `redis://[user:password@]host[:port][/database]`; a cluster is recognised by itself.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about it, for instance where the server would evict conversations.
    ///
    /// # Cancellation
    /// Dropping the future leaves nothing behind.
    pub async fn connect(url: &str, options: RedisOptions) -> Result<Self, OpenError> {
        let server = Server::find(url, &options).await?;
        let keys = Keys::new(&options.prefix);
        let client = Client::new(keys.clone(), server.link().await?);
        Ok(Self {
            name: server.name.as_str().into(),
            writer: Writer::start(keys, server.link().await?),
            client: Arc::new(client),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends the commits that were asked for before, and hears their answers. Later calls on any clone fail.
    pub async fn close(&self) {
        self.client.close();
        self.writer.close().await;
    }
}

impl fmt::Display for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis store at {}", self.name)
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("server", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ConversationStore for RedisStore {
    async fn commit(&self, commit: Commit) -> Result<CommitOutcome, StoreError> {
        commit.validate()?;
        let state = &commit.state;
        if commit.expected == 0 && !self.client.announce(state.id, &state.service).await? {
            return Ok(CommitOutcome::VersionConflict);
        }
        self.writer.commit(&commit).await
    }

    async fn load(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError> {
        read::state(&self.client, id).await
    }

    async fn events(
        &self,
        id: ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        read::events(&self.client, id, after, limit).await
    }

    async fn events_before(
        &self,
        id: ConversationId,
        until: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        read::events_before(&self.client, id, until, limit).await
    }

    async fn receipt(&self, id: ConversationId, key: &str) -> Result<Option<Receipt>, StoreError> {
        read::receipt(&self.client, id, key).await
    }

    async fn current(
        &self,
        service: &ServiceId,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError> {
        read::current(&self.client, service, visitor).await
    }

    async fn board(&self, query: &BoardQuery) -> Result<BoardPage, StoreError> {
        board::page(&self.client, query).await
    }

    async fn counts(&self) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError> {
        board::counts(&self.client).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        read::due(&self.client, now, limit).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        read::next_wake(&self.client).await
    }

    async fn take_outbox(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        outbox::take(&self.client, now, retry_at, limit).await
    }

    async fn settle_outbox(
        &self,
        id: uuid::Uuid,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        outbox::settle(&self.client, id, settlement).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        outbox::dead_letters(&self.client, limit).await
    }

    async fn erase(&self, service: &ServiceId, visitor: &VisitorId) -> Result<u64, StoreError> {
        erase::visitor(&self.client, service, visitor).await
    }
}

#[async_trait]
impl Directory for RedisStore {
    async fn get(
        &self,
        kind: RecordKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        directory::get(&self.client, kind, key, now).await
    }

    async fn find(
        &self,
        kind: RecordKind,
        lookup: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        directory::find(&self.client, kind, lookup, now).await
    }

    async fn list(
        &self,
        kind: RecordKind,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        directory::list(&self.client, kind, after, limit, now).await
    }

    async fn put(&self, record: Record, now: Timestamp) -> Result<u64, PutError> {
        directory::put(&self.client, record, now).await
    }

    async fn delete(&self, kind: RecordKind, key: &str) -> Result<bool, StoreError> {
        directory::delete(&self.client, kind, key).await
    }
}
