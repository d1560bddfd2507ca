//! [`Voice`]: what a turn says and spends, on its way to the sink.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use handoff_core::assistant::{Act, FloorLost, ReplySink, ToolError};
use handoff_core::customer::CustomerSection;

use super::citations::Citations;

/// Takes citations out of what is shown, and remembers the rest: that is the reply.
pub(super) struct Voice<'a> {
    sink: &'a dyn ReplySink,
    spent: AtomicU64,
    words: Mutex<Words>,
}

#[derive(Debug, Default)]
struct Words {
    said: String,
    citations: Citations,
    /// How many passages can be cited.
    passages: usize,
}

impl<'a> Voice<'a> {
    pub(super) fn new(sink: &'a dyn ReplySink) -> Self {
        Self {
            sink,
            spent: AtomicU64::new(0),
            words: Mutex::default(),
        }
    }

    fn words(&self) -> MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on so many passages can be cited.
    pub(super) fn may_cite(&self, passages: usize) {
        self.words().passages = passages;
    }

    /// What this turn spent so far, in tokens.
    pub(super) fn tokens(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    pub(super) fn has_spoken(&self) -> bool {
        !self.words().said.is_empty()
    }

    /// Says what is held back; returns all that was said, and the passages that it cites.
    pub(super) async fn finish(&self) -> Result<(String, Vec<usize>), FloorLost> {
        let rest = self.words().citations.rest();
        self.say(rest).await?;
        let words = self.words();
        Ok((words.said.clone(), words.citations.cited().to_vec()))
    }

    async fn say(&self, text: String) -> Result<(), FloorLost> {
        if text.is_empty() {
            return Ok(());
        }
        self.words().said.push_str(&text);
        self.sink.piece(&text).await
    }
}

#[async_trait]
impl ReplySink for Voice<'_> {
    async fn piece(&self, text: &str) -> Result<(), FloorLost> {
        let text = {
            let mut words = self.words();
            let passages = words.passages;
            words.citations.read(text, passages)
        };
        self.say(text).await
    }

    fn spent(&self, tokens: u64) {
        self.spent.fetch_add(tokens, Ordering::Relaxed);
        self.sink.spent(tokens);
    }

    async fn act(&self, act: Act) -> Result<(), ToolError> {
        self.sink.act(act).await
    }

    async fn customer(&self) -> Result<Vec<CustomerSection>, ToolError> {
        self.sink.customer().await
    }
}
