//! The state of a conversation: what its events add up to. Bounded: it does not grow with the number of messages.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cause::{CloseReason, Escalation, TicketEnd};
use super::party::AgentRef;
use super::policy::{Autonomy, Mode, Timing};
use super::reply::Reply;
use crate::attention::{Flag, FlagKind};
use crate::id::{AgentId, ConversationId, ServiceId, VisitorId};
use crate::time::Timestamp;

/// Who may speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Control {
    /// The assistant.
    Assistant,
    /// Nobody yet: a person was asked for.
    Waiting {
        /// Since when.
        since: Timestamp,
        /// Why.
        why: Escalation,
        /// When the assistant takes over again if nobody comes; none: it waits on.
        fallback_at: Option<Timestamp>,
        /// Which team it waits for; none is everybody.
        team: Option<String>,
    },
    /// One agent.
    Agent {
        /// Who.
        agent: AgentRef,
        /// Since when.
        since: Timestamp,
    },
    /// Nobody: an agent let go, and the assistant stays silent.
    Paused {
        /// Since when.
        since: Timestamp,
    },
}

/// Whether a conversation goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Lifecycle {
    /// It goes on.
    Open,
    /// An agent marked it as resolved; a message of the visitor reopens it.
    Resolved {
        /// Who.
        by: AgentRef,
    },
    /// It ended for good.
    Closed {
        /// Why.
        why: CloseReason,
    },
}

/// What a reply of the assistant is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To the visitor.
    Reply,
    /// To an agent, who approves it.
    Draft,
    /// To agents only.
    Suggestion,
}

/// The assistant's permission for one reply. It ends with takeover, a newer message of the visitor, a timeout, a close;
/// what arrives with an ended ticket is refused in the same commit that would have stored it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// The conversation.
    pub conversation: ConversationId,
    /// The epoch of control that it was given in.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub epoch: u64,
    /// The turn that it is for.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub turn: u64,
}

/// The reply that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PendingReply {
    /// Its turn.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub turn: u64,
    /// The epoch of its ticket.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub epoch: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// When it counts as lost.
    pub deadline: Timestamp,
    /// 1 for the first try.
    pub attempt: u32,
}

/// A reply that ended, and whose written piece was not recorded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EndedReply {
    /// The ticket's epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub epoch: u64,
    /// Its turn.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub turn: u64,
    /// Why it ended.
    pub why: TicketEnd,
}

/// A draft that waits for an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Draft {
    /// Its turn.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub turn: u64,
    /// What it would say.
    pub reply: Reply,
    /// When the service's choice applies.
    pub deadline: Timestamp,
}

/// A request for control that waits for the holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ControlRequest {
    /// Who asks.
    pub agent: AgentRef,
    /// When it is answered by itself.
    pub expires_at: Timestamp,
}

/// A page of the host's site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    /// Its address.
    pub url: String,
    /// Its title; may be empty.
    pub title: String,
}

/// What is known of a visitor. Everything here came from outside and is shown as text only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The host vouches for who this is (a signed identity); what was merely typed is not verified.
    pub verified: bool,
    /// `mobile` or `desktop`, and the browser, as the widget told.
    pub device: Option<String>,
    /// City, region, country.
    pub place: Option<String>,
    /// The language of the page, like `en-GB`.
    pub locale: Option<String>,
}

/// Who said the last message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The visitor.
    Visitor,
    /// The assistant.
    Assistant,
    /// An agent.
    Agent,
    /// Handoff itself.
    System,
}

/// The beginning of a message, for cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Preview {
    /// Who said it.
    pub speaker: Speaker,
    /// Its first [`PREVIEW_CHARS`] characters.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Arc<str>,
    /// When.
    pub at: Timestamp,
}

/// Length of a [`Preview`], in characters.
pub const PREVIEW_CHARS: usize = 140;
/// At most so many facts are kept for a conversation; a further one is refused.
pub const MAX_FACTS: usize = 64;
/// At most so many ended replies are remembered until their piece is recorded.
pub const MAX_ENDED: usize = 4;

/// The state of a conversation, folded from its events by [`apply`](super::apply).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Conversation {
    /// Which one.
    pub id: ConversationId,
    /// Its service.
    pub service: ServiceId,
    /// Its visitor.
    pub visitor: VisitorId,
    /// The seq of its last event; 0 before the first.
    pub version: u64,
    /// Rises by one at every change of control.
    pub epoch: u64,
    /// Whether it goes on.
    pub lifecycle: Lifecycle,
    /// Who may speak, while it is open.
    pub control: Control,
    /// The service's mode, as this conversation last heard of it.
    pub mode: Mode,
    /// The service's times, as this conversation last heard of them.
    pub timing: Timing,
    /// The [`revision`](super::Policy::revision) of the policy that it last followed: an older one no longer counts.
    #[serde(default)]
    pub policy_revision: u64,
    /// This conversation's own autonomy; none: the service's.
    pub autonomy: Option<Autonomy>,
    /// The last turn that a ticket was given for; 0 before the first.
    pub turn: u64,
    /// The reply that is being written.
    pub pending: Option<PendingReply>,
    /// Replies that ended and whose piece may still be recorded, oldest first, at most [`MAX_ENDED`].
    pub ended: Vec<EndedReply>,
    /// The draft that waits for an agent.
    pub draft: Option<Draft>,
    /// The request for control that waits for the holder.
    pub control_request: Option<ControlRequest>,
    /// Who held it last.
    pub last_holder: Option<AgentRef>,
    /// Since when the holder has no connection to the dashboard.
    pub holder_gone_since: Option<Timestamp>,
    /// The holder was warned of losing the floor, for the message that waits now.
    pub holder_warned: bool,
    /// Flags that nobody dismissed, one a kind.
    pub flags: Vec<Flag>,
    /// Nobody came in time: kept for follow-up until an agent takes over or resolves.
    pub follow_up: bool,
    /// The visitor's word is the last, since then.
    pub unanswered_since: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When somebody last said something.
    pub last_word_at: Timestamp,
    /// Since when the visitor has no connection.
    pub visitor_gone_since: Option<Timestamp>,
    /// The visitor left and stayed away.
    pub dropped: bool,
    /// Put aside until then.
    pub snoozed_until: Option<Timestamp>,
    /// What is known of the visitor.
    pub profile: Arc<Profile>,
    /// Where the visitor is.
    pub page: Arc<Page>,
    /// The name of the specialist that spoke last.
    pub specialist: Option<Arc<str>>,
    /// What the agent told the assistant at the last return.
    pub instruction: Option<Arc<str>>,
    /// What was learned, by name.
    pub facts: Arc<Vec<Fact>>,
    /// The lead score, 0 to 100.
    pub score: Option<u8>,
    /// The category's name.
    pub category: Option<Arc<str>>,
    /// The tags.
    pub tags: Arc<Vec<String>>,
    /// The visitor's rating, one to five.
    pub stars: Option<u8>,
    /// How many messages visitor, assistant and agents said.
    pub messages: u64,
    /// The visitor's first message.
    pub opening: Option<Preview>,
    /// The last message.
    pub last: Option<Preview>,
    /// Whether this service allows the visitor only one open conversation.
    pub exclusive: bool,
}

/// Something learned about the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Fact {
    /// Its name, like `company`.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Conversation {
    /// A conversation before its first event.
    pub fn unopened(id: ConversationId, service: ServiceId, visitor: VisitorId) -> Self {
        Self {
            id,
            service,
            visitor,
            version: 0,
            epoch: 0,
            lifecycle: Lifecycle::Open,
            control: Control::Assistant,
            mode: Mode::default(),
            timing: Timing::default(),
            policy_revision: 0,
            autonomy: None,
            turn: 0,
            pending: None,
            ended: Vec::new(),
            draft: None,
            control_request: None,
            last_holder: None,
            holder_gone_since: None,
            holder_warned: false,
            flags: Vec::new(),
            follow_up: false,
            unanswered_since: None,
            opened_at: Timestamp::default(),
            last_word_at: Timestamp::default(),
            visitor_gone_since: None,
            dropped: false,
            snoozed_until: None,
            profile: Arc::default(),
            page: Arc::default(),
            specialist: None,
            instruction: None,
            facts: Arc::default(),
            score: None,
            category: None,
            tags: Arc::default(),
            stars: None,
            messages: 0,
            opening: None,
            last: None,
            exclusive: false,
        }
    }

    /// The holder of the floor, where an agent has it.
    pub fn holder(&self) -> Option<&AgentRef> {
        match (&self.lifecycle, &self.control) {
            (Lifecycle::Open, Control::Agent { agent, .. }) => Some(agent),
            _ => None,
        }
    }

    /// Whether this agent has the floor.
    pub fn is_held_by(&self, agent: &AgentId) -> bool {
        self.holder().is_some_and(|holder| holder.id == *agent)
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.lifecycle == Lifecycle::Open
    }

    /// The ticket of the reply that is being written.
    pub fn ticket(&self) -> Option<Ticket> {
        self.pending.map(|pending| Ticket {
            conversation: self.id,
            epoch: pending.epoch,
            turn: pending.turn,
        })
    }

    /// Whether a flag of this kind is raised.
    pub fn is_flagged(&self, kind: &FlagKind) -> bool {
        self.flags.iter().any(|flag| flag.finding.kind == *kind)
    }

    /// What no two open conversations may share, where the service allows a visitor only one: a store keeps it in a
    /// column that is unique.
    pub fn open_key(&self) -> Option<String> {
        (self.exclusive && self.is_open())
            .then(|| format!("{}\u{1f}{}", self.service, self.visitor))
    }

    /// The moment at which it next wants to act by itself: a store keeps it in one indexed column, and a node that
    /// finds it due dispatches [`Command::Wake`](super::Command::Wake). Late, early and double wakes do nothing wrong.
    pub fn wake(&self) -> Option<Timestamp> {
        super::clockwork::next(self)
    }
}
