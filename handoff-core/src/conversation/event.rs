//! What happened in a conversation. Events are only ever added to: a variant once released keeps its name and fields.

use serde::{Deserialize, Serialize};

use super::cause::{Claim, CloseReason, Escalation, RequestEnd, ReturnReason, TicketEnd};
use super::party::{Actor, AgentRef};
use super::policy::{Autonomy, Mode, Timing};
use super::reply::Reply;
use super::state::{ControlRequest, Page, Profile, Purpose};
use crate::attention::{Flag, FlagKind};
use crate::id::{ServiceId, VisitorId};
use crate::time::Timestamp;

/// One entry of a conversation's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Event {
    /// Its place in the conversation: 1, 2, 3, … without a gap. The last one is the conversation's version.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub seq: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// The epoch of control after it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub epoch: u64,
    /// Who did it.
    pub by: Actor,
    /// What it was.
    pub body: EventBody,
}

/// What an [`Event`] says.
///
/// A kind that this version does not know becomes [`EventBody::Unknown`]: it is kept and skipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventBody {
    /// The conversation began.
    Opened {
        /// Its service.
        service: ServiceId,
        /// Its visitor.
        visitor: VisitorId,
        /// What is known of the visitor.
        profile: Profile,
        /// Where the visitor is.
        page: Page,
        /// The visitor may have only one open conversation in this service.
        exclusive: bool,
        /// The service's mode.
        mode: Mode,
        /// The service's times.
        timing: Timing,
        /// The policy's [`revision`](super::Policy::revision).
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        revision: u64,
    },
    /// The visitor wrote.
    MessageReceived {
        /// The text, byte for byte.
        text: String,
    },
    /// The assistant got a ticket for one reply.
    ReplyRequested {
        /// The turn that the ticket is for.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
        /// What the reply is for.
        purpose: Purpose,
        /// When the turn counts as lost.
        deadline: Timestamp,
        /// 1 for the first try, 2 for the second, …
        attempt: u32,
    },
    /// The assistant said something to the visitor.
    ReplyCommitted {
        /// The turn that it answers.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
        /// What it said, and where from.
        reply: Reply,
        /// Who approved it, in `Draft`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approved_by: Option<AgentRef>,
    },
    /// The assistant wrote something that only the team sees: a draft that waits for approval, or a suggestion.
    DraftProposed {
        /// The turn that it answers.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
        /// What it would say.
        reply: Reply,
        /// A draft may be approved; a suggestion may only be copied.
        purpose: Purpose,
    },
    /// A draft was rejected by an agent.
    DraftRejected {
        /// Its turn.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
    },
    /// A reply ended before it was whole. The visitor never sees the piece; the timeline keeps it.
    ReplyInterrupted {
        /// Its turn.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
        /// What had been written; may be empty.
        partial: String,
        /// Why it ended.
        why: TicketEnd,
    },
    /// An agent wrote to the visitor.
    AgentMessaged {
        /// The text, byte for byte.
        text: String,
    },
    /// A note for the team.
    NoteAdded {
        /// The text.
        text: String,
        /// The author marked it as something that the assistant may know.
        for_assistant: bool,
    },
    /// An agent told the assistant something; the visitor never sees this.
    Whispered {
        /// What.
        text: String,
    },
    /// An agent has the floor.
    TakenOver {
        /// Who.
        agent: AgentRef,
        /// Who had it before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<AgentRef>,
        /// How it came about.
        how: Claim,
    },
    /// An agent asked the holder for the floor.
    ControlRequested(ControlRequest),
    /// The request ended without a change.
    ControlRequestEnded {
        /// Who had asked.
        agent: AgentRef,
        /// How it ended.
        how: RequestEnd,
    },
    /// The holder let go, to a queue or team; to an agent it is a [`EventBody::TakenOver`].
    Transferred {
        /// Who let go.
        from: AgentRef,
        /// To which team; none is everybody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// For whoever takes it.
        note: String,
        /// When the assistant takes over again if nobody comes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback_at: Option<Timestamp>,
    },
    /// The holder let go; the assistant stays silent.
    Released {
        /// Who let go.
        from: AgentRef,
    },
    /// The assistant has the floor again.
    Returned {
        /// What the agent told it; the visitor never sees this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instruction: Option<String>,
        /// Why.
        why: ReturnReason,
    },
    /// The conversation waits for a person.
    Escalated {
        /// Why.
        why: Escalation,
        /// What the visitor is told; none where no automated word may be said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
        /// When the assistant takes over again if nobody comes; none: it waits on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback_at: Option<Timestamp>,
    },
    /// Nobody came in time: said to the visitor once, and kept for follow-up.
    FallbackSent {
        /// What the visitor is told.
        text: String,
    },
    /// The holder has not answered for a while, and will lose the floor.
    HolderWarned {
        /// Who.
        agent: AgentRef,
        /// When the floor is lost.
        lost_at: Timestamp,
    },
    /// The holder's last connection to the dashboard ended, or came back.
    HolderPresence {
        /// Who.
        agent: AgentRef,
        /// Whether they are there.
        present: bool,
    },
    /// Something needs attention.
    FlagRaised(Flag),
    /// An agent dismissed a flag.
    FlagDismissed {
        /// Which.
        flag: FlagKind,
    },
    /// The visitor rated one message of the assistant.
    MessageRated {
        /// That message.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        message: u64,
        /// Thumbs up or down; none takes it back.
        up: Option<bool>,
    },
    /// The visitor rated the conversation.
    ConversationRated {
        /// One (bad) to five (good).
        stars: u8,
        /// What the visitor wrote with it; may be empty.
        comment: String,
    },
    /// An agent marked it as resolved.
    Resolved,
    /// It goes on after it was resolved.
    Reopened {
        /// The agent who has the floor now; none: the assistant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<AgentRef>,
    },
    /// The visitor left the page.
    VisitorLeft,
    /// The visitor is back.
    VisitorBack,
    /// The visitor left and stayed away.
    Dropped,
    /// It ended; nothing more happens in it.
    Closed {
        /// Why.
        why: CloseReason,
    },
    /// An agent put it aside until then.
    Snoozed {
        /// When it comes back.
        until: Timestamp,
    },
    /// It came back from being put aside.
    SnoozeEnded,
    /// The service's mode changed.
    ModeChanged {
        /// The new one.
        mode: Mode,
        /// The policy's [`revision`](super::Policy::revision).
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        revision: u64,
    },
    /// The service's times changed, or its policy did and in the end wants what it wanted before.
    TimingChanged {
        /// The new ones.
        timing: Timing,
        /// The policy's [`revision`](super::Policy::revision).
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        revision: u64,
    },
    /// This conversation's autonomy was set; none: the service's.
    AutonomyChanged {
        /// The new one.
        autonomy: Option<Autonomy>,
    },
    /// The category was set; none: not defined.
    CategorySet {
        /// Its name.
        category: Option<String>,
    },
    /// The tags were set.
    TagsSet {
        /// All of them.
        tags: Vec<String>,
    },
    /// What is known of the visitor changed.
    ProfileChanged {
        /// All that is known now.
        profile: Profile,
    },
    /// The visitor is on another page.
    PageChanged {
        /// Where.
        page: Page,
    },
    /// The assistant or an agent learned something about the visitor.
    FactLearned {
        /// Its name, like `company`.
        name: String,
        /// Its value.
        value: String,
    },
    /// The lead score was set.
    ScoreSet {
        /// 0 to 100.
        score: u8,
    },
    /// A kind of a newer version: kept and skipped.
    #[serde(untagged)]
    #[cfg_attr(feature = "ts", ts(skip))]
    Unknown(serde_json::Map<String, serde_json::Value>),
}

/// Who may see an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Visitor and team.
    Everyone,
    /// The team.
    Team,
}

impl EventBody {
    /// Who may see it. What is not named here as the visitor's is the team's alone.
    pub fn audience(&self) -> Audience {
        match self {
            Self::Opened { .. }
            | Self::MessageReceived { .. }
            | Self::ReplyRequested { .. }
            | Self::ReplyCommitted { .. }
            | Self::ReplyInterrupted { .. }
            | Self::AgentMessaged { .. }
            | Self::TakenOver { .. }
            | Self::Transferred { .. }
            | Self::Released { .. }
            | Self::Returned { .. }
            | Self::Escalated { .. }
            | Self::FallbackSent { .. }
            | Self::MessageRated { .. }
            | Self::ConversationRated { .. }
            | Self::Resolved
            | Self::Reopened { .. }
            | Self::Closed { .. } => Audience::Everyone,
            _ => Audience::Team,
        }
    }

    /// Whether it changes who may speak: then it raises the epoch by one and ends the ticket.
    pub fn changes_control(&self) -> bool {
        matches!(
            self,
            Self::TakenOver { .. }
                | Self::Transferred { .. }
                | Self::Released { .. }
                | Self::Returned { .. }
                | Self::Escalated { .. }
                | Self::Resolved
                | Self::Reopened { .. }
                | Self::Closed { .. }
        )
    }

    /// The stable name of the kind, as it is stored.
    pub fn kind(&self) -> &str {
        match self {
            Self::Opened { .. } => "opened",
            Self::MessageReceived { .. } => "message_received",
            Self::ReplyRequested { .. } => "reply_requested",
            Self::ReplyCommitted { .. } => "reply_committed",
            Self::DraftProposed { .. } => "draft_proposed",
            Self::DraftRejected { .. } => "draft_rejected",
            Self::ReplyInterrupted { .. } => "reply_interrupted",
            Self::AgentMessaged { .. } => "agent_messaged",
            Self::NoteAdded { .. } => "note_added",
            Self::Whispered { .. } => "whispered",
            Self::TakenOver { .. } => "taken_over",
            Self::ControlRequested(_) => "control_requested",
            Self::ControlRequestEnded { .. } => "control_request_ended",
            Self::Transferred { .. } => "transferred",
            Self::Released { .. } => "released",
            Self::Returned { .. } => "returned",
            Self::Escalated { .. } => "escalated",
            Self::FallbackSent { .. } => "fallback_sent",
            Self::HolderWarned { .. } => "holder_warned",
            Self::HolderPresence { .. } => "holder_presence",
            Self::FlagRaised(_) => "flag_raised",
            Self::FlagDismissed { .. } => "flag_dismissed",
            Self::MessageRated { .. } => "message_rated",
            Self::ConversationRated { .. } => "conversation_rated",
            Self::Resolved => "resolved",
            Self::Reopened { .. } => "reopened",
            Self::VisitorLeft => "visitor_left",
            Self::VisitorBack => "visitor_back",
            Self::Dropped => "dropped",
            Self::Closed { .. } => "closed",
            Self::Snoozed { .. } => "snoozed",
            Self::SnoozeEnded => "snooze_ended",
            Self::ModeChanged { .. } => "mode_changed",
            Self::TimingChanged { .. } => "timing_changed",
            Self::AutonomyChanged { .. } => "autonomy_changed",
            Self::CategorySet { .. } => "category_set",
            Self::TagsSet { .. } => "tags_set",
            Self::ProfileChanged { .. } => "profile_changed",
            Self::PageChanged { .. } => "page_changed",
            Self::FactLearned { .. } => "fact_learned",
            Self::ScoreSet { .. } => "score_set",
            Self::Unknown(body) => body
                .get("type")
                .and_then(serde_json::Value::as_str)
                .unwrap_or("unknown"),
        }
    }

    /// The text that was said in the conversation, where it is a message of visitor, assistant or agent.
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::MessageReceived { text }
            | Self::AgentMessaged { text }
            | Self::FallbackSent { text } => Some(text),
            Self::ReplyCommitted { reply, .. } => Some(&reply.text),
            Self::Escalated { said, .. } => said.as_deref(),
            _ => None,
        }
    }
}
