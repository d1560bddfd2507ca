//! What can be asked of a conversation.

use serde::{Deserialize, Serialize};

use super::party::AgentRef;
use super::policy::Autonomy;
use super::reply::Reply;
use super::state::{Page, Profile, Ticket};
use crate::attention::{Finding, FlagKind};
use crate::id::AgentId;
use crate::time::Timestamp;

/// What can be asked of a conversation. Who asks is the [`Caller`](super::Caller), never a field of the command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Command {
    // The visitor's.
    /// Begin.
    Open {
        /// What is known of the visitor.
        profile: Profile,
        /// Where the visitor is.
        page: Page,
    },
    /// Say something.
    SendMessage {
        /// The text.
        text: String,
    },
    /// Press "talk to a person".
    RequestPerson,
    /// Thumbs on one of the assistant's messages.
    RateMessage {
        /// The message's seq.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        message: u64,
        /// Up or down; none takes it back.
        up: Option<bool>,
    },
    /// Rate the conversation.
    RateConversation {
        /// One (bad) to five (good).
        stars: u8,
        /// A word with it; may be empty.
        comment: String,
    },
    /// Tell who one is. What the host did not sign is not verified.
    Identify {
        /// All that is known now.
        profile: Profile,
    },
    /// Be on another page.
    SetPage {
        /// Where.
        page: Page,
    },
    /// The visitor's last connection ended.
    VisitorLeft,
    /// The visitor has a connection again.
    VisitorBack,

    // Claims.
    /// Take the floor.
    TakeOver {
        /// By typing rather than by the button.
        #[serde(default)]
        typing: bool,
    },
    /// Take the floor from another agent; a supervisor's.
    ForceTakeOver {
        /// Why; for the timeline.
        reason: String,
    },
    /// Ask the holder for the floor.
    RequestControl,
    /// Take that back.
    WithdrawRequest,
    /// The holder gives the floor to whoever asked.
    GrantControl {
        /// Who asked.
        to: AgentId,
    },
    /// The holder keeps it.
    DenyControl {
        /// Who asked.
        to: AgentId,
    },
    /// Hand it to somebody else.
    Transfer {
        /// To whom.
        to: TransferTarget,
        /// For whoever gets it.
        note: String,
    },
    /// Let go; the assistant stays silent.
    Release,
    /// Give the floor back to the assistant.
    Return {
        /// What it should know or do; the visitor never sees this.
        #[serde(default)]
        instruction: Option<String>,
    },
    /// A person of the team connected to or left the dashboard.
    SetHolderPresence {
        /// Who.
        agent: AgentId,
        /// Whether they are there.
        present: bool,
    },

    // The team's.
    /// Say something to the visitor; takes the floor where nobody holds it.
    SendAgentMessage {
        /// The text.
        text: String,
    },
    /// Leave a note for the team.
    AddNote {
        /// The text.
        text: String,
        /// The assistant may know it.
        #[serde(default)]
        for_assistant: bool,
    },
    /// Tell the assistant something without taking the floor; it knows it from its next turn to the next takeover.
    Whisper {
        /// What it should know or do; the visitor never sees this.
        text: String,
    },
    /// A flag was looked at.
    DismissFlag {
        /// Which.
        flag: FlagKind,
    },
    /// It is solved.
    Resolve,
    /// It goes on; the agent has the floor.
    Reopen,
    /// Put aside.
    Snooze {
        /// Until when.
        until: Timestamp,
    },
    /// No longer put aside.
    EndSnooze,
    /// How far the assistant's words reach here; none: as the service says.
    SetAutonomy {
        /// The new one.
        autonomy: Option<Autonomy>,
    },
    /// Send a draft, as it is or edited.
    ApproveDraft {
        /// Its turn.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
        /// The text to send instead.
        #[serde(default)]
        edited: Option<String>,
    },
    /// Do not send a draft.
    RejectDraft {
        /// Its turn.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
    },
    /// Give it a category; none: not defined.
    SetCategory {
        /// Its name.
        category: Option<String>,
    },
    /// Set the tags.
    SetTags {
        /// All of them.
        tags: Vec<String>,
    },

    // The assistant's: all with its ticket.
    /// Say the whole reply.
    CommitReply {
        /// The permission.
        ticket: Ticket,
        /// What to say.
        reply: Reply,
    },
    /// Ask for a person instead of replying.
    AskForPerson {
        /// The permission.
        ticket: Ticket,
        /// Why.
        reason: String,
    },
    /// The reply failed or was cut; what had been written is kept for the timeline.
    FailReply {
        /// The permission; recording the piece works also after it ended, once.
        ticket: Ticket,
        /// What had been written; may be empty.
        partial: String,
        /// The stream ended without its end, rather than with an error.
        truncated: bool,
    },
    /// Keep a fact.
    LearnFact {
        /// The permission.
        ticket: Ticket,
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Set the lead score.
    SetScore {
        /// The permission.
        ticket: Ticket,
        /// 0 to 100.
        score: u8,
    },

    // Handoff's own.
    /// Look whether something is due.
    Wake,
    /// The service's policy changed.
    PolicyChanged,
    /// Somebody outside found something (an asynchronous detector, a program).
    RaiseFlag {
        /// What.
        finding: Finding,
    },
    /// End for good.
    Close,
}

/// To whom a conversation is handed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TransferTarget {
    /// A colleague.
    Agent {
        /// Who.
        agent: AgentRef,
    },
    /// A team.
    Team {
        /// Its name.
        team: String,
    },
    /// Whoever comes first.
    Queue,
}

impl Command {
    /// The stable name of the kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::SendMessage { .. } => "send_message",
            Self::RequestPerson => "request_person",
            Self::RateMessage { .. } => "rate_message",
            Self::RateConversation { .. } => "rate_conversation",
            Self::Identify { .. } => "identify",
            Self::SetPage { .. } => "set_page",
            Self::VisitorLeft => "visitor_left",
            Self::VisitorBack => "visitor_back",
            Self::TakeOver { .. } => "take_over",
            Self::ForceTakeOver { .. } => "force_take_over",
            Self::RequestControl => "request_control",
            Self::WithdrawRequest => "withdraw_request",
            Self::GrantControl { .. } => "grant_control",
            Self::DenyControl { .. } => "deny_control",
            Self::Transfer { .. } => "transfer",
            Self::Release => "release",
            Self::Return { .. } => "return",
            Self::SetHolderPresence { .. } => "set_holder_presence",
            Self::SendAgentMessage { .. } => "send_agent_message",
            Self::AddNote { .. } => "add_note",
            Self::Whisper { .. } => "whisper",
            Self::DismissFlag { .. } => "dismiss_flag",
            Self::Resolve => "resolve",
            Self::Reopen => "reopen",
            Self::Snooze { .. } => "snooze",
            Self::EndSnooze => "end_snooze",
            Self::SetAutonomy { .. } => "set_autonomy",
            Self::ApproveDraft { .. } => "approve_draft",
            Self::RejectDraft { .. } => "reject_draft",
            Self::SetCategory { .. } => "set_category",
            Self::SetTags { .. } => "set_tags",
            Self::CommitReply { .. } => "commit_reply",
            Self::AskForPerson { .. } => "ask_for_person",
            Self::FailReply { .. } => "fail_reply",
            Self::LearnFact { .. } => "learn_fact",
            Self::SetScore { .. } => "set_score",
            Self::Wake => "wake",
            Self::PolicyChanged => "policy_changed",
            Self::RaiseFlag { .. } => "raise_flag",
            Self::Close => "close",
        }
    }
}
