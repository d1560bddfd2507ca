//! An assistant at work on one reply: asked, a few pieces, an end. Any of it may come late, twice or never.

use std::sync::Arc;

use super::fault::{Fault, Step};
use super::queue::{Life, Task};
use super::request::{Asker, Request};
use super::world::World;
use crate::conversation::{Caller, Command, Guard, Purpose, Reply, Ticket, turn};
use crate::id::ConversationId;
use crate::testing::history::{Answer, Observed};

/// How a reply ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Whole,
    Person,
    Truncated,
    Failed,
    Never,
}

/// One reply that is being written.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) at: Life,
    ticket: Ticket,
    asked: bool,
    pieces: Vec<Arc<str>>,
    written: String,
    guard: Guard,
    ending: Ending,
    late: bool,
}

impl World {
    pub(super) fn start_writer(&mut self, at: Life, ticket: Ticket) {
        let ending = self.ending();
        let Ok(number) = u32::try_from(self.number()) else {
            return;
        };
        let mut pieces: Vec<Arc<str>> = (0..self.pen.within(1, 4))
            .map(|piece| format!("r{number}.{piece} ").into())
            .collect();
        if self.pen.chance(80) {
            pieces.push("#dunno".into());
        } else if self.pen.chance(150) {
            pieces.push(". What is your order number?".into());
        }
        let writer = Writer {
            at,
            ticket,
            asked: false,
            pieces,
            written: String::new(),
            guard: Guard::default(),
            ending,
            late: self.strikes(Fault::ReplyLate),
        };
        self.writers.insert(number, writer);
        self.soon(Task::Write(number));
    }

    fn ending(&mut self) -> Ending {
        if self.strikes(Fault::ReplyHung) {
            Ending::Never
        } else if self.strikes(Fault::StreamTruncated) {
            Ending::Truncated
        } else if self.strikes(Fault::ProviderFailed) {
            Ending::Failed
        } else if self.pen.chance(60) {
            Ending::Person
        } else {
            Ending::Whole
        }
    }

    /// One more step of a reply.
    pub(super) fn write(&mut self, number: u32) {
        let Some(at) = self.writers.get(&number).map(|writer| writer.at) else {
            return;
        };
        if !self.survives(at, Step::Write) || !self.ask(number) {
            return;
        }
        let Some(writer) = self.writers.get_mut(&number) else {
            return;
        };
        if writer.pieces.is_empty() {
            return self.end(number);
        }
        let text = writer.pieces.remove(0);
        let offset = writer.written.len() as u64;
        writer.written.push_str(&text);
        let (ticket, late, last) = (writer.ticket, writer.late, writer.pieces.is_empty());
        for node in 0..self.nodes.len() {
            if let Some(to) = self.life(node)
                && !self.strikes(Fault::PieceLost)
            {
                self.soon(Task::Piece(to, ticket, offset, text.clone()));
            }
        }
        let after = if late && last {
            self.network.within(3_000, 90_000)
        } else {
            self.network.within(20, 1_500)
        };
        self.later(after, Task::Write(number));
    }

    /// Gives the assistant its turn, the first time. Says whether it has one.
    fn ask(&mut self, number: u32) -> bool {
        let Some(writer) = self.writers.get_mut(&number) else {
            return false;
        };
        if writer.asked {
            return true;
        }
        writer.asked = true;
        let (ticket, node) = (writer.ticket, writer.at.node);
        let state = self.store.load(ticket.conversation);
        let current = state.filter(|state| state.ticket() == Some(ticket));
        let Some((state, pending)) =
            current.and_then(|state| Some((state.clone(), state.pending?)))
        else {
            self.writers.remove(&number);
            return false;
        };
        let events = self.store.events(ticket.conversation, 0);
        let policy = self.nodes.get(node).map(|node| node.policy.clone());
        let policy = policy.unwrap_or_default();
        let turn = Box::new(turn(&state, pending, &events, &policy.assistant));
        if let Some(writer) = self.writers.get_mut(&number) {
            writer.guard = Guard::of(&turn);
        }
        self.see(Some(node), Observed::Prompted { turn });
        if pending.purpose == Purpose::Reply && self.pen.chance(150) {
            self.note_something(number, ticket);
        }
        true
    }

    fn note_something(&mut self, number: u32, ticket: Ticket) {
        let value = format!("fact {number}");
        let command = if self.pen.chance(500) {
            Command::LearnFact {
                ticket,
                name: "company".to_owned(),
                value,
            }
        } else {
            Command::SetScore { ticket, score: 70 }
        };
        self.speak(number, "fact", command);
    }

    fn end(&mut self, number: u32) {
        let Some(writer) = self.writers.get(&number) else {
            return;
        };
        let (at, ticket, ending) = (writer.at, writer.ticket, writer.ending);
        let mut text: Arc<str> = writer.written.as_str().into();
        if ending == Ending::Whole {
            text = writer.guard.judge(&text).text.into();
        }
        if ending == Ending::Never {
            return;
        }
        let whole = ending == Ending::Whole;
        let written = Observed::Written {
            ticket,
            text: text.clone(),
            whole,
        };
        self.see(Some(at.node), written);
        let text = text.to_string();
        match ending {
            Ending::Whole => {
                let reply = Reply {
                    non_answer: text.contains("#dunno"),
                    text,
                    ..Reply::default()
                };
                self.speak(number, "reply", Command::CommitReply { ticket, reply });
            }
            Ending::Person => {
                let reason = "this needs a person".to_owned();
                self.speak(number, "person", Command::AskForPerson { ticket, reason });
            }
            Ending::Truncated | Ending::Failed => {
                let command = Command::FailReply {
                    ticket,
                    partial: text,
                    truncated: ending == Ending::Truncated,
                };
                self.speak(number, "fail", command);
            }
            Ending::Never => {}
        }
        self.writers.remove(&number);
    }

    /// Dispatches what an assistant does, sometimes at two nodes at once, under one id or two.
    fn speak(&mut self, number: u32, what: &str, command: Command) {
        let Some(at) = self.writers.get(&number).map(|writer| writer.at) else {
            return;
        };
        let conversation = match &command {
            Command::CommitReply { ticket, .. }
            | Command::AskForPerson { ticket, .. }
            | Command::FailReply { ticket, .. }
            | Command::LearnFact { ticket, .. }
            | Command::SetScore { ticket, .. } => ticket.conversation,
            _ => return,
        };
        let request = |key: String, command: Command| Request {
            conversation,
            asker: Asker::Writer(number),
            caller: Caller::Assistant,
            command,
            key: Some(key.into()),
            digest: u64::from(number),
        };
        if self.strikes(Fault::ReplyDoubled)
            && let Some(at) = self.some_node()
        {
            let id = if self.pen.chance(500) { "" } else { "/again" };
            let twin = request(format!("r{number}/{what}{id}"), command.clone());
            self.send(at, Arc::new(twin));
        }
        let request = request(format!("r{number}/{what}"), command);
        self.send(at, Arc::new(request));
    }

    /// A reply that came too late is recorded as a piece.
    pub(super) fn writer_hears(&mut self, request: &Request, answer: &Answer) {
        let lost = matches!(answer, Answer::Refused { code } if code == "floor_lost");
        let Command::CommitReply { ticket, reply } = &request.command else {
            return;
        };
        if let Some(at) = self.some_node().filter(|_| lost) {
            let record = Request {
                conversation: request.conversation,
                asker: Asker::Node,
                caller: Caller::Assistant,
                command: Command::FailReply {
                    ticket: *ticket,
                    partial: reply.text.clone(),
                    truncated: false,
                },
                key: None,
                digest: 0,
            };
            self.send(at, Arc::new(record));
        }
    }

    /// The floor is lost: what had been written is recorded.
    pub(super) fn stop_writer(&mut self, at: Life, ticket: Ticket) {
        let mut writers = self.writers.iter();
        let found = writers.find(|(_, writer)| writer.at == at && writer.ticket == ticket);
        let Some(number) = found.map(|(number, _)| *number) else {
            return;
        };
        let Some(writer) = self.writers.get(&number) else {
            return;
        };
        if !writer.written.is_empty() {
            let command = Command::FailReply {
                ticket,
                partial: writer.written.clone(),
                truncated: false,
            };
            self.speak(number, "stop", command);
        }
        self.writers.remove(&number);
    }

    /// Stops the replies of this node that have lost the floor, as far as it can read.
    pub(super) fn stop_writers(&mut self, at: Life, id: ConversationId) {
        let writing = |writer: &&Writer| writer.at == at && writer.ticket.conversation == id;
        let Some(ticket) = self
            .writers
            .values()
            .find(writing)
            .map(|writer| writer.ticket)
        else {
            return;
        };
        let Some(state) = self.store.load(id) else {
            return;
        };
        if state.ticket() != Some(ticket) {
            self.stop_writer(at, ticket);
        }
    }
}
