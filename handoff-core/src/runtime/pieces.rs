//! The pieces of one reply, as it is written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::handoff::Handoff;
use crate::assistant::{Act, FloorLost, ReplySink, ToolError};
use crate::bus::Signal;
use crate::conversation::{MAX_REPLY_BYTES, Ticket};
use crate::customer::CustomerSection;

/// What was written of a reply so far.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    /// Its length in UTF-16 code units, as clients count.
    pub(super) units: u64,
}

impl Written {
    /// Adds a piece; returns where it begins. `None`: the reply is too long.
    pub(super) fn add(&mut self, piece: &str) -> Option<u64> {
        if self.text.len() + piece.len() > MAX_REPLY_BYTES {
            return None;
        }
        let offset = self.units;
        self.text.push_str(piece);
        self.units += piece.encode_utf16().count() as u64;
        Some(offset)
    }
}

/// Shows the pieces of one reply, and counts what it spends.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) handoff: Handoff,
    pub(super) ticket: Ticket,
    pub(super) ended: CancellationToken,
    pub(super) written: Arc<Mutex<Written>>,
    pub(super) tokens: AtomicU64,
}

#[async_trait]
impl ReplySink for Pieces {
    async fn piece(&self, text: &str) -> Result<(), FloorLost> {
        if self.ended.is_cancelled() {
            return Err(FloorLost);
        }
        let offset = {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.add(text).ok_or(FloorLost)?
        };
        self.handoff.signal(Signal::Piece {
            ticket: self.ticket,
            offset,
            text: text.into(),
        });
        Ok(())
    }

    fn spent(&self, tokens: u64) {
        self.tokens.fetch_add(tokens, Ordering::Relaxed);
    }

    async fn act(&self, act: Act) -> Result<(), ToolError> {
        self.handoff.act(self.ticket, act).await
    }

    async fn customer(&self) -> Result<Vec<CustomerSection>, ToolError> {
        self.handoff.customer(self.ticket).await
    }
}
