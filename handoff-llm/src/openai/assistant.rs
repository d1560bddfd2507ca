//! [`OpenAi`].

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::id::ServiceId;

use super::endpoint::Endpoint;
use super::failure::{Failure, Stop};
use super::options::{InvalidOpenAi, OpenAiOptions};
use super::talk::Talk;
use crate::knowledge::Knowledge;

/// Writes replies with a model behind any server that speaks OpenAI's chat protocol.
///
/// A reply is whole only if the stream had both its ends, the model's reason to stop and the end marker; everything else
/// is a failure, and what was shown of it is withdrawn. Dropping the future closes the connection, so that a takeover
/// ends the generation also at the provider. It keeps nothing of a conversation.
///
/// With help pages it is told the passages that fit; what it cites of them becomes the reply's sources, and where no page
/// answers the reply counts as a non-answer.
#[derive(Debug)]
pub struct OpenAi {
    default: Endpoint,
    services: HashMap<ServiceId, Endpoint>,
    knowledge: Option<Arc<Knowledge>>,
}

impl OpenAi {
    /// An assistant that asks this server.
    ///
    /// # Errors
    /// [`InvalidOpenAi`] names the first setting that can't work.
    pub fn new(options: OpenAiOptions) -> Result<Self, InvalidOpenAi> {
        Ok(Self {
            default: Endpoint::new(options)?,
            services: HashMap::new(),
            knowledge: None,
        })
    }

    /// Lets it answer from help pages.
    #[must_use]
    pub fn knowledge(mut self, knowledge: Arc<Knowledge>) -> Self {
        self.knowledge = Some(knowledge);
        self
    }

    /// Asks another server, or with another key or model, for one service.
    ///
    /// # Errors
    /// As for [`OpenAi::new`].
    pub fn for_service(
        mut self,
        service: ServiceId,
        options: OpenAiOptions,
    ) -> Result<Self, InvalidOpenAi> {
        self.services.insert(service, Endpoint::new(options)?);
        Ok(self)
    }
}

#[async_trait]
impl Assistant for OpenAi {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        let endpoint = self.services.get(&turn.service).unwrap_or(&self.default);
        let answer = Talk::new(endpoint, self.knowledge.as_deref(), turn, sink).answer();
        let within = tokio::time::timeout(endpoint.options.total, answer).await;
        Ok(within.unwrap_or(Err(Stop::Failed(Failure::Total)))?)
    }
}
