//! Who is there: agents at dashboards, visitors at widgets.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use super::handoff::Handoff;
use crate::bus::Signal;
use crate::conversation::{Caller, Card, Command, Control, Status};
use crate::id::{AgentId, ConversationId};
use crate::store::{BoardQuery, BoardSort, MAX_PAGE};
use crate::time::Millis;

/// A connection that ends and comes back within this time was never gone.
const GRACE: Millis = Millis::from_secs(10);
/// After a start everybody has so long to come back.
const START_GRACE: Millis = Millis::from_secs(30);

/// Counts connections.
#[derive(Debug)]
pub(super) struct Presence {
    agents: Mutex<HashMap<AgentId, usize>>,
    visitors: Mutex<HashMap<ConversationId, usize>>,
}

impl Presence {
    pub(super) fn new() -> Self {
        Self {
            agents: Mutex::default(),
            visitors: Mutex::default(),
        }
    }

    pub(super) fn is_present(&self, agent: &AgentId) -> bool {
        self.agents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(agent)
    }

    fn is_visited(&self, conversation: ConversationId) -> bool {
        self.visitors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(&conversation)
    }
}

/// One more connection; says whether it is the first.
fn enter<K: Eq + Hash>(counts: &Mutex<HashMap<K, usize>>, key: K) -> bool {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.entry(key).or_insert(0);
    *count += 1;
    *count == 1
}

/// One connection less; says whether it was the last.
fn leave<K: Eq + Hash>(counts: &Mutex<HashMap<K, usize>>, key: &K) -> bool {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(count) = counts.get_mut(key) else {
        return false;
    };
    *count -= 1;
    let last = *count == 0;
    if last {
        counts.remove(key);
    }
    last
}

impl Handoff {
    /// An agent opened a dashboard. Call [`agent_disconnected`](Self::agent_disconnected) once for each call of this.
    pub fn agent_connected(&self, agent: &AgentId) {
        if enter(&self.inner.presence.agents, agent.clone()) {
            self.signal(Signal::Presence {
                agent: agent.clone(),
                present: true,
            });
            let (handoff, agent) = (self.clone(), agent.clone());
            self.inner
                .tasks
                .spawn(async move { handoff.tell_held(&agent, true).await });
        }
    }

    /// An agent closed a dashboard. After a short grace, conversations that the agent holds are told.
    pub fn agent_disconnected(&self, agent: &AgentId) {
        if leave(&self.inner.presence.agents, agent) {
            let (handoff, agent) = (self.clone(), agent.clone());
            self.inner.tasks.spawn(async move {
                if handoff.wait(GRACE).await && !handoff.inner.presence.is_present(&agent) {
                    handoff.signal(Signal::Presence {
                        agent: agent.clone(),
                        present: false,
                    });
                    handoff.tell_held(&agent, false).await;
                }
            });
        }
    }

    /// The agents who have a dashboard open on this node.
    pub fn present_agents(&self) -> Vec<AgentId> {
        self.inner
            .presence
            .agents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
    }

    /// A visitor opened a widget. Call [`visitor_disconnected`](Self::visitor_disconnected) once for each call of this.
    pub fn visitor_connected(&self, conversation: ConversationId) {
        if enter(&self.inner.presence.visitors, conversation) {
            let handoff = self.clone();
            self.inner.tasks.spawn(async move {
                let gone = handoff
                    .state(conversation)
                    .await
                    .ok()
                    .flatten()
                    .is_some_and(|c| c.visitor_gone_since.is_some());
                if gone {
                    handoff
                        .dispatch_quietly(conversation, Caller::System, Command::VisitorBack)
                        .await;
                }
            });
        }
    }

    /// A visitor closed a widget. After a short grace, the conversation is told.
    pub fn visitor_disconnected(&self, conversation: ConversationId) {
        if leave(&self.inner.presence.visitors, &conversation) {
            let handoff = self.clone();
            self.inner.tasks.spawn(async move {
                if handoff.wait(GRACE).await && !handoff.inner.presence.is_visited(conversation) {
                    handoff
                        .dispatch_quietly(conversation, Caller::System, Command::VisitorLeft)
                        .await;
                }
            });
        }
    }

    /// `false` where the engine shuts down first.
    async fn wait(&self, span: Millis) -> bool {
        let moment = self.now().after(span);
        self.inner
            .shutdown
            .run_until_cancelled(self.clock().sleep_until(moment))
            .await
            .is_some()
    }

    pub(super) fn tell_presence(
        &self,
        conversation: ConversationId,
        agent: AgentId,
        present: bool,
    ) {
        let handoff = self.clone();
        self.inner.tasks.spawn(async move {
            let command = Command::SetHolderPresence { agent, present };
            handoff
                .dispatch_quietly(conversation, Caller::System, command)
                .await;
        });
    }

    async fn tell_held(&self, agent: &AgentId, present: bool) {
        let query = BoardQuery {
            holder: Some(agent.clone()),
            statuses: vec![Status::Agent, Status::Dropped],
            ..all()
        };
        let command = Command::SetHolderPresence {
            agent: agent.clone(),
            present,
        };
        self.command_each(query, |_| vec![command.clone()]).await;
    }

    /// After a start of the only node: whoever did not come back is gone.
    pub(super) async fn miss_the_gone(self) {
        if !self.wait(START_GRACE).await {
            return;
        }
        let statuses = Status::ALL
            .into_iter()
            .filter(|status| status.is_open())
            .collect();
        let presence = &self.inner.presence;
        let gone = |card: &Card| {
            let holder = match &card.control {
                Control::Agent { agent, .. } if !presence.is_present(&agent.id) => {
                    Some(agent.id.clone())
                }
                _ => None,
            };
            let holder = holder.map(|agent| Command::SetHolderPresence {
                agent,
                present: false,
            });
            let visitor =
                (card.online && !presence.is_visited(card.id)).then_some(Command::VisitorLeft);
            holder.into_iter().chain(visitor).collect()
        };
        self.command_each(BoardQuery { statuses, ..all() }, gone)
            .await;
    }

    /// Does what a plan says to every conversation of a board.
    async fn command_each(
        &self,
        mut query: BoardQuery,
        plan: impl Fn(&Card) -> Vec<Command> + Send + Sync,
    ) {
        loop {
            let page = match self.store().board(&query).await {
                Ok(page) => page,
                Err(error) => return tracing::warn!(%error, "who is there could not be told"),
            };
            for card in page.cards {
                for command in plan(&card) {
                    self.dispatch_quietly(card.id, Caller::System, command)
                        .await;
                }
            }
            if page.next.is_none() || self.inner.shutdown.is_cancelled() {
                return;
            }
            query.cursor = page.next;
        }
    }
}

/// In an order that does not change while it is read.
fn all() -> BoardQuery {
    BoardQuery {
        sort: BoardSort::Oldest,
        limit: MAX_PAGE,
        ..BoardQuery::default()
    }
}
