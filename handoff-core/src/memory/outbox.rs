//! The outbox of the reference store.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::archive::KeptRow;
use crate::id::ConversationId;
use crate::store::{OutboxRow, Settlement};
use crate::time::Timestamp;

/// Rows that wait, in the order in which they are due, and rows that are no longer tried.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: HashMap<Uuid, OutboxRow>,
    due: BTreeSet<(Timestamp, Uuid)>,
    dead: HashMap<Uuid, OutboxRow>,
}

impl Outbox {
    pub(super) fn add(&mut self, row: OutboxRow) {
        self.due.insert((row.due, row.id));
        self.waiting.insert(row.id, row);
    }

    pub(super) fn take(
        &mut self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Vec<OutboxRow> {
        let due = self
            .due
            .iter()
            .take_while(|(due, _)| *due <= now)
            .take(limit);
        let ids: Vec<Uuid> = due.map(|(_, id)| *id).collect();
        let mut taken = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(row) = self.waiting.get_mut(&id) {
                self.due.remove(&(row.due, id));
                taken.push(row.clone());
                row.due = retry_at;
                row.attempts = row.attempts.saturating_add(1);
                self.due.insert((retry_at, id));
            }
        }
        taken
    }

    pub(super) fn settle(&mut self, id: Uuid, settlement: Settlement) {
        let Some(mut row) = self.remove(id) else {
            return;
        };
        match settlement {
            Settlement::Delivered => {}
            Settlement::RetryAt(due) => {
                row.due = due;
                self.add(row);
            }
            Settlement::Dead => {
                self.dead.insert(id, row);
            }
        }
    }

    fn remove(&mut self, id: Uuid) -> Option<OutboxRow> {
        let waiting = self.waiting.remove(&id);
        if let Some(row) = &waiting {
            self.due.remove(&(row.due, id));
        }
        waiting.or_else(|| self.dead.remove(&id))
    }

    pub(super) fn dead_letters(&self, limit: usize) -> Vec<OutboxRow> {
        let mut rows: Vec<&OutboxRow> = self.dead.values().collect();
        rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.notification.at), row.id));
        rows.into_iter().take(limit).cloned().collect()
    }

    /// Every row of a conversation, by id.
    pub(super) fn of(&self, conversation: ConversationId) -> Vec<KeptRow> {
        let kept = |dead| {
            move |row: &OutboxRow| KeptRow {
                row: row.clone(),
                dead,
            }
        };
        let waiting = self.waiting.values().map(kept(false));
        let mut rows: Vec<KeptRow> = waiting.chain(self.dead.values().map(kept(true))).collect();
        rows.retain(|kept| kept.row.notification.conversation == conversation);
        rows.sort_unstable_by_key(|kept| kept.row.id);
        rows
    }

    pub(super) fn keep(&mut self, kept: KeptRow) {
        if kept.dead {
            self.dead.insert(kept.row.id, kept.row);
        } else {
            self.add(kept.row);
        }
    }

    pub(super) fn erase(&mut self, conversation: ConversationId) {
        let of_others = |row: &OutboxRow| row.notification.conversation != conversation;
        self.dead.retain(|_, row| of_others(row));
        let due = &mut self.due;
        self.waiting
            .retain(|id, row| of_others(row) || !due.remove(&(row.due, *id)));
    }
}
