//! How SQLite would run a query: tests hold every query to an index.

use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection};

use crate::{SqliteOptions, schema};

/// The plan of a query, a line a step.
pub(crate) async fn of(sql: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("handoff.db");
    let options = SqliteOptions::default().writer(&path);
    let mut connection: SqliteConnection = options.connect().await.unwrap();
    schema::migrate(&mut connection, &path).await.unwrap();
    let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = sqlx::query(explained)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let lines: Vec<String> = steps.iter().map(|step| step.get(3)).collect();
    lines.join("\n")
}

/// No step reads a whole table, or a whole index.
pub(crate) async fn assert_no_scan(sql: &str) {
    let plan = of(sql).await;
    for table in ["conversations", "events", "receipts", "records", "outbox"] {
        assert!(!plan.contains(&format!("SCAN {table}")), "{sql}\n{plan}");
    }
}

#[tokio::test]
async fn no_query_reads_a_whole_table() {
    for sql in [
        include_str!("../queries/conversations_after.sql"),
        include_str!("../queries/counts.sql"),
        include_str!("../queries/current.sql"),
        include_str!("../queries/delete_expired.sql"),
        include_str!("../queries/events_after.sql"),
        include_str!("../queries/events_until.sql"),
        include_str!("../queries/last_event.sql"),
        include_str!("../queries/outbox_of.sql"),
        include_str!("../queries/receipt.sql"),
        include_str!("../queries/receipts.sql"),
        include_str!("../queries/record_by_key.sql"),
        include_str!("../queries/record_by_lookup.sql"),
        include_str!("../queries/records_after.sql"),
        include_str!("../queries/records_first.sql"),
        include_str!("../queries/searched_events.sql"),
        include_str!("../queries/unsearched_events.sql"),
    ] {
        assert_no_scan(sql).await;
    }
}
