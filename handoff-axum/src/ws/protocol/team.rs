//! What a dashboard and the server say to each other.

use std::sync::Arc;

use handoff_core::conversation::{AgentRef, Card, Command, Event, Role, Speaker};
use handoff_core::directory::Service;
use handoff_core::id::{CommandId, ConversationId, ServiceId};
use handoff_core::store::BoardCounts;
use handoff_core::time::Timestamp;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

use super::Problem;

/// What a dashboard sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TeamRequest {
    /// The first frame.
    Hello {
        /// [`PROTOCOL`](super::PROTOCOL).
        protocol: u32,
    },
    /// Open a conversation: its events after this version, then live ones, pieces and typing.
    Watch {
        /// Which.
        conversation: ConversationId,
        /// The last version seen; 0: from the beginning.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        after: u64,
    },
    /// No longer look at a conversation.
    Unwatch {
        /// Which.
        conversation: ConversationId,
    },
    /// Do something; answered by `done` or `refused` with the same id. After a reconnect, send again what was not answered.
    Do {
        /// The client's own id: a UUID. A repeat is done once and answered as the first time.
        id: CommandId,
        /// Where.
        conversation: ConversationId,
        /// What.
        #[serde(deserialize_with = "crate::ws::strict_command")]
        command: Command,
    },
    /// The agent is typing a reply (at most every 3 seconds), or stopped.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Whether.
        typing: bool,
    },
    /// A heartbeat, at least every [`TeamFrame::Welcome::heartbeat_ms`]; answered by `pong`.
    Ping,
}

/// What a dashboard gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TeamFrame {
    /// The answer to `hello`. Right after it comes the board.
    Welcome {
        /// [`PROTOCOL`](super::PROTOCOL).
        protocol: u32,
        /// Who is signed in.
        you: Me,
        /// Every service that this agent sees.
        services: Vec<ServiceView>,
        /// Colleagues.
        team: Vec<Colleague>,
        /// Send a `ping` at least so often, in milliseconds; the server closes after two and a half times that.
        heartbeat_ms: u32,
        /// The server's clock.
        now: Timestamp,
    },
    /// Part of the board, after `welcome`: open conversations, those that need attention first. `first` replaces
    /// all that the client had, the parts after it add, `last` ends it.
    Board {
        /// Some cards.
        cards: Vec<Arc<Card>>,
        /// This is the first part.
        first: bool,
        /// This is the last part.
        last: bool,
        /// There are more open conversations than a board sends: search and filters ask the server (REST).
        truncated: bool,
    },
    /// Conversations changed. Keep of each the card with the highest version.
    Cards {
        /// Their cards.
        cards: Vec<Arc<Card>>,
    },
    /// The counters changed (at most once a second).
    Counts {
        /// By service.
        counts: Vec<ServiceCounts>,
    },
    /// Events of a watched conversation: dense and in order. The first batch after `watch` may be empty.
    Events {
        /// Which.
        conversation: ConversationId,
        /// Some events.
        events: Vec<Event>,
        /// The stored history up to `watch` is complete with this batch; what follows is live.
        caught_up: bool,
    },
    /// A piece of a reply that is being written in a watched conversation. Drop it where `epoch` is not the conversation's.
    Piece {
        /// Which conversation.
        conversation: ConversationId,
        /// The reply's turn.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
        /// The ticket's epoch.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        epoch: u64,
        /// Where it begins, in UTF-16 code units of the whole reply. A piece that begins at 0 starts over.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        offset: u64,
        /// The text.
        text: String,
    },
    /// Somebody types in a watched conversation.
    Typing {
        /// Which conversation.
        conversation: ConversationId,
        /// The visitor, or an agent.
        who: Speaker,
        /// The agent's name.
        name: Option<String>,
        /// Whether; forget it after 6 seconds.
        typing: bool,
    },
    /// Who looks at a watched conversation.
    Viewers {
        /// Which conversation.
        conversation: ConversationId,
        /// Everybody, oneself included.
        agents: Vec<AgentRef>,
    },
    /// Who is there changed.
    Team {
        /// Everybody.
        team: Vec<Colleague>,
    },
    /// A service's settings changed (or a service is new).
    Service {
        /// The service now.
        service: Box<ServiceView>,
    },
    /// A request was done, durably.
    Done {
        /// The request's id.
        id: CommandId,
        /// The conversation's version after it.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        version: u64,
    },
    /// A request was refused; nothing changed.
    Refused {
        /// The request's id; none where the request had none.
        id: Option<CommandId>,
        /// Why.
        problem: Problem,
    },
    /// The answer to `ping`.
    Pong,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Me {
    /// Who.
    pub agent: AgentRef,
    /// What they may do.
    pub role: Role,
    /// The services they see; none: every one.
    pub services: Option<Vec<ServiceId>>,
}

/// A person of the team, as colleagues see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Colleague {
    /// Who.
    pub agent: AgentRef,
    /// What they may do.
    pub role: Role,
    /// Whether they have a dashboard open.
    pub present: bool,
}

/// A service and the version of its settings, which a change must name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct ServiceView {
    /// The settings.
    pub service: Service,
    /// Their version.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub version: u64,
}

/// The counters of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct ServiceCounts {
    /// Which.
    pub service: ServiceId,
    /// Its counters.
    pub counts: BoardCounts,
}
