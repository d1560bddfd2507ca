//! What the clients and the injector saw, in the order in which they saw it.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use handoff_axum::ws::protocol::VisitorEvent;
use handoff_core::conversation::{Event, Ticket};
use handoff_core::id::{ConversationId, VisitorId};
use handoff_core::runtime::{Clock as _, SystemClock};
use handoff_core::testing::history::Reader;
use handoff_core::time::Timestamp;

/// Where a command goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// To this conversation.
    Known(ConversationId),
    /// To the visitor's own, whichever that is.
    Of(VisitorId),
}

/// A command of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) place: Place,
    /// Caller and id, and a digest of the command, as in its receipt.
    pub(super) receipt: (String, u64),
    /// What it says, where it is a message.
    pub(super) text: Option<String>,
    /// It always leaves a receipt where it is done.
    pub(super) leaves_receipt: bool,
}

/// What a client was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Done, and the message is at this seq.
    At(u64),
    /// Done, and this is the version after it.
    Version(u64),
    /// Refused with this code.
    Refused(String),
}

/// What was seen.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    Asked(Asked),
    Answered(Asked, Told),
    Subscribed {
        socket: u32,
        reader: Reader,
        conversation: ConversationId,
        after: u64,
    },
    TeamEvents {
        socket: u32,
        events: Vec<Event>,
        version: u64,
    },
    VisitorEvents {
        socket: u32,
        conversation: ConversationId,
        events: Vec<VisitorEvent>,
        version: u64,
    },
    Piece {
        socket: u32,
        ticket: Ticket,
        offset: u64,
        text: String,
    },
    Cut {
        socket: u32,
    },
    Rendered {
        socket: u32,
        conversation: ConversationId,
        version: u64,
        said: Vec<(u64, String)>,
        piece: Option<(Ticket, String)>,
    },
    Stranded {
        reader: Reader,
        what: Cow<'static, str>,
    },
    Fault(&'static str),
    Started(u32),
    Killed(u32),
    /// A promise was seen to be broken without the checker.
    Broken(String),
}

/// Keeps what is seen.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    seen: Mutex<Vec<(Timestamp, Seen)>>,
    sockets: AtomicU32,
}

/// The time of the one clock that all records have.
pub(super) fn now() -> Timestamp {
    SystemClock.now()
}

impl Recorder {
    /// One more record.
    pub(super) fn see(&self, seen: Seen) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((now(), seen));
    }

    /// A number for a new subscription.
    pub(super) fn socket(&self) -> u32 {
        self.sockets.fetch_add(1, Ordering::Relaxed)
    }

    /// All of them; none are left.
    pub(super) fn take(&self) -> Vec<(Timestamp, Seen)> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
