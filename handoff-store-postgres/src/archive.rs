//! Moving conversations and records in and out.

use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::archive::{Archive, Belongings, KeptRow, RecordArchive, Whole};
use handoff_core::directory::Record;
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;
use handoff_core::store::Receipt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use crate::PostgresStore;
use crate::columns::{id_at, json_at};
use crate::directory::Restored;
use crate::error::failed;
use crate::outbox::outbox_row;
use crate::read::limit;
use crate::restore::Restore;
use crate::writer::receipt_of;

/// What is read in one such transaction is of one moment.
const MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

#[async_trait]
impl Archive for PostgresStore {
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        self.in_time(conversations(self.pool(), after, limit)).await
    }

    async fn belongings(&self, id: ConversationId) -> Result<Option<Belongings>, StoreError> {
        self.in_time(belongings(self.pool(), id)).await
    }

    async fn restore(&self, whole: &Whole) -> Result<(), StoreError> {
        let restore = Restore::new(whole)?;
        self.retried(|| restore.make(self.pool())).await
    }
}

#[async_trait]
impl RecordArchive for PostgresStore {
    async fn restore_record(&self, record: Record) -> Result<(), StoreError> {
        let restored = Restored::new(record)?;
        self.retried(|| restored.make(self.pool())).await
    }
}

async fn conversations(
    pool: &PgPool,
    after: Option<ConversationId>,
    rows: usize,
) -> Result<Vec<ConversationId>, StoreError> {
    let query = match after {
        Some(id) => {
            sqlx::query("SELECT id FROM handoff_conversations WHERE id > $2 ORDER BY id LIMIT $1")
                .bind(limit(rows))
                .bind(id.as_uuid())
        }
        None => sqlx::query("SELECT id FROM handoff_conversations ORDER BY id LIMIT $1")
            .bind(limit(rows)),
    };
    let rows = query.fetch_all(pool).await.map_err(failed)?;
    rows.iter().map(|row| id_at(row, 0)).collect()
}

async fn belongings(pool: &PgPool, id: ConversationId) -> Result<Option<Belongings>, StoreError> {
    let mut moment = pool.begin_with(MOMENT).await.map_err(failed)?;
    let belongings = read(&mut moment, id).await?;
    moment.rollback().await.map_err(failed)?;
    Ok(belongings)
}

async fn read(
    connection: &mut PgConnection,
    id: ConversationId,
) -> Result<Option<Belongings>, StoreError> {
    let state = sqlx::query("SELECT state FROM handoff_conversations WHERE id = $1")
        .bind(id.as_uuid())
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let Some(state) = state else {
        return Ok(None);
    };
    let receipts = sqlx::query(include_str!("../queries/receipts_of.sql"))
        .bind(id.as_uuid())
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let outbox = sqlx::query(include_str!("../queries/outbox_of.sql"))
        .bind(id.as_uuid())
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    let receipts: Result<Vec<Receipt>, sqlx::Error> = receipts.iter().map(receipt_of).collect();
    Ok(Some(Belongings {
        state: Arc::new(json_at(&state, 0)?),
        receipts: receipts.map_err(failed)?,
        outbox: outbox.iter().map(kept).collect::<Result<_, _>>()?,
    }))
}

fn kept(row: &PgRow) -> Result<KeptRow, StoreError> {
    Ok(KeptRow {
        row: outbox_row(row)?,
        dead: row.try_get(4).map_err(failed)?,
    })
}
