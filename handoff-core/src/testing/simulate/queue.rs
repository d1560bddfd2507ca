//! What is to be done, in the order of a virtual clock.

use std::collections::BTreeMap;

use super::request::{ClientId, Dispatch, Outcome, Proposal, Request};
use crate::conversation::{Effect, Ticket};
use crate::id::ConversationId;
use crate::testing::history::{Answer, Frame};
use crate::time::Timestamp;
use std::sync::Arc;

/// One life of one node: what a node was about to do dies with that life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) node: usize,
    pub(super) life: u32,
}

/// One step of somebody. Between any two steps anything else can happen.
#[derive(Debug)]
pub(super) enum Task {
    /// A client thinks of something to do.
    Act(ClientId),
    /// A client has had no answer for a while.
    Retry(ClientId, Arc<Request>),
    /// A client connects (again).
    Connect(ClientId),
    /// A command is at a node: read, decide.
    Decide(Dispatch),
    /// A commit is at the store.
    Apply(Box<Proposal>),
    /// A node hears how its commit ended.
    Outcome(Box<Proposal>, Outcome),
    /// A node tells the others.
    Publish(Life, ConversationId, u64),
    /// A node hears that a conversation is at a version.
    Notice(Life, ConversationId, u64),
    /// A node does what a commit leads to.
    Effect(Life, Effect),
    /// A node answers a client.
    Reply(Life, Arc<Request>, Answer),
    /// A client hears the answer.
    Answered(Arc<Request>, Answer),
    /// An assistant writes on.
    Write(u32),
    /// A node hears a piece.
    Piece(Life, Ticket, u64, Arc<str>),
    /// A node looks what a subscription misses.
    Pull(u32),
    /// A frame arrives at a client.
    Frame(u32, Frame),
    /// A node looks what is due.
    Tick(Life),
    /// A node starts again.
    Start(usize),
    /// The service's policy changes.
    ChangePolicy,
    /// A node hears of the service's policy.
    Adopt(usize, u64),
    /// A wake comes for no reason.
    WakeEarly,
    /// Nobody thinks of anything new from here on.
    Settle,
}

/// Tasks by time; those of one moment in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Queue {
    tasks: BTreeMap<(Timestamp, u64), Task>,
    count: u64,
}

impl Queue {
    pub(super) fn push(&mut self, at: Timestamp, task: Task) {
        self.count += 1;
        self.tasks.insert((at, self.count), task);
    }

    pub(super) fn pop(&mut self) -> Option<(Timestamp, Task)> {
        self.tasks.pop_first().map(|((at, _), task)| (at, task))
    }
}
