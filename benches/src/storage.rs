//! Stores of every kind, opened in this process.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use handoff_core::archive::{Archive, RecordArchive};
use handoff_core::directory::Directory;
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::store::ConversationStore;
use handoff_store_postgres::{PostgresOptions, PostgresStore};
use handoff_store_redis::{RedisOptions, RedisStore};
use handoff_store_sqlite::{SqliteOptions, SqliteStore};

/// An open store.
pub(crate) struct Storage {
    pub(crate) conversations: Arc<dyn Archive>,
    records: Arc<dyn RecordArchive>,
    held: Held,
}

/// What is closed in the end.
enum Held {
    Memory,
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
    Redis(RedisStore),
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Storage").field(&self.conversations).finish()
    }
}

impl Storage {
    pub(crate) fn memory() -> Self {
        Self {
            conversations: Arc::new(MemoryStore::new()),
            records: Arc::new(MemoryDirectory::new()),
            held: Held::Memory,
        }
    }

    pub(crate) async fn sqlite(file: &Path) -> Result<Self> {
        let store = SqliteStore::open(file, SqliteOptions::default()).await?;
        Ok(Self::both(&store, Held::Sqlite(store.clone())))
    }

    pub(crate) async fn postgres(url: &str) -> Result<Self> {
        let store = PostgresStore::connect(url, PostgresOptions::default()).await?;
        Ok(Self::both(&store, Held::Postgres(store.clone())))
    }

    pub(crate) async fn redis(url: &str, prefix: &str) -> Result<Self> {
        let options = RedisOptions::default().prefix(prefix);
        let store = RedisStore::connect(url, options).await?;
        Ok(Self::both(&store, Held::Redis(store.clone())))
    }

    fn both<S: Archive + RecordArchive + Clone>(store: &S, held: Held) -> Self {
        Self {
            conversations: Arc::new(store.clone()),
            records: Arc::new(store.clone()),
            held,
        }
    }

    /// What an engine runs on.
    pub(crate) fn engine(&self) -> (Arc<dyn ConversationStore>, Arc<dyn Directory>) {
        (self.conversations.clone(), self.records.clone())
    }

    /// Closes it.
    pub(crate) async fn close(self) {
        match self.held {
            Held::Memory => {}
            Held::Sqlite(store) => store.close().await,
            Held::Postgres(store) => store.close().await,
            Held::Redis(store) => store.close().await,
        }
    }
}
