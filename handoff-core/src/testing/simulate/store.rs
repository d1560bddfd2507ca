//! The store under test, with the faults that a store can have by itself.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::conversation::{Conversation, Event};
use crate::error::StoreError;
use crate::id::ConversationId;
use crate::memory::MemoryStore;
use crate::store::{Commit, CommitOutcome, ConversationStore, Due, OutboxRow, Receipt, Settlement};
use crate::time::Timestamp;

/// A fault of a store that is planted on purpose, to see that the checker finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreMutant {
    /// It stores a commit at whatever version it is.
    NoVersionCheck,
    /// It does not know a command again.
    ForgetsReceipts,
    /// It keeps no wakes.
    ForgetsWakes,
    /// It lets a visitor open a second conversation.
    NoOpenKey,
    /// It keeps no outbox.
    ForgetsOutbox,
}

impl StoreMutant {
    /// Every one of them.
    pub const ALL: [Self; 5] = [
        Self::NoVersionCheck,
        Self::ForgetsReceipts,
        Self::ForgetsWakes,
        Self::NoOpenKey,
        Self::ForgetsOutbox,
    ];
}

/// The reference store, called without an executor: its futures never wait.
#[derive(Debug)]
pub(super) struct Store {
    inner: MemoryStore,
    mutant: Option<StoreMutant>,
}

/// The output of a future that never waits for anything.
fn ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

impl Store {
    pub(super) fn new(mutant: Option<StoreMutant>) -> Self {
        Self {
            inner: MemoryStore::new(),
            mutant,
        }
    }

    fn has(&self, mutant: StoreMutant) -> bool {
        self.mutant == Some(mutant)
    }

    pub(super) fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let mut commit = commit.clone();
        if self.has(StoreMutant::ForgetsReceipts) {
            commit.receipt = None;
        }
        if self.has(StoreMutant::ForgetsOutbox) {
            commit.outbox.clear();
        }
        if self.has(StoreMutant::NoOpenKey) {
            Arc::make_mut(&mut commit.state).exclusive = false;
        }
        match ready(self.inner.commit(commit.clone()))? {
            CommitOutcome::VersionConflict if self.has(StoreMutant::NoVersionCheck) => {
                ready(self.inner.commit(self.rebased(commit)))
            }
            outcome => Ok(outcome),
        }
    }

    /// The same commit, put after whatever is stored.
    fn rebased(&self, mut commit: Commit) -> Commit {
        let stored = self.load(commit.state.id);
        let version = stored.map_or(0, |state| state.version);
        let events = commit.events.iter().zip(version + 1..);
        commit.events = events
            .map(|(event, seq)| Event {
                seq,
                ..event.clone()
            })
            .collect();
        commit.expected = version;
        Arc::make_mut(&mut commit.state).version = version + commit.events.len() as u64;
        commit
    }

    pub(super) fn load(&self, id: ConversationId) -> Option<Arc<Conversation>> {
        ready(self.inner.load(id)).ok().flatten()
    }

    pub(super) fn events(&self, id: ConversationId, after: u64) -> Vec<Event> {
        ready(self.inner.events(id, after, 1_000)).unwrap_or_default()
    }

    pub(super) fn event(&self, id: ConversationId, seq: u64) -> Option<Event> {
        let found = ready(self.inner.events(id, seq.checked_sub(1)?, 1)).ok()?;
        found.into_iter().next()
    }

    pub(super) fn receipt(&self, id: ConversationId, key: &str) -> Option<Receipt> {
        ready(self.inner.receipt(id, key)).ok().flatten()
    }

    pub(super) fn due(&self, now: Timestamp) -> Vec<Due> {
        if self.has(StoreMutant::ForgetsWakes) {
            return Vec::new();
        }
        ready(self.inner.due(now, 16)).unwrap_or_default()
    }

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        ready(self.inner.next_wake()).ok().flatten()
    }

    pub(super) fn take_outbox(&self, now: Timestamp, retry_at: Timestamp) -> Vec<OutboxRow> {
        ready(self.inner.take_outbox(now, retry_at, 16)).unwrap_or_default()
    }

    pub(super) fn delivered(&self, id: uuid::Uuid) {
        // The reference store never fails.
        ready(self.inner.settle_outbox(id, Settlement::Delivered)).ok();
    }
}
