//! A visitor with a widget, who says something again and again and wants each word to be kept once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use handoff_axum::ws::protocol::{PROTOCOL, VisitorFrame, VisitorRequest};
use handoff_core::conversation::{Caller, Command, Page, Profile, Ticket};
use handoff_core::id::{CommandId, ServiceId, VisitorId};
use handoff_core::runtime::Request;
use handoff_core::testing::Random;
use handoff_core::testing::history::Reader;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval, sleep, sleep_until, timeout};

use super::view::View;
use super::{CANARY, CONNECTING, Ended, HEARTBEAT, Phase, pause, reached, receive};
use crate::client::{Access, Received, Socket, VisitorKey};
use crate::faults::recorder::{Asked, Place, Recorder, Seen, Told};

/// What visitors say beside their number: most of it the assistant can answer.
const WORDS: [&str; 5] = [
    "How long does delivery take?",
    "How do I return a pair of boots?",
    "Which size do I need?",
    "Can I pay with a gift card?",
    "I want to talk to a person, please.",
];

/// Something that was sent and not answered yet, or was just answered.
#[derive(Debug, Clone)]
struct Sent {
    request: VisitorRequest,
    id: CommandId,
    asked: Asked,
}

/// A visitor.
pub(in crate::faults) struct Visitor {
    pub(in crate::faults) number: usize,
    pub(in crate::faults) access: Access,
    pub(in crate::faults) service: ServiceId,
    pub(in crate::faults) key: VisitorKey,
    pub(in crate::faults) recorder: Arc<Recorder>,
    pub(in crate::faults) random: Random,
    pub(in crate::faults) phase: watch::Receiver<Phase>,
    /// Told of every piece: the own port.
    pub(in crate::faults) pieces: mpsc::Sender<u16>,
}

struct Talk {
    it: Visitor,
    visitor: VisitorId,
    view: Option<View>,
    /// The number of this subscription.
    socket: Option<u32>,
    waiting: Option<Sent>,
    /// The last one that was answered: now and then it is sent again.
    answered: Option<(Sent, u64)>,
    said: u64,
    rendered: bool,
}

impl Visitor {
    /// Talks until the run is over and everything is answered.
    pub(in crate::faults) async fn run(self) -> Result<()> {
        let visitor = VisitorId::new(&self.key.visitor)?;
        let mut talk = Talk {
            it: self,
            visitor,
            view: None,
            socket: None,
            waiting: None,
            answered: None,
            said: 0,
            rendered: false,
        };
        loop {
            let ended = talk.connected().await;
            if let Some(socket) = talk.socket.take() {
                talk.it.recorder.see(Seen::Cut { socket });
            }
            match ended {
                Ok(Ended::Done) => return Ok(()),
                Ok(Ended::Back(after)) => sleep(after).await,
                Err(_) => sleep(Duration::from_millis(talk.it.random.within(20, 300))).await,
            }
        }
    }
}

impl Talk {
    /// One connection, from its beginning to its end.
    async fn connected(&mut self) -> Result<Ended> {
        // What is asked for in the last phase is answered on a connection of that phase.
        let phase = *self.it.phase.borrow_and_update();
        let mut socket = timeout(CONNECTING, self.connect())
            .await
            .context("no connection")??;
        let mut heartbeat = interval(HEARTBEAT);
        let mut speak_at = Instant::now() + Duration::from_millis(self.it.random.within(0, 200));
        if let Some(sent) = self.waiting.clone() {
            self.send(&mut socket, &sent).await?;
        }
        loop {
            let free = self.waiting.is_none() && *self.it.phase.borrow() == Phase::Load;
            tokio::select! {
                received = receive(&mut socket) => match received? {
                    Received::Text(text) => {
                        self.hear(&text, socket.port())?;
                        if phase == Phase::Final && self.rendered && self.waiting.is_none() {
                            return Ok(Ended::Done);
                        }
                        if self.waiting.is_none() && free {
                            continue;
                        }
                        speak_at = Instant::now() + Duration::from_millis(self.it.random.within(5, 400));
                    }
                    Received::Closed { code, reason } => {
                        if code == 1012 {
                            self.it.recorder.see(Seen::Fault("told to come back"));
                        }
                        return Ok(Ended::Back(pause(code, &reason, &mut self.it.random)));
                    }
                },
                () = sleep_until(speak_at), if free => {
                    let sent = self.next()?;
                    self.waiting = Some(sent.clone());
                    self.send(&mut socket, &sent).await?;
                    // A client that goes away in the middle of a request.
                    if self.it.random.chance(30) {
                        return Ok(Ended::Back(Duration::from_millis(self.it.random.within(0, 50))));
                    }
                }
                _ = heartbeat.tick() => socket.send(&VisitorRequest::Ping).await?,
                () = reached(&mut self.it.phase, Phase::Final), if phase < Phase::Final => {
                    return Ok(Ended::Back(Duration::ZERO));
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<Socket> {
        let url = self.it.access.socket_url("visitor/socket");
        let mut socket = Socket::connect(&url, &[("origin", self.it.access.origin())]).await?;
        let (conversation, after) = match &self.view {
            Some(view) => (Some(view.conversation), view.version),
            None => (None, 0),
        };
        let hello = VisitorRequest::Hello {
            protocol: PROTOCOL,
            service: self.it.service.clone(),
            visitor: self.visitor.clone(),
            secret: self.it.key.secret.clone(),
            conversation,
            after,
            page: Page::default(),
            profile: Profile::default(),
        };
        socket.send(&hello).await?;
        match receive(&mut socket).await? {
            Received::Text(text) => match serde_json::from_str(&text)? {
                VisitorFrame::Welcome {
                    conversation,
                    reset,
                    ..
                } => {
                    if let Some(id) = conversation {
                        self.begin(id, reset);
                    }
                    Ok(socket)
                }
                frame => bail!("not welcomed: {frame:?}"),
            },
            Received::Closed { code, reason } => bail!("not let in: {code} {reason}"),
        }
    }

    /// A subscription to this conversation begins.
    fn begin(&mut self, conversation: handoff_core::id::ConversationId, reset: bool) {
        if let Some(before) = self.socket.take() {
            self.it.recorder.see(Seen::Cut { socket: before });
        }
        if reset
            || self
                .view
                .as_ref()
                .is_none_or(|view| view.conversation != conversation)
        {
            self.view = Some(View::of(conversation));
        }
        let socket = self.it.recorder.socket();
        self.socket = Some(socket);
        self.it.recorder.see(Seen::Subscribed {
            socket,
            reader: Reader::Visitor(self.visitor.clone()),
            conversation,
            after: self.view.as_ref().map_or(0, |view| view.version),
        });
    }

    /// What to say next: something new, or the last again, which must change nothing.
    fn next(&mut self) -> Result<Sent> {
        if let Some((answered, _)) = &self.answered
            && self.it.random.chance(100)
        {
            return Ok(answered.clone());
        }
        self.said += 1;
        let id = CommandId::new(format!("v{}-{}", self.it.number, self.said))?;
        let words = self.it.random.pick(&WORDS).copied().unwrap_or_default();
        let text = format!(
            "{words} (visitor {}, message {})",
            self.it.number, self.said
        );
        let engine = Request {
            id: Some(id.clone()),
            caller: Caller::Visitor,
            command: Command::SendMessage { text: text.clone() },
        };
        let asked = Asked {
            place: Place::Of(self.visitor.clone()),
            receipt: engine.receipt().context("a command without an id")?,
            text: Some(text.clone()),
            leaves_receipt: true,
        };
        let request = VisitorRequest::Send {
            id: id.clone(),
            text,
        };
        Ok(Sent { request, id, asked })
    }

    async fn send(&mut self, socket: &mut Socket, sent: &Sent) -> Result<()> {
        self.it.recorder.see(Seen::Asked(sent.asked.clone()));
        socket.send(&sent.request).await
    }

    fn hear(&mut self, text: &str, port: u16) -> Result<()> {
        if text.contains(CANARY) {
            self.it.recorder.see(Seen::Broken(format!(
                "I10: a note reached a visitor: {text}"
            )));
        }
        match serde_json::from_str(text)? {
            VisitorFrame::Opened { conversation } => self.begin(conversation, true),
            VisitorFrame::Events {
                events,
                version,
                caught_up,
            } => {
                let (Some(view), Some(socket)) = (&mut self.view, self.socket) else {
                    bail!("events without a conversation");
                };
                for event in &events {
                    view.show_visitor(event);
                }
                view.version = version;
                self.it.recorder.see(Seen::VisitorEvents {
                    socket,
                    conversation: view.conversation,
                    events,
                    version,
                });
                if caught_up && *self.it.phase.borrow() == Phase::Final && !self.rendered {
                    self.rendered = true;
                    self.it.recorder.see(Seen::Rendered {
                        socket,
                        conversation: view.conversation,
                        version,
                        said: view.said.clone(),
                        piece: view.piece.clone(),
                    });
                }
            }
            VisitorFrame::Piece {
                turn,
                epoch,
                offset,
                text,
            } => {
                if let (Some(view), Some(socket)) = (&mut self.view, self.socket) {
                    let ticket = Ticket {
                        conversation: view.conversation,
                        epoch,
                        turn,
                    };
                    view.show_piece(ticket, offset, &text);
                    self.it.recorder.see(Seen::Piece {
                        socket,
                        ticket,
                        offset,
                        text,
                    });
                }
                // Whoever waits for pieces has enough of them where this is full.
                self.it.pieces.try_send(port).ok();
            }
            VisitorFrame::Done { id, seq } => self.done(&id, seq),
            VisitorFrame::Refused {
                id: Some(id),
                problem,
            } if problem.retry => {
                bail!("{id} is to be sent again: {}", problem.title)
            }
            VisitorFrame::Refused {
                id: Some(id),
                problem,
            } => {
                if let Some(sent) = self.waiting.take_if(|sent| sent.id == id) {
                    let told = Told::Refused(problem.kind);
                    self.it.recorder.see(Seen::Answered(sent.asked, told));
                }
            }
            VisitorFrame::Refused { id: None, problem } => bail!("refused: {}", problem.title),
            _ => {}
        }
        Ok(())
    }

    fn done(&mut self, id: &CommandId, seq: u64) {
        if let Some(sent) = self.waiting.take_if(|sent| sent.id == *id) {
            let told = Told::At(seq);
            self.it
                .recorder
                .see(Seen::Answered(sent.asked.clone(), told));
            self.answered = Some((sent, seq));
        }
    }
}
