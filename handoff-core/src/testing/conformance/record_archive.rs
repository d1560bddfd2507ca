//! Cases for a [`RecordArchive`], each for a directory that is new and empty.

use std::sync::Arc;

use super::directory::{NOW, account, record};
use crate::archive::RecordArchive;
use crate::directory::{PutError, Record, RecordKind};

/// The directory of a case.
type Team = Arc<dyn RecordArchive>;

/// A record comes with its version, and goes on from there.
pub async fn a_restored_record_keeps_its_version(team: Team) {
    let moved = Record {
        version: 7,
        ..account("ana", "ana@example.org")
    };
    team.restore_record(moved.clone()).await.unwrap();
    assert_eq!(
        team.get(RecordKind::Account, "ana", NOW).await.unwrap(),
        Some(moved.clone())
    );
    let found = team.find(RecordKind::Account, "ana@example.org", NOW).await;
    assert_eq!(found.unwrap(), Some(moved.clone()));
    assert_eq!(team.put(moved, NOW).await.unwrap(), 8);
}

/// Whatever version is there, older or newer, and again.
pub async fn a_restored_record_replaces_what_is_there(team: Team) {
    for kind in RecordKind::ALL {
        let there = record(kind, "a");
        team.put(there.clone(), NOW).await.unwrap();
        for version in [9, 3, 3] {
            let moved = Record {
                version,
                body: serde_json::json!({ "version": version }),
                ..there.clone()
            };
            team.restore_record(moved.clone()).await.unwrap();
            assert_eq!(team.get(kind, "a", NOW).await.unwrap(), Some(moved));
            assert_eq!(team.list(kind, None, 10, NOW).await.unwrap().len(), 1);
        }
        assert!(matches!(
            team.put(there, NOW).await,
            Err(PutError::VersionConflict { current: 3 })
        ));
    }
}

/// The record that holds the second key gives way; others with an old second key don't.
pub async fn a_restored_record_takes_its_second_key(team: Team) {
    team.put(account("bo", "team@example.org"), NOW)
        .await
        .unwrap();
    team.put(account("cy", "cy@example.org"), NOW)
        .await
        .unwrap();
    let moved = Record {
        version: 2,
        ..account("ana", "team@example.org")
    };
    team.restore_record(moved.clone()).await.unwrap();
    let found = team
        .find(RecordKind::Account, "team@example.org", NOW)
        .await;
    assert_eq!(found.unwrap(), Some(moved.clone()));
    let listed = team.list(RecordKind::Account, None, 10, NOW).await.unwrap();
    let keys: Vec<&str> = listed.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["ana", "cy"]);
    let renamed = Record {
        lookup: Some("ana@example.org".into()),
        ..moved
    };
    team.restore_record(renamed).await.unwrap();
    let free = team
        .find(RecordKind::Account, "team@example.org", NOW)
        .await;
    assert_eq!(free.unwrap(), None);
}
