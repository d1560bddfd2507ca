//! What a batch of accepted commits writes.

use std::collections::HashMap;
use std::sync::Arc;

use handoff_core::id::ConversationId;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};

use super::entry::Entry;
use super::judge::Head;
use super::log::Log;
use crate::columns::number;
use crate::error::Failure;

/// The rows of a batch.
#[derive(Debug)]
pub(super) struct Rows<'b> {
    /// Accepted commits, in order.
    accepted: Vec<&'b Entry>,
    /// The last commit of each conversation that is new, which its row shows; by id.
    new: Vec<&'b Entry>,
    /// Of each that was there before.
    changed: Vec<&'b Entry>,
    freed: Vec<uuid::Uuid>,
    taken: Vec<(uuid::Uuid, Arc<str>)>,
}

impl<'b> Rows<'b> {
    /// `before` is what was stored, `after` what is to be.
    pub(super) fn new(
        accepted: Vec<&'b Entry>,
        before: &HashMap<ConversationId, Head>,
        after: &HashMap<ConversationId, Head>,
    ) -> Self {
        let is_last = |entry: &&Entry| {
            after
                .get(&entry.id)
                .is_some_and(|head| head.version == entry.version)
        };
        let (changed, mut new): (Vec<&Entry>, Vec<&Entry>) = accepted
            .iter()
            .copied()
            .filter(is_last)
            .partition(|entry| before.contains_key(&entry.id));
        // In one order on every node.
        new.sort_unstable_by(|one, other| {
            (&one.open_key, one.id).cmp(&(&other.open_key, other.id))
        });
        let (mut freed, mut taken) = (Vec::new(), Vec::new());
        for (id, head) in before {
            let key = after.get(id).and_then(|head| head.open_key.as_ref());
            if key != head.open_key.as_ref() {
                freed.extend(head.open_key.as_ref().map(|_| id.as_uuid()));
                taken.extend(key.map(|key| (id.as_uuid(), key.clone())));
            }
        }
        taken.sort_unstable_by(|one, other| one.1.cmp(&other.1));
        Self {
            accepted,
            new,
            changed,
            freed,
            taken,
        }
    }

    /// Stores all this. Keys are freed before others take them.
    pub(super) async fn write(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        if !self.freed.is_empty() {
            let query = sqlx::query(include_str!("../../queries/free_keys.sql"));
            query.bind(&self.freed).execute(&mut *connection).await?;
        }
        if !self.new.is_empty() {
            insert(&self.new).execute(&mut *connection).await?;
        }
        if !self.changed.is_empty() {
            self.update().execute(&mut *connection).await?;
        }
        if !self.taken.is_empty() {
            self.take_keys().execute(&mut *connection).await?;
        }
        self.log().insert().execute(connection).await?;
        Ok(())
    }

    fn update(&self) -> Query<'_, Postgres, PgArguments> {
        let changed = &self.changed;
        sqlx::query(include_str!("../../queries/update_conversations.sql"))
            .bind(column(changed, |entry| entry.id.as_uuid()))
            .bind(column(changed, |entry| number(entry.version)))
            .bind(column(changed, |entry| entry.columns.lane))
            .bind(column(changed, |entry| entry.columns.newest))
            .bind(column(changed, |entry| entry.columns.answered))
            .bind(column(changed, |entry| entry.columns.waiting_rank))
            .bind(column(changed, |entry| entry.columns.status))
            .bind(column(changed, |entry| entry.columns.follow_up))
            .bind(column(changed, |entry| entry.columns.holder.as_deref()))
            .bind(column(changed, |entry| entry.columns.score))
            .bind(column(changed, |entry| entry.columns.category.as_deref()))
            .bind(column(changed, |entry| entry.columns.page.as_slice()))
            .bind(column(changed, |entry| entry.columns.wake))
            .bind(column(changed, |entry| entry.columns.state.as_slice()))
    }

    fn log(&self) -> Log<'b> {
        let mut log = Log::default();
        for entry in &self.accepted {
            log.add(entry, &entry.events, entry.receipt.as_ref(), &entry.outbox);
        }
        log
    }

    fn take_keys(&self) -> Query<'_, Postgres, PgArguments> {
        sqlx::query(include_str!("../../queries/take_keys.sql"))
            .bind(column(&self.taken, |(id, _)| *id))
            .bind(column(&self.taken, |(_, key)| &**key))
    }
}

/// The rows of new conversations.
pub(crate) fn insert<'b>(new: &'b [&'b Entry]) -> Query<'b, Postgres, PgArguments> {
    sqlx::query(include_str!("../../queries/insert_conversations.sql"))
        .bind(column(new, |entry| entry.id.as_uuid()))
        .bind(column(new, |entry| entry.service.as_str()))
        .bind(column(new, |entry| entry.visitor.as_str()))
        .bind(column(new, |entry| entry.opened_at))
        .bind(column(new, |entry| entry.open_key.as_deref()))
        .bind(column(new, |entry| number(entry.version)))
        .bind(column(new, |entry| entry.columns.lane))
        .bind(column(new, |entry| entry.columns.newest))
        .bind(column(new, |entry| entry.columns.answered))
        .bind(column(new, |entry| entry.columns.waiting_rank))
        .bind(column(new, |entry| entry.columns.status))
        .bind(column(new, |entry| entry.columns.follow_up))
        .bind(column(new, |entry| entry.columns.holder.as_deref()))
        .bind(column(new, |entry| entry.columns.score))
        .bind(column(new, |entry| entry.columns.category.as_deref()))
        .bind(column(new, |entry| entry.columns.page.as_slice()))
        .bind(column(new, |entry| entry.columns.wake))
        .bind(column(new, |entry| entry.columns.state.as_slice()))
}

/// One column of many rows, as an array parameter.
pub(super) fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}
