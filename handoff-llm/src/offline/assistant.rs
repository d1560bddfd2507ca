//! [`Offline`].

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::attention::HelpRequest;

use super::answer::{Composed, Desk};
use super::options::OfflineOptions;
use super::streaming;
use crate::knowledge::Knowledge;

/// Answers from help pages, without a network and without a key.
///
/// It finds the section that a question is about, gives the words of it that answer, and cites the page. Where no page
/// answers it says so rather than guess, and such a reply is marked as a non-answer. After an agent gave the floor back
/// it also answers from what the agent told the visitor, and passes on what the agent asked it to.
///
/// The same turn always gets the same reply. It keeps nothing of a conversation.
#[derive(Debug)]
pub struct Offline {
    knowledge: RwLock<Arc<Knowledge>>,
    options: OfflineOptions,
    help: HelpRequest,
}

impl Offline {
    /// An assistant that knows these pages.
    pub fn new(knowledge: Knowledge, options: OfflineOptions) -> Self {
        Self {
            knowledge: RwLock::new(Arc::new(knowledge)),
            options,
            help: HelpRequest::new(),
        }
    }

    /// The pages that it answers from now.
    pub fn knowledge(&self) -> Arc<Knowledge> {
        // The lock guards one pointer: a panic elsewhere can't have left it half written.
        Arc::clone(
            &self
                .knowledge
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Puts other pages in the place of the ones it answers from. Replies that are being written end with the old ones.
    pub fn replace_knowledge(&self, knowledge: Knowledge) {
        *self
            .knowledge
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(knowledge);
    }
}

#[async_trait]
impl Assistant for Offline {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        let knowledge = self.knowledge();
        match Desk::new(turn, &knowledge, &self.options, &self.help).compose() {
            Composed::AskForPerson(why) => Ok(Answer::AskForPerson(why)),
            Composed::Say(reply) => {
                streaming::show(&reply.text, self.options.pace, sink).await?;
                Ok(Answer::Reply(reply))
            }
        }
    }
}
