//! A commit as the rows that it becomes. Callers make them, each on its own thread, so that the writer only writes.

use std::sync::Arc;

use handoff_core::archive::{KeptRow, Whole};
use handoff_core::conversation::{Card, Conversation, Event};
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::store::{Commit, OutboxRow, Receipt};

use crate::columns::Columns;
use crate::search::words;

/// A commit, ready to be judged and written.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: ConversationId,
    pub(crate) expected: u64,
    pub(crate) version: u64,
    pub(crate) service: ServiceId,
    pub(crate) visitor: VisitorId,
    pub(crate) opened_at: i64,
    pub(crate) open_key: Option<Arc<str>>,
    pub(crate) receipt: Option<Receipt>,
    pub(crate) columns: Columns,
    pub(crate) events: Vec<LogRow>,
    pub(crate) outbox: Vec<PendingNotification>,
}

/// An event as its row.
#[derive(Debug)]
pub(crate) struct LogRow {
    pub(crate) seq: u64,
    pub(crate) json: Vec<u8>,
    pub(crate) words: Option<String>,
}

/// An outbox row as its columns.
#[derive(Debug)]
pub(crate) struct PendingNotification {
    pub(crate) row: OutboxRow,
    pub(crate) dead: bool,
    pub(crate) json: Vec<u8>,
}

impl Entry {
    pub(crate) fn new(commit: &Commit) -> Result<Self, StoreError> {
        commit.validate()?;
        let outbox = commit.outbox.iter();
        Ok(Self {
            expected: commit.expected,
            receipt: commit.receipt.clone(),
            events: log_rows(&commit.events)?,
            outbox: outbox
                .map(|row| PendingNotification::new(row, false))
                .collect::<Result<_, _>>()?,
            ..Self::bare(&commit.state, &commit.card)?
        })
    }

    /// All that a conversation ever committed, but for its receipts.
    pub(crate) fn of(whole: &Whole) -> Result<Self, StoreError> {
        whole.validate().map_err(StoreError::backend)?;
        let state = &*whole.belongings.state;
        let outbox = whole.belongings.outbox.iter();
        Ok(Self {
            events: log_rows(&whole.events)?,
            outbox: outbox
                .map(|KeptRow { row, dead }| PendingNotification::new(row, *dead))
                .collect::<Result<_, _>>()?,
            ..Self::bare(state, &Card::from(state))?
        })
    }

    fn bare(state: &Conversation, card: &Card) -> Result<Self, StoreError> {
        Ok(Self {
            id: state.id,
            expected: 0,
            version: state.version,
            service: state.service.clone(),
            visitor: state.visitor.clone(),
            opened_at: state.opened_at.as_millis(),
            open_key: state.open_key().map(Arc::from),
            receipt: None,
            columns: Columns::new(state, card)?,
            events: Vec::new(),
            outbox: Vec::new(),
        })
    }

    /// About how many bytes it puts into a transaction.
    pub(crate) fn size(&self) -> usize {
        let events = self.events.iter().map(|row| {
            let words = row.words.as_ref().map_or(0, String::len);
            row.json.len() + words
        });
        let outbox = self.outbox.iter().map(|pending| pending.json.len());
        self.columns.state.len() + events.chain(outbox).sum::<usize>()
    }
}

fn log_rows(events: &[Event]) -> Result<Vec<LogRow>, StoreError> {
    events.iter().map(LogRow::new).collect()
}

impl LogRow {
    fn new(event: &Event) -> Result<Self, StoreError> {
        Ok(Self {
            seq: event.seq,
            json: serde_json::to_vec(event).map_err(StoreError::backend)?,
            words: words(event),
        })
    }
}

impl PendingNotification {
    fn new(row: &OutboxRow, dead: bool) -> Result<Self, StoreError> {
        Ok(Self {
            row: row.clone(),
            dead,
            json: serde_json::to_vec(&row.notification).map_err(StoreError::backend)?,
        })
    }
}
