//! What a widget and the server say to each other.

use handoff_core::conversation::{Mode, Page, Profile, Source, Speaker};
use handoff_core::directory::Look;
use handoff_core::id::{AgentId, CommandId, ConversationId, ServiceId, VisitorId};
use handoff_core::time::Timestamp;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

use super::Problem;

/// What a widget sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum VisitorRequest {
    /// The first frame. The server answers with `welcome`, then with the events after `after`, then live.
    Hello {
        /// [`PROTOCOL`](super::PROTOCOL).
        protocol: u32,
        /// The service.
        service: ServiceId,
        /// Who; from `POST /api/v1/visitor/session`.
        visitor: VisitorId,
        /// The secret from there.
        secret: String,
        /// The conversation that `after` belongs to; none where the client knows none.
        #[serde(default)]
        conversation: Option<ConversationId>,
        /// The last version seen of it.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        after: u64,
        /// Where the visitor is.
        #[serde(default)]
        page: Page,
        /// What the page tells about the visitor. `verified` is ignored: only a signed identity verifies.
        #[serde(default)]
        profile: Profile,
    },
    /// Say something. The first message opens a conversation, and so does one after the last was closed.
    Send {
        /// The client's own id: a UUID. A repeat is stored once and answered as the first time.
        id: CommandId,
        /// The text.
        text: String,
    },
    /// "Talk to a person".
    RequestPerson {
        /// The client's own id.
        id: CommandId,
    },
    /// Thumbs on a message of the assistant; none takes it back.
    RateMessage {
        /// The client's own id.
        id: CommandId,
        /// The message's seq.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        message: u64,
        /// Up or down.
        up: Option<bool>,
    },
    /// Rate the conversation.
    RateConversation {
        /// The client's own id.
        id: CommandId,
        /// One (bad) to five (good).
        stars: u8,
        /// A word with it; may be empty.
        #[serde(default)]
        comment: String,
    },
    /// Leave a name or an e-mail address (typed, so not verified).
    Identify {
        /// The client's own id.
        id: CommandId,
        /// The name.
        #[serde(default)]
        name: Option<String>,
        /// The address.
        #[serde(default)]
        email: Option<String>,
    },
    /// The visitor is on another page.
    SetPage {
        /// Where.
        page: Page,
    },
    /// The visitor types (at most every 3 seconds), or stopped.
    Typing {
        /// Whether.
        typing: bool,
    },
    /// A heartbeat, at least every `heartbeat_ms`; answered by `pong`.
    Ping,
}

/// What a widget gets. Nothing of the team's (notes, flags, drafts, instructions) has a place in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitorFrame {
    /// The answer to `hello`.
    Welcome {
        /// [`PROTOCOL`](super::PROTOCOL).
        protocol: u32,
        /// The visitor's conversation; none before the first message.
        conversation: Option<ConversationId>,
        /// The `after` of `hello` does not belong to this conversation: forget what was shown.
        reset: bool,
        /// How the widget looks.
        look: Look,
        /// Who may answer in this service; "talk to a person" is offered except in `assistant_only`.
        mode: Mode,
        /// Send a `ping` at least so often, in milliseconds.
        heartbeat_ms: u32,
        /// The server's clock.
        now: Timestamp,
    },
    /// The first message opened a conversation: its versions begin anew.
    Opened {
        /// Which.
        conversation: ConversationId,
    },
    /// What happened, in order. Seqs rise but have gaps where something was not the visitor's to see.
    Events {
        /// Some events.
        events: Vec<VisitorEvent>,
        /// Resume from here (`hello.after`).
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        version: u64,
        /// The stored history is complete with this batch; what follows is live.
        caught_up: bool,
    },
    /// A piece of a reply that is being written. Drop it where `epoch` is lower than one already seen in an event.
    Piece {
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
    /// A person types.
    Typing {
        /// Their name.
        name: String,
        /// Whether; forget it after 6 seconds.
        typing: bool,
    },
    /// The service's look or mode changed.
    Service {
        /// How the widget looks.
        look: Look,
        /// Who may answer.
        mode: Mode,
    },
    /// A request was done, durably.
    Done {
        /// The request's id.
        id: CommandId,
        /// The seq of the message, for `send`; else the version after it.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        seq: u64,
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

/// An event, as the visitor may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct VisitorEvent {
    /// Its place in the conversation.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The epoch of control after it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub epoch: u64,
    /// What.
    pub body: VisitorEventBody,
}

/// What a [`VisitorEvent`] says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitorEventBody {
    /// Somebody said something.
    Message {
        /// Who.
        from: Speaker,
        /// The agent's or the specialist's name.
        name: Option<String>,
        /// The text: text, never HTML.
        text: String,
        /// The help pages that the assistant took it from.
        sources: Vec<Source>,
        /// The assistant's turn: replaces the pieces of that turn.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        turn: Option<u64>,
    },
    /// The assistant begins to write.
    ReplyStarted {
        /// The turn.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
    },
    /// The assistant's reply ended before it was whole: remove its pieces.
    ReplyStopped {
        /// The turn.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
    },
    /// A person joined; where the conversation was resolved, it goes on with them.
    PersonJoined {
        /// Under this name.
        name: String,
        /// Their id, for a face.
        agent: AgentId,
    },
    /// The person left; nobody has the floor.
    PersonLeft,
    /// A person was asked for.
    Connecting {
        /// What to show for it, as a message; none where no automated word may be said.
        said: Option<String>,
    },
    /// Nobody came in time: offer an e-mail field.
    NobodyCame {
        /// What to show for it, as a message.
        text: String,
    },
    /// The assistant is back.
    AssistantBack,
    /// A rating was kept.
    MessageRated {
        /// The message's seq.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        message: u64,
        /// Up, down, or taken back.
        up: Option<bool>,
    },
    /// The rating of the conversation was kept.
    ConversationRated {
        /// One to five.
        stars: u8,
    },
    /// It was marked as resolved: ask for a rating.
    Resolved,
    /// It goes on, with the assistant.
    Reopened,
    /// It ended; the next message begins a new conversation.
    Closed,
}
