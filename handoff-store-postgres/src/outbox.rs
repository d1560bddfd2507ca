//! Notifications that wait for delivery.

use handoff_core::error::StoreError;
use handoff_core::store::{OutboxRow, Settlement};
use handoff_core::time::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use crate::columns::json_at;
use crate::error::failed;
use crate::read::limit;

pub(crate) async fn take(
    pool: &PgPool,
    now: Timestamp,
    retry_at: Timestamp,
    rows: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    let rows = sqlx::query(include_str!("../queries/take_outbox.sql"))
        .bind(now.as_millis())
        .bind(retry_at.as_millis())
        .bind(limit(rows))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(outbox_row).collect()
}

pub(crate) async fn settle(
    pool: &PgPool,
    id: uuid::Uuid,
    settlement: Settlement,
) -> Result<(), StoreError> {
    let settle = match settlement {
        Settlement::Delivered => sqlx::query("DELETE FROM handoff_outbox WHERE id = $1").bind(id),
        Settlement::RetryAt(due) => {
            sqlx::query("UPDATE handoff_outbox SET dead = false, due = $2 WHERE id = $1")
                .bind(id)
                .bind(due.as_millis())
        }
        Settlement::Dead => {
            sqlx::query("UPDATE handoff_outbox SET dead = true WHERE id = $1").bind(id)
        }
    };
    settle.execute(pool).await.map(drop).map_err(failed)
}

pub(crate) async fn dead_letters(pool: &PgPool, rows: usize) -> Result<Vec<OutboxRow>, StoreError> {
    let rows = sqlx::query(include_str!("../queries/dead_letters.sql"))
        .bind(limit(rows))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(outbox_row).collect()
}

pub(crate) fn outbox_row(row: &PgRow) -> Result<OutboxRow, StoreError> {
    let attempts: i64 = row.try_get(1).map_err(failed)?;
    Ok(OutboxRow {
        id: row.try_get(0).map_err(failed)?,
        attempts: u32::try_from(attempts).map_err(StoreError::corrupt)?,
        due: Timestamp::from_millis(row.try_get(2).map_err(failed)?),
        notification: json_at(row, 3)?,
    })
}
