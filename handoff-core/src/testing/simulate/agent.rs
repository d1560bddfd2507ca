//! A person of the team: looks at one conversation after the other, and does what seems fit, or what does not.

use std::sync::Arc;

use super::queue::Task;
use super::request::{ClientId, Request};
use super::setup;
use super::view::View;
use super::world::World;
use crate::attention::{Finding, FlagKind};
use crate::conversation::{
    AgentRef, Caller, Command, Control, Conversation, Lifecycle, Role, TransferTarget,
};
use crate::id::AgentId;
use crate::testing::random::Random;
use crate::time::{Millis, Timestamp};

/// A person of the team.
#[derive(Debug)]
pub(super) struct Agent {
    will: Random,
    pub(super) who: AgentRef,
    role: Role,
    pub(super) view: Option<View>,
    pub(super) waiting: Vec<Arc<Request>>,
    offline: bool,
    words: u64,
}

fn reference(number: u64) -> Option<AgentRef> {
    Some(AgentRef {
        id: AgentId::new(format!("a{number}")).ok()?,
        name: format!("Agent {number}").into(),
    })
}

impl Agent {
    pub(super) fn new(seed: u64, number: usize) -> Self {
        let mut will = Random::stream(seed, 200 + number as u64);
        let role = match number {
            0 => Role::Supervisor,
            _ if will.chance(40) => Role::Viewer,
            _ => Role::Agent,
        };
        #[expect(clippy::expect_used, reason = "a letter and a number are an id")]
        let who = reference(number as u64).expect("an id");
        Self {
            will,
            who,
            role,
            view: None,
            waiting: Vec::new(),
            offline: false,
            words: 0,
        }
    }

    pub(super) fn is_online(&self) -> bool {
        !self.offline
    }

    fn words(&mut self, kind: &str) -> String {
        self.words += 1;
        format!("{} {kind} {}", self.who.id, self.words)
    }

    /// Mostly what fits to what this agent sees, sometimes anything.
    fn command(&mut self, now: Timestamp) -> Option<Command> {
        let state = self.view.as_ref()?.state.clone();
        if self.will.chance(250) {
            return self.anything(&state, now);
        }
        match (&state.lifecycle, &state.control) {
            (Lifecycle::Open, Control::Agent { agent, .. }) if agent.id == self.who.id => {
                self.as_holder(&state)
            }
            (Lifecycle::Open, Control::Agent { .. }) => Some(self.beside_holder()),
            (Lifecycle::Open, _) => self.before_claim(&state),
            (Lifecycle::Resolved { .. }, _) => self.will.chance(300).then_some(Command::Reopen),
            (Lifecycle::Closed { .. }, _) => None,
        }
    }

    fn before_claim(&mut self, state: &Conversation) -> Option<Command> {
        if let Some(draft) = state.draft.as_ref().filter(|_| self.will.chance(600)) {
            let turn = draft.turn;
            return Some(match self.will.below(3) {
                0 => Command::RejectDraft { turn },
                1 => Command::ApproveDraft { turn, edited: None },
                _ => Command::ApproveDraft {
                    turn,
                    edited: Some(self.words("edits")),
                },
            });
        }
        Some(match self.will.below(10) {
            0..4 => Command::TakeOver { typing: false },
            4 => Command::TakeOver { typing: true },
            5 | 6 => Command::SendAgentMessage {
                text: self.words("answers"),
            },
            7 => self.note(),
            8 => match self.will.below(2) {
                0 => Command::Return { instruction: None },
                _ => Command::Whisper {
                    text: self.words("whispers"),
                },
            },
            _ => Command::DismissFlag {
                flag: state.flags.first()?.finding.kind.clone(),
            },
        })
    }

    fn as_holder(&mut self, state: &Conversation) -> Option<Command> {
        if let Some(request) = state
            .control_request
            .as_ref()
            .filter(|_| self.will.chance(500))
        {
            let to = request.agent.id.clone();
            return Some(if self.will.chance(500) {
                Command::GrantControl { to }
            } else {
                Command::DenyControl { to }
            });
        }
        Some(match self.will.below(12) {
            0..4 => Command::SendAgentMessage {
                text: self.words("answers"),
            },
            4 | 5 => Command::Return {
                instruction: Some(self.words("instructs")),
            },
            6 | 7 => Command::Release,
            8 => Command::Resolve,
            9 => self.transfer()?,
            _ => self.note(),
        })
    }

    fn beside_holder(&mut self) -> Command {
        match self.will.below(8) {
            0..3 => Command::TakeOver { typing: false },
            3..6 => Command::RequestControl,
            6 => Command::WithdrawRequest,
            _ => Command::ForceTakeOver {
                reason: self.words("insists"),
            },
        }
    }

    fn note(&mut self) -> Command {
        Command::AddNote {
            text: self.words("notes"),
            for_assistant: self.will.chance(300),
        }
    }

    fn transfer(&mut self) -> Option<Command> {
        let to = match self.will.below(4) {
            0 => TransferTarget::Queue,
            1 => TransferTarget::Team {
                team: "sales".to_owned(),
            },
            _ => TransferTarget::Agent {
                agent: reference(self.will.below(3))?,
            },
        };
        Some(Command::Transfer {
            to,
            note: self.words("hands over"),
        })
    }

    fn anything(&mut self, state: &Conversation, now: Timestamp) -> Option<Command> {
        let to = reference(self.will.below(3))?.id;
        let turn = state.turn;
        Some(match self.will.below(25) {
            0 => Command::TakeOver { typing: true },
            1 => Command::RequestControl,
            2 => Command::WithdrawRequest,
            3 => Command::GrantControl { to },
            4 => Command::DenyControl { to },
            5 => self.transfer()?,
            6 => Command::Release,
            7 => Command::Return { instruction: None },
            8 => Command::SendAgentMessage {
                text: self.words("answers"),
            },
            9 => Command::Resolve,
            10 => Command::Reopen,
            11 | 12 => Command::Snooze {
                until: now.after(Millis::from_secs(self.will.below(60))),
            },
            13 => Command::EndSnooze,
            14 | 15 => {
                let chosen = setup::autonomy(&mut self.will);
                Command::SetAutonomy {
                    autonomy: self.will.chance(700).then_some(chosen),
                }
            }
            16 => Command::ApproveDraft { turn, edited: None },
            17 => Command::RejectDraft { turn },
            18 => Command::SetCategory {
                category: Some(format!("c{}", self.will.below(3))),
            },
            19 => Command::SetTags {
                tags: vec![format!("t{}", self.will.below(3))],
            },
            20 => Command::RaiseFlag {
                finding: Finding {
                    kind: FlagKind::Rule("vip".to_owned()),
                    reason: "A good customer.".to_owned(),
                    quote: String::new(),
                },
            },
            21 => Command::DismissFlag {
                flag: FlagKind::HelpRequested,
            },
            22 => Command::Wake,
            23 => Command::Whisper {
                text: self.words("whispers"),
            },
            _ => Command::Close,
        })
    }
}

impl World {
    /// An agent does something, and thinks of the next thing.
    pub(super) fn agent_acts(&mut self, number: usize) {
        let client = ClientId::Agent(number);
        let now = self.now;
        let Some(agent) = self.agents.get_mut(number) else {
            return;
        };
        let after = agent.will.within(300, 25_000);
        let looks_elsewhere = agent.view.is_none() || agent.will.chance(150);
        let leaves = agent.will.chance(60);
        if agent.offline {
            agent.offline = false;
            self.connect(client);
        } else if looks_elsewhere {
            self.look_at_something(number);
        } else if leaves {
            agent.offline = true;
            self.agent_leaves(number);
        } else if let Some(command) = agent.command(now) {
            let caller = Caller::Agent(agent.who.clone(), agent.role);
            if let Some(id) = agent.view.as_ref().map(|view| view.conversation) {
                self.client_asks(client, id, caller, command);
            }
        }
        self.later(after, Task::Act(client));
    }

    fn look_at_something(&mut self, number: usize) {
        let client = ClientId::Agent(number);
        let Some(agent) = self.agents.get_mut(number) else {
            return;
        };
        let Some(id) = agent.will.pick(&self.conversations).copied() else {
            return;
        };
        if agent
            .view
            .as_ref()
            .is_some_and(|view| view.conversation == id)
        {
            return;
        }
        let Some(state) = self.store.load(id) else {
            return;
        };
        agent.view = Some(View::new(id, &state.service, &state.visitor));
        if let Some(socket) = self.has_socket(client) {
            self.hang_up(socket);
        }
        self.connect(client);
    }

    /// The dashboard is closed; some node says so of every conversation.
    fn agent_leaves(&mut self, number: usize) {
        let Some(socket) = self.has_socket(ClientId::Agent(number)) else {
            return;
        };
        self.hang_up(socket);
        let Some(at) = self.some_node() else {
            return;
        };
        for id in self.conversations.clone() {
            self.tell_absence(at, ClientId::Agent(number), id);
        }
    }

    /// A client closes its own connection.
    pub(super) fn hang_up(&mut self, number: u32) {
        if let Some(socket) = self.sockets.get_mut(&number) {
            socket.open = false;
            self.see(
                None,
                crate::testing::history::Observed::Cut { socket: number },
            );
        }
    }

    pub(super) fn presence_of(&self, number: usize, present: bool) -> Option<Command> {
        let agent = self.agents.get(number)?.who.id.clone();
        Some(Command::SetHolderPresence { agent, present })
    }
}
