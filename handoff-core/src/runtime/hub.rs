//! Tells everybody on this node what changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;

use super::change::Change;
use crate::bus::Signal;
use crate::directory::RecordKind;
use crate::id::{AgentId, ConversationId};

/// A board's subscriber may be so many updates behind before it must read the board again.
const BOARD_BACKLOG: usize = 8_192;
/// A conversation's subscriber may be so many updates behind before it reads from the store.
const CONVERSATION_BACKLOG: usize = 32;
/// The table of followed conversations is split, so that its locks are short.
const SHARDS: usize = 32;

/// Something about one conversation.
#[derive(Debug, Clone)]
pub(super) enum Update {
    Changed(Arc<Change>),
    Signal(Arc<Signal>),
    /// Changes may have been lost: read from the store.
    Lagged,
}

/// Something that boards show.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum BoardUpdate {
    /// A conversation changed.
    Changed(Arc<Change>),
    /// A record of the directory changed.
    Record {
        /// Its kind.
        kind: RecordKind,
        /// Its key.
        key: Arc<str>,
    },
    /// An agent opened the first dashboard, or closed the last, on any node. It may be said again.
    Presence {
        /// Who.
        agent: AgentId,
        /// Whether they are there.
        present: bool,
    },
    /// Updates were lost: read the board again.
    Lagged,
    /// The engine is shutting down.
    Closed,
}

type Shard = Mutex<HashMap<ConversationId, broadcast::Sender<Update>>>;

#[derive(Debug)]
pub(super) struct Hub {
    board: broadcast::Sender<BoardUpdate>,
    conversations: [Shard; SHARDS],
}

impl Hub {
    pub(super) fn new() -> Self {
        Self {
            board: broadcast::Sender::new(BOARD_BACKLOG),
            conversations: std::array::from_fn(|_| Shard::default()),
        }
    }

    pub(super) fn publish(&self, change: Arc<Change>) {
        self.tell(change.conversation, || Update::Changed(change.clone()));
        self.tell_board(BoardUpdate::Changed(change));
    }

    pub(super) fn signal(&self, signal: Signal) {
        if let Some(conversation) = signal.conversation() {
            self.tell(conversation, || Update::Signal(Arc::new(signal)));
        }
    }

    pub(super) fn tell_board(&self, update: BoardUpdate) {
        // An error says that nobody looks.
        self.board.send(update).ok();
    }

    pub(super) fn board(&self) -> BoardFeed {
        BoardFeed {
            updates: self.board.subscribe(),
        }
    }

    pub(super) fn conversation(&self, id: ConversationId) -> broadcast::Receiver<Update> {
        let mut shard = self
            .shard(id)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        shard
            .entry(id)
            .or_insert_with(|| broadcast::Sender::new(CONVERSATION_BACKLOG))
            .subscribe()
    }

    /// Forgets a conversation that nobody follows any more.
    pub(super) fn forget(&self, id: ConversationId) {
        let mut shard = self
            .shard(id)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if shard
            .get(&id)
            .is_some_and(|sender| sender.receiver_count() == 0)
        {
            shard.remove(&id);
        }
    }

    /// Every follower reads from the store what it may have missed.
    pub(super) fn look_again(&self) {
        for shard in &self.conversations {
            for sender in shard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .values()
            {
                sender.send(Update::Lagged).ok();
            }
        }
    }

    fn tell(&self, id: ConversationId, update: impl FnOnce() -> Update) {
        let shard = self
            .shard(id)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = shard.get(&id) {
            sender.send(update()).ok();
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the remainder is below the number of shards"
    )]
    fn shard(&self, id: ConversationId) -> &Shard {
        // The last byte of a UUIDv7 is random.
        &self.conversations[usize::from(id.as_uuid().as_bytes()[15]) % SHARDS]
    }
}

/// Every update of every service on this node; who may see what is the reader's to filter.
#[derive(Debug)]
pub struct BoardFeed {
    updates: broadcast::Receiver<BoardUpdate>,
}

impl BoardFeed {
    /// The next update. Dropping the future loses nothing.
    pub async fn next(&mut self) -> BoardUpdate {
        match self.updates.recv().await {
            Ok(update) => update,
            Err(broadcast::error::RecvError::Lagged(_)) => BoardUpdate::Lagged,
            Err(broadcast::error::RecvError::Closed) => BoardUpdate::Closed,
        }
    }

    /// The next update, where there is one already.
    pub fn try_next(&mut self) -> Option<BoardUpdate> {
        match self.updates.try_recv() {
            Ok(update) => Some(update),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(BoardUpdate::Lagged),
            Err(_) => None,
        }
    }
}
