//! Keeps conversations and the team's records on a Redis server or a Redis Cluster, and carries notices between nodes.
//!
//! A commit is one script: receipt, version and open key are looked at, and everything is written, in one step that nobody
//! sees half of. Commits that wait together are sent together. Any number of nodes share a server; of two that commit at
//! the same version one wins.
//!
//! ```no_run
//! use handoff_store_redis::{RedisBus, RedisOptions, RedisStore};
//!
//! # async fn open() -> Result<(), handoff_store_redis::OpenError> {
//! let options = RedisOptions::default().prefix("shop");
//! let store = RedisStore::connect("redis://127.0.0.1:6379/0", options.clone()).await?;
//! let bus = RedisBus::connect("redis://127.0.0.1:6379/0", options).await?;
//! // … hand clones of the store to the runtime, as conversation store and as directory, and the bus as its bus …
//! store.close().await;
//! # Ok(())
//! # }
//! ```
#![doc = include_str!("../PERSISTENCE.md")]

mod archive;
mod board;
mod bus;
mod client;
mod directory;
mod entry;
mod erase;
mod error;
mod head;
mod keys;
mod link;
mod options;
mod outbox;
mod read;
mod script;
mod search;
mod sortable;
mod store;
mod writer;

pub use bus::RedisBus;
pub use error::OpenError;
pub use options::RedisOptions;
pub use store::RedisStore;
