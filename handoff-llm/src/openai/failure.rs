//! [`Failure`]: why a request came to nothing.

use std::time::Duration;

use handoff_core::assistant::{AssistantError, FloorLost};
use handoff_core::error::Unreachable;

/// Why a request to the provider came to nothing, in words for the log. None of them holds what anybody wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("it can't be reached: check the base URL and the network")]
    Unreachable,
    #[error("it answered {status}{}", code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default())]
    Refused {
        status: u16,
        /// What it calls the problem, where that is a plain name.
        code: Option<String>,
        retry_after: Option<Duration>,
    },
    #[error("it sent {0} instead of an answer: check the base URL")]
    NotAnAnswer(&'static str),
    #[error("no token came in time")]
    FirstToken,
    #[error("the stream stood still")]
    Idle,
    #[error("the turn took too long")]
    Total,
    #[error("the stream ended without its end marker")]
    Cut,
    #[error("the answer reached its longest length")]
    Length,
    #[error("the answer is larger than any reply may be")]
    TooLarge,
    #[error("the answer is malformed: {0}")]
    Malformed(&'static str),
    #[error("its filter held the answer back")]
    Filtered,
    #[error("it reported an error in the middle of the answer")]
    Reported,
    #[error("it failed too often: it is left alone for a while")]
    Resting,
    #[error("the budget of the {0} is spent")]
    OverBudget(&'static str),
    #[error("it asked for tools again and again")]
    TooManyRounds,
}

impl Failure {
    /// Whether trying again may help.
    pub(super) fn is_temporary(&self) -> bool {
        match self {
            Self::Refused { status, .. } => {
                matches!(status, 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504 | 529)
            }
            Self::Unreachable | Self::Cut | Self::Reported => true,
            _ => false,
        }
    }

    /// Whether it says something about the provider's health, rather than about one answer.
    pub(super) fn is_outage(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Unreachable
            | Self::NotAnAnswer(_)
            | Self::FirstToken
            | Self::Idle
            | Self::Cut
            | Self::Reported => true,
            _ => false,
        }
    }

    /// What the server asked to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// Why a turn ended without an answer.
#[derive(Debug)]
pub(super) enum Stop {
    Floor(FloorLost),
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<FloorLost> for Stop {
    fn from(lost: FloorLost) -> Self {
        Self::Floor(lost)
    }
}

impl From<Stop> for AssistantError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Floor(lost) => Self::FloorLost(lost),
            Stop::Failed(Failure::Cut | Failure::Length | Failure::Idle) => Self::Truncated,
            Stop::Failed(failure) => Self::Provider(Unreachable::new(failure)),
        }
    }
}
