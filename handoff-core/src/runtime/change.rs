//! What a commit changed, shared by everybody who looks.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use crate::conversation::{Card, Conversation, Event};
use crate::id::{ConversationId, ServiceId};

/// A conversation has a new version.
#[derive(Debug)]
pub struct Change {
    /// Which.
    pub conversation: ConversationId,
    /// Its service.
    pub service: ServiceId,
    /// Its version now.
    pub version: u64,
    /// The events that led to it; none where another node committed them and only the state was read.
    pub events: Arc<[Event]>,
    /// The state now.
    pub state: Arc<Conversation>,
    /// The card now.
    pub card: Arc<Card>,
    encoded: [OnceLock<Box<dyn Any + Send + Sync>>; 2],
}

/// What a transport makes of a [`Change`] once for all who get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The events, for the team.
    TeamEvents,
    /// The events, for the visitor.
    VisitorEvents,
}

impl Change {
    pub(super) fn new(state: Arc<Conversation>, card: Arc<Card>, events: Arc<[Event]>) -> Self {
        let (conversation, service, version) = (state.id, state.service.clone(), state.version);
        Self {
            conversation,
            service,
            version,
            events,
            state,
            card,
            encoded: Default::default(),
        }
    }

    /// The encoded form in a slot, made at most once: the first caller's `encode` serves everybody.
    ///
    /// One slot holds one type. A caller that asks for another type than the first gets its own encoding each time.
    pub fn encoded<T: Clone + Send + Sync + 'static>(
        &self,
        slot: Slot,
        encode: impl Fn() -> T,
    ) -> T {
        let [team, visitor] = &self.encoded;
        let slot = match slot {
            Slot::TeamEvents => team,
            Slot::VisitorEvents => visitor,
        };
        let stored = slot.get_or_init(|| Box::new(encode()));
        stored.downcast_ref::<T>().cloned().unwrap_or_else(encode)
    }
}
