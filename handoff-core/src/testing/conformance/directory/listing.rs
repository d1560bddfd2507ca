//! Lists.

use super::{NOW, Team, expiring, put, record};
use crate::directory::RecordKind;

async fn keys(team: &Team, kind: RecordKind, after: Option<&str>, limit: usize) -> Vec<String> {
    team.list(kind, after, limit, NOW)
        .await
        .unwrap()
        .into_iter()
        .map(|record| record.key)
        .collect()
}

/// Byte order, whatever the order of writing, and one kind at a time.
pub async fn lists_come_in_the_order_of_keys(team: Team) {
    for key in [
        "b",
        "é",
        "a",
        "B",
        "10",
        "9",
        "aa",
        "日本",
        "a b",
        "\u{10000}",
        "\u{ffee}",
    ] {
        put(&team, &record(RecordKind::Category, key)).await;
    }
    put(&team, &record(RecordKind::CannedReply, "other")).await;
    let listed = keys(&team, RecordKind::Category, None, 100).await;
    assert_eq!(
        listed,
        [
            "10",
            "9",
            "B",
            "a",
            "a b",
            "aa",
            "b",
            "é",
            "日本",
            "\u{ffee}",
            "\u{10000}"
        ]
    );
    assert_eq!(
        keys(&team, RecordKind::CannedReply, None, 100).await,
        ["other"]
    );
    assert_eq!(keys(&team, RecordKind::Setting, None, 100).await, [""; 0]);
}

/// Pages of any length meet, also after a key that is not there; what has expired takes no place.
pub async fn a_list_is_paged(team: Team) {
    for number in 0..30 {
        put(&team, &record(RecordKind::Visitor, &format!("{number:02}"))).await;
        put(
            &team,
            &expiring(record(RecordKind::Visitor, &format!("{number:02}x")), 5_000),
        )
        .await;
    }
    for limit in [1, 7, 30, 100] {
        let mut listed: Vec<String> = Vec::new();
        loop {
            let page = keys(
                &team,
                RecordKind::Visitor,
                listed.last().map(String::as_str),
                limit,
            )
            .await;
            if page.is_empty() {
                break;
            }
            assert!(
                page.len() == limit || listed.len() + page.len() == 30,
                "a page is full or the last"
            );
            listed.extend(page);
        }
        assert_eq!(
            listed,
            (0..30)
                .map(|number| format!("{number:02}"))
                .collect::<Vec<_>>()
        );
    }
    assert_eq!(
        keys(&team, RecordKind::Visitor, Some("05x"), 2).await,
        ["06", "07"]
    );
    assert_eq!(keys(&team, RecordKind::Visitor, Some(""), 1).await, ["00"]);
    assert_eq!(
        keys(&team, RecordKind::Visitor, Some("zz"), 5).await,
        [""; 0]
    );
    assert_eq!(keys(&team, RecordKind::Visitor, None, 0).await, [""; 0]);
}
