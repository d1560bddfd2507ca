//! What the reference store holds, and how a commit changes it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::outbox::Outbox;
use crate::archive::{Belongings, Whole};
use crate::conversation::{Card, Conversation, Event};
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::store::{Commit, CommitOutcome, Receipt};
use crate::time::Timestamp;

/// One conversation with everything that belongs to it alone.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) state: Arc<Conversation>,
    pub(super) card: Arc<Card>,
    /// One slice a commit, in order.
    pub(super) log: Vec<Arc<[Event]>>,
    receipts: HashMap<String, Receipt>,
    open_key: Option<String>,
    wake: Option<Timestamp>,
}

impl Folder {
    fn new(state: Arc<Conversation>, card: Arc<Card>) -> Self {
        Self {
            state,
            card,
            log: Vec::new(),
            receipts: HashMap::new(),
            open_key: None,
            wake: None,
        }
    }
}

/// All conversations and their indexes.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) folders: HashMap<ConversationId, Folder>,
    pub(super) wakes: BTreeSet<(Timestamp, ConversationId)>,
    pub(super) outbox: Outbox,
    open: HashMap<String, ConversationId>,
    visitors: HashMap<(ServiceId, VisitorId), BTreeSet<ConversationId>>,
}

impl Shelf {
    pub(super) fn receipt(&self, id: ConversationId, key: &str) -> Option<Receipt> {
        self.folders.get(&id)?.receipts.get(key).cloned()
    }

    pub(super) fn commit(&mut self, commit: Commit, open_key: Option<String>) -> CommitOutcome {
        if let Some(obstacle) = self.obstacle(&commit, open_key.as_deref()) {
            return obstacle;
        }
        self.store(commit, open_key);
        CommitOutcome::Committed
    }

    /// What keeps a commit from being stored, in the order in which it is looked for.
    fn obstacle(&self, commit: &Commit, open_key: Option<&str>) -> Option<CommitOutcome> {
        let id = commit.state.id;
        let folder = self.folders.get(&id);
        if let (Some(folder), Some(receipt)) = (folder, &commit.receipt)
            && let Some(known) = folder.receipts.get(&receipt.key)
        {
            return Some(CommitOutcome::Repeated(known.clone()));
        }
        if folder.map_or(0, |folder| folder.state.version) != commit.expected {
            return Some(CommitOutcome::VersionConflict);
        }
        let other = self.open.get(open_key?).filter(|other| **other != id)?;
        Some(CommitOutcome::OpenElsewhere(*other))
    }

    fn store(&mut self, commit: Commit, open_key: Option<String>) {
        let id = commit.state.id;
        let owner = (commit.state.service.clone(), commit.state.visitor.clone());
        for row in commit.outbox {
            self.outbox.add(row);
        }
        let wake = commit.state.wake();
        let folder = self.folders.entry(id).or_insert_with(|| {
            self.visitors.entry(owner).or_default().insert(id);
            Folder::new(commit.state.clone(), commit.card.clone())
        });
        folder.state = commit.state;
        folder.card = commit.card;
        folder.log.push(commit.events);
        if let Some(receipt) = commit.receipt {
            folder.receipts.insert(receipt.key.clone(), receipt);
        }
        let before = std::mem::replace(&mut folder.wake, wake);
        if before != wake {
            if let Some(before) = before {
                self.wakes.remove(&(before, id));
            }
            self.wakes.extend(wake.map(|wake| (wake, id)));
        }
        if folder.open_key != open_key {
            if let Some(before) = &folder.open_key {
                self.open.remove(before);
            }
            self.open.extend(open_key.clone().map(|key| (key, id)));
            folder.open_key = open_key;
        }
    }

    pub(super) fn current(
        &self,
        service: &ServiceId,
        visitor: &VisitorId,
    ) -> Option<ConversationId> {
        let ids = self.visitors.get(&(service.clone(), visitor.clone()))?;
        let folders = ids.iter().filter_map(|id| self.folders.get(id));
        folders
            .filter(|folder| folder.card.closed.is_none())
            .max_by_key(|folder| {
                (
                    folder.open_key.is_some(),
                    folder.state.opened_at,
                    folder.state.id,
                )
            })
            .map(|folder| folder.state.id)
    }

    pub(super) fn erase(&mut self, service: &ServiceId, visitor: &VisitorId) -> u64 {
        let Some(ids) = self.visitors.remove(&(service.clone(), visitor.clone())) else {
            return 0;
        };
        for id in &ids {
            self.remove(*id);
        }
        ids.len() as u64
    }

    /// Takes one conversation out of everything but `visitors`.
    fn remove(&mut self, id: ConversationId) {
        self.outbox.erase(id);
        let Some(folder) = self.folders.remove(&id) else {
            return;
        };
        if let Some(wake) = folder.wake {
            self.wakes.remove(&(wake, id));
        }
        if let Some(key) = folder.open_key {
            self.open.remove(&key);
        }
    }

    pub(super) fn belongings(&self, id: ConversationId) -> Option<Belongings> {
        let folder = self.folders.get(&id)?;
        let mut receipts: Vec<Receipt> = folder.receipts.values().cloned().collect();
        receipts.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        Some(Belongings {
            state: folder.state.clone(),
            receipts,
            outbox: self.outbox.of(id),
        })
    }

    pub(super) fn restore(&mut self, whole: &Whole) {
        let state = &whole.belongings.state;
        self.remove(state.id);
        let open_key = state.open_key();
        let holder = open_key.as_ref().and_then(|key| self.open.remove(key));
        if let Some(holder) = holder.and_then(|id| self.folders.get_mut(&id)) {
            holder.open_key = None;
        }
        self.store(
            Commit {
                expected: 0,
                events: whole.events.as_slice().into(),
                state: state.clone(),
                card: Arc::new(Card::from(&**state)),
                receipt: None,
                outbox: Vec::new(),
            },
            open_key,
        );
        for kept in &whole.belongings.outbox {
            self.outbox.keep(kept.clone());
        }
        if let Some(folder) = self.folders.get_mut(&state.id) {
            let receipts = whole.belongings.receipts.iter();
            folder.receipts = receipts
                .map(|receipt| (receipt.key.clone(), receipt.clone()))
                .collect();
        }
    }
}
