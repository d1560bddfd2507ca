//! A visitor: opens a conversation, writes, asks for a person, leaves, comes back.

use std::sync::Arc;

use super::queue::Task;
use super::request::{ClientId, Request};
use super::view::View;
use super::world::World;
use crate::conversation::{Caller, Command, MAX_MESSAGE_BYTES, Page, Profile};
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::testing::random::Random;

/// A visitor.
#[derive(Debug)]
pub(super) struct Visitor {
    will: Random,
    number: usize,
    pub(super) view: Option<View>,
    pub(super) waiting: Vec<Arc<Request>>,
    pub(super) away: bool,
    words: u64,
}

/// What a visitor may do.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Say,
    AskForPerson,
    Rate,
    Judge,
    Identify,
    Browse,
    Leave,
    OpenAgain,
    Nonsense,
}

const WISHES: [(u64, Wish); 9] = [
    (60, Wish::Say),
    (8, Wish::AskForPerson),
    (8, Wish::Rate),
    (3, Wish::Judge),
    (3, Wish::Identify),
    (4, Wish::Browse),
    (8, Wish::Leave),
    (3, Wish::OpenAgain),
    (3, Wish::Nonsense),
];

impl Visitor {
    pub(super) fn new(seed: u64, number: usize) -> Self {
        Self {
            will: Random::stream(seed, 100 + number as u64),
            number,
            view: None,
            waiting: Vec::new(),
            away: false,
            words: 0,
        }
    }

    fn says(&mut self) -> String {
        self.words += 1;
        let tail = self.will.weighted(&[
            (75, ""),
            (9, " #help"),
            (6, " #angry"),
            (5, ". My order number is 47."),
        ]);
        format!(
            "v{} word {}{}",
            self.number,
            self.words,
            tail.unwrap_or_default()
        )
    }

    fn command(&mut self, wish: Wish) -> Option<Command> {
        let command = match wish {
            Wish::Say => Command::SendMessage { text: self.says() },
            Wish::AskForPerson => Command::RequestPerson,
            Wish::Rate => Command::RateMessage {
                message: self.view.as_ref()?.last_reply.unwrap_or(1),
                up: *self.will.pick(&[None, Some(true), Some(false)])?,
            },
            Wish::Judge => Command::RateConversation {
                stars: u8::try_from(self.will.within(1, 6)).ok()?,
                comment: String::new(),
            },
            Wish::Identify => Command::Identify {
                profile: Profile {
                    name: Some(format!("Visitor {}", self.will.below(3))),
                    ..Profile::default()
                },
            },
            Wish::Browse => Command::SetPage {
                page: Page {
                    url: format!("/page/{}", self.will.below(3)),
                    title: String::new(),
                },
            },
            Wish::Nonsense => Command::SendMessage {
                text: match self.will.below(5) {
                    0 => " ".repeat(3),
                    1 => "x\0y".to_owned(),
                    2 => "x".repeat(MAX_MESSAGE_BYTES + 1),
                    3 => return Some(opening()),
                    _ => return Some(Command::Release),
                },
            },
            Wish::Leave | Wish::OpenAgain => return None,
        };
        Some(command)
    }
}

fn opening() -> Command {
    Command::Open {
        profile: Profile::default(),
        page: Page::default(),
    }
}

impl World {
    /// A visitor does something, and thinks of the next thing.
    pub(super) fn visitor_acts(&mut self, number: usize) {
        let client = ClientId::Visitor(number);
        let Some(visitor) = self.visitors.get_mut(number) else {
            return;
        };
        let pause = visitor
            .will
            .weighted(&[(3, 1_500), (4, 12_000), (2, 45_000)]);
        let after = visitor.will.within(100, pause.unwrap_or(12_000));
        let wish = visitor.will.weighted(&WISHES).unwrap_or(Wish::Say);
        let conversation = visitor.view.as_ref().map(|view| view.conversation);
        let closed = visitor
            .view
            .as_ref()
            .is_some_and(|view| view.state.status() == crate::conversation::Status::Closed);
        if std::mem::take(&mut visitor.away) {
            self.connect(client);
        } else if let Some(id) = conversation.filter(|_| !closed) {
            self.visitor_wishes(number, id, wish);
        } else if self
            .visitors
            .get(number)
            .is_some_and(|v| v.waiting.is_empty())
        {
            self.open(number);
        }
        self.later(after, Task::Act(client));
    }

    fn visitor_wishes(&mut self, number: usize, id: ConversationId, wish: Wish) {
        let client = ClientId::Visitor(number);
        match wish {
            Wish::OpenAgain => self.open(number),
            Wish::Leave => {
                if let Some(visitor) = self.visitors.get_mut(number) {
                    visitor.away = true;
                }
                if let Some(socket) = self.has_socket(client) {
                    let at = self.sockets.get(&socket).map(|socket| socket.at);
                    self.hang_up(socket);
                    if let Some(at) = at {
                        self.tell_absence(at, client, id);
                    }
                }
            }
            wish => {
                let visitor = self.visitors.get_mut(number);
                if let Some(command) = visitor.and_then(|visitor| visitor.command(wish)) {
                    self.client_asks(client, id, Caller::Visitor, command);
                }
            }
        }
    }

    fn open(&mut self, number: usize) {
        let id = ConversationId::from_uuid(self.uuid());
        self.client_asks(ClientId::Visitor(number), id, Caller::Visitor, opening());
    }

    /// The visitor is in a conversation from now on.
    pub(super) fn visitor_enters(&mut self, number: usize, id: ConversationId) {
        let client = ClientId::Visitor(number);
        if self
            .view(client)
            .is_some_and(|view| view.conversation == id)
        {
            return;
        }
        let names = (ServiceId::new("shop"), VisitorId::new(format!("v{number}")));
        let (Ok(service), Ok(name)) = names else {
            return;
        };
        if let Some(socket) = self.has_socket(client) {
            self.hang_up(socket);
        }
        if let Some(visitor) = self.visitors.get_mut(number) {
            visitor.view = Some(View::new(id, &service, &name));
        }
        self.connect(client);
    }
}
