//! What a command leads to: the decisions of the product, all of them.
//!
//! Each family of commands has its file. None of them knows a clock or does I/O: what they need comes in through
//! [`Context`], and what they decide goes out as events or as a [`Rejection`] that changes nothing.

mod bounds;
mod claim;
mod escalate;
mod log;
mod reply;
mod team;
mod visitor;
mod wake;

pub use bounds::{MAX_MESSAGE_BYTES, MAX_REPLY_BYTES};

use super::{Caller, Command, Conversation, Event, Mode, Policy, Rejection};
use crate::attention::Finding;
use crate::time::Timestamp;
use log::Log;

/// What a decision depends on beside the state and the command.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The time.
    pub now: Timestamp,
    /// Who issues the command.
    pub caller: &'a Caller,
    /// What the service wants.
    pub policy: &'a Policy,
    /// What the detectors found in the text or rating of the command.
    pub findings: &'a [Finding],
    /// For [`Command::RateMessage`]: the message is one of the assistant's in this conversation.
    pub is_reply: bool,
    /// The agent who held it last has a dashboard open.
    pub last_holder_present: bool,
}

/// What a command led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The events, dense from the version that was decided on.
    pub events: Vec<Event>,
    /// The state after them.
    pub state: Conversation,
}

/// Decides what a command leads to. No events: it is fine, and nothing is to be done.
///
/// # Errors
/// [`Rejection`]: the command is refused and nothing changes.
pub fn decide(
    c: &Conversation,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    step(c, command, context).map(|step| step.events)
}

/// As [`decide`], with the state that the events lead to.
///
/// # Errors
/// [`Rejection`]: the command is refused and nothing changes.
pub fn step(c: &Conversation, command: &Command, context: &Context<'_>) -> Result<Step, Rejection> {
    let mut log = Log::new(c, context);
    if c.version == 0 {
        return match command {
            Command::Open { profile, page } => {
                visitor::open(&mut log, profile, page).map(|()| log.finish())
            }
            _ => Err(Rejection::NoSuchConversation),
        };
    }
    follow_policy(&mut log);
    family(&mut log, command)?;
    Ok(log.finish())
}

fn family(log: &mut Log<'_>, command: &Command) -> Result<(), Rejection> {
    match command {
        Command::Open { .. } => Err(Rejection::AlreadyOpened),
        Command::SendMessage { .. }
        | Command::RequestPerson
        | Command::RateMessage { .. }
        | Command::RateConversation { .. }
        | Command::Identify { .. }
        | Command::SetPage { .. }
        | Command::VisitorLeft
        | Command::VisitorBack => visitor::decide(log, command),
        Command::TakeOver { .. }
        | Command::ForceTakeOver { .. }
        | Command::RequestControl
        | Command::WithdrawRequest
        | Command::GrantControl { .. }
        | Command::DenyControl { .. }
        | Command::Transfer { .. }
        | Command::Release
        | Command::Return { .. }
        | Command::SetHolderPresence { .. } => claim::decide(log, command),
        Command::CommitReply { .. }
        | Command::AskForPerson { .. }
        | Command::FailReply { .. }
        | Command::LearnFact { .. }
        | Command::SetScore { .. }
        | Command::ApproveDraft { .. }
        | Command::RejectDraft { .. } => reply::decide(log, command),
        Command::Wake | Command::PolicyChanged | Command::Close => wake::decide(log, command),
        _ => team::decide(log, command),
    }
}

/// Brings the conversation in line with the service's mode and times, where they changed. What a node knows of them may
/// be older than what the conversation has followed: then it stays.
fn follow_policy(log: &mut Log<'_>) {
    let policy = log.context.policy;
    if !log.state().is_open() || log.is_policy_old() {
        return;
    }
    let revision = policy.revision;
    let (state, timing) = (log.state(), policy.timing);
    // Without a trace of this revision one in between, which a slow node still knows, would count as new.
    let unchanged = revision > state.policy_revision && state.mode == policy.mode;
    if state.timing != timing || unchanged {
        log.push_by_system(super::EventBody::TimingChanged { timing, revision });
    }
    if log.state().mode == policy.mode {
        return;
    }
    if policy.mode == Mode::HumanOnly {
        reply::withdraw(log);
    }
    let mode = policy.mode;
    log.push_by_system(super::EventBody::ModeChanged { mode, revision });
    match mode {
        Mode::AssistantOnly => escalate::leave_to_assistant(log),
        Mode::HumanOnly => escalate::wait_for_people(log),
        Mode::Supported => {}
    }
}
