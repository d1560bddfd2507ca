//! What a commit leads to outside the conversation.

use super::cause::Claim;
use super::event::{Event, EventBody};
use super::state::{Conversation, Purpose, Ticket};
use crate::attention::FlagKind;
use crate::notifier::{Notification, Occasion};
use crate::time::Timestamp;

/// What is to be done after a commit. Lost effects cost time, never truth: a wake finds what was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Ask the assistant for a reply.
    StartReply {
        /// The permission.
        ticket: Ticket,
        /// What it is for.
        purpose: Purpose,
        /// When it counts as lost.
        deadline: Timestamp,
    },
    /// The ticket ended: stop writing, for economy. The ticket itself makes it safe.
    StopReply {
        /// The ended permission.
        ticket: Ticket,
    },
}

/// What is to be done after the commit that led from one state to the other.
pub fn effects(before: &Conversation, after: &Conversation) -> Vec<Effect> {
    let mut effects = Vec::new();
    if before.ticket() == after.ticket() {
        return effects;
    }
    if let Some(ticket) = before.ticket() {
        effects.push(Effect::StopReply { ticket });
    }
    if let (Some(ticket), Some(pending)) = (after.ticket(), after.pending) {
        effects.push(Effect::StartReply {
            ticket,
            purpose: pending.purpose,
            deadline: pending.deadline,
        });
    }
    effects
}

/// Whom people should be told of, for the outbox of the same commit.
pub fn notifications(state: &Conversation, events: &[Event]) -> Vec<Notification> {
    let escalated = events
        .iter()
        .any(|event| matches!(event.body, EventBody::Escalated { .. }));
    let occasion = |event: &Event| match &event.body {
        EventBody::Escalated { .. } | EventBody::Transferred { .. } => {
            Some(Occasion::TakeoverRequested)
        }
        // The request for takeover says it already.
        EventBody::FlagRaised(flag)
            if escalated && flag.finding.kind == FlagKind::HelpRequested =>
        {
            None
        }
        EventBody::FlagRaised(flag) => Some(Occasion::Flagged {
            finding: flag.finding.clone(),
        }),
        EventBody::FallbackSent { .. } => Some(Occasion::Unattended),
        EventBody::TakenOver {
            agent,
            how: Claim::Transferred { .. },
            ..
        } => Some(Occasion::Assigned {
            agent: agent.clone(),
        }),
        EventBody::ControlRequested(request) => Some(Occasion::ControlRequested {
            agent: request.agent.clone(),
        }),
        _ => None,
    };
    let notification = |event: &Event| {
        occasion(event).map(|what| Notification {
            service: state.service.clone(),
            conversation: state.id,
            seq: event.seq,
            at: event.at,
            what,
        })
    };
    events.iter().filter_map(notification).collect()
}
