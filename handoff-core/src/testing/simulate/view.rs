//! What a client has seen of a conversation and shows of it.

use crate::conversation::{Conversation, Event, EventBody, Ticket, apply};
use crate::id::{ConversationId, ServiceId, VisitorId};

/// What a client shows. It lives longer than a subscription: a new one goes on where the last one broke.
#[derive(Debug)]
pub(super) struct View {
    pub(super) conversation: ConversationId,
    pub(super) version: u64,
    pub(super) said: Vec<(u64, String)>,
    pub(super) piece: Option<(Ticket, String)>,
    /// The seq of the assistant's last message.
    pub(super) last_reply: Option<u64>,
    /// What the client makes of the events that it may see.
    pub(super) state: Box<Conversation>,
    /// The reply that is being written, as far as the client knows.
    ticket: Option<Ticket>,
}

impl View {
    pub(super) fn new(
        conversation: ConversationId,
        service: &ServiceId,
        visitor: &VisitorId,
    ) -> Self {
        let (service, visitor) = (service.clone(), visitor.clone());
        Self {
            conversation,
            version: 0,
            said: Vec::new(),
            piece: None,
            last_reply: None,
            state: Box::new(Conversation::unopened(conversation, service, visitor)),
            ticket: None,
        }
    }

    pub(super) fn show(&mut self, events: &[Event], version: u64) {
        for event in events {
            if let Some(text) = event.body.said() {
                self.said.push((event.seq, text.to_owned()));
            }
            if matches!(event.body, EventBody::ReplyCommitted { .. }) {
                self.last_reply = Some(event.seq);
            }
            self.ticket = ticket_after(self.ticket, event, self.conversation);
            apply(&mut self.state, event);
        }
        self.version = version;
        if self.piece.as_ref().map(|(ticket, _)| *ticket) != self.ticket {
            self.piece = None;
        }
    }

    /// Adds a piece to the reply that is being written; one that does not fit is not shown.
    pub(super) fn show_piece(&mut self, ticket: Ticket, offset: u64, text: &str) {
        if self.ticket != Some(ticket) {
            return;
        }
        let (_, shown) = self.piece.get_or_insert_with(|| (ticket, String::new()));
        if shown.len() as u64 == offset {
            shown.push_str(text);
        }
    }
}

/// The ticket that is open after an event.
pub(super) fn ticket_after(
    open: Option<Ticket>,
    event: &Event,
    conversation: ConversationId,
) -> Option<Ticket> {
    match &event.body {
        EventBody::ReplyRequested { turn, .. } => Some(Ticket {
            conversation,
            epoch: event.epoch,
            turn: *turn,
        }),
        EventBody::MessageReceived { .. }
        | EventBody::ReplyCommitted { .. }
        | EventBody::DraftProposed { .. } => None,
        // The piece of an earlier turn may be recorded while a later one is written.
        EventBody::ReplyInterrupted { turn, .. } => open.filter(|open| open.turn != *turn),
        body if body.changes_control() => None,
        _ => open,
    }
}
