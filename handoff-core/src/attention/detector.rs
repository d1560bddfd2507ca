//! The [`Detector`] trait.

use std::fmt::Debug;

use super::Finding;

/// What a detector looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observed<'a> {
    /// A visitor's message.
    VisitorMessage {
        /// Its text, as written.
        text: &'a str,
    },
    /// A whole reply of the assistant, about to be committed.
    AssistantReply {
        /// Its text.
        text: &'a str,
    },
    /// The visitor rated one of the assistant's messages.
    MessageRated {
        /// `true` is a thumbs-up.
        up: bool,
        /// The text of the message that was rated.
        text: &'a str,
    },
    /// The visitor rated the conversation.
    ConversationRated {
        /// One (bad) to five (good) stars.
        stars: u8,
        /// What the visitor wrote with it; may be empty.
        comment: &'a str,
    },
}

/// Looks at what was said and says whether it needs attention.
///
/// A detector is pure: the same input gives the same findings, it keeps no state, does no I/O and reads no clock. It
/// runs on the way of every message, so it must stay in the order of microseconds, and it must not panic on any text
/// (visitors are hostile). What needs a network is no detector: raise such a flag later through
/// [`Command::RaiseFlag`](crate::Command::RaiseFlag).
pub trait Detector: Debug + Send + Sync + 'static {
    /// A short stable name, for logs and for the dry run.
    fn name(&self) -> &'static str;

    /// The findings, most telling first; empty where there is nothing to see.
    fn detect(&self, observed: Observed<'_>) -> Vec<Finding>;
}
