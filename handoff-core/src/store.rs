//! The [`ConversationStore`] trait: where conversations are kept.

use std::fmt::{Debug, Display};
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::conversation::{Card, Conversation, Event, Status};
use crate::error::StoreError;
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::notifier::Notification;
use crate::time::Timestamp;

/// One atomic step of a conversation: all of it is stored, or nothing.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The version that was read; 0 for a conversation that does not exist yet.
    pub expected: u64,
    /// The new events, dense from `expected + 1` on; at least one.
    pub events: Arc<[Event]>,
    /// The state after them. Its id, service, [`open_key`](Conversation::open_key), [`wake`](Conversation::wake) and
    /// [`Card`] are functions of it, and are stored beside it.
    pub state: Arc<Conversation>,
    /// Its card.
    pub card: Arc<Card>,
    /// The command that this answers, where it had an id.
    pub receipt: Option<Receipt>,
    /// What is to be notified because of it.
    pub outbox: Vec<OutboxRow>,
}

impl Commit {
    /// Checks that events and state go on from `expected` without a gap. Every store does this before it looks at what
    /// it holds, so that a caller's mistake can't break the order of a conversation.
    ///
    /// # Errors
    /// [`StoreError::Backend`] says what does not fit.
    pub fn validate(&self) -> Result<(), StoreError> {
        let seqs = (1..=self.events.len() as u64).map(|nth| self.expected.saturating_add(nth));
        let dense = !self.events.is_empty() && self.events.iter().map(|event| event.seq).eq(seqs);
        let last = self.expected.saturating_add(self.events.len() as u64);
        if dense && self.state.version == last && i64::try_from(last).is_ok() {
            Ok(())
        } else {
            Err(StoreError::backend(format!(
                "a commit of {} after version {} does not go on without a gap",
                self.state.id, self.expected
            )))
        }
    }
}

/// A command that was done, so that a repeat is answered and not done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Caller and command id, unique in the conversation.
    pub key: String,
    /// A digest of the command, so that the same id with another command is told apart.
    pub digest: u64,
    /// The seq of what it said, where it sent a message; else of the first event that it caused.
    pub first: u64,
    /// The conversation's version after it.
    pub version: u64,
}

/// How a commit ended where the store did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Stored.
    Committed,
    /// The conversation is at another version. Nothing was stored.
    VersionConflict,
    /// A command with this key was done before. Nothing was stored.
    Repeated(Receipt),
    /// The visitor has another open conversation in this service, and `state` has an
    /// [`open_key`](Conversation::open_key). Nothing was stored.
    OpenElsewhere(ConversationId),
}

/// A notification that is to be delivered at least once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Unique; every attempt bears it, so that a receiver can tell a repeat.
    pub id: uuid::Uuid,
    /// What to tell.
    pub notification: Notification,
    /// How many attempts were made; a row that is [taken](ConversationStore::take_outbox) does not count the one that it is
    /// taken for yet.
    pub attempts: u32,
    /// When to try (again).
    pub due: Timestamp,
}

/// How an attempt to deliver an [`OutboxRow`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// Delivered: the row goes.
    Delivered,
    /// Not delivered: try again then. Revives a dead letter.
    RetryAt(Timestamp),
    /// Not delivered, and no longer tried: kept as a dead letter.
    Dead,
}

/// A conversation that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub conversation: ConversationId,
    /// The wake that is stored.
    pub wake: Timestamp,
}

/// Which cards to show, and in which order. Empty lists and `None` do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoardQuery {
    /// Of these services.
    pub services: Vec<ServiceId>,
    /// With one of these statuses.
    pub statuses: Vec<Status>,
    /// Only those that need attention (flagged or waiting, and open).
    pub attention: bool,
    /// Kept for follow-up.
    pub follow_up: bool,
    /// Held by this agent.
    pub holder: Option<crate::id::AgentId>,
    /// Of this visitor.
    pub visitor: Option<VisitorId>,
    /// With a lead score of at least this.
    pub score_from: Option<u8>,
    /// On a page whose address contains this.
    pub page: Option<String>,
    /// With this category.
    pub category: Option<String>,
    /// In which all of these words, or words that begin with them, were said or are in the name or e-mail address; see
    /// [`search_words`](crate::board::search_words).
    pub text: Option<String>,
    /// The order.
    pub sort: BoardSort,
    /// Where the last page ended.
    pub cursor: Option<BoardCursor>,
    /// At most so many; an implementation caps it at [`MAX_PAGE`].
    pub limit: usize,
}

/// The most cards of one page.
pub const MAX_PAGE: usize = 200;

/// The order of a board. Ties are broken by the conversation's id, so that an order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BoardSort {
    /// Those that need attention first, then by the last word, newest first.
    #[default]
    Attention,
    /// By the last word, newest first.
    Newest,
    /// By opening, oldest first.
    Oldest,
    /// Unanswered visitors first, longest waiting first; then by the last word.
    LongestWaiting,
}

/// Where a page of a board ended: opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardCursor {
    /// The sort key of the last card: attention first (0) or not (1); 0 where the order has no such group.
    pub group: i64,
    /// The second sort key, in the order's direction.
    pub rank: i64,
    /// The last card's id.
    pub id: ConversationId,
}

/// A page of a board.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardPage {
    /// The cards.
    pub cards: Vec<Arc<Card>>,
    /// Where the next page begins; none where this is the last.
    pub next: Option<BoardCursor>,
}

/// The counters of a board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BoardCounts {
    /// Open conversations.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub active: u64,
    /// Of these, flagged or waiting.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub attention: u64,
    /// Of these, held by an agent or paused: the assistant is silent.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub paused: u64,
}

impl BoardCounts {
    /// Counts one more card.
    pub fn add(&mut self, card: &Card) {
        self.active += u64::from(card.status.is_open());
        self.attention += u64::from(card.needs_attention());
        self.paused += u64::from(matches!(card.status, Status::Agent | Status::Paused));
    }
}

/// Keeps conversations.
///
/// # What an implementation must guarantee
/// - [`commit`](Self::commit) is atomic and linearizable by conversation: it stores all of a [`Commit`] if the stored
///   version is `expected`, else nothing. Of two commits that expect the same version exactly one is stored. This is
///   all the arbitration there is: takeovers, tickets and timers stand on it.
/// - The checks come in this order: a known receipt key ([`CommitOutcome::Repeated`]), the version
///   ([`CommitOutcome::VersionConflict`]), the open key ([`CommitOutcome::OpenElsewhere`]).
/// - When `commit` returns [`CommitOutcome::Committed`] the commit is as durable as the product promises, and every
///   later read sees it. A read never shows part of a commit, and no reader of a conversation sees its version go back.
/// - An error of `commit` that [`is_temporary`](StoreError::is_temporary) leaves the outcome unknown; any other error
///   means that nothing was stored.
/// - Texts are kept byte for byte; versions and times to 63 bits. Event kinds that this version does not know are kept.
/// - Dropping a future leaves the commit either stored or not.
#[async_trait]
pub trait ConversationStore: Display + Debug + Send + Sync + 'static {
    /// Stores one step of a conversation.
    async fn commit(&self, commit: Commit) -> Result<CommitOutcome, StoreError>;

    /// The state of a conversation.
    async fn load(&self, id: ConversationId) -> Result<Option<Arc<Conversation>>, StoreError>;

    /// Events with a seq greater than `after`, in order, at most `limit`.
    async fn events(
        &self,
        id: ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;

    /// The last `limit` events with a seq of at most `until`, in order.
    async fn events_before(
        &self,
        id: ConversationId,
        until: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;

    /// What a command with this key was answered.
    async fn receipt(&self, id: ConversationId, key: &str) -> Result<Option<Receipt>, StoreError>;

    /// The conversation of this visitor that has an open key; or, where there is none, the one opened last of those that
    /// are not closed.
    async fn current(
        &self,
        service: &ServiceId,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError>;

    /// A page of cards. Cards that change while pages are read may be missed or seen twice, others not.
    async fn board(&self, query: &BoardQuery) -> Result<BoardPage, StoreError>;

    /// The counters of every service that has a conversation.
    async fn counts(&self) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError>;

    /// Conversations whose wake is at or before `now`, earliest first, at most `limit`.
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError>;

    /// The earliest stored wake.
    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Takes outbox rows that are due at `now`, longest due first, at most `limit`, counts the attempt, and makes them
    /// due again at `retry_at`: no two callers get the same row before then.
    async fn take_outbox(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError>;

    /// Says how an attempt at an outbox row ended. A row that is no longer there is passed over.
    async fn settle_outbox(&self, id: uuid::Uuid, settlement: Settlement)
    -> Result<(), StoreError>;

    /// Rows that are no longer tried, at most `limit`, those with the newest notification first.
    async fn dead_letters(&self, limit: usize) -> Result<Vec<OutboxRow>, StoreError>;

    /// Erases every conversation of one visitor of one service, with events, receipts and outbox rows; returns how many
    /// conversations there were. An unknown visitor changes nothing.
    async fn erase(&self, service: &ServiceId, visitor: &VisitorId) -> Result<u64, StoreError>;
}
