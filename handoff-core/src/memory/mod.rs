//! Stores and a bus that live in one process and are gone with it: the reference for every adapter, and what tests and
//! demonstrations run on.

mod archive;
#[cfg(feature = "runtime")]
mod bus;
mod directory;
mod outbox;
mod shelf;
mod store;

#[cfg(feature = "runtime")]
pub use bus::LocalBus;
pub use directory::MemoryDirectory;
pub use store::MemoryStore;
