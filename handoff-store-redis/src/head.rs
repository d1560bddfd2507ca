//! Where a conversation stands, in one line of fixed columns that scripts can take apart.

use handoff_core::conversation::{Card, Conversation, Status};
use handoff_core::store::{BoardQuery, BoardSort};

use crate::sortable::{moment, signed, unsigned};

/// A part of the board that each order keeps together: it is the first character of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Open, and needs attention.
    Attention,
    /// Open, and does not.
    Calm,
    /// No longer open.
    Ended,
}

impl Lane {
    pub(crate) const ALL: [Self; 3] = [Self::Attention, Self::Calm, Self::Ended];

    pub(crate) fn of(card: &Card) -> Self {
        match (card.status.is_open(), card.needs_attention()) {
            (_, true) => Self::Attention,
            (true, false) => Self::Calm,
            (false, false) => Self::Ended,
        }
    }

    pub(crate) const fn digit(self) -> char {
        match self {
            Self::Attention => '0',
            Self::Calm => '1',
            Self::Ended => '2',
        }
    }

    /// Whether any card that the query admits can stand here.
    pub(crate) fn serves(self, query: &BoardQuery) -> bool {
        let is_open = self != Self::Ended;
        let is_calm = self != Self::Attention;
        let statuses = &query.statuses;
        let has_status =
            statuses.is_empty() || statuses.iter().any(|status| status.is_open() == is_open);
        // Whoever waits needs attention.
        let all_wait = !statuses.is_empty() && statuses.iter().all(|s| *s == Status::Waiting);
        has_status
            && !(is_calm && (all_wait || query.attention))
            && (query.holder.is_none() || is_open)
    }
}

/// The line, column by column: 16 of the version, 1 of the lane, 1 whether the assistant is silent, 16 by the last word,
/// 16 by opening, 17 by waiting, 16 of the wake, and the open key.
pub(crate) fn head(state: &Conversation, card: &Card) -> String {
    let silent = matches!(card.status, Status::Agent | Status::Paused);
    let by_word = BoardSort::Newest.key(card);
    let by_opening = BoardSort::Oldest.key(card);
    let by_waiting = BoardSort::LongestWaiting.key(card);
    let mut line = unsigned(state.version);
    line.push(Lane::of(card).digit());
    line.push(if silent { '1' } else { '0' });
    line += &signed(by_word.rank);
    line += &signed(by_opening.rank);
    line.push(if by_waiting.group == 0 { '0' } else { '1' });
    line += &signed(by_waiting.rank);
    line += &moment(state.wake());
    line += state.open_key().as_deref().unwrap_or_default();
    line
}

/// The version in a head.
pub(crate) fn version(head: &str) -> Option<&str> {
    head.get(..16)
}
