//! How a database file is opened.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

/// When a commit counts as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// It is on the disk: it survives a power cut.
    #[default]
    Full,
    /// The operating system has it: it survives a crash or `kill -9` of the process, but a power cut may take the last
    /// moments. For measurements, and where the chat is not worth the disk's time.
    Normal,
}

/// Settings of a [`SqliteStore`](crate::SqliteStore). The defaults suit a server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// When a commit counts as kept.
    pub durability: Durability,
    /// Connections that read, 1 to 64.
    pub readers: u32,
    /// Pages (of 4 KB) in the write-ahead log before they are moved into the file.
    pub checkpoint_pages: u32,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            readers: 4,
            checkpoint_pages: 8_192,
        }
    }
}

impl SqliteOptions {
    /// With this durability.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// With so many connections that read.
    #[must_use]
    pub fn readers(mut self, readers: u32) -> Self {
        self.readers = readers.clamp(1, 64);
        self
    }

    pub(crate) fn writer(&self, path: &Path) -> SqliteConnectOptions {
        let synchronous = match self.durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Normal => SqliteSynchronous::Normal,
        };
        common(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .pragma("wal_autocheckpoint", self.checkpoint_pages.to_string())
            // What is erased is overwritten, not merely forgotten.
            .pragma("secure_delete", "ON")
            .statement_cache_capacity(48)
            .thread_name(|_| "handoff-writer".to_owned())
    }

    /// For the index of words: what a power cut takes of it is indexed again.
    pub(crate) fn searching(&self, path: &Path) -> SqliteConnectOptions {
        self.writer(path)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("cache_size", "-2000")
            .thread_name(|_| "handoff-search".to_owned())
    }
}

pub(crate) fn reader(path: &Path) -> SqliteConnectOptions {
    common(path)
        .read_only(true)
        // The operating system keeps the file's pages for all of them.
        .pragma("cache_size", "-4000")
        .thread_name(|nth| format!("handoff-reader-{nth}"))
}

fn common(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5))
        .pragma("cache_size", "-16000")
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}
