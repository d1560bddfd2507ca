//! Who is there: agents at dashboards, visitors at widgets, on this node and on others.
//!
//! Nodes announce who is there, when that changes and again every few seconds; nothing of it is stored. Whoever is at no
//! node is gone: the node that was left last says so, or, where a node died, all others do, each a moment later than the
//! one before, so that most of them find it said.

use futures::StreamExt;
use futures::stream;
use uuid::Uuid;

use super::attendance::held;
use super::handoff::Handoff;
use super::hub::BoardUpdate;
use super::roster::{Person, REFRESH};
use crate::bus::Notice;
use crate::conversation::{Caller, Card, Command, Control, Conversation, Status};
use crate::id::{AgentId, ConversationId};
use crate::store::{BoardQuery, BoardSort, MAX_PAGE};
use crate::time::Millis;

/// A connection that ends and comes back within this time was never gone.
const GRACE: Millis = Millis::from_secs(10);
/// After a start everybody has so long to come back.
const START_GRACE: Millis = Millis::from_secs(30);
/// What several nodes may find out at the same moment each of them says up to so much later.
const JITTER: Millis = Millis::from_secs(3);
/// So many conversations are told at the same time.
const TOLD_AT_ONCE: usize = 16;

impl Handoff {
    /// An agent opened a dashboard. Call [`agent_disconnected`](Self::agent_disconnected) once for each call of this.
    pub fn agent_connected(&self, agent: &AgentId) {
        let person = Person::Agent(agent.clone());
        if self.inner.presence.enter(&person) {
            self.inner.presence.note(person, true);
            self.show_presence(agent);
            let (handoff, agent) = (self.clone(), agent.clone());
            self.inner
                .tasks
                .spawn(async move { handoff.tell_held(&agent, true).await });
        }
    }

    /// An agent closed a dashboard. After a short grace, conversations that the agent holds are told.
    pub fn agent_disconnected(&self, agent: &AgentId) {
        self.left(Person::Agent(agent.clone()));
    }

    /// The agents who have a dashboard open, on any node.
    pub fn present_agents(&self) -> Vec<AgentId> {
        let agent = |person: &Person| match person {
            Person::Agent(agent) => Some(agent.clone()),
            Person::Visitor(_) => None,
        };
        let mut agents: Vec<AgentId> = held(&self.inner.presence.here)
            .keys()
            .filter_map(agent)
            .collect();
        agents.extend(
            held(&self.inner.presence.elsewhere)
                .people()
                .filter_map(agent),
        );
        agents.sort_unstable();
        agents.dedup();
        agents
    }

    /// A visitor opened a widget. Call [`visitor_disconnected`](Self::visitor_disconnected) once for each call of this.
    pub fn visitor_connected(&self, conversation: ConversationId) {
        let person = Person::Visitor(conversation);
        if self.inner.presence.enter(&person) {
            self.inner.presence.note(person, true);
            let handoff = self.clone();
            self.inner
                .tasks
                .spawn(async move { handoff.greet(conversation).await });
        }
    }

    /// A visitor closed a widget. After a short grace, the conversation is told.
    pub fn visitor_disconnected(&self, conversation: ConversationId) {
        self.left(Person::Visitor(conversation));
    }

    fn left(&self, person: Person) {
        let presence = &self.inner.presence;
        if !presence.leave(&person) {
            return;
        }
        let handoff = self.clone();
        self.inner.tasks.spawn(async move {
            let presence = &handoff.inner.presence;
            if handoff.wait(GRACE).await && !presence.is_here(&person) {
                presence.note(person.clone(), false);
                if !presence.is_anywhere(&person) {
                    handoff.tell_gone(&person).await;
                }
            }
        });
    }

    /// `false` where the engine shuts down first.
    pub(super) async fn wait(&self, span: Millis) -> bool {
        let moment = self.now().after(span);
        self.inner
            .shutdown
            .run_until_cancelled(self.clock().sleep_until(moment))
            .await
            .is_some()
    }

    /// Announces who is there until the engine shuts down.
    pub(super) async fn run_presence(self) {
        let shutdown = self.inner.shutdown.clone();
        shutdown.run_until_cancelled(self.announce_for_ever()).await;
    }

    async fn announce_for_ever(&self) {
        loop {
            self.announce(true);
            let gone = held(&self.inner.presence.elsewhere).sweep(self.now());
            self.miss(gone);
            let next = self.now().after(REFRESH);
            let mut rest = self.clock().sleep_until(next);
            loop {
                tokio::select! {
                    () = &mut rest => break,
                    () = self.inner.presence.more.notified() => self.announce(false),
                }
            }
        }
    }

    fn announce(&self, all: bool) {
        for signal in self.inner.presence.announcements(all) {
            self.inner.courier.send(Notice::Signal(signal));
        }
    }

    /// A node says who is there, or no longer.
    pub(super) fn hear_presence(&self, node: Uuid, people: Vec<Person>, present: bool) {
        let now = self.now();
        let mut elsewhere = held(&self.inner.presence.elsewhere);
        if node == self.inner.presence.node {
            return elsewhere.hear_self(now);
        }
        let news: Vec<Person> = people
            .into_iter()
            .filter(|person| elsewhere.hear(node, person.clone(), present, now))
            .collect();
        drop(elsewhere);
        if !present {
            return self.miss(news);
        }
        for person in &news {
            self.show(person);
        }
    }

    /// These are at no other node any more. Where they are not here either, and nobody else said so by then, it is said.
    fn miss(&self, people: Vec<Person>) {
        if people.is_empty() {
            return;
        }
        for person in &people {
            self.show(person);
        }
        let handoff = self.clone();
        self.inner.tasks.spawn(async move {
            if !handoff.wait(handoff.some_of(JITTER)).await {
                return;
            }
            let gone = people
                .into_iter()
                .filter(|person| !handoff.inner.presence.is_anywhere(person));
            let tell = |person| {
                let handoff = handoff.clone();
                async move { handoff.tell_gone(&person).await }
            };
            stream::iter(gone.map(tell))
                .buffer_unordered(TOLD_AT_ONCE)
                .collect::<()>()
                .await;
        });
    }

    /// A part of a span, another one each time and on each node.
    pub(super) fn some_of(&self, span: Millis) -> Millis {
        // The last bytes of a UUIDv7 are random.
        let [.., high, low] = *self.inner.ids.uuid().as_bytes();
        let random = u64::from(u16::from_be_bytes([high, low]));
        Millis::new(span.get() * random / u64::from(u16::MAX))
    }

    fn show(&self, person: &Person) {
        if let Person::Agent(agent) = person {
            self.show_presence(agent);
        }
    }

    fn show_presence(&self, agent: &AgentId) {
        self.inner.hub.tell_board(BoardUpdate::Presence {
            agent: agent.clone(),
            present: self.inner.presence.is_present(agent),
        });
    }

    async fn tell_gone(&self, person: &Person) {
        match person {
            Person::Agent(agent) => {
                self.show_presence(agent);
                self.tell_held(agent, false).await;
            }
            Person::Visitor(conversation) => {
                let state = self.state(*conversation).await.ok().flatten();
                if state.is_some_and(|c| c.visitor_gone_since.is_none()) {
                    self.dispatch_quietly(*conversation, Caller::System, Command::VisitorLeft)
                        .await;
                }
            }
        }
    }

    /// Whoever a conversation believes gone and is here is not gone: a visitor came back, or another node lost sight of
    /// this one.
    pub(super) async fn contradict(&self, state: &Conversation) {
        let presence = &self.inner.presence;
        let visitor = Person::Visitor(state.id);
        if state.visitor_gone_since.is_some() && presence.is_here(&visitor) {
            self.dispatch_quietly(state.id, Caller::System, Command::VisitorBack)
                .await;
        }
        if let Some(holder) = state.holder().filter(|_| state.holder_gone_since.is_some())
            && presence.is_here(&Person::Agent(holder.id.clone()))
        {
            self.tell_presence(state.id, holder.id.clone(), true);
        }
    }

    /// While this node heard nothing others may have missed whoever is here.
    pub(super) fn look_after_own(&self) {
        let people: Vec<Person> = held(&self.inner.presence.here).keys().cloned().collect();
        if people.is_empty() {
            return;
        }
        let handoff = self.clone();
        self.inner.tasks.spawn(async move {
            let look = |person| {
                let handoff = handoff.clone();
                async move {
                    match person {
                        Person::Agent(agent) => handoff.tell_held(&agent, true).await,
                        Person::Visitor(conversation) => handoff.greet(conversation).await,
                    }
                }
            };
            stream::iter(people.into_iter().map(look))
                .buffer_unordered(TOLD_AT_ONCE)
                .collect::<()>()
                .await;
        });
    }

    /// A visitor is here.
    async fn greet(&self, conversation: ConversationId) {
        if let Ok(Some(state)) = self.state(conversation).await {
            self.contradict(&state).await;
        }
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

    /// After a start: whoever did not come back, to this node or another, is gone.
    pub(super) async fn miss_the_gone(self) {
        let presence = &self.inner.presence;
        let alone = self.inner.courier.bus().is_none();
        loop {
            if !self.wait(START_GRACE).await {
                return;
            }
            if alone || held(&presence.elsewhere).can_judge(self.now()) {
                break;
            }
        }
        let statuses = Status::ALL
            .into_iter()
            .filter(|status| status.is_open())
            .collect();
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
            let visitor = card.online && !presence.is_anywhere(&Person::Visitor(card.id));
            let visitor = visitor.then_some(Command::VisitorLeft);
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
