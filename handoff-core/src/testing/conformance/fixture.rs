//! Conversations to try stores on.

use std::sync::Arc;

use uuid::Uuid;

use crate::attention::{Finding, Flag, FlagKind};
use crate::conversation::{
    Actor, AgentRef, Card, Claim, CloseReason, Conversation, Escalation, Event, EventBody, Mode,
    Page, Profile, Timing, apply,
};
use crate::id::{AgentId, ConversationId, ServiceId, VisitorId};
use crate::notifier::{Notification, Occasion};
use crate::store::{Commit, CommitOutcome, ConversationStore, OutboxRow, Receipt};
use crate::time::{Millis, Timestamp};

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(super) fn service(name: &str) -> ServiceId {
    ServiceId::new(name).unwrap()
}

pub(super) fn visitor(name: &str) -> VisitorId {
    VisitorId::new(name).unwrap()
}

pub(super) fn agent(name: &str) -> AgentRef {
    AgentRef {
        id: AgentId::new(name).unwrap(),
        name: name.into(),
    }
}

pub(super) fn id(number: u128) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_u128(number))
}

/// A conversation as a case tells it: each commit goes on from the one before.
#[derive(Debug, Clone)]
pub(super) struct Chat {
    pub(super) state: Conversation,
    now: Timestamp,
    exclusive: bool,
    profile: Profile,
    timing: Timing,
}

impl Chat {
    /// Of a visitor of its own, in the service `shop`.
    pub(super) fn new(number: u128) -> Self {
        Self::of(number, "shop", &format!("visitor {number}"))
    }

    pub(super) fn of(number: u128, in_service: &str, of_visitor: &str) -> Self {
        Self {
            state: Conversation::unopened(id(number), service(in_service), visitor(of_visitor)),
            now: at(1_000),
            exclusive: false,
            profile: Profile::default(),
            timing: Timing::default(),
        }
    }

    pub(super) fn exclusive(mut self) -> Self {
        self.exclusive = true;
        self
    }

    pub(super) fn named(mut self, name: &str, email: &str) -> Self {
        self.profile = Profile {
            name: Some(name.into()),
            email: Some(email.into()),
            ..Profile::default()
        };
        self
    }

    /// Closed when nobody said a word for so long.
    pub(super) fn closing_after(mut self, span: u64) -> Self {
        self.timing.close = Millis::new(span);
        self
    }

    /// What comes next happens then.
    pub(super) fn at(mut self, millis: i64) -> Self {
        self.set_time(millis);
        self
    }

    pub(super) fn set_time(&mut self, millis: i64) {
        self.now = at(millis);
    }

    pub(super) fn id(&self) -> ConversationId {
        self.state.id
    }

    pub(super) fn card(&self) -> Card {
        Card::from(&self.state)
    }

    /// The commit of these events; the chat goes on from it.
    pub(super) fn step(&mut self, bodies: impl IntoIterator<Item = EventBody>) -> Commit {
        let expected = self.state.version;
        let events: Arc<[Event]> = (expected + 1..)
            .zip(bodies)
            .map(|(seq, body)| Event {
                seq,
                at: self.now,
                epoch: self.state.epoch,
                by: Actor::Agent(agent("ana")),
                body,
            })
            .collect();
        events
            .iter()
            .for_each(|event| apply(&mut self.state, event));
        Commit {
            expected,
            events,
            state: Arc::new(self.state.clone()),
            card: Arc::new(self.card()),
            receipt: None,
            outbox: Vec::new(),
        }
    }

    /// The commit that opens it.
    pub(super) fn open(&mut self) -> Commit {
        let body = EventBody::Opened {
            service: self.state.service.clone(),
            visitor: self.state.visitor.clone(),
            profile: self.profile.clone(),
            page: Page::default(),
            exclusive: self.exclusive,
            mode: Mode::default(),
            timing: self.timing,
            revision: 0,
        };
        self.step([body])
    }

    /// The commit of one message of the visitor.
    pub(super) fn say(&mut self, text: &str) -> Commit {
        self.step([message(text)])
    }

    /// Opens it in a store.
    pub(super) async fn opened_in(mut self, store: &dyn ConversationStore) -> Self {
        let commit = self.open();
        committed(store, commit).await;
        self
    }

    /// Stores a step.
    pub(super) async fn done_in(
        &mut self,
        store: &dyn ConversationStore,
        bodies: impl IntoIterator<Item = EventBody>,
    ) {
        let commit = self.step(bodies);
        committed(store, commit).await;
    }
}

/// Stores a commit that nothing stands in the way of.
pub(super) async fn committed(store: &dyn ConversationStore, commit: Commit) {
    assert_eq!(
        store.commit(commit).await.unwrap(),
        CommitOutcome::Committed
    );
}

pub(super) fn message(text: &str) -> EventBody {
    EventBody::MessageReceived { text: text.into() }
}

pub(super) fn takeover(by: &str) -> EventBody {
    EventBody::TakenOver {
        agent: agent(by),
        from: None,
        how: Claim::Button,
    }
}

pub(super) fn flag(kind: FlagKind) -> EventBody {
    let finding = Finding {
        kind,
        reason: "because".into(),
        quote: "these words".into(),
    };
    EventBody::FlagRaised(Flag {
        finding,
        at: at(1_000),
    })
}

pub(super) fn escalation() -> EventBody {
    EventBody::Escalated {
        why: Escalation::VisitorAsked,
        said: None,
        fallback_at: Some(at(121_000)),
    }
}

pub(super) fn closed() -> EventBody {
    EventBody::Closed {
        why: CloseReason::Expired,
    }
}

pub(super) fn page_at(url: &str) -> EventBody {
    EventBody::PageChanged {
        page: Page {
            url: url.into(),
            title: "A page".into(),
        },
    }
}

pub(super) fn receipt(key: &str, first: u64) -> Receipt {
    Receipt {
        key: key.into(),
        digest: 7,
        first,
        version: first,
    }
}

/// A notification about a conversation, due then.
pub(super) fn outbox_row(number: u128, about: &Chat, due: i64) -> OutboxRow {
    OutboxRow {
        id: Uuid::from_u128(number),
        notification: Notification {
            service: about.state.service.clone(),
            conversation: about.id(),
            seq: about.state.version,
            at: at(due),
            what: Occasion::Assigned {
                agent: agent("Zoë 👩‍💻"),
            },
        },
        attempts: 0,
        due: at(due),
    }
}
