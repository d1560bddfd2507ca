//! Moving conversations in and out.

use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::archive::{Archive, Belongings, KeptRow, RecordArchive, Whole};
use handoff_core::directory::Record;
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;
use handoff_core::store::Receipt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::SqliteStore;
use crate::columns::{blob, id_at, json_at};
use crate::directory::Restore as RestoreRecord;
use crate::error::failed;
use crate::outbox::StoredRow;
use crate::read::limit;
use crate::restore::Restore;
use crate::writer::receipt_of;

#[async_trait]
impl Archive for SqliteStore {
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit_to: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        // Every id is greater than no bytes.
        let rows = sqlx::query(include_str!("../queries/conversations_after.sql"))
            .bind(after.map(blob).unwrap_or_default())
            .bind(limit(limit_to))
            .fetch_all(self.readers())
            .await
            .map_err(failed)?;
        rows.iter().map(|row| id_at(row, 0)).collect()
    }

    async fn belongings(&self, id: ConversationId) -> Result<Option<Belongings>, StoreError> {
        // What is read in one transaction is of one moment.
        let mut moment = self.readers().begin().await.map_err(failed)?;
        let belongings = read(&mut moment, id).await?;
        moment.rollback().await.map_err(failed)?;
        Ok(belongings)
    }

    async fn restore(&self, whole: &Whole) -> Result<(), StoreError> {
        self.writer().make(Restore::new(whole)?).await
    }
}

async fn read(
    connection: &mut SqliteConnection,
    id: ConversationId,
) -> Result<Option<Belongings>, StoreError> {
    let state = sqlx::query("SELECT state FROM conversations WHERE id = ?")
        .bind(blob(id))
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let Some(state) = state else {
        return Ok(None);
    };
    let receipts = sqlx::query(include_str!("../queries/receipts.sql"))
        .bind(blob(id))
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let outbox = sqlx::query(include_str!("../queries/outbox_of.sql"))
        .bind(blob(id))
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

fn kept(row: &SqliteRow) -> Result<KeptRow, StoreError> {
    Ok(KeptRow {
        row: StoredRow::try_from(row).map_err(failed)?.try_into()?,
        dead: row.try_get(4).map_err(failed)?,
    })
}

#[async_trait]
impl RecordArchive for SqliteStore {
    async fn restore_record(&self, record: Record) -> Result<(), StoreError> {
        self.writer().make(RestoreRecord::new(record)?).await
    }
}
