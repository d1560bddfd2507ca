//! Who commits.

pub(crate) mod ours;
pub(crate) mod raw;

use std::path::Path;
use std::time::Duration;

use handoff_store_sqlite::Durability;

/// Commits in a folder with so many senders for so long; returns the number of acknowledged commits.
pub(crate) type Contender = fn(&Path, Durability, usize, Duration) -> u64;

/// The threads of every contender's senders.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime")
}
