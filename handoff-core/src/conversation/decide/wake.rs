//! What time does, and the service's own doings.

use super::super::mutant::Mutant;
use super::super::{
    Actor, Caller, Claim, CloseReason, Command, Control, Conversation, DraftTimeout, Escalation,
    EventBody, Lifecycle, Mode, Rejection, RequestEnd, ReturnReason, Role, SilentAnswer, TicketEnd,
    clockwork,
};
use super::escalate::escalate;
use super::log::Log;
use super::{reply, team};
use crate::attention::FlagKind;
use crate::time::Timestamp;

pub(super) fn decide(log: &mut Log<'_>, command: &Command) -> Result<(), Rejection> {
    if *log.context.caller != Caller::System {
        log.agent(Role::Supervisor)?;
    }
    match command {
        Command::Wake => wake(log),
        Command::Close if matches!(log.state().lifecycle, Lifecycle::Closed { .. }) => {}
        Command::Close => log.push(EventBody::Closed {
            why: CloseReason::Expired,
        }),
        // What the policy says was followed before any command was looked at.
        _ if log.state().is_open() => team::follow_autonomy(log),
        _ => {}
    }
    Ok(())
}

/// What can be due, in the order in which it is looked at. One thing a wake: what else is due has the next wake.
const CHORES: [(DueAt, Chore); 9] = [
    (close_at, close),
    (clockwork::drop_at, |log| {
        log.push_by_system(EventBody::Dropped);
    }),
    (request_expires_at, answer_request),
    (clockwork::holder_lost_at, lose_holder),
    (clockwork::holder_warn_at, warn_holder),
    (clockwork::fallback_at, fall_back),
    (reply_deadline, time_out_reply),
    (draft_deadline, time_out_draft),
    (clockwork::unattended_at, |log| {
        log.flag_because(
            FlagKind::Unattended,
            "The visitor wrote, and nobody answers.",
        );
    }),
];

type DueAt = fn(&Conversation) -> Option<Timestamp>;
type Chore = fn(&mut Log<'_>);

fn wake(log: &mut Log<'_>) {
    let now = log.context.now;
    let c = log.state();
    if matches!(c.lifecycle, Lifecycle::Closed { .. }) {
        return;
    }
    if Mutant::WakeWithoutLook.is_planted() && clockwork::fallback_at(c).is_some() {
        return fall_back(log);
    }
    let is_due = |due_at: DueAt, c: &Conversation| due_at(c).is_some_and(|at| at <= now);
    if !c.is_open() {
        if is_due(close_at, c) {
            close(log);
        }
    } else if let Some((_, chore)) = CHORES.iter().find(|(due_at, _)| is_due(*due_at, c)) {
        chore(log);
    } else if c.snoozed_until.is_some_and(|until| until <= now) {
        log.push_by_system(EventBody::SnoozeEnded);
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it has the shape of the other moments"
)]
fn close_at(c: &Conversation) -> Option<Timestamp> {
    Some(clockwork::close_at(c))
}

fn request_expires_at(c: &Conversation) -> Option<Timestamp> {
    c.control_request.as_ref().map(|request| request.expires_at)
}

fn reply_deadline(c: &Conversation) -> Option<Timestamp> {
    c.pending.map(|pending| pending.deadline)
}

fn draft_deadline(c: &Conversation) -> Option<Timestamp> {
    c.draft.as_ref().map(|draft| draft.deadline)
}

fn close(log: &mut Log<'_>) {
    let why = if log.state().dropped {
        CloseReason::Dropped
    } else {
        CloseReason::Expired
    };
    log.push_by_system(EventBody::Closed { why });
}

fn answer_request(log: &mut Log<'_>) {
    let Some(request) = log.state().control_request.clone() else {
        return;
    };
    let from = log.state().holder().cloned();
    log.push_by_system(match log.context.policy.silent_answer {
        SilentAnswer::Deny => EventBody::ControlRequestEnded {
            agent: request.agent,
            how: RequestEnd::DeniedByTime,
        },
        SilentAnswer::Grant => EventBody::TakenOver {
            agent: request.agent,
            from,
            how: Claim::GrantedByTime,
        },
    });
}

fn lose_holder(log: &mut Log<'_>) {
    let Some(agent) = log.state().holder().cloned() else {
        return;
    };
    log.flag_because(
        FlagKind::Unattended,
        &format!("{} did not answer, or left the dashboard.", agent.name),
    );
    escalate(log, Escalation::HolderGone { agent });
}

fn warn_holder(log: &mut Log<'_>) {
    let Some(agent) = log.state().holder().cloned() else {
        return;
    };
    let lost_at = clockwork::holder_lost_at(log.state()).unwrap_or(log.context.now);
    log.push_by_system(EventBody::HolderWarned { agent, lost_at });
}

/// Nobody came: the assistant has the floor again, and the visitor is told, once.
fn fall_back(log: &mut Log<'_>) {
    if !matches!(log.state().control, Control::Waiting { .. })
        || log.state().mode != Mode::Supported
    {
        return;
    }
    if !Mutant::FallbackTwice.is_planted() {
        log.push_by_system(EventBody::Returned {
            instruction: None,
            why: ReturnReason::NobodyCame,
        });
    }
    log.push_by_system(EventBody::FallbackSent {
        text: log.context.policy.texts.fallback.as_ref().to_owned(),
    });
}

fn time_out_reply(log: &mut Log<'_>) {
    if let Some(pending) = log.state().pending {
        reply::failed(log, pending, "", TicketEnd::TimedOut);
    }
}

fn time_out_draft(log: &mut Log<'_>) {
    let Some(draft) = log.state().draft.clone() else {
        return;
    };
    let waits = log.state().control != Control::Assistant;
    match log.context.policy.draft_timeout {
        DraftTimeout::Send => {
            let body = EventBody::ReplyCommitted {
                turn: draft.turn,
                reply: draft.reply,
                approved_by: None,
            };
            log.push_by(Actor::Assistant, body);
        }
        // It waits for a person already, and not longer for the draft's sake.
        DraftTimeout::Escalate if waits => {
            log.push_by_system(EventBody::DraftRejected { turn: draft.turn });
        }
        DraftTimeout::Escalate => escalate(log, Escalation::DraftUnanswered),
    }
}
