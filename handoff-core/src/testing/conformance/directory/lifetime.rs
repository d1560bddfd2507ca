//! Records that end.

use super::{NOW, Team, account, conflict, expiring, put, record};
use crate::directory::{Record, RecordKind};
use crate::testing::conformance::fixture::at;

/// From its last moment on a record is not there: not to be read, not in the way.
pub async fn what_has_expired_is_absent(team: Team) {
    let session = expiring(
        Record {
            kind: RecordKind::Session,
            ..account("s", "token")
        },
        20_000,
    );
    put(&team, &session).await;
    put(&team, &record(RecordKind::Session, "t")).await;
    let seen = |millis| {
        let team = team.clone();
        async move {
            let get = team
                .get(RecordKind::Session, "s", at(millis))
                .await
                .unwrap()
                .is_some();
            let find = team
                .find(RecordKind::Session, "token", at(millis))
                .await
                .unwrap()
                .is_some();
            let listed = team
                .list(RecordKind::Session, None, 10, at(millis))
                .await
                .unwrap()
                .len();
            (get, find, listed)
        }
    };
    assert_eq!(seen(19_999).await, (true, true, 2));
    assert_eq!(seen(20_000).await, (false, false, 1));
    assert_eq!(seen(i64::MAX).await, (false, false, 1));

    // Its second key is free, and so is its own: at version 0, not at the one that it had.
    let other = Record {
        kind: RecordKind::Session,
        ..account("u", "token")
    };
    assert_eq!(team.put(other.clone(), at(20_000)).await.unwrap(), 1);
    let renewed = Record {
        version: 1,
        lookup: None,
        ..expiring(session.clone(), 90_000)
    };
    assert_eq!(conflict(team.put(renewed.clone(), at(20_000)).await), 0);
    assert_eq!(
        team.put(
            Record {
                version: 0,
                ..renewed
            },
            at(20_000)
        )
        .await
        .unwrap(),
        1
    );
    assert_eq!(seen(20_001).await, (true, true, 3));
    let holder = team
        .find(RecordKind::Session, "token", at(20_001))
        .await
        .unwrap();
    assert_eq!(holder.map(|record| record.key), Some("u".into()));
}

/// Once, at any version; other kinds keep theirs.
pub async fn a_deleted_record_is_gone(team: Team) {
    put(&team, &account("1", "ana@example.org")).await;
    put(
        &team,
        &Record {
            version: 1,
            ..account("1", "ana@example.org")
        },
    )
    .await;
    put(&team, &record(RecordKind::Visitor, "1")).await;
    assert!(!team.delete(RecordKind::Account, "2").await.unwrap());
    assert!(!team.delete(RecordKind::Account, "%").await.unwrap());
    assert!(team.delete(RecordKind::Account, "1").await.unwrap());
    assert!(!team.delete(RecordKind::Account, "1").await.unwrap());
    assert_eq!(team.get(RecordKind::Account, "1", NOW).await.unwrap(), None);
    assert_eq!(
        team.find(RecordKind::Account, "ana@example.org", NOW)
            .await
            .unwrap(),
        None
    );
    assert!(
        team.get(RecordKind::Visitor, "1", NOW)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        put(&team, &account("1", "ana@example.org")).await,
        1,
        "it begins anew"
    );
}
