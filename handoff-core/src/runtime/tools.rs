//! What assistants do beside answering, each by the ticket of its turn.

use std::sync::Arc;
use std::time::Duration;

use super::dispatch::{DispatchError, Request};
use super::handoff::Handoff;
use crate::assistant::{Act, FloorLost, ToolError};
use crate::conversation::{Caller, Command, Conversation, Rejection, Ticket, Tool};
use crate::customer::{Customer, CustomerSection};

/// The host has so long to say what it knows of a customer.
const LOOK_UP: Duration = Duration::from_secs(5);

impl Handoff {
    pub(super) async fn act(&self, ticket: Ticket, act: Act) -> Result<(), ToolError> {
        let command = match act {
            Act::SaveFact { name, value } => Command::LearnFact {
                ticket,
                name,
                value,
            },
            Act::ScoreLead(score) => Command::SetScore { ticket, score },
        };
        let request = Request {
            id: None,
            caller: Caller::Assistant,
            command,
        };
        match self.dispatch(ticket.conversation, request).await {
            Ok(_) => Ok(()),
            Err(DispatchError::Rejected(Rejection::FloorLost { .. })) => Err(FloorLost.into()),
            Err(DispatchError::Rejected(rejection)) => {
                Err(ToolError::Refused(rejection.to_string()))
            }
            Err(error) => {
                tracing::warn!(conversation = %ticket.conversation, %error, "a tool could not be used");
                Err(ToolError::Unavailable)
            }
        }
    }

    pub(super) async fn customer(&self, ticket: Ticket) -> Result<Vec<CustomerSection>, ToolError> {
        let state = self.permitted(ticket).await?;
        let service = self.service(&state.service).await;
        let service = service.map_err(|_| ToolError::Unavailable)?;
        let allows = service
            .is_some_and(|service| service.value.policy.assistant.allows(Tool::LookUpCustomer));
        let Some(customers) = self.inner.customers.clone().filter(|_| allows) else {
            return Err(ToolError::Refused(
                "customers are not looked up here".into(),
            ));
        };
        if !state.profile.verified {
            let words = "nobody vouches for who this visitor is: nothing may be looked up";
            return Err(ToolError::Refused(words.into()));
        }
        let customer = Customer {
            service: state.service.clone(),
            visitor: state.visitor.clone(),
            profile: state.profile.as_ref().clone(),
        };
        let found = tokio::time::timeout(LOOK_UP, customers.look_up(&customer)).await;
        self.permitted(ticket).await?;
        if let Ok(Ok(sections)) = found {
            return Ok(sections);
        }
        tracing::warn!(service = %customer.service, "a customer could not be looked up");
        Err(ToolError::Unavailable)
    }

    /// The conversation as it is stored, if the ticket still holds there.
    async fn permitted(&self, ticket: Ticket) -> Result<Arc<Conversation>, ToolError> {
        let state = self.load(ticket.conversation, true).await;
        let state = state.map_err(|_| ToolError::Unavailable)?;
        state
            .filter(|state| state.ticket() == Some(ticket))
            .ok_or_else(|| FloorLost.into())
    }
}
