//! handoff-axum
