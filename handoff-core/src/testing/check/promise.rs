//! What can be broken, and how that is told.

use std::fmt;

use serde::Serialize;

use crate::id::ConversationId;

/// What the engine guarantees and a history can show to be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Promise {
    /// One holder: every change of control raises the epoch by one, and nobody takes the floor from its holder.
    I1,
    /// Durable silence: no word of the assistant is stored while a person has the floor or it is paused.
    I3,
    /// Silence on the wire: after the takeover was shown, no older piece is.
    I4,
    /// Fenced writes: what is written by a ticket or by the holder is written while that holds.
    I5,
    /// Accept once: a command id is done once, and every repeat has the first answer.
    I6,
    /// Dense order: 1, 2, 3, …
    I7,
    /// Delivery: what a subscription shows is the log, in order, without a hole.
    I8,
    /// No note, instruction or draft reaches a visitor.
    I10,
    /// What the assistant is told is what was said, and no note.
    I11,
    /// A timer fires once, not early, not after it was cancelled, and not too late.
    I13,
    /// The fallback comes once for each wait that nobody ended, with one notification.
    I14,
    /// What is to be notified is notified, by one id.
    I15,
    /// Every transition is in the table.
    I17,
    /// What is shown in the end is what is stored; a cut reply is never stored as whole.
    I18,
    /// Nobody sees an older state after a newer one.
    I20,
    /// Everybody who waits has a timer, an answer or a visible failure.
    I26,
    /// The assistant does not ask for what was told already.
    I27,
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// In which conversation.
    pub conversation: Option<ConversationId>,
    /// At which event.
    pub seq: Option<u64>,
    /// The index of the record in the history that shows it.
    pub record: usize,
    /// What happened.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.promise)?;
        if let Some(conversation) = self.conversation {
            write!(f, " in {conversation}")?;
        }
        if let Some(seq) = self.seq {
            write!(f, " at seq {seq}")?;
        }
        write!(f, " (record {}): {}", self.record, self.what)
    }
}

/// Collects violations at one place of a history.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub(super) violations: &'a mut Vec<Violation>,
    pub(super) conversation: Option<ConversationId>,
    pub(super) seq: Option<u64>,
    pub(super) record: usize,
}

impl Judge<'_> {
    /// The promise is broken.
    pub(super) fn broken(&mut self, promise: Promise, what: impl Into<String>) {
        self.violations.push(Violation {
            promise,
            conversation: self.conversation,
            seq: self.seq,
            record: self.record,
            what: what.into(),
        });
    }

    /// The promise is broken unless this holds.
    pub(super) fn must(&mut self, holds: bool, promise: Promise, what: &str) {
        if !holds {
            self.broken(promise, what);
        }
    }
}
