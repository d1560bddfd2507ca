//! Failures of a store, a bus or a provider, as opposed to a [`Rejection`](crate::conversation::Rejection).

use std::error::Error;

/// Why a store did not do what was asked. A compare that did not hold is no failure and has types of its own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It can't be reached, is overloaded or shutting down. The outcome of a write is unknown: ask again with the same
    /// command id.
    #[error("the store is not available: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// What is stored can't be understood.
    #[error("the store holds something that can't be read: {0}")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
    /// Anything else; nothing was written.
    #[error("the store failed: {0}")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// It can't be reached.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// What is stored can't be understood.
    pub fn corrupt(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Corrupt(source.into())
    }

    /// Anything else.
    pub fn backend(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Backend(source.into())
    }

    /// Whether trying again may help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Somebody outside (a provider, a bus) did not do what was asked, in words for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(#[source] Box<dyn Error + Send + Sync>);

impl Unreachable {
    /// From whatever the client library says.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
