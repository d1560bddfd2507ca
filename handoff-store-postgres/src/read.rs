//! Reads of single conversations, and of what is due.

use std::sync::Arc;

use handoff_core::conversation::{Conversation, Event};
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::store::{Due, Receipt};
use handoff_core::time::Timestamp;
use sqlx::{PgPool, Row};

use crate::columns::{id_at, json_at, number};
use crate::error::failed;
use crate::writer::receipt_of;

/// A limit as Postgres takes it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(crate) async fn state(
    pool: &PgPool,
    id: ConversationId,
) -> Result<Option<Arc<Conversation>>, StoreError> {
    let row = sqlx::query("SELECT state FROM handoff_conversations WHERE id = $1")
        .bind(id.as_uuid())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| json_at(&row, 0).map(Arc::new)).transpose()
}

pub(crate) async fn events(
    pool: &PgPool,
    id: ConversationId,
    after: u64,
    rows: usize,
) -> Result<Vec<Event>, StoreError> {
    let rows = sqlx::query(include_str!("../queries/events_after.sql"))
        .bind(id.as_uuid())
        .bind(number(after))
        .bind(limit(rows))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(|row| json_at(row, 0)).collect()
}

pub(crate) async fn events_before(
    pool: &PgPool,
    id: ConversationId,
    until: u64,
    rows: usize,
) -> Result<Vec<Event>, StoreError> {
    let newest_first = sqlx::query(include_str!("../queries/events_until.sql"))
        .bind(id.as_uuid())
        .bind(number(until))
        .bind(limit(rows))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    newest_first
        .iter()
        .rev()
        .map(|row| json_at(row, 0))
        .collect()
}

pub(crate) async fn receipt(
    pool: &PgPool,
    id: ConversationId,
    key: &str,
) -> Result<Option<Receipt>, StoreError> {
    let row = sqlx::query(include_str!("../queries/receipt.sql"))
        .bind(id.as_uuid())
        .bind(key.as_bytes())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| receipt_of(&row)).transpose().map_err(failed)
}

pub(crate) async fn current(
    pool: &PgPool,
    service: &ServiceId,
    visitor: &VisitorId,
) -> Result<Option<ConversationId>, StoreError> {
    let row = sqlx::query(include_str!("../queries/current.sql"))
        .bind(visitor.as_str())
        .bind(service.as_str())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| id_at(&row, 0)).transpose()
}

pub(crate) async fn due(
    pool: &PgPool,
    now: Timestamp,
    rows: usize,
) -> Result<Vec<Due>, StoreError> {
    let rows = sqlx::query(include_str!("../queries/due.sql"))
        .bind(now.as_millis())
        .bind(limit(rows))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let due = |row| {
        let wake = Row::try_get(row, 1)
            .map(Timestamp::from_millis)
            .map_err(failed)?;
        Ok(Due {
            conversation: id_at(row, 0)?,
            wake,
        })
    };
    rows.iter().map(due).collect()
}

pub(crate) async fn next_wake(pool: &PgPool) -> Result<Option<Timestamp>, StoreError> {
    let wake: Option<i64> =
        sqlx::query_scalar("SELECT min(wake) FROM handoff_conversations WHERE wake IS NOT NULL")
            .fetch_one(pool)
            .await
            .map_err(failed)?;
    Ok(wake.map(Timestamp::from_millis))
}
