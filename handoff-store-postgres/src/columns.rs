//! A conversation as the columns of its row.

use handoff_core::conversation::{Card, Conversation};
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;
use handoff_core::store::BoardSort;
use handoff_core::time::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::failed;

/// A part of the board that the indexes keep in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Open, and needs attention.
    Attention = 0,
    /// Open, and needs none.
    Calm = 1,
    /// No longer open: needs none.
    Ended = 2,
}

impl Lane {
    fn of(card: &Card) -> Self {
        if !card.status.is_open() {
            Self::Ended
        } else if card.needs_attention() {
            Self::Attention
        } else {
            Self::Calm
        }
    }
}

/// A version, seq or epoch as Postgres keeps it: 63 bits.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The same back. The store writes none that are negative.
pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// The id in a column.
pub(crate) fn id_at(row: &PgRow, column: usize) -> Result<ConversationId, StoreError> {
    row.try_get(column)
        .map(ConversationId::from_uuid)
        .map_err(failed)
}

/// The JSON in a column of bytes.
pub(crate) fn json_at<T: serde::de::DeserializeOwned>(
    row: &PgRow,
    column: usize,
) -> Result<T, StoreError> {
    let json: &[u8] = row.try_get(column).map_err(failed)?;
    serde_json::from_slice(json).map_err(StoreError::corrupt)
}

/// What a board filters and sorts by, and the state itself.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) lane: i16,
    pub(crate) newest: i64,
    pub(crate) answered: i16,
    pub(crate) waiting_rank: i64,
    pub(crate) status: &'static str,
    pub(crate) follow_up: bool,
    pub(crate) holder: Option<String>,
    pub(crate) score: Option<i16>,
    pub(crate) category: Option<Vec<u8>>,
    pub(crate) page: Vec<u8>,
    pub(crate) wake: Option<i64>,
    pub(crate) state: Vec<u8>,
}

impl Columns {
    pub(crate) fn new(state: &Conversation, card: &Card) -> Result<Self, StoreError> {
        let waiting = BoardSort::LongestWaiting.key(card);
        Ok(Self {
            lane: Lane::of(card) as i16,
            newest: BoardSort::Newest.key(card).rank,
            answered: i16::from(waiting.group != 0),
            waiting_rank: waiting.rank,
            status: card.status.as_str(),
            follow_up: card.follow_up,
            holder: card.holder().map(|agent| agent.as_str().to_owned()),
            score: card.score.map(i16::from),
            category: card
                .category
                .as_deref()
                .map(|name| name.as_bytes().to_vec()),
            page: card.page.url.as_bytes().to_vec(),
            wake: state.wake().map(Timestamp::as_millis),
            state: serde_json::to_vec(state).map_err(StoreError::backend)?,
        })
    }
}
