//! What Redis's failures mean to the store's callers.

use handoff_core::error::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why a store or a bus was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is none.
    #[error("this is no address of a Redis server ({source}): write redis://host:6379/0")]
    Address {
        /// Why.
        source: RedisError,
    },
    /// The prefix can't be used.
    #[error(
        "the key prefix {prefix:?} can't be used: it is empty, or has a brace, a space or a control character"
    )]
    Prefix {
        /// What was given.
        prefix: String,
    },
    /// Nobody answers there, or not to us.
    #[error(
        "the Redis server at {url} can't be used ({source}): see that it runs, and that name and password are right"
    )]
    Unreachable {
        /// The address, without a password.
        url: String,
        /// Why.
        source: RedisError,
    },
    /// It is too old.
    #[error("the Redis server at {url} has version {found}: Handoff needs 7.0 or newer")]
    Old {
        /// The address, without a password.
        url: String,
        /// Its version.
        found: String,
    },
    /// It would throw conversations away.
    #[error(
        "the Redis server at {url} throws keys away when its memory is full (maxmemory-policy {policy}), and conversations \
         with them: set maxmemory-policy noeviction, or give Handoff a server of its own"
    )]
    Evicts {
        /// The address, without a password.
        url: String,
        /// The policy that it has.
        policy: String,
    },
}

/// A failed command, as its caller sees it.
pub(crate) fn failed(error: RedisError) -> StoreError {
    match error.kind() {
        kind if is_passing(kind) || has_passing_code(&error) => StoreError::unavailable(error),
        ErrorKind::UnexpectedReturnType => StoreError::corrupt(error),
        _ if error.code() == Some("WRONGTYPE") => StoreError::corrupt(error),
        _ => StoreError::backend(error),
    }
}

/// Whether the same may succeed later: the server can't be reached, starts, fails over, or was cut off in the middle.
fn is_passing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Io
            | ErrorKind::Parse
            | ErrorKind::ClusterConnectionNotFound
            | ErrorKind::MasterNameNotFoundBySentinel
            | ErrorKind::NoValidReplicasFoundBySentinel
            | ErrorKind::Server(
                ServerErrorKind::Ask
                    | ServerErrorKind::BusyLoading
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::Moved
                    | ServerErrorKind::NoScript
                    | ServerErrorKind::ReadOnly
                    | ServerErrorKind::TryAgain
            )
    )
}

/// The same for codes that the client library has no name for: memory or disk full, a long script, too few replicas.
fn has_passing_code(error: &RedisError) -> bool {
    matches!(
        error.code(),
        Some("OOM" | "MISCONF" | "BUSY" | "NOREPLICAS" | "UNBLOCKED")
    )
}

/// An answer that no script of ours gives.
pub(crate) fn odd(answer: &impl std::fmt::Debug) -> StoreError {
    StoreError::corrupt(format!("an unexpected answer: {answer:?}"))
}

/// What is answered once the store is closed.
pub(crate) fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: &str) -> StoreError {
        failed(redis::make_extension_error(code.to_owned(), None))
    }

    #[test]
    fn what_passes_is_temporary() {
        let io = RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
        assert!(failed(io).is_temporary());
        for code in ["OOM", "MISCONF", "BUSY", "NOREPLICAS"] {
            assert!(answered(code).is_temporary(), "{code}");
        }
        assert!(matches!(answered("WRONGTYPE"), StoreError::Corrupt(_)));
        assert!(matches!(answered("NOAUTH"), StoreError::Backend(_)));
    }
}
