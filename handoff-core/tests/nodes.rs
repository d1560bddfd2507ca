//! Several nodes on one store and one bus: who is there, whose reply was lost, what time does once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "functions of tests"
)]

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::bus::{Bus, Heard, Notice};
use handoff_core::conversation::{
    AgentRef, Caller, Command, Conversation, EventBody, Page, Profile, Reply, Role,
};
use handoff_core::directory::Service;
use handoff_core::error::Unreachable;
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{LocalBus, MemoryDirectory, MemoryStore};
use handoff_core::runtime::{Handoff, Request};
use handoff_core::store::ConversationStore;
use handoff_core::testing::ManualClock;
use handoff_core::time::{Millis, Timestamp};

/// A node's line to the bus, which can be cut.
#[derive(Debug, Clone)]
struct Line {
    bus: LocalBus,
    cut: Arc<AtomicBool>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line")
    }
}

#[async_trait]
impl Bus for Line {
    async fn publish(&self, notices: &[Notice]) -> Result<(), Unreachable> {
        if self.cut.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.bus.publish(notices).await
    }

    async fn subscribe(&self) -> Result<BoxStream<'static, Heard>, Unreachable> {
        let cut = self.cut.clone();
        let mut lost = false;
        let heard = self.bus.subscribe().await?.filter_map(move |heard| {
            let deaf = cut.load(Ordering::SeqCst);
            // The first thing that is heard again says that others were not.
            let heard = if std::mem::replace(&mut lost, deaf) {
                Heard::Lagged
            } else {
                heard
            };
            futures::future::ready((!deaf).then_some(heard))
        });
        Ok(heard.boxed())
    }
}

/// Answers at once, or never.
#[derive(Debug)]
struct Voice(bool);

#[async_trait]
impl Assistant for Voice {
    async fn reply(&self, _: &Turn, _: &dyn ReplySink) -> Result<Answer, AssistantError> {
        if !self.0 {
            std::future::pending::<()>().await;
        }
        Ok(Answer::Reply(Reply {
            text: "Here I am.".into(),
            ..Reply::default()
        }))
    }
}

/// What nodes share.
struct Town {
    clock: ManualClock,
    store: MemoryStore,
    directory: MemoryDirectory,
    bus: LocalBus,
}

struct Node {
    handoff: Handoff,
    cut: Arc<AtomicBool>,
}

impl Town {
    async fn new() -> Self {
        let town = Self {
            clock: ManualClock::at(Timestamp::from_millis(1_000_000)),
            store: MemoryStore::new(),
            directory: MemoryDirectory::new(),
            bus: LocalBus::default(),
        };
        let first = town.node(true).await;
        let service = Service::new(shop(), "Shop");
        first.handoff.save_service(service, 0).await.unwrap();
        town.end(&first).await;
        town
    }

    async fn node(&self, answers: bool) -> Node {
        let cut = Arc::new(AtomicBool::new(false));
        let line = Line {
            bus: self.bus.clone(),
            cut: cut.clone(),
        };
        let (store, directory) = (self.store.clone(), self.directory.clone());
        let handoff = Handoff::builder(Arc::new(store), Arc::new(directory))
            .bus(Arc::new(line))
            .clock(Arc::new(self.clock.clone()))
            .assistant(Arc::new(Voice(answers)))
            .start()
            .await
            .unwrap();
        let node = Node { handoff, cut };
        self.settle().await;
        node
    }

    /// Every task goes on as far as it can: there is one thread, and nothing here waits but for the clock.
    async fn settle(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    async fn pass(&self, secs: u64) {
        for _ in 0..secs * 10 {
            self.clock.advance(Millis::new(100));
            self.settle().await;
        }
    }

    /// A node ends without a word to the others.
    async fn end(&self, node: &Node) {
        node.cut.store(true, Ordering::SeqCst);
        let ending = node.handoff.clone();
        tokio::join!(ending.shutdown(), self.pass(5));
    }

    async fn state(&self, id: ConversationId) -> Arc<Conversation> {
        self.store.load(id).await.unwrap().unwrap()
    }

    /// How often something happened.
    async fn count(&self, id: ConversationId, what: impl Fn(&EventBody) -> bool) -> usize {
        let events = self.store.events(id, 0, 1_000).await.unwrap();
        events.iter().filter(|event| what(&event.body)).count()
    }

    async fn left(&self, id: ConversationId) -> usize {
        self.count(id, |body| matches!(body, EventBody::VisitorLeft))
            .await
    }

    async fn absent(&self, id: ConversationId) -> usize {
        let absent =
            |body: &EventBody| matches!(body, EventBody::HolderPresence { present: false, .. });
        self.count(id, absent).await
    }
}

impl Node {
    async fn open(&self, visitor: &str) -> ConversationId {
        let visitor = VisitorId::new(visitor).unwrap();
        self.handoff
            .open(&shop(), &visitor, Profile::default(), Page::default())
            .await
            .unwrap()
    }

    async fn does(&self, id: ConversationId, caller: Caller, command: Command) {
        let request = Request {
            id: None,
            caller,
            command,
        };
        self.handoff.dispatch(id, request).await.unwrap();
    }

    async fn says(&self, id: ConversationId, text: &str) {
        let command = Command::SendMessage { text: text.into() };
        self.does(id, Caller::Visitor, command).await;
    }

    async fn takes_over(&self, id: ConversationId) {
        let agent = AgentRef {
            id: ana(),
            name: "Ana".into(),
        };
        let command = Command::TakeOver { typing: false };
        self.does(id, Caller::Agent(agent, Role::Agent), command)
            .await;
    }
}

fn shop() -> ServiceId {
    ServiceId::new("shop").unwrap()
}

fn ana() -> AgentId {
    AgentId::new("ana").unwrap()
}

#[tokio::test]
async fn whoever_is_at_another_node_is_not_gone() {
    let town = Town::new().await;
    let (a, b) = (town.node(true).await, town.node(true).await);
    let id = a.open("vera").await;
    a.handoff.visitor_connected(id);
    b.handoff.agent_connected(&ana());
    town.settle().await;
    assert_eq!(a.handoff.present_agents(), [ana()]);
    a.takes_over(id).await;
    // Long enough for the look after the start of both, and of a third one.
    town.pass(50).await;
    let c = town.node(true).await;
    town.pass(70).await;
    for node in [&a, &b, &c] {
        assert_eq!(node.handoff.present_agents(), [ana()]);
    }
    assert_eq!((town.absent(id).await, town.left(id).await), (0, 0));
    b.handoff.agent_disconnected(&ana());
    a.handoff.visitor_disconnected(id);
    town.pass(9).await;
    assert_eq!(
        (town.absent(id).await, town.left(id).await),
        (0, 0),
        "a moment of grace"
    );
    town.pass(30).await;
    assert_eq!(
        (town.absent(id).await, town.left(id).await),
        (1, 1),
        "said once"
    );
    assert_eq!(a.handoff.present_agents(), []);
}

#[tokio::test]
async fn whoever_moves_to_another_node_never_left() {
    let town = Town::new().await;
    let (a, b) = (town.node(true).await, town.node(true).await);
    let id = a.open("vera").await;
    a.handoff.visitor_connected(id);
    a.handoff.agent_connected(&ana());
    a.takes_over(id).await;
    for (from, to) in [(&a, &b), (&b, &a)] {
        from.handoff.visitor_disconnected(id);
        from.handoff.agent_disconnected(&ana());
        town.pass(5).await;
        to.handoff.visitor_connected(id);
        to.handoff.agent_connected(&ana());
        town.pass(60).await;
    }
    assert_eq!((town.absent(id).await, town.left(id).await), (0, 0));
    assert_eq!(b.handoff.present_agents(), [ana()]);
}

#[tokio::test]
async fn whoever_leaves_two_nodes_at_once_left_once() {
    let town = Town::new().await;
    let (a, b) = (town.node(true).await, town.node(true).await);
    let id = a.open("vera").await;
    for node in [&a, &b] {
        node.handoff.visitor_connected(id);
        node.handoff.agent_connected(&ana());
    }
    a.takes_over(id).await;
    town.pass(30).await;
    for node in [&a, &b] {
        node.handoff.visitor_disconnected(id);
        node.handoff.agent_disconnected(&ana());
    }
    town.pass(30).await;
    assert_eq!((town.absent(id).await, town.left(id).await), (1, 1));
}

#[tokio::test]
async fn a_dead_nodes_people_are_gone_after_a_bounded_time() {
    let town = Town::new().await;
    let (a, b, c) = (
        town.node(true).await,
        town.node(true).await,
        town.node(true).await,
    );
    let id = b.open("vera").await;
    b.handoff.visitor_connected(id);
    b.handoff.agent_connected(&ana());
    b.takes_over(id).await;
    town.pass(60).await;
    town.end(&b).await;
    assert_eq!(a.handoff.present_agents(), [ana()]);
    town.pass(50).await;
    assert_eq!((town.absent(id).await, town.left(id).await), (1, 1));
    for node in [&a, &c] {
        assert_eq!(node.handoff.present_agents(), []);
    }
}

#[tokio::test]
async fn a_node_that_hears_nothing_judges_nobody_and_corrects_the_others() {
    let town = Town::new().await;
    let (a, b) = (town.node(true).await, town.node(true).await);
    let (here, there) = (a.open("vera").await, b.open("viktor").await);
    a.handoff.visitor_connected(here);
    b.handoff.visitor_connected(there);
    a.handoff.agent_connected(&ana());
    b.takes_over(there).await;
    town.pass(60).await;
    a.cut.store(true, Ordering::SeqCst);
    town.pass(120).await;
    assert_eq!(
        town.left(there).await,
        0,
        "the deaf node says nothing of the other's visitor"
    );
    assert_eq!(town.left(here).await, 1, "the other one can't know better");
    assert_eq!(town.absent(there).await, 1);
    a.cut.store(false, Ordering::SeqCst);
    town.pass(30).await;
    assert_eq!(town.state(here).await.visitor_gone_since, None);
    assert_eq!(town.state(there).await.holder_gone_since, None);
    assert_eq!((town.left(here).await, town.left(there).await), (1, 0));
}

#[tokio::test]
async fn a_lost_nodes_reply_is_written_by_another() {
    let town = Town::new().await;
    let (a, b) = (town.node(false).await, town.node(true).await);
    let id = a.open("vera").await;
    a.says(id, "Where is my parcel?").await;
    town.settle().await;
    assert!(town.state(id).await.pending.is_some());
    town.end(&a).await;
    town.pass(50).await;
    assert!(
        town.state(id).await.pending.is_some(),
        "its time is not over"
    );
    town.pass(20).await;
    let state = town.state(id).await;
    assert_eq!((state.pending, state.unanswered_since), (None, None));
    let said = |body: &EventBody| matches!(body, EventBody::ReplyCommitted { .. });
    assert_eq!(town.count(id, said).await, 1);
    drop(b);
}

#[tokio::test]
async fn a_node_that_ends_hands_over_what_it_was_writing() {
    let town = Town::new().await;
    let (a, b, c) = (
        town.node(false).await,
        town.node(true).await,
        town.node(true).await,
    );
    let id = a.open("vera").await;
    a.says(id, "Where is my parcel?").await;
    town.settle().await;
    tokio::join!(a.handoff.shutdown(), town.pass(5));
    // Long before its deadline.
    town.pass(1).await;
    let state = town.state(id).await;
    assert_eq!((state.pending, state.unanswered_since), (None, None));
    let asked = |body: &EventBody| matches!(body, EventBody::ReplyRequested { .. });
    let said = |body: &EventBody| matches!(body, EventBody::ReplyCommitted { .. });
    assert_eq!(
        (town.count(id, asked).await, town.count(id, said).await),
        (2, 1)
    );
    drop((b, c));
}

#[tokio::test]
async fn what_is_due_happens_once_on_three_nodes() {
    let town = Town::new().await;
    let nodes = [
        town.node(true).await,
        town.node(true).await,
        town.node(true).await,
    ];
    let mut ids = Vec::new();
    for visitor in 0..50 {
        let id = nodes[0].open(&format!("visitor {visitor}")).await;
        nodes[0]
            .does(id, Caller::Visitor, Command::RequestPerson)
            .await;
        ids.push(id);
    }
    town.pass(125).await;
    for id in ids {
        let fallback = |body: &EventBody| matches!(body, EventBody::FallbackSent { .. });
        assert_eq!(town.count(id, fallback).await, 1);
    }
    drop(nodes);
}
