//! Opens stores and buses.

use std::fmt;
use std::sync::Arc;

use handoff_core::archive::{Archive, RecordArchive};
use handoff_core::bus::Bus;
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_store_postgres::{BusOptions, PostgresBus, PostgresOptions, PostgresStore};
use handoff_store_redis::{RedisBus, RedisOptions, RedisStore};
use handoff_store_sqlite::{SqliteOptions, SqliteStore};

use super::{Line, Place};

/// Why a store or a bus was not opened, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("{0}. Choose another folder with --data, or another file with --store")]
    Sqlite(#[from] handoff_store_sqlite::OpenError),
    #[error("{0}{hint}", hint = advice(.0))]
    Postgres(#[from] handoff_store_postgres::OpenError),
    #[error(transparent)]
    Redis(#[from] handoff_store_redis::OpenError),
}

/// What to do, where the error itself does not say it.
fn advice(error: &handoff_store_postgres::OpenError) -> &'static str {
    match error {
        handoff_store_postgres::OpenError::Database { .. } => {
            ". See that the server runs, and that host, database, name and password are right"
        }
        _ => "",
    }
}

/// An open store.
pub(crate) struct Storage {
    pub(crate) conversations: Arc<dyn Archive>,
    pub(crate) records: Arc<dyn RecordArchive>,
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
    /// Opens a store, and brings its tables up to date.
    pub(crate) async fn open(place: &Place, sqlite: SqliteOptions) -> Result<Self, OpenError> {
        Ok(match place {
            Place::Memory => Self {
                conversations: Arc::new(MemoryStore::new()),
                records: Arc::new(MemoryDirectory::new()),
                held: Held::Memory,
            },
            Place::Sqlite(path) => {
                let store = SqliteStore::open(path, sqlite).await?;
                Self::both(&store, Held::Sqlite(store.clone()))
            }
            Place::Postgres(address) => {
                let options = PostgresOptions::default();
                let store = PostgresStore::connect(address.as_str(), options).await?;
                Self::both(&store, Held::Postgres(store.clone()))
            }
            Place::Redis(address) => {
                let options = RedisOptions::default();
                let store = RedisStore::connect(address.as_str(), options).await?;
                Self::both(&store, Held::Redis(store.clone()))
            }
        })
    }

    fn both<S: Archive + RecordArchive + Clone>(store: &S, held: Held) -> Self {
        Self {
            conversations: Arc::new(store.clone()),
            records: Arc::new(store.clone()),
            held,
        }
    }

    /// Does what was asked before, and lets go of files and connections.
    pub(crate) async fn close(&self) {
        match &self.held {
            Held::Memory => {}
            Held::Sqlite(store) => store.close().await,
            Held::Postgres(store) => store.close().await,
            Held::Redis(store) => store.close().await,
        }
    }
}

impl Line {
    /// Opens a bus; none where there is one node.
    pub(crate) async fn open(&self) -> Result<Option<Arc<dyn Bus>>, OpenError> {
        Ok(match self {
            Self::Local => None,
            Self::Postgres(address) => {
                let options = BusOptions::default();
                Some(Arc::new(
                    PostgresBus::connect(address.as_str(), options).await?,
                ))
            }
            Self::Redis(address) => {
                let options = RedisOptions::default();
                Some(Arc::new(
                    RedisBus::connect(address.as_str(), options).await?,
                ))
            }
        })
    }
}
