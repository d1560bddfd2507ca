//! A commit as the rows that it becomes. Callers make them, each on its own thread, so that the writer only writes.

use std::sync::Arc;

use handoff_core::conversation::{Conversation, Event};
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::store::{Commit, OutboxRow, Receipt};

use crate::columns::Columns;

/// A commit, ready to be judged and written.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: ConversationId,
    pub(super) state: Arc<Conversation>,
    pub(super) expected: u64,
    pub(super) version: u64,
    pub(super) service: ServiceId,
    pub(super) visitor: VisitorId,
    pub(super) opened_at: i64,
    pub(super) open_key: Option<Arc<str>>,
    pub(super) receipt: Option<Receipt>,
    pub(super) columns: Columns,
    pub(super) shape: u64,
    pub(super) events: Vec<LogRow>,
    pub(super) outbox: Vec<PendingNotification>,
}

/// An event as its row.
#[derive(Debug)]
pub(super) struct LogRow {
    pub(super) seq: u64,
    pub(super) json: Arc<str>,
}

/// An outbox row as its columns.
#[derive(Debug)]
pub(super) struct PendingNotification {
    pub(super) row: OutboxRow,
    pub(super) json: Arc<str>,
}

impl Entry {
    pub(super) fn new(commit: &Commit) -> Result<Self, StoreError> {
        commit.validate()?;
        let state = &commit.state;
        let columns = Columns::new(state, &commit.card)?;
        Ok(Self {
            id: state.id,
            state: state.clone(),
            expected: commit.expected,
            version: state.version,
            service: state.service.clone(),
            visitor: state.visitor.clone(),
            opened_at: state.opened_at.as_millis(),
            open_key: state.open_key().map(Arc::from),
            receipt: commit.receipt.clone(),
            shape: columns.shape(),
            columns,
            events: commit
                .events
                .iter()
                .map(LogRow::new)
                .collect::<Result<_, _>>()?,
            outbox: commit
                .outbox
                .iter()
                .map(PendingNotification::new)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl LogRow {
    fn new(event: &Event) -> Result<Self, StoreError> {
        Ok(Self {
            seq: event.seq,
            json: serde_json::to_string(event)
                .map_err(StoreError::backend)?
                .into(),
        })
    }
}

impl PendingNotification {
    fn new(row: &OutboxRow) -> Result<Self, StoreError> {
        let json = serde_json::to_string(&row.notification).map_err(StoreError::backend)?;
        Ok(Self {
            row: row.clone(),
            json: json.into(),
        })
    }
}
