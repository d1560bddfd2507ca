//! A command on its way.

use std::sync::Arc;

use super::queue::Life;
use crate::conversation::{Caller, Command, Conversation};
use crate::id::ConversationId;
use crate::store::{Commit, CommitOutcome};

/// Somebody at the other end of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientId {
    Visitor(usize),
    Agent(usize),
}

/// Who waits for the answer to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    Client(ClientId),
    /// An assistant.
    Writer(u32),
    /// The node itself.
    Node,
}

/// A command and who waits for its answer.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) conversation: ConversationId,
    pub(super) asker: Asker,
    pub(super) caller: Caller,
    pub(super) command: Command,
    /// Caller and command id, where it has one.
    pub(super) key: Option<Arc<str>>,
    /// Stands for the command's content.
    pub(super) digest: u64,
}

/// A command at a node.
#[derive(Debug, Clone)]
pub(super) struct Dispatch {
    pub(super) at: Life,
    pub(super) request: Arc<Request>,
    /// How many commits of it were refused for their version.
    pub(super) tries: u32,
}

/// A commit on its way to the store and back.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub(super) dispatch: Dispatch,
    pub(super) before: Arc<Conversation>,
    pub(super) commit: Commit,
    /// The node no longer waits for the outcome.
    pub(super) given_up: bool,
}

/// How a commit ended, as far as the node knows.
#[derive(Debug)]
pub(super) enum Outcome {
    Known(CommitOutcome),
    Unknown,
}
