//! How a socket ends.

use std::borrow::Cow;

use axum::Error;
use tungstenite::error::CapacityError;
use tungstenite::protocol::frame::coding::CloseCode as Standard;

use super::protocol::CloseCode;

/// Clients that are sent away come back within so many milliseconds, not all at once.
const SHORTEST_DELAY: u16 = 300;
const SPREAD: u16 = 3_000;

/// Why a socket ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The client went.
    Gone,
    /// We close it, and say why.
    Close(u16, Cow<'static, str>),
}

impl End {
    pub(crate) fn new(code: CloseCode, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Close(code as u16, reason.into())
    }

    /// The client is to come back soon, after a delay of its own.
    pub(crate) fn restarting() -> Self {
        let mut random = [0_u8; 2];
        // Without randomness all come back at once: a matter of load, not of right and wrong.
        getrandom::fill(&mut random).ok();
        let delay = SHORTEST_DELAY + u16::from_le_bytes(random) % SPREAD;
        Self::new(CloseCode::Restarting, delay.to_string())
    }

    pub(crate) fn unauthorised() -> Self {
        Self::new(CloseCode::Unauthorised, "sign in again")
    }

    pub(crate) fn malformed(why: impl std::fmt::Display) -> Self {
        // A close frame holds 123 bytes.
        let reason: String = why
            .to_string()
            .chars()
            .filter(char::is_ascii)
            .take(120)
            .collect();
        Self::new(CloseCode::Malformed, reason)
    }

    /// What a frame deserves that could not be read.
    pub(crate) fn of(error: Error) -> Self {
        let Ok(error) = error.into_inner().downcast::<tungstenite::Error>() else {
            return Self::Gone;
        };
        match *error {
            tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }) => {
                Self::Close(Standard::Size.into(), "a frame is at most 64 KiB".into())
            }
            tungstenite::Error::Protocol(
                tungstenite::error::ProtocolError::ResetWithoutClosingHandshake
                | tungstenite::error::ProtocolError::SendAfterClosing
                | tungstenite::error::ProtocolError::ReceivedAfterClosing,
            ) => Self::Gone,
            tungstenite::Error::Protocol(_) => Self::Close(Standard::Protocol.into(), "".into()),
            tungstenite::Error::Utf8(_) => Self::Close(Standard::Invalid.into(), "".into()),
            _ => Self::Gone,
        }
    }
}
