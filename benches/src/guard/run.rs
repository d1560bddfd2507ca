//! Holds the conversations.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::conversation::{
    AgentRef, Caller, Command, EventBody, Page, Profile, Reply, Role,
};
use handoff_core::directory::Service;
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::{Followed, Handoff, Request};
use handoff_llm::{Knowledge, Offline, OfflineOptions};

use super::case::{CASES, Case, cases};
use super::report::{Count, Report};

/// A reply must come within this time.
const PATIENCE: Duration = Duration::from_secs(30);
/// At most so many examples of each count are shown.
const EXAMPLES: usize = 20;

/// A model that asks its question whatever it is told, also when it is asked once more.
#[derive(Debug)]
struct Stubborn(String);

#[async_trait]
impl Assistant for Stubborn {
    async fn reply(&self, _: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        let text = format!("Thanks for your patience. {} Then I can go on.", self.0);
        for piece in text.split_inclusive(' ') {
            sink.piece(piece).await?;
        }
        Ok(Answer::Reply(Reply {
            text,
            ..Reply::default()
        }))
    }
}

/// Holds every conversation with each assistant, with and without the guard.
///
/// # Errors
/// Where a conversation can't be held.
pub async fn measure() -> Result<Report> {
    let mut counts = Vec::new();
    for guard in [false, true] {
        counts.push(
            count("model that insists", guard, |case| {
                Ok(Arc::new(Stubborn(case.question.clone())))
            })
            .await?,
        );
    }
    let pages = [(
        "lamps",
        "# Lamps\n\n## How do I clean a lamp?\n\nWith a dry cloth.",
    )];
    let knowledge = Knowledge::from_pages(pages, None)?;
    let options = OfflineOptions::default().pace(Duration::ZERO);
    let offline: Arc<dyn Assistant> = Arc::new(Offline::new(knowledge, options));
    for guard in [false, true] {
        counts.push(count("offline assistant", guard, |_| Ok(Arc::clone(&offline))).await?);
    }
    Ok(Report {
        conversations: CASES,
        counts,
    })
}

async fn count(
    assistant: &'static str,
    guard: bool,
    make: impl Fn(&Case) -> Result<Arc<dyn Assistant>>,
) -> Result<Count> {
    let mut again = Vec::new();
    for case in cases() {
        let reply = hold(&case, make(&case)?, guard).await?;
        let asks = reply.contains(&case.question);
        let asks_else = reply
            .split_inclusive(['?', '.'])
            .any(|sentence| sentence.ends_with('?') && sentence.contains(case.thing));
        if asks || asks_else {
            again.push(format!("{} / {} → {reply}", case.agent, case.visitor));
        }
    }
    Ok(Count {
        assistant,
        guard,
        asked_again: again.len(),
        examples: again.into_iter().take(EXAMPLES).collect(),
    })
}

/// Holds one conversation; returns what the assistant says after the return.
async fn hold(case: &Case, assistant: Arc<dyn Assistant>, guard: bool) -> Result<String> {
    let (store, directory) = (
        Arc::new(MemoryStore::default()),
        Arc::new(MemoryDirectory::default()),
    );
    let builder = Handoff::builder(store, directory).assistant(assistant);
    let handoff = builder.guard(guard).start().await?;
    let service = ServiceId::new("shop")?;
    handoff
        .save_service(Service::new(service.clone(), "Shop"), 0)
        .await?;
    let visitor = VisitorId::new("v")?;
    let id = handoff
        .open(&service, &visitor, Profile::default(), Page::default())
        .await?;
    let anna = AgentRef {
        id: AgentId::new("anna")?,
        name: "Anna".into(),
    };
    let anna = Caller::Agent(anna, Role::Agent);
    let says = |text: &str| Command::SendMessage {
        text: text.to_owned(),
    };
    for (caller, command) in [
        (&anna, Command::TakeOver { typing: false }),
        (
            &anna,
            Command::SendAgentMessage {
                text: case.agent.clone(),
            },
        ),
        (&Caller::Visitor, says(&case.visitor)),
        (
            &anna,
            Command::SendAgentMessage {
                text: "Thank you!".to_owned(),
            },
        ),
        (&Caller::Visitor, says("So what happens next?")),
    ] {
        does(&handoff, id, caller.clone(), command).await?;
    }
    let version = handoff.state(id).await?.context("it is gone")?.version;
    let mut follow = handoff.follow(id, version);
    let instruction = Some(format!("Ask them for their {}.", case.thing));
    does(&handoff, id, anna, Command::Return { instruction }).await?;
    let reply = async {
        loop {
            if let Followed::Events { events, .. } = follow.next().await? {
                let said = events.iter().find_map(|event| match &event.body {
                    EventBody::ReplyCommitted { reply, .. } => Some(reply.text.clone()),
                    _ => None,
                });
                if let Some(said) = said {
                    return anyhow::Ok(said);
                }
            }
        }
    };
    let said = tokio::time::timeout(PATIENCE, reply)
        .await
        .context("no reply came")??;
    handoff.shutdown().await;
    Ok(said)
}

async fn does(
    handoff: &Handoff,
    id: ConversationId,
    caller: Caller,
    command: Command,
) -> Result<()> {
    let request = Request {
        id: None,
        caller,
        command,
    };
    handoff.dispatch(id, request).await?;
    Ok(())
}
