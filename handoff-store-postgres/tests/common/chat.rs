//! Conversations for the tests of this crate.

use std::sync::Arc;

use handoff_core::conversation::{
    Actor, Card, Conversation, Event, EventBody, Mode, Page, Profile, Timing, apply,
};
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::store::{Commit, Receipt};
use handoff_core::time::Timestamp;

/// A conversation that grows by a message a commit.
pub(crate) struct Chat {
    pub(crate) state: Conversation,
}

impl Chat {
    pub(crate) fn new(number: u128) -> Self {
        let id = ConversationId::from_uuid(uuid::Uuid::from_u128(number));
        let visitor = VisitorId::new(format!("visitor {number}")).unwrap();
        Self {
            state: Conversation::unopened(id, ServiceId::new("shop").unwrap(), visitor),
        }
    }

    /// As it is now; what the copy says the original did not.
    pub(crate) fn copy(&self) -> Self {
        Self {
            state: self.state.clone(),
        }
    }

    /// The commit that opens it.
    pub(crate) fn open(&mut self) -> Commit {
        let body = EventBody::Opened {
            service: self.state.service.clone(),
            visitor: self.state.visitor.clone(),
            profile: Profile::default(),
            page: Page::default(),
            exclusive: true,
            mode: Mode::default(),
            timing: Timing::default(),
            revision: 0,
        };
        self.step(body)
    }

    /// The commit of a message, with a receipt that is named like its seq.
    pub(crate) fn say(&mut self, text: &str) -> Commit {
        self.step(EventBody::MessageReceived { text: text.into() })
    }

    fn step(&mut self, body: EventBody) -> Commit {
        let expected = self.state.version;
        let seq = expected + 1;
        let at = Timestamp::from_millis(i64::try_from(seq).unwrap() * 1_000);
        let event = Event {
            seq,
            at,
            epoch: 1,
            by: Actor::Visitor,
            body,
        };
        apply(&mut self.state, &event);
        Commit {
            expected,
            events: Arc::new([event]),
            state: Arc::new(self.state.clone()),
            card: Arc::new(Card::from(&self.state)),
            receipt: Some(Receipt {
                key: seq.to_string(),
                digest: seq,
                first: seq,
                version: seq,
            }),
            outbox: Vec::new(),
        }
    }
}
