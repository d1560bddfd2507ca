//! What assistants do, all of it by ticket, and what agents do with drafts.

use super::super::mutant::Mutant;
use super::super::{
    Actor, Caller, Command, Control, Escalation, EventBody, MAX_FACTS, Mode, PendingReply, Purpose,
    Rejection, Reply, Role, Ticket, TicketEnd, Tool,
};
use super::bounds::{self, MAX_REMARK_BYTES, MAX_REPLY_BYTES};
use super::escalate::{attend, escalate, request_reply, wait_for_people};
use super::log::Log;
use crate::attention::FlagKind;

pub(super) fn decide(log: &mut Log<'_>, command: &Command) -> Result<(), Rejection> {
    match command {
        Command::ApproveDraft { turn, edited } => return approve(log, *turn, edited.as_deref()),
        Command::RejectDraft { turn } => return reject(log, *turn),
        _ => log.only(&Caller::Assistant)?,
    }
    match command {
        Command::CommitReply { ticket, reply } => commit(log, *ticket, reply),
        Command::AskForPerson { ticket, reason } => ask_for_person(log, *ticket, reason),
        Command::FailReply {
            ticket,
            partial,
            truncated,
        } => fail(log, *ticket, partial, *truncated),
        Command::LearnFact {
            ticket,
            name,
            value,
        } => learn(log, *ticket, name, value),
        Command::SetScore { ticket, score } => set_score(log, *ticket, *score),
        _ => Err(Rejection::NotYours),
    }
}

/// Whether the service lets its assistant do this.
fn allowed(log: &Log<'_>, tool: Tool) -> Result<(), Rejection> {
    if log.context.policy.assistant.allows(tool) {
        return Ok(());
    }
    Err(Rejection::ToolOff { tool })
}

/// The reply that a ticket permits. A change of control, a newer turn, a close have ended it: see `apply`.
fn permitted(log: &mut Log<'_>, ticket: Ticket) -> Result<PendingReply, Rejection> {
    let c = log.state();
    if c.ticket() == Some(ticket)
        && let Some(pending) = c.pending
    {
        return Ok(pending);
    }
    if Mutant::NoTicketCheck.is_planted() {
        let deadline = log.context.now;
        return Ok(PendingReply {
            turn: ticket.turn,
            epoch: ticket.epoch,
            purpose: Purpose::Reply,
            deadline,
            attempt: 1,
        });
    }
    let why = c
        .ended
        .iter()
        .find(|ended| ended.turn == ticket.turn && ended.epoch == ticket.epoch)
        .map(|ended| ended.why);
    Err(Rejection::FloorLost {
        ticket,
        why,
        holder: c.holder().cloned(),
    })
}

fn commit(log: &mut Log<'_>, ticket: Ticket, reply: &Reply) -> Result<(), Rejection> {
    let pending = permitted(log, ticket)?;
    bounds::text("reply", &reply.text, MAX_REPLY_BYTES)?;
    if log.context.now >= pending.deadline && !Mutant::NoTicketCheck.is_planted() {
        return Err(Rejection::FloorLost {
            ticket,
            why: Some(TicketEnd::TimedOut),
            holder: None,
        });
    }
    let (turn, reply) = (pending.turn, reply.clone());
    if pending.purpose != Purpose::Reply {
        log.push(EventBody::DraftProposed {
            turn,
            reply,
            purpose: pending.purpose,
        });
        return Ok(());
    }
    log.push(EventBody::ReplyCommitted {
        turn,
        reply,
        approved_by: None,
    });
    attend(log, log.context.findings);
    Ok(())
}

fn ask_for_person(log: &mut Log<'_>, ticket: Ticket, reason: &str) -> Result<(), Rejection> {
    let pending = permitted(log, ticket)?;
    allowed(log, Tool::AskForPerson)?;
    bounds::text("reason", reason, MAX_REMARK_BYTES)?;
    if log.state().mode == Mode::AssistantOnly {
        return Err(Rejection::AssistantOnly);
    }
    log.flag_because(
        FlagKind::HelpRequested,
        &format!("The assistant asks for a person: {reason}"),
    );
    if log.state().control == Control::Assistant {
        escalate(
            log,
            Escalation::AssistantAsked {
                reason: reason.to_owned(),
            },
        );
    } else {
        // A person is asked for already: the turn ends here, or it would be tried again.
        log.push_by_system(EventBody::ReplyInterrupted {
            turn: pending.turn,
            partial: String::new(),
            why: TicketEnd::Failed,
        });
    }
    Ok(())
}

fn fail(
    log: &mut Log<'_>,
    ticket: Ticket,
    partial: &str,
    truncated: bool,
) -> Result<(), Rejection> {
    bounds::optional_text("piece", partial, MAX_REPLY_BYTES)?;
    let why = if truncated {
        TicketEnd::Truncated
    } else {
        TicketEnd::Failed
    };
    if truncated && Mutant::TruncatedAsWhole.is_planted() && permitted(log, ticket).is_ok() {
        let reply = Reply {
            text: partial.to_owned(),
            ..Reply::default()
        };
        log.push(EventBody::ReplyCommitted {
            turn: ticket.turn,
            reply,
            approved_by: None,
        });
        return Ok(());
    }
    match permitted(log, ticket) {
        Ok(pending) => failed(log, pending, partial, why),
        Err(Rejection::FloorLost {
            why: Some(ended), ..
        }) => {
            log.push_by_system(EventBody::ReplyInterrupted {
                turn: ticket.turn,
                partial: partial.to_owned(),
                why: ended,
            });
        }
        Err(rejection) => return Err(rejection),
    }
    Ok(())
}

/// Takes a reply back that is being written while a person is waited for: no change of control would tell the visitor.
pub(super) fn withdraw(log: &mut Log<'_>) {
    if let Some(pending) = log.state().pending
        && log.state().control != Control::Assistant
    {
        log.push_by_system(EventBody::ReplyInterrupted {
            turn: pending.turn,
            partial: String::new(),
            why: TicketEnd::ControlChanged,
        });
    }
}

/// A pending reply came to nothing: once more, or a person.
pub(super) fn failed(log: &mut Log<'_>, pending: PendingReply, partial: &str, why: TicketEnd) {
    log.push_by_system(EventBody::ReplyInterrupted {
        turn: pending.turn,
        partial: partial.to_owned(),
        why,
    });
    if pending.attempt < log.context.policy.reply_attempts {
        return request_reply(log, pending.purpose, pending.attempt + 1);
    }
    log.flag_because(
        FlagKind::AssistantFailed,
        "The assistant could not finish its reply.",
    );
    if log.state().control == Control::Assistant && log.state().mode == Mode::Supported {
        escalate(log, Escalation::AssistantFailed);
    }
}

fn learn(log: &mut Log<'_>, ticket: Ticket, name: &str, value: &str) -> Result<(), Rejection> {
    if !Mutant::ToolWithoutTicket.is_planted() {
        permitted(log, ticket)?;
    }
    allowed(log, Tool::SaveFact)?;
    bounds::name("fact's name", name)?;
    bounds::text("fact", value, MAX_REMARK_BYTES)?;
    if !log.context.policy.assistant.keeps(name, value) {
        let listed = "one that the service lists, with a value of its kind";
        return Err(bounds::bounds("fact", listed));
    }
    let facts = &log.state().facts;
    let known = facts.iter().any(|fact| fact.name == name);
    if !known && facts.len() >= MAX_FACTS {
        return Err(bounds::bounds("facts", "64 at most"));
    }
    log.push(EventBody::FactLearned {
        name: name.to_owned(),
        value: value.to_owned(),
    });
    Ok(())
}

fn set_score(log: &mut Log<'_>, ticket: Ticket, score: u8) -> Result<(), Rejection> {
    permitted(log, ticket)?;
    allowed(log, Tool::ScoreLead)?;
    if score > 100 {
        return Err(bounds::bounds("score", "0 to 100"));
    }
    log.push(EventBody::ScoreSet { score });
    Ok(())
}

fn approve(log: &mut Log<'_>, turn: u64, edited: Option<&str>) -> Result<(), Rejection> {
    let agent = log.agent(Role::Agent)?;
    let mut reply = waiting_draft(log, turn)?;
    if let Some(edited) = edited {
        bounds::text("reply", edited, MAX_REPLY_BYTES)?;
        edited.clone_into(&mut reply.text);
    }
    log.push_by(
        Actor::Assistant,
        EventBody::ReplyCommitted {
            turn,
            reply,
            approved_by: Some(agent),
        },
    );
    Ok(())
}

fn reject(log: &mut Log<'_>, turn: u64) -> Result<(), Rejection> {
    log.agent(Role::Agent)?;
    waiting_draft(log, turn)?;
    log.push(EventBody::DraftRejected { turn });
    // The visitor has no answer yet, and the assistant had its turn.
    if log.state().unanswered_since.is_some() {
        wait_for_people(log);
    }
    Ok(())
}

fn waiting_draft(log: &mut Log<'_>, turn: u64) -> Result<Reply, Rejection> {
    log.open()?;
    match &log.state().draft {
        Some(draft) if draft.turn == turn => Ok(draft.reply.clone()),
        _ => Err(Rejection::NoSuchDraft),
    }
}
