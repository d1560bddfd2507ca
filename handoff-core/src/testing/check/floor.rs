//! Who may speak, and how that changes: I1 and I17.

use super::ledger::{Floor, Ledger, Life, moves_floor};
use super::promise::{Judge, Promise};
use crate::conversation::{
    Actor, AgentRef, Claim, Escalation, Event, EventBody, Mode, ReturnReason,
};

/// Looks at one event in the state before it.
pub(super) fn judge(ledger: &Ledger, event: &Event, judge: &mut Judge<'_>) {
    epoch(ledger, event, judge);
    life(ledger, event, judge);
    policy(ledger, event, judge);
    if moves_floor(&event.body) && ledger.life != Life::Unopened {
        transition(ledger, event, judge);
    }
}

fn epoch(ledger: &Ledger, event: &Event, judge: &mut Judge<'_>) {
    let expected = ledger.epoch + u64::from(moves_floor(&event.body));
    if event.epoch != expected {
        judge.broken(
            Promise::I1,
            format!(
                "{} has epoch {} after epoch {}",
                event.body.kind(),
                event.epoch,
                ledger.epoch
            ),
        );
    }
}

/// A policy that is older than the one that was followed has no say.
fn policy(ledger: &Ledger, event: &Event, judge: &mut Judge<'_>) {
    if let EventBody::ModeChanged { revision, .. } | EventBody::TimingChanged { revision, .. } =
        event.body
        && revision < ledger.revision
    {
        judge.broken(
            Promise::I17,
            format!(
                "{} by revision {revision} of the policy after revision {}",
                event.body.kind(),
                ledger.revision
            ),
        );
    }
}

/// What may happen at all before the opening, after the resolution, after the end.
fn life(ledger: &Ledger, event: &Event, judge: &mut Judge<'_>) {
    let opens = matches!(event.body, EventBody::Opened { .. });
    let records = matches!(event.body, EventBody::ReplyInterrupted { .. });
    let fits = match ledger.life {
        Life::Unopened => opens,
        Life::Open => !opens && !matches!(event.body, EventBody::Reopened { .. }),
        Life::Resolved => records || is_for_resolved(&event.body),
        Life::Closed => records,
    };
    if !fits {
        judge.broken(
            Promise::I17,
            format!(
                "{} in a conversation that is {:?}",
                event.body.kind(),
                ledger.life
            ),
        );
    }
}

/// What a resolved conversation takes: no word, nothing that moves the floor but the reopening and the end.
fn is_for_resolved(body: &EventBody) -> bool {
    matches!(
        body,
        EventBody::Reopened { .. }
            | EventBody::Closed { .. }
            | EventBody::NoteAdded { .. }
            | EventBody::MessageRated { .. }
            | EventBody::ConversationRated { .. }
            | EventBody::ProfileChanged { .. }
            | EventBody::CategorySet { .. }
            | EventBody::TagsSet { .. }
            | EventBody::VisitorLeft
            | EventBody::VisitorBack
    )
}

fn transition(ledger: &Ledger, event: &Event, judge: &mut Judge<'_>) {
    let legal = match &event.body {
        EventBody::TakenOver { agent, from, how } => {
            claim(ledger, event, agent, from.as_ref(), how, judge);
            true
        }
        EventBody::Released { from } => {
            ledger.holder() == Some(&from.id) && ledger.is_held_by(&event.by)
        }
        EventBody::Transferred { fallback_at, .. } => {
            ledger.mode != Mode::AssistantOnly
                && matches!(event.by, Actor::Agent(_))
                && fallback_at.is_none_or(|_| ledger.mode == Mode::Supported)
        }
        EventBody::Returned { why, .. } => returned(ledger, event, *why),
        EventBody::Escalated {
            why,
            said,
            fallback_at,
        } => {
            if ledger.mode != Mode::Supported && (said.is_some() || fallback_at.is_some()) {
                judge.broken(Promise::I17, "an automated word where none may be said");
            }
            ledger.mode != Mode::AssistantOnly && escalated(ledger, why)
        }
        EventBody::Resolved => matches!(event.by, Actor::Agent(_)) && free_for(ledger, &event.by),
        _ => true,
    };
    if !legal {
        judge.broken(
            Promise::I17,
            format!(
                "{} by {:?} while {:?} in {:?} is not in the table",
                event.body.kind(),
                event.by,
                ledger.floor,
                ledger.mode
            ),
        );
    }
}

fn claim(
    ledger: &Ledger,
    event: &Event,
    agent: &AgentRef,
    from: Option<&AgentRef>,
    how: &Claim,
    judge: &mut Judge<'_>,
) {
    let asked = ledger
        .request
        .as_ref()
        .is_some_and(|(asker, _)| *asker == agent.id);
    let legal = match how {
        Claim::Button | Claim::Typing => {
            event.by == Actor::Agent(agent.clone()) && ledger.holder().is_none()
        }
        Claim::Granted => asked && ledger.is_held_by(&event.by),
        Claim::GrantedByTime => asked && event.by == Actor::System,
        Claim::Forced { reason } => {
            event.by == Actor::Agent(agent.clone()) && !reason.trim().is_empty()
        }
        Claim::Transferred { .. } => matches!(event.by, Actor::Agent(_)),
    };
    if !legal || ledger.mode == Mode::AssistantOnly || ledger.holder() == Some(&agent.id) {
        judge.broken(
            Promise::I17,
            format!(
                "{} takes the floor ({how:?}) by {:?} while {:?} in {:?}",
                agent.name, event.by, ledger.floor, ledger.mode
            ),
        );
    }
    if from.map(|agent| &agent.id) != ledger.holder() {
        judge.broken(
            Promise::I1,
            "a takeover names another holder than there was",
        );
    }
}

fn returned(ledger: &Ledger, event: &Event, why: ReturnReason) -> bool {
    let mode = match why {
        ReturnReason::ByAgent => {
            matches!(event.by, Actor::Agent(_)) && ledger.mode != Mode::HumanOnly
        }
        ReturnReason::NobodyCame => {
            event.by == Actor::System
                && ledger.mode == Mode::Supported
                && matches!(ledger.floor, Floor::Waiting { .. })
        }
        ReturnReason::ModeChanged => {
            event.by == Actor::System && ledger.mode == Mode::AssistantOnly
        }
    };
    mode && ledger.floor != Floor::Assistant
}

fn escalated(ledger: &Ledger, why: &Escalation) -> bool {
    match why {
        Escalation::HolderGone { agent } => ledger.holder() == Some(&agent.id),
        _ => ledger.floor == Floor::Assistant,
    }
}

fn free_for(ledger: &Ledger, by: &Actor) -> bool {
    ledger.holder().is_none() || ledger.is_held_by(by)
}

/// At the end of a commit mode and floor fit together.
pub(super) fn judge_rest(ledger: &Ledger, judge: &mut Judge<'_>) {
    if ledger.life != Life::Open {
        return;
    }
    let fits = match ledger.mode {
        Mode::AssistantOnly => ledger.floor == Floor::Assistant,
        Mode::Supported => true,
        Mode::HumanOnly => ledger.floor != Floor::Assistant,
    };
    if !fits {
        judge.broken(
            Promise::I17,
            format!("{:?} in {:?}", ledger.floor, ledger.mode),
        );
    }
}
