//! An assistant that says what a test wants, when it wants.

use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::conversation::Reply;
use tokio::sync::Semaphore;

/// Answers "You said: …" word by word. A message with "slowly" in it is answered a word at a time, as the test lets it;
/// one with "elsewhere" is left to a bot.
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    pub(crate) words: Arc<Semaphore>,
}

impl Default for Scripted {
    fn default() -> Self {
        Self {
            words: Arc::new(Semaphore::new(0)),
        }
    }
}

#[async_trait]
impl Assistant for Scripted {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        let asked = turn
            .transcript
            .last()
            .map(|line| line.text.clone())
            .unwrap_or_default();
        if asked.contains("elsewhere") {
            return Ok(Answer::Elsewhere);
        }
        let text = format!("You said: {asked}");
        for word in text.split_inclusive(' ') {
            if asked.contains("slowly") {
                self.words.acquire().await.unwrap().forget();
            }
            sink.piece(word).await?;
        }
        Ok(Answer::Reply(Reply {
            text,
            ..Reply::default()
        }))
    }
}
