//! What an event does to the state.

use std::sync::Arc;

use super::cause::{Claim, ReturnReason, TicketEnd};
use super::event::{Event, EventBody};
use super::mutant::Mutant;
use super::party::{Actor, AgentRef};
use super::policy::Mode;
use super::state::{
    Control, Conversation, Draft, EndedReply, Fact, Lifecycle, MAX_ENDED, PREVIEW_CHARS,
    PendingReply, Preview, Purpose, Speaker,
};
use crate::id::ConversationId;
use crate::time::Timestamp;

/// Folds one event into the state. Events come in the order of their seq; it never fails, and what it does not know it
/// skips.
#[expect(clippy::too_many_lines, reason = "one arm a kind of event")]
pub fn apply(c: &mut Conversation, event: &Event) {
    c.version = event.seq;
    if event.body.changes_control() {
        change_control(c, event);
    }
    c.epoch = event.epoch;
    let at = event.at;
    match &event.body {
        EventBody::Opened {
            service,
            visitor,
            profile,
            page,
            exclusive,
            mode,
            timing,
            revision,
        } => {
            c.service.clone_from(service);
            c.visitor.clone_from(visitor);
            c.profile = Arc::new(profile.clone());
            c.page = Arc::new(page.clone());
            c.exclusive = *exclusive;
            c.mode = *mode;
            c.timing = *timing;
            c.policy_revision = *revision;
            c.opened_at = at;
            c.last_word_at = at;
        }
        EventBody::MessageReceived { text } => {
            end_reply(c, TicketEnd::Superseded);
            c.draft = None;
            c.snoozed_until = None;
            c.visitor_gone_since = None;
            c.dropped = false;
            if c.unanswered_since.is_none() {
                c.unanswered_since = Some(at);
                c.holder_warned = false;
            }
            said(c, Speaker::Visitor, text, at);
            if c.opening.is_none() {
                c.opening.clone_from(&c.last);
            }
        }
        EventBody::ReplyRequested {
            turn,
            purpose,
            deadline,
            attempt,
        } => {
            end_reply(c, TicketEnd::Superseded);
            c.turn = *turn;
            c.pending = Some(PendingReply {
                turn: *turn,
                epoch: event.epoch,
                purpose: *purpose,
                deadline: *deadline,
                attempt: *attempt,
            });
        }
        EventBody::ReplyCommitted { reply, .. } => {
            c.pending = None;
            c.draft = None;
            c.unanswered_since = None;
            c.specialist = reply
                .specialist
                .as_deref()
                .map(Arc::from)
                .or_else(|| c.specialist.take());
            said(c, Speaker::Assistant, &reply.text, at);
        }
        EventBody::DraftProposed {
            turn,
            reply,
            purpose,
        } => {
            c.pending = None;
            if *purpose == Purpose::Draft {
                c.draft = Some(Draft {
                    turn: *turn,
                    reply: reply.clone(),
                    deadline: at.after(c.timing.draft),
                });
            }
        }
        EventBody::DraftRejected { .. } => c.draft = None,
        EventBody::ReplyInterrupted { turn, .. } => {
            c.ended.retain(|ended| ended.turn != *turn);
            if c.pending.is_some_and(|pending| pending.turn == *turn) {
                c.pending = None;
            }
        }
        EventBody::AgentMessaged { text } => {
            c.unanswered_since = None;
            c.holder_warned = false;
            said(c, Speaker::Agent, text, at);
        }
        EventBody::FallbackSent { text } => {
            c.follow_up = true;
            c.unanswered_since = None;
            said(c, Speaker::System, text, at);
        }
        EventBody::ControlRequested(request) => c.control_request = Some(request.clone()),
        EventBody::ControlRequestEnded { .. } => c.control_request = None,
        EventBody::HolderWarned { .. } => c.holder_warned = true,
        EventBody::HolderPresence { present, .. } => {
            c.holder_gone_since = if *present { None } else { Some(at) }
        }
        EventBody::FlagRaised(flag) if !c.is_flagged(&flag.finding.kind) => {
            c.flags.push(flag.clone());
        }
        EventBody::FlagDismissed { flag } => c.flags.retain(|raised| raised.finding.kind != *flag),
        EventBody::ConversationRated { stars, .. } => c.stars = Some(*stars),
        EventBody::VisitorLeft => c.visitor_gone_since = Some(at),
        EventBody::VisitorBack => {
            c.visitor_gone_since = None;
            c.dropped = false;
        }
        EventBody::Dropped => c.dropped = true,
        EventBody::Snoozed { until } => c.snoozed_until = Some(*until),
        EventBody::SnoozeEnded => c.snoozed_until = None,
        EventBody::ModeChanged { mode, revision } => {
            c.policy_revision = *revision;
            change_mode(c, *mode, at);
        }
        EventBody::TimingChanged { timing, revision } => {
            c.policy_revision = *revision;
            c.timing = *timing;
        }
        EventBody::AutonomyChanged { autonomy } => c.autonomy = *autonomy,
        EventBody::CategorySet { category } => c.category = category.as_deref().map(Arc::from),
        EventBody::TagsSet { tags } => c.tags = Arc::new(tags.clone()),
        EventBody::ProfileChanged { profile } => c.profile = Arc::new(profile.clone()),
        EventBody::PageChanged { page } => c.page = Arc::new(page.clone()),
        EventBody::FactLearned { name, value } => learn(c, name, value),
        EventBody::ScoreSet { score } => c.score = Some(*score),
        // What changes control is above; notes and single ratings leave no trace in the state.
        _ => {}
    }
}

/// The state that a whole log adds up to; none where it does not begin with its opening.
pub fn replay<'a>(
    id: ConversationId,
    events: impl IntoIterator<Item = &'a Event>,
) -> Option<Conversation> {
    let mut events = events.into_iter().peekable();
    let EventBody::Opened {
        service, visitor, ..
    } = &events.peek()?.body
    else {
        return None;
    };
    let mut c = Conversation::unopened(id, service.clone(), visitor.clone());
    events.for_each(|event| apply(&mut c, event));
    Some(c)
}

fn change_control(c: &mut Conversation, event: &Event) {
    let at = event.at;
    let ended = matches!(event.body, EventBody::Resolved | EventBody::Closed { .. });
    let kept = (matches!(event.body, EventBody::TakenOver { .. })
        && Mutant::TicketKeptOnClaim.is_planted())
        || (ended && Mutant::ReplyAfterClose.is_planted());
    if !kept {
        end_reply(
            c,
            if ended {
                TicketEnd::Ended
            } else {
                TicketEnd::ControlChanged
            },
        );
    }
    c.draft = None;
    c.control_request = None;
    c.holder_gone_since = None;
    c.holder_warned = false;
    match &event.body {
        EventBody::TakenOver { agent, how, .. } => take_over(c, agent, at, how),
        EventBody::Transferred {
            from,
            team,
            fallback_at,
            ..
        } => {
            let why = super::Escalation::HolderGone {
                agent: from.clone(),
            };
            c.control = Control::Waiting {
                since: at,
                why,
                fallback_at: *fallback_at,
                team: team.clone(),
            };
        }
        EventBody::Released { .. } => c.control = Control::Paused { since: at },
        EventBody::Returned { instruction, why } => {
            c.control = Control::Assistant;
            if *why == ReturnReason::ByAgent {
                c.instruction = instruction.as_deref().map(Arc::from);
            }
        }
        EventBody::Escalated {
            why,
            said: words,
            fallback_at,
        } => {
            c.control = Control::Waiting {
                since: at,
                why: why.clone(),
                fallback_at: *fallback_at,
                team: None,
            };
            if let Some(words) = words {
                preview(c, Speaker::System, words, at);
            }
        }
        EventBody::Resolved => {
            if let Actor::Agent(by) = &event.by {
                c.lifecycle = Lifecycle::Resolved { by: by.clone() };
            }
            c.flags.clear();
            c.follow_up = false;
            c.unanswered_since = None;
            c.snoozed_until = None;
            c.dropped = false;
            c.control = Control::Assistant;
        }
        EventBody::Reopened { holder } => {
            c.lifecycle = Lifecycle::Open;
            c.control = Control::Assistant;
            c.last_word_at = at;
            if let Some(agent) = holder {
                take_over(c, agent, at, &Claim::Button);
            }
        }
        EventBody::Closed { why } => c.lifecycle = Lifecycle::Closed { why: *why },
        _ => {}
    }
}

fn take_over(c: &mut Conversation, agent: &AgentRef, at: Timestamp, how: &Claim) {
    c.control = Control::Agent {
        agent: agent.clone(),
        since: at,
    };
    c.last_holder = Some(agent.clone());
    c.follow_up = false;
    c.instruction = None;
    // Whoever was given it may not be there: the clock of absence runs until the dashboard says otherwise.
    if matches!(how, Claim::Transferred { .. }) {
        c.holder_gone_since = Some(at);
    }
}

fn change_mode(c: &mut Conversation, mode: Mode, at: Timestamp) {
    c.mode = mode;
    let takeover = c.timing.takeover;
    match mode {
        Mode::HumanOnly => {
            end_reply(c, TicketEnd::ControlChanged);
            c.draft = None;
        }
        // Nobody could approve it.
        Mode::AssistantOnly => c.draft = None,
        Mode::Supported => {}
    }
    if let Control::Waiting { fallback_at, .. } = &mut c.control {
        match mode {
            Mode::HumanOnly => *fallback_at = None,
            Mode::Supported => *fallback_at = fallback_at.or(Some(at.after(takeover))),
            Mode::AssistantOnly => {}
        }
    }
}

/// The pending reply is none any more; its piece may still be recorded.
fn end_reply(c: &mut Conversation, why: TicketEnd) {
    let Some(pending) = c.pending.take() else {
        return;
    };
    if c.ended.len() >= MAX_ENDED {
        c.ended.remove(0);
    }
    c.ended.push(EndedReply {
        epoch: pending.epoch,
        turn: pending.turn,
        why,
    });
}

fn said(c: &mut Conversation, speaker: Speaker, text: &str, at: Timestamp) {
    c.last_word_at = at;
    if speaker != Speaker::System {
        c.messages += 1;
    }
    preview(c, speaker, text, at);
}

fn preview(c: &mut Conversation, speaker: Speaker, text: &str, at: Timestamp) {
    let end = text
        .char_indices()
        .nth(PREVIEW_CHARS)
        .map_or(text.len(), |(end, _)| end);
    c.last = Some(Preview {
        speaker,
        text: text.get(..end).unwrap_or(text).into(),
        at,
    });
}

fn learn(c: &mut Conversation, name: &str, value: &str) {
    let facts = Arc::make_mut(&mut c.facts);
    match facts.iter_mut().find(|fact| fact.name == name) {
        Some(fact) => value.clone_into(&mut fact.value),
        None => facts.push(Fact {
            name: name.to_owned(),
            value: value.to_owned(),
        }),
    }
}
