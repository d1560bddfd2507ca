//! The [`Notifier`] trait: how people who are not looking are told.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::attention::Finding;
use crate::conversation::AgentRef;
use crate::id::{ConversationId, ServiceId};
use crate::time::Timestamp;

/// Something that people should know. It holds no message text but the words that raised a flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// The service.
    pub service: ServiceId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The seq of the event that it is about.
    pub seq: u64,
    /// When that was.
    pub at: Timestamp,
    /// What happened.
    pub what: Occasion,
}

/// What a [`Notification`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Occasion {
    /// A person is asked for.
    TakeoverRequested,
    /// A flag was raised.
    Flagged {
        /// What was found.
        finding: Finding,
    },
    /// Nobody came in time; kept for follow-up.
    Unattended,
    /// Handed to an agent.
    Assigned {
        /// To whom.
        agent: AgentRef,
    },
    /// A colleague asks the holder for the floor.
    ControlRequested {
        /// Who asks.
        agent: AgentRef,
    },
}

/// Why a notification was not delivered.
#[derive(Debug, thiserror::Error)]
#[error("not delivered: {reason}")]
pub struct NotifyError {
    /// In words, for the log and the dead letter.
    pub reason: String,
    /// Whether trying again may help.
    pub temporary: bool,
}

/// Tells people who are not looking at the dashboard.
///
/// # What an implementation must guarantee
/// - `Ok` means that the receiver has it. An error, or a dropped future, is tried again with the same `id`, so a
///   receiver that must not act twice tells repeats by the `id`.
/// - It bounds its own time; a call that takes longer than the runtime's limit is dropped and counts as failed.
#[async_trait]
pub trait Notifier: Debug + Send + Sync + 'static {
    /// Delivers one notification.
    async fn notify(&self, id: uuid::Uuid, notification: &Notification) -> Result<(), NotifyError>;
}
