//! Who gets the floor, and who lets go of it.

use super::super::{
    AgentRef, Caller, Claim, Command, Control, ControlRequest, EventBody, Mode, Rejection,
    RequestEnd, ReturnReason, Role, TransferTarget,
};
use super::bounds::{self, MAX_REMARK_BYTES};
use super::escalate::return_to_assistant;
use super::log::Log;
use crate::id::AgentId;

pub(super) fn decide(log: &mut Log<'_>, command: &Command) -> Result<(), Rejection> {
    if let Command::SetHolderPresence { agent, present } = command {
        return set_presence(log, agent, *present);
    }
    let agent = log.agent(Role::Agent)?;
    log.open()?;
    match command {
        Command::TakeOver { typing } => take_over(
            log,
            &agent,
            if *typing {
                Claim::Typing
            } else {
                Claim::Button
            },
        ),
        Command::ForceTakeOver { reason } => force(log, &agent, reason),
        Command::RequestControl => request(log, agent),
        Command::WithdrawRequest => withdraw(log, &agent),
        Command::GrantControl { to } => grant(log, &agent, to),
        Command::DenyControl { to } => deny(log, &agent, to),
        Command::Transfer { to, note } => transfer(log, &agent, to, note),
        Command::Release => release(log, &agent),
        Command::Return { instruction } => give_back(log, &agent, instruction.as_deref()),
        _ => Err(Rejection::NotYours),
    }
}

/// Gives the floor to an agent whom nobody keeps from it; nothing to do where the agent has it.
pub(super) fn take_over(log: &mut Log<'_>, agent: &AgentRef, how: Claim) -> Result<(), Rejection> {
    if log.state().mode == Mode::AssistantOnly {
        return Err(Rejection::AssistantOnly);
    }
    log.not_held_by_another(agent)?;
    if !log.state().is_held_by(&agent.id) {
        let from = log.state().holder().cloned();
        log.push(EventBody::TakenOver {
            agent: agent.clone(),
            from,
            how,
        });
    }
    Ok(())
}

fn force(log: &mut Log<'_>, agent: &AgentRef, reason: &str) -> Result<(), Rejection> {
    log.agent(Role::Supervisor)?;
    bounds::text("reason", reason, MAX_REMARK_BYTES)?;
    if log.state().mode == Mode::AssistantOnly {
        return Err(Rejection::AssistantOnly);
    }
    if log.state().is_held_by(&agent.id) {
        return Ok(());
    }
    let from = log.state().holder().cloned();
    log.push(EventBody::TakenOver {
        agent: agent.clone(),
        from,
        how: Claim::Forced {
            reason: reason.to_owned(),
        },
    });
    Ok(())
}

fn request(log: &mut Log<'_>, agent: AgentRef) -> Result<(), Rejection> {
    match log.state().holder() {
        None => return Err(Rejection::NotHeld),
        Some(holder) if holder.id == agent.id => return Err(Rejection::AlreadyHolder),
        Some(_) => {}
    }
    match &log.state().control_request {
        Some(request) if request.agent.id == agent.id => return Ok(()),
        Some(request) => {
            return Err(Rejection::RequestPending {
                by: request.agent.clone(),
            });
        }
        None => {}
    }
    let expires_at = log
        .context
        .now
        .after(log.context.policy.timing.control_request);
    log.push(EventBody::ControlRequested(ControlRequest {
        agent,
        expires_at,
    }));
    Ok(())
}

fn withdraw(log: &mut Log<'_>, agent: &AgentRef) -> Result<(), Rejection> {
    open_request(log, &agent.id)?;
    log.push(EventBody::ControlRequestEnded {
        agent: agent.clone(),
        how: RequestEnd::Withdrawn,
    });
    Ok(())
}

fn grant(log: &mut Log<'_>, holder: &AgentRef, to: &AgentId) -> Result<(), Rejection> {
    must_hold(log, holder)?;
    let agent = open_request(log, to)?;
    log.push(EventBody::TakenOver {
        agent,
        from: Some(holder.clone()),
        how: Claim::Granted,
    });
    Ok(())
}

fn deny(log: &mut Log<'_>, holder: &AgentRef, to: &AgentId) -> Result<(), Rejection> {
    must_hold(log, holder)?;
    let agent = open_request(log, to)?;
    log.push(EventBody::ControlRequestEnded {
        agent,
        how: RequestEnd::Denied,
    });
    Ok(())
}

fn transfer(
    log: &mut Log<'_>,
    agent: &AgentRef,
    to: &TransferTarget,
    note: &str,
) -> Result<(), Rejection> {
    bounds::optional_text("note", note, MAX_REMARK_BYTES)?;
    if log.state().mode == Mode::AssistantOnly {
        return Err(Rejection::AssistantOnly);
    }
    let holder = log.state().holder().cloned();
    if holder.as_ref().is_none_or(|holder| holder.id != agent.id)
        && log.agent(Role::Supervisor).is_err()
    {
        return Err(holder.map_or(Rejection::NotHolder, |holder| Rejection::HeldBy { holder }));
    }
    let note = note.to_owned();
    match to {
        TransferTarget::Agent { agent: to } => {
            if log.state().is_held_by(&to.id) {
                return Err(Rejection::AlreadyHolder);
            }
            log.push(EventBody::TakenOver {
                agent: to.clone(),
                from: holder,
                how: Claim::Transferred { note },
            });
        }
        TransferTarget::Team { team } => {
            bounds::name("team", team)?;
            queue(
                log,
                holder.unwrap_or_else(|| agent.clone()),
                Some(team.clone()),
                note,
            );
        }
        TransferTarget::Queue => queue(log, holder.unwrap_or_else(|| agent.clone()), None, note),
    }
    Ok(())
}

fn queue(log: &mut Log<'_>, from: AgentRef, team: Option<String>, note: String) {
    let timed = log.state().mode == Mode::Supported;
    let fallback_at = timed.then(|| log.context.now.after(log.context.policy.timing.takeover));
    log.push(EventBody::Transferred {
        from,
        team,
        note,
        fallback_at,
    });
}

fn release(log: &mut Log<'_>, agent: &AgentRef) -> Result<(), Rejection> {
    must_hold(log, agent)?;
    log.push(EventBody::Released {
        from: agent.clone(),
    });
    Ok(())
}

fn give_back(
    log: &mut Log<'_>,
    agent: &AgentRef,
    instruction: Option<&str>,
) -> Result<(), Rejection> {
    if let Some(instruction) = instruction {
        bounds::optional_text("instruction", instruction, MAX_REMARK_BYTES)?;
    }
    if log.state().mode == Mode::HumanOnly {
        return Err(Rejection::HumanOnly);
    }
    if log.state().control == Control::Assistant {
        return Err(Rejection::AlreadyAssistant);
    }
    if log.agent(Role::Supervisor).is_err() {
        log.not_held_by_another(agent)?;
    }
    let instruction = instruction
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned);
    return_to_assistant(log, instruction, ReturnReason::ByAgent);
    Ok(())
}

fn set_presence(log: &mut Log<'_>, agent: &AgentId, present: bool) -> Result<(), Rejection> {
    log.only(&Caller::System)?;
    let changes = log.state().holder_gone_since.is_some() == present;
    if let Some(holder) = log
        .state()
        .holder()
        .filter(|holder| holder.id == *agent)
        .cloned()
        && changes
    {
        log.push(EventBody::HolderPresence {
            agent: holder,
            present,
        });
    }
    Ok(())
}

fn must_hold(log: &mut Log<'_>, agent: &AgentRef) -> Result<(), Rejection> {
    log.not_held_by_another(agent)?;
    if log.state().is_held_by(&agent.id) {
        Ok(())
    } else {
        Err(Rejection::NotHolder)
    }
}

/// Whoever asked for control, if it is this agent.
fn open_request(log: &mut Log<'_>, agent: &AgentId) -> Result<AgentRef, Rejection> {
    match &log.state().control_request {
        Some(request) if request.agent.id == *agent => Ok(request.agent.clone()),
        _ => Err(Rejection::NoSuchRequest),
    }
}
