//! What visitors do.

use super::super::{
    Caller, Command, Control, Escalation, EventBody, Lifecycle, Mode, Page, Profile, Rejection,
    ReopenWith,
};
use super::bounds::{self, MAX_MESSAGE_BYTES, MAX_REMARK_BYTES};
use super::escalate::{ask_assistant, attend, escalate, wait_for_people};
use super::log::Log;
use crate::attention::FlagKind;

pub(super) fn open(log: &mut Log<'_>, profile: &Profile, page: &Page) -> Result<(), Rejection> {
    if !matches!(log.context.caller, Caller::Visitor | Caller::System) {
        return Err(Rejection::NotYours);
    }
    bounds::profile(profile)?;
    bounds::page(page)?;
    let policy = log.context.policy;
    let (service, visitor) = (log.state().service.clone(), log.state().visitor.clone());
    log.push(EventBody::Opened {
        service,
        visitor,
        profile: profile.clone(),
        page: page.clone(),
        exclusive: policy.one_open_conversation,
        mode: policy.mode,
        timing: policy.timing,
        revision: policy.revision,
    });
    if policy.mode == Mode::HumanOnly {
        wait_for_people(log);
    }
    Ok(())
}

pub(super) fn decide(log: &mut Log<'_>, command: &Command) -> Result<(), Rejection> {
    match command {
        Command::VisitorLeft | Command::VisitorBack => {
            return presence(log, *command == Command::VisitorBack);
        }
        Command::Identify { profile } => return identify(log, profile),
        _ => log.only(&Caller::Visitor)?,
    }
    match command {
        Command::SendMessage { text } => send_message(log, text),
        Command::RequestPerson => request_person(log),
        Command::RateMessage { message, up } => rate_message(log, *message, *up),
        Command::RateConversation { stars, comment } => rate_conversation(log, *stars, comment),
        Command::SetPage { page } => set_page(log, page),
        _ => Err(Rejection::NotYours),
    }
}

fn send_message(log: &mut Log<'_>, text: &str) -> Result<(), Rejection> {
    bounds::text("message", text, MAX_MESSAGE_BYTES)?;
    log.not_closed()?;
    if matches!(log.state().lifecycle, Lifecycle::Resolved { .. }) {
        reopen(log);
    }
    log.push(EventBody::MessageReceived {
        text: text.to_owned(),
    });
    if attend(log, log.context.findings) {
        return Ok(());
    }
    let while_waiting = log.context.policy.answer_while_waiting;
    match log.state().control {
        Control::Assistant => ask_assistant(log),
        Control::Waiting { .. } if while_waiting => ask_assistant(log),
        _ => {}
    }
    Ok(())
}

/// A resolved conversation goes on.
fn reopen(log: &mut Log<'_>) {
    let wants_agent =
        log.context.policy.reopen_with == ReopenWith::LastAgent && log.context.last_holder_present;
    let people = log.mode() != Mode::AssistantOnly;
    let holder = log
        .state()
        .last_holder
        .clone()
        .filter(|_| wants_agent && people);
    log.push(EventBody::Reopened { holder });
    // It heard nothing of the service while it was resolved.
    super::follow_policy(log);
    if log.state().mode == Mode::HumanOnly {
        wait_for_people(log);
    }
}

fn request_person(log: &mut Log<'_>) -> Result<(), Rejection> {
    log.open()?;
    let c = log.state();
    match (&c.mode, &c.control) {
        (Mode::AssistantOnly, _) => return Err(Rejection::AssistantOnly),
        (_, Control::Agent { .. } | Control::Waiting { .. }) => return Ok(()),
        _ => {}
    }
    log.flag_because(
        FlagKind::HelpRequested,
        "The visitor pressed \u{201c}Talk to a person\u{201d}.",
    );
    if log.state().control == Control::Assistant {
        escalate(log, Escalation::VisitorAsked);
    }
    Ok(())
}

fn rate_message(log: &mut Log<'_>, message: u64, up: Option<bool>) -> Result<(), Rejection> {
    log.not_closed()?;
    if !log.context.is_reply {
        return Err(Rejection::NoSuchMessage);
    }
    log.push(EventBody::MessageRated { message, up });
    if log.state().is_open() {
        attend(log, log.context.findings);
    }
    Ok(())
}

fn rate_conversation(log: &mut Log<'_>, stars: u8, comment: &str) -> Result<(), Rejection> {
    if !(1..=5).contains(&stars) {
        return Err(bounds::bounds("stars", "1 to 5"));
    }
    bounds::optional_text("comment", comment, MAX_REMARK_BYTES)?;
    log.not_closed()?;
    log.push(EventBody::ConversationRated {
        stars,
        comment: comment.to_owned(),
    });
    if log.state().is_open() {
        attend(log, log.context.findings);
    }
    Ok(())
}

fn identify(log: &mut Log<'_>, profile: &Profile) -> Result<(), Rejection> {
    match log.context.caller {
        Caller::Visitor | Caller::System => {}
        Caller::Agent(_, role) if *role >= super::super::Role::Agent => {}
        Caller::Agent(..) => {
            return Err(Rejection::RoleTooLow {
                needs: super::super::Role::Agent,
            });
        }
        Caller::Assistant => return Err(Rejection::NotYours),
    }
    bounds::profile(profile)?;
    log.not_closed()?;
    if *log.state().profile != *profile {
        log.push(EventBody::ProfileChanged {
            profile: profile.clone(),
        });
    }
    Ok(())
}

fn set_page(log: &mut Log<'_>, page: &Page) -> Result<(), Rejection> {
    bounds::page(page)?;
    log.open()?;
    if *log.state().page != *page {
        log.push(EventBody::PageChanged { page: page.clone() });
    }
    Ok(())
}

fn presence(log: &mut Log<'_>, back: bool) -> Result<(), Rejection> {
    if !matches!(log.context.caller, Caller::Visitor | Caller::System) {
        return Err(Rejection::NotYours);
    }
    log.not_closed()?;
    match (back, log.state().visitor_gone_since) {
        (false, None) => log.push(EventBody::VisitorLeft),
        (true, Some(_)) => log.push(EventBody::VisitorBack),
        _ => {}
    }
    Ok(())
}
