//! What flows from a node to those who look: notices make it pull, events go out in order, pieces behind the fence.

use std::sync::Arc;

use super::fault::{Fault, Step};
use super::queue::{Life, Task};
use super::request::ClientId;
use super::view::ticket_after;
use super::world::World;
use crate::conversation::{Command, Effect, Event, EventBody, Purpose, Ticket};
use crate::id::ConversationId;
use crate::testing::history::{Frame, Observed, Reader, for_visitors};
use crate::time::Timestamp;

/// A subscription, as the node has it.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) client: ClientId,
    pub(super) reader: Reader,
    pub(super) conversation: ConversationId,
    pub(super) at: Life,
    pub(super) open: bool,
    /// Everything up to here was sent; none before the first frame.
    pub(super) sent: Option<u64>,
    pub(super) after: u64,
    /// The reply whose pieces may go out now.
    writing: Option<(Ticket, Purpose)>,
    /// When the last frame arrives: no later one does before it.
    arrives: Timestamp,
}

impl Socket {
    pub(super) fn new(
        client: ClientId,
        reader: Reader,
        conversation: ConversationId,
        at: Life,
        after: u64,
    ) -> Self {
        Self {
            client,
            reader,
            conversation,
            at,
            open: true,
            sent: None,
            after,
            writing: None,
            arrives: Timestamp::default(),
        }
    }

    fn is_visitor(&self) -> bool {
        matches!(self.reader, Reader::Visitor(_))
    }

    fn fence(&mut self, event: &Event) {
        let (open, purpose) = self.writing.unzip();
        let purpose = match event.body {
            EventBody::ReplyRequested { purpose, .. } => purpose,
            _ => purpose.unwrap_or(Purpose::Reply),
        };
        let open = ticket_after(open, event, self.conversation);
        self.writing = open.map(|ticket| (ticket, purpose));
    }

    fn lets_through(&self, ticket: Ticket) -> bool {
        self.open
            && self.writing.is_some_and(|(open, purpose)| {
                open == ticket && (purpose == Purpose::Reply || !self.is_visitor())
            })
    }
}

impl World {
    /// A node tells all nodes, itself included.
    pub(super) fn publish(&mut self, life: Life, id: ConversationId, version: u64) {
        if !self.survives(life, Step::Publish) {
            return;
        }
        for node in 0..self.nodes.len() {
            let Some(to) = self.life(node) else {
                continue;
            };
            if self.strikes(Fault::NoticeLost) {
                continue;
            }
            if self.strikes(Fault::NoticeDoubled) {
                self.soon(Task::Notice(to, id, version));
            }
            if self.strikes(Fault::NoticeLate) {
                let after = self.network.within(1_000, 30_000);
                self.later(after, Task::Notice(to, id, version));
            } else {
                self.soon(Task::Notice(to, id, version));
            }
        }
    }

    /// A node hears of a version: what it has is old, those who look miss something, a reply may have lost the floor.
    pub(super) fn notice(&mut self, life: Life, id: ConversationId, version: u64) {
        let Some(node) = self.alive(life) else {
            return;
        };
        if node
            .states
            .get(&id)
            .is_some_and(|state| state.version < version)
        {
            node.states.remove(&id);
        }
        self.pull_all(life, id);
        self.stop_writers(life, id);
    }

    fn pull_all(&mut self, life: Life, id: ConversationId) {
        let sockets = self.sockets.iter();
        let looking: Vec<u32> = sockets
            .filter(|(_, socket)| socket.open && socket.at == life && socket.conversation == id)
            .map(|(number, _)| *number)
            .collect();
        for number in looking {
            self.soon(Task::Pull(number));
        }
    }

    /// Pulls for every subscription of this node, whether a notice came or not.
    pub(super) fn catch_up(&mut self, life: Life) {
        let sockets = self.sockets.iter();
        let open: Vec<u32> = sockets
            .filter(|(_, socket)| socket.open && socket.at == life)
            .map(|(number, _)| *number)
            .collect();
        for number in open {
            self.soon(Task::Pull(number));
        }
    }

    /// Sends what a subscription misses.
    pub(super) fn pull(&mut self, number: u32) {
        let Some(socket) = self.sockets.get(&number).filter(|socket| socket.open) else {
            return;
        };
        let (id, life) = (socket.conversation, socket.at);
        let after = socket.sent.unwrap_or(socket.after);
        if self.alive(life).is_none() {
            return;
        }
        let events = self.store.events(id, after);
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        if events.is_empty() && socket.sent.is_some() {
            return;
        }
        let version = events.last().map_or(after, |event| event.seq);
        for event in &events {
            socket.fence(event);
        }
        let visitor = socket.is_visitor();
        socket.sent = Some(version);
        let events = events
            .into_iter()
            .filter_map(|event| {
                if visitor {
                    for_visitors(event)
                } else {
                    Some(event)
                }
            })
            .collect();
        self.send_frame(number, Frame::Events { events, version });
    }

    fn send_frame(&mut self, number: u32, frame: Frame) {
        let arrives = self
            .now
            .after(crate::time::Millis::new(self.network.within(1, 60)));
        if let Some(socket) = self.sockets.get_mut(&number) {
            socket.arrives = socket.arrives.max(arrives);
            self.queue.push(socket.arrives, Task::Frame(number, frame));
        }
    }

    /// A frame arrives at the client, or the socket breaks.
    pub(super) fn frame(&mut self, number: u32, frame: Frame) {
        let Some(socket) = self.sockets.get(&number).filter(|socket| socket.open) else {
            return;
        };
        let client = socket.client;
        if self.strikes(Fault::SocketCut) {
            return self.cut(number);
        }
        if let Some(view) = self.view(client) {
            match &frame {
                Frame::Events { events, version } => view.show(events, *version),
                Frame::Piece {
                    ticket,
                    offset,
                    text,
                } => view.show_piece(*ticket, *offset, text),
                Frame::Reset => {}
            }
        }
        self.see(
            None,
            Observed::Shown {
                socket: number,
                frame,
            },
        );
    }

    /// A socket breaks. The client connects again; the node may tell that its visitor left.
    pub(super) fn cut(&mut self, number: u32) {
        let Some(socket) = self.sockets.get_mut(&number).filter(|socket| socket.open) else {
            return;
        };
        socket.open = false;
        let (client, at, id) = (socket.client, socket.at, socket.conversation);
        self.see(None, Observed::Cut { socket: number });
        let away = self.network.within(200, 6_000);
        self.later(away, Task::Connect(client));
        if away > 3_000 && self.alive(at).is_some() {
            self.tell_absence(at, client, id);
        }
    }

    /// A node says that nobody is at the other end any more.
    pub(super) fn tell_absence(&mut self, at: Life, client: ClientId, id: ConversationId) {
        let command = match client {
            ClientId::Visitor(_) => Some(Command::VisitorLeft),
            ClientId::Agent(agent) => self.presence_of(agent, false),
        };
        if let Some(command) = command {
            self.do_self(at, id, command);
        }
    }

    /// A node hears a piece of a reply.
    pub(super) fn piece(&mut self, life: Life, ticket: Ticket, offset: u64, text: &Arc<str>) {
        if self.alive(life).is_none() {
            return;
        }
        let sockets = self.sockets.iter();
        let looking: Vec<u32> = sockets
            .filter(|(_, socket)| socket.at == life && socket.lets_through(ticket))
            .map(|(number, _)| *number)
            .collect();
        for number in looking {
            let text = text.clone();
            let piece = Frame::Piece {
                ticket,
                offset,
                text,
            };
            self.send_frame(number, piece);
        }
    }

    /// A node does what a commit leads to.
    pub(super) fn effect(&mut self, life: Life, effect: Effect) {
        if !self.survives(life, Step::Effect) {
            return;
        }
        match effect {
            Effect::StartReply { ticket, .. } => self.start_writer(life, ticket),
            Effect::StopReply { ticket } => self.stop_writer(life, ticket),
        }
    }
}
