//! The [`Bus`] trait: hints between nodes.

use std::fmt::{Debug, Display};
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::conversation::{AgentRef, Speaker, Ticket};
use crate::directory::RecordKind;
use crate::error::Unreachable;
use crate::id::{AgentId, ConversationId, ServiceId};

/// What nodes tell each other. All of it is a hint: lost, doubled or reordered it costs latency, never truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// A conversation is at this version: readers pull what they miss.
    Changed {
        /// Which.
        conversation: ConversationId,
        /// Its service.
        service: ServiceId,
        /// Its version.
        version: u64,
    },
    /// A record of the directory changed.
    Record {
        /// Its kind.
        kind: RecordKind,
        /// Its key.
        key: String,
    },
    /// Something that is never stored.
    Signal(Signal),
}

/// What need not last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")] // beside the notice's own `type`
#[non_exhaustive]
pub enum Signal {
    /// A piece of a reply that is being written.
    Piece {
        /// The reply's permission.
        ticket: Ticket,
        /// Where it begins, in UTF-16 code units of the whole reply.
        offset: u64,
        /// The text.
        text: Arc<str>,
    },
    /// Somebody types.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// The visitor or an agent.
        who: Speaker,
        /// The agent.
        agent: Option<AgentRef>,
        /// Whether.
        typing: bool,
    },
    /// An agent looks at a conversation, or no longer.
    Viewing {
        /// Where.
        conversation: ConversationId,
        /// Who.
        agent: AgentRef,
        /// Whether.
        viewing: bool,
    },
    /// These have a connection to a node, or no longer. It is said again every few seconds: whom a node has not named for
    /// a while is no longer there.
    Presence {
        /// The node, by a name that it made up at its start.
        node: uuid::Uuid,
        /// Agents with a dashboard open; not more than fit into a few kilobytes.
        agents: Vec<AgentId>,
        /// Conversations whose visitor has a widget open; the same.
        visitors: Vec<ConversationId>,
        /// Whether.
        present: bool,
    },
    /// The node that wrote these replies ends before they do: somebody else may ask for them anew, rather than at their
    /// deadline.
    Abandoned {
        /// Their permissions.
        tickets: Vec<Ticket>,
    },
}

impl Signal {
    /// The conversation that it is about; none where it is about no single one.
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Piece { ticket, .. } => Some(ticket.conversation),
            Self::Typing { conversation, .. } | Self::Viewing { conversation, .. } => {
                Some(*conversation)
            }
            Self::Presence { .. } | Self::Abandoned { .. } => None,
        }
    }
}

/// What a subscriber gets.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A notice.
    Notice(Notice),
    /// Notices were lost: look at everything that matters again.
    Lagged,
}

/// Carries notices to every node, the publishing one included.
///
/// # What an implementation must guarantee
/// - Notices of one publisher that arrive, arrive in order or not at all; doubles are allowed.
/// - A subscriber that may have missed something hears [`Heard::Lagged`], also after a reconnect. It never ends by itself.
/// - [`publish`](Self::publish) is bounded in time and memory; it may drop notices when overloaded, if it says `Lagged`.
/// - Dropping a future either published or did not.
#[async_trait]
pub trait Bus: Display + Debug + Send + Sync + 'static {
    /// Tells every subscriber.
    async fn publish(&self, notices: &[Notice]) -> Result<(), Unreachable>;

    /// Hears everything published from now on.
    async fn subscribe(&self) -> Result<BoxStream<'static, Heard>, Unreachable>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_come_back_from_json() {
        let agent = AgentId::new("bo").unwrap();
        let present = Signal::Presence {
            node: uuid::Uuid::nil(),
            agents: vec![agent],
            visitors: Vec::new(),
            present: true,
        };
        let notice = Notice::Signal(present);
        let json = serde_json::to_string(&notice).unwrap();
        assert_eq!(
            json,
            r#"{"type":"signal","signal":"presence","node":"00000000-0000-0000-0000-000000000000","agents":["bo"],"visitors":[],"present":true}"#
        );
        assert_eq!(serde_json::from_str::<Notice>(&json).unwrap(), notice);
    }
}
