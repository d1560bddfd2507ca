//! Why a command is refused, in words that a user may read.

use serde::{Deserialize, Serialize};

use super::assistant_policy::Tool;
use super::card::Status;
use super::cause::TicketEnd;
use super::party::{AgentRef, Role};
use super::state::Ticket;

/// Why a command is refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rejection {
    /// Another agent has the floor.
    #[error("{} is currently handling this conversation. Ask for control or leave a note.", holder.name)]
    HeldBy {
        /// Who.
        holder: AgentRef,
    },
    /// Only the holder may do this.
    #[error("Only the agent who holds this conversation can do that. Take it over first.")]
    NotHolder,
    /// Nobody has the floor, so nobody can be asked for it.
    #[error("No agent holds this conversation. Take it over directly.")]
    NotHeld,
    /// One has the floor already.
    #[error("You already hold this conversation.")]
    AlreadyHolder,
    /// Another request for control waits.
    #[error("{} already asked for control. Wait for the answer.", by.name)]
    RequestPending {
        /// Who asked.
        by: AgentRef,
    },
    /// There is no such request for control (any more).
    #[error("That request for control is no longer open.")]
    NoSuchRequest,
    /// The service's mode does not allow it.
    #[error(
        "This service is answered by the assistant only. Change its mode to let people take part."
    )]
    AssistantOnly,
    /// The service's mode does not allow it.
    #[error(
        "In this service only people answer. Change its mode to give the floor to the assistant."
    )]
    HumanOnly,
    /// The assistant has the floor already.
    #[error("The assistant already has the floor.")]
    AlreadyAssistant,
    /// It is resolved or closed.
    #[error("This conversation is {}.{}", status.as_str(), if *status == Status::Resolved { " Reopen it first." } else { "" })]
    NotOpen {
        /// Where it stands.
        status: Status,
    },
    /// The ticket ended: whatever was to be said with it must not be said.
    #[error("The floor was lost: this ticket ended. Stop this reply and wait for the next turn.")]
    FloorLost {
        /// The ticket.
        ticket: Ticket,
        /// Why it ended, where that is still known.
        why: Option<TicketEnd>,
        /// Who has the floor now.
        holder: Option<AgentRef>,
    },
    /// The service does not let its assistant do this.
    #[error("This service does not let its assistant do that: {tool:?} is off in its settings.")]
    ToolOff {
        /// What.
        tool: Tool,
    },
    /// The role does not suffice.
    #[error("This needs the role {needs:?} or a higher one. Ask an owner of this team.")]
    RoleTooLow {
        /// The lowest role that may.
        needs: Role,
    },
    /// This kind of caller never may.
    #[error("This command is not open to you.")]
    NotYours,
    /// The conversation exists already.
    #[error("This conversation exists already.")]
    AlreadyOpened,
    /// There is no such conversation (for this caller).
    #[error("There is no such conversation.")]
    NoSuchConversation,
    /// There is no such message of the assistant.
    #[error("Only a message of the assistant in this conversation can be rated.")]
    NoSuchMessage,
    /// There is no such draft (any more).
    #[error("That draft is no longer waiting.")]
    NoSuchDraft,
    /// The flag is not raised.
    #[error("That flag is not raised here.")]
    NoSuchFlag,
    /// The visitor has an open conversation already.
    #[error("This visitor already has an open conversation.")]
    OneOpenConversation,
    /// The command's id was used for another command.
    #[error("This command id was already used for a different command. Use a new one.")]
    CommandIdReused,
    /// A text is empty or blank.
    #[error("Write something first: the {field} is empty.")]
    Empty {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        field: std::borrow::Cow<'static, str>,
    },
    /// A text is too long.
    #[error("The {field} is too long: {limit} bytes at most.")]
    TooLong {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        field: std::borrow::Cow<'static, str>,
        /// The limit in bytes.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        limit: usize,
    },
    /// A text has U+0000, which no database keeps.
    #[error("The {field} has a NUL character. Remove it.")]
    Nul {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        field: std::borrow::Cow<'static, str>,
    },
    /// A number, moment or list is out of its bounds.
    #[error("The {field} is out of bounds: {bounds}.")]
    OutOfBounds {
        /// Which.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        field: std::borrow::Cow<'static, str>,
        /// What is allowed.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        bounds: std::borrow::Cow<'static, str>,
    },
}

/// The family of a [`Rejection`], as HTTP has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionKind {
    /// 403: this caller may not.
    Forbidden,
    /// 404: there is no such thing for this caller.
    NotFound,
    /// 409: the state does not allow it (now).
    Conflict,
    /// 422: the command makes no sense.
    Unprocessable,
}

impl Rejection {
    /// Its family.
    pub fn kind(&self) -> RejectionKind {
        match self {
            Self::RoleTooLow { .. } | Self::NotYours | Self::ToolOff { .. } => {
                RejectionKind::Forbidden
            }
            Self::NoSuchConversation
            | Self::NoSuchMessage
            | Self::NoSuchDraft
            | Self::NoSuchFlag
            | Self::NoSuchRequest => RejectionKind::NotFound,
            Self::Empty { .. }
            | Self::TooLong { .. }
            | Self::Nul { .. }
            | Self::OutOfBounds { .. }
            | Self::CommandIdReused => RejectionKind::Unprocessable,
            _ => RejectionKind::Conflict,
        }
    }

    /// The stable code, as it stands in problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::HeldBy { .. } => "held_by",
            Self::NotHolder => "not_holder",
            Self::NotHeld => "not_held",
            Self::AlreadyHolder => "already_holder",
            Self::RequestPending { .. } => "request_pending",
            Self::NoSuchRequest => "no_such_request",
            Self::AssistantOnly => "assistant_only",
            Self::HumanOnly => "human_only",
            Self::AlreadyAssistant => "already_assistant",
            Self::NotOpen { .. } => "not_open",
            Self::FloorLost { .. } => "floor_lost",
            Self::ToolOff { .. } => "tool_off",
            Self::RoleTooLow { .. } => "role_too_low",
            Self::NotYours => "not_yours",
            Self::AlreadyOpened => "already_opened",
            Self::NoSuchConversation => "no_such_conversation",
            Self::NoSuchMessage => "no_such_message",
            Self::NoSuchDraft => "no_such_draft",
            Self::NoSuchFlag => "no_such_flag",
            Self::OneOpenConversation => "one_open_conversation",
            Self::CommandIdReused => "command_id_reused",
            Self::Empty { .. } => "empty",
            Self::TooLong { .. } => "too_long",
            Self::Nul { .. } => "nul",
            Self::OutOfBounds { .. } => "out_of_bounds",
        }
    }
}
