//! What a widget asks for.

use handoff_core::bus::Signal;
use handoff_core::conversation::{Caller, Command, Mode, Profile, Rejection, Speaker};
use handoff_core::id::{CommandId, ConversationId};
use handoff_core::runtime::{DispatchError, Request};

use super::session::Session;
use super::thread::Thread;
use crate::failure::Failure;
use crate::visitor::{Place, say};
use crate::ws::end::End;
use crate::ws::protocol::{VisitorFrame, VisitorRequest};
use crate::ws::wire::{Duplex, Wire};

impl Session<'_> {
    /// Does what a frame asks for.
    pub(super) async fn request<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        text: &str,
    ) -> Result<(), End> {
        let request = serde_json::from_str(text).map_err(|error| {
            tracing::info!(service = %self.visitor.service, visitor = %self.visitor.id, %error, "a visitor's frame is no request");
            End::malformed(error)
        })?;
        match request {
            VisitorRequest::Hello { .. } => Err(End::malformed("hello was said already")),
            VisitorRequest::Ping => wire.send(&VisitorFrame::Pong),
            VisitorRequest::Typing { typing } => {
                self.types(typing);
                Ok(())
            }
            VisitorRequest::SetPage { page } => {
                self.place = Place::told(self.place.profile.clone(), page.clone());
                self.mention(Command::SetPage { page }).await;
                Ok(())
            }
            VisitorRequest::Send { id, text } => self.send(wire, id, &text).await,
            VisitorRequest::RequestPerson { id } => self.request_person(wire, id).await,
            VisitorRequest::RateMessage { id, message, up } => {
                self.run_command(wire, id, Command::RateMessage { message, up })
                    .await
            }
            VisitorRequest::RateConversation { id, stars, comment } => {
                self.run_command(wire, id, Command::RateConversation { stars, comment })
                    .await
            }
            VisitorRequest::Identify { id, name, email } => {
                self.identify(wire, id, name, email).await
            }
        }
    }

    fn paced(&self) -> Result<(), Failure> {
        let key = (self.visitor.service.clone(), self.visitor.id.clone());
        self.transport
            .inner
            .visitor_pace
            .pass(&key)
            .map_err(Failure::too_many)
    }

    async fn send<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        id: CommandId,
        text: &str,
    ) -> Result<(), End> {
        if let Err(failure) = self.paced() {
            return refuse(wire, id, failure);
        }
        let known = self.thread.as_ref().map(|thread| thread.conversation);
        match say(self.handoff(), &self.visitor, known, &self.place, &id, text).await {
            Ok(said) => {
                if known != Some(said.conversation) {
                    self.go_on_in(wire, said.conversation).await?;
                }
                wire.send(&VisitorFrame::Done { id, seq: said.seq })
            }
            Err(error) => refuse(wire, id, error.into()),
        }
    }

    /// Asking for a person may be the first thing that a visitor does.
    async fn request_person<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        id: CommandId,
    ) -> Result<(), End> {
        if self.mode() != Mode::AssistantOnly
            && self.thread.as_ref().is_none_or(|thread| thread.closed)
        {
            let profile = self.visitor.profile(self.place.profile.clone());
            let (service, visitor) = (&self.visitor.service, &self.visitor.id);
            match self
                .handoff()
                .open(service, visitor, profile, self.place.page.clone())
                .await
            {
                Ok(conversation) => self.go_on_in(wire, conversation).await?,
                Err(error) => return refuse(wire, id, error.into()),
            }
        }
        self.run_command(wire, id, Command::RequestPerson).await
    }

    /// The visitor's conversation is another one from here on.
    pub(super) async fn go_on_in<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        conversation: ConversationId,
    ) -> Result<(), End> {
        if self
            .thread
            .as_ref()
            .is_some_and(|thread| thread.conversation == conversation)
        {
            return Ok(());
        }
        let state = self
            .handoff()
            .state(conversation)
            .await
            .map_err(|_| End::restarting())?;
        let Some(state) = state.filter(|state| self.visitor.owns(state)) else {
            return Ok(());
        };
        wire.send(&VisitorFrame::Opened { conversation })?;
        self.thread = Some(Thread::begin(self.handoff(), &state, 0));
        Ok(())
    }

    async fn dispatch(
        &self,
        id: Option<CommandId>,
        command: Command,
    ) -> Result<u64, DispatchError> {
        let conversation = self.thread.as_ref().map(|thread| thread.conversation);
        let conversation = conversation.ok_or(Rejection::NoSuchConversation)?;
        let request = Request {
            id,
            caller: Caller::Visitor,
            command,
        };
        Ok(self
            .handoff()
            .dispatch(conversation, request)
            .await?
            .version)
    }

    async fn run_command<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        id: CommandId,
        command: Command,
    ) -> Result<(), End> {
        if let Err(failure) = self.paced() {
            return refuse(wire, id, failure);
        }
        match self.dispatch(Some(id.clone()), command).await {
            Ok(version) => wire.send(&VisitorFrame::Done { id, seq: version }),
            Err(error) => refuse(wire, id, error.into()),
        }
    }

    async fn identify<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        id: CommandId,
        name: Option<String>,
        email: Option<String>,
    ) -> Result<(), End> {
        let known = match &self.thread {
            Some(thread) => self
                .handoff()
                .state(thread.conversation)
                .await
                .map_err(|_| End::restarting())?,
            None => None,
        };
        let known = known.map_or_else(
            || self.place.profile.clone(),
            |state| Profile::clone(&state.profile),
        );
        let told = Profile {
            name: name.or(known.name),
            email: email.or(known.email),
            ..known
        };
        if self.thread.is_none() {
            self.place = Place::told(told, self.place.page.clone());
            return wire.send(&VisitorFrame::Done { id, seq: 0 });
        }
        let profile = self.visitor.profile(told);
        self.run_command(wire, id, Command::Identify { profile })
            .await
    }

    /// Tells the team something that is not worth an answer.
    async fn mention(&self, command: Command) {
        if self.thread.is_none() || self.paced().is_err() {
            return;
        }
        if let Err(error) = self.dispatch(None, command).await {
            tracing::debug!(%error, "not told");
        }
    }

    fn types(&mut self, typing: bool) {
        let Some(thread) = &self.thread else { return };
        if self.typing.pass(typing) {
            let (conversation, who) = (thread.conversation, Speaker::Visitor);
            self.transport.handoff().signal(Signal::Typing {
                conversation,
                who,
                agent: None,
                typing,
            });
        }
    }
}

fn refuse<S: Duplex>(wire: &mut Wire<S>, id: CommandId, failure: Failure) -> Result<(), End> {
    wire.send(&VisitorFrame::Refused {
        id: Some(id),
        problem: failure.into_problem(),
    })
}
