//! A conversation: its state, what can be asked of it, and what happens. Pure: no clock, no async, no I/O.

mod apply;
mod assistant_policy;
mod briefing;
mod card;
mod cause;
mod clockwork;
mod command;
mod decide;
mod effect;
mod event;
mod mutant;
mod party;
mod policy;
mod rejection;
mod reply;
mod state;
#[cfg(test)]
mod tests;
mod transcript;

pub use apply::{apply, replay};
pub use assistant_policy::{AssistantPolicy, Budget, FactField, FactKind, Specialist, Tool};
pub use briefing::{
    Briefing, Gate, Guard, KnownFact, MAX_MATTERS, MAX_PROMISES, MAX_SAID_FACTS, Matter, Mood,
    Objection, Origin, Promised, Summary, Tried, TurnBudget, Verdict, summary, tokens,
};
pub use card::{Card, Status};
pub use cause::{Claim, CloseReason, Escalation, RequestEnd, ReturnReason, TicketEnd};
pub use command::{Command, TransferTarget};
pub use decide::{Context, MAX_MESSAGE_BYTES, MAX_REPLY_BYTES, Step, decide, step};
pub use effect::{Effect, effects, notifications};
pub use event::{Audience, Event, EventBody};
#[cfg(feature = "testing")]
pub use mutant::{Mutant, Planted};
pub use party::{Actor, AgentRef, Caller, Role};
pub use policy::{
    Autonomy, DraftTimeout, InvalidPolicy, Mode, Policy, ReopenWith, SilentAnswer, Texts, Timing,
};
pub use rejection::{Rejection, RejectionKind};
pub use reply::{Reply, Source};
pub use state::{
    Control, ControlRequest, Conversation, Draft, EndedReply, Fact, Lifecycle, MAX_ENDED,
    MAX_FACTS, PREVIEW_CHARS, Page, PendingReply, Preview, Profile, Purpose, Speaker, Ticket,
};
pub use transcript::{transcript, turn};
