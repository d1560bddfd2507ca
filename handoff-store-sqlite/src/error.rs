//! What SQLite's failures mean to the store's callers.

use std::path::PathBuf;
use std::sync::Arc;

use handoff_core::error::StoreError;
use sqlx::migrate::MigrateError;

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "{path} is in use by another process: stop that one first, or give this one a data folder of its own"
    )]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// A newer version of Handoff wrote it.
    #[error(
        "{path} was written by a newer version of Handoff (its schema is {found}, this version knows {known}): install \
         that version again, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The schema that it has.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// Its schema is not the one that Handoff made.
    #[error(
        "{path} has a schema that Handoff did not make ({problem}): give Handoff a file of its own"
    )]
    Foreign {
        /// The database.
        path: PathBuf,
        /// What does not fit.
        problem: String,
    },
    /// The folder or the lock file could not be made.
    #[error("{path} can't be used: {source}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("{path} can't be opened: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
}

impl OpenError {
    pub(crate) fn from_migration(path: PathBuf, known: i64, error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(found) if found > known => {
                Self::Newer { path, found, known }
            }
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                Self::Database { path, source }
            }
            other => Self::Foreign {
                path,
                problem: other.to_string(),
            },
        }
    }
}

/// Why a transaction or a query failed, to be told to each caller who waited for it.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    kind: FailureKind,
    error: Arc<sqlx::Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailureKind {
    Unavailable,
    Corrupt,
    Backend,
}

impl Failure {
    /// Whether the same may succeed later: the disk is full or failing, a lock is held, the store shuts down.
    pub(crate) fn is_temporary(&self) -> bool {
        self.kind == FailureKind::Unavailable
    }

    /// Whether a row with the same key is there already.
    pub(crate) fn is_taken(&self) -> bool {
        match &*self.error {
            sqlx::Error::Database(error) => error.is_unique_violation(),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self {
            kind: kind(&error),
            error: Arc::new(error),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::Unavailable => Self::unavailable(failure.error),
            FailureKind::Corrupt => Self::corrupt(failure.error),
            FailureKind::Backend => Self::backend(failure.error),
        }
    }
}

fn kind(error: &sqlx::Error) -> FailureKind {
    match error {
        sqlx::Error::Database(error) => {
            let extended = error.code().and_then(|code| code.parse::<i32>().ok());
            // The low byte of an extended code is its primary code.
            match extended.map(|code| code & 0xff) {
                // BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL
                Some(5 | 6 | 7 | 8 | 9 | 10 | 13 | 14 | 15) => FailureKind::Unavailable,
                // CORRUPT, NOTADB
                Some(11 | 26) => FailureKind::Corrupt,
                _ => FailureKind::Backend,
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => FailureKind::Unavailable,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => FailureKind::Corrupt,
        _ => FailureKind::Backend,
    }
}

/// A failed query, as its caller sees it.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    Failure::from(error).into()
}

/// What is answered once the store is closed.
pub(crate) fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}
