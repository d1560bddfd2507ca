//! A conversation: its state, what can be asked of it, and what happens. Pure: no clock, no async, no I/O.

mod card;
mod clockwork;
mod command;
mod event;
mod party;
mod policy;
mod rejection;
mod state;

pub use card::{Card, Status};
pub use command::{Command, TransferTarget};
pub use event::{
    Audience, Claim, CloseReason, Escalation, Event, EventBody, Reply, RequestEnd, ReturnReason,
    Source, TicketEnd,
};
pub use party::{Actor, AgentRef, Caller, Role};
pub use policy::{
    Autonomy, DraftTimeout, InvalidPolicy, Mode, Policy, ReopenWith, SilentAnswer, Texts, Timing,
};
pub use rejection::{Rejection, RejectionKind};
pub use state::{
    Control, ControlRequest, Conversation, Draft, EndedReply, Fact, Lifecycle, MAX_ENDED,
    MAX_FACTS, PREVIEW_CHARS, Page, PendingReply, Preview, Profile, Purpose, Speaker, Ticket,
};
