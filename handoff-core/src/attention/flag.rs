//! What a conversation can be flagged for.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The kind of a [`Flag`]: why a conversation needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FlagKind {
    /// The visitor asked for a person.
    HelpRequested,
    /// The assistant could not answer.
    NonAnswer,
    /// The visitor is angry or disappointed.
    NegativeFeedback,
    /// The visitor gave an answer a thumbs-down, or the conversation a low rating.
    ThumbsDown,
    /// The visitor waits, and nobody whose turn it is answers.
    Unattended,
    /// The assistant failed (provider down, timeout, truncated stream).
    AssistantFailed,
    /// A rule of the service's own, by its name.
    Rule(String),
}

/// What a detector found in one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Finding {
    /// What was found.
    pub kind: FlagKind,
    /// One sentence for the agent: why this was raised.
    pub reason: String,
    /// The words that raised it, as they were written; empty where no words did.
    pub quote: String,
}

/// A reason why a conversation needs attention: raised once, until an agent dismisses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Flag {
    /// What was found, why, and the words.
    #[serde(flatten)]
    pub finding: Finding,
    /// When it was raised.
    pub at: Timestamp,
}
