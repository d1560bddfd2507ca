//! What visitors and agents have in common: they ask until they are answered, and connect until they are connected.

use std::borrow::Cow;
use std::sync::Arc;

use super::dispatch::refused;
use super::fault::Fault;
use super::feed::Socket;
use super::queue::{Life, Task};
use super::request::{Asker, ClientId, Dispatch, Request};
use super::view::View;
use super::world::World;
use crate::conversation::{Caller, Command, Rejection};
use crate::id::{AgentId, ConversationId, VisitorId};
use crate::testing::history::{Answer, Observed, Reader};

/// A client asks again after so long without an answer, in milliseconds.
const PATIENCE: u64 = 5_000;

impl World {
    /// A client sends a command, and keeps it until it is answered.
    pub(super) fn client_asks(
        &mut self,
        client: ClientId,
        conversation: ConversationId,
        caller: Caller,
        command: Command,
    ) {
        let number = self.number();
        let key = match client {
            ClientId::Visitor(visitor) => format!("v{visitor}/{number}"),
            ClientId::Agent(agent) => format!("a{agent}/{number}"),
        };
        let request = Arc::new(Request {
            conversation,
            asker: Asker::Client(client),
            caller,
            command,
            key: Some(key.into()),
            digest: number,
        });
        self.waiting(client).push(request.clone());
        self.client_sends(client, &request);
    }

    fn waiting(&mut self, client: ClientId) -> &mut Vec<Arc<Request>> {
        match client {
            ClientId::Visitor(visitor) => match self.visitors.get_mut(visitor) {
                Some(visitor) => &mut visitor.waiting,
                None => &mut self.nobody,
            },
            ClientId::Agent(agent) => match self.agents.get_mut(agent) {
                Some(agent) => &mut agent.waiting,
                None => &mut self.nobody,
            },
        }
    }

    fn client_sends(&mut self, client: ClientId, request: &Arc<Request>) {
        self.send_to_some_node(request);
        if self.strikes(Fault::CommandDoubled) {
            self.send_to_some_node(request);
        }
        self.later(PATIENCE, Task::Retry(client, request.clone()));
    }

    fn send_to_some_node(&mut self, request: &Arc<Request>) {
        if let Some(at) = self.some_node() {
            self.send(at, request.clone());
        }
    }

    /// A command leaves for a node.
    pub(super) fn send(&mut self, at: Life, request: Arc<Request>) {
        if let Some(key) = request.key.clone() {
            let asked = Observed::Asked {
                conversation: request.conversation,
                key,
                digest: request.digest,
            };
            self.see(None, asked);
        }
        self.soon(Task::Decide(Dispatch {
            at,
            request,
            tries: 0,
        }));
    }

    /// Asks again, with the same id, unless the answer came meanwhile.
    pub(super) fn retry(&mut self, client: ClientId, request: &Arc<Request>) {
        let waits = self
            .waiting(client)
            .iter()
            .any(|other| other.key == request.key);
        if waits {
            self.client_sends(client, request);
        }
    }

    /// An answer arrives.
    pub(super) fn answered(&mut self, request: &Arc<Request>, answer: &Answer) {
        if let Some(key) = request.key.clone() {
            let told = Observed::Answered {
                conversation: request.conversation,
                key,
                digest: request.digest,
                answer: answer.clone(),
            };
            self.see(None, told);
        }
        let Asker::Client(client) = request.asker else {
            return self.writer_hears(request, answer);
        };
        if *answer == Answer::Unknown {
            return;
        }
        let waiting = self.waiting(client);
        let before = waiting.len();
        waiting.retain(|other| other.key != request.key);
        if waiting.len() == before {
            return;
        }
        if let (ClientId::Visitor(visitor), Command::Open { .. }, Answer::Done { .. }) =
            (client, &request.command, answer)
        {
            self.visitor_enters(visitor, request.conversation);
        }
        if matches!(answer, Answer::Done { first: Some(_) }) && self.strikes(Fault::CommandIdReused)
        {
            self.reuse(client, request);
        }
    }

    /// A careless client uses an id for another command.
    fn reuse(&mut self, client: ClientId, request: &Request) {
        let other = Arc::new(Request {
            conversation: request.conversation,
            asker: request.asker,
            caller: request.caller.clone(),
            command: request.command.clone(),
            key: request.key.clone(),
            digest: request.digest + 1_000_000,
        });
        if !matches!(request.command, Command::Open { .. }) {
            self.client_sends(client, &other);
        }
    }

    /// The visitor has another open conversation: an opening goes on there, anything else is refused.
    pub(super) fn opened_elsewhere(&mut self, dispatch: &Dispatch, other: ConversationId) {
        let request = &dispatch.request;
        let (Asker::Client(ClientId::Visitor(visitor)), Command::Open { .. }) =
            (request.asker, &request.command)
        else {
            return self.answer(dispatch, refused(&Rejection::OneOpenConversation));
        };
        let key = request.key.clone();
        if let Some(client) = self.visitors.get_mut(visitor) {
            client.waiting.retain(|request| request.key != key);
            self.visitor_enters(visitor, other);
        }
    }

    pub(super) fn view(&mut self, client: ClientId) -> Option<&mut View> {
        match client {
            ClientId::Visitor(visitor) => self.visitors.get_mut(visitor)?.view.as_mut(),
            ClientId::Agent(agent) => self.agents.get_mut(agent)?.view.as_mut(),
        }
    }

    pub(super) fn has_socket(&self, client: ClientId) -> Option<u32> {
        let mut sockets = self.sockets.iter();
        let open = sockets.find(|(_, socket)| socket.open && socket.client == client);
        open.map(|(number, _)| *number)
    }

    /// Connects to some node and goes on after what was seen, unless there is a connection or nothing to look at.
    pub(super) fn connect(&mut self, client: ClientId) {
        if self.has_socket(client).is_some() || !self.wants_socket(client) {
            return;
        }
        let Some(at) = self.some_node() else {
            return self.later(1_000, Task::Connect(client));
        };
        let Some((conversation, after)) = self
            .view(client)
            .map(|view| (view.conversation, view.version))
        else {
            return;
        };
        let (Some(reader), Ok(number)) = (reader(client), u32::try_from(self.number())) else {
            return;
        };
        self.see(
            Some(at.node),
            Observed::Subscribed {
                socket: number,
                reader: reader.clone(),
                conversation,
                after,
            },
        );
        let socket = Socket::new(client, reader, conversation, at, after);
        self.sockets.insert(number, socket);
        self.soon(Task::Pull(number));
        let back = match client {
            ClientId::Visitor(_) => Some(Command::VisitorBack),
            ClientId::Agent(agent) => self.presence_of(agent, true),
        };
        if let Some(back) = back {
            self.do_self(at, conversation, back);
        }
    }

    fn wants_socket(&self, client: ClientId) -> bool {
        match client {
            ClientId::Visitor(visitor) => {
                let visitor = self.visitors.get(visitor);
                visitor.is_some_and(|visitor| visitor.view.is_some() && !visitor.away)
            }
            ClientId::Agent(agent) => {
                let agent = self.agents.get(agent);
                agent.is_some_and(|agent| agent.view.is_some() && agent.is_online())
            }
        }
    }

    /// What everybody shows in the end.
    pub(super) fn render(&mut self) {
        let open: Vec<(u32, ClientId)> = self
            .sockets
            .iter()
            .filter(|(_, socket)| socket.open)
            .map(|(number, socket)| (*number, socket.client))
            .collect();
        for (socket, client) in open {
            if let Some(view) = self.view(client) {
                let shown = Observed::Rendered {
                    socket,
                    version: view.version,
                    said: view.said.clone(),
                    piece: view.piece.clone(),
                };
                self.see(None, shown);
            }
        }
    }

    /// Whoever wants a connection or an answer and has none in the end.
    pub(super) fn count_stranded(&mut self) {
        let visitors = (0..self.visitors.len()).map(ClientId::Visitor);
        let agents = (0..self.agents.len()).map(ClientId::Agent);
        let clients: Vec<ClientId> = visitors.chain(agents).collect();
        for client in clients {
            let connected = !self.wants_socket(client) || self.has_socket(client).is_some();
            let answered = self.waiting(client).is_empty();
            for (what, has) in [("a connection", connected), ("an answer", answered)] {
                if let Some(reader) = reader(client).filter(|_| !has) {
                    let what = Cow::Borrowed(what);
                    self.see(None, Observed::Stranded { reader, what });
                }
            }
        }
    }
}

fn reader(client: ClientId) -> Option<Reader> {
    match client {
        ClientId::Visitor(visitor) => VisitorId::new(format!("v{visitor}"))
            .ok()
            .map(Reader::Visitor),
        ClientId::Agent(agent) => AgentId::new(format!("a{agent}")).ok().map(Reader::Agent),
    }
}
