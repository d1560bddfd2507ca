//! Which pieces of a reply a socket may still show.

use handoff_core::conversation::{Conversation, Event, EventBody, Purpose, Ticket};
use handoff_core::id::AgentId;

/// What one socket showed of one conversation. After an event of an epoch went out, no piece of an earlier epoch does, and
/// none of a turn that ended.
#[derive(Debug)]
pub(super) struct Fence {
    epoch: u64,
    /// The highest turn that ended.
    ended: u64,
    /// The turn that is being written to the visitor.
    writing: Option<u64>,
    /// Who has the floor.
    holder: Option<AgentId>,
}

impl Fence {
    /// For a socket that joins a conversation in this state.
    pub(super) fn at(state: &Conversation) -> Self {
        let pending = state
            .pending
            .filter(|pending| pending.purpose == Purpose::Reply);
        Self {
            epoch: state.epoch,
            ended: 0,
            writing: pending.map(|pending| pending.turn),
            holder: state.holder().map(|agent| agent.id.clone()),
        }
    }

    /// An event goes out.
    pub(super) fn pass(&mut self, event: &Event) {
        if event.epoch > self.epoch {
            self.epoch = event.epoch;
            self.writing = None;
        }
        match &event.body {
            EventBody::ReplyRequested { turn, purpose, .. } => {
                self.writing = (*purpose == Purpose::Reply).then_some(*turn);
            }
            EventBody::ReplyCommitted { turn, .. }
            | EventBody::ReplyInterrupted { turn, .. }
            | EventBody::DraftProposed { turn, .. } => {
                self.ended = self.ended.max(*turn);
                self.writing = self.writing.filter(|writing| writing > turn);
            }
            EventBody::TakenOver { agent, .. } => self.holder = Some(agent.id.clone()),
            EventBody::Reopened { holder } => {
                self.holder = holder.as_ref().map(|agent| agent.id.clone());
            }
            body if body.changes_control() => self.holder = None,
            _ => {}
        }
    }

    /// Whether the team may see a piece with this ticket.
    pub(super) fn admits(&self, ticket: &Ticket) -> bool {
        ticket.epoch >= self.epoch && ticket.turn > self.ended
    }

    /// Whether the visitor may: drafts and suggestions are not the visitor's.
    pub(super) fn admits_for_visitor(&self, ticket: &Ticket) -> bool {
        self.admits(ticket) && self.writing == Some(ticket.turn)
    }

    /// Whether an agent has the floor.
    pub(super) fn is_held_by(&self, agent: &AgentId) -> bool {
        self.holder.as_ref() == Some(agent)
    }
}

#[cfg(test)]
mod tests {
    use handoff_core::conversation::{Actor, AgentRef, Claim, TicketEnd};
    use handoff_core::id::{ConversationId, ServiceId, VisitorId};
    use handoff_core::time::Timestamp;

    use super::*;

    fn conversation() -> Conversation {
        let id = ConversationId::from_uuid(
            "018f0000-0000-7000-8000-000000000001"
                .parse::<ConversationId>()
                .unwrap()
                .as_uuid(),
        );
        Conversation::unopened(
            id,
            ServiceId::new("s").unwrap(),
            VisitorId::new("v").unwrap(),
        )
    }

    fn event(epoch: u64, body: EventBody) -> Event {
        Event {
            seq: 1,
            at: Timestamp::default(),
            epoch,
            by: Actor::System,
            body,
        }
    }

    fn requested(turn: u64, purpose: Purpose) -> EventBody {
        EventBody::ReplyRequested {
            turn,
            purpose,
            deadline: Timestamp::default(),
            attempt: 1,
        }
    }

    fn ticket(epoch: u64, turn: u64) -> Ticket {
        Ticket {
            conversation: conversation().id,
            epoch,
            turn,
        }
    }

    fn taken_over() -> EventBody {
        let agent = AgentRef {
            id: AgentId::new("ann").unwrap(),
            name: "Ann".into(),
        };
        EventBody::TakenOver {
            agent,
            from: None,
            how: Claim::Button,
        }
    }

    #[test]
    fn nothing_of_the_assistant_shows_after_a_takeover() {
        let mut fence = Fence::at(&conversation());
        fence.pass(&event(0, requested(1, Purpose::Reply)));
        assert!(fence.admits_for_visitor(&ticket(0, 1)));
        fence.pass(&event(1, taken_over()));
        assert!(!fence.admits_for_visitor(&ticket(0, 1)));
        assert!(!fence.admits(&ticket(0, 1)));
        assert!(fence.is_held_by(&AgentId::new("ann").unwrap()));
        // Back with the assistant: the old reply stays out, the new one shows.
        fence.pass(&event(2, requested(2, Purpose::Reply)));
        assert!(!fence.admits_for_visitor(&ticket(0, 1)));
        assert!(fence.admits_for_visitor(&ticket(2, 2)));
    }

    #[test]
    fn a_piece_that_comes_after_its_message_is_late() {
        let mut fence = Fence::at(&conversation());
        fence.pass(&event(0, requested(1, Purpose::Reply)));
        let why = TicketEnd::Superseded;
        fence.pass(&event(
            0,
            EventBody::ReplyInterrupted {
                turn: 1,
                partial: "x".into(),
                why,
            },
        ));
        assert!(!fence.admits(&ticket(0, 1)));
    }

    #[test]
    fn drafts_and_suggestions_are_the_teams() {
        for purpose in [Purpose::Draft, Purpose::Suggestion] {
            let mut fence = Fence::at(&conversation());
            fence.pass(&event(0, requested(1, purpose)));
            assert!(fence.admits(&ticket(0, 1)));
            assert!(!fence.admits_for_visitor(&ticket(0, 1)));
        }
    }
}
