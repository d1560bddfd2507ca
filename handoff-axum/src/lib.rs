//! HTTP and WebSocket routes, the team dashboard and the chat widget for Handoff, on axum.

pub mod ws;
