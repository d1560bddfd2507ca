//! A conversation as the columns of its row.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use handoff_core::conversation::{Card, Conversation, Status};
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;
use handoff_core::time::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::committed::Standing;
use crate::error::failed;

/// The number behind a Boolean column.
pub(crate) fn flag(set: bool) -> i64 {
    i64::from(set)
}

/// A version, seq or epoch as SQLite keeps it: 63 bits.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The same back. SQLite holds none that are negative.
pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// An id as its 16 bytes.
pub(crate) fn blob(id: ConversationId) -> Vec<u8> {
    id.as_uuid().as_bytes().to_vec()
}

/// An id from its 16 bytes.
pub(crate) fn uuid(bytes: &[u8]) -> Result<uuid::Uuid, StoreError> {
    uuid::Uuid::from_slice(bytes).map_err(StoreError::corrupt)
}

/// The id in a column of 16 bytes.
pub(crate) fn id_at(row: &SqliteRow, column: usize) -> Result<ConversationId, StoreError> {
    let bytes: &[u8] = row.try_get(column).map_err(failed)?;
    uuid(bytes).map(ConversationId::from_uuid)
}

/// The JSON in a text column.
pub(crate) fn json_at<T: serde::de::DeserializeOwned>(
    row: &SqliteRow,
    column: usize,
) -> Result<T, StoreError> {
    let text: &str = row.try_get(column).map_err(failed)?;
    serde_json::from_str(text).map_err(StoreError::corrupt)
}

/// How a row with these columns counts.
pub(crate) fn standing(open: i64, calm: i64, status: &str) -> Standing {
    let paused = [Status::Agent.as_str(), Status::Paused.as_str()];
    Standing {
        open: open != 0,
        calm: calm != 0,
        paused: paused.contains(&status),
    }
}

/// What a board filters and sorts by, and the state itself.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) open: i64,
    pub(crate) calm: i64,
    pub(crate) newest: i64,
    pub(crate) waiting_since: Option<i64>,
    pub(crate) status: &'static str,
    pub(crate) follow_up: i64,
    pub(crate) holder: Option<String>,
    pub(crate) score: Option<i64>,
    pub(crate) category: Option<Arc<str>>,
    pub(crate) page: String,
    pub(crate) wake: Option<i64>,
    pub(crate) state: Arc<str>,
}

impl Columns {
    /// A hash of what most commits leave as it is: all but the last word's time, the wake and the state.
    pub(crate) fn shape(&self) -> u64 {
        let Self {
            open,
            calm,
            newest: _,
            waiting_since,
            status,
            follow_up,
            holder,
            score,
            category,
            page,
            wake: _,
            state: _,
        } = self;
        let mut hasher = DefaultHasher::new();
        (open, calm, waiting_since, status, follow_up).hash(&mut hasher);
        (holder, score, category, page).hash(&mut hasher);
        hasher.finish()
    }

    pub(crate) fn standing(&self) -> Standing {
        standing(self.open, self.calm, self.status)
    }

    pub(crate) fn new(state: &Conversation, card: &Card) -> Result<Self, StoreError> {
        let json = serde_json::to_string(state).map_err(StoreError::backend)?;
        Ok(Self {
            open: flag(card.status.is_open()),
            calm: flag(!card.needs_attention()),
            newest: card.last_word_at.as_millis().saturating_neg(),
            waiting_since: card.unanswered_since.map(Timestamp::as_millis),
            status: card.status.as_str(),
            follow_up: flag(card.follow_up),
            holder: card.holder().map(|agent| agent.as_str().to_owned()),
            score: card.score.map(i64::from),
            category: card.category.clone(),
            page: card.page.url.clone(),
            wake: state.wake().map(Timestamp::as_millis),
            state: json.into(),
        })
    }
}
