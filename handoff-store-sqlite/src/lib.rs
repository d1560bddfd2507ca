//! Keeps conversations and the team's records in one SQLite file.
//!
//! One writer groups the commits that wait together into one transaction, so that with many visitors the disk is asked
//! to sync far less often than once a message. A commit is acknowledged when it is on the disk. Readers have
//! connections of their own and never wait for the writer.
//!
//! ```no_run
//! use handoff_store_sqlite::{SqliteOptions, SqliteStore};
//!
//! # async fn open() -> Result<(), handoff_store_sqlite::OpenError> {
//! let store = SqliteStore::open("handoff-data/handoff.db", SqliteOptions::default()).await?;
//! // … hand clones of it to the runtime, as conversation store and as directory …
//! store.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! A file belongs to one process at a time; [`SqliteStore::open`] refuses a second one, and a file that a newer version
//! of Handoff wrote.

mod archive;
mod board;
mod columns;
mod committed;
mod directory;
mod erase;
mod error;
mod lock;
mod options;
mod outbox;
#[cfg(test)]
mod plan;
mod read;
mod restore;
mod schema;
mod search;
mod store;
mod writer;

pub use error::OpenError;
pub use options::{Durability, SqliteOptions};
pub use store::SqliteStore;
