//! Erasing a visitor.

use async_trait::async_trait;
use handoff_core::conversation::Event;
use handoff_core::id::{ServiceId, VisitorId};
use sqlx::{Row, SqliteConnection};

use crate::error::Failure;
use crate::search::{document, words};
use crate::writer::Change;

/// Erases every conversation of one visitor of one service.
#[derive(Debug)]
pub(crate) struct Erase {
    pub(crate) service: ServiceId,
    pub(crate) visitor: VisitorId,
}

#[async_trait]
impl Change for Erase {
    type Made = u64;
    const REPLACES: bool = true;

    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let rows =
            sqlx::query("SELECT num, id FROM conversations WHERE visitor = ? AND service = ?")
                .bind(self.visitor.as_str())
                .bind(self.service.as_str())
                .fetch_all(&mut *connection)
                .await?;
        for row in &rows {
            let num: i64 = row.try_get(0)?;
            let id: &[u8] = row.try_get(1)?;
            erase_conversation(connection, num, id).await?;
        }
        Ok(rows.len() as u64)
    }
}

/// Erases one conversation, by its row and its id.
pub(crate) async fn erase_conversation(
    connection: &mut SqliteConnection,
    num: i64,
    id: &[u8],
) -> Result<(), Failure> {
    erase_words(connection, num).await?;
    sqlx::query("DELETE FROM outbox WHERE conversation = ?")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    for delete in [
        "DELETE FROM receipts WHERE conversation = ?",
        "DELETE FROM events WHERE conversation = ?",
        "DELETE FROM conversations WHERE num = ?",
    ] {
        sqlx::query(delete)
            .bind(num)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes the words of a conversation out of the index, which must be told what they were.
async fn erase_words(connection: &mut SqliteConnection, num: i64) -> Result<(), Failure> {
    let rows = sqlx::query(include_str!("../queries/searched_events.sql"))
        .bind(num)
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let event: Option<Event> = serde_json::from_str(row.try_get(1)?).ok();
        let words = event
            .map(|event| words(&event))
            .filter(|words| !words.is_empty());
        if let (Some(document), Some(words)) = (document(num, row.try_get(0)?), words) {
            sqlx::query("INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)")
                .bind(document)
                .bind(words)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
