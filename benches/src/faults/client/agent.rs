//! An agent with a dashboard, who takes over, answers, leaves notes and lets go.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use handoff_axum::ws::protocol::{Me, PROTOCOL, TeamFrame, TeamRequest};
use handoff_core::conversation::{Caller, Command, Event, Ticket};
use handoff_core::id::{CommandId, ConversationId};
use handoff_core::runtime::Request;
use handoff_core::testing::Random;
use handoff_core::testing::history::Reader;
use tokio::sync::watch;
use tokio::time::{Instant, interval, sleep, sleep_until, timeout};

use super::view::View;
use super::{CANARY, CONNECTING, Ended, HEARTBEAT, Phase, pause, reached, receive};
use crate::client::{Access, Received, Socket};
use crate::faults::recorder::{Asked, Place, Recorder, Seen, Told};

/// So many conversations an agent keeps open.
const WATCHED: usize = 6;

#[derive(Debug, Clone)]
struct Sent {
    id: CommandId,
    conversation: ConversationId,
    command: Command,
    asked: Asked,
}

/// An agent.
pub(in crate::faults) struct Agent {
    pub(in crate::faults) me: Me,
    pub(in crate::faults) cookie: String,
    pub(in crate::faults) access: Access,
    pub(in crate::faults) recorder: Arc<Recorder>,
    pub(in crate::faults) random: Random,
    pub(in crate::faults) phase: watch::Receiver<Phase>,
}

struct Shift {
    it: Agent,
    board: Vec<ConversationId>,
    views: BTreeMap<ConversationId, View>,
    /// Subscriptions of this connection.
    sockets: BTreeMap<ConversationId, u32>,
    /// Asked for, and no frame came yet.
    watching: Option<ConversationId>,
    to_watch: VecDeque<ConversationId>,
    waiting: Option<Sent>,
    /// What is to be done next, after a takeover.
    plan: VecDeque<(ConversationId, Command)>,
    commands: u64,
}

impl Agent {
    /// Works until the run is over and everything is answered.
    pub(in crate::faults) async fn run(self) -> Result<()> {
        let mut shift = Shift {
            it: self,
            board: Vec::new(),
            views: BTreeMap::new(),
            sockets: BTreeMap::new(),
            watching: None,
            to_watch: VecDeque::new(),
            waiting: None,
            plan: VecDeque::new(),
            commands: 0,
        };
        loop {
            let ended = shift.connected().await;
            for socket in std::mem::take(&mut shift.sockets).into_values() {
                shift.it.recorder.see(Seen::Cut { socket });
            }
            match ended {
                Ok(Ended::Done) => return Ok(()),
                Ok(Ended::Back(after)) => sleep(after).await,
                Err(_) => sleep(Duration::from_millis(shift.it.random.within(20, 300))).await,
            }
        }
    }
}

impl Shift {
    async fn connected(&mut self) -> Result<Ended> {
        let phase = *self.it.phase.borrow_and_update();
        let mut socket = timeout(CONNECTING, self.connect())
            .await
            .context("no connection")??;
        self.watching = None;
        self.to_watch = self.views.keys().copied().collect();
        let mut heartbeat = interval(HEARTBEAT);
        let mut act_at = Instant::now() + Duration::from_millis(self.it.random.within(0, 200));
        if let Some(sent) = self.waiting.clone() {
            self.send(&mut socket, &sent).await?;
        }
        loop {
            self.watch_next(&mut socket).await?;
            let all_shown = self.watching.is_none() && self.to_watch.is_empty();
            if phase == Phase::Final && all_shown && self.waiting.is_none() {
                return Ok(Ended::Done);
            }
            let free = self.waiting.is_none() && *self.it.phase.borrow() == Phase::Load;
            tokio::select! {
                received = receive(&mut socket) => match received? {
                    Received::Text(text) => self.hear(&text, phase)?,
                    Received::Closed { code, reason } => {
                        if code == 1012 {
                            self.it.recorder.see(Seen::Fault("told to come back"));
                        }
                        return Ok(Ended::Back(pause(code, &reason, &mut self.it.random)));
                    }
                },
                () = sleep_until(act_at), if free => {
                    self.act(&mut socket).await?;
                    act_at = Instant::now() + Duration::from_millis(self.it.random.within(5, 250));
                }
                _ = heartbeat.tick() => socket.send(&TeamRequest::Ping).await?,
                () = reached(&mut self.it.phase, Phase::Final), if phase < Phase::Final => {
                    return Ok(Ended::Back(Duration::ZERO));
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<Socket> {
        let url = self.it.access.socket_url("team/socket");
        let headers = [
            ("cookie", self.it.cookie.as_str()),
            ("origin", self.it.access.origin()),
        ];
        let mut socket = Socket::connect(&url, &headers).await?;
        socket
            .send(&TeamRequest::Hello { protocol: PROTOCOL })
            .await?;
        loop {
            match receive(&mut socket).await? {
                Received::Text(text) => match serde_json::from_str(&text)? {
                    TeamFrame::Board {
                        cards, first, last, ..
                    } => {
                        if first {
                            self.board.clear();
                        }
                        self.board.extend(cards.iter().map(|card| card.id));
                        if last {
                            return Ok(socket);
                        }
                    }
                    TeamFrame::Cards { cards } => cards.iter().for_each(|card| self.note(card.id)),
                    _ => {}
                },
                Received::Closed { code, reason } => bail!("not let in: {code} {reason}"),
            }
        }
    }

    fn note(&mut self, id: ConversationId) {
        if !self.board.contains(&id) {
            self.board.push(id);
        }
    }

    /// Subscriptions begin one after the other, so that a refusal can be told to which it belongs.
    async fn watch_next(&mut self, socket: &mut Socket) -> Result<()> {
        if self.watching.is_some() {
            return Ok(());
        }
        let Some(conversation) = self.to_watch.pop_front() else {
            return Ok(());
        };
        let after = self.views.get(&conversation).map_or(0, |view| view.version);
        let number = self.it.recorder.socket();
        if let Some(before) = self.sockets.insert(conversation, number) {
            self.it.recorder.see(Seen::Cut { socket: before });
        }
        self.it.recorder.see(Seen::Subscribed {
            socket: number,
            reader: Reader::Agent(self.it.me.agent.id.clone()),
            conversation,
            after,
        });
        self.watching = Some(conversation);
        socket
            .send(&TeamRequest::Watch {
                conversation,
                after,
            })
            .await
    }

    /// Goes on with the plan, or makes one.
    async fn act(&mut self, socket: &mut Socket) -> Result<()> {
        let planned = self.plan.pop_front();
        let Some((conversation, command)) = planned.or_else(|| self.begin()) else {
            return Ok(());
        };
        let sent = self.command(conversation, command)?;
        self.waiting = Some(sent.clone());
        self.send(socket, &sent).await
    }

    /// Turns to some conversation of the board.
    fn begin(&mut self) -> Option<(ConversationId, Command)> {
        let conversation = self.it.random.pick(&self.board).copied()?;
        if self.views.len() < WATCHED && !self.views.contains_key(&conversation) {
            self.views.insert(conversation, View::of(conversation));
            self.to_watch.push_back(conversation);
        }
        Some((conversation, self.first_deed()))
    }

    fn first_deed(&mut self) -> Command {
        match self.it.random.below(10) {
            0 => Command::AddNote {
                text: format!("{CANARY}: looked in"),
                for_assistant: false,
            },
            1 => Command::RequestControl,
            _ => Command::TakeOver {
                typing: self.it.random.chance(300),
            },
        }
    }

    fn command(&mut self, conversation: ConversationId, command: Command) -> Result<Sent> {
        self.commands += 1;
        let id = CommandId::new(format!("d{}", self.commands))?;
        let leaves_receipt = matches!(
            command,
            Command::AddNote { .. } | Command::SendAgentMessage { .. }
        );
        let text = match &command {
            Command::SendAgentMessage { text } => Some(text.clone()),
            _ => None,
        };
        let engine = Request {
            id: Some(id.clone()),
            caller: Caller::Agent(self.it.me.agent.clone(), self.it.me.role),
            command: command.clone(),
        };
        let asked = Asked {
            place: Place::Known(conversation),
            receipt: engine.receipt().context("a command without an id")?,
            text,
            leaves_receipt,
        };
        Ok(Sent {
            id,
            conversation,
            command,
            asked,
        })
    }

    async fn send(&mut self, socket: &mut Socket, sent: &Sent) -> Result<()> {
        self.it.recorder.see(Seen::Asked(sent.asked.clone()));
        let request = TeamRequest::Do {
            id: sent.id.clone(),
            conversation: sent.conversation,
            command: sent.command.clone(),
        };
        socket.send(&request).await
    }

    fn hear(&mut self, text: &str, phase: Phase) -> Result<()> {
        match serde_json::from_str(text)? {
            TeamFrame::Cards { cards } => cards.iter().for_each(|card| self.note(card.id)),
            TeamFrame::Board { cards, .. } => cards.iter().for_each(|card| self.note(card.id)),
            TeamFrame::Events {
                conversation,
                events,
                caught_up,
            } => {
                self.show(conversation, events, caught_up && phase == Phase::Final);
            }
            TeamFrame::Piece {
                conversation,
                turn,
                epoch,
                offset,
                text,
            } => {
                if let (Some(view), Some(socket)) = (
                    self.views.get_mut(&conversation),
                    self.sockets.get(&conversation),
                ) {
                    let ticket = Ticket {
                        conversation,
                        epoch,
                        turn,
                    };
                    view.show_piece(ticket, offset, &text);
                    self.it.recorder.see(Seen::Piece {
                        socket: *socket,
                        ticket,
                        offset,
                        text,
                    });
                }
            }
            TeamFrame::Done { id, version } => {
                if let Some(sent) = self.waiting.take_if(|sent| sent.id == id) {
                    let told = Told::Version(version);
                    self.it
                        .recorder
                        .see(Seen::Answered(sent.asked.clone(), told));
                    self.follow_up(&sent);
                }
            }
            TeamFrame::Refused {
                id: Some(id),
                problem,
            } if problem.retry => {
                bail!("{id} is to be sent again: {}", problem.title)
            }
            TeamFrame::Refused {
                id: Some(id),
                problem,
            } => {
                if let Some(sent) = self.waiting.take_if(|sent| sent.id == id) {
                    let code = problem.rejection.and_then(|rejection| {
                        let json = serde_json::to_value(rejection).ok()?;
                        Some(json.get("code")?.as_str()?.to_owned())
                    });
                    let told = Told::Refused(code.unwrap_or(problem.kind));
                    self.it.recorder.see(Seen::Answered(sent.asked, told));
                    self.plan.clear();
                }
            }
            // The one subscription that was asked for last: on a new connection it is asked for again.
            TeamFrame::Refused { id: None, problem } => bail!("refused: {}", problem.title),
            _ => {}
        }
        Ok(())
    }

    fn show(&mut self, conversation: ConversationId, events: Vec<Event>, is_last: bool) {
        let (Some(view), Some(socket)) = (
            self.views.get_mut(&conversation),
            self.sockets.get(&conversation).copied(),
        ) else {
            return;
        };
        for event in &events {
            view.show(event);
        }
        view.version = events.last().map_or(view.version, |event| event.seq);
        let version = view.version;
        self.it.recorder.see(Seen::TeamEvents {
            socket,
            events,
            version,
        });
        let first = self
            .watching
            .take_if(|watching| *watching == conversation)
            .is_some();
        if first && is_last {
            self.it.recorder.see(Seen::Rendered {
                socket,
                conversation,
                version,
                said: view.said.clone(),
                piece: view.piece.clone(),
            });
        } else if first && !is_last && *self.it.phase.borrow() == Phase::Final {
            self.watching = Some(conversation);
        }
    }

    /// After a takeover: some words, perhaps a note, and the floor is given away.
    fn follow_up(&mut self, sent: &Sent) {
        if !matches!(sent.command, Command::TakeOver { .. }) {
            return;
        }
        let at = sent.conversation;
        for _ in 0..self.it.random.below(3) {
            let text = format!(
                "Let me look into that ({}).",
                self.it.random.below(1_000_000)
            );
            self.plan
                .push_back((at, Command::SendAgentMessage { text }));
        }
        if self.it.random.chance(300) {
            let text = format!("{CANARY}: as agreed");
            self.plan.push_back((
                at,
                Command::AddNote {
                    text,
                    for_assistant: false,
                },
            ));
        }
        let end = match self.it.random.below(5) {
            0 => Command::Release,
            1 => Command::Resolve,
            _ => Command::Return {
                instruction: Some(format!("{CANARY}: be brief")),
            },
        };
        self.plan.push_back((at, end));
    }
}
