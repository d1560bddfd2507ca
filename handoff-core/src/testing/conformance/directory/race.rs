//! Many writers at once.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{NOW, Team, account, record};
use crate::directory::{PutError, Record, RecordKind};

/// Writes these records all at the same time.
async fn race(
    team: &Team,
    records: impl IntoIterator<Item = Record>,
) -> Vec<Result<u64, PutError>> {
    let records: Vec<Record> = records.into_iter().collect();
    let start = Arc::new(Barrier::new(records.len()));
    let mut racers = JoinSet::new();
    for record in records {
        let (team, start) = (team.clone(), start.clone());
        racers.spawn(async move {
            start.wait().await;
            team.put(record, NOW).await
        });
    }
    racers.join_all().await
}

/// Of fifty who write at the same version one succeeds, and the others learn the version that it made.
pub async fn one_of_fifty_writers_wins(team: Team) {
    for version in 0..10 {
        let results = race(
            &team,
            (0..50).map(|n| Record {
                version,
                body: n.into(),
                ..record(RecordKind::Setting, "mode")
            }),
        )
        .await;
        let won = results
            .iter()
            .filter(|result| matches!(result, Ok(new) if *new == version + 1))
            .count();
        let lost = |result: &&Result<u64, PutError>| matches!(result, Err(PutError::VersionConflict { current }) if *current == version + 1);
        assert_eq!(
            (won, results.iter().filter(lost).count()),
            (1, 49),
            "{results:?}"
        );
    }
}

/// Of fifty accounts that want the same address one gets it.
pub async fn one_of_fifty_takers_of_a_second_key_wins(team: Team) {
    for round in 0..10 {
        let email = format!("ana{round}@example.org");
        let results = race(
            &team,
            (0..50).map(|n| account(&format!("{round}/{n}"), &email)),
        )
        .await;
        let won = results
            .iter()
            .filter(|result| matches!(result, Ok(1)))
            .count();
        let lost = results
            .iter()
            .filter(|result| matches!(result, Err(PutError::LookupTaken)))
            .count();
        assert_eq!((won, lost), (1, 49), "{results:?}");
        assert!(
            team.find(RecordKind::Account, &email, NOW)
                .await
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(
        team.list(RecordKind::Account, None, 1_000, NOW)
            .await
            .unwrap()
            .len(),
        10
    );
}
