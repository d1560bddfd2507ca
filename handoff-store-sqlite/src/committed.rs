//! What is committed, in memory. As this process alone writes the file, what stands here is
//! what is stored.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use handoff_core::conversation::Conversation;
use handoff_core::id::{ConversationId, ServiceId};
use handoff_core::store::BoardCounts;
use quick_cache::sync::Cache;

/// So many conversations are kept, those that were written last.
const CONVERSATIONS: usize = 8_192;
/// So many commands of a conversation are known by heart; with more the file is asked.
const COMMANDS: usize = 64;

/// How a conversation counts on boards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) open: bool,
    pub(crate) calm: bool,
    /// An agent or nobody has the floor.
    pub(crate) paused: bool,
}

impl Standing {
    fn counts(self) -> BoardCounts {
        let one = |counts: bool| u64::from(self.open && counts);
        BoardCounts {
            active: one(true),
            attention: one(!self.calm),
            paused: one(self.paused),
        }
    }
}

/// A conversation as it was written last.
#[derive(Debug, Clone)]
struct Known {
    /// None while it is written anew: readers could see the new one in the file already.
    state: Option<Arc<Conversation>>,
    /// The hashes of the keys of all its receipts; none where they are not all known.
    receipts: Option<Arc<[u64]>>,
}

/// Written by the writer alone, after each transaction and before its callers hear of it; read by everybody.
#[derive(Debug)]
pub(crate) struct Committed {
    known: Cache<ConversationId, Known>,
    /// None: they must be counted.
    counts: Mutex<Option<BTreeMap<ServiceId, BoardCounts>>>,
}

impl Committed {
    pub(crate) fn new() -> Self {
        Self {
            known: Cache::new(CONVERSATIONS),
            counts: Mutex::new(None),
        }
    }

    /// The stored state, where it is known.
    pub(crate) fn state(&self, id: ConversationId) -> Option<Arc<Conversation>> {
        self.known.get(&id)?.state
    }

    /// Whether it is certain that no command with this key was done.
    pub(crate) fn lacks_receipt(&self, id: ConversationId, key: &str) -> bool {
        let known = self.known.get(&id).filter(|known| known.state.is_some());
        let receipts = known.and_then(|known| known.receipts);
        receipts.is_some_and(|receipts| !receipts.contains(&hash(key)))
    }

    /// The counters of every service, where they are known.
    pub(crate) fn counts(&self) -> Option<Vec<(ServiceId, BoardCounts)>> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let listed = |(service, counts): (&ServiceId, &BoardCounts)| (service.clone(), *counts);
        counts
            .as_ref()
            .map(|counts| counts.iter().map(listed).collect())
    }

    /// A commit is about to be stored: until it is, nothing is certain.
    pub(crate) fn withdraw(&self, id: ConversationId) {
        if let Some(known) = self.known.get(&id) {
            let state = None;
            self.known.insert(id, Known { state, ..known });
        }
    }

    /// A commit was stored. `is_first`: it opened the conversation.
    pub(crate) fn learn(&self, state: &Arc<Conversation>, is_first: bool, receipt: Option<&str>) {
        let before = if is_first {
            Some(Arc::from([]))
        } else {
            self.known.get(&state.id).and_then(|known| known.receipts)
        };
        let known = Known {
            state: Some(state.clone()),
            receipts: before.and_then(|before| with(before, receipt)),
        };
        self.known.insert(state.id, known);
    }

    /// A conversation counts in another way now; before it was opened it counted as nothing.
    pub(crate) fn count(&self, service: &ServiceId, before: Standing, after: Standing) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = counts.as_mut() else {
            return;
        };
        let (before, after) = (before.counts(), after.counts());
        let of_service = counts.entry(service.clone()).or_default();
        let moved = |count: u64, before: u64, after: u64| (count + after).saturating_sub(before);
        of_service.active = moved(of_service.active, before.active, after.active);
        of_service.attention = moved(of_service.attention, before.attention, after.attention);
        of_service.paused = moved(of_service.paused, before.paused, after.paused);
    }

    /// All counters as they were counted just now.
    pub(crate) fn counted(&self, counts: Vec<(ServiceId, BoardCounts)>) {
        let mut kept = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(counts.into_iter().collect());
    }

    pub(crate) fn is_counted(&self) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.is_some()
    }

    /// What is stored is no longer certain, or was erased.
    pub(crate) fn forget(&self) {
        self.known.clear();
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn with(receipts: Arc<[u64]>, receipt: Option<&str>) -> Option<Arc<[u64]>> {
    let Some(key) = receipt else {
        return Some(receipts);
    };
    (receipts.len() < COMMANDS).then(|| receipts.iter().copied().chain([hash(key)]).collect())
}

#[cfg(test)]
mod tests {
    use handoff_core::id::VisitorId;

    use super::*;

    fn state(number: u128) -> Arc<Conversation> {
        let id = ConversationId::from_uuid(uuid::Uuid::from_u128(number));
        let (service, visitor) = (ServiceId::new("s").unwrap(), VisitorId::new("v").unwrap());
        Arc::new(Conversation::unopened(id, service, visitor))
    }

    #[test]
    fn a_command_is_certainly_new_only_where_all_are_known() {
        let (committed, seen) = (Committed::new(), state(1));
        assert!(!committed.lacks_receipt(seen.id, "a"));
        committed.learn(&seen, true, Some("a"));
        assert!(committed.lacks_receipt(seen.id, "b"));
        assert!(!committed.lacks_receipt(seen.id, "a"));
        for number in 0..COMMANDS {
            committed.learn(&seen, false, Some(&number.to_string()));
        }
        assert!(!committed.lacks_receipt(seen.id, "b"));
        // One that was there before this process.
        let older = state(2);
        committed.learn(&older, false, Some("a"));
        assert!(!committed.lacks_receipt(older.id, "b"));
        assert!(committed.state(older.id).is_some());
        committed.withdraw(older.id);
        assert!(committed.state(older.id).is_none());
        committed.forget();
        assert!(committed.state(older.id).is_none());
    }

    #[test]
    fn counters_follow_a_conversation() {
        let (committed, service) = (Committed::new(), ServiceId::new("s").unwrap());
        assert_eq!(committed.counts(), None);
        committed.counted(Vec::new());
        let waiting = Standing {
            open: true,
            calm: false,
            paused: false,
        };
        let held = Standing {
            open: true,
            calm: true,
            paused: true,
        };
        committed.count(&service, Standing::default(), waiting);
        committed.count(&service, waiting, held);
        let expected = BoardCounts {
            active: 1,
            attention: 0,
            paused: 1,
        };
        assert_eq!(committed.counts(), Some(vec![(service.clone(), expected)]));
        committed.count(&service, held, Standing::default());
        assert_eq!(
            committed.counts(),
            Some(vec![(service, BoardCounts::default())])
        );
    }
}
