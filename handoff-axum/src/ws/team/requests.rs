//! What a dashboard asks for.

use handoff_core::bus::Signal;
use handoff_core::conversation::{Command, Role, Speaker};
use handoff_core::id::{CommandId, ConversationId};
use handoff_core::runtime::Request;

use super::session::Session;
use super::watch::Watch;
use crate::failure::Failure;
use crate::team;
use crate::ws::end::End;
use crate::ws::protocol::{TeamFrame, TeamRequest};
use crate::ws::wire::{Duplex, Wire};

/// A dashboard may have so many conversations open.
const MAX_WATCHED: usize = 20;

impl Session<'_> {
    /// Does what a frame asks for.
    pub(super) async fn request<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        text: &str,
    ) -> Result<(), End> {
        let request = serde_json::from_str(text).map_err(End::malformed)?;
        if !matches!(request, TeamRequest::Ping) {
            self.check_if_changed().await?;
        }
        match request {
            TeamRequest::Hello { .. } => Err(End::malformed("hello was said already")),
            TeamRequest::Ping => wire.send(&TeamFrame::Pong),
            TeamRequest::Watch {
                conversation,
                after,
            } => match self.watch(conversation, after).await {
                Ok(()) => Ok(()),
                Err(failure) => refuse(wire, None, failure),
            },
            TeamRequest::Unwatch { conversation } => {
                self.updates.remove(&conversation);
                self.watches.remove(&conversation);
                Ok(())
            }
            TeamRequest::Do {
                id,
                conversation,
                command,
            } => match self.run_command(id.clone(), conversation, command).await {
                Ok(version) => wire.send(&TeamFrame::Done { id, version }),
                Err(failure) => refuse(wire, Some(id), failure),
            },
            TeamRequest::Typing {
                conversation,
                typing,
            } => {
                self.types(conversation, typing);
                Ok(())
            }
        }
    }

    async fn watch(&mut self, conversation: ConversationId, after: u64) -> Result<(), Failure> {
        let state = self
            .transport
            .conversation_for(&self.me, conversation)
            .await?;
        if self.watches.len() >= MAX_WATCHED && !self.watches.contains_key(&conversation) {
            let title = format!(
                "At most {MAX_WATCHED} conversations can be open at once. Close one first."
            );
            return Err(Failure::new(
                axum::http::StatusCode::TOO_MANY_REQUESTS,
                "too_many",
                title,
            ));
        }
        // One that is open already begins anew after this version.
        self.updates.remove(&conversation);
        self.watches.remove(&conversation);
        let (watch, updates) = Watch::begin(self.handoff(), &self.me.agent, &state, after);
        self.updates.insert(conversation, updates);
        self.watches.insert(conversation, watch);
        Ok(())
    }

    async fn run_command(
        &mut self,
        id: CommandId,
        conversation: ConversationId,
        command: Command,
    ) -> Result<u64, Failure> {
        let state = self
            .transport
            .conversation_for(&self.me, conversation)
            .await?;
        let command = team::prepare(self.transport, &state, command).await?;
        let request = Request {
            id: Some(id),
            caller: self.me.caller(),
            command,
        };
        Ok(self
            .handoff()
            .dispatch(conversation, request)
            .await?
            .version)
    }

    /// Only in a conversation that is open here, so that nothing goes to services that one does not see.
    fn types(&mut self, conversation: ConversationId, typing: bool) {
        let may = self.me.role >= Role::Agent && self.watches.contains_key(&conversation);
        if may && self.typing.pass(typing) {
            let (who, agent) = (Speaker::Agent, Some(self.me.agent.clone()));
            self.handoff().signal(Signal::Typing {
                conversation,
                who,
                agent,
                typing,
            });
        }
    }
}

fn refuse<S: Duplex>(
    wire: &mut Wire<S>,
    id: Option<CommandId>,
    failure: Failure,
) -> Result<(), End> {
    wire.send(&TeamFrame::Refused {
        id,
        problem: failure.into_problem(),
    })
}
