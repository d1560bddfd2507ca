//! Clients of a running server, as PROTOCOL.md says.

mod access;
mod socket;

pub(crate) use access::{Access, VisitorKey};
pub(crate) use socket::{Received, Socket};
