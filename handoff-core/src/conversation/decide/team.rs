//! What agents do with a conversation beside claiming it.

use super::super::{
    AgentRef, Autonomy, Caller, Claim, Command, Control, EventBody, Lifecycle, Mode, Rejection,
    Role, Status,
};
use super::bounds::{self, MAX_MESSAGE_BYTES};
use super::claim::take_over;
use super::escalate::{ask_assistant, attend, purpose, wait_for_people};
use super::log::Log;
use crate::attention::{Finding, FlagKind};
use crate::time::{Millis, Timestamp};

/// The longest snooze: a year.
const MAX_SNOOZE: Millis = Millis::from_hours(24 * 366);

pub(super) fn decide(log: &mut Log<'_>, command: &Command) -> Result<(), Rejection> {
    if let Command::RaiseFlag { finding } = command {
        return raise_flag(log, finding);
    }
    let agent = log.agent(Role::Agent)?;
    log.not_closed()?;
    match command {
        Command::SendAgentMessage { text } => send_message(log, &agent, text),
        Command::AddNote {
            text,
            for_assistant,
        } => add_note(log, text, *for_assistant),
        Command::Whisper { text } => whisper(log, &agent, text),
        Command::DismissFlag { flag } => dismiss_flag(log, flag),
        Command::Resolve => resolve(log, &agent),
        Command::Reopen => {
            reopen(log, agent);
            Ok(())
        }
        Command::Snooze { until } => snooze(log, &agent, *until),
        Command::EndSnooze => end_snooze(log),
        Command::SetAutonomy { autonomy } => set_autonomy(log, *autonomy),
        Command::SetCategory { category } => set_category(log, category.as_deref()),
        Command::SetTags { tags } => set_tags(log, tags),
        _ => Err(Rejection::NotYours),
    }
}

/// Writing a reply takes the floor where nobody holds it.
fn send_message(log: &mut Log<'_>, agent: &AgentRef, text: &str) -> Result<(), Rejection> {
    bounds::text("message", text, MAX_MESSAGE_BYTES)?;
    log.open()?;
    take_over(log, agent, Claim::Typing)?;
    log.push(EventBody::AgentMessaged {
        text: text.to_owned(),
    });
    Ok(())
}

fn add_note(log: &mut Log<'_>, text: &str, for_assistant: bool) -> Result<(), Rejection> {
    bounds::text("note", text, MAX_MESSAGE_BYTES)?;
    log.push(EventBody::NoteAdded {
        text: text.to_owned(),
        for_assistant,
    });
    Ok(())
}

/// Whoever has the floor speaks for the team, to the assistant too.
fn whisper(log: &mut Log<'_>, agent: &AgentRef, text: &str) -> Result<(), Rejection> {
    bounds::text("whisper", text, bounds::MAX_REMARK_BYTES)?;
    log.open()?;
    if log.state().mode == Mode::HumanOnly {
        return Err(Rejection::HumanOnly);
    }
    log.not_held_by_another(agent)?;
    log.push(EventBody::Whispered {
        text: text.to_owned(),
    });
    Ok(())
}

fn dismiss_flag(log: &mut Log<'_>, flag: &FlagKind) -> Result<(), Rejection> {
    if !log.state().is_flagged(flag) {
        return Err(Rejection::NoSuchFlag);
    }
    log.push(EventBody::FlagDismissed { flag: flag.clone() });
    Ok(())
}

fn raise_flag(log: &mut Log<'_>, finding: &Finding) -> Result<(), Rejection> {
    if *log.context.caller != Caller::System {
        log.agent(Role::Agent)?;
    }
    bounds::text("reason", &finding.reason, bounds::MAX_REMARK_BYTES)?;
    bounds::optional_text("quote", &finding.quote, bounds::MAX_REMARK_BYTES)?;
    if let FlagKind::Rule(name) = &finding.kind {
        bounds::name("rule", name)?;
    }
    log.open()?;
    attend(log, std::slice::from_ref(finding));
    Ok(())
}

fn resolve(log: &mut Log<'_>, agent: &AgentRef) -> Result<(), Rejection> {
    if log.state().status() == Status::Resolved {
        return Ok(());
    }
    log.not_held_by_another(agent)?;
    log.push(EventBody::Resolved);
    Ok(())
}

/// The agent who reopens has the floor, where people may have it.
fn reopen(log: &mut Log<'_>, agent: AgentRef) {
    if !matches!(log.state().lifecycle, Lifecycle::Resolved { .. }) {
        return;
    }
    let people = log.mode() != Mode::AssistantOnly;
    log.push(EventBody::Reopened {
        holder: people.then_some(agent),
    });
    super::follow_policy(log);
}

fn snooze(log: &mut Log<'_>, agent: &AgentRef, until: Timestamp) -> Result<(), Rejection> {
    log.open()?;
    let now = log.context.now;
    if until <= now || until > now.after(MAX_SNOOZE) {
        return Err(bounds::bounds("moment", "in the future, a year at most"));
    }
    log.not_held_by_another(agent)?;
    log.push(EventBody::Snoozed { until });
    Ok(())
}

fn end_snooze(log: &mut Log<'_>) -> Result<(), Rejection> {
    log.open()?;
    if log.state().snoozed_until.is_some() {
        log.push(EventBody::SnoozeEnded);
    }
    Ok(())
}

fn set_autonomy(log: &mut Log<'_>, autonomy: Option<Autonomy>) -> Result<(), Rejection> {
    log.open()?;
    if log.state().autonomy == autonomy {
        return Ok(());
    }
    log.push(EventBody::AutonomyChanged { autonomy });
    follow_autonomy(log);
    Ok(())
}

/// A reply that is being written under another autonomy is asked for anew.
pub(super) fn follow_autonomy(log: &mut Log<'_>) {
    let autonomy = log.autonomy();
    let stale = log
        .state()
        .pending
        .is_some_and(|pending| pending.purpose != purpose(autonomy));
    let unanswered =
        log.state().unanswered_since.is_some() && log.state().control == Control::Assistant;
    if stale {
        ask_assistant(log);
    } else if autonomy == Autonomy::Off && unanswered {
        wait_for_people(log);
    }
}

fn set_category(log: &mut Log<'_>, category: Option<&str>) -> Result<(), Rejection> {
    if let Some(category) = category {
        bounds::name("category", category)?;
    }
    if log.state().category.as_deref() != category {
        log.push(EventBody::CategorySet {
            category: category.map(str::to_owned),
        });
    }
    Ok(())
}

fn set_tags(log: &mut Log<'_>, tags: &[String]) -> Result<(), Rejection> {
    bounds::tags(tags)?;
    if *log.state().tags != tags {
        log.push(EventBody::TagsSet {
            tags: tags.to_vec(),
        });
    }
    Ok(())
}
