//! Everything that there is under one seed, and the loop that lets it happen.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::agent::Agent;
use super::fault::{Fault, Step, Weather};
use super::feed::Socket;
use super::node::Node;
use super::queue::{Life, Queue, Task};
use super::request::{ClientId, Request};
use super::setup::{SETTLES_IN, Setup};
use super::store::{Store, StoreMutant};
use super::visitor::Visitor;
use super::writer::Writer;
use crate::conversation::Policy;
use crate::id::ConversationId;
use crate::testing::history::{History, Observed};
use crate::testing::random::Random;
use crate::time::{Millis, Timestamp};

/// Everything.
#[derive(Debug)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) queue: Queue,
    pub(super) history: History,
    pub(super) weather: Weather,
    pub(super) store: Store,
    pub(super) nodes: Vec<Node>,
    pub(super) visitors: Vec<Visitor>,
    pub(super) agents: Vec<Agent>,
    pub(super) sockets: BTreeMap<u32, Socket>,
    pub(super) writers: BTreeMap<u32, Writer>,
    pub(super) conversations: Vec<ConversationId>,
    pub(super) policy: (u64, Arc<Policy>),
    /// How long everything takes.
    pub(super) network: Random,
    /// What assistants write.
    pub(super) pen: Random,
    /// What the service's owner changes.
    pub(super) owner: Random,
    pub(super) setup: Setup,
    pub(super) settling: bool,
    /// What nobody waits for.
    pub(super) nobody: Vec<Arc<Request>>,
    numbers: u64,
}

/// The moment at which every world begins.
const BEGINNING: Timestamp = Timestamp::from_millis(1_700_000_000_000);

impl World {
    pub(super) fn new(seed: u64, mutant: Option<StoreMutant>) -> Self {
        let setup = Setup::draw(seed);
        let policy = Arc::new(setup.policy.clone());
        let nodes = (setup.skews.iter())
            .map(|skew| Node::new(*skew, policy.clone()))
            .collect();
        let visitors = (0..setup.visitors).map(|n| Visitor::new(seed, n)).collect();
        let agents = (0..3).map(|n| Agent::new(seed, n)).collect();
        let mut world = Self {
            now: BEGINNING,
            queue: Queue::default(),
            history: History::default(),
            weather: Weather::draw(seed),
            store: Store::new(mutant),
            nodes,
            visitors,
            agents,
            sockets: BTreeMap::new(),
            writers: BTreeMap::new(),
            conversations: Vec::new(),
            policy: (0, policy),
            network: Random::stream(seed, 2),
            pen: Random::stream(seed, 3),
            owner: Random::stream(seed, 4),
            setup,
            settling: false,
            nobody: Vec::new(),
            numbers: 0,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        for node in 0..self.nodes.len() {
            self.see(Some(node), Observed::Started);
            self.tick_in(node, Millis::new(500));
        }
        for visitor in 0..self.visitors.len() {
            let after = self.network.within(1, 20_000);
            self.later(after, Task::Act(ClientId::Visitor(visitor)));
        }
        for agent in 0..self.agents.len() {
            let after = self.network.within(1_000, 40_000);
            self.later(after, Task::Act(ClientId::Agent(agent)));
        }
        let busy = self.setup.busy_for.get();
        for _ in 0..self.setup.policy_changes {
            let after = self.owner.below(busy);
            self.later(after, Task::ChangePolicy);
        }
        for _ in 0..4 {
            let after = self.network.below(busy);
            self.later(after, Task::WakeEarly);
        }
        self.later(busy, Task::Settle);
    }

    /// Lets everything happen until all is quiet.
    pub(super) fn run(&mut self) {
        let end = self.now.after(self.setup.busy_for).after(SETTLES_IN);
        while let Some((at, task)) = self.queue.pop() {
            if at > end {
                break;
            }
            self.now = self.now.max(at);
            self.perform(task);
        }
        self.now = end;
        self.render();
        self.count_stranded();
        self.see(None, Observed::Quiet);
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Act(client) => self.act(client),
            Task::Retry(client, request) => self.retry(client, &request),
            Task::Connect(client) => self.connect(client),
            Task::Decide(dispatch) => self.decide(dispatch),
            Task::Apply(proposal) => self.apply(proposal),
            Task::Outcome(proposal, outcome) => self.outcome(*proposal, outcome),
            Task::Publish(life, id, version) => self.publish(life, id, version),
            Task::Notice(life, id, version) => self.notice(life, id, version),
            Task::Effect(life, effect) => self.effect(life, effect),
            Task::Reply(life, request, answer) => self.reply(life, request, answer),
            Task::Answered(request, answer) => self.answered(&request, &answer),
            Task::Write(writer) => self.write(writer),
            Task::Piece(life, ticket, offset, text) => self.piece(life, ticket, offset, &text),
            Task::Pull(socket) => self.pull(socket),
            Task::Frame(socket, frame) => self.frame(socket, frame),
            Task::Tick(life) => self.tick(life),
            Task::Start(node) => self.start(node),
            Task::ChangePolicy => self.change_policy(),
            Task::Adopt(node, version) => self.adopt(node, version),
            Task::WakeEarly => self.wake_early(),
            Task::Settle => self.settle(),
        }
    }

    fn act(&mut self, client: ClientId) {
        if self.settling {
            return;
        }
        match client {
            ClientId::Visitor(visitor) => self.visitor_acts(visitor),
            ClientId::Agent(agent) => self.agent_acts(agent),
        }
    }

    /// Nobody begins anything new, and nothing goes wrong any more. What is broken is mended, or stays as it is.
    fn settle(&mut self) {
        self.settling = true;
        self.weather.calm_down();
        let nobody_lives = self.nodes.iter().all(|node| !node.up);
        for node in 0..self.nodes.len() {
            if self.setup.heals || (nobody_lives && node == 0) {
                self.later(100, Task::Start(node));
            }
            if self.setup.heals
                && let Some(node) = self.nodes.get_mut(node)
            {
                node.skew = 0;
            }
        }
    }

    pub(super) fn see(&mut self, node: Option<usize>, what: Observed) {
        let node = node.and_then(|node| u32::try_from(node).ok());
        self.history.push(self.now, node, what);
    }

    /// Whether a fault strikes here; if so, it is in the history.
    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        let strikes = self.weather.strikes(fault);
        if strikes {
            let name = Cow::Borrowed(fault.as_str());
            self.see(None, Observed::Fault { name });
        }
        strikes
    }

    pub(super) fn later(&mut self, millis: u64, task: Task) {
        self.queue.push(self.now.after(Millis::new(millis)), task);
    }

    /// After as long as a step takes: mostly a few milliseconds, sometimes seconds.
    pub(super) fn soon(&mut self, task: Task) {
        let millis = if self.network.chance(60) {
            self.network.within(100, 4_000)
        } else {
            self.network.within(1, 40)
        };
        self.later(millis, task);
    }

    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn uuid(&mut self) -> Uuid {
        Uuid::from_u128(u128::from(self.number()))
    }

    /// A life of some node that is up, any of them as likely.
    pub(super) fn some_node(&mut self) -> Option<Life> {
        let first = self.network.index(self.nodes.len());
        let nodes = self.nodes.iter().enumerate();
        let mut up = nodes.clone().skip(first).chain(nodes.take(first));
        up.find(|(_, node)| node.up).map(|(index, node)| Life {
            node: index,
            life: node.life,
        })
    }

    /// The node, if this life of it still goes on.
    pub(super) fn alive(&mut self, life: Life) -> Option<&mut Node> {
        let node = self.nodes.get_mut(life.node)?;
        (node.up && node.life == life.life).then_some(node)
    }

    /// As [`alive`](Self::alive), unless the node is killed before this very step.
    pub(super) fn survives(&mut self, life: Life, before: Step) -> bool {
        if self.alive(life).is_none() {
            return false;
        }
        let killed = self.strikes(Fault::NodeKilled);
        if killed {
            let name = Cow::Borrowed(before.killed());
            self.see(Some(life.node), Observed::Fault { name });
            self.kill(life.node);
        }
        !killed
    }
}
