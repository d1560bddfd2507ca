//! What a visitor may see of a conversation.

use handoff_core::conversation::{Actor, Event, EventBody, Purpose, Reply, Speaker};

use crate::ws::protocol::{VisitorEvent, VisitorEventBody};

/// An event as its visitor may see it; none where it is the team's alone.
///
/// What is not named here is not shown: notes, flags, drafts, instructions, reasons and other people's requests have no
/// way through.
pub fn visitor_event(event: &Event) -> Option<VisitorEvent> {
    Some(VisitorEvent {
        seq: event.seq,
        at: event.at,
        epoch: event.epoch,
        body: body(event)?,
    })
}

fn body(event: &Event) -> Option<VisitorEventBody> {
    use VisitorEventBody as Shown;
    Some(match &event.body {
        EventBody::MessageReceived { text } => said(Speaker::Visitor, None, text),
        EventBody::AgentMessaged { text } => said(Speaker::Agent, author(&event.by), text),
        EventBody::ReplyRequested {
            turn,
            purpose: Purpose::Reply,
            ..
        } => Shown::ReplyStarted { turn: *turn },
        EventBody::ReplyCommitted {
            turn,
            reply,
            approved_by: _,
        } => reply_said(*turn, reply),
        EventBody::ReplyInterrupted {
            turn,
            partial: _,
            why: _,
        } => Shown::ReplyStopped { turn: *turn },
        EventBody::TakenOver {
            agent,
            from: _,
            how: _,
        }
        | EventBody::Reopened {
            holder: Some(agent),
        } => Shown::PersonJoined {
            name: agent.name.to_string(),
            agent: agent.id.clone(),
        },
        EventBody::Transferred { .. } => Shown::Connecting { said: None },
        EventBody::Escalated {
            said,
            why: _,
            fallback_at: _,
        } => Shown::Connecting { said: said.clone() },
        EventBody::Released { from: _ } => Shown::PersonLeft,
        EventBody::Returned { .. } => Shown::AssistantBack,
        EventBody::FallbackSent { text } => Shown::NobodyCame { text: text.clone() },
        EventBody::MessageRated { message, up } => Shown::MessageRated {
            message: *message,
            up: *up,
        },
        EventBody::ConversationRated { stars, comment: _ } => {
            Shown::ConversationRated { stars: *stars }
        }
        EventBody::Resolved => Shown::Resolved,
        EventBody::Reopened { holder: None } => Shown::Reopened,
        EventBody::Closed { why: _ } => Shown::Closed,
        _ => return None,
    })
}

fn said(from: Speaker, name: Option<String>, text: &str) -> VisitorEventBody {
    VisitorEventBody::Message {
        from,
        name,
        text: text.to_owned(),
        sources: Vec::new(),
        turn: None,
    }
}

fn reply_said(turn: u64, reply: &Reply) -> VisitorEventBody {
    VisitorEventBody::Message {
        from: Speaker::Assistant,
        name: reply.specialist.clone(),
        text: reply.text.clone(),
        sources: reply.sources.clone(),
        turn: Some(turn),
    }
}

fn author(by: &Actor) -> Option<String> {
    match by {
        Actor::Agent(agent) => Some(agent.name.to_string()),
        _ => None,
    }
}
