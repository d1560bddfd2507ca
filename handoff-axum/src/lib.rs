//! HTTP and WebSocket routes, the team dashboard and the chat widget for Handoff, on axum.
//!
//! [`router`] has everything and merges or nests into any axum app. Whoever wants less takes the pieces of a
//! [`Transport`]: [`agent_routes`](Transport::agent_routes), [`visitor_routes`](Transport::visitor_routes),
//! [`bot_routes`](Transport::bot_routes), [`health_routes`](Transport::health_routes) and, with the feature `ui`,
//! [`pages`](Transport::pages).
//!
//! People of the team sign in with built-in accounts, or are known to the host already: see [`Identify`].
//! `PROTOCOL.md` beside this crate describes what goes over the wire.

mod address;
mod auth;
mod boards;
mod bot;
mod extract;
mod failure;
mod health;
mod limits;
mod news;
mod options;
mod origin;
#[cfg(feature = "ui")]
mod pages;
mod router;
mod secret;
mod team;
mod transport;
mod visitor;
pub mod ws;

pub use auth::{Accounts, Identify};
pub use options::{InvalidOptions, Limits, Options, Rate, Team};
pub use router::router;
pub use transport::{StartError, Transport};
pub use visitor::visitor_event;

/// The README's embedding compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
