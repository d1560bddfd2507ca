//! The reference store.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::shelf::Shelf;
use crate::board::{MAX_SEARCH_WORDS, search_words, searched_texts};
use crate::conversation::{Card, Conversation, Event};
use crate::error::StoreError;
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::store::{
    BoardCounts, BoardCursor, BoardPage, BoardQuery, Commit, CommitOutcome, ConversationStore, Due,
    MAX_PAGE, OutboxRow, Receipt, Settlement,
};
use crate::time::Timestamp;

/// A [`ConversationStore`] in memory, gone with the process. Clones share their conversations.
///
/// One lock guards everything and is held for about a microsecond at a time; what takes longer (boards, searches,
/// copies of events) works on shared pieces after it is let go.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    shelf: Arc<Mutex<Shelf>>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(
        &self,
        id: ConversationId,
        choose: impl FnOnce(&[Arc<[Event]>]) -> &[Arc<[Event]>],
    ) -> Vec<Arc<[Event]>> {
        let held = self.lock();
        let folder = held.folders.get(&id);
        folder
            .map(|folder| choose(&folder.log).to_vec())
            .unwrap_or_default()
    }

    fn cards(&self) -> Vec<Arc<Card>> {
        self.lock()
            .folders
            .values()
            .map(|folder| folder.card.clone())
            .collect()
    }

    fn candidates(&self, query: &BoardQuery) -> Vec<Arc<Card>> {
        let words = query.text.as_deref().map(|text| {
            search_words(text)
                .take(MAX_SEARCH_WORDS)
                .collect::<Vec<_>>()
        });
        let admitted = self.cards().into_iter().filter(|card| query.admits(card));
        match words {
            None => admitted.collect(),
            Some(words) => admitted
                .filter(|card| self.mentions(card, &words))
                .collect(),
        }
    }

    /// Whether every one of these words was said in the conversation, or was in the visitor's name or address.
    fn mentions(&self, card: &Card, words: &[String]) -> bool {
        let log = self.log(card.id, |log| log);
        let events = log.iter().flat_map(|events| events.iter());
        let mut missing: Vec<&String> = words.iter().collect();
        for word in events
            .flat_map(|event| searched_texts(&event.body))
            .flat_map(search_words)
        {
            missing.retain(|wanted| !word.starts_with(wanted.as_str()));
        }
        missing.is_empty()
    }
}

impl fmt::Display for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memory store")
    }
}

/// The last seq of a slice of the log; slices are never empty.
fn last_seq(events: &Arc<[Event]>) -> u64 {
    events.last().map_or(0, |event| event.seq)
}

#[async_trait]
impl ConversationStore for MemoryStore {
    async fn commit(&self, commit: Commit) -> Result<CommitOutcome, StoreError> {
        commit.validate()?;
        let open_key = commit.state.open_key();
        Ok(self.lock().commit(commit, open_key))
    }

    async fn load(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError> {
        Ok(self
            .lock()
            .folders
            .get(&id)
            .map(|folder| folder.state.clone()))
    }

    async fn events(
        &self,
        id: ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let slices = self.log(id, |log| {
            let from = log.partition_point(|events| last_seq(events) <= after);
            let newer = log.get(from..).unwrap_or_default();
            // A slice holds one event at least.
            newer.get(..limit).unwrap_or(newer)
        });
        let events = slices.iter().flat_map(|events| events.iter());
        Ok(events
            .filter(|event| event.seq > after)
            .take(limit)
            .cloned()
            .collect())
    }

    async fn events_before(
        &self,
        id: ConversationId,
        until: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let slices = self.log(id, |log| {
            let to = log
                .partition_point(|events| last_seq(events) < until)
                .saturating_add(1)
                .min(log.len());
            log.get(to.saturating_sub(limit.saturating_add(1))..to)
                .unwrap_or_default()
        });
        let newest_first = slices.iter().rev().flat_map(|events| events.iter().rev());
        let mut found: Vec<_> = newest_first
            .filter(|event| event.seq <= until)
            .take(limit)
            .cloned()
            .collect();
        found.reverse();
        Ok(found)
    }

    async fn receipt(&self, id: ConversationId, key: &str) -> Result<Option<Receipt>, StoreError> {
        Ok(self.lock().receipt(id, key))
    }

    async fn current(
        &self,
        service: &ServiceId,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError> {
        Ok(self.lock().current(service, visitor))
    }

    async fn board(&self, query: &BoardQuery) -> Result<BoardPage, StoreError> {
        let limit = query.limit.min(MAX_PAGE);
        let start = query.cursor.as_ref().map(BoardCursor::order);
        let mut cards = self.candidates(query);
        cards.retain(|card| start.is_none_or(|start| query.sort.key(card).order() > start));
        cards.sort_by_cached_key(|card| query.sort.key(card).order());
        let more = cards.len() > limit;
        cards.truncate(limit);
        let next = cards
            .last()
            .filter(|_| more)
            .map(|card| query.sort.key(card));
        Ok(BoardPage { cards, next })
    }

    async fn counts(&self) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError> {
        let mut counts = BTreeMap::<ServiceId, BoardCounts>::new();
        for card in self.cards() {
            counts.entry(card.service.clone()).or_default().add(&card);
        }
        Ok(counts.into_iter().collect())
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        let held = self.lock();
        let due = held
            .wakes
            .iter()
            .take_while(|(wake, _)| *wake <= now)
            .take(limit);
        Ok(due
            .map(|(wake, conversation)| Due {
                conversation: *conversation,
                wake: *wake,
            })
            .collect())
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.lock().wakes.first().map(|(wake, _)| *wake))
    }

    async fn take_outbox(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        Ok(self.lock().outbox.take(now, retry_at, limit))
    }

    async fn settle_outbox(
        &self,
        id: uuid::Uuid,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.lock().outbox.settle(id, settlement);
        Ok(())
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        Ok(self.lock().outbox.dead_letters(limit))
    }

    async fn erase(&self, service: &ServiceId, visitor: &VisitorId) -> Result<u64, StoreError> {
        Ok(self.lock().erase(service, visitor))
    }
}
