//! What a dashboard asks for.

use futures::StreamExt;
use futures::future::BoxFuture;
use handoff_core::bus::Signal;
use handoff_core::conversation::{Command, Role, Speaker};
use handoff_core::id::{CommandId, ConversationId};
use handoff_core::runtime::Request;

use super::session::Session;
use super::watch::Watch;
use crate::failure::Failure;
use crate::team;
use crate::transport::Transport;
use crate::ws::end::End;
use crate::ws::protocol::{Me, TeamFrame, TeamRequest};
use crate::ws::wire::{Duplex, Wire};

/// A dashboard may have so many conversations open.
const MAX_WATCHED: usize = 20;
/// So many commands of a dashboard are done side by side.
const MAX_DOING: usize = 64;

/// A command that is being done.
pub(super) type Doing<'t> = BoxFuture<'t, Done>;

/// What became of a command.
#[derive(Debug)]
pub(super) struct Done {
    id: CommandId,
    conversation: ConversationId,
    result: Result<u64, Failure>,
}

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
            } => self.begin(wire, id, conversation, command).await,
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

    /// Begins a command. Those of different conversations are done side by side, those of one in their order.
    async fn begin<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        id: CommandId,
        conversation: ConversationId,
        command: Command,
    ) -> Result<(), End> {
        while self.busy.contains(&conversation) || self.doing.len() >= MAX_DOING {
            match self.doing.next().await {
                Some(done) => self.answer(wire, done)?,
                None => self.busy.clear(),
            }
        }
        self.busy.insert(conversation);
        let (transport, me) = (self.transport, self.me.clone());
        self.doing.push(Box::pin(async move {
            let result = run_command(transport, &me, id.clone(), conversation, command).await;
            Done {
                id,
                conversation,
                result,
            }
        }));
        Ok(())
    }

    /// Tells what became of a command.
    pub(super) fn answer<S: Duplex>(&mut self, wire: &mut Wire<S>, done: Done) -> Result<(), End> {
        let Done {
            id,
            conversation,
            result,
        } = done;
        self.busy.remove(&conversation);
        match result {
            Ok(version) => wire.send(&TeamFrame::Done { id, version }),
            Err(failure) => refuse(wire, Some(id), failure),
        }
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

async fn run_command(
    transport: &Transport,
    me: &Me,
    id: CommandId,
    conversation: ConversationId,
    command: Command,
) -> Result<u64, Failure> {
    let state = transport.conversation_for(me, conversation).await?;
    let command = team::prepare(transport, &state, command).await?;
    let request = Request {
        id: Some(id),
        caller: me.caller(),
        command,
    };
    let outcome = transport.handoff().dispatch(conversation, request).await?;
    Ok(outcome.version)
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
