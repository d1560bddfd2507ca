//! Storing a whole conversation.

use async_trait::async_trait;
use handoff_core::archive::{KeptRow, Whole};
use handoff_core::conversation::{Card, Event};
use handoff_core::error::StoreError;
use handoff_core::store::Receipt;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::columns::{Columns, blob, number};
use crate::erase::erase_conversation;
use crate::error::Failure;
use crate::writer::Change;

/// So many rows are inserted by one statement: five values each, of 32,766 that SQLite takes.
const CHUNK: usize = 1_000;

/// Stores a whole conversation in place of what is there.
#[derive(Debug)]
pub(crate) struct Restore {
    whole: Whole,
    columns: Columns,
    open_key: Option<String>,
    events: Vec<String>,
    notifications: Vec<String>,
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::backend)
}

impl Restore {
    pub(crate) fn new(whole: &Whole) -> Result<Self, StoreError> {
        whole.validate().map_err(StoreError::backend)?;
        let state = &*whole.belongings.state;
        let outbox = whole.belongings.outbox.iter();
        Ok(Self {
            columns: Columns::new(state, &Card::from(state))?,
            open_key: state.open_key(),
            events: whole.events.iter().map(json).collect::<Result<_, _>>()?,
            notifications: outbox
                .map(|kept| json(&kept.row.notification))
                .collect::<Result<_, _>>()?,
            whole: whole.clone(),
        })
    }

    async fn conversation(
        &self,
        connection: &mut SqliteConnection,
        num: i64,
    ) -> Result<(), Failure> {
        let (state, columns) = (&self.whole.belongings.state, &self.columns);
        sqlx::query("UPDATE conversations SET open_key = NULL WHERE open_key = ?")
            .bind(self.open_key.as_deref())
            .execute(&mut *connection)
            .await?;
        sqlx::query(include_str!("../queries/restore_conversation.sql"))
            .bind(num)
            .bind(blob(state.id))
            .bind(state.service.as_str())
            .bind(state.visitor.as_str())
            .bind(state.opened_at.as_millis())
            .bind(self.open_key.as_deref())
            .bind(number(state.version))
            .bind(columns.open)
            .bind(columns.calm)
            .bind(columns.newest)
            .bind(columns.waiting_since)
            .bind(columns.status)
            .bind(columns.follow_up)
            .bind(columns.holder.as_deref())
            .bind(columns.score)
            .bind(columns.category.as_deref())
            .bind(columns.page.as_str())
            .bind(columns.wake)
            .bind(&*columns.state)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn events(&self, connection: &mut SqliteConnection, num: i64) -> Result<(), Failure> {
        let first = next_event(connection).await?;
        let rows: Vec<_> = (first..)
            .zip(self.whole.events.iter().zip(&self.events))
            .collect();
        let start = "INSERT INTO events (num, conversation, seq, event) ";
        insert(
            connection,
            start,
            &rows,
            |mut row, (place, (event, json))| {
                let event: &Event = event;
                row.push_bind(*place).push_bind(num);
                row.push_bind(number(event.seq)).push_bind(json.as_str());
            },
        )
        .await
    }

    async fn receipts(&self, connection: &mut SqliteConnection, num: i64) -> Result<(), Failure> {
        let start = "INSERT INTO receipts (conversation, key, digest, first, version) ";
        let receipts = &self.whole.belongings.receipts;
        insert(connection, start, receipts, |mut row, receipt: &Receipt| {
            // The digest's 64 bits as a signed number, and back when it is read.
            row.push_bind(num).push_bind(receipt.key.as_str());
            row.push_bind(receipt.digest.cast_signed());
            row.push_bind(number(receipt.first));
            row.push_bind(number(receipt.version));
        })
        .await
    }

    async fn outbox(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let kept = &self.whole.belongings.outbox;
        let rows: Vec<(&KeptRow, &String)> = kept.iter().zip(&self.notifications).collect();
        let start = "INSERT INTO outbox (id, conversation, at, attempts, due, dead, notification) ";
        insert(connection, start, &rows, |mut row, (kept, json)| {
            let pending = &kept.row;
            row.push_bind(pending.id.as_bytes().to_vec());
            row.push_bind(blob(pending.notification.conversation));
            row.push_bind(pending.notification.at.as_millis());
            row.push_bind(i64::from(pending.attempts));
            row.push_bind(pending.due.as_millis());
            row.push_bind(kept.dead).push_bind(json.as_str());
        })
        .await
    }
}

/// The place of the next event in the log: after all that are there, and after all whose words are in the index.
async fn next_event(connection: &mut SqliteConnection) -> Result<i64, Failure> {
    let last: i64 = sqlx::query_scalar(include_str!("../queries/last_event.sql"))
        .fetch_one(connection)
        .await?;
    Ok(last + 1)
}

async fn insert<'rows, T>(
    connection: &mut SqliteConnection,
    start: &'static str,
    rows: &'rows [T],
    mut bind: impl FnMut(sqlx::query_builder::Separated<'_, Sqlite, &'static str>, &'rows T),
) -> Result<(), Failure> {
    for chunk in rows.chunks(CHUNK) {
        let mut query = QueryBuilder::<Sqlite>::new(start);
        query.push_values(chunk, &mut bind);
        // There are as many statements as numbers of rows: few of them come again.
        let insert = query.build().persistent(false);
        insert.execute(&mut *connection).await?;
    }
    Ok(())
}

#[async_trait]
impl Change for Restore {
    type Made = ();
    const REPLACES: bool = true;

    async fn make(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let there: Option<i64> = sqlx::query_scalar("SELECT num FROM conversations WHERE id = ?")
            .bind(blob(self.whole.belongings.state.id))
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(num) = there {
            erase_conversation(connection, num, &blob(self.whole.belongings.state.id)).await?;
        }
        let last: Option<i64> = sqlx::query_scalar("SELECT max(num) FROM conversations")
            .fetch_one(&mut *connection)
            .await?;
        let num = last.unwrap_or_default() + 1;
        self.conversation(connection, num).await?;
        self.events(connection, num).await?;
        self.receipts(connection, num).await?;
        self.outbox(connection).await
    }
}
