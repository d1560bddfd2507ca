//! What a client shows of a conversation.

use handoff_axum::ws::protocol::{VisitorEvent, VisitorEventBody};
use handoff_core::conversation::{Event, Speaker, Ticket};
use handoff_core::id::ConversationId;

/// What a client shows. It lives longer than a connection.
#[derive(Debug)]
pub(super) struct View {
    pub(super) conversation: ConversationId,
    pub(super) version: u64,
    pub(super) said: Vec<(u64, String)>,
    pub(super) piece: Option<(Ticket, String)>,
    epoch: u64,
}

impl View {
    pub(super) fn of(conversation: ConversationId) -> Self {
        Self {
            conversation,
            version: 0,
            said: Vec::new(),
            piece: None,
            epoch: 0,
        }
    }

    /// What a widget makes of an event.
    pub(super) fn show_visitor(&mut self, event: &VisitorEvent) {
        use VisitorEventBody as Body;
        let said = match &event.body {
            Body::Message { text, .. } | Body::NobodyCame { text } => Some(text.clone()),
            Body::Connecting { said } => said.clone(),
            _ => None,
        };
        let ends = match &event.body {
            Body::Message {
                turn: Some(turn), ..
            }
            | Body::ReplyStopped { turn } => Some(*turn),
            Body::Message {
                from: Speaker::Visitor,
                ..
            }
            | Body::ReplyStarted { .. } => self.writing(),
            _ => None,
        };
        self.end_piece(event.epoch, ends);
        self.said.extend(said.map(|text| (event.seq, text)));
    }

    /// What a dashboard makes of an event.
    pub(super) fn show(&mut self, event: &Event) {
        use handoff_core::conversation::EventBody as Body;
        let ends = match &event.body {
            Body::ReplyCommitted { turn, .. }
            | Body::ReplyInterrupted { turn, .. }
            | Body::DraftProposed { turn, .. } => Some(*turn),
            Body::MessageReceived { .. } | Body::ReplyRequested { .. } => self.writing(),
            _ => None,
        };
        self.end_piece(event.epoch, ends);
        if let Some(text) = event.body.said() {
            self.said.push((event.seq, text.to_owned()));
        }
    }

    fn writing(&self) -> Option<u64> {
        self.piece.as_ref().map(|(ticket, _)| ticket.turn)
    }

    fn end_piece(&mut self, epoch: u64, turn: Option<u64>) {
        self.epoch = self.epoch.max(epoch);
        let over = |(ticket, _): &(Ticket, String)| {
            ticket.epoch < self.epoch || turn.is_some_and(|turn| turn >= ticket.turn)
        };
        if self.piece.as_ref().is_some_and(over) {
            self.piece = None;
        }
    }

    /// Adds a piece of a reply; one that does not fit is not shown.
    pub(super) fn show_piece(&mut self, ticket: Ticket, offset: u64, text: &str) {
        if ticket.epoch < self.epoch {
            return;
        }
        if offset == 0 {
            self.piece = Some((ticket, String::new()));
        }
        if let Some((of, shown)) = &mut self.piece
            && *of == ticket
            && shown.encode_utf16().count() as u64 == offset
        {
            shown.push_str(text);
        }
    }
}
