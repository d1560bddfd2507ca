//! Cases for a [`Directory`], each for a directory that is new and empty.

mod lifetime;
mod listing;
mod race;
mod write;

use std::sync::Arc;

pub use lifetime::*;
pub use listing::*;
pub use race::*;
pub use write::*;

use crate::directory::{Directory, PutError, Record, RecordKind};
use crate::testing::conformance::fixture::at;
use crate::time::Timestamp;

/// The directory of a case.
type Team = Arc<dyn Directory>;

/// When it all happens.
pub(super) const NOW: Timestamp = Timestamp::from_millis(10_000);

pub(super) fn record(kind: RecordKind, key: &str) -> Record {
    Record {
        kind,
        key: key.into(),
        lookup: None,
        service: None,
        version: 0,
        expires_at: None,
        body: serde_json::json!({ "key": key }),
    }
}

pub(super) fn account(key: &str, email: &str) -> Record {
    Record {
        lookup: Some(email.into()),
        ..record(RecordKind::Account, key)
    }
}

fn expiring(record: Record, millis: i64) -> Record {
    Record {
        expires_at: Some(at(millis)),
        ..record
    }
}

/// Writes what nothing stands in the way of.
async fn put(team: &Team, record: &Record) -> u64 {
    team.put(record.clone(), NOW).await.unwrap()
}

/// The version that stood in the way.
fn conflict(result: Result<u64, PutError>) -> u64 {
    match result {
        Err(PutError::VersionConflict { current }) => current,
        other => unreachable!("a conflict was due, not {other:?}"),
    }
}
