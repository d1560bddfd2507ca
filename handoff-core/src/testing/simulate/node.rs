//! A node: dispatches commands, one step at a time, and looks what is due.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::Fault;
use super::queue::{Life, Task};
use super::request::{Asker, Dispatch, Request};
use super::setup;
use super::world::World;
use crate::conversation::{Caller, Command, Conversation, Mode, Policy};
use crate::id::ConversationId;
use crate::testing::history::Observed;
use crate::time::{Millis, Timestamp};

/// A node. Its states may be stale; its clock may be wrong.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) up: bool,
    pub(super) life: u32,
    pub(super) skew: i64,
    pub(super) policy: Arc<Policy>,
    pub(super) states: BTreeMap<ConversationId, Arc<Conversation>>,
}

/// A node looks what is due at least so often.
const TICK: Millis = Millis::from_secs(40);
/// A node gives a notification so long before it tries again.
const NOTIFY_AGAIN: Millis = Millis::from_secs(20);

impl Node {
    pub(super) fn new(skew: i64, policy: Arc<Policy>) -> Self {
        Self {
            up: true,
            life: 1,
            skew,
            policy,
            states: BTreeMap::new(),
        }
    }
}

impl World {
    /// The time at a node.
    pub(super) fn clock(&self, node: usize) -> Timestamp {
        let skew = self.nodes.get(node).map_or(0, |node| node.skew);
        Timestamp::from_millis(self.now.as_millis().saturating_add(skew))
    }

    pub(super) fn life(&self, node: usize) -> Option<Life> {
        let life = self.nodes.get(node).filter(|node| node.up)?.life;
        Some(Life { node, life })
    }

    /// Gives a node a command of its own.
    pub(super) fn do_self(&mut self, at: Life, conversation: ConversationId, command: Command) {
        let request = Request {
            conversation,
            asker: Asker::Node,
            caller: Caller::System,
            command,
            key: None,
            digest: 0,
        };
        let dispatch = Dispatch {
            at,
            request: Arc::new(request),
            tries: 0,
        };
        self.soon(Task::Decide(dispatch));
    }

    pub(super) fn tick_in(&mut self, node: usize, after: Millis) {
        if let Some(life) = self.life(node) {
            self.later(after.get(), Task::Tick(life));
        }
    }

    /// Looks what is due, what is to be notified, and what subscriptions missed for want of a notice.
    pub(super) fn tick(&mut self, life: Life) {
        if self.alive(life).is_none() {
            return;
        }
        if self.strikes(Fault::ClockJump) {
            let skew = setup::skew(&mut self.network);
            if let Some(node) = self.alive(life) {
                node.skew = skew;
            }
        }
        let now = self.clock(life.node);
        for due in self.store.due(now) {
            self.do_self(life, due.conversation, Command::Wake);
            if self.strikes(Fault::WakeDoubled) {
                self.do_self(life, due.conversation, Command::Wake);
            }
        }
        self.notify(now);
        self.catch_up(life);
        let next = self.store.next_wake().map_or(TICK, |wake| wake.since(now));
        let mut after = next.get().clamp(300, TICK.get()) + self.network.below(200);
        if self.strikes(Fault::WakeLate) {
            after += self.network.within(2_000, 120_000);
        }
        self.later(after, Task::Tick(life));
    }

    fn notify(&mut self, now: Timestamp) {
        for row in self.store.take_outbox(now, now.after(NOTIFY_AGAIN)) {
            if self.strikes(Fault::NotifyFailed) {
                continue;
            }
            self.see(None, Observed::Notified { id: row.id });
            if !self.strikes(Fault::NotifyUnheard) {
                self.store.delivered(row.id);
            }
        }
    }

    /// A wake comes though nothing is due.
    pub(super) fn wake_early(&mut self) {
        if !self.strikes(Fault::WakeEarly) {
            return;
        }
        let id = self.network.pick(&self.conversations).copied();
        if let (Some(id), Some(life)) = (id, self.some_node()) {
            self.do_self(life, id, Command::Wake);
        }
    }

    /// The node's memory is gone, its sockets break, its assistants fall silent.
    pub(super) fn kill(&mut self, index: usize) {
        let Some(node) = self.nodes.get_mut(index).filter(|node| node.up) else {
            return;
        };
        node.up = false;
        node.states.clear();
        self.see(Some(index), Observed::Killed);
        self.writers.retain(|_, writer| writer.at.node != index);
        let sockets = self.sockets.iter();
        let cut: Vec<u32> = sockets
            .filter(|(_, socket)| socket.at.node == index && socket.open)
            .map(|(number, _)| *number)
            .collect();
        for number in cut {
            self.cut(number);
        }
        let after = self.network.within(500, 40_000);
        if !self.settling {
            self.later(after, Task::Start(index));
        }
    }

    pub(super) fn start(&mut self, index: usize) {
        let unhealed = self.settling && !self.setup.heals;
        let lives = self.nodes.iter().any(|node| node.up);
        let policy = self.policy.1.clone();
        let Some(node) = self.nodes.get_mut(index).filter(|node| !node.up) else {
            return;
        };
        if unhealed && lives {
            return;
        }
        node.up = true;
        node.life += 1;
        node.policy = policy;
        self.see(Some(index), Observed::Started);
        self.tick_in(index, Millis::new(200));
    }

    /// The owner changes the policy; each node hears of it in its own time.
    pub(super) fn change_policy(&mut self) {
        let mut policy = setup::policy(&mut self.owner);
        policy.one_open_conversation = self.setup.policy.one_open_conversation;
        if self.owner.chance(400) {
            let modes = [Mode::AssistantOnly, Mode::HumanOnly];
            policy.mode = *self.owner.pick(&modes).unwrap_or(&Mode::Supported);
        }
        policy.revision = self.policy.0 + 1;
        self.policy = (policy.revision, Arc::new(policy));
        for node in 0..self.nodes.len() {
            let after = self.network.within(1, 8_000);
            self.later(after, Task::Adopt(node, self.policy.0));
        }
    }

    /// A node that hears of a policy brings every open conversation in line.
    pub(super) fn adopt(&mut self, index: usize, version: u64) {
        let (newest, policy) = self.policy.clone();
        let Some(life) = self.life(index).filter(|_| version == newest) else {
            return;
        };
        if let Some(node) = self.alive(life) {
            node.policy = policy;
        }
        for id in self.conversations.clone() {
            if self.store.load(id).is_some_and(|state| state.is_open()) {
                self.do_self(life, id, Command::PolicyChanged);
            }
        }
    }
}
