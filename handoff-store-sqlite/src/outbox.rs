//! Notifications that wait for delivery.

use async_trait::async_trait;
use handoff_core::error::StoreError;
use handoff_core::store::{OutboxRow, Settlement};
use handoff_core::time::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::columns::uuid;
use crate::error::{Failure, failed};
use crate::read::limit;
use crate::writer::Change;

/// A row as it is stored.
#[derive(Debug)]
pub(crate) struct StoredRow {
    id: Vec<u8>,
    attempts: u32,
    due: i64,
    notification: String,
}

impl TryFrom<&SqliteRow> for StoredRow {
    type Error = sqlx::Error;

    fn try_from(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            attempts: row.try_get(1)?,
            due: row.try_get(2)?,
            notification: row.try_get(3)?,
        })
    }
}

impl TryFrom<StoredRow> for OutboxRow {
    type Error = StoreError;

    fn try_from(row: StoredRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: uuid(&row.id)?,
            notification: serde_json::from_str(&row.notification).map_err(StoreError::corrupt)?,
            attempts: row.attempts,
            due: Timestamp::from_millis(row.due),
        })
    }
}

/// Whether there is anything to take, without asking the writer.
pub(crate) async fn is_due(pool: &SqlitePool, now: Timestamp) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM outbox WHERE dead = 0 AND due <= ?)")
        .bind(now.as_millis())
        .fetch_one(pool)
        .await
        .map_err(failed)
}

pub(crate) async fn dead_letters(
    pool: &SqlitePool,
    rows: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, attempts, due, notification FROM outbox WHERE dead = 1 ORDER BY at DESC, id LIMIT ?",
    )
    .bind(limit(rows))
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| StoredRow::try_from(row).map_err(failed)?.try_into())
        .collect()
}

/// Takes rows that are due.
#[derive(Debug)]
pub(crate) struct Take {
    pub(crate) now: Timestamp,
    pub(crate) retry_at: Timestamp,
    pub(crate) limit: usize,
}

#[async_trait]
impl Change for Take {
    type Made = Vec<StoredRow>;
    const REPLACES: bool = false;

    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<Vec<StoredRow>, Failure> {
        let rows = sqlx::query(
            "SELECT id, attempts, due, notification FROM outbox WHERE dead = 0 AND due <= ? ORDER BY due, id LIMIT ?",
        )
        .bind(self.now.as_millis())
        .bind(limit(self.limit))
        .fetch_all(&mut *connection)
        .await?;
        let rows: Vec<StoredRow> = rows
            .iter()
            .map(StoredRow::try_from)
            .collect::<Result<_, _>>()?;
        for row in &rows {
            sqlx::query("UPDATE outbox SET due = ?, attempts = attempts + 1 WHERE id = ?")
                .bind(self.retry_at.as_millis())
                .bind(row.id.as_slice())
                .execute(&mut *connection)
                .await?;
        }
        Ok(rows)
    }
}

/// Says how an attempt ended.
#[derive(Debug)]
pub(crate) struct Settle {
    pub(crate) id: uuid::Uuid,
    pub(crate) settlement: Settlement,
}

#[async_trait]
impl Change for Settle {
    type Made = ();
    const REPLACES: bool = false;

    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let settle = match self.settlement {
            Settlement::Delivered => sqlx::query("DELETE FROM outbox WHERE id = ?"),
            Settlement::RetryAt(due) => {
                sqlx::query("UPDATE outbox SET dead = 0, due = ? WHERE id = ?")
                    .bind(due.as_millis())
            }
            Settlement::Dead => sqlx::query("UPDATE outbox SET dead = 1 WHERE id = ?"),
        };
        settle
            .bind(self.id.as_bytes().to_vec())
            .execute(connection)
            .await?;
        Ok(())
    }
}
