//! Every query finds its rows by an index.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Schema;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

const QUERIES: [(&str, &str); 20] = [
    ("counts", include_str!("../queries/counts.sql")),
    ("current", include_str!("../queries/current.sql")),
    ("dead_letters", include_str!("../queries/dead_letters.sql")),
    (
        "delete_expired",
        include_str!("../queries/delete_expired.sql"),
    ),
    ("due", include_str!("../queries/due.sql")),
    ("erase", include_str!("../queries/erase.sql")),
    ("events_after", include_str!("../queries/events_after.sql")),
    ("events_until", include_str!("../queries/events_until.sql")),
    ("holders", include_str!("../queries/holders.sql")),
    ("lock_heads", include_str!("../queries/lock_heads.sql")),
    ("lock_visitor", include_str!("../queries/lock_visitor.sql")),
    ("lookup_taken", include_str!("../queries/lookup_taken.sql")),
    ("outbox_of", include_str!("../queries/outbox_of.sql")),
    ("receipts", include_str!("../queries/receipts.sql")),
    ("receipts_of", include_str!("../queries/receipts_of.sql")),
    (
        "record_by_lookup",
        include_str!("../queries/record_by_lookup.sql"),
    ),
    (
        "records_after",
        include_str!("../queries/records_after.sql"),
    ),
    (
        "records_first",
        include_str!("../queries/records_first.sql"),
    ),
    ("take_outbox", include_str!("../queries/take_outbox.sql")),
    (
        "update_conversations",
        include_str!("../queries/update_conversations.sql"),
    ),
];

/// The plan of a query whose parameters are not known, made as if reading a whole table were very dear.
async fn plan(connection: &mut PgConnection, name: &str, sql: &str) -> String {
    let parameters = (1..=99)
        .take_while(|nth| sql.contains(&format!("${nth}")))
        .count();
    let arguments = vec!["NULL"; parameters].join(", ");
    let arguments = match parameters {
        0 => String::new(),
        _ => format!("({arguments})"),
    };
    let prepare = AssertSqlSafe(format!("PREPARE {name} AS {sql}"));
    connection.execute(prepare).await.unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE {name}{arguments}"));
    let steps = sqlx::raw_sql(explain).fetch_all(connection).await.unwrap();
    let steps: Vec<String> = steps.iter().map(|step| step.get(0)).collect();
    steps.join("\n")
}

#[tokio::test]
async fn no_query_reads_a_whole_table() {
    let schema = Schema::new().await;
    schema.node().await.close().await;
    let mut connection = schema.connection().await;
    let settings = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan";
    connection.execute(settings).await.unwrap();
    for (name, sql) in QUERIES {
        let plan = plan(&mut connection, name, sql).await;
        assert!(plan.contains("Index"), "{name}\n{plan}");
        assert!(!plan.contains("Seq Scan on handoff"), "{name}\n{plan}");
    }
    let whole = "SELECT count(*) FROM handoff_conversations WHERE score = $1";
    let plan = plan(&mut connection, "whole", whole).await;
    assert!(
        plan.contains("Seq Scan on handoff"),
        "what a scan looks like\n{plan}"
    );
}
