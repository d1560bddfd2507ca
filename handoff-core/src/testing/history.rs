//! What was seen of a running system from outside: the input of the history checker.
//!
//! The simulator writes it, and so can taps on real processes, one JSON record a line.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::assistant::Turn;
use crate::conversation::{Audience, Claim, Event, EventBody, Ticket};
use crate::id::{AgentId, ConversationId, VisitorId};
use crate::store::{OutboxRow, Receipt};
use crate::time::Timestamp;

/// One thing that was seen. Its place in the history is the order in which things were seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, by the one clock of whoever watches.
    pub at: Timestamp,
    /// At which node; none where it was none of them.
    pub node: Option<u32>,
    /// What.
    pub what: Observed,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tap", rename_all = "snake_case")]
pub enum Observed {
    /// The store stored a commit.
    Committed(Committed),
    /// A client sent a command that has an id, for the first time or again.
    Asked {
        /// Of which conversation.
        conversation: ConversationId,
        /// Caller and command id, as in the [`Receipt`].
        key: Arc<str>,
        /// A digest of the command, as in the [`Receipt`].
        digest: u64,
    },
    /// A client was answered.
    Answered {
        /// Of which conversation.
        conversation: ConversationId,
        /// Caller and command id.
        key: Arc<str>,
        /// The digest of the command that this answers.
        digest: u64,
        /// How.
        answer: Answer,
    },
    /// A client subscribed to a conversation, having seen it up to a version.
    Subscribed {
        /// A number of its own for each subscription.
        socket: u32,
        /// Who looks.
        reader: Reader,
        /// At what.
        conversation: ConversationId,
        /// The last version that this client saw; 0: none.
        after: u64,
    },
    /// A frame arrived at the client's end of a subscription.
    Shown {
        /// Which subscription.
        socket: u32,
        /// What arrived.
        frame: Frame,
    },
    /// A subscription ended.
    Cut {
        /// Which.
        socket: u32,
    },
    /// What a client shows at the end.
    Rendered {
        /// Its subscription.
        socket: u32,
        /// The version up to which it saw everything.
        version: u64,
        /// What was said, as it is shown, by seq.
        said: Vec<(u64, String)>,
        /// A piece of a reply that is shown as being written.
        piece: Option<(Ticket, String)>,
    },
    /// A client that wants something has not got it at the end: a connection, an answer.
    Stranded {
        /// Who.
        reader: Reader,
        /// What is missing.
        what: Cow<'static, str>,
    },
    /// An assistant was asked.
    Prompted {
        /// With all of this.
        turn: Box<Turn>,
    },
    /// An assistant's stream ended.
    Written {
        /// For which reply.
        ticket: Ticket,
        /// What it had written.
        text: Arc<str>,
        /// With its end marker.
        whole: bool,
    },
    /// A notification reached its receiver.
    Notified {
        /// The id of the attempt.
        id: Uuid,
    },
    /// A node started.
    Started,
    /// A node was killed.
    Killed,
    /// A fault was injected.
    Fault {
        /// Its name.
        name: Cow<'static, str>,
    },
    /// The last fault was long ago, and nobody does anything any more.
    Quiet,
}

/// A commit that was stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Committed {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Its events.
    pub events: Arc<[Event]>,
    /// The command that it answers, where that had an id.
    pub receipt: Option<Receipt>,
    /// The wake that the store keeps from then on.
    pub wake: Option<Timestamp>,
    /// The notifications that it owes.
    pub outbox: Vec<OutboxRow>,
}

/// What a client was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Done: the command's first event is this one. None where there was nothing to do.
    Done {
        /// The seq.
        first: Option<u64>,
    },
    /// Refused: nothing was changed.
    Refused {
        /// The rejection's code.
        code: Cow<'static, str>,
    },
    /// Nobody knows whether it was done.
    Unknown,
}

/// Who looks at a conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// The visitor.
    Visitor(VisitorId),
    /// A person of the team.
    Agent(AgentId),
}

/// What arrives on a subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum Frame {
    /// Events, as this reader may see them, and the version up to which they are all there.
    Events {
        /// The events.
        events: Arc<[Event]>,
        /// The version.
        version: u64,
    },
    /// A piece of a reply that is being written.
    Piece {
        /// The reply's permission.
        ticket: Ticket,
        /// Where it begins.
        offset: u64,
        /// The text.
        text: Arc<str>,
    },
    /// What was shown before no longer counts.
    Reset,
}

/// All that was seen, in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The records.
    pub records: Vec<Record>,
}

impl History {
    /// One more record.
    pub fn push(&mut self, at: Timestamp, node: Option<u32>, what: Observed) {
        self.records.push(Record { at, node, what });
    }
}

impl FromIterator<Record> for History {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        Self {
            records: records.into_iter().collect(),
        }
    }
}

/// The event as visitors may see it; none where it is the team's alone.
pub fn for_visitors(mut event: Event) -> Option<Event> {
    if event.body.audience() == Audience::Team {
        return None;
    }
    match &mut event.body {
        EventBody::Returned { instruction, .. } => *instruction = None,
        EventBody::Transferred { note, .. } => note.clear(),
        EventBody::ReplyInterrupted { partial, .. } => partial.clear(),
        EventBody::TakenOver {
            how: Claim::Transferred { note: words } | Claim::Forced { reason: words },
            ..
        } => words.clear(),
        _ => {}
    }
    Some(event)
}
