//! The events of one conversation: first those that are stored, then live, dense and in order.

use std::sync::Arc;

use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};

use super::change::Change;
use super::handoff::Handoff;
use super::hub::Update;
use crate::bus::Signal;
use crate::conversation::Event;
use crate::error::StoreError;
use crate::id::ConversationId;

/// So many events are read from the store at once.
const PAGE: usize = 500;

/// What a follower gets.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Followed {
    /// Events that continue those before without a gap.
    Events {
        /// The events; none where there was nothing to catch up with.
        events: Arc<[Event]>,
        /// The change that brought them, where they came live: its encodings are shared.
        change: Option<Arc<Change>>,
        /// Everything that was stored when the follower began (or had to read again) is out with this.
        caught_up: bool,
    },
    /// Something that is not stored: a piece of a reply, typing, viewing.
    Signal(Arc<Signal>),
    /// The engine is shutting down.
    Closed,
}

/// Follows one conversation from a version on. What gets lost on the way is read from the store by its version.
#[derive(Debug)]
pub struct Follow {
    handoff: Handoff,
    conversation: ConversationId,
    after: u64,
    behind: bool,
    /// The piece of a running reply, to be told after catching up.
    piece: bool,
    updates: Option<broadcast::Receiver<Update>>,
}

impl Follow {
    pub(super) fn new(handoff: Handoff, conversation: ConversationId, after: u64) -> Self {
        let updates = handoff.inner.hub.conversation(conversation);
        Self {
            handoff,
            conversation,
            after,
            behind: true,
            piece: true,
            updates: Some(updates),
        }
    }

    /// The version of the last event that came out.
    pub fn version(&self) -> u64 {
        self.after
    }

    /// What comes next. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`StoreError`] where the store can't be read; call again later, nothing is lost.
    pub async fn next(&mut self) -> Result<Followed, StoreError> {
        loop {
            if self.behind {
                return self.catch_up().await;
            }
            if let Some(piece) = self.running_piece() {
                return Ok(Followed::Signal(Arc::new(piece)));
            }
            let Some(updates) = &mut self.updates else {
                return Ok(Followed::Closed);
            };
            let update = updates.recv().await;
            if let Some(followed) =
                self.take(update.map_err(|lost| matches!(lost, RecvError::Closed)))
            {
                return Ok(followed);
            }
        }
    }

    /// What comes next, where it is here already and needs no read of the store.
    pub fn try_next(&mut self) -> Option<Followed> {
        while !self.behind && !self.piece {
            let update = match self.updates.as_mut()?.try_recv() {
                Err(TryRecvError::Empty) => return None,
                update => update.map_err(|lost| matches!(lost, TryRecvError::Closed)),
            };
            if let Some(followed) = self.take(update) {
                return Some(followed);
            }
        }
        None
    }

    /// `Err(true)`: closed, `Err(false)`: updates were lost.
    fn take(&mut self, update: Result<Update, bool>) -> Option<Followed> {
        match update {
            Ok(Update::Signal(signal)) => Some(Followed::Signal(signal)),
            Ok(Update::Changed(change)) if change.version <= self.after => None,
            Ok(Update::Changed(change)) => {
                if change
                    .events
                    .first()
                    .is_none_or(|first| first.seq != self.after + 1)
                {
                    self.behind = true;
                    return None;
                }
                self.after = change.version;
                Some(Followed::Events {
                    events: change.events.clone(),
                    change: Some(change),
                    caught_up: true,
                })
            }
            Ok(Update::Lagged) | Err(false) => {
                self.behind = true;
                None
            }
            Err(true) => Some(Followed::Closed),
        }
    }

    async fn catch_up(&mut self) -> Result<Followed, StoreError> {
        let events = self
            .handoff
            .store()
            .events(self.conversation, self.after, PAGE)
            .await?;
        self.behind = events.len() >= PAGE;
        if let Some(last) = events.last() {
            self.after = last.seq;
        }
        Ok(Followed::Events {
            events: events.into(),
            change: None,
            caught_up: !self.behind,
        })
    }

    fn running_piece(&mut self) -> Option<Signal> {
        std::mem::take(&mut self.piece)
            .then(|| self.handoff.inner.replies.piece_so_far(self.conversation))
            .flatten()
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        // The receiver must go first, so that the hub sees whether it was the last.
        self.updates = None;
        self.handoff.inner.hub.forget(self.conversation);
    }
}
