//! Who does something in a conversation.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::AgentId;

/// A person of the team, with the name that visitors and colleagues see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AgentRef {
    /// Who it is.
    pub id: AgentId,
    /// The name that is shown.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Arc<str>,
}

/// What a person of the team may do; each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Takes over, answers, notes.
    Agent,
    /// Takes the floor from another agent, with a reason.
    Supervisor,
    /// Changes services and the team.
    Admin,
    /// Everything; there is always one.
    Owner,
}

/// Who issues a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The conversation's visitor.
    Visitor,
    /// A person of the team.
    Agent(AgentRef, Role),
    /// An assistant, with its ticket in the command.
    Assistant,
    /// Handoff itself: time, a change of the service's settings.
    System,
}

/// Who did what an event says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// The visitor.
    Visitor,
    /// A person of the team.
    Agent(AgentRef),
    /// The assistant.
    Assistant,
    /// Handoff itself.
    System,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        match caller {
            Caller::Visitor => Self::Visitor,
            Caller::Agent(agent, _) => Self::Agent(agent.clone()),
            Caller::Assistant => Self::Assistant,
            Caller::System => Self::System,
        }
    }
}
