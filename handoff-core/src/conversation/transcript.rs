//! What the assistant is told: the words that were said, the briefing, and the turn of both.

use std::sync::Arc;

use super::assistant_policy::AssistantPolicy;
use super::briefing::{TurnBudget, briefed};
use super::event::{Event, EventBody};
use super::party::Actor;
use super::state::{Conversation, PendingReply, Speaker};
use crate::assistant::{Line, Spent, Turn};

/// The words that were said, by whom. Notes, flags and drafts are no words of the conversation.
pub fn transcript(events: &[Event]) -> Vec<Line> {
    events.iter().filter_map(line).collect()
}

fn line(event: &Event) -> Option<Line> {
    let (speaker, name) = match (&event.body, &event.by) {
        (EventBody::MessageReceived { .. }, _) => (Speaker::Visitor, None),
        (EventBody::ReplyCommitted { .. }, _) => (Speaker::Assistant, None),
        (EventBody::AgentMessaged { .. }, Actor::Agent(agent)) => {
            (Speaker::Agent, Some(agent.name.to_string()))
        }
        // Without it, the visitor's request for a person would look unanswered still.
        (EventBody::FallbackSent { .. }, _) => (Speaker::System, None),
        // "A colleague will take over", said by an escalation, was true then; in a prompt it would be taken for the
        // present.
        _ => return None,
    };
    Some(Line {
        speaker,
        name,
        text: event.body.said()?.to_owned(),
        at: event.at,
    })
}

/// The turn that a pending reply answers, from the conversation's last events. It fits
/// [`TurnBudget::DEFAULT`]; what was spent is left at nothing.
pub fn turn(
    state: &Conversation,
    pending: PendingReply,
    events: &[Event],
    assistant: &Arc<AssistantPolicy>,
) -> Turn {
    let (transcript, briefing) = briefed(state, events, transcript(events), TurnBudget::DEFAULT);
    Turn {
        ticket: super::Ticket {
            conversation: state.id,
            epoch: pending.epoch,
            turn: pending.turn,
        },
        service: state.service.clone(),
        purpose: pending.purpose,
        deadline: pending.deadline,
        transcript,
        briefing,
        profile: state.profile.as_ref().clone(),
        page: state.page.as_ref().clone(),
        assistant: Arc::clone(assistant),
        spent: Spent::default(),
        specialist: state.specialist.as_deref().map(str::to_owned),
    }
}
