//! What Postgres' failures mean to the store's callers.

use std::sync::Arc;
use std::time::Duration;

use handoff_core::error::StoreError;
use sqlx::migrate::MigrateError;

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL can't be read.
    #[error(
        "the database URL can't be read ({problem}): it looks like postgres://user:password@host:5432/database"
    )]
    Url {
        /// What does not fit.
        problem: String,
    },
    /// The server can't be reached, or refused.
    #[error("the database {database} can't be opened: {source}")]
    Database {
        /// Which.
        database: String,
        /// Why.
        source: sqlx::Error,
    },
    /// It is not encoded in UTF-8.
    #[error(
        "the database {database} is encoded in {found}: make one with ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding {
        /// Which.
        database: String,
        /// Its encoding.
        found: String,
    },
    /// A newer version of Handoff upgraded it.
    #[error(
        "the database {database} was upgraded by a newer version of Handoff (its schema is {found}, this version knows \
         {known}): install that version on this node too, or restore a backup from before the upgrade"
    )]
    Newer {
        /// Which.
        database: String,
        /// The schema that it has.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// Its tables are not up to date, and this node was told not to upgrade them.
    #[error(
        "the database {database} is not up to date (its schema is {found}, this version needs {known}): run \
         `handoff migrate`, or let this node upgrade it on start"
    )]
    Outdated {
        /// Which.
        database: String,
        /// The schema that it has; 0 for none.
        found: i64,
        /// The schema that is needed.
        known: i64,
    },
    /// Another node upgrades it, and takes too long.
    #[error(
        "another node has been upgrading the database {database} for more than {} s: wait until it is done, or end it, and \
         start again", waited.as_secs()
    )]
    Busy {
        /// Which.
        database: String,
        /// How long was waited.
        waited: Duration,
    },
    /// Its schema is not the one that Handoff made.
    #[error(
        "the database {database} has tables that Handoff did not make ({problem}): give Handoff a database of its own, or a \
         schema with ?options[search_path]=name in the URL"
    )]
    Foreign {
        /// Which.
        database: String,
        /// What does not fit.
        problem: String,
    },
    /// A channel's name does not fit.
    #[error("the channel {channel:?} can't be used: its name has 1 to 63 bytes, and no NUL")]
    Channel {
        /// The name.
        channel: String,
    },
}

impl OpenError {
    pub(crate) fn url(error: sqlx::Error) -> Self {
        let problem = match error {
            sqlx::Error::Configuration(problem) => problem.to_string(),
            other => other.to_string(),
        };
        Self::Url { problem }
    }

    pub(crate) fn database(database: &str, source: sqlx::Error) -> Self {
        Self::Database {
            database: database.to_owned(),
            source,
        }
    }

    pub(crate) fn from_migration(database: &str, known: i64, error: MigrateError) -> Self {
        let database = database.to_owned();
        match error {
            MigrateError::VersionMissing(found) if found > known => Self::Newer {
                database,
                found,
                known,
            },
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                match code(&source).as_deref() {
                    // duplicate table, duplicate object
                    Some("42P07" | "42710") => Self::Foreign {
                        database,
                        problem: source.to_string(),
                    },
                    _ => Self::Database { database, source },
                }
            }
            other => Self::Foreign {
                database,
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
    /// Another node was faster: nothing was written, and the same goes on from what it left.
    LostRace,
    Unavailable,
    Corrupt,
    Backend,
}

impl Failure {
    /// Whether the same may succeed later: the server is away, overloaded, shutting down or waiting for somebody.
    pub(crate) fn is_temporary(&self) -> bool {
        self.kind == FailureKind::Unavailable
    }

    /// Whether the transaction met another one, and is to be tried again.
    pub(crate) fn lost_race(&self) -> bool {
        self.kind == FailureKind::LostRace
    }

    /// Of a commit whose answer did not come: it may be stored.
    pub(crate) fn unknown(error: sqlx::Error) -> Self {
        Self {
            kind: FailureKind::Unavailable,
            error: Arc::new(error),
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
            // It was tried again as often as is sensible, and may still succeed later.
            FailureKind::LostRace if is_rollback(&failure.error) => {
                Self::unavailable(failure.error)
            }
            FailureKind::Corrupt => Self::corrupt(failure.error),
            FailureKind::Backend | FailureKind::LostRace => Self::backend(failure.error),
        }
    }
}

/// The SQLSTATE of what the server said.
pub(crate) fn code(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    error.code().map(std::borrow::Cow::into_owned)
}

/// Serialization failure, deadlock: the server chose this transaction to give way.
fn is_rollback(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code.starts_with("40"))
}

fn kind(error: &sqlx::Error) -> FailureKind {
    match error {
        sqlx::Error::Database(_) => kind_of(&code(error).unwrap_or_default()),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => FailureKind::Unavailable,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => FailureKind::Corrupt,
        _ => FailureKind::Backend,
    }
}

/// By class and code of appendix A of the Postgres manual.
fn kind_of(code: &str) -> FailureKind {
    match code {
        // unique violation: another node wrote it first; lock not available, read-only since it is a standby now
        "23505" => FailureKind::LostRace,
        "55P03" | "25006" => FailureKind::Unavailable,
        // data corrupted, index corrupted
        "XX001" | "XX002" => FailureKind::Corrupt,
        _ => match code.get(..2) {
            // transaction rollback: serialization failure, deadlock
            Some("40") => FailureKind::LostRace,
            // connection, resources (disk full, too many connections), operator (shutdown, timeout), system (I/O)
            Some("08" | "53" | "57" | "58") => FailureKind::Unavailable,
            _ => FailureKind::Backend,
        },
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

#[cfg(test)]
mod tests {
    use super::{FailureKind, kind_of};

    #[test]
    fn codes_say_whether_trying_again_helps() {
        for code in ["40001", "40P01", "23505"] {
            assert_eq!(kind_of(code), FailureKind::LostRace, "{code}");
        }
        for code in [
            "57P01", "57014", "53100", "53300", "08006", "55P03", "25006", "58030",
        ] {
            assert_eq!(kind_of(code), FailureKind::Unavailable, "{code}");
        }
        assert_eq!(kind_of("XX001"), FailureKind::Corrupt);
        for code in ["42P01", "54000", "22P05", "28P01", "", "x"] {
            assert_eq!(kind_of(code), FailureKind::Backend, "{code}");
        }
    }
}
