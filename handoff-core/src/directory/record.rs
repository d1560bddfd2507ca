//! The [`Directory`] trait.

use std::fmt::{Debug, Display};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::id::ServiceId;
use crate::time::Timestamp;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordKind {
    /// A [`Service`](super::Service), by its id.
    Service,
    /// A person of the team, by id; looked up by e-mail address.
    Account,
    /// A signed-in session, by the hash of its token.
    Session,
    /// A one-time link (owner, invitation), by the hash of its token.
    Invitation,
    /// A token for programs, by the hash of the token.
    Token,
    /// A visitor, by id.
    Visitor,
    /// A category, by name.
    Category,
    /// A canned reply, by its short name.
    CannedReply,
    /// A setting of the whole installation, by name.
    Setting,
    /// What an assistant spent, by conversation or by service and day.
    Spending,
}

impl RecordKind {
    /// Every one of them.
    pub const ALL: [Self; 9] = [
        Self::Service,
        Self::Account,
        Self::Session,
        Self::Invitation,
        Self::Token,
        Self::Visitor,
        Self::Category,
        Self::CannedReply,
        Self::Setting,
    ];

    /// The stable name, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Account => "account",
            Self::Session => "session",
            Self::Invitation => "invitation",
            Self::Token => "token",
            Self::Visitor => "visitor",
            Self::Category => "category",
            Self::CannedReply => "canned_reply",
            Self::Setting => "setting",
            Self::Spending => "spending",
        }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// Its key, unique in its kind.
    pub key: String,
    /// A second key, unique in its kind, like an e-mail address; none where there is none.
    pub lookup: Option<String>,
    /// The service that it belongs to; none where it belongs to all.
    pub service: Option<ServiceId>,
    /// 1 for the first write, one more with each.
    pub version: u64,
    /// From then on it counts as absent.
    pub expires_at: Option<Timestamp>,
    /// What it holds.
    pub body: serde_json::Value,
}

/// Why a record was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutError {
    /// Its version is not the one that was named; `current` is 0 where it does not exist.
    #[error("somebody else changed this in the meantime: it is at version {current}")]
    VersionConflict {
        /// Its version now.
        current: u64,
    },
    /// Another record of this kind has this second key.
    #[error("another record has this key")]
    LookupTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps the team's records.
///
/// # What an implementation must guarantee
/// - [`put`](Self::put) is atomic: of two writers that name the same version exactly one succeeds, and the other gets
///   [`PutError::VersionConflict`] with the version now current.
/// - An acknowledged write is as durable as an acknowledged commit of the same product's
///   [`ConversationStore`](crate::store::ConversationStore), and each later read on any node sees it or a newer one.
/// - `(kind, key)` and `(kind, lookup)` are unique. Keys are compared byte for byte, and may have a
///   thousand bytes each.
/// - What has expired is never returned; it may be deleted at any time.
/// - Dropping a future leaves the record either written or not, never in between.
#[async_trait]
pub trait Directory: Display + Debug + Send + Sync + 'static {
    /// One record by its key.
    async fn get(
        &self,
        kind: RecordKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError>;

    /// One record by its second key.
    async fn find(
        &self,
        kind: RecordKind,
        lookup: &str,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError>;

    /// Records of a kind in the order of their keys, after `after`, at most `limit`.
    async fn list(
        &self,
        kind: RecordKind,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, StoreError>;

    /// Writes a record if its stored version is `record.version` (0: it does not exist, or has expired); returns the new version.
    ///
    /// # Errors
    /// [`PutError`] says what stood in the way; then nothing was written.
    async fn put(&self, record: Record, now: Timestamp) -> Result<u64, PutError>;

    /// Deletes a record at any version; `false` where there was none.
    async fn delete(&self, kind: RecordKind, key: &str) -> Result<bool, StoreError>;
}
