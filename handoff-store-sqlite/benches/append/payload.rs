//! The commits that are measured: a visitor's message with a receipt, in a conversation like those of a shop.

use std::sync::Arc;

use handoff_core::conversation::{
    Actor, Card, Conversation, Event, EventBody, Mode, Page, Profile, Timing, apply,
};
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::store::{Commit, Receipt};
use handoff_core::time::Timestamp;
use uuid::Uuid;

/// What a visitor writes.
const TEXT: &str = "I ordered the blue one on Tuesday and the parcel says it was delivered, but nobody was at home.";

/// A conversation that grows by a message a commit.
pub(crate) struct Growing {
    state: Conversation,
}

impl Growing {
    pub(crate) fn new(number: usize) -> Self {
        // Ids spread like those of conversations that were opened over some days.
        let id = ConversationId::from_uuid(Uuid::from_u128(
            (0x019a_0000_0000 + number as u128 * 300_000) << 80 | number as u128,
        ));
        let service = ServiceId::new("shop").expect("a service");
        let visitor = VisitorId::new(format!("visitor-{number}")).expect("a visitor");
        Self {
            state: Conversation::unopened(id, service, visitor),
        }
    }

    /// When the event of this seq happens.
    pub(crate) fn time(seq: u64) -> Timestamp {
        Timestamp::from_millis(1_760_000_000_000 + i64::try_from(seq).unwrap_or_default() * 1_000)
    }

    /// The commit of the next message.
    pub(crate) fn next(&mut self) -> Commit {
        let body = if self.state.version == 0 {
            self.opening()
        } else {
            EventBody::MessageReceived { text: TEXT.into() }
        };
        self.then(body)
    }

    /// The commit of whatever happens next.
    pub(crate) fn then(&mut self, body: EventBody) -> Commit {
        let expected = self.state.version;
        let seq = expected + 1;
        let event = Event {
            seq,
            at: Self::time(seq),
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
                key: format!("v/{:032x}", seq * 7919),
                digest: seq,
                first: seq,
                version: seq,
            }),
            outbox: Vec::new(),
        }
    }

    fn opening(&self) -> EventBody {
        EventBody::Opened {
            service: self.state.service.clone(),
            visitor: self.state.visitor.clone(),
            profile: Profile {
                name: Some("Ana Example".into()),
                email: Some("ana@example.org".into()),
                device: Some("desktop, Firefox".into()),
                place: Some("Lisbon, Portugal".into()),
                locale: Some("pt-PT".into()),
                ..Profile::default()
            },
            page: Page {
                url: "https://shop.example/products/blue-one?ref=mail".into(),
                title: "The blue one".into(),
            },
            exclusive: true,
            mode: Mode::default(),
            timing: Timing::default(),
            revision: 0,
        }
    }
}
