//! Which commits of a batch are stored. Pure: what the file holds was read before.

use std::collections::HashMap;
use std::sync::Arc;

use handoff_core::id::ConversationId;
use handoff_core::store::{CommitOutcome, Receipt};

use super::entry::Entry;
use super::known::Head;

/// What the file holds of everything that a batch touches, changed by each commit that is accepted.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    /// Conversations that exist.
    pub(super) heads: HashMap<ConversationId, Head>,
    /// Commands that were done, as far as they were looked up.
    pub(super) receipts: HashMap<(ConversationId, String), Receipt>,
    /// Who has an open key.
    pub(super) holders: HashMap<Arc<str>, ConversationId>,
    /// The row of the next new conversation.
    pub(super) next_num: i64,
}

impl Ledger {
    /// Judges one commit; one that is accepted counts for those after it.
    pub(super) fn judge(&mut self, entry: &Entry) -> CommitOutcome {
        if let Some(obstacle) = self.obstacle(entry) {
            return obstacle;
        }
        self.accept(entry);
        CommitOutcome::Committed
    }

    /// What keeps a commit from being stored, in the order in which it is looked for.
    fn obstacle(&self, entry: &Entry) -> Option<CommitOutcome> {
        if let Some(receipt) = &entry.receipt
            && let Some(known) = self.receipts.get(&(entry.id, receipt.key.clone()))
        {
            return Some(CommitOutcome::Repeated(known.clone()));
        }
        if self.heads.get(&entry.id).map_or(0, |head| head.version) != entry.expected {
            return Some(CommitOutcome::VersionConflict);
        }
        let other = self.holders.get(entry.open_key.as_ref()?)?;
        (*other != entry.id).then_some(CommitOutcome::OpenElsewhere(*other))
    }

    fn accept(&mut self, entry: &Entry) {
        let before = self.heads.get(&entry.id);
        let num = before.map_or(self.next_num, |head| head.num);
        if before.is_none() {
            self.next_num += 1;
        }
        if let Some(key) = before.and_then(|head| head.open_key.as_ref()) {
            self.holders.remove(key);
        }
        if let Some(key) = &entry.open_key {
            self.holders.insert(key.clone(), entry.id);
        }
        if let Some(receipt) = &entry.receipt {
            self.receipts
                .insert((entry.id, receipt.key.clone()), receipt.clone());
        }
        let head = Head {
            num,
            version: entry.version,
            open_key: entry.open_key.clone(),
            standing: entry.columns.standing(),
            shape: Some(entry.shape),
        };
        self.heads.insert(entry.id, head);
    }
}
