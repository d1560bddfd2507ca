//! What the assistant is told: the words that were said, and the briefing.

use std::sync::Arc;

use super::assistant_policy::AssistantPolicy;
use super::event::{Event, EventBody};
use super::mutant::Mutant;
use super::party::Actor;
use super::state::{Conversation, PendingReply, Speaker};
use crate::assistant::{Briefing, Line, Spent, Turn};

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
        (EventBody::NoteAdded { text, .. }, _) if Mutant::NoteInBriefing.is_planted() => {
            return Some(Line {
                speaker: Speaker::Agent,
                name: None,
                text: text.clone(),
                at: event.at,
            });
        }
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

/// What happened that the transcript does not say.
pub fn briefing(state: &Conversation, events: &[Event]) -> Briefing {
    let returned_by = state
        .last_holder
        .as_ref()
        .map(|agent| agent.name.to_string());
    let notes = events.iter().filter_map(|event| match &event.body {
        EventBody::NoteAdded {
            text,
            for_assistant: true,
        } => Some(text.clone()),
        _ => None,
    });
    Briefing {
        returned_by,
        instruction: state.instruction.as_deref().map(str::to_owned),
        facts: state.facts.as_ref().clone(),
        notes: notes.collect(),
    }
}

/// The turn that a pending reply answers, from the conversation's last events. What was spent is left at nothing.
pub fn turn(
    state: &Conversation,
    pending: PendingReply,
    events: &[Event],
    assistant: &Arc<AssistantPolicy>,
) -> Turn {
    Turn {
        ticket: super::Ticket {
            conversation: state.id,
            epoch: pending.epoch,
            turn: pending.turn,
        },
        service: state.service.clone(),
        purpose: pending.purpose,
        deadline: pending.deadline,
        transcript: transcript(events),
        briefing: briefing(state, events),
        profile: state.profile.as_ref().clone(),
        page: state.page.as_ref().clone(),
        assistant: Arc::clone(assistant),
        spent: Spent::default(),
        specialist: state.specialist.as_deref().map(str::to_owned),
    }
}
