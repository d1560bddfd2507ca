//! How and why control changes, replies end and conversations end, as events tell it.

use serde::{Deserialize, Serialize};

use super::party::AgentRef;
use crate::attention::FlagKind;

/// How an agent came to have the floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Claim {
    /// By the button.
    Button,
    /// By starting to type a reply.
    Typing,
    /// The holder granted a request.
    Granted,
    /// The holder did not answer a request in time, and the service's answer is to grant.
    GrantedByTime,
    /// A supervisor took it.
    Forced {
        /// Why.
        reason: String,
    },
    /// The holder, or a supervisor, handed it over.
    Transferred {
        /// For the new holder.
        note: String,
    },
}

/// How a request for control ended without a change of control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RequestEnd {
    /// The holder said no.
    Denied,
    /// The holder said nothing, and the service's answer is no.
    DeniedByTime,
    /// Whoever asked took it back.
    Withdrawn,
}

/// Why the assistant has the floor again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// An agent returned it.
    ByAgent,
    /// Nobody came in time.
    NobodyCame,
    /// The service's mode changed.
    ModeChanged,
}

/// Why a conversation waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Escalation {
    /// The visitor asked for a person, in words or by the button.
    VisitorAsked,
    /// A flag that makes the service's conversations wait.
    Flagged {
        /// Which.
        flag: FlagKind,
    },
    /// The assistant asked for a person.
    AssistantAsked {
        /// In its words.
        reason: String,
    },
    /// The assistant failed.
    AssistantFailed,
    /// The holder did not answer, or went away.
    HolderGone {
        /// Who had the floor.
        agent: AgentRef,
    },
    /// Nobody approved or rejected the assistant's draft in time.
    DraftUnanswered,
    /// In this service or conversation only people answer.
    PeopleOnly,
}

/// Why a ticket ended without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TicketEnd {
    /// The control changed: takeover, wait, mode.
    ControlChanged,
    /// The visitor wrote again; a newer turn answers both.
    Superseded,
    /// Not answered in time.
    TimedOut,
    /// The assistant failed.
    Failed,
    /// The stream ended without its end.
    Truncated,
    /// The conversation was resolved or closed.
    Ended,
}

/// Why a conversation ended for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The visitor left and stayed away.
    Dropped,
    /// Too long without a word.
    Expired,
    /// The visitor's data was erased.
    Erased,
}
