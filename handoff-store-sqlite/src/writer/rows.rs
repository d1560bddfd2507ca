//! What a batch of accepted commits writes.

use std::collections::HashMap;
use std::sync::Arc;

use handoff_core::id::ConversationId;

use super::entry::{Entry, LogRow, PendingNotification};
use super::known::Head;
use super::script::{ManyRows, Script};
use crate::columns::{blob, number};
use crate::error::Failure;

/// The writer's statements.
#[derive(Debug)]
pub(super) struct Statements {
    conversations: ManyRows,
    go_on: ManyRows,
    free_keys: ManyRows,
    take_keys: ManyRows,
    events: ManyRows,
    receipts: ManyRows,
    outbox: ManyRows,
}

impl Statements {
    pub(super) fn new() -> Self {
        Self {
            conversations: ManyRows::new(
                include_str!("../../queries/insert_conversations.sql"),
                19,
                include_str!("../../queries/update_conversations.sql"),
            ),
            go_on: ManyRows::new(
                "WITH now (num, version, newest, wake, state) AS (",
                5,
                include_str!("../../queries/go_on_conversations.sql"),
            ),
            free_keys: ManyRows::new(
                "UPDATE conversations SET open_key = NULL WHERE num IN (",
                1,
                ")",
            ),
            take_keys: ManyRows::new(
                "WITH taken (num, open_key) AS (",
                2,
                ") UPDATE conversations SET open_key = taken.open_key FROM taken WHERE taken.num = conversations.num",
            ),
            events: ManyRows::new("INSERT INTO events (num, conversation, seq, event)", 4, ""),
            receipts: ManyRows::new(
                "INSERT INTO receipts (conversation, key, digest, first, version)",
                5,
                "",
            ),
            outbox: ManyRows::new(
                "INSERT INTO outbox (id, conversation, at, attempts, due, notification)",
                6,
                "",
            ),
        }
    }
}

/// The rows of a batch.
#[derive(Debug)]
pub(super) struct Rows<'b> {
    /// Accepted commits, in order.
    accepted: Vec<(i64, &'b Entry)>,
    /// The last commit of each conversation, which its row shows: of those that are new or look different now,
    changed: Vec<(i64, &'b Entry)>,
    /// and of those that merely go on, which costs far less.
    going_on: Vec<(i64, &'b Entry)>,
    freed: Vec<i64>,
    taken: Vec<(i64, Arc<str>)>,
    /// Events with their own and their conversation's num.
    events: Vec<(i64, i64, &'b LogRow)>,
}

impl<'b> Rows<'b> {
    /// `before` is what was stored, `after` what is to be; the first new event gets the num `event`.
    pub(super) fn new(
        accepted: &[&'b Entry],
        before: &HashMap<ConversationId, Head>,
        after: &HashMap<ConversationId, Head>,
        event: i64,
    ) -> Self {
        let num = |entry: &Entry| after.get(&entry.id).map_or(0, |head| head.num);
        let accepted: Vec<_> = accepted.iter().map(|entry| (num(entry), *entry)).collect();
        let is_last = |entry: &Entry| {
            after
                .get(&entry.id)
                .is_some_and(|head| head.version == entry.version)
        };
        let goes_on = |entry: &Entry| {
            let before = before.get(&entry.id);
            before.is_some_and(|head| head.shape == Some(entry.shape))
        };
        let (going_on, changed) = accepted
            .iter()
            .copied()
            .filter(|(_, entry)| is_last(entry))
            .partition(|(_, entry)| goes_on(entry));
        let log = accepted
            .iter()
            .flat_map(|(num, entry)| entry.events.iter().map(|event| (*num, event)));
        let events = (event..)
            .zip(log)
            .map(|(event, (num, row))| (event, num, row))
            .collect();
        let mut rows = Self {
            accepted,
            changed,
            going_on,
            freed: Vec::new(),
            taken: Vec::new(),
            events,
        };
        for (id, head) in before {
            let key = after.get(id).and_then(|head| head.open_key.as_ref());
            if key != head.open_key.as_ref() {
                rows.freed.extend(head.open_key.as_ref().map(|_| head.num));
                rows.taken.extend(key.map(|key| (head.num, key.clone())));
            }
        }
        rows
    }

    /// How many events it adds.
    pub(super) fn events(&self) -> usize {
        self.events.len()
    }

    /// Adds the statements that store all this. Keys are freed before others take them.
    pub(super) fn push(&self, statements: &Statements, script: &mut Script) -> Result<(), Failure> {
        statements
            .free_keys
            .push(script, &self.freed, |script, num| {
                script.bind(*num).map(drop)
            })?;
        statements
            .conversations
            .push(script, &self.changed, |script, (num, entry)| {
                conversation(script, *num, entry)
            })?;
        statements
            .go_on
            .push(script, &self.going_on, |script, (num, entry)| {
                going_on(script, *num, entry)
            })?;
        statements
            .take_keys
            .push(script, &self.taken, |script, (num, key)| {
                script.bind(*num)?.bind(key.clone()).map(drop)
            })?;
        statements
            .events
            .push(script, &self.events, |script, (event, num, row)| {
                script.bind(*event)?.bind(*num)?;
                script
                    .bind(number(row.seq))?
                    .bind(row.json.clone())
                    .map(drop)
            })?;
        let receipts: Vec<_> = self
            .accepted
            .iter()
            .filter_map(|(num, entry)| Some((*num, entry.receipt.as_ref()?)))
            .collect();
        statements
            .receipts
            .push(script, &receipts, |script, (num, receipt)| {
                // The digest's 64 bits as a signed number, and back when it is read.
                let digest = receipt.digest.cast_signed();
                script.bind(*num)?.bind(receipt.key.clone())?.bind(digest)?;
                script
                    .bind(number(receipt.first))?
                    .bind(number(receipt.version))
                    .map(drop)
            })?;
        let outbox: Vec<_> = self
            .accepted
            .iter()
            .flat_map(|(_, entry)| &entry.outbox)
            .collect();
        statements.outbox.push(script, &outbox, |script, pending| {
            notification(script, pending)
        })
    }
}

fn conversation(script: &mut Script, num: i64, entry: &Entry) -> Result<(), Failure> {
    let columns = &entry.columns;
    script
        .bind(num)?
        .bind(blob(entry.id))?
        .bind(entry.service.as_str())?
        .bind(entry.visitor.as_str())?;
    script
        .bind(entry.opened_at)?
        .bind(entry.open_key.clone())?
        .bind(number(entry.version))?;
    script
        .bind(columns.open)?
        .bind(columns.calm)?
        .bind(columns.newest)?
        .bind(columns.waiting_since)?;
    script
        .bind(columns.status)?
        .bind(columns.follow_up)?
        .bind(columns.holder.as_deref())?;
    script
        .bind(columns.score)?
        .bind(columns.category.clone())?
        .bind(columns.page.as_str())?;
    script
        .bind(columns.wake)?
        .bind(columns.state.clone())
        .map(drop)
}

fn going_on(script: &mut Script, num: i64, entry: &Entry) -> Result<(), Failure> {
    let columns = &entry.columns;
    script.bind(num)?.bind(number(entry.version))?;
    script.bind(columns.newest)?.bind(columns.wake)?;
    script.bind(columns.state.clone()).map(drop)
}

fn notification(script: &mut Script, pending: &PendingNotification) -> Result<(), Failure> {
    let row = &pending.row;
    script
        .bind(row.id.as_bytes().to_vec())?
        .bind(blob(row.notification.conversation))?;
    script
        .bind(row.notification.at.as_millis())?
        .bind(i64::from(row.attempts))?;
    script
        .bind(row.due.as_millis())?
        .bind(pending.json.clone())
        .map(drop)
}
