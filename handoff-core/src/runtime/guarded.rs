//! The guard at work: around the assistant as it writes, and before every commit of a reply.

use std::sync::{Arc, PoisonError};

use super::handoff::Handoff;
use super::pieces::Pieces;
use super::replies::Replies;
use crate::assistant::{Answer, Assistant, AssistantError, Turn};
use crate::conversation::{Guard, Reply, Ticket};
use crate::error::StoreError;

/// Asks the assistant, and once more where the guard objects to what it says, with the reasons. What the guard objects to
/// in the second try is taken out before the commit.
///
/// # Errors
/// Those of the assistant's first try, and the loss of the floor.
pub(super) async fn reply(
    assistant: &dyn Assistant,
    turn: &Turn,
    guard: Arc<Guard>,
    sink: &Pieces,
) -> Result<Answer, AssistantError> {
    sink.set_guard(Arc::clone(&guard), false);
    let first = match assistant.reply(turn, sink).await? {
        Answer::Reply(reply) => reply,
        other => return Ok(other),
    };
    let objections = guard.judge(&first.text).objections;
    if objections.is_empty() {
        return Ok(Answer::Reply(first));
    }
    tracing::info!(conversation = %turn.ticket.conversation, turn = turn.ticket.turn, objections = objections.len(), "asked once more");
    sink.restart();
    let mut again = turn.clone();
    let reminders = objections.iter().map(|objection| objection.reminder(turn));
    again.briefing.objections = reminders.collect();
    match assistant.reply(&again, sink).await {
        Ok(answer) => Ok(answer),
        Err(error @ AssistantError::FloorLost(_)) => Err(error),
        // What the first try says beside it is better than nothing.
        Err(error) => {
            tracing::warn!(conversation = %turn.ticket.conversation, %error, "the second try failed");
            Ok(Answer::Reply(first))
        }
    }
}

impl Replies {
    fn guard_of(&self, ticket: Ticket) -> Option<Arc<Guard>> {
        let running = self.lock();
        let running = running
            .get(&ticket.conversation)
            .filter(|running| running.ticket == ticket)?;
        let written = running
            .written
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        written.guard()
    }
}

impl Handoff {
    /// The reply as it may be said. Whoever wrote it, and on whatever node.
    pub(super) async fn guarded(
        &self,
        ticket: Ticket,
        mut reply: Reply,
    ) -> Result<Reply, StoreError> {
        let guard = match self.inner.replies.guard_of(ticket) {
            _ if !self.inner.guards => None,
            Some(guard) => Some(guard),
            None => self
                .turn(ticket, true)
                .await?
                .map(|turn| Arc::new(Guard::of(&turn))),
        };
        if let Some(guard) = guard {
            let verdict = guard.judge(&reply.text);
            if !verdict.objections.is_empty() {
                tracing::info!(conversation = %ticket.conversation, turn = ticket.turn, "words were taken out of a reply");
            }
            reply.text = verdict.text;
        }
        Ok(reply)
    }
}
