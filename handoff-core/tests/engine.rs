//! The engine with its shell, on the memory store: what a visitor, an assistant and agents see of each other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "functions of tests"
)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::bus::Signal;
use handoff_core::conversation::{
    AgentRef, Caller, Command, Control, Event, EventBody, Page, Profile, Rejection, Reply, Role,
    Speaker, TicketEnd,
};
use handoff_core::directory::Service;
use handoff_core::id::{AgentId, CommandId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::{DispatchError, Follow, Followed, Handoff, Outcome, Request};
use handoff_core::time::Millis;
use tokio::sync::{Semaphore, mpsc};

/// Says "one ", waits for a permit, says "two"; and tells the test what it was asked.
#[derive(Debug)]
struct Slow {
    permits: Arc<Semaphore>,
    asked: mpsc::Sender<Turn>,
}

#[async_trait]
impl Assistant for Slow {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        self.asked.send(turn.clone()).await.unwrap();
        sink.piece("one ").await?;
        self.permits.acquire().await.unwrap().forget();
        sink.piece("two").await?;
        Ok(Answer::Reply(Reply {
            text: "one two".into(),
            ..Reply::default()
        }))
    }
}

struct House {
    handoff: Handoff,
    permits: Arc<Semaphore>,
    asked: mpsc::Receiver<Turn>,
}

impl House {
    async fn new() -> Self {
        let permits = Arc::new(Semaphore::new(0));
        let (tell, asked) = mpsc::channel(16);
        let assistant = Arc::new(Slow {
            permits: permits.clone(),
            asked: tell,
        });
        let (conversations, directory) = (
            Arc::new(MemoryStore::default()),
            Arc::new(MemoryDirectory::default()),
        );
        let handoff = Handoff::builder(conversations, directory)
            .assistant(assistant)
            .start()
            .await
            .unwrap();
        handoff
            .save_service(Service::new(store(), "Store"), 0)
            .await
            .unwrap();
        Self {
            handoff,
            permits,
            asked,
        }
    }

    async fn conversation(&self) -> ConversationId {
        let visitor = VisitorId::new("v1").unwrap();
        self.handoff
            .open(&store(), &visitor, Profile::default(), Page::default())
            .await
            .unwrap()
    }

    async fn send(
        &self,
        id: ConversationId,
        caller: &Caller,
        command: Command,
    ) -> Result<Outcome, DispatchError> {
        self.handoff
            .dispatch(
                id,
                Request {
                    id: None,
                    caller: caller.clone(),
                    command,
                },
            )
            .await
    }
}

fn store() -> ServiceId {
    ServiceId::new("store").unwrap()
}

fn agent(name: &str) -> Caller {
    Caller::Agent(
        AgentRef {
            id: AgentId::new(name).unwrap(),
            name: name.into(),
        },
        Role::Agent,
    )
}

fn message(text: &str) -> Command {
    Command::SendMessage { text: text.into() }
}

const TAKE_OVER: Command = Command::TakeOver { typing: false };

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future)
        .await
        .expect("it did not come")
}

/// The first thing of all that is followed which `pick` picks.
async fn until<T>(follow: &mut Follow, pick: impl Fn(&Event) -> Option<T>) -> T {
    within(async {
        loop {
            if let Followed::Events { events, .. } = follow.next().await.unwrap()
                && let Some(picked) = events.iter().find_map(&pick)
            {
                return picked;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_takeover_in_the_middle_of_a_reply_silences_the_assistant() {
    let mut house = House::new().await;
    let id = house.conversation().await;
    let mut follow = house.handoff.follow(id, 0);
    house
        .send(id, &Caller::Visitor, message("hello"))
        .await
        .unwrap();
    within(house.asked.recv()).await.unwrap();
    within(async {
        loop {
            if let Followed::Signal(signal) = follow.next().await.unwrap()
                && let Signal::Piece {
                    offset: 0, text, ..
                } = &*signal
            {
                assert_eq!(&**text, "one ");
                return;
            }
        }
    })
    .await;

    house.send(id, &agent("anna"), TAKE_OVER).await.unwrap();
    house.permits.add_permits(1);
    let interrupted = until(&mut follow, |event| match &event.body {
        EventBody::ReplyCommitted { .. } => panic!("the assistant spoke"),
        EventBody::ReplyInterrupted { partial, why, .. } => Some((partial.clone(), *why)),
        _ => None,
    })
    .await;
    assert_eq!(interrupted, ("one ".to_owned(), TicketEnd::ControlChanged));
}

#[tokio::test]
async fn of_fifty_claims_one_wins_and_all_others_learn_the_holder() {
    let house = House::new().await;
    let id = house.conversation().await;
    let claims: Vec<_> = (0..50)
        .map(|n| {
            let (handoff, caller) = (house.handoff.clone(), agent(&format!("a{n}")));
            async move {
                handoff
                    .dispatch(
                        id,
                        Request {
                            id: None,
                            caller,
                            command: TAKE_OVER,
                        },
                    )
                    .await
            }
        })
        .collect();
    let claims = futures::future::join_all(claims).await;
    let state = house.handoff.state(id).await.unwrap().unwrap();
    let winner = state.holder().unwrap();
    assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1);
    for claim in claims.into_iter().filter_map(Result::err) {
        let DispatchError::Rejected(Rejection::HeldBy { holder }) = claim else {
            panic!("{claim}")
        };
        assert_eq!(holder, *winner);
    }
}

#[tokio::test]
async fn a_returned_conversation_is_answered_at_once_with_all_that_was_said() {
    let mut house = House::new().await;
    let id = house.conversation().await;
    let anna = agent("anna");
    for (caller, command) in [
        (&anna, TAKE_OVER),
        (&Caller::Visitor, message("My order is late")),
        (
            &anna,
            Command::SendAgentMessage {
                text: "It leaves on Monday".into(),
            },
        ),
        (
            &anna,
            Command::AddNote {
                text: "canary-note".into(),
                for_assistant: false,
            },
        ),
        (
            &Caller::Visitor,
            message("Thanks! And where is my invoice?"),
        ),
        (
            &anna,
            Command::Return {
                instruction: Some("Offer free shipping".into()),
            },
        ),
    ] {
        house.send(id, caller, command).await.unwrap();
    }
    let turn = within(house.asked.recv()).await.unwrap();
    let said =
        |line: &handoff_core::assistant::Line| (line.speaker, line.name.clone(), line.text.clone());
    assert_eq!(
        turn.transcript.iter().map(said).collect::<Vec<_>>(),
        [
            (Speaker::Visitor, None, "My order is late".to_owned()),
            (
                Speaker::Agent,
                Some("anna".to_owned()),
                "It leaves on Monday".to_owned()
            ),
            (
                Speaker::Visitor,
                None,
                "Thanks! And where is my invoice?".to_owned()
            ),
        ]
    );
    assert_eq!(
        turn.briefing.instruction.as_deref(),
        Some("Offer free shipping")
    );
    assert!(!format!("{turn:?}").contains("canary-note"));
}

#[tokio::test]
async fn a_repeated_command_is_done_once_and_another_with_its_id_is_refused() {
    let house = House::new().await;
    let id = house.conversation().await;
    let send = |text: &str| {
        let command_id = Some(CommandId::new("c1").unwrap());
        house.handoff.dispatch(
            id,
            Request {
                id: command_id,
                caller: Caller::Visitor,
                command: message(text),
            },
        )
    };
    let first = send("hello").await.unwrap();
    house
        .send(id, &agent("anna"), Command::Resolve)
        .await
        .unwrap();
    let repeat = send("hello").await.unwrap();
    assert!(!first.repeated && repeat.repeated);
    assert_eq!(first.first, repeat.first);
    assert!(matches!(
        send("something else").await,
        Err(DispatchError::Rejected(Rejection::CommandIdReused))
    ));
}

#[tokio::test]
async fn nobody_comes_in_time_and_the_assistant_is_back_with_the_fallback() {
    let house = House::new().await;
    let mut service = Service::new(store(), "Store");
    service.policy.timing.takeover = Millis::from_secs(1);
    house.handoff.save_service(service, 1).await.unwrap();
    let id = house.conversation().await;
    let mut follow = house.handoff.follow(id, 0);
    house
        .send(id, &Caller::Visitor, Command::RequestPerson)
        .await
        .unwrap();
    until(&mut follow, |event| {
        matches!(event.body, EventBody::FallbackSent { .. }).then_some(())
    })
    .await;
    let state = house.handoff.state(id).await.unwrap().unwrap();
    assert_eq!(state.control, Control::Assistant);
    assert!(state.follow_up);
    within(house.handoff.shutdown()).await;
}

#[tokio::test]
async fn the_answer_names_the_message_also_where_something_else_comes_first() {
    let house = House::new().await;
    let id = house.conversation().await;
    let anna = agent("anna");
    house
        .send(id, &Caller::Visitor, message("hello"))
        .await
        .unwrap();
    house.send(id, &anna, Command::Resolve).await.unwrap();
    let reopened = house
        .send(id, &Caller::Visitor, message("one more thing"))
        .await
        .unwrap();
    let reply = Command::SendAgentMessage {
        text: "yes?".into(),
    };
    let taken = house.send(id, &anna, reply).await.unwrap();
    let events = house.handoff.store().events(id, 0, 100).await.unwrap();
    let said = |seq: u64| {
        let event = events.iter().find(|event| event.seq == seq).unwrap();
        event.body.said().map(str::to_owned)
    };
    assert_eq!(said(reopened.first).as_deref(), Some("one more thing"));
    assert_eq!(said(taken.first).as_deref(), Some("yes?"));
}

#[tokio::test]
async fn a_repeat_of_what_would_now_change_nothing_gets_the_first_answer() {
    let house = House::new().await;
    let id = house.conversation().await;
    let take = || {
        let command_id = Some(CommandId::new("t1").unwrap());
        let (caller, command) = (agent("anna"), TAKE_OVER);
        house.handoff.dispatch(
            id,
            Request {
                id: command_id,
                caller,
                command,
            },
        )
    };
    let first = take().await.unwrap();
    let note = Command::AddNote {
        text: "in between".into(),
        for_assistant: false,
    };
    house.send(id, &agent("anna"), note).await.unwrap();
    let repeat = take().await.unwrap();
    assert!(repeat.repeated);
    assert_eq!((repeat.first, repeat.version), (first.first, first.version));
}
