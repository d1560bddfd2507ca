//! What the engine grants assistants: their budget, their switch.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "functions of tests"
)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Spent, Turn};
use handoff_core::conversation::{
    AgentRef, Budget, Caller, Command, Control, Escalation, Page, Profile, Reply, Role,
};
use handoff_core::directory::Service;
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::{Followed, Handoff, Request};
use tokio::sync::mpsc;

/// Spends a hundred tokens and, where the visitor says "slowly", never ends; tells the test what it was asked.
#[derive(Debug)]
struct Spender {
    asked: mpsc::Sender<Turn>,
}

/// As a real one does: also where its future is dropped.
struct Meter<'a>(&'a dyn ReplySink);

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        self.0.spent(100);
    }
}

#[async_trait]
impl Assistant for Spender {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        let _meter = Meter(sink);
        self.asked.send(turn.clone()).await.unwrap();
        if turn
            .transcript
            .last()
            .is_some_and(|line| line.text == "slowly")
        {
            std::future::pending::<()>().await;
        }
        Ok(Answer::Reply(Reply {
            text: "Yes.".into(),
            ..Reply::default()
        }))
    }
}

struct House {
    handoff: Handoff,
    asked: mpsc::Receiver<Turn>,
}

fn store() -> ServiceId {
    ServiceId::new("store").unwrap()
}

fn anna() -> Caller {
    let agent = AgentRef {
        id: AgentId::new("anna").unwrap(),
        name: "Anna".into(),
    };
    Caller::Agent(agent, Role::Agent)
}

impl House {
    async fn new(budget: Budget) -> Self {
        let (tell, asked) = mpsc::channel(16);
        let (conversations, directory) = (
            Arc::new(MemoryStore::default()),
            Arc::new(MemoryDirectory::default()),
        );
        let handoff = Handoff::builder(conversations, directory)
            .assistant(Arc::new(Spender { asked: tell }))
            .start()
            .await
            .unwrap();
        let mut service = Service::new(store(), "Store");
        Arc::make_mut(&mut service.policy.assistant).budget = budget;
        handoff.save_service(service, 0).await.unwrap();
        Self { handoff, asked }
    }

    async fn conversation(&self, visitor: &str) -> ConversationId {
        let visitor = VisitorId::new(visitor).unwrap();
        self.handoff
            .open(&store(), &visitor, Profile::default(), Page::default())
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
        let text = text.to_owned();
        self.does(id, Caller::Visitor, Command::SendMessage { text })
            .await;
    }

    /// Waits for an event of a kind, from the beginning on.
    async fn until(&self, id: ConversationId, kind: &str) {
        let mut follow = self.handoff.follow(id, 0);
        let found = async {
            loop {
                if let Ok(Followed::Events { events, .. }) = follow.next().await
                    && events.iter().any(|event| event.body.kind() == kind)
                {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), found)
            .await
            .expect(kind);
    }
}

const LIMITED: Budget = Budget {
    conversation: Some(1_000),
    day: Some(5_000),
};

#[tokio::test]
async fn what_a_turn_spends_is_known_to_the_next_ones() {
    let mut house = House::new(LIMITED).await;
    let (one, two) = (
        house.conversation("v1").await,
        house.conversation("v2").await,
    );
    house.says(one, "hello").await;
    assert_eq!(house.asked.recv().await.unwrap().spent, Spent::default());
    house.until(one, "reply_committed").await;
    // Also what was spent on a reply that a takeover ended.
    house.says(two, "slowly").await;
    house.asked.recv().await.unwrap();
    house
        .does(two, anna(), Command::TakeOver { typing: false })
        .await;
    let directory = house.handoff.directory().clone();
    let counted = async {
        loop {
            let kind = handoff_core::directory::RecordKind::Spending;
            let now = house.handoff.now();
            let records = directory.list(kind, None, 10, now).await.unwrap();
            let day = records
                .iter()
                .find(|record| record.key.starts_with("service/store/"));
            if day.is_some_and(|record| record.body == 200) {
                return assert_eq!(records.len(), 3);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), counted)
        .await
        .expect("both are counted");
    house.says(one, "and?").await;
    let expected = Spent {
        conversation: 100,
        today: 200,
    };
    assert_eq!(house.asked.recv().await.unwrap().spent, expected);
}

#[tokio::test]
async fn switched_off_an_assistant_stops_at_once_and_people_are_asked() {
    let mut house = House::new(Budget::default()).await;
    let id = house.conversation("v1").await;
    house.says(id, "slowly").await;
    house.asked.recv().await.unwrap();
    let known = house.handoff.service(&store()).await.unwrap().unwrap();
    let mut service = known.value.clone();
    Arc::make_mut(&mut service.policy.assistant).enabled = false;
    house
        .handoff
        .save_service(service, known.version)
        .await
        .unwrap();
    house.until(id, "escalated").await;
    let state = house.handoff.state(id).await.unwrap().unwrap();
    assert!(matches!(
        &state.control,
        Control::Waiting {
            why: Escalation::AssistantFailed,
            ..
        }
    ));
    assert_eq!(state.pending, None);
    let other = house.conversation("v2").await;
    house.says(other, "hello").await;
    house.until(other, "escalated").await;
    assert!(house.asked.try_recv().is_err(), "nobody asked it again");
}
