//! The promises of the traits that adapters implement, as cases that any implementation can be held to.
//!
//! An adapter proves itself with one macro line a trait, in its own tests. Each case becomes a test of its own, so that
//! a failure names itself, and gets an implementation that is new and empty:
//!
//! ```
//! use handoff_core::memory::{LocalBus, MemoryDirectory, MemoryStore};
//!
//! // The second half of the pair is kept until the case is over: a temporary folder, a server.
//! handoff_core::conversation_store_suite!(async { (MemoryStore::new(), ()) });
//! handoff_core::directory_suite!(async { (MemoryDirectory::new(), ()) });
//! handoff_core::bus_suite!(async { (LocalBus::default(), ()) });
//! // Where it can be copied from and to:
//! handoff_core::archive_suite!(async { (MemoryStore::new(), ()) });
//! handoff_core::record_archive_suite!(async { (MemoryDirectory::new(), ()) });
//! ```
//!
//! The adapter's crate needs `tokio` with `macros` and `rt-multi-thread` for them.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a case fails by panicking"
)]

pub mod archive;
pub mod bus;
pub mod directory;
mod fixture;
pub mod record_archive;
pub mod store;
mod suite;
