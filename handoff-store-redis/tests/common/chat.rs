//! Conversations for the tests of this crate.

use std::sync::Arc;

use handoff_core::conversation::{
    Actor, AgentRef, Card, Claim, Conversation, Event, EventBody, Mode, Page, Profile, Timing,
    apply,
};
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::store::{Commit, Receipt};
use handoff_core::time::Timestamp;

/// A conversation that grows by a message a commit.
#[derive(Clone)]
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

    /// The commit of a takeover; the chat goes on without it.
    pub(crate) fn claimed_by(&self, name: &str) -> Commit {
        let agent = AgentRef {
            id: AgentId::new(name).unwrap(),
            name: name.into(),
        };
        let mut chat = self.clone();
        let commit = chat.step(EventBody::TakenOver {
            agent,
            from: None,
            how: Claim::Button,
        });
        Commit {
            receipt: None,
            ..commit
        }
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
