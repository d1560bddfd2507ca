//! Who has a connection to this node, who is elsewhere, and what is to be announced of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use super::roster::{Person, Roster};
use crate::bus::Signal;
use crate::id::{AgentId, ConversationId};

/// So many people are announced at once: a bus may carry only some kilobytes in one notice.
const AGENTS_AT_ONCE: usize = 20;
const VISITORS_AT_ONCE: usize = 100;

/// Counts connections, and remembers who is elsewhere.
#[derive(Debug)]
pub(super) struct Presence {
    pub(super) node: Uuid,
    pub(super) here: Mutex<HashMap<Person, usize>>,
    pub(super) elsewhere: Mutex<Roster>,
    /// Who came or went here and was not announced yet.
    news: Mutex<HashMap<Person, bool>>,
    pub(super) more: Notify,
}

pub(super) fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Presence {
    /// `node` is a name that no other node has.
    pub(super) fn new(node: Uuid) -> Self {
        Self {
            node,
            here: Mutex::default(),
            elsewhere: Mutex::default(),
            news: Mutex::default(),
            more: Notify::new(),
        }
    }

    /// Whether an agent has a dashboard open, on any node.
    pub(super) fn is_present(&self, agent: &AgentId) -> bool {
        self.is_anywhere(&Person::Agent(agent.clone()))
    }

    pub(super) fn is_here(&self, person: &Person) -> bool {
        held(&self.here).contains_key(person)
    }

    pub(super) fn is_anywhere(&self, person: &Person) -> bool {
        self.is_here(person) || held(&self.elsewhere).contains(person)
    }

    /// One more connection; says whether it is the first.
    pub(super) fn enter(&self, person: &Person) -> bool {
        let mut here = held(&self.here);
        let count = here.entry(person.clone()).or_insert(0);
        *count += 1;
        *count == 1
    }

    /// One connection less; says whether it was the last.
    pub(super) fn leave(&self, person: &Person) -> bool {
        let mut here = held(&self.here);
        let Some(count) = here.get_mut(person) else {
            return false;
        };
        *count -= 1;
        let last = *count == 0;
        if last {
            here.remove(person);
        }
        last
    }

    pub(super) fn note(&self, person: Person, present: bool) {
        held(&self.news).insert(person, present);
        self.more.notify_one();
    }

    /// What is to be announced: who came or went, or everybody.
    pub(super) fn announcements(&self, all: bool) -> Vec<Signal> {
        let mut news = std::mem::take(&mut *held(&self.news));
        if all {
            news.extend(held(&self.here).keys().map(|person| (person.clone(), true)));
        }
        let mut signals = self.group(&news, true);
        signals.extend(self.group(&news, false));
        if all && signals.is_empty() {
            // It shows this node that it hears.
            signals.push(self.signal(Vec::new(), Vec::new(), true));
        }
        signals
    }

    fn group(&self, news: &HashMap<Person, bool>, present: bool) -> Vec<Signal> {
        let (mut agents, mut visitors) = (Vec::new(), Vec::new());
        for (person, _) in news.iter().filter(|(_, came)| **came == present) {
            match person {
                Person::Agent(agent) => agents.push(agent.clone()),
                Person::Visitor(conversation) => visitors.push(*conversation),
            }
        }
        let agents = agents.chunks(AGENTS_AT_ONCE);
        let visitors = visitors.chunks(VISITORS_AT_ONCE);
        agents
            .map(|some| self.signal(some.to_vec(), Vec::new(), present))
            .chain(visitors.map(|some| self.signal(Vec::new(), some.to_vec(), present)))
            .collect()
    }

    fn signal(&self, agents: Vec<AgentId>, visitors: Vec<ConversationId>, present: bool) -> Signal {
        Signal::Presence {
            node: self.node,
            agents,
            visitors,
            present,
        }
    }
}
