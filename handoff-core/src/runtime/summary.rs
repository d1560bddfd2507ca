//! What an agent is told on taking over.

use super::handoff::Handoff;
use crate::conversation::{Summary, summary, transcript};
use crate::error::StoreError;
use crate::id::ConversationId;
use crate::time::Millis;

/// So many of the last events are summed up.
const MAX_EVENTS: usize = 400;
/// So long is waited for the assistant's words.
const PATIENCE: Millis = Millis::from_secs(5);
/// Longer words of the assistant are left out, in bytes.
const MAX_WORDS: usize = 4_000;

impl Handoff {
    /// What an agent is told on taking over: by rules, and in the assistant's words where it writes any in time.
    ///
    /// # Errors
    /// [`StoreError`] where the conversation can't be read.
    pub async fn summary(&self, id: ConversationId) -> Result<Option<Summary>, StoreError> {
        let Some(state) = self.load(id, false).await? else {
            return Ok(None);
        };
        let events = self
            .store()
            .events_before(id, state.version, MAX_EVENTS)
            .await?;
        let mut told = summary(&state, &events);
        if let Some(assistant) = &self.inner.assistant {
            let lines = transcript(&events);
            let late = self.inner.clock.sleep_until(self.now().after(PATIENCE));
            tokio::select! {
                text = assistant.summarise(&told, &lines) => told.text = text.filter(|text| text.len() <= MAX_WORDS),
                () = late => {}
            }
        }
        Ok(Some(told))
    }
}
