//! What goes over the WebSockets, version 1. `PROTOCOL.md` beside this crate tells the story; these types are the truth,
//! and the pages' TypeScript is generated from them.
//!
//! Every frame is one JSON text message. Client and server each send the typed frames below; an unknown field or type
//! is answered by the close code [`CloseCode::Malformed`].

mod team;
mod visitor;

use handoff_core::conversation::Rejection;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

pub use team::{Colleague, Me, ServiceCounts, ServiceView, TeamFrame, TeamRequest};
pub use visitor::{VisitorEvent, VisitorEventBody, VisitorFrame, VisitorRequest};

/// The version of this protocol.
pub const PROTOCOL: u32 = 1;
/// The largest frame that a client may send, in bytes.
pub const MAX_CLIENT_FRAME: usize = 64 * 1024;

/// Why the server closed a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(TS))]
#[repr(u16)]
pub enum CloseCode {
    /// The server is restarting: come back after the delay (in milliseconds) that stands in the reason.
    Restarting = 1012,
    /// A frame was no valid request: do not send it again.
    Malformed = 4400,
    /// Sign in again: the session or the visitor's secret is not valid (any more).
    Unauthorised = 4401,
    /// The protocol version in `hello` is not spoken; the reason lists those that are.
    Version = 4406,
    /// No `hello` came in time, or no heartbeat.
    Timeout = 4408,
    /// This client reads too slowly: come back and catch up from the last version seen.
    Slow = 4413,
    /// Too many sockets or frames.
    TooMany = 4429,
}

/// A refused request, in the form of RFC 9457 (problem+json).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Problem {
    /// Stable: `/problems/` and a code, like `/problems/held_by`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// A sentence for people.
    pub title: String,
    /// What exactly was refused, where the engine refused it; `rejection.code` repeats the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub rejection: Option<Rejection>,
    /// Whether trying again later may help.
    #[serde(default)]
    pub retry: bool,
    /// The request's id, as it stands in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub request_id: Option<String>,
}
