//! The ways of the floor that more than one family of commands takes: to the queue, to the assistant, to the next turn.

use super::super::mutant::Mutant;
use super::super::{Autonomy, Control, Escalation, EventBody, Mode, Purpose, ReturnReason};
use super::log::Log;
use crate::attention::{Finding, FlagKind};

/// Makes the conversation wait for a person.
pub(super) fn escalate(log: &mut Log<'_>, why: Escalation) {
    let (policy, now) = (log.context.policy, log.context.now);
    let supported = log.state().mode == Mode::Supported;
    let texts = &policy.texts;
    let words = match why {
        Escalation::VisitorAsked
        | Escalation::AssistantAsked { .. }
        | Escalation::Flagged { .. } => Some(&texts.acknowledge),
        Escalation::AssistantFailed => Some(&texts.assistant_failed),
        Escalation::HolderGone { .. } | Escalation::DraftUnanswered | Escalation::PeopleOnly => {
            None
        }
    };
    let said = words
        .filter(|_| supported)
        .map(|words| words.as_ref().to_owned());
    let timed = supported && !Mutant::WaitWithoutTimer.is_planted();
    let fallback_at = timed.then(|| now.after(policy.timing.takeover));
    log.push_by_system(EventBody::Escalated {
        why,
        said,
        fallback_at,
    });
}

/// In a service of people alone, what the assistant has waits for a person.
pub(super) fn wait_for_people(log: &mut Log<'_>) {
    if log.state().is_open() && log.state().control == Control::Assistant {
        escalate(log, Escalation::PeopleOnly);
    }
}

/// Raises what the detectors found; and where one of the flags says so, the conversation waits for a person. Says
/// whether it does.
pub(super) fn attend(log: &mut Log<'_>, findings: &[Finding]) -> bool {
    for finding in findings {
        log.flag(finding.clone());
    }
    if log.state().control != Control::Assistant || log.state().mode != Mode::Supported {
        return false;
    }
    let policy = log.context.policy;
    let kinds = || findings.iter().map(|finding| &finding.kind);
    let why = if kinds().any(|kind| *kind == FlagKind::HelpRequested) {
        Escalation::VisitorAsked
    } else if let Some(flag) = kinds().find(|kind| policy.waiting_flags.contains(kind)) {
        Escalation::Flagged { flag: flag.clone() }
    } else {
        return false;
    };
    escalate(log, why);
    true
}

/// Gives the floor to the assistant, which answers at once where the visitor's word is the last.
pub(super) fn return_to_assistant(
    log: &mut Log<'_>,
    instruction: Option<String>,
    why: ReturnReason,
) {
    if log.state().control == Control::Assistant {
        return;
    }
    let body = EventBody::Returned { instruction, why };
    if why == ReturnReason::ByAgent {
        log.push(body);
    } else {
        log.push_by_system(body);
    }
    if log.state().unanswered_since.is_some() {
        ask_assistant(log);
    }
}

/// The assistant alone answers from now on: what was to be approved by a person is asked for anew.
pub(super) fn leave_to_assistant(log: &mut Log<'_>) {
    return_to_assistant(log, None, ReturnReason::ModeChanged);
    let c = log.state();
    let for_people = c
        .pending
        .is_none_or(|pending| pending.purpose != Purpose::Reply);
    if c.unanswered_since.is_some() && for_people {
        ask_assistant(log);
    }
}

/// Asks whoever's turn it is for an answer: the assistant by a ticket, or people by a wait.
pub(super) fn ask_assistant(log: &mut Log<'_>) {
    if log.state().mode == Mode::HumanOnly {
        return wait_for_people(log);
    }
    let autonomy = log.autonomy();
    if autonomy == Autonomy::Off {
        wait_for_people(log);
    }
    request_reply(log, purpose(autonomy), 1);
}

/// What a reply is for, under this autonomy.
pub(super) fn purpose(autonomy: Autonomy) -> Purpose {
    match autonomy {
        Autonomy::Auto => Purpose::Reply,
        Autonomy::Draft => Purpose::Draft,
        Autonomy::Off => Purpose::Suggestion,
    }
}

/// Gives the assistant a ticket.
pub(super) fn request_reply(log: &mut Log<'_>, purpose: Purpose, attempt: u32) {
    if Mutant::NobodyAsked.is_planted() {
        return;
    }
    let deadline = log.context.now.after(log.context.policy.timing.reply);
    let turn = log.state().turn + 1;
    log.push_by_system(EventBody::ReplyRequested {
        turn,
        purpose,
        deadline,
        attempt,
    });
}
