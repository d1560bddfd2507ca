//! The one-row summary of a conversation that boards and queues show.

use serde::{Deserialize, Serialize};

use super::party::AgentRef;
use super::policy::Mode;
use super::state::{Control, ControlRequest, Conversation, Lifecycle, Page, Preview, Profile};
use super::{Autonomy, CloseReason};
use crate::attention::Flag;
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::time::Timestamp;

/// Where a conversation stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The assistant has the floor.
    Assistant,
    /// It waits for a person.
    Waiting,
    /// An agent has the floor.
    Agent,
    /// Nobody has the floor.
    Paused,
    /// The visitor left and stayed away.
    Dropped,
    /// An agent marked it as resolved.
    Resolved,
    /// It ended for good.
    Closed,
}

impl Status {
    /// Every one of them, in the order of boards.
    pub const ALL: [Self; 7] = [
        Self::Assistant,
        Self::Waiting,
        Self::Agent,
        Self::Paused,
        Self::Dropped,
        Self::Resolved,
        Self::Closed,
    ];

    /// The stable name, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assistant => "assistant",
            Self::Waiting => "waiting",
            Self::Agent => "agent",
            Self::Paused => "paused",
            Self::Dropped => "dropped",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// Whether it still goes on.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed)
    }
}

/// The one-row summary of a conversation. It is a function of the state, and for the team only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Card {
    /// Which conversation.
    pub id: ConversationId,
    /// Its service.
    pub service: ServiceId,
    /// Its visitor.
    pub visitor: VisitorId,
    /// The version that it shows.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub version: u64,
    /// The epoch of control.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub epoch: u64,
    /// Where it stands.
    pub status: Status,
    /// Who may speak; what it was before, where the conversation is no longer open.
    pub control: Control,
    /// Who asks the holder for the floor.
    pub control_request: Option<ControlRequest>,
    /// Why it is closed.
    pub closed: Option<CloseReason>,
    /// The service's mode.
    pub mode: Mode,
    /// This conversation's own autonomy.
    pub autonomy: Option<Autonomy>,
    /// What is known of the visitor.
    pub profile: std::sync::Arc<Profile>,
    /// Where the visitor is.
    pub page: std::sync::Arc<Page>,
    /// Whether the visitor has a connection.
    pub online: bool,
    /// The name of the specialist that spoke last.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub specialist: Option<std::sync::Arc<str>>,
    /// The visitor's first message.
    pub opening: Option<Preview>,
    /// The last message.
    pub last: Option<Preview>,
    /// How many messages were said.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub messages: u64,
    /// The assistant is writing.
    pub replying: bool,
    /// The flags that nobody dismissed.
    pub flags: Vec<Flag>,
    /// Nobody came in time: kept for follow-up.
    pub follow_up: bool,
    /// The visitor's word is the last, since then.
    pub unanswered_since: Option<Timestamp>,
    /// The last agent who held it.
    pub last_holder: Option<AgentRef>,
    /// The lead score, 0 to 100.
    pub score: Option<u8>,
    /// The category's name.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub category: Option<std::sync::Arc<str>>,
    /// The tags.
    #[cfg_attr(feature = "ts", ts(type = "string[]"))]
    pub tags: std::sync::Arc<Vec<String>>,
    /// The visitor's rating, one to five.
    pub stars: Option<u8>,
    /// Put aside until then.
    pub snoozed_until: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When somebody last said something.
    pub last_word_at: Timestamp,
    /// From then on it is idle.
    pub idle_at: Timestamp,
}

impl Card {
    /// Whether it counts as needing attention: it is open, and flagged or waiting.
    pub fn needs_attention(&self) -> bool {
        self.status.is_open() && (!self.flags.is_empty() || self.status == Status::Waiting)
    }
}

impl From<&Conversation> for Card {
    fn from(c: &Conversation) -> Self {
        Self {
            id: c.id,
            service: c.service.clone(),
            visitor: c.visitor.clone(),
            version: c.version,
            epoch: c.epoch,
            status: c.status(),
            control: c.control.clone(),
            control_request: c.control_request.clone(),
            closed: match c.lifecycle {
                Lifecycle::Closed { why } => Some(why),
                _ => None,
            },
            mode: c.mode,
            autonomy: c.autonomy,
            profile: c.profile.clone(),
            page: c.page.clone(),
            online: c.is_open() && c.visitor_gone_since.is_none(),
            specialist: c.specialist.clone(),
            opening: c.opening.clone(),
            last: c.last.clone(),
            messages: c.messages,
            replying: c.pending.is_some(),
            flags: c.flags.clone(),
            follow_up: c.follow_up,
            unanswered_since: c.unanswered_since,
            last_holder: c.last_holder.clone(),
            score: c.score,
            category: c.category.clone(),
            tags: c.tags.clone(),
            stars: c.stars,
            snoozed_until: c.snoozed_until,
            opened_at: c.opened_at,
            last_word_at: c.last_word_at,
            idle_at: c.last_word_at.after(c.timing.idle),
        }
    }
}

impl Conversation {
    /// Where it stands, in one word.
    pub fn status(&self) -> Status {
        match (&self.lifecycle, &self.control) {
            (Lifecycle::Closed { .. }, _) => Status::Closed,
            (Lifecycle::Resolved { .. }, _) => Status::Resolved,
            (Lifecycle::Open, _) if self.dropped => Status::Dropped,
            (Lifecycle::Open, Control::Assistant) => Status::Assistant,
            (Lifecycle::Open, Control::Waiting { .. }) => Status::Waiting,
            (Lifecycle::Open, Control::Agent { .. }) => Status::Agent,
            (Lifecycle::Open, Control::Paused { .. }) => Status::Paused,
        }
    }
}
