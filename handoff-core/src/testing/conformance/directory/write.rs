//! Writing and reading single records.

use serde_json::json;

use super::{NOW, Team, account, conflict, put, record};
use crate::directory::{PutError, Record, RecordKind};
use crate::testing::conformance::fixture::{at, service};

const KINDS: [RecordKind; 9] = [
    RecordKind::Service,
    RecordKind::Account,
    RecordKind::Session,
    RecordKind::Invitation,
    RecordKind::Token,
    RecordKind::Visitor,
    RecordKind::Category,
    RecordKind::CannedReply,
    RecordKind::Setting,
];

/// Every field of every kind, by both keys.
pub async fn a_record_is_read_back_whole(team: Team) {
    let body = json!({
        "text": "Zoë 👩‍💻 \u{202e}\u{0} e\u{301}",
        "numbers": [0, -1, 2.5, 9_007_199_254_740_993_u64, i64::MIN],
        "deep": { "list": [[], {}, null, true] },
    });
    for kind in KINDS {
        let full = Record {
            lookup: Some("second \u{0} key".into()),
            service: Some(service("shop")),
            expires_at: Some(at(i64::MAX)),
            body: body.clone(),
            ..record(kind, "key")
        };
        assert_eq!(put(&team, &full).await, 1);
        let stored = Record { version: 1, ..full };
        assert_eq!(
            team.get(kind, "key", NOW).await.unwrap(),
            Some(stored.clone())
        );
        assert_eq!(
            team.find(kind, "second \u{0} key", NOW).await.unwrap(),
            Some(stored)
        );
        assert_eq!(team.get(kind, "second \u{0} key", NOW).await.unwrap(), None);
        assert_eq!(team.find(kind, "key", NOW).await.unwrap(), None);
    }
    for simple in [json!(null), json!([]), json!("text"), json!(7)] {
        let bare = Record {
            body: simple,
            ..record(RecordKind::Setting, "bare")
        };
        let version = team
            .get(RecordKind::Setting, "bare", NOW)
            .await
            .unwrap()
            .map_or(0, |stored| stored.version);
        let version = put(
            &team,
            &Record {
                version,
                ..bare.clone()
            },
        )
        .await;
        assert_eq!(
            team.get(RecordKind::Setting, "bare", NOW).await.unwrap(),
            Some(Record { version, ..bare })
        );
    }
}

/// 1, 2, 3, …: and a write replaces all of the record.
pub async fn each_write_counts_one_up(team: Team) {
    let full = Record {
        service: Some(service("shop")),
        ..account("1", "ana@example.org")
    };
    assert_eq!(put(&team, &full).await, 1);
    for version in 1..20 {
        let next = Record {
            version,
            body: json!(version),
            ..full.clone()
        };
        assert_eq!(put(&team, &next).await, version + 1);
    }
    let bare = Record {
        version: 20,
        ..record(RecordKind::Account, "1")
    };
    assert_eq!(put(&team, &bare).await, 21);
    assert_eq!(
        team.get(RecordKind::Account, "1", NOW).await.unwrap(),
        Some(Record {
            version: 21,
            ..bare
        })
    );
}

/// Nothing is written at another version, and the answer says which it is.
pub async fn another_version_is_refused_with_the_current_one(team: Team) {
    let first = account("1", "ana@example.org");
    assert_eq!(
        conflict(
            team.put(
                Record {
                    version: 1,
                    ..first.clone()
                },
                NOW
            )
            .await
        ),
        0,
        "it does not exist"
    );
    put(&team, &first).await;
    put(
        &team,
        &Record {
            version: 1,
            ..first.clone()
        },
    )
    .await;
    for version in [0, 1, 3, (1 << 32) + 2] {
        let other = Record {
            version,
            body: json!("lost"),
            ..account("1", "other@example.org")
        };
        assert_eq!(conflict(team.put(other, NOW).await), 2, "at {version}");
    }
    let stored = team.get(RecordKind::Account, "1", NOW).await.unwrap();
    assert_eq!(
        stored,
        Some(Record {
            version: 2,
            ..first
        })
    );
    assert_eq!(
        team.find(RecordKind::Account, "other@example.org", NOW)
            .await
            .unwrap(),
        None
    );
}

/// Two records of a kind never share a second key; of different kinds they may, and any number may have none.
pub async fn a_second_key_is_unique_in_its_kind(team: Team) {
    put(&team, &account("1", "ana@example.org")).await;
    let taken = team.put(account("2", "ana@example.org"), NOW).await;
    assert!(matches!(taken, Err(PutError::LookupTaken)), "{taken:?}");
    assert_eq!(team.get(RecordKind::Account, "2", NOW).await.unwrap(), None);
    put(&team, &account("2", "bo@example.org")).await;
    let moved = Record {
        version: 1,
        ..account("2", "ana@example.org")
    };
    let taken = team.put(moved, NOW).await;
    assert!(matches!(taken, Err(PutError::LookupTaken)), "{taken:?}");
    let bo = team
        .find(RecordKind::Account, "bo@example.org", NOW)
        .await
        .unwrap();
    assert_eq!(bo.map(|record| record.key), Some("2".into()), "unchanged");
    put(
        &team,
        &Record {
            kind: RecordKind::Visitor,
            ..account("2", "ana@example.org")
        },
    )
    .await;
    for key in ["3", "4", "5"] {
        put(&team, &record(RecordKind::Account, key)).await;
    }
}

/// A second key that its record gave up, or that was deleted with it, can be taken.
pub async fn a_second_key_is_free_again(team: Team) {
    put(&team, &account("1", "ana@example.org")).await;
    put(
        &team,
        &Record {
            version: 1,
            ..account("1", "ana@example.org")
        },
    )
    .await;
    put(
        &team,
        &Record {
            version: 2,
            ..account("1", "anna@example.org")
        },
    )
    .await;
    assert_eq!(
        team.find(RecordKind::Account, "ana@example.org", NOW)
            .await
            .unwrap(),
        None
    );
    put(&team, &account("2", "ana@example.org")).await;
    put(
        &team,
        &Record {
            version: 1,
            ..record(RecordKind::Account, "2")
        },
    )
    .await;
    put(&team, &account("3", "ana@example.org")).await;
    assert!(team.delete(RecordKind::Account, "3").await.unwrap());
    put(&team, &account("4", "ana@example.org")).await;
    let found = team
        .find(RecordKind::Account, "ana@example.org", NOW)
        .await
        .unwrap();
    assert_eq!(found.map(|record| record.key), Some("4".into()));
}

/// What looks alike is not the same, and no character means anything.
pub async fn keys_are_compared_byte_for_byte(team: Team) {
    let keys = [
        "a", "A", "a ", " a", "é", "e\u{301}", "É", "a\u{0}", "%", "_", "*", "'", "\"", "\\", "ａ",
        "1", "01", "1.0",
    ];
    for key in keys {
        put(&team, &account(key, key)).await;
    }
    for key in keys {
        for found in [
            team.get(RecordKind::Account, key, NOW).await.unwrap(),
            team.find(RecordKind::Account, key, NOW).await.unwrap(),
        ] {
            assert_eq!(
                found.map(|record| record.key).as_deref(),
                Some(key),
                "{key:?}"
            );
        }
    }
    assert_eq!(
        team.list(RecordKind::Account, None, 100, NOW)
            .await
            .unwrap()
            .len(),
        keys.len()
    );
}

/// Keys have room for a thousand bytes, whatever these are.
pub async fn long_keys_are_kept(team: Team) {
    // Digits of powers are hard to compress.
    let digits = |seed: u64| {
        let mut text = String::new();
        let mut number = seed;
        while text.len() < 1_000 {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(seed);
            text.push_str(&number.to_string());
        }
        text.truncate(1_000);
        text
    };
    for seed in [3, 5, 7] {
        let (key, lookup) = (digits(seed), digits(seed + 1));
        put(&team, &account(&key, &lookup)).await;
        let found = team.find(RecordKind::Account, &lookup, NOW).await.unwrap();
        assert_eq!(found.map(|record| record.key), Some(key));
    }
}
