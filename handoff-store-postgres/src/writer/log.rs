//! What is only ever added: events, receipts, notifications.

use handoff_core::store::Receipt;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use uuid::Uuid;

use super::entry::{Entry, LogRow, PendingNotification};
use super::rows::column;
use crate::columns::number;

/// Rows of the log, of any number of conversations.
#[derive(Debug, Default)]
pub(crate) struct Log<'b> {
    events: Vec<(Uuid, &'b LogRow)>,
    receipts: Vec<(Uuid, &'b Receipt)>,
    outbox: Vec<&'b PendingNotification>,
}

impl<'b> Log<'b> {
    /// Adds what belongs to the conversation of an entry.
    pub(crate) fn add(
        &mut self,
        entry: &Entry,
        events: &'b [LogRow],
        receipts: impl IntoIterator<Item = &'b Receipt>,
        outbox: &'b [PendingNotification],
    ) {
        let id = entry.id.as_uuid();
        self.events.extend(events.iter().map(|row| (id, row)));
        self.receipts
            .extend(receipts.into_iter().map(|receipt| (id, receipt)));
        self.outbox.extend(outbox);
    }

    /// One statement for all of it.
    pub(crate) fn insert(&self) -> Query<'_, Postgres, PgArguments> {
        let Self {
            events,
            receipts,
            outbox,
        } = self;
        sqlx::query(include_str!("../../queries/insert_log.sql"))
            .bind(column(events, |(id, _)| *id))
            .bind(column(events, |(_, row)| number(row.seq)))
            .bind(column(events, |(_, row)| row.json.as_slice()))
            .bind(column(events, |(_, row)| row.words.as_deref()))
            .bind(column(receipts, |(id, _)| *id))
            .bind(column(receipts, |(_, kept)| kept.key.as_bytes()))
            .bind(column(receipts, |(_, kept)| kept.digest.cast_signed()))
            .bind(column(receipts, |(_, kept)| number(kept.first)))
            .bind(column(receipts, |(_, kept)| number(kept.version)))
            .bind(column(outbox, |pending| pending.row.id))
            .bind(column(outbox, |pending| {
                pending.row.notification.conversation.as_uuid()
            }))
            .bind(column(outbox, |pending| {
                pending.row.notification.at.as_millis()
            }))
            .bind(column(outbox, |pending| i64::from(pending.row.attempts)))
            .bind(column(outbox, |pending| pending.row.due.as_millis()))
            .bind(column(outbox, |pending| pending.dead))
            .bind(column(outbox, |pending| pending.json.as_slice()))
    }
}
