//! The guard around an assistant that asks for what is known: what visitors see while it is written, and what is stored.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "functions of tests"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::bus::Signal;
use handoff_core::conversation::{
    AgentRef, Caller, Command, EventBody, Page, Profile, Rejection, Reply, Role, Ticket,
};
use handoff_core::directory::Service;
use handoff_core::id::{AgentId, CommandId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::{DispatchError, Followed, Handoff, Request};

const FIRST: &str = "Thanks for waiting. What is your order number? I'll look it up.";

/// Says [`FIRST`] in small pieces, and at the second try what it was given; keeps what it was asked.
#[derive(Debug)]
struct Forgetful {
    second: Option<&'static str>,
    asked: Mutex<Vec<Turn>>,
}

#[async_trait]
impl Assistant for Forgetful {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        self.asked.lock().unwrap().push(turn.clone());
        let again = !turn.briefing.objections.is_empty();
        let text = match self.second {
            Some("") if again => return Err(AssistantError::Truncated),
            Some(text) if again => text,
            Some(_) => FIRST,
            None => return Ok(Answer::Elsewhere),
        };
        for piece in text.as_bytes().chunks(3) {
            sink.piece(std::str::from_utf8(piece).unwrap()).await?;
        }
        let text = text.to_owned();
        Ok(Answer::Reply(Reply {
            text,
            ..Reply::default()
        }))
    }
}

struct House {
    handoff: Handoff,
    assistant: Arc<Forgetful>,
    id: ConversationId,
}

fn anna() -> Caller {
    let agent = AgentRef {
        id: AgentId::new("anna").unwrap(),
        name: "Anna".into(),
    };
    Caller::Agent(agent, Role::Agent)
}

impl House {
    /// The visitor told an agent the order number, and the agent gave the floor back.
    async fn returned(second: Option<&'static str>) -> Self {
        let assistant = Arc::new(Forgetful {
            second,
            asked: Mutex::default(),
        });
        let (store, directory) = (
            Arc::new(MemoryStore::default()),
            Arc::new(MemoryDirectory::default()),
        );
        let handoff = Handoff::builder(store, directory)
            .assistant(assistant.clone())
            .start()
            .await
            .unwrap();
        let service = ServiceId::new("store").unwrap();
        handoff
            .save_service(Service::new(service.clone(), "Store"), 0)
            .await
            .unwrap();
        let visitor = VisitorId::new("v").unwrap();
        let (profile, page) = (Profile::default(), Page::default());
        let id = handoff
            .open(&service, &visitor, profile, page)
            .await
            .unwrap();
        let house = Self {
            handoff,
            assistant,
            id,
        };
        let text = |text: &str| text.to_owned();
        for (caller, command) in [
            (anna(), Command::TakeOver { typing: false }),
            (
                Caller::Visitor,
                Command::SendMessage {
                    text: text("My lamp is broken"),
                },
            ),
            (
                anna(),
                Command::SendAgentMessage {
                    text: text("What's your order number?"),
                },
            ),
            (
                Caller::Visitor,
                Command::SendMessage {
                    text: text("it's 4711"),
                },
            ),
        ] {
            house.does(None, caller, command).await.unwrap();
        }
        house
    }

    async fn does(
        &self,
        id: Option<&str>,
        caller: Caller,
        command: Command,
    ) -> Result<(), DispatchError> {
        let id = id.map(|id| CommandId::new(id).unwrap());
        let request = Request {
            id,
            caller,
            command,
        };
        self.handoff.dispatch(self.id, request).await.map(|_| ())
    }

    /// What is shown of the reply, each time that it changes, and what is stored.
    async fn reply(&self) -> (Vec<String>, String) {
        let version = self.handoff.state(self.id).await.unwrap().unwrap().version;
        let mut follow = self.handoff.follow(self.id, version);
        let give_back = Command::Return { instruction: None };
        self.does(None, anna(), give_back).await.unwrap();
        let (mut seen, mut shown) = (Vec::new(), String::new());
        let whole = async {
            loop {
                match follow.next().await.unwrap() {
                    Followed::Signal(signal) => {
                        if let Signal::Piece { offset, text, .. } = &*signal {
                            shown.truncate(usize::try_from(*offset).unwrap());
                            shown.push_str(text);
                            seen.push(shown.clone());
                        }
                    }
                    Followed::Events { events, .. } => {
                        for event in events.iter() {
                            if let EventBody::ReplyCommitted { reply, .. } = &event.body {
                                return reply.text.clone();
                            }
                        }
                    }
                    _ => {}
                }
            }
        };
        let stored = tokio::time::timeout(Duration::from_secs(10), whole)
            .await
            .expect("nothing was said");
        (seen, stored)
    }
}

#[tokio::test]
async fn it_is_asked_once_more_with_the_fact_and_what_it_says_then_is_said() {
    let house = House::returned(Some("I have looked up order 4711. It ships today.")).await;
    let (seen, stored) = house.reply().await;
    assert_eq!(stored, "I have looked up order 4711. It ships today.");
    assert!(
        seen.iter().all(|shown| !shown.contains("order number")),
        "{seen:?}"
    );
    let begun_anew = seen
        .iter()
        .position(String::is_empty)
        .expect("what was shown of the first try stays");
    assert!(
        seen[begun_anew..]
            .iter()
            .all(|shown| stored.starts_with(shown)),
        "{seen:?}"
    );
    let asked = house.assistant.asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].ticket, asked[1].ticket, "one turn, one ticket");
    assert!(
        asked[1].briefing.objections[0].contains("4711"),
        "{:?}",
        asked[1].briefing.objections
    );
}

#[tokio::test]
async fn where_it_insists_the_question_is_taken_out() {
    let house = House::returned(Some(FIRST)).await;
    let (seen, stored) = house.reply().await;
    assert_eq!(stored, "Thanks for waiting. I'll look it up.");
    assert!(
        seen.iter().all(|shown| stored.starts_with(shown)),
        "{seen:?}"
    );
}

#[tokio::test]
async fn where_the_second_try_fails_the_first_is_said_without_the_question() {
    let house = House::returned(Some("")).await;
    assert_eq!(
        house.reply().await.1,
        "Thanks for waiting. I'll look it up."
    );
}

#[tokio::test]
async fn a_reply_from_elsewhere_is_looked_at_too() {
    let house = House::returned(None).await;
    let give_back = Command::Return { instruction: None };
    house.does(None, anna(), give_back).await.unwrap();
    let service = ServiceId::new("store").unwrap();
    let turns = house
        .handoff
        .pending_turns(&service, Duration::from_secs(10))
        .await;
    let ticket: Ticket = turns[0].ticket;
    let version = house
        .handoff
        .state(house.id)
        .await
        .unwrap()
        .unwrap()
        .version;
    let mut follow = house.handoff.follow(house.id, version);
    let mut offset = 0;
    for piece in FIRST.as_bytes().chunks(5) {
        let text = std::str::from_utf8(piece).unwrap();
        house.handoff.piece(ticket, offset, text).unwrap();
        offset += text.len() as u64;
    }
    let commit = || Command::CommitReply {
        ticket,
        reply: Reply {
            text: FIRST.to_owned(),
            ..Reply::default()
        },
    };
    house
        .does(Some("r1"), Caller::Assistant, commit())
        .await
        .unwrap();
    let mut shown = String::new();
    let stored = loop {
        match follow.next().await.unwrap() {
            Followed::Signal(signal) => {
                if let Signal::Piece { text, .. } = &*signal {
                    shown.push_str(text);
                }
            }
            Followed::Events { events, .. } => {
                let said = events.iter().find_map(|event| match &event.body {
                    EventBody::ReplyCommitted { reply, .. } => Some(reply.text.clone()),
                    _ => None,
                });
                if let Some(said) = said {
                    break said;
                }
            }
            _ => {}
        }
    };
    assert_eq!(stored, "Thanks for waiting. I'll look it up.");
    assert!(stored.starts_with(&shown), "{shown:?}");
    // A repeat is told by what was sent, not by what was made of it.
    house
        .does(Some("r1"), Caller::Assistant, commit())
        .await
        .unwrap();
    let other = Command::CommitReply {
        ticket,
        reply: Reply {
            text: stored,
            ..Reply::default()
        },
    };
    let refused = house.does(Some("r1"), Caller::Assistant, other).await;
    assert!(matches!(
        refused,
        Err(DispatchError::Rejected(Rejection::CommandIdReused))
    ));
}
