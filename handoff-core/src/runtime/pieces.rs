//! The pieces of one reply, as it is written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::handoff::Handoff;
use crate::assistant::{Act, FloorLost, ReplySink, ToolError};
use crate::bus::Signal;
use crate::conversation::{Gate, Guard, MAX_REPLY_BYTES, Ticket};
use crate::customer::CustomerSection;

/// What was written of a reply so far, and what of it the guard lets be shown.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// What is shown.
    pub(super) text: String,
    /// Its length in UTF-16 code units, as clients count.
    units: u64,
    /// The length of all that was written, in UTF-16 code units.
    told: u64,
    bytes: usize,
    guard: Option<Arc<Guard>>,
    gate: Gate,
    /// The guard objected to something in it: it is asked for anew, so no more of it is shown.
    is_last_try: bool,
}

impl Written {
    /// Adds a piece; returns what is to be shown of it, and where that begins. `None`: the reply is too long.
    pub(super) fn add(&mut self, piece: &str) -> Option<(u64, String)> {
        self.bytes += piece.len();
        if self.bytes > MAX_REPLY_BYTES {
            return None;
        }
        self.told += units(piece);
        let mut shown = match &self.guard {
            Some(guard) => self.gate.add(guard, piece),
            None => piece.to_owned(),
        };
        if self.gate.objects() && !self.is_last_try {
            shown.clear();
        }
        let offset = self.units;
        self.text.push_str(&shown);
        self.units += units(&shown);
        Some((offset, shown))
    }

    /// Where the next piece of somebody who writes elsewhere begins.
    pub(super) fn told(&self) -> u64 {
        self.told
    }

    pub(super) fn guard(&self) -> Option<Arc<Guard>> {
        self.guard.clone()
    }
}

fn units(text: &str) -> u64 {
    text.encode_utf16().count() as u64
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

impl Pieces {
    /// From now on the guard looks at what is written.
    pub(super) fn set_guard(&self, guard: Arc<Guard>, is_last_try: bool) {
        let mut written = self.written();
        written.guard = Some(guard);
        written.is_last_try = is_last_try;
    }

    /// The reply is written anew: what was shown of it is shown no longer.
    pub(super) fn restart(&self) {
        let mut written = self.written();
        let was_shown = written.units > 0;
        let guard = written.guard.take();
        *written = Written {
            guard,
            is_last_try: true,
            ..Written::default()
        };
        drop(written);
        if was_shown {
            self.show(0, String::new());
        }
    }

    fn written(&self) -> std::sync::MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, offset: u64, text: String) {
        let (ticket, text) = (self.ticket, text.into());
        self.handoff.signal(Signal::Piece {
            ticket,
            offset,
            text,
        });
    }
}

#[async_trait]
impl ReplySink for Pieces {
    async fn piece(&self, text: &str) -> Result<(), FloorLost> {
        if self.ended.is_cancelled() {
            return Err(FloorLost);
        }
        let (offset, shown) = self.written().add(text).ok_or(FloorLost)?;
        if !shown.is_empty() {
            self.show(offset, shown);
        }
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
