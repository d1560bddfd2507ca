//! The limits of the same Postgres server, on bare connections: a transaction with a notice a message, and batches.

use crate::compare::{clock, contender::text};
use anyhow::Result;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::time::Duration;
use tokio::task::JoinSet;

/// So many messages are inserted by one statement.
const BATCH: usize = 64;
const TABLE: &str = "CREATE TABLE message (conversation bigint, version bigint, body bytea, \
    PRIMARY KEY (conversation, version))";

/// A schema that is gone with what it holds once it is dropped.
#[derive(Debug)]
pub(super) struct Schema {
    name: String,
    pub(super) url: String,
    server: String,
}

impl Schema {
    /// Makes one on the server of `DATABASE_URL`.
    pub(super) async fn new(name: &str) -> Result<Self> {
        let server = std::env::var("DATABASE_URL")
            .map_err(|_| anyhow::anyhow!("not present: set DATABASE_URL to a Postgres server"))?;
        let name = format!("handoff_bench_{name}_{}", std::process::id());
        let mut connection = PgConnection::connect(&server).await?;
        let make = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
        connection.execute(AssertSqlSafe(make)).await?;
        let sign = if server.contains('?') { '&' } else { '?' };
        Ok(Self {
            url: format!("{server}{sign}options[search_path]={name}"),
            name,
            server,
        })
    }

    pub(super) async fn remove(self) -> Result<()> {
        let mut connection = PgConnection::connect(&self.server).await?;
        let drop = format!("DROP SCHEMA {} CASCADE", self.name);
        connection.execute(AssertSqlSafe(drop)).await?;
        Ok(())
    }
}

fn body(number: i64) -> Vec<u8> {
    let text = text(u32::try_from(number).unwrap_or_default());
    format!("{{\"kind\":\"message\",\"text\":\"{text}\"}}").into_bytes()
}

/// Messages a second of so many writers, each with a connection, a transaction a message, and a `NOTIFY` in it.
pub(super) async fn notified(schema: &Schema, writers: u32, duration: Duration) -> Result<f64> {
    PgConnection::connect(&schema.url)
        .await?
        .execute(TABLE)
        .await?;
    let mut connections = Vec::new();
    for _ in 0..writers {
        connections.push(PgConnection::connect(&schema.url).await?);
    }
    let started = clock::now();
    let mut writing = JoinSet::new();
    for (conversation, mut connection) in (0_i64..).zip(connections) {
        writing.spawn(async move {
            let mut sent = 0;
            while started.elapsed() < duration {
                let mut transaction = connection.begin().await?;
                sqlx::query("INSERT INTO message VALUES ($1, $2, $3)")
                    .bind(conversation)
                    .bind(sent)
                    .bind(body(sent))
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query("SELECT pg_notify('handoff_bench_raw', $1)")
                    .bind(format!("{conversation} {sent}"))
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                sent += 1;
            }
            anyhow::Ok(sent)
        });
    }
    let mut messages = 0;
    while let Some(sent) = writing.join_next().await {
        messages += sent??;
    }
    Ok(rate(messages, started.elapsed()))
}

/// Messages a second of one connection that inserts full batches, one after another.
pub(super) async fn batched(schema: &Schema, duration: Duration) -> Result<f64> {
    let mut connection = PgConnection::connect(&schema.url).await?;
    connection.execute(TABLE).await?;
    let started = clock::now();
    let mut version = 0;
    while started.elapsed() < duration {
        let versions: Vec<i64> = vec![version; BATCH];
        let conversations: Vec<i64> = (0..).take(BATCH).collect();
        let bodies: Vec<Vec<u8>> = conversations.iter().map(|_| body(version)).collect();
        sqlx::query(
            "INSERT INTO message SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])",
        )
        .bind(conversations)
        .bind(versions)
        .bind(bodies)
        .execute(&mut connection)
        .await?;
        version += 1;
    }
    let messages = version.saturating_mul(i64::try_from(BATCH)?);
    Ok(rate(messages, started.elapsed()))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a run sends far fewer messages than a float counts"
)]
fn rate(messages: i64, elapsed: Duration) -> f64 {
    messages as f64 / elapsed.as_secs_f64()
}
