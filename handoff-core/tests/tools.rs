//! The tools of assistants: each by the ticket of its turn, and only what the service allows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "functions of tests"
)]

use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::assistant::{
    Act, Answer, Assistant, AssistantError, FloorLost, ReplySink, ToolError, Turn,
};
use handoff_core::conversation::{
    AgentRef, Caller, Command, EventBody, FactField, FactKind, Page, Profile, Reply, Role, Tool,
};
use handoff_core::customer::{Customer, CustomerData, CustomerSection};
use handoff_core::directory::Service;
use handoff_core::error::Unreachable;
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::{Handoff, Request};
use tokio::sync::{Mutex, mpsc};

/// What a test lets the assistant do next.
#[derive(Debug)]
enum Order {
    Act(Act),
    LookUp,
    Reply,
}

type Found = Result<Vec<CustomerSection>, ToolError>;

/// Does what it is ordered, and tells what came of it. Unlike a real one it goes on when its turn was ended: it is run in
/// a task that nobody cancels.
#[derive(Debug)]
struct Ordered {
    orders: Arc<Mutex<mpsc::Receiver<Order>>>,
    outcomes: mpsc::Sender<Found>,
}

#[async_trait]
impl Assistant for Ordered {
    async fn reply(&self, _: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        while let Some(order) = self.orders.lock().await.recv().await {
            let outcome = match order {
                Order::Act(act) => sink.act(act).await.map(|()| Vec::new()),
                Order::LookUp => sink.customer().await,
                Order::Reply => break,
            };
            self.outcomes.send(outcome).await.unwrap();
        }
        Ok(Answer::Reply(Reply {
            text: "Yes.".into(),
            ..Reply::default()
        }))
    }
}

/// Takes the conversation over while it is asked, where the customer is called Eve.
#[derive(Debug, Default)]
struct Orders(std::sync::OnceLock<(Handoff, ConversationId)>);

#[async_trait]
impl CustomerData for Orders {
    async fn look_up(&self, customer: &Customer) -> Result<Vec<CustomerSection>, Unreachable> {
        if let Some((handoff, id)) = self.0.get() {
            take_over(handoff, *id).await;
        }
        let name = customer.profile.name.clone().unwrap_or_default();
        Ok(vec![CustomerSection {
            title: "Orders".into(),
            entries: vec![(name, "4711".into())],
        }])
    }
}

struct House {
    handoff: Handoff,
    id: ConversationId,
    orders: mpsc::Sender<Order>,
    outcomes: mpsc::Receiver<Found>,
    customers: Arc<Orders>,
}

async fn does(handoff: &Handoff, id: ConversationId, caller: Caller, command: Command) {
    let request = Request {
        id: None,
        caller,
        command,
    };
    handoff.dispatch(id, request).await.unwrap();
}

async fn take_over(handoff: &Handoff, id: ConversationId) {
    let agent = AgentRef {
        id: AgentId::new("anna").unwrap(),
        name: "Anna".into(),
    };
    let anna = Caller::Agent(agent, Role::Agent);
    does(handoff, id, anna, Command::TakeOver { typing: false }).await;
}

impl House {
    /// A visitor asked something, and the assistant waits for orders.
    async fn new(verified: bool, change: impl FnOnce(&mut Vec<Tool>)) -> Self {
        let (orders, receiver) = mpsc::channel(4);
        let (sender, outcomes) = mpsc::channel(4);
        let assistant = Ordered {
            orders: Arc::new(Mutex::new(receiver)),
            outcomes: sender,
        };
        let customers = Arc::new(Orders::default());
        let (conversations, directory) = (
            Arc::new(MemoryStore::default()),
            Arc::new(MemoryDirectory::default()),
        );
        let handoff = Handoff::builder(conversations, directory)
            .assistant(Arc::new(assistant))
            .customers(customers.clone())
            .start()
            .await
            .unwrap();
        let mut service = Service::new(ServiceId::new("store").unwrap(), "Store");
        let policy = Arc::make_mut(&mut service.policy.assistant);
        change(&mut policy.tools);
        policy.facts = vec![FactField {
            name: "seats".into(),
            kind: FactKind::Number,
            about: String::new(),
        }];
        let service = handoff.save_service(service, 0).await.unwrap();
        let profile = Profile {
            name: Some("Eve".into()),
            verified,
            ..Profile::default()
        };
        let visitor = VisitorId::new("v1").unwrap();
        let id = handoff
            .open(&service.value.id, &visitor, profile, Page::default())
            .await
            .unwrap();
        let text = "Hello".to_owned();
        does(&handoff, id, Caller::Visitor, Command::SendMessage { text }).await;
        Self {
            handoff,
            id,
            orders,
            outcomes,
            customers,
        }
    }

    async fn order(&mut self, order: Order) -> Option<Found> {
        self.orders.send(order).await.unwrap();
        self.outcomes.recv().await
    }

    async fn saves(&mut self, name: &str, value: &str) -> Found {
        let (name, value) = (name.to_owned(), value.to_owned());
        let act = Act::SaveFact { name, value };
        self.order(Order::Act(act)).await.unwrap()
    }

    async fn log(&self) -> Vec<EventBody> {
        let events = self.handoff.store().events(self.id, 0, 100).await;
        events
            .unwrap()
            .into_iter()
            .map(|event| event.body)
            .collect()
    }
}

fn is_refused(found: &Found) -> bool {
    matches!(found, Err(ToolError::Refused(_)))
}

#[tokio::test]
async fn facts_and_score_become_part_of_the_conversation() {
    let mut house = House::new(false, |_| {}).await;
    assert_eq!(house.saves("seats", "12").await, Ok(Vec::new()));
    assert!(is_refused(&house.saves("seats", "many").await));
    assert!(is_refused(&house.saves("password", "1").await));
    let score = house.order(Order::Act(Act::ScoreLead(70))).await.unwrap();
    assert_eq!(score, Ok(Vec::new()));
    assert!(is_refused(
        &house.order(Order::Act(Act::ScoreLead(101))).await.unwrap()
    ));
    let state = house.handoff.state(house.id).await.unwrap().unwrap();
    let facts: Vec<_> = state
        .facts
        .iter()
        .map(|fact| (fact.name.as_str(), fact.value.as_str()))
        .collect();
    assert_eq!((facts, state.score), (vec![("seats", "12")], Some(70)));
    house.orders.send(Order::Reply).await.unwrap();
}

#[tokio::test]
async fn what_the_service_switched_off_is_refused() {
    let mut house = House::new(true, Vec::clear).await;
    assert!(is_refused(&house.saves("seats", "12").await));
    assert!(is_refused(
        &house.order(Order::Act(Act::ScoreLead(7))).await.unwrap()
    ));
    assert!(is_refused(&house.order(Order::LookUp).await.unwrap()));
    let written = |body: &EventBody| {
        matches!(
            body,
            EventBody::FactLearned { .. } | EventBody::ScoreSet { .. }
        )
    };
    assert!(!house.log().await.iter().any(written));
}

#[tokio::test]
async fn only_a_verified_visitor_is_looked_up() {
    let all = |tools: &mut Vec<Tool>| tools.push(Tool::LookUpCustomer);
    let mut stranger = House::new(false, all).await;
    assert!(is_refused(&stranger.order(Order::LookUp).await.unwrap()));
    let mut known = House::new(true, all).await;
    let found = known.order(Order::LookUp).await.unwrap().unwrap();
    assert_eq!(found[0].entries, [("Eve".to_owned(), "4711".to_owned())]);
}

#[tokio::test]
async fn a_takeover_during_a_look_up_keeps_what_was_found_from_the_assistant() {
    let mut house = House::new(true, |tools| tools.push(Tool::LookUpCustomer)).await;
    house
        .customers
        .0
        .set((house.handoff.clone(), house.id))
        .unwrap();
    // The turn is dropped with the takeover, or learns that it lost the floor: never what was found.
    let outcome = tokio::time::timeout(
        std::time::Duration::from_secs(2),
        house.order(Order::LookUp),
    )
    .await;
    assert!(
        !matches!(outcome, Ok(Some(Ok(_)))),
        "it was told after the takeover"
    );
    let lost: ToolError = FloorLost.into();
    assert!(matches!(outcome, Err(_) | Ok(None)) || outcome == Ok(Some(Err(lost))));
}
