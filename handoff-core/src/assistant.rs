//! The [`Assistant`] trait: who writes replies.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use crate::conversation::Briefing;
use crate::conversation::{
    AssistantPolicy, Page, Profile, Purpose, Reply, Speaker, Summary, Ticket,
};
use crate::customer::CustomerSection;
use crate::error::Unreachable;
use crate::id::ServiceId;
use crate::time::Timestamp;

/// What an assistant is asked to answer. It holds nothing that the visitor must not learn: no note, no other visitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The permission for the reply.
    pub ticket: Ticket,
    /// The service.
    pub service: ServiceId,
    /// What the reply is for.
    pub purpose: Purpose,
    /// When the turn counts as lost.
    pub deadline: Timestamp,
    /// The newest words, whole, oldest first; the last line is the newest. Older ones stand condensed in the briefing.
    pub transcript: Vec<Line>,
    /// What happened that the transcript does not say.
    pub briefing: Briefing,
    /// What is known of the visitor.
    pub profile: Profile,
    /// Where the visitor is.
    pub page: Page,
    /// What the service wants of its assistant.
    #[serde(default)]
    pub assistant: Arc<AssistantPolicy>,
    /// What was spent before this turn; counted only where the service has a budget.
    #[serde(default)]
    pub spent: Spent,
    /// The name of the specialist that spoke last.
    #[serde(default)]
    pub specialist: Option<String>,
}

/// What an assistant has spent, in tokens of its provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// In the conversation.
    pub conversation: u64,
    /// In the service today.
    pub today: u64,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Who.
    pub speaker: Speaker,
    /// The agent's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Where an assistant puts the pieces of a reply as it writes them.
#[async_trait]
pub trait ReplySink: Send + Sync {
    /// Shows one more piece to those who look. Pieces are never stored: the whole reply is what
    /// [`Assistant::reply`] returns.
    ///
    /// # Errors
    /// [`FloorLost`] once the ticket ended: stop writing.
    async fn piece(&self, text: &str) -> Result<(), FloorLost>;

    /// Counts tokens of the provider that this turn spent, once for each request; also when the ticket ended. It never
    /// waits, so that it can be said where a future is dropped.
    fn spent(&self, tokens: u64);

    /// Does what a tool is for, by the turn's ticket: durably before it returns, or not at all.
    ///
    /// # Errors
    /// [`ToolError`]: nothing was done.
    async fn act(&self, act: Act) -> Result<(), ToolError>;

    /// What the host knows of the visitor, where their identity is verified and the service allows it.
    ///
    /// # Errors
    /// [`ToolError`]; [`ToolError::FloorLost`] also where the floor was lost while the host was asked.
    async fn customer(&self) -> Result<Vec<CustomerSection>, ToolError>;
}

/// Something that an assistant does beside answering.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// Keeps a fact of the visitor.
    SaveFact {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Sets the lead score, 0 to 100.
    ScoreLead(u8),
}

/// Why a tool did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The ticket ended: stop the reply.
    #[error(transparent)]
    FloorLost(#[from] FloorLost),
    /// It is refused, in words that an assistant may read.
    #[error("{0}")]
    Refused(String),
    /// It can't be done now.
    #[error("it is not available now")]
    Unavailable,
}

/// The ticket ended while the reply was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the floor was lost: stop this reply")]
pub struct FloorLost;

/// What an assistant came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Say this.
    Reply(Reply),
    /// A person is needed, for this reason.
    AskForPerson(String),
    /// Somebody else answers this turn by its ticket (a bot over HTTP): wait for it until the deadline.
    Elsewhere,
}

/// Why an assistant came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssistantError {
    /// The ticket ended.
    #[error(transparent)]
    FloorLost(#[from] FloorLost),
    /// The stream ended without its end marker: what came is no whole reply.
    #[error("the reply was cut short")]
    Truncated,
    /// The service switched its assistant off.
    #[error("the assistant is switched off")]
    SwitchedOff,
    /// The provider can't be reached or refused.
    #[error("the assistant's provider failed: {0}")]
    Provider(#[source] Unreachable),
}

/// Writes replies.
///
/// # What an implementation must guarantee
/// - It returns a reply only if it is whole. A stream that ended without its end marker is
///   [`AssistantError::Truncated`].
/// - The future may be dropped at any await: a takeover does that. Whatever it started elsewhere ends with it.
/// - It keeps nothing of one conversation for another.
///
/// It need not check the ticket: a late reply is refused by the commit.
#[async_trait]
pub trait Assistant: Debug + Send + Sync + 'static {
    /// Answers one turn.
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError>;

    /// Tells an agent who takes over, in a few sentences, what happened; the visitor never sees it. None, as here: the rules
    /// that made `summary` are enough. The engine waits a few seconds for it at most, and goes on without it.
    async fn summarise(&self, summary: &Summary, transcript: &[Line]) -> Option<String> {
        let _ = (summary, transcript);
        None
    }
}

/// Leaves every turn to whoever answers by its ticket: a bot over HTTP.
#[derive(Debug, Clone, Copy, Default)]
pub struct Elsewhere;

#[async_trait]
impl Assistant for Elsewhere {
    async fn reply(&self, _: &Turn, _: &dyn ReplySink) -> Result<Answer, AssistantError> {
        Ok(Answer::Elsewhere)
    }
}
