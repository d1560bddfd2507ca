//! Agents who take over, answer and let go at random.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use handoff_axum::ws::protocol::{PROTOCOL, TeamFrame, TeamRequest};
use handoff_core::conversation::Command;
use handoff_core::id::{CommandId, ConversationId};
use tokio::sync::watch;

use super::observer::Observer;

use crate::client::{Access, Socket};

const PATIENCE: Duration = Duration::from_mins(1);

/// How often each command was done or refused, by its kind and the refusal's code.
pub(super) type Deeds = BTreeMap<String, u64>;

/// One agent, until `done` says that the visitors are through.
pub(super) async fn work(
    access: &Access,
    cookie: &str,
    observer: &Observer,
    mut random: fastrand::Rng,
    mut done: watch::Receiver<bool>,
) -> Result<Deeds> {
    let headers = [("cookie", cookie), ("origin", access.origin())];
    let mut socket = Socket::connect(&access.socket_url("team/socket"), &headers).await?;
    socket
        .send(&TeamRequest::Hello { protocol: PROTOCOL })
        .await?;
    let mut agent = Agent {
        socket,
        deeds: Deeds::new(),
        commands: 0,
    };
    while !*done.borrow_and_update() {
        if let Some(conversation) = observer.pick(&mut random) {
            agent.handle(conversation, &mut random).await?;
        }
        let pause = Duration::from_millis(random.u64(1..30));
        let _over = tokio::time::timeout(pause, done.changed()).await;
    }
    Ok(agent.deeds)
}

struct Agent {
    socket: Socket,
    deeds: Deeds,
    commands: u64,
}

impl Agent {
    async fn handle(
        &mut self,
        conversation: ConversationId,
        random: &mut fastrand::Rng,
    ) -> Result<()> {
        let taken = self
            .run(
                conversation,
                Command::TakeOver {
                    typing: random.bool(),
                },
            )
            .await?;
        if !taken {
            let command = if random.bool() {
                Command::RequestControl
            } else {
                note()
            };
            self.run(conversation, command).await?;
            return Ok(());
        }
        for number in 0..random.usize(0..3) {
            let text = format!("Let me look into that for you. ({number})");
            self.run(conversation, Command::SendAgentMessage { text })
                .await?;
        }
        let end = match random.usize(0..4) {
            0 => Command::Release,
            1 => Command::Resolve,
            _ => Command::Return {
                instruction: Some("Be brief.".into()),
            },
        };
        self.run(conversation, end).await?;
        Ok(())
    }

    /// Says whether it was done.
    async fn run(&mut self, conversation: ConversationId, command: Command) -> Result<bool> {
        self.commands += 1;
        let (id, kind) = (
            CommandId::new(format!("replay-{}-{}", std::process::id(), self.commands))?,
            command.kind(),
        );
        self.socket
            .send(&TeamRequest::Do {
                id: id.clone(),
                conversation,
                command,
            })
            .await?;
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next())
                .await
                .context("no answer came")??
            {
                TeamFrame::Done { id: done, .. } if done == id => {
                    *self.deeds.entry(kind.to_owned()).or_default() += 1;
                    return Ok(true);
                }
                TeamFrame::Refused {
                    id: Some(refused),
                    problem,
                } if refused == id => {
                    *self
                        .deeds
                        .entry(format!("{kind} refused: {}", problem.kind))
                        .or_default() += 1;
                    return Ok(false);
                }
                _ => {}
            }
        }
    }
}

fn note() -> Command {
    Command::AddNote {
        text: "Looked in, somebody is on it.".into(),
        for_assistant: false,
    }
}
