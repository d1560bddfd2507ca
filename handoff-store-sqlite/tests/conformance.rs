//! The store keeps the promises of both traits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use handoff_store_sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

/// A store in a folder of its own.
async fn fresh() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("handoff.db"), SqliteOptions::default())
        .await
        .unwrap();
    (store, folder)
}

handoff_core::conversation_store_suite!(fresh());
handoff_core::directory_suite!(fresh());
handoff_core::archive_suite!(fresh());
handoff_core::record_archive_suite!(fresh());
